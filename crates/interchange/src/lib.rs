//! What leaves the program: a note in the forms that other systems and people read.
//!
//! This crate turns what it is handed into bytes; it reads no store, no clock and no file and
//! writes none.
#![forbid(unsafe_code)]

mod archive;
mod body;
mod document;
mod docx;
mod fhir;
mod format;
mod hl7;
mod html;
mod identity;
mod instant;
mod loinc;
mod markup;
mod pdf;
mod text;

pub use archive::{ArchiveError, archive};
pub use body::{Body, Line, Section};
pub use document::{BirthDate, Document, Drafted, NotADate, Patient, Signed};
pub use docx::docx;
pub use fhir::fhir_bundle;
pub use format::{Format, UnknownFormat, WriteError};
pub use hl7::hl7_message;
pub use html::{html_document, html_fragment};
pub use pdf::{PdfError, pdf};
pub use text::{Marks, plain_text, text_document};
