use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use visit::UnixMillis;

use crate::hex::{Digest, SignatureBytes};

const PURPOSE: &[u8] = b"inroom audit head\x01";

/// How far the log had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries there were.
    pub entries: u64,
    /// When.
    pub at: UnixMillis,
    /// The hash of the last one, which covers all before it.
    pub hash: Digest,
}

/// A head that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// How many entries there were.
    pub entries: u64,
    /// When.
    pub at: UnixMillis,
    /// The hash of the last one, which covers all before it.
    pub hash: Digest,
    /// Ed25519 (RFC 8032) over [`Head::signed_bytes`].
    pub signature: SignatureBytes,
}

impl Head {
    /// What is signed: purpose and version, entries (u64), time (i64), both little-endian, hash.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = PURPOSE.to_vec();
        bytes.extend_from_slice(&self.entries.to_le_bytes());
        bytes.extend_from_slice(&self.at.0.to_le_bytes());
        bytes.extend_from_slice(&self.hash.0);
        bytes
    }

    /// Together with the signature over [`Head::signed_bytes`].
    pub const fn signed(self, signature: [u8; 64]) -> SignedHead {
        SignedHead {
            entries: self.entries,
            at: self.at,
            hash: self.hash,
            signature: SignatureBytes::from_bytes(signature),
        }
    }
}

impl SignedHead {
    /// Whether it was signed with the private part of this key.
    pub(crate) fn is_signed(&self, key: &VerifyingKey) -> bool {
        let head = Head {
            entries: self.entries,
            at: self.at,
            hash: self.hash,
        };
        let signature = Signature::from_bytes(&self.signature.0);
        key.verify_strict(&head.signed_bytes(), &signature).is_ok()
    }
}
