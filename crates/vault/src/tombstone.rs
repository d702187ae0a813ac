//! What an erasure leaves behind: that there was something, that it was erased, when and why, and
//! nothing of what it said.
//!
//! A tombstone is a JSON statement with an Ed25519 signature (RFC 8032) over purpose, version and
//! its bytes, under a key that hangs on the vault key. So a visit that is missing without one was
//! not erased by this program.

use ed25519_dalek::{Signature, Signer, SigningKey};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::{Millis, UnixMillis, VisitId};

use crate::key::{Key, Signing};

const PURPOSE: &[u8] = b"inroom tombstone\x01";

/// How much of a visit was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Erased {
    /// The recording; transcript and note are kept.
    Sound,
    /// The transcript of a signed visit; the note is kept, and the recording if it is there.
    Transcript,
    /// A note that nobody has signed, with all its revisions; the rest is kept.
    Draft,
    /// Everything.
    Visit,
}

/// Why something was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// The patient no longer agrees to the recording.
    ConsentWithdrawn,
    /// A person has decided that it is not needed.
    Discarded,
    /// The time was over for which it is kept.
    Retention,
}

/// What is known of something that was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// The visit.
    pub visit: VisitId,
    /// How much of it was erased.
    pub erased: Erased,
    /// Why.
    pub reason: ErasureReason,
    /// When.
    pub at: UnixMillis,
    /// When the visit had begun.
    pub started_at: UnixMillis,
    /// Length of the recording.
    pub recorded: Millis,
    /// Segments that the transcript had.
    pub segments: u32,
    /// Revisions that the note had.
    pub revisions: u32,
}

fn signed(statement: &[u8]) -> Vec<u8> {
    [PURPOSE, statement].concat()
}

/// The public key that signatures are checked with outside of the vault.
pub(crate) fn public_key(key: &Key<Signing>) -> [u8; 32] {
    SigningKey::from_bytes(key.expose())
        .verifying_key()
        .to_bytes()
}

/// The signature over bytes that begin with their purpose.
pub(crate) fn sign_bytes(key: &Key<Signing>, bytes: &[u8]) -> [u8; 64] {
    SigningKey::from_bytes(key.expose()).sign(bytes).to_bytes()
}

/// Whether a signature is right for bytes that begin with their purpose.
pub(crate) fn verify_bytes(key: &Key<Signing>, bytes: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| {
        SigningKey::from_bytes(key.expose())
            .verifying_key()
            .verify_strict(bytes, &signature)
            .is_ok()
    })
}

/// The signature over a statement.
pub(crate) fn sign(key: &Key<Signing>, statement: &[u8]) -> [u8; 64] {
    sign_bytes(key, &signed(statement))
}

/// The tombstone in a statement; `None` if the signature is not right for it or it does not read.
pub(crate) fn open(key: &Key<Signing>, statement: &[u8], signature: &[u8]) -> Option<Tombstone> {
    verify_bytes(key, &signed(statement), signature)
        .then(|| serde_json::from_slice(statement).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn key(byte: u8) -> Key<Signing> {
        Key::fill_with(|bytes| {
            bytes.fill(byte);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    fn tombstone() -> Tombstone {
        Tombstone {
            visit: VisitId::from_uuid(Uuid::from_bytes([7; 16])),
            erased: Erased::Visit,
            reason: ErasureReason::ConsentWithdrawn,
            at: UnixMillis(2_000),
            started_at: UnixMillis(1_000),
            recorded: Millis(61_500),
            segments: 12,
            revisions: 1,
        }
    }

    #[test]
    fn a_signature_is_for_one_statement_and_one_key() {
        let statement = serde_json::to_vec(&tombstone()).unwrap();
        let signature = sign(&key(1), &statement);
        assert_eq!(open(&key(1), &statement, &signature), Some(tombstone()));
        assert_eq!(open(&key(2), &statement, &signature), None);
        for at in 0..statement.len() {
            let mut other = statement.clone();
            other[at] ^= 1;
            assert_eq!(open(&key(1), &other, &signature), None, "byte {at}");
        }
        for at in 0..signature.len() {
            let mut other = signature;
            other[at] ^= 1;
            assert_eq!(open(&key(1), &statement, &other), None, "signature {at}");
        }
    }

    /// Tombstones are kept for years: what this version signs has to be right for later ones.
    #[test]
    fn the_first_versions_tombstone_opens() {
        let [statement, signature] = include_str!("../tests/vectors/tombstone-v1.txt")
            .lines()
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let mut written = String::new();
        crate::hex::push_digits(&mut written, &sign(&key(1), statement.as_bytes()));
        assert_eq!(written, signature);
        let signature = sign(&key(1), statement.as_bytes());
        assert_eq!(
            open(&key(1), statement.as_bytes(), &signature),
            Some(tombstone())
        );
    }
}
