//! Units behind numbers in digits.

use crate::figure;
use crate::segment::Edit;
use crate::token::Token;
use crate::unit::{Kind, unit_behind};

/// Adds the units behind numbers in digits, and behind a "per" after those.
pub(crate) fn with_units(tokens: &[Token<'_>], numbers: Vec<Edit>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut numbers = numbers.into_iter().peekable();
    let mut at = 0;
    while at < tokens.len() {
        let number = match numbers.next_if(|edit| edit.words.start == at) {
            Some(edit) => edit,
            None if figure::takes_unit(&tokens[at].core) => Edit {
                words: at..at + 1,
                text: tokens[at].plain.to_owned(),
            },
            None => {
                at += 1;
                continue;
            }
        };
        at = number.words.end;
        edits.push(number);
        at = unit_at(tokens, at, &mut edits);
    }
    edits.retain(|edit| edit.changes(tokens));
    edits
}

/// Writes the unit at `at`, behind the last of `edits`, and says where it ends.
fn unit_at(tokens: &[Token<'_>], at: usize, edits: &mut Vec<Edit>) -> usize {
    let Some(unit) = unit_behind(tokens, at) else {
        return at;
    };
    let end = at + unit.words;
    match (unit.written, edits.last_mut()) {
        (Some(percent), Some(number)) if unit.kind == Kind::Percent => {
            number.words.end = end;
            number.text.push_str(percent);
            return end;
        }
        (Some(written), _) => edits.push(Edit {
            words: at..end,
            text: written.to_owned(),
        }),
        (None, _) => {}
    }
    let per = tokens.get(end).filter(|_| tokens[end - 1].is_open());
    if per.is_none_or(|per| per.core != "per" || !per.goes_on()) {
        return end;
    }
    match unit_behind(tokens, end + 1).and_then(|unit| Some((unit.written?, unit))) {
        Some((written, unit)) if unit.kind != Kind::Percent => {
            let words = end + 1..end + 1 + unit.words;
            let text = written.to_owned();
            let end = words.end;
            edits.push(Edit { words, text });
            end
        }
        _ => end,
    }
}
