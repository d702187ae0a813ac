//! How the page looks and behaves for a person. Nothing about visits stands here.
//!
//! A file of our own instead of the web view's storage, which would leave an unencrypted database
//! on the disk.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::failure::{Failure, FailureCode};

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
    /// Reads them; the defaults where there are none, or where the file is not one of ours.
    pub fn read(folder: &Path) -> Self {
        std::fs::read_to_string(file(folder))
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
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
        assert_eq!(Preferences::read(folder.path()), Preferences::default());
        chosen.write(folder.path()).unwrap();
        assert_eq!(Preferences::read(folder.path()), chosen);
        std::fs::write(file(folder.path()), "{").unwrap();
        assert_eq!(Preferences::read(folder.path()), Preferences::default());
    }
}
