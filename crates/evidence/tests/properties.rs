//! What holds for any text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{note, sample, segment};
use evidence::{Transcript, judge, omissions};
use proptest::prelude::*;
use visit::{Evidence, Role, Segment, Support};

fn assert_valid(evidence: &[Evidence], segments: &[Segment]) {
    for words in evidence {
        let segment = segments
            .iter()
            .find(|s| s.index == words.segment)
            .expect("a segment of the transcript");
        let length = segment.text.expose().chars().count();
        assert!(
            words.start < words.end && words.end as usize <= length,
            "{words:?} of {length}"
        );
    }
    assert!(
        evidence.windows(2).all(|pair| pair[0] < pair[1]),
        "in order, each once: {evidence:?}"
    );
}

/// Words that the rules look at, beside any characters at all.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "\\PC{0,6}",
        Just("no".to_owned()),
        Just("left".to_owned()),
        Just("right knee".to_owned()),
        Just("if".to_owned()),
        Just("sorry,".to_owned()),
        Just("lisinopril".to_owned()),
        Just("Äpfel 20mg".to_owned()),
        Just("twice a day".to_owned()),
        Just("twenty one hundred".to_owned()),
        Just("chest pain?".to_owned()),
        Just("every".to_owned()),
        Just("7.8".to_owned()),
        Just("I'd rather not.".to_owned()),
        Just("his sister has".to_owned()),
    ];
    prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_range_lies_in_its_segment(lines in prop::collection::vec((text(), 1u8..3), 0..8), statement in text()) {
        // Indexes need not start at zero nor be without gaps.
        let segments: Vec<Segment> =
            lines.iter().enumerate().map(|(n, (text, speaker))| segment(n * 2 + 3, *speaker, Role::Unknown, text)).collect();
        let judgement = judge(&statement, &segments);
        assert_valid(&judgement.evidence, &segments);
        prop_assert_eq!(judgement.reason.is_blank(), judgement.support == Support::Supported);
        for omission in omissions(&[&statement], &segments) {
            let segment = segments.iter().find(|s| s.index == omission.segment).expect("a segment");
            prop_assert_eq!(&segment.text, &omission.text);
            prop_assert!(!omission.why.is_blank());
        }
    }

    #[test]
    fn the_same_texts_give_the_same_verdict(lines in prop::collection::vec(text(), 0..6), statement in text()) {
        let segments: Vec<Segment> =
            lines.iter().enumerate().map(|(n, text)| segment(n, 1, Role::Unknown, text)).collect();
        prop_assert_eq!(judge(&statement, &segments), Transcript::new(&segments).judge(&statement));
    }
}

#[test]
fn ranges_of_the_sample_visits_are_valid_and_there() {
    for visit in ["adult-follow-up", "injured-knee", "child-with-parent"] {
        let segments = sample(visit);
        for line in note(visit) {
            let judgement = judge(&line, &segments);
            assert_valid(&judgement.evidence, &segments);
            assert!(!judgement.evidence.is_empty(), "{line}");
        }
    }
}

#[test]
fn nothing_said_supports_nothing() {
    assert_eq!(
        judge("Chest pain for two days.", &[]).support,
        Support::Unsupported
    );
    assert_eq!(omissions(&["Chest pain."], &[]), []);
}
