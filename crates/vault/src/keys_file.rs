//! `keys.json`: the vault key, wrapped once for every way in.
//!
//! Version 1 knows one way in, the passphrase. The wrapped key is bound to the file's purpose and
//! version and to the derivation's cost and salt. The checksum tells a damaged file from a wrong
//! passphrase; it protects against accidents only.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Part, VaultError};
use crate::hex::Hex;
use crate::key::{KEY_BYTES, Key, VaultRoot};
use crate::passphrase::{self, KdfCost, SALT_BYTES};
use crate::seal::{self, NONCE_BYTES, Nonce, TAG_BYTES};

const FORMAT: &str = "inroom-vault-keys";
const VERSION: u32 = 1;

/// The file's content.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysFile {
    format: String,
    version: u32,
    wraps: Vec<Wrap>,
    checksum: Hex<32>,
}

/// The part that the checksum covers.
#[derive(Serialize)]
struct Checked<'a> {
    format: &'a str,
    version: u32,
    wraps: &'a [Wrap],
}

/// One way to the vault key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
enum Wrap {
    /// Argon2id over a passphrase, then XChaCha20-Poly1305.
    Passphrase {
        kdf: Kdf,
        nonce: Hex<NONCE_BYTES>,
        /// Ciphertext and tag.
        wrapped_key: Hex<{ KEY_BYTES + TAG_BYTES }>,
    },
}

/// How the passphrase becomes a key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kdf {
    name: KdfName,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Hex<SALT_BYTES>,
}

#[derive(Debug, Serialize, Deserialize)]
enum KdfName {
    /// RFC 9106, version 0x13.
    #[serde(rename = "argon2id-v19")]
    Argon2id,
}

/// What stands in every version of the file.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

const DAMAGED: VaultError = VaultError::Damaged {
    what: Part::KeysFile,
};

impl KeysFile {
    /// A new file around a new random vault key.
    pub(crate) fn make(
        passphrase: &SecretString,
        cost: KdfCost,
    ) -> Result<(Self, Key<VaultRoot>), VaultError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(VaultError::NoRandomness)?;
        let vault_key = Key::make_random()?;
        let file = Self::wrap(&vault_key, passphrase, cost, salt, &Nonce::make_random()?)?;
        Ok((file, vault_key))
    }

    fn wrap(
        vault_key: &Key<VaultRoot>,
        passphrase: &SecretString,
        cost: KdfCost,
        salt: [u8; SALT_BYTES],
        nonce: &Nonce,
    ) -> Result<Self, VaultError> {
        let wrapping = passphrase::derive_key(passphrase, &salt, cost)?;
        let mut wrapped_key = [0; KEY_BYTES + TAG_BYTES];
        let (text, tag) = wrapped_key.split_at_mut(KEY_BYTES);
        text.copy_from_slice(vault_key.expose());
        tag.copy_from_slice(&seal::encrypt(&wrapping, nonce, &bound(cost, &salt), text));

        let wraps = vec![Wrap::Passphrase {
            kdf: Kdf {
                name: KdfName::Argon2id,
                memory_kib: cost.memory_kib(),
                passes: cost.passes(),
                lanes: cost.lanes(),
                salt: Hex(salt),
            },
            nonce: Hex(nonce.0),
            wrapped_key: Hex(wrapped_key),
        }];
        let checksum = checksum(FORMAT, VERSION, &wraps)?;
        Ok(Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            wraps,
            checksum,
        })
    }

    /// The file's bytes.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, VaultError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|_| VaultError::Unstorable {
            what: Part::KeysFile,
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the file's bytes.
    ///
    /// # Errors
    /// [`VaultError::NewerVersion`], or [`VaultError::Damaged`] for anything that this program or
    /// an earlier one did not write.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let header: Header = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        if header.format != FORMAT || header.version == 0 {
            return Err(DAMAGED);
        }
        if header.version > VERSION {
            let (found, known) = (header.version, VERSION);
            return Err(VaultError::NewerVersion {
                what: Part::KeysFile,
                found,
                known,
            });
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        if checksum(&file.format, file.version, &file.wraps)? != file.checksum {
            return Err(DAMAGED);
        }
        Ok(file)
    }

    /// Unwraps the vault key.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] if the passphrase is not the one it was wrapped with.
    pub(crate) fn unwrap_with(
        &self,
        passphrase: &SecretString,
    ) -> Result<Key<VaultRoot>, VaultError> {
        let [
            Wrap::Passphrase {
                kdf,
                nonce,
                wrapped_key,
            },
        ] = self.wraps.as_slice()
        else {
            return Err(DAMAGED);
        };
        let cost = KdfCost::checked(kdf.memory_kib, kdf.passes, kdf.lanes).ok_or(DAMAGED)?;
        let Some((text, tag)) = wrapped_key.0.split_last_chunk::<TAG_BYTES>() else {
            return Err(DAMAGED);
        };
        let wrapping = passphrase::derive_key(passphrase, &kdf.salt.0, cost)?;
        Key::fill_with(|bytes| {
            bytes.copy_from_slice(text);
            seal::decrypt(
                &wrapping,
                &Nonce(nonce.0),
                &bound(cost, &kdf.salt.0),
                bytes,
                tag,
            )
        })
        .map_err(|_| VaultError::WrongPassphrase)
    }
}

/// What the wrapped key is bound to: purpose, version (u32), way in, cost (3 × u32) and salt;
/// numbers little-endian.
fn bound(cost: KdfCost, salt: &[u8; SALT_BYTES]) -> Vec<u8> {
    let mut bound = FORMAT.as_bytes().to_vec();
    bound.extend_from_slice(&VERSION.to_le_bytes());
    bound.extend_from_slice(b"passphrase argon2id-v19");
    for number in [cost.memory_kib(), cost.passes(), cost.lanes()] {
        bound.extend_from_slice(&number.to_le_bytes());
    }
    bound.extend_from_slice(salt);
    bound
}

/// SHA-256 over the compact JSON of the file without its checksum.
fn checksum(format: &str, version: u32, wraps: &[Wrap]) -> Result<Hex<32>, VaultError> {
    let checked = serde_json::to_vec(&Checked {
        format,
        version,
        wraps,
    })
    .map_err(|_| VaultError::Unstorable {
        what: Part::KeysFile,
    })?;
    Ok(Hex(Sha256::digest(checked).into()))
}

#[cfg(test)]
mod tests;
