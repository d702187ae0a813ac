//! Repetition, the failure of small models: exact and near repeats of statements, and loops
//! within a line.

use std::collections::BTreeSet;

use crate::line::words;

/// Words below which equal statements in different sections are no repeat: `Hypertension.` may
/// well stand in two.
const SHORT: usize = 5;

/// The statements of a draft so far.
#[derive(Default)]
pub(crate) struct Repeats {
    sections: Vec<Vec<Vec<String>>>,
}

impl Repeats {
    pub(crate) fn new(sections: usize) -> Self {
        Self {
            sections: vec![Vec::new(); sections],
        }
    }

    /// Whether a statement says nothing that its section does not say already, or repeats one of
    /// another section word for word; remembers it otherwise.
    pub(crate) fn is_repeat(&mut self, section: usize, statement: &str) -> bool {
        let words = words(statement);
        let repeated = self.sections.iter().enumerate().any(|(number, earlier)| {
            if number == section {
                earlier.iter().any(|earlier| says_no_more(&words, earlier))
            } else {
                words.len() >= SHORT && earlier.contains(&words)
            }
        });
        if !repeated && let Some(own) = self.sections.get_mut(section) {
            own.push(words);
        }
        repeated
    }
}

/// Words that carry nothing by themselves.
const FILLERS: [&str; 28] = [
    "a", "an", "the", "is", "was", "are", "were", "has", "had", "have", "been", "be", "of", "in",
    "on", "at", "to", "and", "for", "with", "that", "this", "patient", "he", "she", "his", "her",
    "they",
];

/// Whether every word that carries something stands in the earlier statement, too; a number, a
/// drug or a negation that is new makes the statement new.
fn says_no_more(words: &[String], earlier: &[String]) -> bool {
    let carry = |words: &[String]| -> BTreeSet<String> {
        words
            .iter()
            .filter(|word| !FILLERS.contains(&word.as_str()))
            .cloned()
            .collect()
    };
    let (new, old) = (carry(words), carry(earlier));
    // A negation in the earlier statement turns the meaning of the same words around.
    let negated = |words: &BTreeSet<String>| {
        ["no", "not", "denies", "denied", "without", "never"]
            .iter()
            .any(|n| words.contains(*n))
    };
    if new.is_empty() {
        return old.is_empty();
    }
    new.is_subset(&old) && negated(&new) == negated(&old)
}

/// Whether the last tokens go round in circles: three times the same run, at least
/// [`LOOP`] tokens together.
pub(crate) fn loops(tokens: &[u32]) -> bool {
    (1..=tokens.len() / 3).any(|period| {
        let tail = &tokens[tokens.len() - 3 * period..];
        3 * period >= LOOP && (0..2 * period).all(|at| tail[at] == tail[at + period])
    })
}

/// Tokens of a loop at least; shorter ones (`no … no … no`) can be meant.
const LOOP: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_within_a_section_are_found() {
        let mut repeats = Repeats::new(2);
        assert!(!repeats.is_repeat(0, "The patient takes lisinopril 10 mg daily."));
        for (statement, expected) in [
            ("The patient takes lisinopril 10 mg daily.", true),
            ("Patient takes lisinopril, 10 mg daily", true),
            ("Takes lisinopril.", true),
            ("The patient takes lisinopril 20 mg daily.", false),
            ("The patient does not take lisinopril 10 mg daily.", false),
            ("Takes metformin 10 mg daily.", false),
        ] {
            assert_eq!(repeats.is_repeat(0, statement), expected, "{statement}");
        }
    }

    #[test]
    fn other_sections_repeat_only_word_for_word() {
        let mut repeats = Repeats::new(2);
        assert!(!repeats.is_repeat(0, "Knee pain."));
        assert!(!repeats.is_repeat(1, "Knee pain."));
        assert!(!repeats.is_repeat(0, "Right knee pain for two weeks."));
        assert!(repeats.is_repeat(1, "right knee pain for two weeks"));
        assert!(!repeats.is_repeat(1, "Knee pain for two weeks."));
    }

    #[test]
    fn loops_need_three_rounds() {
        let round: Vec<u32> = (0..7).collect();
        assert!(loops(&[&[99][..], &round.repeat(3)].concat()));
        assert!(!loops(&round.repeat(2)));
        assert!(!loops(&[5, 6, 5, 6, 5, 6]));
        assert!(loops(&[5; 18]));
        assert!(!loops(&(0..60).collect::<Vec<u32>>()));
    }
}
