//! What was offered and not wanted.

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::{Reading, kinds};
use crate::transcript::{Line, Standing};

/// How many lines before the refusal the offer may stand.
const MOST_LINES: usize = 3;
/// Words of a short turn.
const SHORT: usize = 40;

/// Marks treatments that were offered and declined.
pub(crate) fn mark(lines: &mut [Line]) {
    let refusals: Vec<(usize, usize)> = lines
        .iter()
        .enumerate()
        .filter_map(|(n, line)| Some((n, lexicon().refusal.first(&line.reading.words)?)))
        .collect();
    for (line, word) in refusals {
        let earliest = line.saturating_sub(MOST_LINES);
        for n in (earliest..=line).rev() {
            if n < line && asks_for_questions(&lines[n].reading) {
                break;
            }
            // In a long speech of one person something else may have been meant.
            if n == line && lines[n].reading.words.len() > SHORT {
                continue;
            }
            let before = if n == line { word } else { usize::MAX };
            let offered = last_offer(&lines[n].reading, before);
            for token in &offered {
                lines[n].states[*token].standing = Standing::Declined;
            }
            if !offered.is_empty() {
                break;
            }
        }
    }
}

/// "Any questions?" "No, thank you." declines nothing.
fn asks_for_questions(reading: &Reading) -> bool {
    reading.clauses.last().is_some_and(|clause| {
        let words = &reading.words[clause.words.clone()];
        words.iter().any(|word| word.stem == "question")
    })
}

/// The treatments in the last clause before the word that names any.
fn last_offer(reading: &Reading, before: usize) -> Vec<usize> {
    let treatment = Kinds::DRUG.or(Kinds::PROCEDURE).or(Kinds::TEST);
    let named = |clause: usize| -> Vec<usize> {
        reading
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.clause == clause && token.words.end <= before)
            .filter(|(_, token)| kinds(token).any(treatment) && !token.negated)
            .map(|(n, _)| n)
            .collect()
    };
    (0..reading.clauses.len())
        .rev()
        .map(named)
        .find(|tokens| !tokens.is_empty())
        .unwrap_or_default()
}
