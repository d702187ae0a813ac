//! What was denied, only asked, declined or supposed is not what is so.

use super::{Broken, Case, WHOLE};
use crate::context::own_side;
use crate::kinds::Kinds;
use crate::reading::kinds;
use crate::statement::CLINICAL;
use crate::transcript::{Place, Standing};

/// Stems with which a note says that something is not (or no longer) done.
const NOT_DONE: [&str; 26] = [
    "stop",
    "except",
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

/// Stems with which a note says that something was only brought up.
const SUGGESTED: [&str; 10] = [
    "consider",
    "discuss",
    "suggest",
    "option",
    "mai",
    "may",
    "might",
    "could",
    "recommend",
    "prn",
];

/// Of what else a part says, the share that has to stand in the clause that contradicts it.
const SAME: f64 = 0.5;
/// Words of a short clause.
const SHORT: usize = 12;

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    if !kinds(token).any(CLINICAL.or(Kinds::MEANS)) {
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
    let treatment = Kinds::DRUG.or(Kinds::PROCEDURE).or(Kinds::TEST);
    let treatment = kinds(token).any(treatment.or(Kinds::MEANS));
    if treatment && !token.negated && case.says(&NOT_DONE) {
        return None;
    }
    if treatment && token.negated && places.iter().any(|place| not_done(case, place)) {
        return None;
    }
    if treatment && let Some(places) = declined(case, unit) {
        return Some(Broken::unsupported(
            format!("\"{shown}\" was offered and declined"),
            places,
        ));
    }
    let agrees = |place: &Place| {
        let standing = case.transcript.state(*place).standing;
        let counts = match standing {
            Standing::Said | Standing::Denied => true,
            Standing::Supposed => treatment || case.statement.hypothetical,
            Standing::Suggested => case.statement.hypothetical || case.says(&SUGGESTED),
            Standing::Declined => token.negated,
            Standing::Asked => case.statement.hypothetical,
            Standing::Retracted => false,
        };
        let negated = case.transcript.denied(*place) || standing == Standing::Declined;
        counts
            && (negated == token.negated
                || matches!(
                    standing,
                    Standing::Supposed | Standing::Suggested | Standing::Asked
                ))
    };
    let best = case.on_best_line(&places);
    if best.iter().any(agrees) {
        return None;
    }
    let is = |standing: Standing| {
        best.iter()
            .any(|place| case.transcript.state(*place).standing == standing)
    };
    let unclear = is(Standing::Asked) || is(Standing::Supposed) || is(Standing::Suggested);
    if unclear && places.iter().any(agrees) {
        return None;
    }
    Some(if is(Standing::Declined) {
        Broken::unsupported(format!("\"{shown}\" was offered and declined"), best)
    } else if is(Standing::Asked) {
        Broken::partial(format!("\"{shown}\" was only asked about"), best)
    } else if is(Standing::Suggested) {
        Broken::partial(format!("\"{shown}\" was only suggested"), best)
    } else if is(Standing::Supposed) {
        Broken::partial(
            format!("\"{shown}\" was only spoken of as a case that may come"),
            best,
        )
    } else if !same_thing(case, unit, &best) {
        Broken::partial(
            format!("\"{shown}\" was said otherwise, perhaps about something else"),
            best,
        )
    } else if token.negated {
        Broken::unsupported(format!("\"{shown}\" was said to be so, not denied"), best)
    } else {
        Broken::unsupported(format!("\"{shown}\" was denied"), best)
    })
}

/// Whether the clause says that a treatment is not given or taken, in whatever words.
fn not_done(case: &Case<'_>, place: &Place) -> bool {
    let reading = &case.transcript.lines[place.0].reading;
    let clause = &reading.clauses[case.transcript.token(*place).clause];
    case.transcript.denied(*place)
        || case.transcript.state(*place).standing == Standing::Declined
        || reading.words[clause.words.clone()]
            .iter()
            .any(|word| NOT_DONE.contains(&word.stem.as_str()))
}

/// The places where a treatment was declined, if it was not spoken of as said after that.
fn declined(case: &Case<'_>, unit: usize) -> Option<Vec<Place>> {
    let found = &case.findings.units[unit];
    let meant = &case.statement.token(unit).meaning;
    // A flu shot that was declined says nothing about other vaccines.
    let itself = |place: &Place| case.transcript.token(*place).meaning == *meant;
    let whole = found
        .near
        .iter()
        .chain(&found.far)
        .filter(|hit| hit.fit >= WHOLE);
    let all = || whole.clone().map(|hit| hit.place).filter(itself);
    let standing = |place: &Place| case.transcript.state(*place).standing;
    let declined: Vec<Place> = all()
        .filter(|place| standing(place) == Standing::Declined)
        .collect();
    let last = declined.iter().max()?;
    let taken_up = |place: Place| {
        place > *last && standing(&place) == Standing::Said && !case.transcript.denied(place)
    };
    (!all().any(taken_up)).then_some(declined)
}

/// Whether what else the part says is said with it: only then is it the same that was denied. In a long clause, much else
/// is said; a short one rests on the exchange around it.
fn same_thing(case: &Case<'_>, unit: usize, places: &[Place]) -> bool {
    let Some(part) = case
        .statement
        .parts
        .iter()
        .find(|part| part.contains(&unit))
    else {
        return true;
    };
    let clause = |place: &Place| (place.0, case.transcript.token(*place).clause);
    let body = |other: &usize| kinds(case.statement.token(*other)).any(Kinds::BODY);
    let others: Vec<usize> = part
        .clone()
        .filter(|other| *other != unit && !body(other))
        .collect();
    let all: f64 = others
        .iter()
        .map(|other| case.statement.units[*other].weight)
        .sum();
    let held = |place: &Place| -> f64 {
        let here = |other: &&usize| {
            let near = &case.findings.units[**other].near;
            let reading = &case.transcript.lines[place.0].reading;
            let short = reading.clauses[clause(place).1].words.len() <= SHORT;
            near.iter()
                .any(|hit| short || clause(&hit.place) == clause(place))
        };
        others
            .iter()
            .filter(here)
            .map(|other| case.statement.units[*other].weight)
            .sum()
    };
    all <= 0.0 || places.iter().any(|place| held(place) >= all * SAME)
}

/// Without the places that speak of the other side.
fn same_side(case: &Case<'_>, unit: usize, places: Vec<Place>) -> Vec<Place> {
    let Some(side) = own_side(&case.statement.reading, case.statement.units[unit].token) else {
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
