//! The ways of an organisation's people: each has a key of their own, which their passphrase opens, and
//! which opens the vault key. It is kept under the vault key, too, so that the vault key can be
//! exchanged without everybody's passphrase.

use governance::Account;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::wrap::{Kdf, KdfName, Kept, OnDevice, bound, open_key, seal_key, wrapping_key};
use super::{FORMAT, PEOPLE_VERSION};
use crate::device::{self, DevicePlace, DeviceSecrets};
use crate::error::VaultError;
use crate::hex::Hex;
use crate::key::{Device, Key, Person, VaultRoot};
use crate::passphrase::{KdfCost, SALT_BYTES};
use crate::seal::Nonce;

/// A way that is to be made for a person.
pub(crate) struct NewWay<'a> {
    pub(crate) account: &'a Account,
    pub(crate) passphrase: &'a SecretString,
    pub(crate) cost: KdfCost,
    pub(crate) device: Option<&'a dyn DeviceSecrets>,
}

/// A person's way, as it stands in the keys file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonWay {
    pub(super) account: String,
    pub(super) kdf: Kdf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<OnDevice>,
    /// The person's key under their passphrase and this computer's secret.
    pub(super) person_key: Kept,
    /// The vault key under the person's key.
    pub(super) vault_key: Kept,
    /// The person's key under the vault key.
    pub(super) kept: Kept,
}

/// What is random in a way.
pub(super) struct Random {
    pub(super) person: Key<Person>,
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) nonces: [Nonce; 3],
}

impl Random {
    pub(super) fn make() -> Result<Self, VaultError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(VaultError::NoRandomness)?;
        Ok(Self {
            person: Key::make_random()?,
            salt,
            nonces: [
                Nonce::make_random()?,
                Nonce::make_random()?,
                Nonce::make_random()?,
            ],
        })
    }
}

impl PersonWay {
    /// A new way with a key of its own.
    pub(super) fn make(
        root: &Key<VaultRoot>,
        vault: &[u8; 16],
        new: &NewWay<'_>,
    ) -> Result<Self, VaultError> {
        let device = match new.device {
            Some(secrets) => Some((secrets.place(), device::make(secrets, vault)?)),
            None => None,
        };
        let known = (new.account.as_str(), new.passphrase, new.cost);
        Self::with(root, vault, known, device, &Random::make()?)
    }

    pub(super) fn with(
        root: &Key<VaultRoot>,
        vault: &[u8; 16],
        (account, passphrase, cost): (&str, &SecretString, KdfCost),
        device: Option<(DevicePlace, Key<Device>)>,
        random: &Random,
    ) -> Result<Self, VaultError> {
        let kdf = Kdf {
            name: KdfName::Argon2id,
            memory_kib: cost.memory_kib(),
            passes: cost.passes(),
            lanes: cost.lanes(),
            salt: Hex(random.salt),
        };
        let secret = device.as_ref().map(|(_, secret)| secret);
        let wrapping = wrapping_key(passphrase, &kdf, cost, secret)?;
        let device = device.map(|(place, secret)| OnDevice {
            place,
            check: Hex(secret.check(vault)),
        });
        let by_passphrase = bound_to_passphrase(vault, account, &kdf, cost, device.as_ref());
        let [first, second, third] = &random.nonces;
        Ok(Self {
            person_key: seal_key(&wrapping, first, &by_passphrase, &random.person),
            vault_key: seal_key(&random.person, second, &to_vault(vault, account), root),
            kept: seal_key(
                &root.derive_keeping_key(),
                third,
                &to_person(vault, account),
                &random.person,
            ),
            account: account.to_owned(),
            kdf,
            device,
        })
    }

    /// The vault key, if the passphrase is the one; `secret` is this computer's.
    pub(super) fn open(
        &self,
        vault: &[u8; 16],
        passphrase: &SecretString,
        secret: Option<&Key<Device>>,
    ) -> Result<Key<VaultRoot>, VaultError> {
        let cost = self.kdf.cost().ok_or(super::DAMAGED)?;
        let wrapping = wrapping_key(passphrase, &self.kdf, cost, secret)?;
        let bound =
            bound_to_passphrase(vault, &self.account, &self.kdf, cost, self.device.as_ref());
        let person: Key<Person> =
            open_key(&wrapping, &bound, &self.person_key).ok_or(VaultError::WrongPassphrase)?;
        let to_vault = to_vault(vault, &self.account);
        open_key(&person, &to_vault, &self.vault_key).ok_or(super::DAMAGED)
    }

    /// The same way to another vault key.
    pub(super) fn to_new_key(
        &self,
        vault: &[u8; 16],
        from: &Key<VaultRoot>,
        to: &Key<VaultRoot>,
    ) -> Result<Self, VaultError> {
        let bound = to_person(vault, &self.account);
        let person: Key<Person> =
            open_key(&from.derive_keeping_key(), &bound, &self.kept).ok_or(super::DAMAGED)?;
        let nonces = [Nonce::make_random()?, Nonce::make_random()?];
        Ok(Self {
            vault_key: seal_key(&person, &nonces[0], &to_vault(vault, &self.account), to),
            kept: seal_key(&to.derive_keeping_key(), &nonces[1], &bound, &person),
            ..self.clone()
        })
    }
}

/// What the person's key is bound to under the passphrase: as a wrapped vault key is in version 2, then
/// the length (u16, little-endian) and the bytes of the account.
fn bound_to_passphrase(
    vault: &[u8; 16],
    account: &str,
    kdf: &Kdf,
    cost: KdfCost,
    device: Option<&OnDevice>,
) -> Vec<u8> {
    let mut bytes = bound(PEOPLE_VERSION, Some(vault), cost, &kdf.salt.0, device);
    bytes.extend_from_slice(&(account.len() as u16).to_le_bytes());
    bytes.extend_from_slice(account.as_bytes());
    bytes
}

/// What the vault key is bound to under the person's key: purpose, vault, account.
fn to_vault(vault: &[u8; 16], account: &str) -> Vec<u8> {
    [
        FORMAT.as_bytes(),
        b" of person\0",
        vault,
        account.as_bytes(),
    ]
    .concat()
}

/// What the person's key is bound to under the vault key: purpose, vault, account.
fn to_person(vault: &[u8; 16], account: &str) -> Vec<u8> {
    [FORMAT.as_bytes(), b" person\0", vault, account.as_bytes()].concat()
}
