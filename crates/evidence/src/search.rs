//! Finding where in the transcript each part of a statement rests.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::own_side;
use crate::hits::{Hit, hits};
use crate::side::Side;
use crate::statement::StatementReading;
use crate::transcript::{Standing, Transcript};

/// Where a unit was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// In the exchange that the unit's part rests on, the nearest and best first.
    pub near: Vec<Hit>,
    /// Anywhere else.
    pub far: Vec<Hit>,
}

/// What a statement rests on.
#[derive(Debug)]
pub(crate) struct Findings {
    /// For each part, the line that it rests on most; none if no word of it was said.
    pub anchors: Vec<Option<usize>>,
    /// For each unit.
    pub units: Vec<Found>,
}

/// A word found in another exchange than the rest of its part counts for so much.
pub(crate) const FAR: f64 = 0.5;

/// Searches the transcript for a statement.
pub(crate) fn search(statement: &StatementReading, transcript: &Transcript) -> Findings {
    let hits: Vec<Vec<Hit>> = (0..statement.units.len())
        .map(|unit| hits(statement, unit, transcript))
        .collect();
    // Best fit of each unit on each line that has any.
    let on_line: Vec<BTreeMap<usize, f64>> = hits
        .iter()
        .map(|hits| {
            let mut lines = BTreeMap::new();
            for hit in hits {
                let best: &mut f64 = lines.entry(hit.place.0).or_default();
                *best = best.max(hit.fit);
            }
            lines
        })
        .collect();
    let mut findings = Findings {
        anchors: Vec::new(),
        units: vec![Found::default(); statement.units.len()],
    };
    for part in &statement.parts {
        let candidates: BTreeSet<usize> = part
            .clone()
            .flat_map(|unit| on_line[unit].keys().copied())
            .collect();
        let mut best: Option<(f64, usize)> = None;
        for line in candidates {
            let score = score(statement, part, line, &on_line, &hits, transcript);
            if best.is_none_or(|(most, _)| score > most + 1e-9) {
                best = Some((score, line));
            }
        }
        let anchor = best.map(|(_, line)| line);
        for unit in part.clone() {
            findings.units[unit] = place_hits(&hits[unit], anchor, transcript);
        }
        findings.anchors.push(anchor);
    }
    findings
}

/// How well a part rests on the exchange around a line.
fn score(
    statement: &StatementReading,
    part: &std::ops::Range<usize>,
    line: usize,
    on_line: &[BTreeMap<usize, f64>],
    hits: &[Vec<Hit>],
    transcript: &Transcript,
) -> f64 {
    let exchange = transcript.exchange(line);
    let mut score = 0.0;
    for (unit, lines) in on_line.iter().enumerate() {
        let fit = lines
            .range(exchange.clone())
            .map(|(other, fit)| fit * nearness(line, *other))
            .fold(0.0, f64::max);
        // The other parts of the statement were probably said close by.
        let share = if part.contains(&unit) { 1.0 } else { 0.2 };
        score += statement.units[unit].weight * fit * share;
        if part.contains(&unit) && lines.contains_key(&line) {
            let here = hits[unit].iter().filter(|hit| hit.place.0 == line);
            score += statement.units[unit].weight * fitness(statement, unit, here, transcript);
        }
    }
    score
}

/// Between lines on which a unit is said equally well, the one that says it the same way decides: not denied where the
/// statement affirms, of the same side; then the one that at least says which way it is.
fn fitness<'a>(
    statement: &StatementReading,
    unit: usize,
    here: impl Iterator<Item = &'a Hit>,
    transcript: &Transcript,
) -> f64 {
    let token = statement.token(unit);
    let side = own_side(&statement.reading, statement.units[unit].token);
    let one = |hit: &Hit| {
        let state = transcript.state(hit.place);
        let open = matches!(state.standing, Standing::Asked | Standing::Retracted)
            || (state.standing == Standing::Supposed && !statement.hypothetical);
        let standing = match transcript.denied(hit.place) == token.negated {
            _ if open => -0.1,
            true => 0.05,
            false => -0.05,
        };
        let said: Option<Side> = state
            .side
            .filter(|(_, ago)| *ago <= 1)
            .map(|(said, _)| said);
        standing
            + match (side, said) {
                (Some(meant), Some(said)) if said.excludes(meant) => 0.15,
                (Some(_), Some(_)) => 0.3,
                _ => 0.0,
            }
    };
    here.map(one).fold(-1.0, f64::max)
}

fn nearness(line: usize, other: usize) -> f64 {
    match line.abs_diff(other) {
        0 => 1.0,
        1 => 0.85,
        _ => 0.7,
    }
}

fn place_hits(hits: &[Hit], anchor: Option<usize>, transcript: &Transcript) -> Found {
    let Some(anchor) = anchor else {
        return Found {
            near: Vec::new(),
            far: hits.to_vec(),
        };
    };
    let exchange = transcript.exchange(anchor);
    let (mut near, far): (Vec<Hit>, Vec<Hit>) = hits
        .iter()
        .copied()
        .partition(|hit| exchange.contains(&hit.place.0));
    let value = |hit: &Hit| hit.fit * nearness(anchor, hit.place.0);
    near.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.place.cmp(&b.place)));
    Found { near, far }
}
