//! Fixed turns of phrase, matched word by word.

use crate::word::Word;

/// A list of phrases, each a list of words.
#[derive(Debug)]
pub(crate) struct Phrases(Vec<Vec<String>>);

impl Phrases {
    /// From the entries of a table.
    pub(crate) fn new(entries: impl Iterator<Item = &'static str>) -> Self {
        let mut all: Vec<Vec<String>> = entries
            .map(|entry| entry.split_whitespace().map(str::to_owned).collect())
            .collect();
        // The longest phrase that fits is the one that is meant.
        all.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
        Self(all)
    }

    /// How many words the longest phrase that starts at `at` takes.
    pub(crate) fn at(&self, words: &[Word], at: usize) -> Option<usize> {
        self.0
            .iter()
            .find(|phrase| {
                words.len() >= at + phrase.len()
                    && phrase
                        .iter()
                        .zip(&words[at..])
                        .all(|(p, word)| *p == word.text)
            })
            .map(Vec::len)
    }

    /// Where the first of the phrases in `words` starts.
    pub(crate) fn first(&self, words: &[Word]) -> Option<usize> {
        (0..words.len()).find(|at| self.at(words, *at).is_some())
    }
}
