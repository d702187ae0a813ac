//! `keys.json`: the vault key, wrapped once for every way in.
//!
//! Version 2 knows two ways in: the passphrase, together with this computer's secret where there is
//! one, and the organisation's escrow identity. Version 1 knew the passphrase alone; it is read as
//! ever and written anew as version 2 when something changes. Version 3 is an organisation's: in the
//! place of the passphrase it has a way for each of its people (`person.rs`), and the escrow
//! identity's. Version 4 is version 3 with the way of a sealed emergency sheet (`emergency.rs`). Every wrapped key is bound to the file's purpose and version, to the vault and to how
//! its wrapping key came about. The checksum tells a damaged file from a wrong passphrase; it protects
//! against accidents only.

mod emergency;
mod people;
mod person;
mod wrap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::emergency::EmergencyWay;
use self::person::PersonWay;
use self::wrap::{
    FORMER, Kdf, Kept, OnDevice, SIGNING, Wrap, bound, keep, open_key, wrapping_key, wraps_for,
};
use crate::device::{self, DevicePlace, DeviceSecrets};
use crate::error::{Part, VaultError};
use crate::escrow::EscrowIdentity;
use crate::hex::Hex;
use crate::key::{Device, Key, Signing, VaultRoot};
use crate::passphrase::KdfCost;

pub(crate) use self::person::NewWay;
pub use self::wrap::Ways;

const FORMAT: &str = "inroom-vault-keys";
/// The newest version that is known.
const VERSION: u32 = EMERGENCY_VERSION;
/// Of an organisation's vault that a sealed sheet opens.
const EMERGENCY_VERSION: u32 = 4;
/// Of an organisation's vault.
const PEOPLE_VERSION: u32 = 3;
/// Of a vault with one passphrase.
const PASSPHRASE_VERSION: u32 = 2;
const FIRST_VERSION: u32 = 1;

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: String,
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vault: Option<Hex<16>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    people: Vec<PersonWay>,
    wraps: Vec<Wrap>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emergency: Option<EmergencyWay>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signing: Option<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    former: Option<Kept>,
    checksum: Hex<32>,
}

/// What the checksum covers: all of the file but itself.
#[derive(Clone, Debug, Serialize)]
struct Content {
    format: String,
    version: u32,
    /// A random name, the same as long as the vault lives. Not in version 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    vault: Option<Hex<16>>,
    /// From version 3 on, in the order of their accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    people: Vec<PersonWay>,
    wraps: Vec<Wrap>,
    /// In version 4 alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<EmergencyWay>,
    /// The key that signs, where it no longer hangs on the vault key.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<Kept>,
    /// While the vault key is exchanged: the one that goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    former: Option<Kept>,
}

/// A keys file that fits together.
#[derive(Debug)]
pub(crate) struct KeysFile {
    content: Content,
}

/// What stands in every version of the file.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// What an unwrapped keys file gives.
pub(crate) struct Unwrapped {
    /// The vault key.
    pub root: Key<VaultRoot>,
    /// The one before it, if the exchange of it was cut off.
    pub former: Option<Key<VaultRoot>>,
    /// The key that signs tombstones and backups.
    pub signing: Key<Signing>,
}

/// What a keys file says without being opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrances {
    /// The place of this computer's secret; `None` if the passphrase alone opens the vault.
    pub device: Option<DevicePlace>,
    /// To whom the vault key is entrusted.
    pub escrow: Option<String>,
    /// Whether it is an organisation's, whose people sign in with their accounts.
    pub is_organisations: bool,
    /// The accounts that have a way of their own.
    pub people: Vec<String>,
    /// The public part of the sealed emergency sheet that opens it.
    pub emergency: Option<String>,
    /// Whether an exchange of the vault key was cut off and waits to be finished.
    pub rotation_unfinished: bool,
}

const DAMAGED: VaultError = VaultError::Damaged {
    what: Part::KeysFile,
};

impl KeysFile {
    /// A new file around a new random vault key. The secret of this computer is made and kept.
    pub(crate) fn make(ways: &Ways<'_>) -> Result<(Self, Key<VaultRoot>), VaultError> {
        let mut vault = [0; 16];
        getrandom::fill(&mut vault).map_err(VaultError::NoRandomness)?;
        let root = Key::make_random()?;
        let wraps = wraps_for(&root, &vault, ways)?;
        Ok((Self::of(vault, wraps, None, None), root))
    }

    /// The same vault with other ways in.
    pub(crate) fn with_ways(
        &self,
        unwrapped: &Unwrapped,
        ways: &Ways<'_>,
    ) -> Result<Self, VaultError> {
        let vault = self.vault_or_new()?;
        let wraps = wraps_for(&unwrapped.root, &vault, ways)?;
        let (signing, former) = (self.content.signing.clone(), self.content.former.clone());
        Ok(Self::of(vault, wraps, signing, former))
    }

    /// The same ways to a new vault key, with the present one beside it until nothing needs it.
    pub(crate) fn with_new_key(
        &self,
        unwrapped: &Unwrapped,
        ways: &Ways<'_>,
    ) -> Result<(Self, Key<VaultRoot>), VaultError> {
        let vault = self.vault_or_new()?;
        let root = Key::<VaultRoot>::make_random()?;
        let wraps = wraps_for(&root, &vault, ways)?;
        let signing = keep(&root, &unwrapped.signing, SIGNING)?;
        let former = keep(&root, &unwrapped.root, FORMER)?;
        Ok((Self::of(vault, wraps, Some(signing), Some(former)), root))
    }

    /// The same file when nothing needs the former vault key any more.
    pub(crate) fn without_former_key(&self) -> Self {
        let content = Content {
            former: None,
            ..self.content.clone()
        };
        Self { content }
    }

    fn of(vault: [u8; 16], wraps: Vec<Wrap>, signing: Option<Kept>, former: Option<Kept>) -> Self {
        let content = Content {
            format: FORMAT.to_owned(),
            version: PASSPHRASE_VERSION,
            vault: Some(Hex(vault)),
            people: Vec::new(),
            wraps,
            emergency: None,
            signing,
            former,
        };
        Self { content }
    }

    /// The vault's name; version 1 had none.
    fn vault_or_new(&self) -> Result<[u8; 16], VaultError> {
        if let Some(vault) = &self.content.vault {
            return Ok(vault.0);
        }
        let mut vault = [0; 16];
        getrandom::fill(&mut vault).map_err(VaultError::NoRandomness)?;
        Ok(vault)
    }

    /// The vault's name, if it has one.
    pub(crate) fn vault(&self) -> Option<&[u8; 16]> {
        self.content.vault.as_ref().map(|vault| &vault.0)
    }

    /// The file's bytes.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, VaultError> {
        let content = self.content.clone();
        let written = Written {
            checksum: checksum(&content)?,
            format: content.format,
            version: content.version,
            vault: content.vault,
            people: content.people,
            wraps: content.wraps,
            emergency: content.emergency,
            signing: content.signing,
            former: content.former,
        };
        let mut bytes =
            serde_json::to_vec_pretty(&written).map_err(|_| VaultError::Unstorable {
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
        let written: Written = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        let checksum_there = written.checksum;
        let content = Content::from(written);
        if !content.is_whole() || checksum(&content)? != checksum_there {
            return Err(DAMAGED);
        }
        Ok(Self { content })
    }

    /// The bytes with the checksum that they should have: an altered file of somebody who computes it anew.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn with_right_checksum(bytes: &[u8]) -> Option<Vec<u8>> {
        let written: Written = serde_json::from_slice(bytes).ok()?;
        let content = Content::from(written);
        Self { content }.to_bytes().ok()
    }

    /// What it says without being opened.
    pub(crate) fn entrances(&self) -> Entrances {
        let mut entrances = Entrances {
            device: None,
            escrow: None,
            is_organisations: self.is_organisations(),
            people: self.people().map(str::to_owned).collect(),
            emergency: self.emergency_sheet().map(str::to_owned),
            rotation_unfinished: self.content.former.is_some(),
        };
        let mut devices = self.content.people.iter().filter_map(|way| way.device);
        entrances.device = devices.next().map(|device| device.place);
        for wrap in &self.content.wraps {
            match wrap {
                Wrap::Passphrase { device, .. } => {
                    entrances.device = device.map(|device| device.place);
                }
                Wrap::Escrow { recipient, .. } => entrances.escrow = Some(recipient.clone()),
            }
        }
        entrances
    }

    /// What guessing the passphrase costs.
    pub(crate) fn cost(&self) -> Option<KdfCost> {
        let of_person = self.content.people.first().map(|way| way.kdf.cost());
        of_person.flatten().or_else(|| {
            self.content.wraps.iter().find_map(|wrap| match wrap {
                Wrap::Passphrase { kdf, .. } => kdf.cost(),
                Wrap::Escrow { .. } => None,
            })
        })
    }

    /// Unwraps the vault key.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] if the passphrase is not the one it was wrapped with; a
    /// `DeviceSecret…` variant if this computer's secret is needed and is not the one.
    pub(crate) fn unwrap_with(
        &self,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Unwrapped, VaultError> {
        if self.is_organisations() {
            return Err(VaultError::AccountNeeded);
        }
        let Some(Wrap::Passphrase {
            kdf,
            device,
            nonce,
            wrapped_key,
        }) = self.content.wraps.first()
        else {
            return Err(DAMAGED);
        };
        let cost = kdf.cost().ok_or(DAMAGED)?;
        let secret = match device {
            Some(device) => Some(self.device_secret(device, secrets)?),
            None => None,
        };
        let wrapping = wrapping_key(passphrase, kdf, cost, secret.as_ref())?;
        let bound = self.content.bound(kdf, cost, device.as_ref());
        let sealed = Kept {
            nonce: *nonce,
            wrapped_key: *wrapped_key,
        };
        let root = open_key(&wrapping, &bound, &sealed).ok_or(VaultError::WrongPassphrase)?;
        self.unwrapped(root)
    }

    /// Unwraps the vault key as the organisation does.
    ///
    /// # Errors
    /// [`VaultError::NoEscrow`], [`VaultError::WrongIdentity`].
    pub(crate) fn unwrap_with_identity(
        &self,
        identity: &EscrowIdentity,
    ) -> Result<Unwrapped, VaultError> {
        let wrapped = self.content.wraps.iter().find_map(|wrap| match wrap {
            Wrap::Escrow { wrapped_key, .. } => Some(wrapped_key),
            Wrap::Passphrase { .. } => None,
        });
        let wrapped = wrapped.ok_or(VaultError::NoEscrow)?;
        self.unwrapped(identity.unwrap_key(&wrapped.0)?)
    }

    pub(crate) fn unwrapped(&self, root: Key<VaultRoot>) -> Result<Unwrapped, VaultError> {
        let keeping = root.derive_keeping_key();
        let former = match &self.content.former {
            Some(kept) => Some(open_key(&keeping, FORMER, kept).ok_or(DAMAGED)?),
            None => None,
        };
        let signing = match &self.content.signing {
            Some(kept) => open_key(&keeping, SIGNING, kept).ok_or(DAMAGED)?,
            None => root.derive_signing_key(),
        };
        Ok(Unwrapped {
            root,
            former,
            signing,
        })
    }

    fn device_secret(
        &self,
        device: &OnDevice,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Key<Device>, VaultError> {
        let place = device.place;
        let secrets = secrets
            .filter(|secrets| secrets.place() == place)
            .ok_or(VaultError::DeviceSecretNeeded { place })?;
        let vault = self.vault().ok_or(DAMAGED)?;
        let secret = device::find(secrets, vault)?;
        if secret.check(vault) != device.check.0 {
            return Err(VaultError::DeviceSecretChanged { place });
        }
        Ok(secret)
    }
}

impl From<Written> for Content {
    fn from(written: Written) -> Self {
        Self {
            format: written.format,
            version: written.version,
            vault: written.vault,
            people: written.people,
            wraps: written.wraps,
            emergency: written.emergency,
            signing: written.signing,
            former: written.former,
        }
    }
}

impl Content {
    /// Whether it has what its version has: the passphrase, or people, first, and at most one other way.
    fn is_whole(&self) -> bool {
        let passphrase_first = matches!(self.wraps.first(), Some(Wrap::Passphrase { .. }));
        let first_version = self.vault.is_none()
            && self.signing.is_none()
            && self.former.is_none()
            && matches!(
                self.wraps.as_slice(),
                [Wrap::Passphrase { device: None, .. }]
            );
        let is_escrow = |wrap: &Wrap| matches!(wrap, Wrap::Escrow { .. });
        if self.emergency.is_some() != (self.version == EMERGENCY_VERSION) {
            return false;
        }
        match self.version {
            FIRST_VERSION => first_version && self.people.is_empty(),
            PASSPHRASE_VERSION => {
                passphrase_first
                    && self.wraps.iter().skip(1).all(is_escrow)
                    && self.wraps.len() <= 2
                    && self.vault.is_some()
                    && self.people.is_empty()
            }
            _ => {
                self.wraps.iter().all(is_escrow)
                    && self.wraps.len() <= 1
                    && self.vault.is_some()
                    && self.people_are_in_order()
            }
        }
    }

    fn bound(&self, kdf: &Kdf, cost: KdfCost, device: Option<&OnDevice>) -> Vec<u8> {
        bound(
            self.version,
            self.vault.as_ref().map(|vault| &vault.0),
            cost,
            &kdf.salt.0,
            device,
        )
    }
}

/// SHA-256 over the compact JSON of the file without its checksum.
fn checksum(content: &Content) -> Result<Hex<32>, VaultError> {
    let checked = serde_json::to_vec(content).map_err(|_| VaultError::Unstorable {
        what: Part::KeysFile,
    })?;
    Ok(Hex(Sha256::digest(checked).into()))
}

#[cfg(test)]
mod tests;
