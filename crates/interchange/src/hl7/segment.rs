//! Segments, fields and the escaping of text (HL7 v2.5.1, chapters 2.5 and 2.7), with the
//! recommended delimiters `|^~\&`.

use std::borrow::Cow;

use crate::body::one_line;

/// A segment: its name and its fields, numbered from 1.
pub(super) struct Segment {
    name: &'static str,
    fields: Vec<String>,
}

impl Segment {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            fields: Vec::new(),
        }
    }

    /// MSH, whose first field is the delimiter itself.
    pub(super) fn header() -> Self {
        Self::new("MSH").with(2, "^~\\&")
    }

    /// With a field that is encoded already.
    pub(super) fn with(mut self, number: usize, field: impl Into<String>) -> Self {
        if self.fields.len() < number {
            self.fields.resize(number, String::new());
        }
        self.fields[number - 1] = field.into();
        self
    }

    /// As it is sent, ended by a carriage return.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let fields = match self.name {
            "MSH" => &self.fields[1..],
            _ => &self.fields[..],
        };
        format!("{}|{}\r", self.name, fields.join("|")).into_bytes()
    }
}

/// A text as one field or component.
pub(super) fn text(text: &str) -> String {
    one_line(text).chars().map(escaped).collect()
}

/// Texts as the components of a field; empty ones at the end are left off.
pub(super) fn components(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| text(part)).collect();
    parts.join("^").trim_end_matches('^').to_owned()
}

/// A character as it stands in a field.
pub(super) fn escaped(c: char) -> Cow<'static, str> {
    match c {
        '|' => "\\F\\".into(),
        '^' => "\\S\\".into(),
        '&' => "\\T\\".into(),
        '~' => "\\R\\".into(),
        '\\' => "\\E\\".into(),
        c => c.to_string().into(),
    }
}
