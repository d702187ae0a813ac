//! What is being spoken of: the side and the medicine or measurement that were named last.

use crate::kinds::Kinds;
use crate::lexicon::TermId;
use crate::quantity::Dimension;
use crate::reading::{Meaning, Reading, kinds};
use crate::side::Side;
use crate::transcript::{Line, Standing};

/// A side or topic holds for so many clauses after it was named.
const HOLDS: usize = 6;

/// Gives each token the side and the topic that it stands under.
pub(crate) fn mark(lines: &mut [Line]) {
    let mut side: Option<(Side, usize)> = None;
    // The last medicine, and the last medicine or measurement.
    let mut topics: [Option<(TermId, usize)>; 2] = [None; 2];
    let mut clauses_before = 0;
    for line in lines {
        let taken: Vec<bool> = line
            .states
            .iter()
            .map(|s| s.standing == Standing::Retracted)
            .collect();
        for n in 0..line.reading.tokens.len() {
            let now = clauses_before + line.reading.tokens[n].clause;
            let held = |at: usize| now - at <= HOLDS;
            line.states[n].side = named_side(&line.reading, n, &taken).or_else(|| {
                side.filter(|(_, at)| held(*at))
                    .map(|(s, at)| (s, now - at))
            });
            let carried = topics[usize::from(!is_dose(&line.reading, n))];
            line.states[n].topic = own_topic(&line.reading, n)
                .map(|topic| (topic, true))
                .or_else(|| carried.filter(|(_, at)| held(*at)).map(|(t, _)| (t, false)));
            if let Meaning::Side(named) = line.reading.tokens[n].meaning
                && !taken[n]
            {
                side = Some((named, now));
            }
            for (topic, kinds) in topics.iter_mut().zip([Kinds::DRUG, TOPICS]) {
                if let Some(id) = term_of(&line.reading, n, kinds) {
                    *topic = Some((id, now));
                }
            }
        }
        clauses_before += line.reading.clauses.len();
    }
}

/// The side named in the token's own clause: the nearest before it, else the nearest after it.
pub(crate) fn own_side(reading: &Reading, token: usize) -> Option<Side> {
    named_side(reading, token, &[]).map(|(side, _)| side)
}

/// The same with how long ago it was named: in a clause that runs on, so many words count as one clause.
fn named_side(reading: &Reading, token: usize, taken: &[bool]) -> Option<(Side, usize)> {
    if let Some(side) = side_within(reading, token) {
        return Some((side, 0));
    }
    nearest(reading, token, |n| {
        let side = match reading.tokens[n].meaning {
            Meaning::Side(side) if !taken.get(n).copied().unwrap_or(false) => side,
            _ => side_within(reading, n)?,
        };
        let apart = reading.tokens[n]
            .words
            .start
            .abs_diff(reading.tokens[token].words.start);
        Some((side, apart / CLAUSE_WORDS))
    })
}

/// Words of an ordinary clause.
const CLAUSE_WORDS: usize = 12;

/// The side inside a phrase: "infection of the right middle ear".
fn side_within(reading: &Reading, token: usize) -> Option<Side> {
    let token = &reading.tokens[token];
    let inside = reading
        .words_of(token)
        .iter()
        .skip(1)
        .find_map(|word| match word.text.as_str() {
            "left" => Some(Side::Left),
            "right" => Some(Side::Right),
            _ => None,
        });
    inside.filter(|_| matches!(token.meaning, Meaning::Term(_)))
}

/// What an amount is said of.
const TOPICS: Kinds = Kinds::DRUG.or(Kinds::MEASUREMENT);

/// The medicine or measurement named in the token's own clause: for "50 milligrams of tramadol" the one that follows,
/// else the nearest before it, else the nearest after it. A dose is said of a medicine only.
pub(crate) fn own_topic(reading: &Reading, token: usize) -> Option<TermId> {
    let kinds = if is_dose(reading, token) {
        Kinds::DRUG
    } else {
        TOPICS
    };
    let of = |n: usize| term_of(reading, n, kinds);
    let end = reading.tokens[token].words.end;
    let next = reading
        .tokens
        .get(token + 1)
        .filter(|next| next.words.start == end + 1);
    next.filter(|_| reading.words[end].text == "of")
        .and_then(|_| of(token + 1))
        .or_else(|| nearest(reading, token, of))
}

fn is_dose(reading: &Reading, token: usize) -> bool {
    match &reading.tokens[token].meaning {
        Meaning::Quantity(quantity) => quantity.dimension.is_some_and(Dimension::is_dose),
        meaning => matches!(meaning, Meaning::Frequency(_)),
    }
}

fn term_of(reading: &Reading, token: usize, of: Kinds) -> Option<TermId> {
    match reading.tokens[token].meaning {
        Meaning::Term(id) if kinds(&reading.tokens[token]).any(of) => Some(id),
        _ => None,
    }
}

fn nearest<T>(reading: &Reading, token: usize, of: impl Fn(usize) -> Option<T>) -> Option<T> {
    let clause = reading.tokens[token].clause;
    let same = |n: &usize| reading.tokens[*n].clause == clause;
    (0..=token)
        .rev()
        .take_while(same)
        .find_map(&of)
        .or_else(|| {
            (token + 1..reading.tokens.len())
                .take_while(same)
                .find_map(&of)
        })
}
