//! Left is not right.

use super::{Broken, Case};
use crate::context::own_side;
use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::{Meaning, kinds};
use crate::side::Side;
use crate::transcript::{Place, Standing};
use crate::word::split;

/// What a side is said of.
const SIDED: Kinds = Kinds::BODY
    .or(Kinds::SYMPTOM)
    .or(Kinds::CONDITION)
    .or(Kinds::TEST)
    .or(Kinds::PROCEDURE);
/// A side that was named this many clauses ago is still meant.
const STILL_MEANT: usize = 2;

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let side = own_side(&case.statement.reading, case.statement.units[unit].token)?;
    let places = case.whole(unit);
    if !kinds(token).any(SIDED) {
        return other_word(case, unit, side, places);
    }
    let body = kinds(token).any(Kinds::BODY);
    let reach = if body { 0 } else { STILL_MEANT };
    let wrong = |place: &Place| case.side(*place, reach).is_some_and(|s| s.excludes(side));
    // "The right knee is stable. Now the left." speaks of the left knee without saying knee again.
    let anchor = case.anchor(unit);
    let named = body && anchor.is_some_and(|line| names_side(case, line, side));
    if !named && !places.is_empty() && places.iter().all(wrong) {
        return Some(other_side(case, unit, side, places));
    }
    let right = |place: &Place| case.side(*place, reach).is_some_and(|s| !s.excludes(side));
    if places.iter().any(right) {
        return None;
    }
    // Nothing near it names a side: then the part of the body has to have been named with this side somewhere.
    let with_side: Vec<(Place, Side)> = body_parts(case, unit)
        .into_iter()
        .filter_map(|place| Some((place, case.side(place, 0)?)))
        .collect();
    if with_side.iter().any(|(_, s)| !s.excludes(side)) {
        return None;
    }
    if !with_side.is_empty() {
        let places = with_side.into_iter().map(|(place, _)| place).collect();
        return Some(other_side(case, unit, side, places));
    }
    if side == Side::Both {
        // "Both feet" is often said as "your feet".
        return None;
    }
    let anywhere = (0..case.transcript.lines.len()).any(|line| names_side(case, line, side));
    (!anywhere).then(|| {
        Broken::unsupported(
            format!("the side \"{}\" was not said", side.name()),
            Vec::new(),
        )
    })
}

/// A word that is no term ("bulging") is of the wrong side where each clause that says it names the other side.
fn other_word(case: &Case<'_>, unit: usize, side: Side, places: Vec<Place>) -> Option<Broken> {
    let claims = matches!(
        case.statement.token(unit).meaning,
        Meaning::Word | Meaning::Term(_)
    );
    let near = !case.findings.units[unit].near.is_empty();
    let wrong = |place: &Place| case.side(*place, 0).is_some_and(|said| said.excludes(side));
    (claims && near && !places.is_empty() && places.iter().all(wrong))
        .then(|| other_side(case, unit, side, places))
}

fn names_side(case: &Case<'_>, line: usize, side: Side) -> bool {
    let line = &case.transcript.lines[line];
    let mut tokens = line.reading.tokens.iter().zip(&line.states);
    tokens.any(|(token, state)| {
        token.meaning == Meaning::Side(side) && state.standing != Standing::Retracted
    })
}

fn other_side(case: &Case<'_>, unit: usize, side: Side, places: Vec<Place>) -> Broken {
    let other = if side == Side::Left {
        Side::Right
    } else {
        Side::Left
    };
    let (other, side, shown) = (other.name(), side.name(), case.statement.shown(unit));
    Broken::unsupported(
        format!("said about the {other} side, not the {side}: {shown}"),
        places,
    )
}

/// Where the parts of the body that a unit names are spoken of: "ear" for "earache".
fn body_parts(case: &Case<'_>, unit: usize) -> Vec<Place> {
    let token = case.statement.token(unit);
    let named = match token.meaning {
        Meaning::Term(id) => split(lexicon().term(id).name),
        _ => Vec::new(),
    };
    let words = [case.statement.reading.words_of(token), &named].concat();
    let is_body = |at: &usize| {
        let term = lexicon().term_at(&words[*at..=*at], 0);
        term.is_some_and(|(id, _)| lexicon().term(id).kinds.any(Kinds::BODY))
    };
    (0..words.len())
        .filter(is_body)
        .flat_map(|at| case.transcript.of_stem(&words[at].stem).iter().copied())
        .collect()
}
