//! Finding where in the transcript each part of a statement rests.

use std::collections::{BTreeMap, BTreeSet};

use crate::lexicon::lexicon;
use crate::reading::Meaning;
use crate::statement::StatementReading;
use crate::transcript::{Place, Standing, Transcript};

/// A place where a unit may have been said, and how well it fits (0 to 1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub place: Place,
    pub fit: f64,
}

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

fn hits(statement: &StatementReading, unit: usize, transcript: &Transcript) -> Vec<Hit> {
    let token = statement.token(unit);
    let whole = |places: &[Place]| {
        places
            .iter()
            .map(|place| Hit {
                place: *place,
                fit: 1.0,
            })
            .collect()
    };
    match token.meaning {
        Meaning::Term(id) => {
            let mut found: Vec<Hit> = whole(transcript.of_term(id));
            // A phrase of which only some words were said fits in part; of a single word this also finds it in phrases.
            let words: Vec<&str> = statement
                .reading
                .words_of(token)
                .iter()
                .filter(|word| !lexicon().is_small(&word.text))
                .map(|word| word.stem.as_str())
                .collect();
            for word in &words {
                let fit = 0.8 / words.len() as f64;
                found.extend(
                    transcript
                        .of_stem(word)
                        .iter()
                        .map(|place| Hit { place: *place, fit }),
                );
            }
            found
        }
        Meaning::Word => whole(transcript.of_stem(&statement.reading.words_of(token)[0].stem)),
        Meaning::Quantity(_) | Meaning::Frequency(_) => transcript
            .amounts()
            .filter(|place| same_amount(&token.meaning, transcript, *place))
            .map(|place| Hit { place, fit: 1.0 })
            .collect(),
        Meaning::Side(_) => Vec::new(),
    }
}

fn same_amount(meaning: &Meaning, transcript: &Transcript, place: Place) -> bool {
    if transcript.state(place).standing == Standing::Retracted {
        return false;
    }
    match (meaning, &transcript.token(place).meaning) {
        (Meaning::Quantity(one), Meaning::Quantity(other)) => one.same(*other),
        (Meaning::Frequency(one), Meaning::Frequency(other)) => one == other,
        _ => false,
    }
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
            let negated = statement.token(unit).negated;
            let agrees = hits[unit]
                .iter()
                .any(|hit| hit.place.0 == line && transcript.denied(hit.place) == negated);
            score += statement.units[unit].weight * if agrees { 0.05 } else { -0.05 };
        }
    }
    score
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
