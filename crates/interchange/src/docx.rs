//! A note as a word processor's document: WordprocessingML in an Open Packaging container
//! (ECMA-376, parts 1 and 2), without macros, links or anything that is loaded.

mod parts;

use crate::archive::{ArchiveError, archive};
use crate::document::Document;

/// A document as DOCX: a title, a heading and a list for each section, what has to be known about
/// it at the end; patient and visit in the header of every page, state and page number in the
/// footer.
///
/// The same document gives the same bytes.
///
/// # Errors
/// [`ArchiveError`], which no document causes.
pub fn docx(document: &Document) -> Result<Vec<u8>, ArchiveError> {
    let parts = parts::all(document);
    archive(parts.iter().map(|(name, part)| (*name, part.as_bytes())))
}
