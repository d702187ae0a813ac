use sha2::{Digest as _, Sha256};
use visit::{Sha256Hex, UnixMillis};

use crate::minisign::{BadSignature, NotMinisign, PublicKey, Signature};
use crate::mistake::Mistake;
use crate::moment::Moment;
use crate::organisation::Organisation;

/// Most bytes of a document that is looked at.
pub const MOST_BYTES: usize = 1 << 20;

/// What a workstation holds on to.
#[derive(Clone, Copy, Debug)]
pub struct Pinned<'a> {
    /// The organisation's key, with which the workstation was enrolled.
    pub key: &'a PublicKey,
    /// Serial and digest of the newest document that was taken; `None` before the first.
    pub newest: Option<(u64, &'a Sha256Hex)>,
}

/// A document that a workstation takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// What it says.
    pub organisation: Organisation,
    /// Digest of its bytes, to hold on to together with the serial.
    pub sha256: Sha256Hex,
    /// The signature's trusted comment.
    pub comment: String,
}

/// Why a document is not taken. The one that was in force before stays so. Each says its cause
/// itself, so that a chain of causes does not say it twice.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Too long to be looked at.
    #[error("the document is longer than {MOST_BYTES} bytes; the one in force stays")]
    TooLong,
    /// The signature's file is not one.
    #[error("the document's signature cannot be read: {0}. The one in force stays")]
    Signature(NotMinisign),
    /// It is not signed by the organisation.
    #[error("the document is not your organisation's: {0}. The one in force stays")]
    NotSigned(BadSignature),
    /// It is not text.
    #[error("the document is signed, but is not text in UTF-8; the one in force stays")]
    NotText,
    /// It is signed and cannot be used.
    #[error("the document is signed, but cannot be used: {0}. The one in force stays")]
    Mistake(Mistake),
    /// A newer one was taken before.
    #[error(
        "the document has serial {found}, and {newest} was in force already; the one in force stays"
    )]
    Older {
        /// Its serial.
        found: u64,
        /// The newest one seen.
        newest: u64,
    },
    /// Another one of this serial was taken before.
    #[error(
        "there is another document with serial {0} in force already; the one in force stays. \
             Whoever signs has to raise the serial with every change"
    )]
    SameSerial(u64),
    /// It does not hold yet.
    #[error("the document holds from {0} on; the one in force stays")]
    NotYet(Moment),
    /// It does not hold any more.
    #[error(
        "the document held until {0}; the one in force stays. Your organisation has to sign a new one"
    )]
    Expired(Moment),
}

/// Whether a workstation takes a document with this signature now. The signature is looked at
/// first: nothing else reads bytes that nobody vouches for.
///
/// # Errors
/// [`Refused`], with the first reason that there is.
pub fn accept(
    document: &[u8],
    signature: &str,
    pinned: &Pinned<'_>,
    now: UnixMillis,
) -> Result<Accepted, Refused> {
    if document.len() > MOST_BYTES {
        return Err(Refused::TooLong);
    }
    let signature: Signature = signature.parse().map_err(Refused::Signature)?;
    let comment = signature
        .verify(document, pinned.key)
        .map_err(Refused::NotSigned)?;
    let text = str::from_utf8(document).map_err(|_| Refused::NotText)?;
    let organisation = Organisation::read(text).map_err(Refused::Mistake)?;
    let sha256 = Sha256Hex::from_bytes(Sha256::digest(document).into());
    let found = organisation.serial;
    match pinned.newest {
        Some((newest, _)) if found < newest => return Err(Refused::Older { found, newest }),
        Some((newest, known)) if found == newest && *known != sha256 => {
            return Err(Refused::SameSerial(found));
        }
        _ => (),
    }
    if now < organisation.from.0 {
        return Err(Refused::NotYet(organisation.from));
    }
    if now >= organisation.until.0 {
        return Err(Refused::Expired(organisation.until));
    }
    Ok(Accepted {
        organisation,
        sha256,
        comment: comment.to_owned(),
    })
}

/// Eight letters and digits for the organisation's two public keys: printed on the recovery sheet
/// and shown wherever they are typed in, so that people can compare them. Forty bits: enough
/// against slips, not against somebody who looks for a key that gives the same.
pub fn check_code(key: &PublicKey, recovery_key: &str) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digest = Sha256::new()
        .chain_update(b"inroom organisation check v1\0")
        .chain_update(key.line())
        .chain_update(b"\0")
        .chain_update(recovery_key)
        .finalize();
    let letters = digest
        .iter()
        .take(8)
        .map(|byte| char::from(LETTERS[usize::from(byte & 31)]));
    let text: String = letters.collect();
    let (first, second) = text.split_at(4);
    format!("{first}-{second}")
}
