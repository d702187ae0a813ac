//! The facts files of the sample visits fit the hand-written notes: these hold every fact and make no false claim, and
//! each false claim's example makes its claim.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{fixture, note};
use regex::{RegexSet, RegexSetBuilder};
use serde_json::Value;

const VISITS: [&str; 3] = ["adult-follow-up", "injured-knee", "child-with-parent"];

/// The patterns of a list, with the names in braces replaced.
fn patterns(list: &Value, words: &Value) -> RegexSet {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    let whole = list.iter().map(|pattern| {
        let mut whole = pattern.as_str().unwrap().to_owned();
        for (name, meaning) in words.as_object().unwrap() {
            whole = whole.replace(&format!("{{{name}}}"), meaning.as_str().unwrap());
        }
        whole
    });
    RegexSetBuilder::new(whole)
        .case_insensitive(true)
        .build()
        .expect("patterns")
}

struct Claim {
    patterns: RegexSet,
    unless: RegexSet,
}

impl Claim {
    fn new(rule: &Value, words: &Value) -> Self {
        Self {
            patterns: patterns(&rule["patterns"], words),
            unless: patterns(&rule["unless"], words),
        }
    }

    fn made_in(&self, sentence: &str) -> bool {
        self.patterns.is_match(sentence) && !self.unless.is_match(sentence)
    }
}

#[test]
fn the_facts_files_fit_the_good_notes() {
    for visit in VISITS {
        let facts: Value =
            serde_json::from_str(&fixture(&format!("{visit}.facts.json"))).expect("facts file");
        let (words, note) = (&facts["words"], note(visit));
        let must_hold = facts["must_hold"].as_array().unwrap();
        assert!((14..=20).contains(&must_hold.len()), "{visit}");
        for fact in must_hold {
            let alternatives = fact["held"]
                .as_array()
                .unwrap()
                .iter()
                .map(|terms| patterns(terms, words));
            let held = alternatives.into_iter().any(|terms| {
                note.iter()
                    .any(|line| terms.matches(line).iter().count() == terms.len())
            });
            assert!(held, "{visit}: {}", fact["id"]);
            let wrong = Claim::new(&fact["wrong"], words);
            for line in &note {
                assert!(
                    !wrong.made_in(line),
                    "{visit}: {} is wrong in {line:?}",
                    fact["id"]
                );
            }
        }
        for rule in facts["must_not_claim"].as_array().unwrap() {
            let claim = Claim::new(rule, words);
            assert!(
                claim.made_in(rule["example"].as_str().unwrap()),
                "{visit}: {}",
                rule["id"]
            );
            for line in &note {
                assert!(!claim.made_in(line), "{visit}: {} in {line:?}", rule["id"]);
            }
        }
    }
}
