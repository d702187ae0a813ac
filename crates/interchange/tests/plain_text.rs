//! Every note in `tests/notes/` as text: `NAME.json` gives `NAME.txt`, and with marks
//! `NAME.marked.txt`.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use interchange::{Marks, plain_text};
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
                plain_text(&note, marks),
                expected,
                "{} {marks:?}",
                path.display()
            );
        }
    }
}
