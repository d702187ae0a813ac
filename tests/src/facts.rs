//! Which facts of a sample visit a note holds, misses or gets wrong, and which false claims it
//! makes. The format is described in `tests/fixtures/visits/README.md`.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::programs::visit_fixture;

/// What a good note of a sample visit must hold and must not claim.
#[derive(Deserialize)]
pub struct Facts {
    words: BTreeMap<String, String>,
    must_hold: Vec<Fact>,
    must_not_claim: Vec<ForbiddenClaim>,
}

#[derive(Deserialize)]
struct Fact {
    id: String,
    held: Vec<Vec<String>>,
    wrong: Option<Claim>,
}

#[derive(Deserialize)]
struct ForbiddenClaim {
    id: String,
    #[serde(flatten)]
    claim: Claim,
}

/// A sentence that matches one of `patterns` and none of `unless` makes the claim.
#[derive(Deserialize)]
struct Claim {
    patterns: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

/// How a note fared, by the facts' identifiers.
#[derive(Debug, Default)]
pub struct Score {
    /// Facts that the note holds.
    pub held: Vec<String>,
    /// Facts that it does not mention.
    pub missed: Vec<String>,
    /// Facts that it states wrongly, with the sentence.
    pub wrong: Vec<(String, String)>,
    /// Claims that it must not make, with the sentence.
    pub claimed: Vec<(String, String)>,
}

impl Facts {
    /// The facts of a sample visit.
    pub fn of(visit: &str) -> Self {
        let path = visit_fixture(&format!("{visit}.facts.json"));
        let text = std::fs::read_to_string(&path).expect("the sample visit has facts");
        serde_json::from_str(&text).expect("the facts have the format that the README describes")
    }

    /// Compares a note's text, a statement a line, with the facts.
    pub fn score(&self, note: &str) -> Score {
        let note = note.replace('\u{2019}', "'");
        let lines: Vec<&str> = note
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let mut score = Score::default();
        for fact in &self.must_hold {
            let wrong = fact
                .wrong
                .as_ref()
                .and_then(|claim| self.made_in(claim, &lines));
            if let Some(sentence) = wrong {
                score.wrong.push((fact.id.clone(), sentence.to_owned()));
            } else if fact
                .held
                .iter()
                .any(|terms| self.one_line_has_all(terms, &lines))
            {
                score.held.push(fact.id.clone());
            } else {
                score.missed.push(fact.id.clone());
            }
        }
        for forbidden in &self.must_not_claim {
            if let Some(sentence) = self.made_in(&forbidden.claim, &lines) {
                score
                    .claimed
                    .push((forbidden.id.clone(), sentence.to_owned()));
            }
        }
        score
    }

    fn one_line_has_all(&self, terms: &[String], lines: &[&str]) -> bool {
        let patterns: Vec<Regex> = terms.iter().map(|term| self.pattern(term)).collect();
        lines
            .iter()
            .any(|line| patterns.iter().all(|pattern| pattern.is_match(line)))
    }

    fn made_in<'a>(&self, claim: &Claim, lines: &[&'a str]) -> Option<&'a str> {
        let compiled = |texts: &[String]| -> Vec<Regex> {
            texts.iter().map(|text| self.pattern(text)).collect()
        };
        let (patterns, unless) = (compiled(&claim.patterns), compiled(&claim.unless));
        let matches = |all: &[Regex], sentence: &str| all.iter().any(|p| p.is_match(sentence));
        lines
            .iter()
            .flat_map(|line| sentences(line))
            .find(|sentence| matches(&patterns, sentence) && !matches(&unless, sentence))
    }

    fn pattern(&self, text: &str) -> Regex {
        let mut text = text.to_owned();
        for (name, meaning) in &self.words {
            text = text.replace(&format!("{{{name}}}"), meaning);
        }
        RegexBuilder::new(&text)
            .case_insensitive(true)
            .build()
            .expect("a valid pattern")
    }
}

/// The sentences of a line: cut after `.`, `;`, `!` or `?` where white space follows.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let cut = rest
            .char_indices()
            .zip(rest.chars().skip(1))
            .find(|((_, mark), next)| ".;!?".contains(*mark) && next.is_whitespace())
            .map_or(rest.len(), |((at, _), _)| at + 1);
        let (sentence, after) = rest.split_at(cut);
        rest = after.trim_start();
        Some(sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_where_white_space_follows_its_mark() {
        let found: Vec<_> = sentences("Takes 2.5 mg daily. No pain; walks well").collect();
        assert_eq!(found, ["Takes 2.5 mg daily.", "No pain;", "walks well"]);
    }

    /// The notes beside the sample visits were written by hand: they hold every fact and claim
    /// nothing false. Changed in one place, the change is seen.
    #[test]
    fn the_model_notes_hold_every_fact_and_a_changed_one_does_not() {
        for visit in ["adult-follow-up", "injured-knee", "child-with-parent"] {
            let note = std::fs::read_to_string(visit_fixture(&format!("{visit}.note.txt")))
                .expect("a hand-written note");
            let score = Facts::of(visit).score(&note);
            assert!(
                score.missed.is_empty() && score.wrong.is_empty() && score.claimed.is_empty(),
                "{score:?}"
            );
        }
        let changed = Facts::of("injured-knee").score("She heard no pop.\nThe right knee injury.");
        assert!(changed.wrong.iter().any(|(fact, _)| fact == "pop"));
        assert_eq!(changed.claimed[0].0, "wrong-knee");
    }
}
