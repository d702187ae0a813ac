//! What a question about allergies points back to: "And sulfa drugs, any problem with those?".

use std::ops::Range;

use crate::transcript::Line;
use crate::word::{Pause, Word};

/// A subject that was only named has no more words than this; more of them say something.
const SHORT: usize = 3;
/// For so many lines after they were last named, allergies are spoken of.
const LINES: usize = 8;

/// Whether the words ask about what was named before them, while allergies are spoken of. Elsewhere "metformin, any
/// trouble with that?" asks about a medicine that is taken, and the answer denies the trouble alone.
pub(crate) fn asks_back(lines: &[Line], line: usize, asks: &Range<usize>) -> bool {
    const BACK: [&str; 5] = ["those", "these", "them", "that", "it"];
    let words = &lines[line].reading.words[asks.clone()];
    words
        .last()
        .is_some_and(|word| BACK.contains(&word.text.as_str()))
        && of_allergies(&lines[line.saturating_sub(LINES)..=line])
}

fn of_allergies(lines: &[Line]) -> bool {
    lines
        .iter()
        .flat_map(|line| &line.reading.words)
        .any(|word| word.text.starts_with("allerg"))
}

/// Whether these words, which stand behind no filler, only name something.
pub(crate) fn is_named(words: &[Word]) -> bool {
    (1..=SHORT).contains(&words.len())
        && words[..words.len() - 1]
            .iter()
            .all(|word| word.pause == Pause::None)
}
