//! How the page looks and behaves for a person. Nothing about visits stands here.
//!
//! A file of our own instead of the web view's storage, which would leave an unencrypted database
//! on the disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::failure::{Failure, FailureCode};

/// Most bytes of the file: many times what it ever holds.
const MOST_BYTES: u64 = 64 * 1024;

/// Why what was chosen is not known. The file stays as it is until something is chosen anew.
#[derive(Debug, thiserror::Error)]
pub enum PreferencesError {
    /// The file is longer than any that this program writes.
    #[error("it has more than {} KiB, and this program writes less than one", MOST_BYTES / 1024)]
    TooLong,
    /// The file does not hold preferences.
    #[error("it is not one that this program wrote")]
    NotOurs(#[source] serde_json::Error),
    /// The file is there and cannot be read.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
}

/// What a person has chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// Whether single keys are shortcuts; people who speak to their computer may not want them.
    pub single_key_shortcuts: bool,
    /// Where backups go; empty until there was one.
    #[serde(default)]
    pub backup_folder: String,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the computer is set.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            single_key_shortcuts: true,
            backup_folder: String::new(),
        }
    }
}

impl Preferences {
    /// Reads them; the defaults where there are none.
    ///
    /// # Errors
    /// [`PreferencesError`] if there is a file that says nothing.
    pub fn read(folder: &Path) -> Result<Self, PreferencesError> {
        let file = match File::open(file(folder)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(PreferencesError::Unreadable(error)),
        };
        let mut text = Vec::new();
        file.take(MOST_BYTES + 1)
            .read_to_end(&mut text)
            .map_err(PreferencesError::Unreadable)?;
        if text.len() as u64 > MOST_BYTES {
            return Err(PreferencesError::TooLong);
        }
        serde_json::from_slice(&text).map_err(PreferencesError::NotOurs)
    }

    /// Writes them.
    ///
    /// # Errors
    /// [`Failure`] if the folder cannot be written to.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(folder)?;
            let fresh = folder.join("preferences.json.new");
            std::fs::write(&fresh, serde_json::to_vec_pretty(self)?)?;
            std::fs::rename(fresh, file(folder))
        };
        write().map_err(|cause| {
            Failure::new(
                FailureCode::Preferences,
                format!("This choice holds until the window is closed: it could not be written down ({cause})."),
            )
        })
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("preferences.json")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_chosen_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let chosen = Preferences {
            theme: Theme::Dark,
            single_key_shortcuts: false,
            backup_folder: "/mnt/backup".to_owned(),
        };
        let read = || Preferences::read(folder.path());
        assert_eq!(read().unwrap(), Preferences::default());
        chosen.write(folder.path()).unwrap();
        assert_eq!(read().unwrap(), chosen);
    }

    /// As long as it may be, and a byte longer: the bound is on what is read, not on what it says.
    #[test]
    fn a_file_that_says_nothing_is_told_apart_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let read = || Preferences::read(folder.path());
        let path = file(folder.path());
        let padded = |bytes: usize| {
            let mut text = serde_json::to_vec(&Preferences::default()).unwrap();
            text.resize(bytes, b' ');
            text
        };
        std::fs::write(&path, padded(MOST_BYTES as usize)).unwrap();
        assert_eq!(read().unwrap(), Preferences::default());
        let longer = padded(MOST_BYTES as usize + 1);
        std::fs::write(&path, &longer).unwrap();
        assert!(matches!(read(), Err(PreferencesError::TooLong)));
        assert_eq!(std::fs::read(&path).unwrap(), longer);
        for other in [&b"{"[..], b"\xff\xfe", br#"{"theme":"dark"}"#] {
            std::fs::write(&path, other).unwrap();
            assert!(matches!(read(), Err(PreferencesError::NotOurs(_))));
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(matches!(read(), Err(PreferencesError::Unreadable(_))));
    }
}
