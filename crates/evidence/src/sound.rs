//! Names that sound or look alike: a medicine that was said differently, or another medicine.

use crate::kinds::Kinds;
use crate::lexicon::{TermId, lexicon};
use crate::reading::{Meaning, Token, kinds};
use crate::transcript::{Place, Transcript};
use crate::word::Word;

/// What was said in the place of a medicine's name that was not said.
#[derive(Debug)]
pub(crate) enum Alike {
    /// A word that is no medicine's name: probably this one, misheard or mispronounced.
    Misheard(Place, String),
    /// Another medicine with a name like this one.
    OtherDrug(Place, TermId),
}

/// The word of the transcript most like `name`, if any is close.
pub(crate) fn alike(name: &str, transcript: &Transcript) -> Option<Alike> {
    let mut best: Option<(usize, Alike)> = None;
    for (n, line) in transcript.lines.iter().enumerate() {
        for (k, token) in line.reading.tokens.iter().enumerate() {
            for said in spellings(&line.reading.words, token) {
                let Some(distance) = closeness(name, &said) else {
                    continue;
                };
                if best.as_ref().is_some_and(|(least, _)| distance >= *least) {
                    continue;
                }
                let found = match token.meaning {
                    Meaning::Term(id) if kinds(token).any(Kinds::DRUG) => {
                        Alike::OtherDrug((n, k), id)
                    }
                    _ => Alike::Misheard((n, k), said),
                };
                best = Some((distance, found));
            }
        }
    }
    best.map(|(_, found)| found)
}

/// A word alone and with its neighbours: recognisers cut names that they do not know ("Adder Vastatin").
fn spellings(words: &[Word], token: &Token) -> Vec<String> {
    let own = &words[token.words.start].text;
    let mut spellings = vec![own.clone()];
    if let Some(before) = token.words.start.checked_sub(1) {
        spellings.push(format!("{} {own}", words[before].text));
    }
    if let Some(after) = words.get(token.words.start + 1) {
        spellings.push(format!("{own} {}", after.text));
    }
    spellings
}

/// How far two names are apart, if they are close: in letters, or in the consonants that a hearer keeps.
fn closeness(name: &str, said: &str) -> Option<usize> {
    let said: String = said.chars().filter(|c| c.is_alphabetic()).collect();
    let length = name.chars().count();
    let letters = distance(name, &said);
    if letters <= length / 3 {
        return Some(letters);
    }
    let (one, other) = (consonants(name), consonants(&said));
    let same_start = one.chars().next() == other.chars().next();
    let close =
        same_start && one.len() >= 6 && letters <= length / 2 && distance(&one, &other) <= 2;
    close.then_some(letters)
}

/// The consonants of a name, doubled ones once.
fn consonants(name: &str) -> String {
    let mut kept: Vec<char> = name.chars().filter(|c| !"aeiouyh".contains(*c)).collect();
    kept.dedup();
    kept.into_iter().collect()
}

impl Alike {
    /// Where it was said.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Misheard(place, _) | Self::OtherDrug(place, _) => *place,
        }
    }

    /// The name as people read it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Misheard(_, word) => word,
            Self::OtherDrug(_, id) => lexicon().term(*id).name,
        }
    }
}

/// Letters to insert, remove, replace or swap (optimal string alignment; Damerau 1964, Levenshtein 1966).
fn distance(one: &str, other: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // Lengths too far apart cannot be close; this spares most of the work.
    if a.len().abs_diff(b.len()) > a.len().max(b.len()) / 2 {
        return a.len().max(b.len());
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_count_edits() {
        for (a, b, expected) in [
            ("lisinopril", "lisinopril", 0),
            ("codeine", "codine", 1),
            ("metformin", "metfromin", 1),
            ("abc", "xyz", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
