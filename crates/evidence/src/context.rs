//! What is being spoken of: the side and the medicine or measurement that were named last.

use crate::lexicon::{Kinds, TermId};
use crate::reading::{Meaning, Reading, kinds};
use crate::side::Side;
use crate::transcript::{Line, Standing};

/// A side or topic holds for so many clauses after it was named.
const HOLDS: usize = 6;

/// Gives each token the side and the topic that it stands under.
pub(crate) fn mark(lines: &mut [Line]) {
    let mut side: Option<(Side, usize)> = None;
    let mut topic: Option<(TermId, usize)> = None;
    let mut clauses_before = 0;
    for line in lines {
        let taken: Vec<bool> = line
            .states
            .iter()
            .map(|s| s.standing == Standing::Retracted)
            .collect();
        for n in 0..line.reading.tokens.len() {
            let clause = line.reading.tokens[n].clause;
            let now = clauses_before + clause;
            let own = own_side(&line.reading, n, &taken);
            line.states[n].side = own.map(|side| (side, 0)).or_else(|| {
                side.filter(|(_, at)| now - at <= HOLDS)
                    .map(|(s, at)| (s, now - at))
            });
            line.states[n].topic = own_topic(&line.reading, n)
                .map(|topic| (topic, true))
                .or_else(|| {
                    topic
                        .filter(|(_, at)| now - at <= HOLDS)
                        .map(|(t, _)| (t, false))
                });
            if let Meaning::Side(named) = line.reading.tokens[n].meaning
                && !taken[n]
            {
                side = Some((named, now));
            }
            if let Some(id) = topic_of(&line.reading, n) {
                topic = Some((id, now));
            }
        }
        clauses_before += line.reading.clauses.len();
    }
}

/// The side named in the token's own clause: the nearest before it, else the nearest after it.
pub(crate) fn own_side(reading: &Reading, token: usize, taken: &[bool]) -> Option<Side> {
    side_within(reading, token).or_else(|| {
        nearest(reading, token, |n| match reading.tokens[n].meaning {
            Meaning::Side(side) if !taken.get(n).copied().unwrap_or(false) => Some(side),
            _ => side_within(reading, n),
        })
    })
}

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

/// The medicine or measurement named in the token's own clause: the nearest before it, else the nearest after it.
pub(crate) fn own_topic(reading: &Reading, token: usize) -> Option<TermId> {
    nearest(reading, token, |n| topic_of(reading, n))
}

fn topic_of(reading: &Reading, token: usize) -> Option<TermId> {
    match reading.tokens[token].meaning {
        Meaning::Term(id)
            if kinds(&reading.tokens[token]).any(Kinds::DRUG.or(Kinds::MEASUREMENT)) =>
        {
            Some(id)
        }
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
