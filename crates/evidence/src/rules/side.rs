//! Left is not right.

use super::{Broken, Case};
use crate::context::own_side;
use crate::lexicon::{Kinds, lexicon};
use crate::reading::{Meaning, kinds};
use crate::side::Side;
use crate::transcript::{Place, Standing};

/// A side that was named this many clauses ago is still meant.
const STILL_MEANT: usize = 2;

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let body = kinds(token).any(Kinds::BODY);
    let sided = Kinds::BODY
        .or(Kinds::SYMPTOM)
        .or(Kinds::CONDITION)
        .or(Kinds::TEST)
        .or(Kinds::PROCEDURE);
    if !kinds(token).any(sided) {
        return None;
    }
    let side = own_side(
        &case.statement.reading,
        case.statement.units[unit].token,
        &[],
    )?;
    let places = case.whole(unit);
    let reach = if body { 0 } else { STILL_MEANT };
    let said = |place: &Place| {
        case.transcript
            .state(*place)
            .side
            .filter(|(_, ago)| *ago <= reach)
            .map(|(s, _)| s)
    };
    let wrong = |place: &Place| said(place).is_some_and(|s| s.excludes(side));
    // "The right knee is stable. Now the left." speaks of the left knee without saying knee again.
    let named = body
        && case
            .anchor(unit)
            .is_some_and(|line| names_side(case, line, side));
    if !named && !places.is_empty() && places.iter().all(wrong) {
        return Some(other_side(case, unit, side, places));
    }
    if places
        .iter()
        .any(|place| said(place).is_some_and(|s| !s.excludes(side)))
    {
        return None;
    }
    // Nothing near it names a side: then the part of the body has to have been named with this side somewhere.
    let parts = body_parts(case, unit);
    let with_side: Vec<(Place, Side)> = parts
        .into_iter()
        .filter_map(|place| {
            Some((
                place,
                case.transcript
                    .state(place)
                    .side
                    .filter(|(_, ago)| *ago == 0)?
                    .0,
            ))
        })
        .collect();
    if with_side.iter().any(|(_, s)| !s.excludes(side)) {
        return None;
    }
    if !with_side.is_empty() {
        return Some(other_side(
            case,
            unit,
            side,
            with_side.into_iter().map(|(place, _)| place).collect(),
        ));
    }
    let anywhere = (0..case.transcript.lines.len()).any(|line| names_side(case, line, side));
    (!anywhere).then(|| {
        Broken::unsupported(
            format!("the side \"{}\" was not said", side.name()),
            Vec::new(),
        )
    })
}

fn names_side(case: &Case<'_>, line: usize, side: Side) -> bool {
    let line = &case.transcript.lines[line];
    line.reading
        .tokens
        .iter()
        .zip(&line.states)
        .any(|(token, state)| {
            token.meaning == Meaning::Side(side) && state.standing != Standing::Retracted
        })
}

fn other_side(case: &Case<'_>, unit: usize, side: Side, places: Vec<Place>) -> Broken {
    let other = if side == Side::Left {
        Side::Right
    } else {
        Side::Left
    };
    let shown = case.statement.shown(unit);
    Broken::unsupported(
        format!(
            "said about the {} side, not the {}: {shown}",
            other.name(),
            side.name()
        ),
        places,
    )
}

/// Where the parts of the body that a unit names are spoken of: "ear" for "ear pain".
fn body_parts(case: &Case<'_>, unit: usize) -> Vec<Place> {
    let token = case.statement.token(unit);
    let words = case.statement.reading.words_of(token);
    (0..words.len())
        .filter(|at| {
            lexicon()
                .term_at(&words[*at..=*at], 0)
                .is_some_and(|(id, _)| lexicon().term(id).kinds.any(Kinds::BODY))
        })
        .flat_map(|at| case.transcript.of_stem(&words[at].stem).iter().copied())
        .collect()
}
