//! How many words were given to the wrong speaker.

use std::collections::{BTreeMap, BTreeSet};

/// Words that were given to speakers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Those that were given to the wrong one.
    pub wrong: usize,
    /// All of them.
    pub words: usize,
}

impl Given {
    /// From the label and the real speaker of each word. A label stands for one person at most and a
    /// person has one label at most: so that as many words as can be are right.
    pub fn of<'w>(words: impl Iterator<Item = (&'w str, &'w str)>) -> Self {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for pair in words {
            *counts.entry(pair).or_default() += 1;
        }
        let labels: BTreeSet<&str> = counts.keys().map(|(label, _)| *label).collect();
        let people: BTreeSet<&str> = counts.keys().map(|(_, person)| *person).collect();
        let labels: Vec<&str> = labels.into_iter().collect();
        let words = counts.values().sum();
        Self {
            wrong: words - most_right(&labels, &people, &counts),
            words,
        }
    }

    /// Adds those of another recording, whose labels are others.
    pub const fn add(&mut self, other: &Self) {
        self.wrong += other.wrong;
        self.words += other.words;
    }

    /// The share that was given to the wrong one, in per cent; `None` without a word.
    pub fn per_cent(&self) -> Option<f64> {
        (self.words > 0).then(|| 100.0 * self.wrong as f64 / self.words as f64)
    }
}

/// There are four labels and a few people at most: every matching is tried.
fn most_right(
    labels: &[&str],
    people: &BTreeSet<&str>,
    counts: &BTreeMap<(&str, &str), usize>,
) -> usize {
    let Some((label, rest)) = labels.split_first() else {
        return 0;
    };
    let with = people.iter().map(|person| {
        let mut left = people.clone();
        left.remove(person);
        let right = counts.get(&(*label, *person)).copied().unwrap_or_default();
        right + most_right(rest, &left, counts)
    });
    with.max()
        .unwrap_or_default()
        .max(most_right(rest, people, counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(words: &[(&str, &str, usize)]) -> (usize, usize) {
        let each = words
            .iter()
            .flat_map(|(label, person, times)| std::iter::repeat_n((*label, *person), *times));
        let given = Given::of(each);
        (given.wrong, given.words)
    }

    #[test]
    fn labels_are_matched_so_that_most_is_right() {
        assert_eq!(given(&[]), (0, 0));
        assert_eq!(given(&[("S2", "doctor", 5), ("S1", "patient", 4)]), (0, 9));
        // One label for two people: the smaller part is wrong.
        assert_eq!(given(&[("S1", "doctor", 5), ("S1", "patient", 4)]), (4, 9));
        // Two labels for one person.
        assert_eq!(given(&[("S1", "doctor", 5), ("S2", "doctor", 2)]), (2, 7));
        // The largest count is not in the best matching.
        let crossed = [
            ("S1", "doctor", 6),
            ("S1", "patient", 5),
            ("S2", "doctor", 5),
        ];
        assert_eq!(given(&crossed), (6, 16));
        assert_eq!(Given::default().per_cent(), None);
        assert_eq!(Given { wrong: 1, words: 4 }.per_cent(), Some(25.0));
    }
}
