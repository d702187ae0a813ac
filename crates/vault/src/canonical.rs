//! A note as one sequence of bytes, so that a digest of it means the same for ever, whatever form
//! it is stored or sent in.
//!
//! Version 1: `inroom note` ‖ `1`, then the fields in the order of [`visit::Note`] and of what it
//! is made of. A text is its length in bytes (u32) and its UTF-8; a list is its length (u32) and its
//! items; a number is a u32; an origin and a degree of support are the texts that stand for them
//! here. Numbers are little-endian.

use sha2::{Digest, Sha256};
use visit::{Note, Origin, Sha256Hex, Statement, Support};

const PURPOSE: &[u8] = b"inroom note\x01";

/// SHA-256 (FIPS 180-4) of a note's canonical form.
pub(crate) fn digest(note: &Note) -> Sha256Hex {
    let mut form = Form(Sha256::new());
    form.0.update(PURPOSE);
    form.note(note);
    Sha256Hex::from_bytes(form.0.finalize().into())
}

struct Form(Sha256);

impl Form {
    fn note(&mut self, note: &Note) {
        self.text(&note.template);
        self.length(note.sections.len());
        for section in &note.sections {
            for text in [&section.id, &section.title, &section.empty] {
                self.text(text);
            }
            self.length(section.statements.len());
            section
                .statements
                .iter()
                .for_each(|one| self.statement(one));
        }
        self.length(note.omissions.len());
        for omission in &note.omissions {
            self.number(omission.segment);
            self.text(omission.text.expose());
            self.text(omission.why.expose());
        }
    }

    fn statement(&mut self, statement: &Statement) {
        self.text(statement.text.expose());
        self.text(match statement.origin {
            Origin::Model => "model",
            Origin::Accepted => "accepted",
            Origin::Person => "person",
        });
        self.text(match statement.support {
            Support::Unsupported => "unsupported",
            Support::Partial => "partial",
            Support::Supported => "supported",
        });
        self.text(statement.reason.expose());
        self.length(statement.evidence.len());
        for words in &statement.evidence {
            for number in [words.segment, words.start, words.end] {
                self.number(number);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text.as_bytes());
    }

    fn length(&mut self, length: usize) {
        // A note of four billion bytes is not stored: its revision would not be either.
        self.number(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn number(&mut self, number: u32) {
        self.0.update(number.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A note and the digest of its canonical form, kept for ever.
    const NOTE: &str = include_str!("../tests/vectors/note-v1.json");
    const DIGEST: &str = include_str!("../tests/vectors/note-v1.sha256");

    #[test]
    fn the_first_versions_form_stays_as_it_is() {
        let note: Note = serde_json::from_str(NOTE).unwrap();
        assert_eq!(digest(&note).as_str(), DIGEST.trim());
    }

    /// Each change of one value in the JSON is a change of the digest.
    #[test]
    fn no_part_of_a_note_is_left_out() {
        let whole: serde_json::Value = serde_json::from_str(NOTE).unwrap();
        let original = digest(&serde_json::from_value(whole.clone()).unwrap());
        let mut tried = 0;
        let mut paths = Vec::new();
        leaves(&whole, &mut String::new(), &mut paths);
        for path in paths {
            let mut other = whole.clone();
            let leaf = other.pointer_mut(&path).unwrap();
            *leaf = match (&*leaf, path.rsplit('/').next().unwrap()) {
                (_, "origin") => "person".into(),
                (_, "support") => "supported".into(),
                (serde_json::Value::Number(number), _) => (number.as_u64().unwrap() + 1).into(),
                (leaf, _) => format!("{} ", leaf.as_str().unwrap()).into(),
            };
            if other != whole {
                let changed = digest(&serde_json::from_value(other).unwrap());
                assert_ne!(changed, original, "{path}");
                tried += 1;
            }
        }
        assert!(tried > 20, "{tried}");
    }

    fn leaves(value: &serde_json::Value, at: &mut String, found: &mut Vec<String>) {
        let mut below = |key: String, value: &serde_json::Value| {
            let before = at.len();
            at.push('/');
            at.push_str(&key);
            leaves(value, at, found);
            at.truncate(before);
        };
        match value {
            serde_json::Value::Object(fields) => {
                fields
                    .iter()
                    .for_each(|(key, value)| below(key.clone(), value));
            }
            serde_json::Value::Array(items) => {
                (0..)
                    .zip(items)
                    .for_each(|(n, value): (u32, _)| below(n.to_string(), value));
            }
            _ => found.push(at.clone()),
        }
    }

    /// What is moved across the border of two fields is another note.
    #[test]
    fn fields_do_not_run_into_each_other() {
        let one: Note = serde_json::from_str(NOTE).unwrap();
        let mut other = one.clone();
        let section = &mut other.sections[0];
        let moved = section.title.remove(0);
        section.id.push(moved);
        assert_ne!(digest(&one), digest(&other));
    }
}
