use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use governance::{MOST_BYTES, Organisation};

/// A document as it lies on the disk.
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) organisation: Organisation,
}

impl Document {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let text = read(path)?;
        let organisation = Organisation::read(&text)
            .with_context(|| format!("{} is not in order", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            text,
            organisation,
        })
    }

    /// Puts another text in the document's place.
    pub(crate) fn exchange(&self, text: &str) -> anyhow::Result<()> {
        write(&self.path, text)
    }
}

/// A text that may be a document.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut text = String::new();
    let mut file = File::open(path)
        .with_context(unreadable)?
        .take(MOST_BYTES as u64 + 1);
    file.read_to_string(&mut text).with_context(unreadable)?;
    ensure!(
        text.len() <= MOST_BYTES,
        "{} has more than {MOST_BYTES} bytes, and no workstation would look at it",
        path.display()
    );
    Ok(text)
}

/// Where a document's signature lies.
pub(crate) fn signature_of(document: &Path) -> PathBuf {
    let mut name = document.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

/// Writes a file that everybody may read, as a whole: after a failure the one before is there.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    place(&builder, path, text, true)
}

/// Writes a file that only this account may read; one that is there is left alone.
pub(crate) fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    // The builder's files are so from the beginning.
    place(&tempfile::Builder::new(), path, text, false)
}

fn place(
    builder: &tempfile::Builder<'_, '_>,
    path: &Path,
    text: &str,
    over: bool,
) -> anyhow::Result<()> {
    let kept = || {
        format!(
            "{} cannot be written; a file that is there was left as it is",
            path.display()
        )
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = builder
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .with_context(kept)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .with_context(kept)?;
    if over {
        file.persist(path).with_context(kept)?;
    } else {
        file.persist_noclobber(path).with_context(kept)?;
    }
    Ok(())
}
