//! A statement of a note, cut into the parts that each say one thing.

use std::ops::Range;

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::{Meaning, Reading, Token, kinds};
use crate::transcript::Transcript;
use crate::word::{Pause, Word};

/// What a note can be wrong about: these words have to have been said.
pub(crate) const CLINICAL: Kinds = Kinds::SYMPTOM
    .or(Kinds::CONDITION)
    .or(Kinds::ALLERGY)
    .or(Kinds::HABIT)
    .or(Kinds::TEST)
    .or(Kinds::PROCEDURE)
    .or(Kinds::DRUG);

/// A token of the statement that has to be found in the transcript.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    /// The token, by its place in the reading.
    pub token: usize,
    /// How much it tells: rare words tell more.
    pub weight: f64,
}

/// A statement, read.
#[derive(Debug)]
pub(crate) struct StatementReading {
    pub reading: Reading,
    pub units: Vec<Unit>,
    /// Ranges of units: what stands between commas, colons and full stops, each with at least one word.
    pub parts: Vec<Range<usize>>,
    /// Whether it tells what to do in a case that has not come.
    pub hypothetical: bool,
}

impl StatementReading {
    /// Reads a statement, weighing its words by how rare they are in the transcript.
    pub(crate) fn of(text: &str, transcript: &Transcript) -> Self {
        let reading = Reading::of(text);
        let units: Vec<Unit> = (0..reading.tokens.len())
            .filter(|n| is_content(&reading, &reading.tokens[*n]))
            .map(|token| Unit {
                token,
                weight: weight(&reading, &reading.tokens[token], transcript),
            })
            .collect();
        let parts = parts(&reading, &units);
        const OPEN: [&str; 13] = [
            "return",
            "call",
            "seek",
            "come",
            "emergency",
            "precautions",
            "warning",
            "contact",
            "risk",
            "whether",
            "depends",
            "possible",
            "monitor",
        ];
        let hypothetical = reading
            .clauses
            .iter()
            .any(|clause| clause.supposed_from.is_some())
            || reading
                .words
                .iter()
                .any(|word| OPEN.contains(&word.text.as_str()));
        Self {
            reading,
            units,
            parts,
            hypothetical,
        }
    }

    pub(crate) fn token(&self, unit: usize) -> &Token {
        &self.reading.tokens[self.units[unit].token]
    }

    /// The words of a unit as they stand in the statement.
    pub(crate) fn shown(&self, unit: usize) -> String {
        let words = self.reading.words_of(self.token(unit));
        words
            .iter()
            .map(|word| word.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A colon after at most so many words ends a heading.
const HEADING: usize = 4;

/// Words that only say how notes are written are no content; nor is the number in "out of 10".
fn is_content(reading: &Reading, token: &Token) -> bool {
    let words = reading.words_of(token);
    // "Family history:" and "Plan:" are headings.
    let start =
        &reading.words[token.words.start..reading.words.len().min(HEADING).max(token.words.start)];
    let heads = start.iter().any(|word| word.pause == Pause::Colon);
    // In "positive for stress" only the stress is said.
    let next = reading
        .words
        .get(token.words.end)
        .map_or("", |next| next.text.as_str());
    if matches!(words[0].text.as_str(), "positive" | "negative") && next == "for" {
        return false;
    }
    match token.meaning {
        Meaning::Side(_) => false,
        Meaning::Quantity(quantity) => {
            let before = |k: usize| {
                token
                    .words
                    .start
                    .checked_sub(k)
                    .map_or("", |i| reading.words[i].text.as_str())
            };
            let scale = quantity.raw.0 == 10_000 && before(1) == "of" && before(2) == "out";
            // "First" is mostly no number.
            let order = words[0].text == "first";
            let listed =
                token.words.start == 0 && words[0].pause >= Pause::Stop && reading.words.len() > 1;
            // "a day" is no claim of its own.
            let article = matches!(words[0].text.as_str(), "a" | "an");
            !scale && !order && !listed && !article && !is_date(reading, token)
        }
        Meaning::Frequency(_) => !limits(reading, token),
        Meaning::Word => !heads && !lexicon().is_framing(&words[0].text),
        Meaning::Term(id) => {
            let bare = lexicon().term(id).kinds == Kinds::default();
            !(bare && (heads || words.len() == 1 && lexicon().is_framing(&words[0].text)))
        }
    }
}

/// Numbers written together with a year or as three in a row are a date, which is seldom said so.
fn is_date(reading: &Reading, token: &Token) -> bool {
    let number = |word: &Word| word.text.bytes().all(|b| b.is_ascii_digit());
    let (mut first, mut last) = (token.words.start, token.words.start + 1);
    let words = &reading.words;
    while first > 0 && words[first - 1].end + 1 == words[first].start && number(&words[first - 1]) {
        first -= 1;
    }
    let runs_on = |last: usize| {
        words
            .get(last)
            .is_some_and(|next| words[last - 1].end + 1 == next.start && number(next))
    };
    while runs_on(last) {
        last += 1;
    }
    let year = |word: &Word| {
        word.text.len() == 4 && (word.text.starts_with("19") || word.text.starts_with("20"))
    };
    last - first > 2 || (last - first == 2 && words[first..last].iter().any(year))
}

/// "At most 3 g daily": the day belongs to the limit and is no dosing.
fn limits(reading: &Reading, token: &Token) -> bool {
    let clause = &reading.clauses[token.clause].words;
    let before = &reading.words[clause.start..token.words.start];
    before.iter().any(|word| {
        matches!(
            word.text.as_str(),
            "most" | "maximum" | "max" | "exceed" | "than"
        )
    })
}

/// Inverse document frequency over the transcript's lines, more for clinical words; a word that was never said may be
/// a rewording and counts for no more than a rare one.
fn weight(reading: &Reading, token: &Token, transcript: &Transcript) -> f64 {
    let lines = |places: &[(usize, usize)]| {
        let mut lines: Vec<usize> = places.iter().map(|place| place.0).collect();
        lines.dedup();
        lines.len()
    };
    let said = match token.meaning {
        Meaning::Term(id) => lines(transcript.of_term(id)),
        Meaning::Word => lines(transcript.of_stem(&reading.words_of(token)[0].stem)),
        Meaning::Quantity(_) => return 2.5,
        Meaning::Frequency(_) => return 1.5,
        Meaning::Side(_) => return 0.0,
    };
    let of = transcript.lines.len() as f64;
    let rare = ((of + 1.0) / (said.max(1) as f64 + 1.0)).ln().max(0.0) + 0.4;
    match token.meaning {
        Meaning::Word if said == 0 => rare.min(2.0),
        _ if kinds(token).any(CLINICAL) => rare.max(1.0) * 1.3,
        _ => rare,
    }
}

fn parts(reading: &Reading, units: &[Unit]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for n in 0..units.len() {
        let starts = n == 0 || {
            let (one, next) = (
                &reading.tokens[units[n - 1].token],
                &reading.tokens[units[n].token],
            );
            let between = one.words.end - 1..next.words.start;
            one.clause != next.clause
                || reading.words[between]
                    .iter()
                    .any(|w| w.pause >= Pause::Comma)
        };
        match parts.last_mut() {
            Some(last) if !starts => last.end = n + 1,
            _ => parts.push(n..n + 1),
        }
    }
    // Amounts alone ("…, 500 mg, twice daily") belong to what stands before them.
    let worded = |part: &Range<usize>| {
        units[part.clone()].iter().any(|unit| {
            !matches!(
                reading.tokens[unit.token].meaning,
                Meaning::Quantity(_) | Meaning::Frequency(_)
            )
        })
    };
    let mut joined: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if !worded(&part) || !worded(last) => last.end = part.end,
            _ => joined.push(part),
        }
    }
    joined
}
