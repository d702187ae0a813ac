//! The minisign format (<https://jedisct1.github.io/minisign/>): what this program signs, the public
//! `minisign` tool verifies, and the other way round.
//!
//! Written here on the Ed25519, BLAKE2b and scrypt that the program links anyway. The crates
//! `minisign` and `minisign-verify` bring an Ed25519 of their own each, which would be a second one
//! to watch.

mod lines;
mod public;
mod secret;
mod signature;

pub use public::PublicKey;
#[cfg(any(test, fuzzing))]
pub(crate) use secret::sealed;
pub use secret::{KdfCost, SecretKey, SecretKeyError, Seeds};
pub use signature::{BadSignature, Signature};

/// Why a text is not a key or a signature of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMinisign {
    /// It does not have the lines that such a file has.
    #[error("it does not have the lines of a minisign {0}")]
    Lines(Kind),
    /// A line is not base64 of the right length.
    #[error("line {0} is not base64 of the right length")]
    Base64(usize),
    /// Made with another algorithm.
    #[error("it is of another algorithm than the one that is taken (prehashed Ed25519)")]
    Algorithm,
    /// The key is not a point of the curve.
    #[error("it is not an Ed25519 key")]
    Key,
}

/// What a minisign file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A public key.
    PublicKey,
    /// A secret key.
    SecretKey,
    /// A signature.
    Signature,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PublicKey => "public key",
            Self::SecretKey => "secret key",
            Self::Signature => "signature",
        })
    }
}

/// Tells keys apart; it is no digest of the key and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; 8]);

impl std::fmt::Display for KeyId {
    /// As the tool prints it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016X}", u64::from_le_bytes(self.0))
    }
}

impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
