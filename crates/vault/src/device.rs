//! The secret of this computer: 256 random bits outside the vault's folder, without which the
//! passphrase opens nothing. So a copy of the folder does not open elsewhere.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::folder::private;
use crate::hex::{push_digits, read_digits};
use crate::key::{Device, KEY_BYTES, Key};

/// Where the secret of this computer is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DevicePlace {
    /// The operating system's keyring: Secret Service, Keychain or Credential Manager.
    Keyring,
    /// A file that the administrator has named.
    File,
}

impl fmt::Display for DevicePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "the keyring of this account",
            Self::File => "a device secret file",
        })
    }
}

/// Why a place for the secret did not answer. The words are for a person.
#[derive(Debug, thiserror::Error)]
#[error("{place} cannot be used: {reason}")]
pub struct DeviceError {
    /// Which place.
    pub place: DevicePlace,
    /// What it answered.
    pub reason: String,
}

/// A place that keeps secrets of this computer as text, each under a name.
pub trait DeviceSecrets: Send + Sync {
    /// Which kind of place this is.
    fn place(&self) -> DevicePlace;

    /// The secret with this name, `None` if there is none.
    ///
    /// # Errors
    /// [`DeviceError`] if the place is missing, locked or refuses; never to be taken for "none".
    fn read(&self, name: &str) -> Result<Option<SecretString>, DeviceError>;

    /// Keeps a secret under a name that has none.
    ///
    /// # Errors
    /// [`DeviceError`]; nothing is kept then.
    fn write(&self, name: &str, secret: &SecretString) -> Result<(), DeviceError>;
}

/// A file of its own for the secret, for computers without a keyring. Whoever can read it and
/// guesses the passphrase opens a copy of the vault; it belongs on another medium than backups do.
pub struct DeviceSecretFile(PathBuf);

/// Longest line of a device secret file, in bytes.
const LONGEST_LINE: u64 = 512;

impl DeviceSecretFile {
    /// The file with this path, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    fn failed(&self, error: &io::Error) -> DeviceError {
        DeviceError {
            place: DevicePlace::File,
            reason: format!("{}: {error}", self.0.display()),
        }
    }
}

impl DeviceSecrets for DeviceSecretFile {
    fn place(&self) -> DevicePlace {
        DevicePlace::File
    }

    fn read(&self, name: &str) -> Result<Option<SecretString>, DeviceError> {
        let file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(&error)),
        };
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST_LINE)
            .read_to_string(&mut text)
            .map_err(|error| self.failed(&error))?;
        Ok(secret_in(&text, name))
    }

    fn write(&self, name: &str, secret: &SecretString) -> Result<(), DeviceError> {
        let write = || {
            // Never over a file that is there: it may be the secret of another vault.
            let mut file =
                private(OpenOptions::new().write(true).create_new(true)).open(&self.0)?;
            let line = Zeroizing::new(format!("{name} {}\n", secret.expose_secret()));
            file.write_all(line.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| self.failed(&error))
    }
}

/// The secret in the line of a device secret file, if it is the one with this name.
pub(crate) fn secret_in(line: &str, name: &str) -> Option<SecretString> {
    line.trim()
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(' '))
        .map(SecretString::from)
}

/// The name under which the secret for a vault is kept.
pub(crate) fn name_of(vault: &[u8; 16]) -> String {
    let mut name = String::from("inroom-vault-");
    push_digits(&mut name, vault);
    name
}

/// Makes a secret for a vault and keeps it. One that is there already, left by a creation that was
/// cut off, is never overwritten.
pub(crate) fn make(
    secrets: &dyn DeviceSecrets,
    vault: &[u8; 16],
) -> Result<Key<Device>, VaultError> {
    let name = name_of(vault);
    if let Some(text) = secrets.read(&name)? {
        return parse(&text).ok_or(VaultError::DeviceSecretChanged {
            place: secrets.place(),
        });
    }
    let key = Key::make_random()?;
    secrets.write(&name, &print(&key))?;
    // Read back: a keyring that forgets is found now and not at the next start.
    find(secrets, vault)
}

/// The secret for a vault.
pub(crate) fn find(
    secrets: &dyn DeviceSecrets,
    vault: &[u8; 16],
) -> Result<Key<Device>, VaultError> {
    let place = secrets.place();
    let text = secrets
        .read(&name_of(vault))?
        .ok_or(VaultError::DeviceSecretMissing { place })?;
    parse(&text).ok_or(VaultError::DeviceSecretChanged { place })
}

fn print(key: &Key<Device>) -> SecretString {
    let mut text = String::with_capacity(2 * KEY_BYTES);
    push_digits(&mut text, key.expose());
    text.into()
}

pub(crate) fn parse(text: &SecretString) -> Option<Key<Device>> {
    // Straight into the key's place, so that there is no copy to wipe.
    Key::fill_with(|key| read_digits(text.expose_secret(), key).ok_or(())).ok()
}
