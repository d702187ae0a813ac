//! What no table knows can be denied too: "no rebound or guarding".

use super::{Broken, Case, WHOLE};
use crate::reading::{Meaning, kinds};
use crate::statement::CLINICAL;
use crate::transcript::{Place, Standing};

/// This share of what a part says has to have been said the other way round.
const MOSTLY: f64 = 0.6;

/// Judges each part of which no word is clinical, at its first unit.
pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let part = case
        .statement
        .parts
        .iter()
        .find(|part| part.start == unit)?;
    if part
        .clone()
        .any(|unit| kinds(case.statement.token(unit)).any(CLINICAL))
    {
        return None;
    }
    let (mut all, mut contrary) = (0.0, 0.0);
    let mut shown: Vec<Place> = Vec::new();
    for unit in part.clone() {
        let token = case.statement.token(unit);
        if matches!(token.meaning, Meaning::Quantity(_) | Meaning::Frequency(_)) {
            continue;
        }
        let weight = case.statement.units[unit].weight;
        let near = &case.findings.units[unit].near;
        let places: Vec<Place> = near
            .iter()
            .filter(|hit| hit.fit >= WHOLE)
            .map(|hit| hit.place)
            .collect();
        let otherwise = |place: &Place| {
            let open = case.transcript.state(*place).standing == Standing::Asked;
            !open && case.transcript.denied(*place) != token.negated
        };
        all += weight;
        if !places.is_empty() && places.iter().all(otherwise) {
            contrary += weight;
            shown.push(places[0]);
        }
    }
    let negated = case.statement.token(unit).negated;
    let reason = if negated {
        "said to be so, not denied"
    } else {
        "denied"
    };
    let words: Vec<String> = part
        .clone()
        .map(|unit| case.statement.shown(unit))
        .collect();
    (all > 0.0 && contrary >= all * MOSTLY)
        .then(|| Broken::partial(format!("\"{}\" was {reason}", words.join(" ")), shown))
}
