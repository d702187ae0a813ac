use std::str::FromStr;

use blake2::{Blake2b512, Digest as _};

use super::lines::{self, TRUSTED, UNTRUSTED};
use super::{KeyId, Kind, NotMinisign, PublicKey, SecretKey};

const BYTES: usize = 2 + 8 + 64;
/// Most bytes of a trusted comment, as in the tool.
const MOST_COMMENT: usize = 8192;

/// A `.minisig` file, of which nothing is proved yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    id: KeyId,
    signature: [u8; 64],
    comment: String,
    /// Over the signature and the trusted comment.
    whole: [u8; 64],
}

/// Why a signature does not vouch for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// Made with another key.
    #[error("it is signed with the key {found}, not with {expected}")]
    OtherKey {
        /// The key that it names.
        found: KeyId,
        /// The key that was asked for.
        expected: KeyId,
    },
    /// The file was changed after it was signed, or signed with another key of this identifier.
    #[error("the signature does not fit it: it was changed, or signed by somebody else")]
    Content,
    /// The trusted comment was changed.
    #[error("the signature's trusted comment was changed")]
    Comment,
}

impl Signature {
    /// Finds whether it vouches for this file, and answers the trusted comment.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, file: &[u8], key: &PublicKey) -> Result<&str, BadSignature> {
        let comment = self.comment_by(key);
        if matches!(comment, Err(BadSignature::OtherKey { .. })) {
            return comment;
        }
        if !key.fits(&Blake2b512::digest(file), &self.signature) {
            return Err(BadSignature::Content);
        }
        comment
    }

    /// The trusted comment, if this key vouches for it, whatever file the signature is of.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn comment_by(&self, key: &PublicKey) -> Result<&str, BadSignature> {
        if self.id != key.id {
            return Err(BadSignature::OtherKey {
                found: self.id,
                expected: key.id,
            });
        }
        if !key.fits(&signed_whole(&self.signature, &self.comment), &self.whole) {
            return Err(BadSignature::Comment);
        }
        Ok(&self.comment)
    }

    /// The whole file.
    pub fn file(&self) -> String {
        let mut bytes = [0; BYTES];
        bytes[..2].copy_from_slice(b"ED");
        bytes[2..10].copy_from_slice(&self.id.0);
        bytes[10..].copy_from_slice(&self.signature);
        let mut text = format!("{UNTRUSTED}signature from minisign secret key\n");
        lines::push(&mut text, &bytes);
        text.push_str(TRUSTED);
        text.push_str(&self.comment);
        text.push('\n');
        lines::push(&mut text, &self.whole);
        text
    }
}

/// What would do something to a terminal in place of being shown. The tool's own comments have tabs.
fn is_unprinted(character: char) -> bool {
    character.is_control() && character != '\t'
}

impl PublicKey {
    fn fits(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.key.verify_strict(message, &signature).is_ok()
    }
}

fn signed_whole(signature: &[u8; 64], comment: &str) -> Vec<u8> {
    [signature.as_slice(), comment.as_bytes()].concat()
}

impl SecretKey {
    /// Signs a file together with a comment, of which line feeds and the like become spaces and what
    /// goes beyond the format's length is left out.
    pub fn sign(&self, file: &[u8], comment: &str) -> Signature {
        let mut comment = comment.replace(is_unprinted, " ");
        while comment.len() > MOST_COMMENT {
            comment.pop();
        }
        let signature = self.sign_bytes(&Blake2b512::digest(file));
        Signature {
            id: self.public().id,
            signature,
            whole: self.sign_bytes(&signed_whole(&signature, &comment)),
            comment,
        }
    }
}

impl FromStr for Signature {
    type Err = NotMinisign;

    fn from_str(text: &str) -> Result<Self, NotMinisign> {
        let [_, signature, comment, whole] = lines::exactly(text, Kind::Signature)?;
        let comment = comment
            .strip_prefix(TRUSTED)
            .filter(|comment| comment.len() <= MOST_COMMENT && !comment.contains(is_unprinted))
            .ok_or(NotMinisign::Lines(Kind::Signature))?;
        let bytes: [u8; BYTES] = lines::decode(signature, 2)?;
        if &bytes[..2] != b"ED" {
            return Err(NotMinisign::Algorithm);
        }
        Ok(Self {
            id: KeyId(lines::part(&bytes, 2)),
            signature: lines::part(&bytes, 10),
            comment: comment.to_owned(),
            whole: lines::decode(whole, 4)?,
        })
    }
}
