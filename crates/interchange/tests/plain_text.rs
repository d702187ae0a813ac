//! Every note in `tests/notes/` as text: `NAME.json` gives `NAME.txt`, and with marks
//! `NAME.marked.txt`.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{draft, holds_nothing_else, signed};
use interchange::{Body, Marks, plain_text, text_document};
use visit::Note;

#[test]
fn each_note_gives_its_texts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notes");
    let mut notes: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    notes.sort();
    assert_eq!(notes.len(), 3, "{notes:?}");
    for path in notes {
        let note: Note = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for (marks, extension) in [(Marks::None, "txt"), (Marks::Doubtful, "marked.txt")] {
            let expected = fs::read_to_string(path.with_extension(extension)).unwrap();
            assert_eq!(
                plain_text(&Body::of(&note), marks),
                expected,
                "{} {marks:?}",
                path.display()
            );
        }
    }
}

#[test]
fn a_section_is_copied_with_its_own_marks_alone() {
    let body = draft().body;
    let results = body.section("results").unwrap();
    assert_eq!(
        plain_text(&results, Marks::Doubtful),
        "RESULTS\nNo results were stated.\n"
    );
    let plan = plain_text(&body.section("plan").unwrap(), Marks::Doubtful);
    assert!(
        plan.contains("[2 lines of the draft were left out"),
        "{plan}"
    );
    assert!(body.section("Plan").is_none());
}

#[test]
fn a_document_as_text_says_what_it_is() {
    let text = text_document(&signed());
    assert!(text.starts_with("Full visit\n\nCHIEF COMPLAINT\nKnee pain"));
    for fact in [
        "Patient: Anna Example\n",
        "Born: 1957-04-30\n",
        "Record number: MRN-0042\n",
        "Visit: 2025-11-26 07:18 UTC, c3c3c3c3-c3c3-c3c3-c3c3-c3c3c3c3c3c3\n",
        "Status: Revision 3, signed by Dr. Élodie Example, 2025-11-26 07:35 UTC\n",
        "Drafted by: the language model example-model-1b (SHA-256 b2b2",
        ") with Inroom 0.0.9, 2025-11-26 07:25 UTC\n",
        "SHA-256 of the note: a1a1",
        "Written by: Inroom 0.1.0, 2025-11-26 07:43 UTC\n",
    ] {
        assert!(text.contains(fact), "{fact} is not in {text}");
    }
    holds_nothing_else(&text);
    let unsigned = text_document(&draft());
    assert!(unsigned.contains("Patient: Ms. Example, room 3\n"));
    assert!(unsigned.contains("Status: Revision 3, not signed, 2025-11-26 07:26 UTC\n"));
}
