//! Where each word of a statement is said in the transcript.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::Meaning;
use crate::statement::StatementReading;
use crate::transcript::{Place, Standing, Transcript};
use crate::word::Word;

/// A place where a unit may have been said, and how well it fits (0 to 1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub place: Place,
    pub fit: f64,
}

/// A phrase whose words all stand in one clause, in whatever order.
const SAME_CLAUSE: f64 = 0.85;
/// A phrase of which only some words were said, and a single word inside another phrase.
const SOME_WORDS: f64 = 0.8;

/// Every place that may say what a unit says.
pub(crate) fn hits(statement: &StatementReading, unit: usize, transcript: &Transcript) -> Vec<Hit> {
    let token = statement.token(unit);
    let words = statement.reading.words_of(token);
    let hit = |fit: f64| move |place: &Place| Hit { place: *place, fit };
    match &token.meaning {
        Meaning::Term(id) => {
            let mut found: Vec<Hit> = transcript.of_term(*id).iter().map(hit(1.0)).collect();
            found.extend(phrase_hits(words, transcript));
            found
        }
        Meaning::Word => transcript
            .of_stem(&words[0].stem)
            .iter()
            .map(hit(1.0))
            .collect(),
        meaning @ (Meaning::Quantity(_) | Meaning::Frequency(_)) => transcript
            .amounts()
            .filter(|place| same_amount(meaning, transcript, *place))
            .map(|place| Hit { place, fit: 1.0 })
            .collect(),
        Meaning::Side(_) => Vec::new(),
    }
}

/// The words of a phrase one by one: "shoulder pain" is also said by "my shoulder hurts".
fn phrase_hits(words: &[Word], transcript: &Transcript) -> Vec<Hit> {
    let said: Vec<Vec<Place>> = (0..words.len())
        .filter(|at| !lexicon().is_small(&words[*at].text) || is_body(&words[*at]))
        .map(|at| {
            let mut places = transcript.of_stem(&words[at].stem).to_vec();
            if let Some((id, _)) = lexicon().term_at(&words[at..=at], 0) {
                places.extend_from_slice(transcript.of_term(id));
            }
            places
        })
        .collect();
    let clause = |place: &Place| (place.0, transcript.token(*place).clause);
    let mut together: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for (word, places) in said.iter().enumerate() {
        for place in places {
            together.entry(clause(place)).or_default().insert(word);
        }
    }
    let fit = |place: &Place| {
        let all = said.len() > 1
            && together
                .get(&clause(place))
                .is_some_and(|words| words.len() == said.len());
        if all {
            SAME_CLAUSE
        } else {
            SOME_WORDS / said.len() as f64
        }
    };
    said.iter()
        .flatten()
        .map(|place| Hit {
            place: *place,
            fit: fit(place),
        })
        .collect()
}

/// "Back" is a small word and a part of the body.
fn is_body(word: &Word) -> bool {
    let term = lexicon().term_at(std::slice::from_ref(word), 0);
    term.is_some_and(|(id, _)| lexicon().term(id).kinds.any(Kinds::BODY))
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
