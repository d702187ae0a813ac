//! What was offered and not wanted.

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::{Reading, kinds};
use crate::transcript::{Line, Standing};

/// How many lines before the refusal the offer may stand.
const MOST_LINES: usize = 3;
/// Or that many words: a recogniser makes a line of every sentence.
const MOST_WORDS: usize = 45;
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
        let mut words = 0;
        for n in (0..=line).rev() {
            words += lines[n].reading.words.len();
            if line - n > MOST_LINES && words > MOST_WORDS {
                break;
            }
            if n < line && asks_for_questions(&lines[n].reading) {
                break;
            }
            // In a long speech of one person something else may have been meant.
            if n == line && lines[n].reading.words.len() > SHORT {
                continue;
            }
            let before = if n == line { word } else { usize::MAX };
            // "With a needle? I'd rather wait." declines what the needle is for, too.
            let means = last_named(&lines[n].reading, before, Kinds::MEANS);
            let offered = last_named(&lines[n].reading, before, TREATMENT);
            for token in means.iter().chain(&offered) {
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

const TREATMENT: Kinds = Kinds::DRUG.or(Kinds::PROCEDURE).or(Kinds::TEST);

/// What is of the kind in the last clause before the word that names any.
fn last_named(reading: &Reading, before: usize, kind: Kinds) -> Vec<usize> {
    let named = |clause: usize| -> Vec<usize> {
        reading
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.clause == clause && token.words.end <= before)
            .filter(|(_, token)| kinds(token).any(kind) && !token.negated)
            .map(|(n, _)| n)
            .collect()
    };
    (0..reading.clauses.len())
        .rev()
        .map(named)
        .find(|tokens| !tokens.is_empty())
        .unwrap_or_default()
}
