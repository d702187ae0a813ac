//! A relative's illness is not the patient's.

use super::{Broken, Case};
use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::kinds;
use crate::transcript::Place;

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    if !kinds(token).any(
        Kinds::CONDITION
            .or(Kinds::ALLERGY)
            .or(Kinds::SYMPTOM)
            .or(Kinds::HABIT),
    ) {
        return None;
    }
    let names_kin = case
        .statement
        .reading
        .words
        .iter()
        .any(|word| lexicon().is_kin(&word.stem));
    let places = case.whole(unit);
    let best = most_said_with(case, unit, &places)?;
    let kin = |place: &Place| {
        let reading = &case.transcript.lines[place.0].reading;
        let clause = &reading.clauses[reading.tokens[place.1].clause];
        // "My neighbour's son got tubes": what stands before the relative is not said of them.
        clause.kin.map(|at| reading.words[at].text.clone())
    };
    let owner = case.statement.reading.clauses[token.clause].kin;
    match (names_kin, kin(&best)) {
        (false, Some(relative)) => {
            let reason = format!(
                "said of a relative ({relative}), not of the patient: {}",
                case.statement.shown(unit)
            );
            Some(Broken::unsupported(reason, vec![best]))
        }
        (true, None)
            if owner.is_some_and(|at| has_it(case, at))
                && places.iter().all(|place| kin(place).is_none()) =>
        {
            let reason = format!("not said of a relative: {}", case.statement.shown(unit));
            Some(Broken::unsupported(reason, vec![best]))
        }
        _ => None,
    }
}

/// Whether the statement tells of the relative's own illness, not of what they report.
fn has_it(case: &Case<'_>, kin: usize) -> bool {
    let next = case
        .statement
        .reading
        .words
        .get(kin + 1)
        .map_or("", |word| word.text.as_str());
    matches!(next, "has" | "had" | "is" | "was" | "with")
}

/// Of the places, the one whose clause holds most of what the statement says.
fn most_said_with(case: &Case<'_>, unit: usize, places: &[Place]) -> Option<Place> {
    let clause_of = |place: &Place| case.transcript.token(*place).clause;
    let together = |place: &Place| -> f64 {
        (0..case.statement.units.len())
            .filter(|other| *other != unit)
            .filter(|other| {
                case.findings.units[*other]
                    .near
                    .iter()
                    .chain(&case.findings.units[*other].far)
                    .any(|hit| hit.place.0 == place.0 && clause_of(&hit.place) == clause_of(place))
            })
            .map(|other| case.statement.units[other].weight)
            .sum()
    };
    let mut best: Option<(f64, Place)> = None;
    for place in places {
        let value = together(place);
        if best.is_none_or(|(most, _)| value > most + 1e-9) {
            best = Some((value, *place));
        }
    }
    best.map(|(_, place)| place)
}
