//! Files in one: a ZIP archive, which every computer opens.

use std::io::{Cursor, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};

/// The files could not be put together.
#[derive(Debug, thiserror::Error)]
#[error("the files could not be packed into one; nothing was written")]
pub struct ArchiveError(#[from] zip::result::ZipError);

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// A ZIP archive of these files, in this order. The same files give the same bytes.
///
/// # Errors
/// [`ArchiveError`] for two files of one name, and for more than a ZIP archive holds.
pub fn archive<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Vec<u8>, ArchiveError> {
    // The earliest time that a ZIP archive knows, in place of a clock.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_again_and_no_name_stands_twice() {
        let files = [("a.txt", &b"alpha"[..]), ("b.txt", b"")];
        let packed = archive(files).unwrap();
        let mut again = zip::ZipArchive::new(Cursor::new(&packed)).unwrap();
        assert_eq!(again.len(), 2);
        let mut text = String::new();
        again
            .by_name("a.txt")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "alpha");
        assert_eq!(archive(files).unwrap(), packed);
        assert!(archive([("a", &b""[..]), ("a", b"")]).is_err());
    }
}
