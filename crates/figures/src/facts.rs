//! Which facts of a sample visit a note holds, misses or gets wrong, and which false claims it
//! makes. The format is described in `tests/fixtures/visits/README.md`.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// What a good note of a sample visit must hold and must not claim.
pub struct Facts {
    must_hold: Vec<Fact>,
    must_not_claim: Vec<Forbidden>,
}

struct Fact {
    id: String,
    /// Alternatives; a line has to match all patterns of one.
    held: Vec<Vec<Regex>>,
    wrong: Option<Claim>,
}

struct Forbidden {
    id: String,
    example: String,
    claim: Claim,
}

/// A sentence that matches one of `patterns` and none of `unless` makes the claim.
struct Claim {
    patterns: Vec<Regex>,
    unless: Vec<Regex>,
}

/// Why facts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// Not in the format.
    #[error("the facts are not in the format that is needed")]
    Form(#[from] serde_json::Error),
    /// A pattern that is none.
    #[error("a pattern of the facts is no regular expression")]
    Pattern(#[from] regex::Error),
}

/// As the file has it.
#[derive(Deserialize)]
struct Written {
    words: BTreeMap<String, String>,
    must_hold: Vec<WrittenFact>,
    must_not_claim: Vec<WrittenForbidden>,
}

#[derive(Deserialize)]
struct WrittenFact {
    id: String,
    held: Vec<Vec<String>>,
    wrong: Option<WrittenClaim>,
}

#[derive(Deserialize)]
struct WrittenForbidden {
    id: String,
    #[serde(default)]
    example: String,
    #[serde(flatten)]
    claim: WrittenClaim,
}

#[derive(Deserialize)]
struct WrittenClaim {
    patterns: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

/// How a note fared, by the facts' identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Reads the facts of a visit.
    ///
    /// # Errors
    /// [`FactsError`].
    pub fn read(json: &str) -> Result<Self, FactsError> {
        let written: Written = serde_json::from_str(json)?;
        let words = &written.words;
        let claim = |claim: &WrittenClaim| -> Result<Claim, regex::Error> {
            Ok(Claim {
                patterns: compiled(words, &claim.patterns)?,
                unless: compiled(words, &claim.unless)?,
            })
        };
        let mut facts = Self {
            must_hold: Vec::new(),
            must_not_claim: Vec::new(),
        };
        for fact in &written.must_hold {
            let held = fact.held.iter().map(|terms| compiled(words, terms));
            facts.must_hold.push(Fact {
                id: fact.id.clone(),
                held: held.collect::<Result<_, _>>()?,
                wrong: fact.wrong.as_ref().map(claim).transpose()?,
            });
        }
        for forbidden in &written.must_not_claim {
            facts.must_not_claim.push(Forbidden {
                id: forbidden.id.clone(),
                example: forbidden.example.clone(),
                claim: claim(&forbidden.claim)?,
            });
        }
        Ok(facts)
    }

    /// A sentence for each claim that must not be made, which makes it.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &str)> {
        let forbidden = self.must_not_claim.iter();
        forbidden.map(|one| (one.id.as_str(), one.example.as_str()))
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
            let wrong = fact.wrong.as_ref().and_then(|claim| claim.made_in(&lines));
            let one_line_has = |terms: &Vec<Regex>| {
                let mut lines = lines.iter();
                lines.any(|line| terms.iter().all(|pattern| pattern.is_match(line)))
            };
            if let Some(sentence) = wrong {
                score.wrong.push((fact.id.clone(), sentence.to_owned()));
            } else if fact.held.iter().any(one_line_has) {
                score.held.push(fact.id.clone());
            } else {
                score.missed.push(fact.id.clone());
            }
        }
        for forbidden in &self.must_not_claim {
            if let Some(sentence) = forbidden.claim.made_in(&lines) {
                score
                    .claimed
                    .push((forbidden.id.clone(), sentence.to_owned()));
            }
        }
        score
    }
}

impl Claim {
    fn made_in<'a>(&self, lines: &[&'a str]) -> Option<&'a str> {
        let matches = |all: &[Regex], sentence: &str| all.iter().any(|p| p.is_match(sentence));
        lines
            .iter()
            .flat_map(|line| sentences(line))
            .find(|one| matches(&self.patterns, one) && !matches(&self.unless, one))
    }
}

fn compiled(
    words: &BTreeMap<String, String>,
    texts: &[String],
) -> Result<Vec<Regex>, regex::Error> {
    let pattern = |text: &String| {
        let mut text = text.clone();
        for (name, meaning) in words {
            text = text.replace(&format!("{{{name}}}"), meaning);
        }
        RegexBuilder::new(&text).case_insensitive(true).build()
    };
    texts.iter().map(pattern).collect()
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sentence_ends_where_white_space_follows_its_mark() {
        let found: Vec<_> = sentences("Takes 2.5 mg daily. No pain; walks well").collect();
        assert_eq!(found, ["Takes 2.5 mg daily.", "No pain;", "walks well"]);
    }

    #[test]
    fn held_missed_wrong_and_claimed_are_told_apart() {
        let facts = Facts::read(
            r#"{"words": {"no": "\\bno\\b"},
                "must_hold": [
                  {"id": "pop", "held": [["pop", "left"]], "wrong": {"patterns": ["{no} pop"]}},
                  {"id": "rest", "held": [["rest"], ["lie down"]]}],
                "must_not_claim": [
                  {"id": "broken", "example": "It is broken.", "patterns": ["broken"], "unless": ["{no}"]}]}"#,
        )
        .unwrap();
        let ids = |score: Score| {
            let name = |(id, _): &(String, String)| id.clone();
            let wrong: Vec<_> = score.wrong.iter().map(name).collect();
            let claimed: Vec<_> = score.claimed.iter().map(name).collect();
            (score.held, score.missed, wrong, claimed)
        };
        let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(
            ids(facts.score("A POP on the left.\nLie down.")),
            (of(&["pop", "rest"]), of(&[]), of(&[]), of(&[]))
        );
        // Both patterns have to stand in one line.
        assert_eq!(
            ids(facts.score("A pop.\nOn the left. Not broken; no, it is broken.")),
            (of(&[]), of(&["pop", "rest"]), of(&[]), of(&["broken"]))
        );
        assert_eq!(
            ids(facts.score("No pop on the left. No broken bone.")),
            (of(&[]), of(&["rest"]), of(&["pop"]), of(&[]))
        );
        assert!(matches!(Facts::read("{}"), Err(FactsError::Form(_))));
    }
}
