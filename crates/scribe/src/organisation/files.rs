use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use governance::MOST_BYTES;
use vault::{SignedSuccessor, WorkstationError, read_successors};

/// A file of an organisation that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("{} cannot be read; nothing was changed", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
    /// Nobody would look at it.
    #[error("{} has more than {MOST_BYTES} bytes, and no workstation would look at it", .0.display())]
    TooLong(PathBuf),
    /// There is no signature.
    #[error("{} is not signed: its .minisig is not beside it; nothing was changed", path.display())]
    NotSigned {
        /// Which.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: Box<FileError>,
    },
    /// It cannot be written.
    #[error("{} cannot be written; a file that is there was left as it is", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
}

/// A text that may be an organisation's document, a signature or a statement.
///
/// # Errors
/// [`FileError::Read`], [`FileError::TooLong`].
pub fn read_document(path: &Path) -> Result<String, FileError> {
    let failed = |source| FileError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let mut file = File::open(path)
        .map_err(failed)?
        .take(MOST_BYTES as u64 + 1);
    file.read_to_string(&mut text).map_err(failed)?;
    if text.len() > MOST_BYTES {
        return Err(FileError::TooLong(path.to_owned()));
    }
    Ok(text)
}

/// A text with the signature beside it; of a folder, its `organisation.toml`.
///
/// # Errors
/// [`FileError`].
pub fn read_signed(path: &Path) -> Result<(String, String), FileError> {
    let mut path = path.to_owned();
    if path.is_dir() {
        path.push("organisation.toml");
    }
    let text = read_document(&path)?;
    let signature = read_document(&signature_of(&path)).map_err(|source| FileError::NotSigned {
        path,
        source: Box::new(source),
    })?;
    Ok((text, signature))
}

/// The statements by which an organisation's key has named the one after it, as they lie beside a
/// document; of a folder, in it.
///
/// # Errors
/// [`WorkstationError`] if one of them cannot be read.
pub fn successors_beside(document: &Path) -> Result<Vec<SignedSuccessor>, WorkstationError> {
    let folder = if document.is_dir() {
        Some(document)
    } else {
        document.parent()
    };
    read_successors(folder.unwrap_or(Path::new(".")))
}

/// Where a signature lies.
pub fn signature_of(signed: &Path) -> PathBuf {
    let mut name = signed.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

/// Writes a file that everybody may read, as a whole: after a failure the one before is there.
///
/// # Errors
/// [`FileError::Write`].
pub fn write_public(path: &Path, text: &str) -> Result<(), FileError> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    place(&builder, path, text, true)
}

/// Writes a file that only this account may read; one that is there is left alone.
///
/// # Errors
/// [`FileError::Write`].
pub fn write_private(path: &Path, text: &str) -> Result<(), FileError> {
    // The builder's files are so from the beginning.
    place(&tempfile::Builder::new(), path, text, false)
}

fn place(
    builder: &tempfile::Builder<'_, '_>,
    path: &Path,
    text: &str,
    over: bool,
) -> Result<(), FileError> {
    let failed = |source| FileError::Write {
        path: path.to_owned(),
        source,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = builder
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    let placed = if over {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    placed.map(drop).map_err(|error| failed(error.error))
}
