//! Names that sound or look alike: a medicine that was said differently, or another medicine.

use crate::lexicon::{Kinds, TermId, lexicon};
use crate::reading::kinds;
use crate::transcript::{Place, Transcript};

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
            let words = line.reading.words_of(token);
            // Recognisers cut unknown names: "Adder Vastatin". The word before may belong to it.
            let first = token.words.start;
            let before = first
                .checked_sub(1)
                .map(|at| line.reading.words[at].text.as_str())
                .unwrap_or("");
            let own = words[0].text.as_str();
            let distance = distance(name, own).min(distance(name, &format!("{before}{own}")));
            let close = distance <= name.chars().count() / 3;
            if close && best.as_ref().is_none_or(|(least, _)| distance < *least) {
                let found = match token.meaning {
                    crate::reading::Meaning::Term(id) if kinds(token).any(Kinds::DRUG) => {
                        Alike::OtherDrug((n, k), id)
                    }
                    _ => Alike::Misheard((n, k), own.to_owned()),
                };
                best = Some((distance, found));
            }
        }
    }
    best.map(|(_, found)| found)
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
    if a.len().abs_diff(b.len()) > a.len().max(b.len()) / 3 {
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
