//! What the self-checks look at, as the command line names it.

use std::path::Path;

use os_keyring::secrets_at;
use scribe::{SecretPlace, Surroundings, clock};
use vault::{DevicePlace, DeviceSecrets, Vault};

/// Where this computer's secret is.
pub(crate) enum Secrets {
    Reached(Box<dyn DeviceSecrets>),
    NotReached(String),
    NotNamed,
}

impl Secrets {
    /// Of the vault in a folder; where there is none, whether the keyring answers in which a new one
    /// would keep it.
    pub(crate) fn of(folder: &Path, file: Option<&Path>) -> Self {
        let place = match Vault::entrances(folder) {
            Ok(entrances) => entrances.device,
            Err(_) if Vault::exists(folder) => None,
            Err(_) if file.is_some() => Some(DevicePlace::File),
            Err(_) => Some(DevicePlace::Keyring),
        };
        match secrets_at(place, file) {
            Ok(Some(secrets)) => Self::Reached(secrets),
            Ok(None) => Self::NotNamed,
            Err(error) => Self::NotReached(error.to_string()),
        }
    }

    /// What is looked at, now.
    pub(crate) fn around<'a>(&'a self, folder: &'a Path) -> Surroundings<'a> {
        Surroundings {
            folder,
            secrets: match self {
                Self::Reached(secrets) => SecretPlace::Reached(secrets.as_ref()),
                Self::NotReached(why) => SecretPlace::NotReached(why.clone()),
                Self::NotNamed => SecretPlace::NotNamed,
            },
            now: clock::now(),
        }
    }
}
