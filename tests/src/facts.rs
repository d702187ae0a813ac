//! Which facts of a sample visit a note holds, misses or gets wrong.

pub use figures::facts::{Facts, Score};

use crate::programs::visit_fixture;

/// The facts of a sample visit of `tests/fixtures/visits`.
pub fn facts_of(visit: &str) -> Facts {
    let path = visit_fixture(&format!("{visit}.facts.json"));
    let text = std::fs::read_to_string(&path).expect("the sample visit has facts");
    Facts::read(&text).expect("the facts have the format that the README describes")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The notes beside the sample visits were written by hand: they hold every fact and claim
    /// nothing false. Changed in one place, the change is seen.
    #[test]
    fn the_model_notes_hold_every_fact_and_a_changed_one_does_not() {
        for visit in ["adult-follow-up", "injured-knee", "child-with-parent"] {
            let note = std::fs::read_to_string(visit_fixture(&format!("{visit}.note.txt")))
                .expect("a hand-written note");
            let score = facts_of(visit).score(&note);
            assert!(
                score.missed.is_empty() && score.wrong.is_empty() && score.claimed.is_empty(),
                "{score:?}"
            );
        }
        let changed = facts_of("injured-knee").score("She heard no pop.\nThe right knee injury.");
        assert!(changed.wrong.iter().any(|(fact, _)| fact == "pop"));
        assert_eq!(changed.claimed[0].0, "wrong-knee");
    }
}
