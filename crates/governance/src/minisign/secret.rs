use blake2::{Blake2b, Digest as _, digest::consts::U32};
use ed25519_dalek::{Signer as _, SigningKey};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::{Zeroize as _, Zeroizing};

use super::lines::{self, UNTRUSTED};
use super::{KeyId, Kind, NotMinisign, PublicKey};

/// Identifier, seed, public key and checksum: what is encrypted.
const SEALED: usize = 8 + 64 + 32;
const SALT_AT: usize = 6;
const COST_AT: usize = SALT_AT + 32;
const SEALED_AT: usize = COST_AT + 16;
const BYTES: usize = SEALED_AT + SEALED;

/// What scrypt is to cost, in libsodium's terms, which the format stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfCost {
    operations: u64,
    memory_bytes: u64,
}

impl KdfCost {
    /// What the tool takes: one gibibyte of memory.
    pub const STANDARD: Self = Self {
        operations: 1 << 25,
        memory_bytes: 1 << 30,
    };
    /// libsodium's least, for tests: 16 mebibytes.
    pub const LEAST: Self = Self {
        operations: 1 << 19,
        memory_bytes: 1 << 24,
    };
    /// More than this is not tried: a file could ask for all memory, or for days.
    const MOST: Self = Self {
        operations: 1 << 27,
        memory_bytes: 1 << 31,
    };
    /// libsodium's own costs lead to 1.
    const MOST_LANES: u64 = 16;

    /// libsodium's choice of scrypt's parameters (`pickparams`): N as a power of two, r = 8, p.
    pub(super) fn parameters(self) -> Option<scrypt::Params> {
        let operations = self.operations.max(32_768);
        if self.memory_bytes > Self::MOST.memory_bytes || operations > Self::MOST.operations {
            return None;
        }
        let power = |most: u64| (1..63).find(|power| 1_u64 << power > most / 2);
        let (power, lanes) = if operations < self.memory_bytes / 32 {
            (power(operations / 32)?, 1)
        } else {
            let power = power(self.memory_bytes / 1024)?;
            (power, ((operations / 4) >> power) / 8)
        };
        if lanes > Self::MOST_LANES {
            return None;
        }
        // The length that the parameters carry concerns another use of the crate.
        scrypt::Params::new(power, 8, u32::try_from(lanes).ok()?, 32).ok()
    }
}

/// Why a secret key's file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretKeyError {
    /// The file is not one.
    #[error("the file is not a minisign secret key: {0}")]
    Form(NotMinisign),
    /// It lies open.
    #[error("the secret key is not encrypted; make one that is, and retire this one")]
    NotEncrypted,
    /// The cost is beyond what is tried, or means nothing.
    #[error(
        "the secret key asks for more work or memory than is given to it; it was left as it is"
    )]
    Cost,
    /// The passphrase is wrong, or the file damaged.
    #[error("the passphrase does not open the secret key; it was left as it is")]
    Passphrase,
}

impl From<NotMinisign> for SecretKeyError {
    fn from(found: NotMinisign) -> Self {
        Self::Form(found)
    }
}

/// The randomness that a new key is made of; the caller fetches it from the operating system.
pub struct Seeds {
    /// The secret itself.
    pub key: Zeroizing<[u8; 32]>,
    /// The identifier.
    pub id: [u8; 8],
}

/// The key that signs, in memory; wiped when dropped.
pub struct SecretKey {
    id: KeyId,
    key: SigningKey,
}

impl SecretKey {
    /// The key that is made of these seeds.
    pub fn from_seeds(seeds: &Seeds) -> Self {
        Self {
            id: KeyId(seeds.id),
            key: SigningKey::from_bytes(&seeds.key),
        }
    }

    /// Its public part.
    pub fn public(&self) -> PublicKey {
        PublicKey {
            id: self.id,
            key: self.key.verifying_key(),
        }
    }

    pub(super) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// The key's file, encrypted under a passphrase, as `minisign -s` takes it. The salt is random
    /// and used once.
    ///
    /// # Errors
    /// [`SecretKeyError::Cost`].
    pub fn seal(
        &self,
        passphrase: &SecretString,
        salt: &[u8; 32],
        cost: KdfCost,
    ) -> Result<String, SecretKeyError> {
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        bytes[..SALT_AT].copy_from_slice(b"EdScB2");
        bytes[SALT_AT..COST_AT].copy_from_slice(salt);
        bytes[COST_AT..COST_AT + 8].copy_from_slice(&cost.operations.to_le_bytes());
        bytes[COST_AT + 8..SEALED_AT].copy_from_slice(&cost.memory_bytes.to_le_bytes());
        let sealed = &mut bytes[SEALED_AT..];
        sealed[..8].copy_from_slice(&self.id.0);
        sealed[8..40].copy_from_slice(self.key.as_bytes());
        sealed[40..72].copy_from_slice(self.key.verifying_key().as_bytes());
        let checksum = checksum(&sealed[..72]);
        sealed[72..].copy_from_slice(&checksum);
        mask(sealed, passphrase, salt, cost)?;
        let mut text = format!("{UNTRUSTED}minisign encrypted secret key\n");
        lines::push(&mut text, bytes.as_slice());
        Ok(text)
    }

    /// Opens a key's file.
    ///
    /// # Errors
    /// [`SecretKeyError`].
    pub fn open(file: &str, passphrase: &SecretString) -> Result<Self, SecretKeyError> {
        let Sealed {
            salt,
            cost,
            mut sealed,
        } = Sealed::parse(file)?;
        mask(sealed.as_mut_slice(), passphrase, &salt, cost)?;
        let key = SigningKey::from_bytes(&Zeroizing::new(lines::part(sealed.as_slice(), 8)));
        let whole = sealed[72..] == checksum(&sealed[..72])
            && sealed[40..72] == key.verifying_key().as_bytes()[..];
        if !whole {
            return Err(SecretKeyError::Passphrase);
        }
        Ok(Self {
            id: KeyId(lines::part(sealed.as_slice(), 0)),
            key,
        })
    }
}

/// Whether this is a secret key's file, as far as it can be read without the passphrase.
#[cfg(any(test, fuzzing))]
pub(crate) fn sealed(file: &str) -> Result<(), SecretKeyError> {
    Sealed::parse(file).map(|_| ())
}

/// A secret key's file as it is read, before the passphrase.
struct Sealed {
    salt: [u8; 32],
    cost: KdfCost,
    sealed: Zeroizing<[u8; SEALED]>,
}

impl Sealed {
    fn parse(file: &str) -> Result<Self, SecretKeyError> {
        let [_, line] = lines::exactly(file, Kind::SecretKey)?;
        let bytes: Zeroizing<[u8; BYTES]> = Zeroizing::new(lines::decode(line, 2)?);
        let [signing, derivation, checking] =
            [0, 2, 4].map(|at| lines::part::<2>(bytes.as_slice(), at));
        if &derivation == b"\0\0" {
            return Err(SecretKeyError::NotEncrypted);
        }
        if (&signing, &derivation, &checking) != (b"Ed", b"Sc", b"B2") {
            return Err(NotMinisign::Algorithm.into());
        }
        let number = |at| u64::from_le_bytes(lines::part(bytes.as_slice(), at));
        let cost = KdfCost {
            operations: number(COST_AT),
            memory_bytes: number(COST_AT + 8),
        };
        cost.parameters().ok_or(SecretKeyError::Cost)?;
        Ok(Self {
            salt: lines::part(bytes.as_slice(), SALT_AT),
            cost,
            sealed: Zeroizing::new(lines::part(bytes.as_slice(), SEALED_AT)),
        })
    }
}

fn checksum(key: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::new()
        .chain_update(b"Ed")
        .chain_update(key)
        .finalize()
        .into()
}

/// Adds scrypt's output, bit by bit: once to encrypt, once more to decrypt.
fn mask(
    sealed: &mut [u8],
    passphrase: &SecretString,
    salt: &[u8; 32],
    cost: KdfCost,
) -> Result<(), SecretKeyError> {
    let parameters = cost.parameters().ok_or(SecretKeyError::Cost)?;
    let mut stream = Zeroizing::new([0_u8; SEALED]);
    let passphrase = passphrase.expose_secret().as_bytes();
    scrypt::scrypt(passphrase, salt, &parameters, stream.as_mut_slice())
        .map_err(|_| SecretKeyError::Cost)?;
    for (byte, mask) in sealed.iter_mut().zip(stream.iter()) {
        *byte ^= mask;
    }
    stream.zeroize();
    Ok(())
}
