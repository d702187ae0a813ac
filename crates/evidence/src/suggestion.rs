//! What was only brought up: a treatment that could be tried is not one that was agreed on.

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::kinds;
use crate::transcript::{Line, Standing};
use crate::word::Word;

/// So many lines later an answer may take up what was brought up.
const MOST_LINES: usize = 2;
/// In a clause of more words than this much else is said.
const LONG: usize = 40;

/// Marks treatments and tests that were brought up and not taken up.
pub(crate) fn mark(lines: &mut [Line]) {
    let treatment = Kinds::DRUG.or(Kinds::PROCEDURE).or(Kinds::TEST);
    for n in 0..lines.len() {
        for clause in 0..lines[n].reading.clauses.len() {
            let reading = &lines[n].reading;
            let words = &reading.words[reading.clauses[clause].words.clone()];
            let open = lexicon().suggested.first(words).is_some() && words.len() <= LONG;
            if !open || (lexicon().later.first(words).is_none() && is_taken_up(lines, n)) {
                continue;
            }
            let line = &mut lines[n];
            for (token, state) in line.reading.tokens.iter().zip(&mut line.states) {
                let settled = !matches!(state.standing, Standing::Said | Standing::Supposed);
                if token.clause == clause && kinds(token).any(treatment) && !settled {
                    state.standing = Standing::Suggested;
                }
            }
        }
    }
}

/// Whether somebody else agrees in one of the next lines.
fn is_taken_up(lines: &[Line], n: usize) -> bool {
    let later = lines[n + 1..].iter().take(MOST_LINES);
    let others = later.filter(|line| line.speaker != lines[n].speaker);
    others
        .map(|line| after_fillers(&line.reading.words))
        .any(|words| lexicon().agreed.at(words, 0).is_some())
}

fn after_fillers(words: &[Word]) -> &[Word] {
    let is_agreed = |at: usize| lexicon().agreed.at(words, at).is_some();
    let mut at = 0;
    while let Some(used) = lexicon()
        .filler
        .at(words, at)
        .filter(|used| at + used < words.len() && !is_agreed(at))
    {
        at += used;
    }
    &words[at..]
}
