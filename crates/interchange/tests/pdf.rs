//! PDF documents, read by the package `pypdf`.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Characters, any_documents, draft, holds_nothing_else, note, read_by, signed};
use interchange::{Body, PdfError, pdf};
use serde_json::{Value, json};

fn read(bytes: Vec<u8>) -> Value {
    let [read] = read_by("read_pdf.py", &[bytes]).try_into().unwrap();
    read
}

fn pages(read: &Value) -> Vec<String> {
    // Where a line is broken is not part of the text.
    let pages = read["pages"].as_array().unwrap().iter();
    pages
        .map(|page| {
            let words = page.as_str().unwrap().split_whitespace();
            words.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[test]
fn a_signed_note_is_pdf_a_with_embedded_fonts_and_its_text() {
    let read = read(pdf(&signed()).unwrap());
    assert_eq!(
        (&read["part"], &read["conformance"]),
        (&json!("2"), &json!("U"))
    );
    for fonts in read["fonts"].as_array().unwrap() {
        let fonts = fonts.as_object().unwrap();
        assert!(fonts.len() == 2 && fonts.values().all(|embedded| embedded == true));
    }
    let [page] = pages(&read).try_into().unwrap();
    for words in [
        "Full visit",
        "CHIEF COMPLAINT",
        "Knee pain for three weeks.",
        "Ibuprofen 400 mg three times a day. [partly supported]",
        "2 lines of the draft were left out",
        "Anna Example · born 1957-04-30 · MRN-0042 · visit of 2025-11-26 07:18 UTC",
        "Revision 3, signed by Dr. Élodie Example, 2025-11-26 07:35 UTC",
        "Page 1 of 1",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(page.contains(&format!("SHA-256 of the note: {}", "a1".repeat(32))));
    assert_eq!(read["title"], "Full visit");
    assert_eq!(read["author"], "Dr. Élodie Example");
    assert_eq!(read["producer"], "Inroom 0.1.0");
    holds_nothing_else(&read.to_string());
}

#[test]
fn a_long_note_has_pages_with_header_footer_and_number() {
    let mut long = note();
    let line = long.sections[0].statements[0].clone();
    for number in 0..150 {
        let mut line = line.clone();
        let words = "of the left knee, worse on stairs and after sitting, better at rest";
        line.text = format!("Line {number}: pain {words}, {words}.").into();
        long.sections[0].statements.push(line);
    }
    let mut document = draft();
    document.body = Body::of(&long);
    let pages = pages(&read(pdf(&document).unwrap()));
    let count = pages.len();
    assert!((6..12).contains(&count), "{count}");
    for (number, page) in (1..).zip(&pages) {
        assert!(page.contains("Ms. Example, room 3 · visit of"), "{page}");
        assert!(page.contains("Revision 3, not signed"), "{page}");
        assert!(
            page.contains(&format!("Page {number} of {count}")),
            "{page}"
        );
    }
    let whole = pages.join(" ");
    for number in 0..150 {
        assert!(whole.contains(&format!("Line {number}: pain of the left knee")));
    }
}

#[test]
fn what_the_fonts_lack_is_refused_and_counted() {
    let mut document = draft();
    document.patient.label = "무릎".into();
    // In the header and at the end.
    assert!(matches!(pdf(&document), Err(PdfError::Characters(4))));
    document.patient.label = "Łukasz Öğün, Ελένη, Мария ≤ 3 → ½ µg".into();
    assert!(
        pages(&read(pdf(&document).unwrap()))[0].contains("Łukasz Öğün, Ελένη, Мария ≤ 3 → ½ µg")
    );
}

#[test]
fn any_text_is_written_or_refused() {
    for document in any_documents(Characters::All, 200) {
        match pdf(&document) {
            Ok(_) | Err(PdfError::Characters(_)) => {}
            Err(error) => unreachable!("{error}"),
        }
    }
    let documents = any_documents(Characters::European, 100);
    let written: Vec<Vec<u8>> = documents
        .iter()
        .map(|document| pdf(document).unwrap())
        .collect();
    read_by("read_pdf.py", &written);
}

#[test]
fn words_and_headers_that_are_too_long_are_broken() {
    let mut document = draft();
    document.patient.label = "x".repeat(5_000).into();
    let pages = pages(&read(pdf(&document).unwrap()));
    assert!(pages[0].contains('…'));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(pdf(&draft()).unwrap(), pdf(&draft()).unwrap());
}
