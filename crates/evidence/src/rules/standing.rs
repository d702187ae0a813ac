//! What was denied, only asked, declined or supposed is not what is so.

use super::{Broken, Case};
use crate::context::own_side;
use crate::lexicon::Kinds;
use crate::reading::kinds;
use crate::statement::CLINICAL;
use crate::transcript::{Place, Standing};

/// Stems with which a note says that something is not (or no longer) done.
const NOT_DONE: [&str; 25] = [
    "stop",
    "discontinu",
    "avoid",
    "declin",
    "refus",
    "defer",
    "offer",
    "hold",
    "against",
    "wait",
    "postpon",
    "prefer",
    "unnecessari",
    "no",
    "not",
    "without",
    "deni",
    "off",
    "ceas",
    "until",
    "instead",
    "consider",
    "discuss",
    "switch",
    "rather",
];

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    if !kinds(token).any(CLINICAL) {
        return None;
    }
    // "Tender on the inside, not on the outside": what is said both ways says nothing about the other.
    let both_ways = (0..case.statement.units.len()).any(|other| {
        let other = case.statement.token(other);
        other.meaning == token.meaning && other.negated != token.negated
    });
    if both_ways {
        return None;
    }
    let shown = case.statement.shown(unit);
    let places = same_side(case, unit, case.whole(unit));
    if places.is_empty() {
        let drug = kinds(token).any(Kinds::DRUG);
        let said = !case.whole(unit).is_empty();
        // The rules for medicines and for sides have their own words for this.
        return (!drug && !said)
            .then(|| Broken::partial(format!("\"{shown}\" was not said"), Vec::new()));
    }
    let treatment = kinds(token).any(Kinds::DRUG.or(Kinds::PROCEDURE).or(Kinds::TEST));
    if treatment && (token.negated || case.says(&NOT_DONE)) {
        return None;
    }
    let agrees = |place: &Place| {
        let standing = case.transcript.state(*place).standing;
        let counts = match standing {
            Standing::Said | Standing::Denied => true,
            Standing::Supposed => case.statement.hypothetical,
            Standing::Declined => token.negated,
            Standing::Asked => case.statement.hypothetical,
            Standing::Retracted => false,
        };
        let negated = case.transcript.denied(*place) || standing == Standing::Declined;
        counts
            && (negated == token.negated
                || matches!(standing, Standing::Supposed | Standing::Asked))
    };
    let best = case.on_best_line(&places);
    if best.iter().any(agrees) {
        return None;
    }
    let is = |standing: Standing| {
        best.iter()
            .any(|place| case.transcript.state(*place).standing == standing)
    };
    let unclear = is(Standing::Asked) || is(Standing::Supposed);
    if unclear && places.iter().any(agrees) {
        return None;
    }
    Some(if is(Standing::Declined) {
        Broken::unsupported(format!("\"{shown}\" was offered and declined"), best)
    } else if is(Standing::Asked) {
        Broken::partial(format!("\"{shown}\" was only asked about"), best)
    } else if is(Standing::Supposed) {
        Broken::partial(
            format!("\"{shown}\" was only spoken of as a case that may come"),
            best,
        )
    } else if token.negated {
        Broken::unsupported(format!("\"{shown}\" was said to be so, not denied"), best)
    } else {
        Broken::unsupported(format!("\"{shown}\" was denied"), best)
    })
}

/// Without the places that speak of the other side.
fn same_side(case: &Case<'_>, unit: usize, places: Vec<Place>) -> Vec<Place> {
    let Some(side) = own_side(
        &case.statement.reading,
        case.statement.units[unit].token,
        &[],
    ) else {
        return places;
    };
    let other = |place: &Place| {
        case.transcript
            .state(*place)
            .side
            .is_some_and(|(said, ago)| ago <= 1 && said.excludes(side))
    };
    places.into_iter().filter(|place| !other(place)).collect()
}
