//! A note on its way out of the window.

use interchange::Format;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::{Note, PatientText, RevisionNumber, Sha256Hex, VisitId};

/// A note, or one section of it, for the clipboard.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NoteTextRequest {
    /// The visit.
    pub visit: VisitId,
    /// The note.
    pub note: Note,
    /// The section's short name; none for the whole note.
    pub section: Option<String>,
}

/// What goes on the clipboard.
#[derive(Debug, Serialize, TS)]
pub struct NoteCopy {
    /// As plain text.
    pub text: PatientText,
    /// As a piece of HTML, everything in it escaped.
    pub html: PatientText,
}

/// The newest stored revision of a note, to be written to a file.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// The visit.
    pub visit: VisitId,
    /// In what form.
    pub format: Format,
    /// A file that does not exist yet, from the root on.
    pub file: String,
    /// An age recipient that it is encrypted to; blank to leave it readable.
    pub recipient: String,
    /// The patient's number in the clinic's records; may be blank.
    pub record_number: PatientText,
}

/// What was written.
#[derive(Debug, Serialize, TS)]
pub struct ExportReport {
    /// The revision of the note.
    pub revision: RevisionNumber,
    /// Digest of the file.
    pub sha256: Sha256Hex,
}
