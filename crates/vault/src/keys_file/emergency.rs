//! The way of a sealed emergency sheet: a key of its own is encrypted to the sheet's age X25519
//! recipient, and together with this computer's secret it opens the vault key. What they give together
//! is kept under the vault key, too, so that the vault key can be exchanged without the sheet.

use serde::{Deserialize, Serialize};

use super::wrap::{Kept, OnDevice, open_key, seal_key};
use super::{DAMAGED, EMERGENCY_VERSION, FORMAT, KeysFile, PEOPLE_VERSION, Unwrapped};
use crate::device::{DevicePlace, DeviceSecrets};
use crate::error::VaultError;
use crate::escrow::{EscrowIdentity, EscrowRecipient};
use crate::hex::{Hex, HexBytes};
use crate::key::{Device, Emergency, Key, VaultRoot};
use crate::seal::Nonce;

/// The way, as it stands in the keys file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmergencyWay {
    pub(super) recipient: String,
    /// An age file for the sheet's recipient, in hexadecimal digits: the sheet's key.
    sheet_key: HexBytes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<OnDevice>,
    /// The vault key under the sheet's key and this computer's secret.
    vault_key: Kept,
    /// What wraps it, under the vault key.
    kept: Kept,
}

impl EmergencyWay {
    fn make(
        root: &Key<VaultRoot>,
        vault: &[u8; 16],
        recipient: &EscrowRecipient,
        device: Option<(DevicePlace, Key<Device>)>,
    ) -> Result<Self, VaultError> {
        let sheet = Key::<Emergency>::make_random()?;
        let wrapping = match &device {
            Some((_, secret)) => sheet.with_device(secret),
            None => sheet.another(),
        };
        let recipient_line = recipient.to_string();
        let nonces = [Nonce::make_random()?, Nonce::make_random()?];
        Ok(Self {
            sheet_key: HexBytes(recipient.encrypt(sheet.expose())?),
            device: device.map(|(place, secret)| OnDevice {
                place,
                check: Hex(secret.check(vault)),
            }),
            vault_key: seal_key(
                &wrapping,
                &nonces[0],
                &to_vault(vault, &recipient_line),
                root,
            ),
            kept: seal_key(
                &root.derive_keeping_key(),
                &nonces[1],
                &to_sheet(vault, &recipient_line),
                &wrapping,
            ),
            recipient: recipient_line,
        })
    }

    /// The same way to another vault key.
    pub(super) fn to_new_key(
        &self,
        vault: &[u8; 16],
        from: &Key<VaultRoot>,
        to: &Key<VaultRoot>,
    ) -> Result<Self, VaultError> {
        let bound = to_sheet(vault, &self.recipient);
        let wrapping: Key<Emergency> =
            open_key(&from.derive_keeping_key(), &bound, &self.kept).ok_or(DAMAGED)?;
        let nonces = [Nonce::make_random()?, Nonce::make_random()?];
        Ok(Self {
            vault_key: seal_key(&wrapping, &nonces[0], &to_vault(vault, &self.recipient), to),
            kept: seal_key(&to.derive_keeping_key(), &nonces[1], &bound, &wrapping),
            ..self.clone()
        })
    }
}

/// A sheet's recipient, and this computer's secret if the vault is tied to one.
pub(crate) type Sheet<'a> = (&'a EscrowRecipient, Option<(DevicePlace, Key<Device>)>);

impl KeysFile {
    /// The same vault, which the sheet with this recipient opens; no sheet does if `None`.
    pub(crate) fn with_emergency(
        &self,
        unwrapped: &Unwrapped,
        sheet: Option<Sheet<'_>>,
    ) -> Result<Self, VaultError> {
        let vault = *self.vault().ok_or(DAMAGED)?;
        let mut content = self.content.clone();
        content.emergency = match sheet {
            Some((recipient, device)) => Some(EmergencyWay::make(
                &unwrapped.root,
                &vault,
                recipient,
                device,
            )?),
            None => None,
        };
        content.version = match content.emergency {
            Some(_) => EMERGENCY_VERSION,
            None => PEOPLE_VERSION,
        };
        Ok(Self { content })
    }

    /// The recipient of the sheet that opens the vault.
    pub(crate) fn emergency_sheet(&self) -> Option<&str> {
        Some(self.content.emergency.as_ref()?.recipient.as_str())
    }

    /// Unwraps the vault key as whoever has the sheet does.
    ///
    /// # Errors
    /// [`VaultError::NoEmergency`], [`VaultError::WrongEmergencyCode`], a `DeviceSecret…` variant.
    pub(crate) fn unwrap_emergency(
        &self,
        code: &EscrowIdentity,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Unwrapped, VaultError> {
        let way = self.content.emergency.as_ref();
        let way = way.ok_or(VaultError::NoEmergency)?;
        let vault = self.vault().ok_or(DAMAGED)?;
        if code.recipient().to_string() != way.recipient {
            return Err(VaultError::WrongEmergencyCode);
        }
        let sheet: Key<Emergency> = code
            .decrypt_key(&way.sheet_key.0)
            .map_err(|_| VaultError::WrongEmergencyCode)?;
        let wrapping = match &way.device {
            Some(device) => sheet.with_device(&self.device_secret(device, secrets)?),
            None => sheet,
        };
        let bound = to_vault(vault, &way.recipient);
        let root = open_key(&wrapping, &bound, &way.vault_key).ok_or(DAMAGED)?;
        self.unwrapped(root)
    }
}

/// What the vault key is bound to under the sheet's key: purpose, vault, sheet.
fn to_vault(vault: &[u8; 16], recipient: &str) -> Vec<u8> {
    let purpose = b" of emergency\0";
    [FORMAT.as_bytes(), purpose, vault, recipient.as_bytes()].concat()
}

/// What the sheet's key is bound to under the vault key: purpose, vault, sheet.
fn to_sheet(vault: &[u8; 16], recipient: &str) -> Vec<u8> {
    let purpose = b" emergency\0";
    [FORMAT.as_bytes(), purpose, vault, recipient.as_bytes()].concat()
}
