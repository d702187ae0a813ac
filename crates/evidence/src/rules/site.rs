//! A part of the body in a note has to have been named.

use super::{Broken, Case, WHOLE};
use crate::kinds::Kinds;
use crate::reading::{Meaning, kinds};
use crate::transcript::Place;
use crate::word::Pause;

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let heading = case.statement.reading.words[token.words.end - 1].pause == Pause::Colon;
    // A direction ("lateral", "side") is no part.
    if !kinds(token).any(Kinds::BODY) || heading || is_direction(case, unit) {
        return None;
    }
    let found = &case.findings.units[unit];
    let named = found
        .near
        .iter()
        .chain(&found.far)
        .any(|hit| hit.fit >= WHOLE);
    if named {
        return None;
    }
    let shown = case.statement.shown(unit);
    let others: Vec<Place> = instead(case, unit);
    Some(match others.first() {
        Some(place) => {
            let line = &case.transcript.lines[place.0].reading;
            let said: Vec<&str> = line
                .words_of(case.transcript.token(*place))
                .iter()
                .map(|word| word.text.as_str())
                .collect();
            let reason = format!("\"{shown}\" was not named; \"{}\" was", said.join(" "));
            Broken::partial(reason, others)
        }
        None => Broken::partial(format!("\"{shown}\" was not named"), Vec::new()),
    })
}

fn is_direction(case: &Case<'_>, unit: usize) -> bool {
    const DIRECTIONS: [&str; 4] = ["medial", "lateral", "side", "sided"];
    DIRECTIONS.contains(&case.statement.shown(unit).as_str())
}

/// The parts of the body named on the line that the statement rests on and not in the statement.
fn instead(case: &Case<'_>, unit: usize) -> Vec<Place> {
    let Some(anchor) = case.anchor(unit) else {
        return Vec::new();
    };
    let claimed: Vec<&Meaning> = (0..case.statement.units.len())
        .map(|unit| &case.statement.token(unit).meaning)
        .collect();
    let tokens = &case.transcript.lines[anchor].reading.tokens;
    (0..tokens.len())
        .filter(|n| kinds(&tokens[*n]).any(Kinds::BODY) && !claimed.contains(&&tokens[*n].meaning))
        .map(|n| (anchor, n))
        .take(1)
        .collect()
}
