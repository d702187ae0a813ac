//! Where in a document a field stands.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::mistake::{Mistake, Wrong};

/// The fields of a document, by their places.
pub(crate) struct Places<'t> {
    text: &'t str,
    /// In the order of their paths.
    fields: Vec<Field>,
}

/// A field: `person[2].account`.
struct Field {
    path: String,
    key: Range<usize>,
    value: Range<usize>,
}

impl<'t> Places<'t> {
    /// Finds the fields.
    ///
    /// # Errors
    /// [`Mistake`] if the text is not TOML.
    pub(crate) fn of(text: &'t str) -> Result<Self, Mistake> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut fields = Vec::new();
        table(root.get_ref(), "", &mut fields);
        fields.sort_by(|one, other| one.path.cmp(&other.path));
        let places = Self { text, fields };
        match errors.first() {
            Some(error) => Err(places.mistake_at(error.span(), Wrong::form(error))),
            None => Ok(places),
        }
    }

    /// What is wrong at a place that the TOML reader names.
    pub(crate) fn mistake_at(&self, span: Option<Range<usize>>, wrong: Wrong) -> Mistake {
        let span = span.unwrap_or(0..0);
        // The value of a table with a header begins with the header, before its key.
        let start = |field: &Field| field.key.start.min(field.value.start);
        let holding = self
            .fields
            .iter()
            .filter(|field| start(field) <= span.start && span.end <= field.value.end)
            .min_by_key(|field| field.value.end - start(field));
        let before = || {
            let fields = self.fields.iter();
            let before = fields.filter(|field| start(field) <= span.start);
            before.max_by_key(|field| start(field))
        };
        let whole = span.start == 0 && span.end >= self.text.trim_end().len();
        let field = if whole { None } else { holding.or_else(before) };
        Mistake {
            line: self.line(span.start),
            field: field.map_or_else(|| "the document".to_owned(), |field| field.path.clone()),
            wrong,
        }
    }

    /// What is wrong with a field; one that is not there is looked for where it would stand.
    pub(crate) fn mistake_of(&self, path: &str, wrong: Wrong) -> Mistake {
        let mut place = path;
        let line = loop {
            if let Some(field) = self.find(place) {
                break self.line(field.key.start);
            }
            match place.rfind(['.', '[']) {
                Some(end) => place = &place[..end],
                None => break 1,
            }
        };
        Mistake {
            line,
            field: path.to_owned(),
            wrong,
        }
    }

    /// Where the value of a field stands.
    pub(crate) fn value(&self, path: &str) -> Option<Range<usize>> {
        self.find(path).map(|field| field.value.clone())
    }

    /// Where the last value below a path ends.
    pub(crate) fn last_end(&self, path: &str) -> Option<usize> {
        let below = self.below(path);
        below.map(|field| field.value.end).max()
    }

    /// Where the first key below a path begins.
    pub(crate) fn first_key(&self, path: &str) -> Option<usize> {
        let below = self.below(path);
        below.map(|field| field.key.start).min()
    }

    fn below(&self, path: &str) -> impl Iterator<Item = &Field> {
        let start = format!("{path}.");
        self.fields
            .iter()
            .filter(move |field| field.path.starts_with(&start))
    }

    fn find(&self, path: &str) -> Option<&Field> {
        let at = self
            .fields
            .binary_search_by(|field| field.path.as_str().cmp(path));
        at.ok().and_then(|at| self.fields.get(at))
    }

    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|byte| **byte == b'\n').count()
    }
}

fn table(of: &DeTable<'_>, path: &str, fields: &mut Vec<Field>) {
    for (key, found) in of {
        let dot = if path.is_empty() { "" } else { "." };
        let path = format!("{path}{dot}{}", written(key.get_ref()));
        value(found, path, key.span(), fields);
    }
}

/// A key as it is written: in quotes where it has to be.
fn written(key: &str) -> Cow<'_, str> {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !key.is_empty() && key.bytes().all(bare) {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(format!("{key:?}"))
    }
}

fn value(found: &Spanned<DeValue<'_>>, path: String, key: Range<usize>, fields: &mut Vec<Field>) {
    match found.get_ref() {
        DeValue::Table(below) => table(below, &path, fields),
        DeValue::Array(entries) => {
            for (number, entry) in (1..).zip(entries.iter()) {
                let span = entry.span();
                value(entry, format!("{path}[{number}]"), span, fields);
            }
        }
        _ => (),
    }
    fields.push(Field {
        path,
        key,
        value: found.span(),
    });
}
