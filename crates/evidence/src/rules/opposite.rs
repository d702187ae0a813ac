//! "Increase" is not "decrease", "positive" not "negative".

use std::collections::BTreeMap;

use super::{Broken, Case};
use crate::lexicon::lexicon;
use crate::reading::Meaning;
use crate::transcript::Place;

/// Clauses that hold this share of what the best one holds count like it.
const NEARLY: f64 = 0.95;

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let Meaning::Term(id) = token.meaning else {
        return None;
    };
    let opposites = &lexicon().term(id).opposites;
    if opposites.is_empty() || token.negated {
        return None;
    }
    let part = case
        .statement
        .parts
        .iter()
        .find(|part| part.contains(&unit))?;
    let clause = |place: &Place| (place.0, case.transcript.token(*place).clause);
    // What counts is said in the clause that holds most of what else the part says.
    let mut shared: BTreeMap<(usize, usize), BTreeMap<usize, f64>> = BTreeMap::new();
    for other in part
        .clone()
        .filter(|other| *other != unit && !has_opposite(case, *other))
    {
        let found = &case.findings.units[other];
        for hit in found.near.iter().chain(&found.far) {
            let weight = case.statement.units[other].weight * hit.fit;
            let best = shared
                .entry(clause(&hit.place))
                .or_default()
                .entry(other)
                .or_default();
            *best = best.max(weight);
        }
    }
    let held = |clause: &(usize, usize)| {
        shared
            .get(clause)
            .map_or(0.0, |units| units.values().sum::<f64>())
    };
    let most = shared.keys().map(held).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let together = case.statement.units.iter().any(|other| {
        matches!(case.statement.reading.tokens[other.token].meaning, Meaning::Term(id) if opposites.contains(&id))
    });
    if together {
        // "Stop this and start that" says both.
        return None;
    }
    let said = |id| {
        let mut places = case.transcript.of_term(id).iter().copied();
        places
            .find(|place| held(&clause(place)) >= most * NEARLY && !case.transcript.denied(*place))
    };
    if said(id).is_some() {
        return None;
    }
    opposites.iter().find_map(|opposite| {
        let place = said(*opposite)?;
        let reason = format!("the opposite was said: {}", lexicon().term(*opposite).name);
        Some(Broken::unsupported(reason, vec![place]))
    })
}

fn has_opposite(case: &Case<'_>, unit: usize) -> bool {
    match case.statement.token(unit).meaning {
        Meaning::Term(id) => !lexicon().term(id).opposites.is_empty(),
        _ => false,
    }
}
