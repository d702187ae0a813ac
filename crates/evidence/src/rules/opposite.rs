//! "Increase" is not "decrease", "positive" not "negative".

use super::{Broken, Case};
use crate::lexicon::lexicon;
use crate::reading::Meaning;
use crate::transcript::Place;

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let Meaning::Term(id) = token.meaning else {
        return None;
    };
    let opposites = &lexicon().term(id).opposites;
    let anchor = case.anchor(unit)?;
    if opposites.is_empty() || token.negated {
        return None;
    }
    let said = case.findings.units[unit]
        .near
        .iter()
        .any(|hit| hit.place.0.abs_diff(anchor) <= 1);
    if said {
        return None;
    }
    let part = case
        .statement
        .parts
        .iter()
        .find(|part| part.contains(&unit))?;
    // The opposite counts where it stands in one clause with something else that the part says.
    let shares = |place: &Place| {
        part.clone().filter(|other| *other != unit).any(|other| {
            case.findings.units[other].near.iter().any(|hit| {
                hit.place.0 == place.0
                    && case.transcript.token(hit.place).clause
                        == case.transcript.token(*place).clause
            })
        })
    };
    opposites.iter().find_map(|opposite| {
        let place = case
            .transcript
            .of_term(*opposite)
            .iter()
            .copied()
            .find(|place| place.0 == anchor && !case.transcript.denied(*place) && shares(place))?;
        let reason = format!("the opposite was said: {}", lexicon().term(*opposite).name);
        Some(Broken::unsupported(reason, vec![place]))
    })
}
