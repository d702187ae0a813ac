//! "Two packs a day" is not "two packs a week".

use super::{Broken, Case};
use crate::quantity::time;
use crate::reading::{Meaning, Reading};
use crate::transcript::Place;

/// So many words may stand between a number and its period: "two glasses of red wine a day".
const BETWEEN: usize = 4;

/// Judges each number of the statement that is counted in a period.
pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    if !matches!(token.meaning, Meaning::Quantity(_)) {
        return None;
    }
    let end = token.words.end;
    let reading = &case.statement.reading;
    let (meant, period) = (end..reading.words.len().min(end + BETWEEN + 1))
        .take_while(|at| reading.words[at - 1].pause == crate::word::Pause::None)
        .find_map(|at| Some((at, period_at(reading, at)?)))?;
    let counted = reading.tokens.iter().any(|other| {
        matches!(other.meaning, Meaning::Frequency(_)) && other.words.contains(&meant)
    });
    if counted {
        return None;
    }
    let anchor = case.anchor(unit)?;
    let all: Vec<(Place, String)> = case
        .transcript
        .exchange(anchor)
        .flat_map(|line| periods(&case.transcript.lines[line].reading, line))
        .collect();
    // What stands in the number's own clause goes before what stands elsewhere in the exchange.
    let clause = |place: &Place| (place.0, case.transcript.token(*place).clause);
    let own = |(place, _): &(Place, String)| {
        let hits = &case.findings.units[unit].near;
        hits.iter().any(|hit| clause(&hit.place) == clause(place))
    };
    let mut said: Vec<(Place, String)> = all.iter().filter(|rate| own(rate)).cloned().collect();
    if said.is_empty() {
        said = all;
    }
    if said.is_empty() || said.iter().any(|(_, other)| *other == period) {
        return None;
    }
    let (place, other) = said.into_iter().next()?;
    let shown = case.statement.shown(unit);
    Some(Broken::unsupported(
        format!("{shown} was said of a {other}, not of a {period}"),
        vec![place],
    ))
}

/// The period that "a day", "per week" or "daily" at a word names.
fn period_at(reading: &Reading, at: usize) -> Option<String> {
    let whole = match reading.words[at].text.as_str() {
        "daily" | "nightly" => Some("day"),
        "weekly" => Some("week"),
        "monthly" => Some("month"),
        _ => None,
    };
    if let Some(whole) = whole {
        return Some(whole.to_owned());
    }
    let next = reading.words.get(at + 1)?;
    let opens = matches!(
        reading.words[at].text.as_str(),
        "a" | "per" | "each" | "every" | "in"
    );
    // "Every night" is every day.
    let name = if matches!(next.stem.as_str(), "night" | "even" | "morn") {
        "day"
    } else {
        &next.stem
    };
    (opens && (time(&next.stem).is_some() || name == "day")).then(|| name.to_owned())
}

/// The periods of a line, each with a token that shows it; what is "ago" is none.
fn periods(reading: &Reading, line: usize) -> Vec<(Place, String)> {
    (0..reading.words.len())
        .filter_map(|at| {
            let period = period_at(reading, at)?;
            let past = reading
                .words
                .get(at + 2)
                .is_some_and(|word| word.text == "ago");
            let token = reading
                .tokens
                .iter()
                .position(|token| token.words.end > at)?;
            (!past).then_some(((line, token), period))
        })
        .collect()
}
