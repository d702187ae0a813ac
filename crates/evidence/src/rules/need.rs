//! That something has to be done must have been said: asking whether it has to is not saying so, nor
//! is that it was done before.

use super::{Broken, Case, WHOLE};
use crate::kinds::Kinds;
use crate::reading::kinds;
use crate::transcript::{Place, Standing};

/// Stems with which a note says that something has to be done.
const NEEDED: [&str; 4] = ["need", "requir", "necessari", "recommend"];

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let treatment = kinds(token).any(Kinds::DRUG.or(Kinds::PROCEDURE).or(Kinds::TEST));
    if !treatment || token.negated || !case.says(&NEEDED) {
        return None;
    }
    let found = &case.findings.units[unit];
    let needed: Vec<Place> = found
        .near
        .iter()
        .chain(&found.far)
        .filter(|hit| hit.fit >= WHOLE && speaks_of_need(case, &hit.place))
        .map(|hit| hit.place)
        .collect();
    let asked = |place: &Place| case.transcript.state(*place).standing == Standing::Asked;
    let only_asked = !needed.is_empty() && needed.iter().all(asked);
    let shown = case.statement.shown(unit);
    only_asked.then(|| Broken::unsupported(format!("\"{shown}\" was only asked about"), needed))
}

fn speaks_of_need(case: &Case<'_>, place: &Place) -> bool {
    let reading = &case.transcript.lines[place.0].reading;
    let clause = &reading.clauses[case.transcript.token(*place).clause];
    reading.words[clause.words.clone()]
        .iter()
        .any(|word| NEEDED.contains(&word.stem.as_str()))
}
