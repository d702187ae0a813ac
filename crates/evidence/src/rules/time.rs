//! What is over does not go on, and what is planned has not been done.

use super::{Broken, Case, WHOLE};
use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::phrase::Phrases;
use crate::reading::{Meaning, kinds};
use crate::transcript::Place;
use crate::word::Word;

/// So many words may stand between the word that tells the time and what it is told of.
const REACH: usize = 4;

/// Judges each unit of which the statement says when it is.
pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    if !matches!(token.meaning, Meaning::Word | Meaning::Term(_)) || token.negated {
        return None;
    }
    let time = &lexicon().time;
    let places: Vec<Place> = case.findings.units[unit]
        .near
        .iter()
        .filter(|hit| hit.fit >= WHOLE)
        .map(|hit| hit.place)
        .collect();
    if places.is_empty() {
        return None;
    }
    let said = |phrases: &Phrases| {
        places
            .iter()
            .filter(|place| clauses(case, **place).any(|words| phrases.first(words).is_some()))
            .count()
    };
    let shown = case.statement.shown(unit);
    let first = places[0];
    let planned = kinds(token).any(Kinds::PROCEDURE.or(Kinds::TEST));
    if is_told(case, unit, &time.over) {
        // "Do you smoke?" "No." fits what is over.
        let denied = places.iter().any(|place| case.transcript.denied(*place));
        return (!denied && said(&time.over_in_speech) == 0)
            .then(|| Broken::partial(format!("\"{shown}\" goes on and is not over"), vec![first]));
    }
    let goes_on = is_told(case, unit, &time.going_on)
        || kinds(token).any(Kinds::HABIT) && shown.ends_with('s') && !tells_of_past(case, unit);
    if goes_on && said(&time.ended) == places.len() {
        return Some(Broken::unsupported(
            format!("\"{shown}\" is over and does not go on"),
            vec![first],
        ));
    }
    if planned && is_told(case, unit, &time.to_come) {
        let done = said(&time.done_in_speech) > 0 && said(&time.to_come_in_speech) == 0;
        return done.then(|| {
            Broken::partial(
                format!("\"{shown}\" was done and is not to come"),
                vec![first],
            )
        });
    }
    if planned && is_told(case, unit, &time.done) {
        let to_come = said(&time.to_come_in_speech) > 0 && said(&time.done_in_speech) == 0;
        return to_come.then(|| {
            Broken::partial(
                format!("\"{shown}\" is to come and was not done"),
                vec![first],
            )
        });
    }
    None
}

/// Whether one of the phrases stands shortly before the unit, in its clause.
fn is_told(case: &Case<'_>, unit: usize, phrases: &Phrases) -> bool {
    let token = case.statement.token(unit);
    let reading = &case.statement.reading;
    let from = reading.clauses[token.clause].words.start;
    (from..token.words.start).any(|at| {
        let used = phrases.at(&reading.words[..token.words.start], at);
        used.is_some_and(|used| token.words.start - (at + used) < REACH)
    })
}

/// Whether the unit's clause speaks of the past in whatever words.
fn tells_of_past(case: &Case<'_>, unit: usize) -> bool {
    let reading = &case.statement.reading;
    let clause = &reading.clauses[case.statement.token(unit).clause];
    let words = &reading.words[clause.words.clone()];
    let time = &lexicon().time;
    let history = words.iter().any(|word| word.text == "history");
    history || time.over_in_speech.first(words).is_some() || time.over.first(words).is_some()
}

/// The clause at a place, and the one that answers it.
fn clauses<'a>(case: &'a Case<'_>, place: Place) -> impl Iterator<Item = &'a [Word]> {
    let own = (place.0, case.transcript.token(place).clause);
    let answer = case.transcript.state(place).answer;
    std::iter::once(own).chain(answer).map(|(line, clause)| {
        let reading = &case.transcript.lines[line].reading;
        &reading.words[reading.clauses[clause].words.clone()]
    })
}
