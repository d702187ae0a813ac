//! A segment's words, written.

use std::ops::Range;

use visit::{PatientText, Segment, Word};

use crate::chain::number_edits;
use crate::run::runs;
use crate::token::{Token, tokens};
use crate::unit_edits::with_units;

/// Words that become one word with another text. The punctuation around them stays.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub words: Range<usize>,
    pub text: String,
}

impl Edit {
    /// Whether anything would be another way.
    pub(crate) fn changes(&self, tokens: &[Token<'_>]) -> bool {
        self.words.len() != 1 || tokens[self.words.start].plain != self.text
    }
}

/// The segment with its numbers, doses and units in their written form; each word that changes keeps what was spoken.
///
/// A segment without words, and one whose text is not its words with a space between them, is left as it is; so is one
/// that has been written already, as beside what is written other words could read as numbers.
pub fn write(segment: Segment) -> Segment {
    let is_written = segment.words.iter().any(|word| word.spoken.is_some());
    if is_written || segment.text.expose() != line(&segment.words) {
        return segment;
    }
    let words = written(&segment.words);
    let text = PatientText::from(line(&words));
    Segment {
        text,
        words,
        ..segment
    }
}

fn line(words: &[Word]) -> String {
    let texts: Vec<&str> = words.iter().map(|word| word.text.expose()).collect();
    texts.join(" ")
}

/// The words in their written form.
fn written(words: &[Word]) -> Vec<Word> {
    let tokens = tokens(words);
    let numbers = number_edits(&tokens, &runs(&tokens));
    let mut written = Vec::with_capacity(words.len());
    let mut at = 0;
    for edit in with_units(&tokens, numbers) {
        written.extend_from_slice(&words[at..edit.words.start]);
        at = edit.words.end;
        written.extend(merged(words, &tokens, edit));
    }
    written.extend_from_slice(&words[at..]);
    written
}

/// The words of an edit as one: as long as all of them, as probable as the least of them.
fn merged(words: &[Word], tokens: &[Token<'_>], edit: Edit) -> Option<Word> {
    let tokens = &tokens[edit.words.clone()];
    let words = &words[edit.words];
    let (first, last) = (words.first()?, words.last()?);
    let spoken: Vec<&str> = words.iter().map(|word| word.as_spoken().expose()).collect();
    let (lead, tail) = (tokens.first()?.lead, tokens.last()?.tail);
    Some(Word {
        start: first.start,
        end: last.end,
        text: format!("{lead}{}{tail}", edit.text).into(),
        spoken: Some(spoken.join(" ").into()),
        probability: words
            .iter()
            .map(|word| word.probability)
            .fold(first.probability, f32::min),
    })
}
