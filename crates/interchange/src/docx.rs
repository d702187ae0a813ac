//! A note as a word processor's document: WordprocessingML in an Open Packaging container
//! (ECMA-376, parts 1 and 2), without macros, links or anything that is loaded.

mod parts;

use std::io::{Cursor, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::document::Document;

/// The document could not be put together.
#[derive(Debug, thiserror::Error)]
#[error("the document could not be packed; nothing was written")]
pub struct DocxError(#[from] zip::result::ZipError);

impl From<std::io::Error> for DocxError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// A document as DOCX: a title, a heading and a list for each section, what has to be known about
/// it at the end; patient and visit in the header of every page, state and page number in the
/// footer.
///
/// The same document gives the same bytes.
///
/// # Errors
/// [`DocxError`], which no document causes.
pub fn docx(document: &Document) -> Result<Vec<u8>, DocxError> {
    // The earliest time that a ZIP archive knows, in place of a clock.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts::all(document) {
        package.start_file(name, options)?;
        package.write_all(part.as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}
