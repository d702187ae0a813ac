//! A note as PDF/A-2u (ISO 19005-2): pages of A4 with their fonts embedded, for reading, printing
//! and keeping.

mod face;
mod layout;

use krilla::SerializeSettings;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::text::TextDirection;

use crate::document::Document;
use crate::instant::Instant;
use face::Faces;
use layout::{HEIGHT, Page, WIDTH};

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The fonts lack characters, and a page without them could be misread.
    #[error(
        "the PDF's fonts lack {0} characters of this note (they have Latin, Greek and Cyrillic); nothing was \
         written. Export it as DOCX or HTML, which are shown in the reader's fonts"
    )]
    Characters(usize),
    /// The fonts that come with the program do not read, which a test excludes.
    #[error("the fonts that come with the program do not read; nothing was written")]
    Fonts,
    /// The pages could not be written as PDF/A.
    #[error("the pages could not be written as PDF/A-2u; nothing was written")]
    Unwritable,
}

/// A document as PDF: a title, a heading and a list for each section, what has to be known about it
/// at the end; patient and visit at the head of each page, state, digest and page number at its
/// foot. Lines are wrapped, and a heading stays with its first line.
///
/// The same document gives the same bytes.
///
/// # Errors
/// [`PdfError`].
pub fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let faces = Faces::load().ok_or(PdfError::Fonts)?;
    let pages = layout::pages(document, &faces);
    let lacking = pages.iter().flat_map(|page| &page.texts);
    let lacking: usize = lacking
        .map(|text| faces.lacking(text.weight, &text.words))
        .sum();
    if lacking > 0 {
        return Err(PdfError::Characters(lacking));
    }
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|_| PdfError::Unwritable)?;
    let mut pdf = krilla::Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    pdf.set_metadata(metadata(document));
    for page in &pages {
        draw(&mut pdf, page, &faces)?;
    }
    pdf.finish().map_err(|_| PdfError::Unwritable)
}

fn draw(pdf: &mut krilla::Document, page: &Page, faces: &Faces) -> Result<(), PdfError> {
    let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PdfError::Unwritable)?;
    let mut sheet = pdf.start_page_with(settings);
    let mut surface = sheet.surface();
    for text in &page.texts {
        surface.draw_text(
            Point::from_xy(text.x, text.y),
            faces.font(text.weight),
            text.size,
            &text.words,
            false,
            TextDirection::LeftToRight,
        );
    }
    for rule in &page.rules {
        let mut path = krilla::geom::PathBuilder::new();
        let edges = krilla::geom::Rect::from_ltrb(rule.left, rule.y, rule.right, rule.y + 0.5);
        path.push_rect(edges.ok_or(PdfError::Unwritable)?);
        surface.draw_path(&path.finish().ok_or(PdfError::Unwritable)?);
    }
    surface.finish();
    sheet.finish();
    Ok(())
}

fn metadata(document: &Document) -> Metadata {
    let program = face::printable(&format!("Inroom {}", document.program));
    let author = match &document.signature {
        Some(signed) => face::printable(signed.signer.expose()),
        None => program.clone(),
    };
    Metadata::new()
        .title(face::printable(&document.shown_title()))
        .authors(vec![author])
        .description(format!(
            "Visit {}, revision {}, SHA-256 of the note {}",
            document.visit,
            document.revision.0,
            document.note_sha256.as_str()
        ))
        .creator(program.clone())
        .producer(program)
        .creation_date(date(&Instant::of(document.made_at)))
        .document_id(format!("{} {}", document.visit, document.revision.0))
}

fn date(at: &Instant) -> DateTime {
    // Each lies within its type by what a calendar is.
    DateTime::new(at.year as u16)
        .month(at.month as u8)
        .day(at.day as u8)
        .hour(at.hour as u8)
        .minute(at.minute as u8)
        .second(at.second as u8)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
