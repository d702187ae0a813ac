//! Documents for word processors, read by the package `python-docx`.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Characters, any_documents, draft, holds_nothing_else, read_by, signed};
use interchange::docx;
use serde_json::json;

#[test]
fn a_signed_note_has_headings_lists_and_metadata() {
    let [read] = read_by("read_docx.py", &[docx(&signed()).unwrap()])
        .try_into()
        .unwrap();
    let paragraphs = read["paragraphs"].as_array().unwrap();
    assert_eq!(
        paragraphs[..9],
        [
            json!(["Title", "Full visit"]),
            json!(["Heading 1", "CHIEF COMPLAINT"]),
            json!(["List Bullet", "Knee pain for three weeks."]),
            json!(["Heading 1", "Results"]),
            json!(["Normal", "No results were stated."]),
            json!(["Heading 1", "ASSESSMENT AND PLAN"]),
            json!([
                "List Bullet",
                "Ibuprofen 400 mg three times a day. [partly supported]"
            ]),
            json!(["List Bullet", "Work note given."]),
            json!([
                "Normal",
                "[2 lines of the draft were left out: the transcript does not bear out what the model wrote.]"
            ]),
        ]
    );
    assert!(
        paragraphs[9..]
            .iter()
            .all(|paragraph| paragraph[0] == "Facts")
    );
    assert_eq!(read["tables"], 0);
    assert_eq!(
        read["header"],
        "Anna Example · born 1957-04-30 · MRN-0042 · visit of 2025-11-26 07:18 UTC, \
         c3c3c3c3-c3c3-c3c3-c3c3-c3c3c3c3c3c3"
    );
    let footer = read["footer"].as_str().unwrap();
    assert!(
        footer
            .starts_with("Revision 3, signed by Dr. Élodie Example, 2025-11-26 07:35 UTC · page "),
        "{footer}"
    );
    assert_eq!(read["title"], "Full visit");
    assert_eq!(read["author"], "Dr. Élodie Example");
    assert_eq!(
        read["identifier"],
        "urn:uuid:c3c3c3c3-c3c3-c3c3-c3c3-c3c3c3c3c3c3"
    );
    assert_eq!(
        read["comments"],
        format!("SHA-256 of the note: {}", "a1".repeat(32))
    );
    assert_eq!(
        (&read["status"], &read["revision"]),
        (&json!("Final"), &json!(3))
    );
    assert!(
        read["created"]
            .as_str()
            .unwrap()
            .starts_with("2025-11-26T07:26:40")
    );
    holds_nothing_else(&read.to_string());
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(docx(&draft()).unwrap(), docx(&draft()).unwrap());
    assert_ne!(docx(&draft()).unwrap(), docx(&signed()).unwrap());
}

#[test]
fn any_text_stays_text() {
    let documents = any_documents(Characters::All, 100);
    let files: Vec<Vec<u8>> = documents
        .iter()
        .map(|document| docx(document).unwrap())
        .collect();
    let answers = read_by("read_docx.py", &files);
    for (document, read) in documents.iter().zip(answers) {
        let mut lines = document
            .body
            .sections()
            .iter()
            .flat_map(|section| section.lines());
        for paragraph in read["paragraphs"].as_array().unwrap() {
            if paragraph[0] == "List Bullet" {
                let line = lines.next().unwrap();
                assert!(paragraph[1].as_str().unwrap().starts_with(line.text()));
            }
        }
        assert!(lines.next().is_none());
    }
}
