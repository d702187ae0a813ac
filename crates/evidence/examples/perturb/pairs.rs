//! Pairs of a true statement and one that differs from it in one thing and is false.

use std::collections::HashMap;

use crate::material::{Turn, Visit};
use crate::plain::{choose, holds, list, words};
use crate::truths::{Origin, Truth, spoken};
use crate::{amounts, claims, things, turns};

/// A true statement and a false one.
pub struct Pair {
    /// What was changed.
    pub kind: &'static str,
    /// The visit, by its place in the material.
    pub visit: usize,
    pub origin: Origin,
    pub truth: String,
    pub untruth: String,
    /// The dialogue in which the false one is false, where it is not the visit's own; then both statements may be the
    /// same.
    pub turns: Option<Vec<Turn>>,
}

/// Rewrites a statement; given the statement and all that was said.
type Change = fn(&str, &str) -> Option<String>;

const CHANGES: [(&str, Change); 17] = [
    ("dose", amounts::dose),
    ("unit", amounts::unit),
    ("other number", amounts::number),
    ("frequency", amounts::frequency),
    ("duration", amounts::duration),
    ("date", amounts::date),
    ("side", things::side),
    ("body site", things::site),
    ("negation left out", claims::affirmed),
    ("negation put in", claims::denied),
    ("medicine", things::drug),
    ("sound-alike medicine", things::sound_alike),
    ("relative's told of patient", claims::from_relative),
    ("patient's told of relative", claims::to_relative),
    ("tense", claims::time),
    ("detail invented", claims::added),
    ("statement invented", |_, _| None),
];

/// The kinds, in the order of the tables.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    CHANGES.into_iter().map(|(kind, _)| kind).chain([
        "only asked",
        "only suggested",
        "refused",
        "speaker",
    ])
}

/// So many pairs of one kind a visit gives at most.
const EACH: usize = 2;

/// All pairs of the material. `truths` holds the true statements of each visit.
pub fn of(visits: &[Visit], truths: &[Vec<Truth>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (n, (visit, own)) in visits.iter().zip(truths).enumerate() {
        let mut found: HashMap<&str, usize> = HashMap::new();
        let all = spoken(&visit.turns);
        let mut add = |pair: Pair, most: usize| {
            let count = found.entry(pair.kind).or_default();
            if *count < most && (pair.truth != pair.untruth || pair.turns.is_some()) {
                *count += 1;
                pairs.push(pair);
            }
        };
        for truth in own {
            let pair = |kind, untruth| Pair {
                kind,
                visit: n,
                origin: truth.origin,
                truth: truth.text.clone(),
                untruth,
                turns: None,
            };
            for (kind, change) in CHANGES {
                if let Some(untruth) = change(&truth.text, &all) {
                    let most = if kind == "detail invented" { 1 } else { EACH };
                    add(pair(kind, untruth), most);
                }
            }
            if let Some(untruth) = of_another(truth, visit, &all, visits, truths) {
                add(pair("statement invented", untruth), 1);
            }
            if let Some(turns) = turns::unanswered(truth, visit) {
                add(
                    Pair {
                        turns: Some(turns),
                        ..pair("only asked", truth.text.clone())
                    },
                    EACH,
                );
            }
            let ways = [
                ("refused", turns::refused(truth, visit)),
                ("only suggested", turns::suggested(truth, visit)),
            ];
            for (kind, turns) in ways {
                if let (Some(turns), Some(begun)) = (turns, turns::begun(truth)) {
                    add(
                        Pair {
                            truth: begun.clone(),
                            turns: Some(turns),
                            ..pair(kind, begun)
                        },
                        EACH,
                    );
                }
            }
            if let Some((truth, untruth)) = turns::misattributed(truth, visit) {
                add(
                    Pair {
                        truth,
                        ..pair("speaker", untruth)
                    },
                    1,
                );
            }
        }
    }
    pairs
}

/// What is true of another patient and names something that nobody spoke of here.
fn of_another(
    truth: &Truth,
    visit: &Visit,
    all: &str,
    visits: &[Visit],
    truths: &[Vec<Truth>],
) -> Option<String> {
    if truth.origin != Origin::Reference {
        return None;
    }
    let others: Vec<usize> = (0..visits.len())
        .filter(|n| visits[*n].source == visit.source && visits[*n].held_out == visit.held_out)
        .collect();
    let other = &truths[*choose(&others, &truth.text)?];
    let terms: Vec<&str> = [
        include_str!("words/drugs.txt"),
        include_str!("words/symptoms.txt"),
        include_str!("words/conditions.txt"),
    ]
    .into_iter()
    .flat_map(list)
    .collect();
    let foreign = |other: &&Truth| {
        let named: Vec<&&str> = terms
            .iter()
            .filter(|term| holds(&other.text, term))
            .collect();
        let near = |term: &str| all.to_lowercase().contains(&term[..term.len().min(4)]);
        let negated = ["no", "denies", "not", "without", "negative"]
            .iter()
            .any(|word| holds(&other.text, word));
        other.origin == Origin::Reference
            && !negated
            && words(&other.text).len() >= 4
            && named.iter().any(|term| !near(term))
    };
    other.iter().find(foreign).map(|other| other.text.clone())
}
