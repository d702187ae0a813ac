//! One section while it is being written.

use visit::{StopReason, TemplateSection};

use crate::line;
use crate::repeat::{self, Repeats};
use crate::vocabulary::{Vocabulary, VocabularyError};

/// Repeated statements after which a section is given up as a loop.
const MOST_REPEATS: u32 = 2;

/// What a token led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Statements that are finished now.
    pub(crate) statements: Vec<String>,
    /// The line that is being written, if it is a new one or grew.
    pub(crate) writing: Option<String>,
    /// Why the section ended, if it did.
    pub(crate) stop: Option<StopReason>,
}

/// A section in the making.
pub(crate) struct Writer {
    number: usize,
    most_statements: u32,
    most_tokens: usize,
    /// Headings of the template: one of another section ends this one.
    own_heading: String,
    other_headings: Vec<String>,
    tokens: Vec<u32>,
    /// Bytes of the text that became statements or were left out.
    taken: usize,
    starts_line: bool,
    /// A heading that the model wrote on a line of its own, to go before what follows it.
    topic: Option<String>,
    written: u32,
    repeated: u32,
}

impl Writer {
    pub(crate) fn new(number: usize, sections: &[TemplateSection], most_tokens: usize) -> Self {
        let heading = |section: &TemplateSection| section.title.to_lowercase();
        let others = sections.iter().enumerate().filter(|(n, _)| *n != number);
        let own = sections.get(number);
        Self {
            number,
            most_statements: own.map_or(1, |section| section.most_statements),
            most_tokens,
            own_heading: own.map(heading).unwrap_or_default(),
            other_headings: others.map(|(_, section)| heading(section)).collect(),
            tokens: Vec::new(),
            taken: 0,
            starts_line: true,
            topic: None,
            written: 0,
            repeated: 0,
        }
    }

    /// The tokens so far.
    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Takes the next token.
    pub(crate) fn push(
        &mut self,
        token: u32,
        vocabulary: &Vocabulary,
        repeats: &mut Repeats,
    ) -> Result<Step, VocabularyError> {
        let ended = vocabulary.is_end(token);
        if !ended {
            self.tokens.push(token);
        }
        let mut text = vocabulary.text(&self.tokens)?;
        if ended {
            text.push('\n');
        }
        // A character whose bytes are not all there yet.
        let whole = text.trim_end_matches('\u{FFFD}');
        let mut step = Step::default();
        while step.stop.is_none() {
            let rest = &whole[self.taken.min(whole.len())..];
            let Some(piece) = line::next_piece(rest) else {
                break;
            };
            let bare = line::bare(piece.text, self.starts_line);
            let starts_line = std::mem::replace(&mut self.starts_line, piece.ends_line);
            self.taken += piece.length;
            self.take(&bare, starts_line, repeats, &mut step);
        }
        if step.stop.is_none() {
            if ended {
                step.stop = Some(StopReason::Complete);
            } else if repeat::loops(&self.tokens) {
                step.stop = Some(StopReason::Repetition);
            } else if self.tokens.len() >= self.most_tokens {
                step.stop = Some(StopReason::Length);
            } else {
                let rest = &whole[self.taken.min(whole.len())..];
                let line = line::bare(rest, self.starts_line);
                step.writing = (!line.is_empty()).then_some(line);
            }
        }
        Ok(step)
    }

    fn take(&mut self, bare: &str, starts_line: bool, repeats: &mut Repeats, step: &mut Step) {
        let mut words = bare;
        if starts_line {
            self.topic = self.topic.take().filter(|_| !bare.is_empty());
            let title = bare.trim_end_matches(':').trim().to_lowercase();
            if self.other_headings.contains(&title) {
                step.stop = Some(StopReason::Complete);
                return;
            }
            if title == self.own_heading {
                return;
            }
            if let Some((heading, rest)) = line::heading(bare) {
                let lower = heading.to_lowercase();
                if self.other_headings.contains(&lower) && rest.is_empty() {
                    step.stop = Some(StopReason::Complete);
                    return;
                }
                if lower == self.own_heading {
                    words = rest;
                } else if rest.is_empty() {
                    self.topic = Some(heading.to_owned());
                    return;
                }
            }
        }
        if line::notes_nothing(words) {
            return;
        }
        let statement = match &self.topic {
            Some(topic) => format!("{topic}: {words}"),
            None => words.to_owned(),
        };
        if repeats.is_repeat(self.number, &statement) {
            self.repeated += 1;
            if self.repeated >= MOST_REPEATS {
                step.stop = Some(StopReason::Repetition);
            }
            return;
        }
        self.written += 1;
        step.statements.push(statement);
        if self.written >= self.most_statements {
            step.stop = Some(StopReason::Length);
        }
    }
}
