//! Whether something has changed since it was last built: a digest over names and contents, kept in a file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{digest, places};

/// Digest of everything that a result depends on.
#[derive(Debug, PartialEq, Eq)]
pub struct Stamp(String);

impl Stamp {
    /// Over the files' paths and contents.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn of_files(files: impl IntoIterator<Item = PathBuf>) -> Result<Self> {
        let mut lines = Vec::new();
        for file in files {
            let name = file
                .strip_prefix(places::root())
                .unwrap_or(&file)
                .to_string_lossy()
                .into_owned();
            lines.push(format!("{} {name}", digest::of_file(&file)?));
        }
        lines.sort();
        Ok(Self(digest::of(lines.join("\n").as_bytes())))
    }

    /// This and something else.
    pub fn and(self, text: &str) -> Self {
        Self(digest::of(format!("{} {text}", self.0).as_bytes()))
    }

    /// Whether the file holds this stamp.
    pub fn is_in(&self, file: &Path) -> bool {
        fs::read_to_string(file).is_ok_and(|kept| kept == self.0)
    }

    /// Writes it into the file.
    ///
    /// # Errors
    /// If that fails.
    pub fn keep_in(&self, file: &Path) -> Result<()> {
        fs::write(file, &self.0).with_context(|| format!("cannot write {}", file.display()))
    }
}

/// All files below a folder, without the named folders directly in it.
///
/// # Errors
/// If a folder cannot be read.
pub fn files_below(folder: &Path, without: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && !without.iter().any(|name| entry.file_name() == *name) {
            files.extend(files_below(&entry.path(), &[])?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_changed_renamed_or_new_file_changes_the_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = || Stamp::of_files(files_below(folder.path(), &["dist"]).unwrap()).unwrap();
        fs::create_dir_all(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/one"), "1").unwrap();
        let first = stamp();
        let kept = folder.path().join("dist");
        assert!(!first.is_in(&kept));
        fs::create_dir(&kept).unwrap();
        first.keep_in(&kept.join("stamp")).unwrap();
        assert!(
            stamp().is_in(&kept.join("stamp")),
            "what lies in an excluded folder does not count"
        );
        fs::write(folder.path().join("a/one"), "2").unwrap();
        assert_ne!(stamp(), first);
        fs::write(folder.path().join("a/one"), "1").unwrap();
        assert_eq!(stamp(), first);
        fs::rename(folder.path().join("a/one"), folder.path().join("a/two")).unwrap();
        assert_ne!(stamp(), first);
    }
}
