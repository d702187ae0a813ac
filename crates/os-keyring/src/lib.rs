//! The operating system's keyring as the place of this computer's secret: Secret Service on Linux,
//! Credential Manager on Windows, Keychain on macOS.
#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use secrecy::ExposeSecret;
use vault::{DeviceError, DevicePlace, DeviceSecretFile, DeviceSecrets, SecretString};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(target_os = "windows")]
use windows_native_keyring_store::Store;
#[cfg(target_os = "linux")]
use zbus_secret_service_keyring_store::Store;

/// Under what the entries stand in the keyring.
const SERVICE: &str = "Inroom";

/// The keyring of the account that the program runs under.
pub struct Keyring {
    store: Arc<Store>,
}

impl Keyring {
    /// Reaches for it.
    ///
    /// # Errors
    /// [`DeviceError`] if this computer has none that answers.
    pub fn reach() -> Result<Self, DeviceError> {
        Ok(Self {
            store: Store::new().map_err(|error| failed(&error))?,
        })
    }

    fn entry(&self, name: &str) -> Result<Entry, DeviceError> {
        self.store
            .build(SERVICE, name, None)
            .map_err(|error| failed(&error))
    }
}

impl DeviceSecrets for Keyring {
    fn place(&self) -> DevicePlace {
        DevicePlace::Keyring
    }

    fn read(&self, name: &str) -> Result<Option<SecretString>, DeviceError> {
        match self.entry(name)?.get_password() {
            Ok(secret) => Ok(Some(secret.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    fn write(&self, name: &str, secret: &SecretString) -> Result<(), DeviceError> {
        self.entry(name)?
            .set_password(secret.expose_secret())
            .map_err(|error| failed(&error))
    }
}

/// The cause in words, with what the platform says.
fn failed(error: &Error) -> DeviceError {
    let reason = match error {
        Error::PlatformFailure(cause) => format!("it does not answer ({cause})"),
        Error::NoStorageAccess(cause) => format!("it is locked or refuses ({cause})"),
        Error::Ambiguous(_) => "it holds more than one secret for this vault".to_owned(),
        // Never the entry's content, which some variants carry.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            "it holds something else under the name of this vault".to_owned()
        }
        other => other.to_string(),
    };
    DeviceError {
        place: DevicePlace::Keyring,
        reason,
    }
}

/// The place that a vault asks for: the keyring, or the file that was named.
///
/// # Errors
/// [`DeviceError`] if the keyring does not answer.
pub fn secrets_at(
    place: Option<DevicePlace>,
    file: Option<&Path>,
) -> Result<Option<Box<dyn DeviceSecrets>>, DeviceError> {
    Ok(match (place, file) {
        (Some(DevicePlace::Keyring), _) => Some(Box::new(Keyring::reach()?)),
        (Some(DevicePlace::File), Some(file)) => Some(Box::new(DeviceSecretFile::new(file))),
        // Without the file the vault says that it is needed.
        (Some(DevicePlace::File), None) | (None, _) => None,
    })
}
