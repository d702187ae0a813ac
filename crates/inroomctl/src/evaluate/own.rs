//! The clinic's own recordings: found in a folder, heard, counted, and forgotten.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

/// Endings of sound that is read.
const SOUND: [&str; 5] = ["wav", "flac", "mp3", "m4a", "ogg"];
/// Most bytes of what is said in one recording.
const MOST_BYTES: u64 = 4 << 20;

/// A recording and what is said in it.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) sound: PathBuf,
    pub(super) said: String,
}

/// The recordings of a folder, in the order of their names. None is named in what comes of it: such
/// files are often called after patients.
pub(super) fn recordings(folder: &Path) -> anyhow::Result<Vec<Recorded>> {
    let unreadable = || format!("the folder {} cannot be read", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(unreadable)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .with_context(unreadable)?;
    paths.retain(|path| {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        ending.is_some_and(|ending| SOUND.iter().any(|known| ending == *known))
    });
    paths.sort();
    if paths.is_empty() {
        bail!(
            "there is no recording ({}) in {}; nothing was measured",
            SOUND.join(", "),
            folder.display()
        );
    }
    let with_words = |sound: PathBuf| {
        let words = sound.with_extension("txt");
        let context = || format!("{} is to hold the words of the recording", words.display());
        let length = fs::metadata(&words).with_context(context)?.len();
        ensure!(length <= MOST_BYTES, "{} is too long", words.display());
        let said = fs::read_to_string(&words).with_context(context)?;
        ensure!(!said.trim().is_empty(), "{} is empty", words.display());
        Ok(Recorded { sound, said })
    };
    paths.into_iter().map(with_words).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_recording_needs_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let refused = || recordings(folder.path()).unwrap_err().to_string();
        assert!(refused().contains("no recording"));
        put("b.WAV", "");
        put("readme.md", "not a recording");
        assert!(refused().contains("b.txt"));
        put("b.txt", " \n");
        assert!(refused().contains("is empty"));
        put("b.txt", "two words");
        put("a.flac", "");
        put("a.txt", "three more words");
        let found = recordings(folder.path()).unwrap();
        let said: Vec<&str> = found.iter().map(|one| one.said.as_str()).collect();
        assert_eq!(said, ["three more words", "two words"]);
    }
}
