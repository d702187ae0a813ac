use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::archive::ArchiveError;
use crate::document::Document;
use crate::docx::docx;
use crate::fhir::fhir_bundle;
use crate::hl7::hl7_message;
use crate::html::html_document;
use crate::pdf::{PdfError, pdf};
use crate::text::text_document;

/// In what form a note leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Plain text in UTF-8.
    Text,
    /// A page of HTML.
    Html,
    /// A FHIR R4 document Bundle in JSON.
    Fhir,
    /// An HL7 v2.5.1 message MDM^T02.
    Hl7,
    /// WordprocessingML (DOCX).
    Docx,
    /// PDF/A-2u.
    Pdf,
}

/// Why a document could not be written. Nothing has left.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// As a FHIR document.
    #[error("the FHIR document could not be written; nothing was exported")]
    Fhir(#[from] serde_json::Error),
    /// As DOCX.
    #[error(transparent)]
    Docx(#[from] ArchiveError),
    /// As PDF.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

/// Text that names no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a form that a note can leave in: text, html, fhir, hl7, docx or pdf")]
pub struct UnknownFormat;

impl Format {
    /// All forms.
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::Html,
        Self::Fhir,
        Self::Hl7,
        Self::Docx,
        Self::Pdf,
    ];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Fhir => "fhir",
            Self::Hl7 => "hl7",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
        }
    }

    /// Whether it is text that a terminal can show.
    pub const fn is_text(self) -> bool {
        !matches!(self, Self::Docx | Self::Pdf)
    }

    /// The document in this form.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(self, document: &Document) -> Result<Vec<u8>, WriteError> {
        Ok(match self {
            Self::Text => text_document(document).into_bytes(),
            Self::Html => html_document(document).into_bytes(),
            Self::Fhir => fhir_bundle(document)?,
            Self::Hl7 => hl7_message(document),
            Self::Docx => docx(document)?,
            Self::Pdf => pdf(document)?,
        })
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let named = Self::ALL.into_iter().find(|form| form.as_str() == name);
        named.ok_or(UnknownFormat)
    }
}
