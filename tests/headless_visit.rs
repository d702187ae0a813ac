//! The whole way without a window: a sample visit goes in, a note with evidence comes out, in the
//! form that scorers read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use inroom_tests::facts::facts_of;
use inroom_tests::programs::{DRAFTING, SPEECH, inroomctl, visit_fixture};
use serde_json::Value;

#[test]
fn a_sample_visit_becomes_a_note_that_holds_facts_of_the_visit() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("visit.json");
    let ran = inroomctl([
        "eval".as_ref(),
        "visit".as_ref(),
        "--audio".as_ref(),
        visit_fixture("injured-knee.flac").as_os_str(),
        "--speed".as_ref(),
        "max".as_ref(),
        "--speech-model".as_ref(),
        SPEECH.as_ref(),
        "--model".as_ref(),
        DRAFTING.as_ref(),
        "--output".as_ref(),
        output.as_os_str(),
    ]);
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let visit: Value = serde_json::from_slice(&std::fs::read(output).unwrap()).unwrap();

    let segments = visit["segments"].as_array().unwrap();
    assert!(segments.len() > 10, "{}", segments.len());
    for segment in segments {
        let words = segment["words"].as_array().unwrap();
        assert!(!words.is_empty());
        assert!(segment["start_ms"].as_u64() < segment["end_ms"].as_u64());
    }

    let draft = &visit["draft"];
    assert_eq!(draft["coverage"], 1.0);
    let titles: Vec<&str> = draft["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles[0], "CHIEF COMPLAINT");
    assert_eq!(titles[5], "ASSESSMENT AND PLAN");
    for section in draft["sections"].as_array().unwrap() {
        for statement in section["statements"].as_array().unwrap() {
            let evidence = statement["evidence"].as_array().unwrap();
            assert!(
                statement["support"] == "unsupported" || !evidence.is_empty(),
                "a statement that is not unsupported shows its words: {statement}"
            );
            for piece in evidence {
                let text = segments[piece["segment"].as_u64().unwrap() as usize]["text"]
                    .as_str()
                    .unwrap();
                assert!(piece["end"].as_u64().unwrap() as usize <= text.chars().count());
            }
        }
    }
    assert!(visit["stop_to_draft_ms"].as_u64().unwrap() > 0);
    for process in ["main", "speech", "drafting"] {
        assert!(
            visit["peak_memory_bytes"][process].as_u64().unwrap() > 0,
            "{process}"
        );
    }

    let mut supports: Vec<&str> = draft["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["statements"].as_array().unwrap())
        .map(|statement| statement["support"].as_str().unwrap())
        .collect();
    supports.retain(|support| *support == "supported");
    assert!(supports.len() > 10, "{}", draft["note"]);

    let score = facts_of("injured-knee").score(draft["note"].as_str().unwrap());
    assert!(
        score.claimed.is_empty(),
        "the note claims what it must not: {score:?}\n{}",
        draft["note"]
    );
    assert!(
        score.held.len() >= 3,
        "the note holds too little: {score:?}\n{}",
        draft["note"]
    );
}
