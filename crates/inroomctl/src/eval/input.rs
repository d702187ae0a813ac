//! The dialogues of a JSONL file, and what is wrong with the lines that hold none.

use serde_json::Value;

/// A line that is not blank.
#[derive(Debug, PartialEq)]
pub(super) struct Line<'a> {
    /// Its number in the file, from 1; blank lines count.
    number: usize,
    bytes: &'a [u8],
}

/// A visit to draft.
#[derive(Debug, PartialEq)]
pub(super) struct Dialogue {
    pub(super) id: String,
    /// A turn a line.
    pub(super) text: String,
}

/// A line without a dialogue.
#[derive(Debug)]
pub(super) struct Refused {
    /// The line's identifier where it can be read, else the number of the line.
    pub(super) id: String,
    pub(super) reason: Reason,
}

/// What is wrong with a line. The run goes on with the next one.
#[derive(Debug, thiserror::Error)]
pub(super) enum Reason {
    #[error("the line is not text in UTF-8; nothing of it was drafted")]
    NotText,
    #[error("the line is not a JSON object; nothing of it was drafted")]
    NotJson(#[source] serde_json::Error),
    #[error("the line has no \"{0}\" that is a text; nothing of it was drafted")]
    Without(&'static str),
}

/// The lines of a file that are not blank.
pub(super) fn lines(text: &[u8]) -> Vec<Line<'_>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.split(|byte| *byte == b'\n')
        .zip(1..)
        .filter(|(bytes, _)| !bytes.trim_ascii().is_empty())
        .map(|(bytes, number)| Line { number, bytes })
        .collect()
}

impl Line<'_> {
    /// # Errors
    /// [`Refused`], with the reason, if the line holds no dialogue.
    pub(super) fn dialogue(&self) -> Result<Dialogue, Refused> {
        let refused = |reason| Refused {
            id: format!("line {}", self.number),
            reason,
        };
        let text = str::from_utf8(self.bytes).map_err(|_| refused(Reason::NotText))?;
        let fields: serde_json::Map<String, Value> =
            serde_json::from_str(text).map_err(|error| refused(Reason::NotJson(error)))?;
        let id = match fields.get("id") {
            Some(Value::String(id)) => id.clone(),
            _ => return Err(refused(Reason::Without("id"))),
        };
        match fields.get("dialogue") {
            Some(Value::String(text)) => Ok(Dialogue {
                id,
                text: text.clone(),
            }),
            _ => Err(Refused {
                id,
                reason: Reason::Without("dialogue"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_line_is_read_by_itself_and_keeps_its_number_and_identifier() {
        let text = b"\xef\xbb\xbf{\"id\":\"a\",\"dialogue\":\"[doctor] Hello.\"}\r\n\n  \n\xff\xfe\nnot json\n[1]\n\
            {\"dialogue\":\"x\"}\n{\"id\":\"b\"}\n{\"id\":\"c\",\"dialogue\":7}\n";
        let told: Vec<(String, String)> = lines(text)
            .iter()
            .map(|line| match line.dialogue() {
                Ok(dialogue) => (dialogue.id, dialogue.text),
                Err(refused) => (refused.id, refused.reason.to_string()),
            })
            .collect();
        let expected = [
            ("a", "[doctor] Hello."),
            ("line 4", "not text"),
            ("line 5", "not a JSON object"),
            ("line 6", "not a JSON object"),
            ("line 7", "no \"id\""),
            ("b", "no \"dialogue\""),
            ("c", "no \"dialogue\""),
        ];
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for ((id, told), (expected_id, words)) in told.iter().zip(expected) {
            assert_eq!(id, expected_id);
            assert!(told.contains(words), "{told}");
        }
    }
}
