//! The ways to the vault key, each as it stands in the keys file.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{FIRST_VERSION, FORMAT, PASSPHRASE_VERSION};
use crate::device::{self, DevicePlace, DeviceSecrets};
use crate::error::VaultError;
use crate::escrow::EscrowRecipient;
use crate::hex::{Hex, HexBytes};
use crate::key::{Device, KEY_BYTES, Key, Passphrase, VaultRoot};
use crate::passphrase::{self, KdfCost, SALT_BYTES};
use crate::seal::{self, NONCE_BYTES, Nonce, TAG_BYTES};

/// The ways that shall lead into a vault.
pub struct Ways<'a> {
    /// What a person knows.
    pub passphrase: &'a SecretString,
    /// What guessing it costs.
    pub cost: KdfCost,
    /// Where this computer keeps its secret; `None`: the passphrase alone opens the vault, also a
    /// copy of it on another computer.
    pub device: Option<&'a dyn DeviceSecrets>,
    /// To whom the vault key is entrusted.
    pub escrow: Option<&'a EscrowRecipient>,
}

/// One way to the vault key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Wrap {
    /// Argon2id over a passphrase, this computer's secret mixed in, then XChaCha20-Poly1305.
    Passphrase {
        kdf: Kdf,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<OnDevice>,
        nonce: Hex<NONCE_BYTES>,
        /// Ciphertext and tag.
        wrapped_key: Hex<{ KEY_BYTES + TAG_BYTES }>,
    },
    /// An age file for one X25519 recipient, in hexadecimal digits.
    Escrow {
        recipient: String,
        wrapped_key: HexBytes,
    },
}

/// That this computer's secret is needed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnDevice {
    pub(super) place: DevicePlace,
    pub(super) check: Hex<16>,
}

/// A key sealed under one that hangs on the vault key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) nonce: Hex<NONCE_BYTES>,
    /// Ciphertext and tag.
    pub(super) wrapped_key: Hex<{ KEY_BYTES + TAG_BYTES }>,
}

/// How the passphrase becomes a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kdf {
    pub(super) name: KdfName,
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
    pub(super) salt: Hex<SALT_BYTES>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum KdfName {
    /// RFC 9106, version 0x13.
    #[serde(rename = "argon2id-v19")]
    Argon2id,
}

impl Kdf {
    pub(super) fn cost(&self) -> Option<KdfCost> {
        KdfCost::checked(self.memory_kib, self.passes, self.lanes)
    }
}

pub(super) fn wraps_for(
    root: &Key<VaultRoot>,
    vault: &[u8; 16],
    ways: &Ways<'_>,
) -> Result<Vec<Wrap>, VaultError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(VaultError::NoRandomness)?;
    let device = match ways.device {
        Some(secrets) => Some((secrets.place(), device::make(secrets, vault)?)),
        None => None,
    };
    let wrap = by_passphrase(
        root,
        vault,
        (ways.passphrase, ways.cost),
        salt,
        device,
        &Nonce::make_random()?,
    )?;
    let mut wraps = vec![wrap];
    if let Some(recipient) = ways.escrow {
        wraps.push(Wrap::Escrow {
            recipient: recipient.to_string(),
            wrapped_key: HexBytes(recipient.wrap(root)?),
        });
    }
    Ok(wraps)
}

pub(super) fn by_passphrase(
    root: &Key<VaultRoot>,
    vault: &[u8; 16],
    (passphrase, cost): (&SecretString, KdfCost),
    salt: [u8; SALT_BYTES],
    device: Option<(DevicePlace, Key<Device>)>,
    nonce: &Nonce,
) -> Result<Wrap, VaultError> {
    let kdf = Kdf {
        name: KdfName::Argon2id,
        memory_kib: cost.memory_kib(),
        passes: cost.passes(),
        lanes: cost.lanes(),
        salt: Hex(salt),
    };
    let secret = device.as_ref().map(|(_, secret)| secret);
    let wrapping = wrapping_key(passphrase, &kdf, cost, secret)?;
    let device = device.map(|(place, secret)| OnDevice {
        place,
        check: Hex(secret.check(vault)),
    });
    let bound = bound(
        PASSPHRASE_VERSION,
        Some(vault),
        cost,
        &salt,
        device.as_ref(),
    );
    let Kept { nonce, wrapped_key } = seal_key(&wrapping, nonce, &bound, root);
    Ok(Wrap::Passphrase {
        kdf,
        device,
        nonce,
        wrapped_key,
    })
}

pub(super) fn wrapping_key(
    passphrase: &SecretString,
    kdf: &Kdf,
    cost: KdfCost,
    device: Option<&Key<Device>>,
) -> Result<Key<Passphrase>, VaultError> {
    let key = passphrase::derive_key(passphrase, &kdf.salt.0, cost)?;
    Ok(match device {
        Some(device) => key.with_device(device),
        None => key,
    })
}

/// What kept keys are bound to.
pub(super) const SIGNING: &[u8] = b"inroom-vault-keys signing";
pub(super) const FORMER: &[u8] = b"inroom-vault-keys former";

pub(super) fn keep<Purpose>(
    root: &Key<VaultRoot>,
    key: &Key<Purpose>,
    label: &[u8],
) -> Result<Kept, VaultError> {
    let nonce = Nonce::make_random()?;
    Ok(seal_key(&root.derive_keeping_key(), &nonce, label, key))
}

pub(super) fn seal_key<W, K>(wrapping: &Key<W>, nonce: &Nonce, bound: &[u8], key: &Key<K>) -> Kept {
    let mut wrapped_key = [0; KEY_BYTES + TAG_BYTES];
    let (text, tag) = wrapped_key.split_at_mut(KEY_BYTES);
    text.copy_from_slice(key.expose());
    tag.copy_from_slice(&seal::encrypt(wrapping, nonce, bound, text));
    Kept {
        nonce: Hex(nonce.0),
        wrapped_key: Hex(wrapped_key),
    }
}

pub(super) fn open_key<W, K>(wrapping: &Key<W>, bound: &[u8], sealed: &Kept) -> Option<Key<K>> {
    let (text, tag) = sealed.wrapped_key.0.split_last_chunk::<TAG_BYTES>()?;
    Key::fill_with(|bytes| {
        bytes.copy_from_slice(text);
        seal::decrypt(wrapping, &Nonce(sealed.nonce.0), bound, bytes, tag)
    })
    .ok()
}

/// What the wrapped key is bound to: purpose, version (u32), way in, cost (3 × u32) and salt;
/// numbers little-endian. From version 2 on also the vault's name and, after a 1, the place and the
/// check value of this computer's secret; a 0 where there is none.
pub(super) fn bound(
    version: u32,
    vault: Option<&[u8; 16]>,
    cost: KdfCost,
    salt: &[u8; SALT_BYTES],
    device: Option<&OnDevice>,
) -> Vec<u8> {
    let mut bound = FORMAT.as_bytes().to_vec();
    bound.extend_from_slice(&version.to_le_bytes());
    bound.extend_from_slice(b"passphrase argon2id-v19");
    for number in [cost.memory_kib(), cost.passes(), cost.lanes()] {
        bound.extend_from_slice(&number.to_le_bytes());
    }
    bound.extend_from_slice(salt);
    if version > FIRST_VERSION {
        bound.extend_from_slice(vault.map_or(&[0; 16], |vault| vault));
        match device {
            Some(device) => {
                bound.push(1);
                bound.push(match device.place {
                    DevicePlace::Keyring => 1,
                    DevicePlace::File => 2,
                });
                bound.extend_from_slice(&device.check.0);
            }
            None => bound.push(0),
        }
    }
    bound
}
