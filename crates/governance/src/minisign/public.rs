use std::fmt;
use std::str::FromStr;

use ed25519_dalek::VerifyingKey;

use super::lines::{self, UNTRUSTED};
use super::{KeyId, Kind, NotMinisign};

const BYTES: usize = 2 + 8 + 32;

/// Who signs: an Ed25519 public key with its identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    pub(super) id: KeyId,
    pub(super) key: VerifyingKey,
}

impl PublicKey {
    /// Its identifier.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The one line that holds the key, as `minisign -P` takes it.
    pub fn line(&self) -> String {
        let mut bytes = [0; BYTES];
        bytes[..2].copy_from_slice(b"Ed");
        bytes[2..10].copy_from_slice(&self.id.0);
        bytes[10..].copy_from_slice(self.key.as_bytes());
        let mut text = String::new();
        lines::push(&mut text, &bytes);
        text.truncate(text.len() - 1);
        text
    }

    /// The whole file, as `minisign -p` takes it.
    pub fn file(&self) -> String {
        format!(
            "{UNTRUSTED}minisign public key {}\n{}\n",
            self.id,
            self.line()
        )
    }
}

impl FromStr for PublicKey {
    type Err = NotMinisign;

    /// From the whole file or from its second line alone.
    fn from_str(text: &str) -> Result<Self, NotMinisign> {
        let text = text.trim_end();
        let (number, line) = if text.starts_with(UNTRUSTED) {
            let [_, line] = lines::exactly(text, Kind::PublicKey)?;
            (2, line)
        } else {
            (1, text)
        };
        let bytes: [u8; BYTES] = lines::decode(line, number)?;
        if &bytes[..2] != b"Ed" {
            return Err(NotMinisign::Algorithm);
        }
        let key = VerifyingKey::from_bytes(&lines::part(&bytes, 10));
        Ok(Self {
            id: KeyId(lines::part(&bytes, 2)),
            key: key
                .ok()
                // With a key of low order anybody can sign.
                .filter(|key| !key.is_weak())
                .ok_or(NotMinisign::Key)?,
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}
