//! A day of the week or a month in a note has to have been named.

use super::{Broken, Case};
use crate::lexicon::lexicon;
use crate::reading::Reading;
use crate::word::Word;

/// The first day or month of the statement that nobody named.
pub(super) fn broken(case: &Case<'_>) -> Option<Broken> {
    let missing = dates(&case.statement.reading).find(|date| {
        !case
            .transcript
            .lines
            .iter()
            .any(|line| dates(&line.reading).any(|said| said == *date))
    })?;
    let name = missing
        .chars()
        .next()
        .map(|first| {
            first
                .to_uppercase()
                .chain(missing.chars().skip(1))
                .collect::<String>()
        })
        .unwrap_or_default();
    Some(Broken::unsupported(
        format!("the date \"{name}\" was not said"),
        Vec::new(),
    ))
}

fn dates(reading: &Reading) -> impl Iterator<Item = &'static str> + use<'_> {
    let words = &reading.words;
    (0..words.len()).filter_map(|at| {
        let name = lexicon().day_or_month(&words[at].text)?;
        // Short forms and the two months that are also verbs need a number beside them.
        let plain = name == words[at].text && !matches!(name, "may" | "march");
        (plain || beside_number(words, at)).then_some(name)
    })
}

fn beside_number(words: &[Word], at: usize) -> bool {
    let number = |at: Option<usize>| {
        at.and_then(|at| words.get(at).map(|_| at))
            .is_some_and(|at| crate::number::number_at(words, at).is_some())
    };
    let before = at.checked_sub(1);
    let of = before.filter(|before| words[*before].text == "of");
    number(Some(at + 1)) || number(before) || number(of.and_then(|of| of.checked_sub(1)))
}
