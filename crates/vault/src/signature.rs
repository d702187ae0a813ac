//! What a person signs: which revision of which visit's note, its digest, who and when.
//!
//! A JSON statement with an Ed25519 signature (RFC 8032) over purpose, version and its bytes, under
//! the key that also signs tombstones. The digest is that of [`crate::canonical`], version 1.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::{PatientText, RevisionNumber, Sha256Hex, UnixMillis, VisitId};

use crate::key::{Key, Signing};
use crate::tombstone::{sign_bytes, verify_bytes};

const PURPOSE: &[u8] = b"inroom signature\x01";

/// That a person has signed a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The visit.
    pub visit: VisitId,
    /// The revision that was signed, which stays the last.
    pub revision: RevisionNumber,
    /// Digest of the note's canonical form.
    pub note_sha256: Sha256Hex,
    /// Who signed, as they gave their name.
    pub signer: PatientText,
    /// When.
    pub at: UnixMillis,
}

fn signed(statement: &str) -> Vec<u8> {
    [PURPOSE, statement.as_bytes()].concat()
}

/// The signature over a statement.
pub(crate) fn sign(key: &Key<Signing>, statement: &str) -> [u8; 64] {
    sign_bytes(key, &signed(statement))
}

/// What a statement says; `None` if the signature is not right for it or it does not read.
pub(crate) fn open(key: &Key<Signing>, statement: &str, signature: &[u8]) -> Option<Signature> {
    verify_bytes(key, &signed(statement), signature)
        .then(|| serde_json::from_str(statement).ok())
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

    fn signature() -> Signature {
        let digest = include_str!("../tests/vectors/note-v1.sha256").trim();
        Signature {
            visit: VisitId::from_uuid(Uuid::from_bytes([7; 16])),
            revision: RevisionNumber(3),
            note_sha256: digest.to_owned().try_into().unwrap(),
            signer: "Dr. Élodie Example".into(),
            at: UnixMillis(2_000),
        }
    }

    /// Signatures are kept for years: what this version signs has to be right for later ones.
    #[test]
    fn the_first_versions_signature_opens() {
        let [statement, expected] = include_str!("../tests/vectors/signature-v1.txt")
            .lines()
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let written = sign(&key(1), statement);
        let mut digits = String::new();
        crate::hex::push_digits(&mut digits, &written);
        assert_eq!(digits, expected);
        assert_eq!(open(&key(1), statement, &written), Some(signature()));
    }

    #[test]
    fn a_signature_is_for_one_statement_and_one_key() {
        let statement = serde_json::to_string(&signature()).unwrap();
        let written = sign(&key(1), &statement);
        assert_eq!(open(&key(1), &statement, &written), Some(signature()));
        assert_eq!(open(&key(2), &statement, &written), None);
        let later = statement.replace("2000", "2001");
        assert_eq!(open(&key(1), &later, &written), None);
        for at in 0..written.len() {
            let mut other = written;
            other[at] ^= 1;
            assert_eq!(open(&key(1), &statement, &other), None, "signature {at}");
        }
        // A tombstone's signature is none of a note.
        let tombstone = crate::tombstone::sign(&key(1), statement.as_bytes());
        assert_eq!(open(&key(1), &statement, &tombstone), None);
    }
}
