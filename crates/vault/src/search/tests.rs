#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use tempfile::TempDir;
use visit::{
    Consent, ConsentGiver, ConsentMethod, Millis, Origin, Role, Samples, Section, SpeakerLabel,
    Statement, Support, UnixMillis, VisitState,
};

use super::*;
use crate::{Erased, ErasureReason, KdfCost, NewVisit};

fn scratch() -> (TempDir, Vault) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("vault");
    let vault = Vault::create(&dir, &"a long enough passphrase".into(), KdfCost::LEAST).unwrap();
    (parent, vault)
}

fn segment(index: u32, text: &str) -> Segment {
    Segment {
        index,
        start: Millis(0),
        end: Millis(1),
        speaker: SpeakerLabel(1),
        role: Role::Unknown,
        text: text.into(),
        confidence: 1.0,
        words: Vec::new(),
    }
}

fn note(line: &str) -> Note {
    Note {
        template: "soap".to_owned(),
        sections: vec![Section {
            id: "plan".to_owned(),
            title: "PLAN".to_owned(),
            empty: String::new(),
            statements: vec![Statement {
                text: line.into(),
                origin: Origin::Person,
                support: Support::Supported,
                reason: "".into(),
                evidence: Vec::new(),
            }],
        }],
        omissions: Vec::new(),
    }
}

/// A recorded visit with this label, transcript and note.
fn store(vault: &Vault, label: &str, said: &[&str], plan: &str) -> VisitId {
    let consent = Consent {
        asked_by: "Ada".into(),
        given_by: ConsentGiver::Patient,
        method: ConsentMethod::Spoken,
        wording: "May I?".to_owned(),
        wording_version: "1".to_owned(),
        at: UnixMillis(0),
    };
    let new = NewVisit {
        consent,
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: label.into(),
        reason: "knee pain".into(),
        expected: "".into(),
        started_at: UnixMillis(0),
    };
    let id = vault.begin_visit(new).unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    let segments: Vec<Segment> = (0..)
        .zip(said)
        .map(|(at, text)| segment(at, text))
        .collect();
    vault.append_segments(id, &segments, Samples(0)).unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    vault
        .save_revision(id, UnixMillis(0), &note(plan), None)
        .unwrap();
    id
}

fn found(vault: &Vault, query: &str) -> Vec<VisitId> {
    let visits = vault.search(query, 100).unwrap();
    visits.iter().map(|visit| visit.id).collect()
}

#[test]
fn a_visit_is_found_by_label_reason_transcript_and_note() {
    let (_parent, vault) = scratch();
    let one = store(
        &vault,
        "Élodie E.",
        &["It gives way", "on the stairs"],
        "Ice the knee",
    );
    let two = store(
        &vault,
        "Jordan",
        &["I take ibuprofen 400 mg"],
        "Ibuprofen as needed",
    );
    for (query, expected) in [
        ("elodie", vec![one]),
        ("ÉLODIE", vec![one]),
        ("stairs", vec![one]),
        ("ice", vec![one]),
        ("ibu", vec![two]),
        ("knee", vec![two, one]),
        // Each word may stand in another part of the visit.
        ("jordan ibuprofen knee", vec![two]),
        ("gives stairs ice", vec![one]),
        ("elodie ibuprofen", vec![]),
        ("\"gives way\"", vec![one]),
        ("\"way gives\"", vec![]),
        ("“take ibuprofen” jor", vec![two]),
        // A phrase ends with a whole word.
        ("\"take ibu\"", vec![]),
        ("\"take ibuprofen", vec![two]),
        ("400mg", vec![]),
        ("nothing", vec![]),
        ("", vec![]),
        ("\" - * \" ^ ( NEAR", vec![]),
        ("knee AND", vec![]),
        ("text:knee", vec![]),
    ] {
        assert_eq!(found(&vault, query), expected, "{query}");
    }
    assert_eq!(vault.search("knee", 1).unwrap().len(), 1);
}

/// Few words with a beginning are looked for one by one, many by the beginning: both find the same.
#[test]
fn a_beginning_finds_few_and_many_longer_words() {
    let (_parent, vault) = scratch();
    let one = store(&vault, "A", &["Pressures rise", "überdruck"], "Press on");
    let many: Vec<String> = (0..MOST_WORDS).map(|n| format!("pressing{n}")).collect();
    let two = store(&vault, "B", &[&many.join(" ")], "PRESSÉ");
    let three = store(&vault, "C", &["depress"], "none");
    for (query, expected) in [
        ("pressure", vec![one]),
        ("PRESSURES", vec![one]),
        ("pressing7", vec![two]),
        ("press", vec![two, one]),
        ("pressing", vec![two]),
        ("presse", vec![two]),
        ("pressed", vec![]),
        ("über", vec![one]),
        ("uber", vec![one]),
        ("depr", vec![three]),
    ] {
        assert_eq!(found(&vault, query), expected, "{query}");
    }
    let connection = vault.connection();
    let words = |beginning| words_with(&connection, beginning).unwrap().len();
    assert_eq!(words("pressure"), 1);
    assert_eq!(words("pressing7"), 1);
    assert_eq!(words("press"), MOST_WORDS);
    assert_eq!(words("pressuresx"), 0);
}

#[test]
fn the_newest_note_is_found_and_older_ones_are_not() {
    let (_parent, vault) = scratch();
    let id = store(&vault, "A", &[], "crutches");
    vault
        .save_revision(id, UnixMillis(1), &note("physiotherapy"), None)
        .unwrap();
    assert_eq!(found(&vault, "physio"), [id]);
    assert_eq!(found(&vault, "crutches"), []);
}

#[test]
fn a_long_transcript_is_found_whole() {
    let (_parent, vault) = scratch();
    let id = store(&vault, "A", &[], "ice");
    let word = |index: u32| format!("word{index}x");
    let segments: Vec<Segment> = (0..150).map(|at| segment(at, &word(at))).collect();
    let mut rest = &segments[..];
    for length in [1, 1, 40, 20, 2, 1, 85] {
        let (now, later) = rest.split_at(length);
        vault.append_segments(id, now, Samples(0)).unwrap();
        rest = later;
    }
    assert_eq!(rest, []);
    for index in 0..150 {
        assert_eq!(found(&vault, &word(index)), [id], "{index}");
    }
    // A phrase stands in one segment; words may be far from each other.
    assert_eq!(found(&vault, "\"word1x word2x\""), []);
    assert_eq!(found(&vault, "word1x word149x"), [id]);
}

#[test]
fn what_was_not_stored_is_not_found() {
    let (_parent, vault) = scratch();
    let id = store(&vault, "A", &["zero"], "ice");
    let wrong = [segment(1, "one"), segment(9, "nine")];
    vault.append_segments(id, &wrong, Samples(0)).unwrap_err();
    assert_eq!(found(&vault, "one"), []);
}

/// Every word and every stored byte of the index.
fn index_holds(vault: &Vault, word: &str) -> bool {
    let connection = vault.connection();
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab (main, search, row)",
        )
        .unwrap();
    let count = |sql: &str| -> u32 { connection.query_row(sql, [word], |row| row.get(0)).unwrap() };
    count("SELECT count(*) FROM temp.words WHERE term = ?1") > 0
        || count("SELECT count(*) FROM search_data WHERE instr(block, CAST(?1 AS BLOB)) > 0") > 0
        || count("SELECT count(*) FROM search_content WHERE instr(c0, ?1) > 0") > 0
}

#[test]
fn an_erased_visit_leaves_no_word_in_the_index() {
    let (_parent, vault) = scratch();
    let id = store(&vault, "plugh", &["xyzzy and knee", "frotz"], "gnusto");
    let other = store(&vault, "B", &["knee"], "ice");
    let canaries = ["plugh", "xyzzy", "frotz", "gnusto"];
    for word in canaries {
        assert!(index_holds(&vault, word), "{word}");
    }
    let reason = ErasureReason::Discarded;
    vault
        .erase(id, Erased::Sound, reason, UnixMillis(1))
        .unwrap();
    assert_eq!(found(&vault, "xyzzy"), [id]);
    vault
        .erase(id, Erased::Visit, reason, UnixMillis(1))
        .unwrap();
    for word in canaries {
        assert!(!index_holds(&vault, word), "{word}");
        assert_eq!(found(&vault, word), []);
    }
    assert_eq!(found(&vault, "knee"), [other]);
}

/// As a vault of an earlier version is after its schema was brought up to date.
#[test]
fn what_an_earlier_version_stored_is_indexed_by_the_first_search() {
    let (_parent, vault) = scratch();
    let (one, two) = (
        store(&vault, "A", &["my knee", "hurts"], "ice"),
        store(&vault, "B", &["my shoulder"], "rest"),
    );
    vault
        .connection()
        .execute_batch("DELETE FROM search; UPDATE visits SET indexed = 0")
        .unwrap();
    // Written to after the update and before the search.
    vault
        .append_segments(one, &[segment(2, "badly")], Samples(0))
        .unwrap();
    assert_eq!(found(&vault, "my hurts badly ice"), [one]);
    assert_eq!(found(&vault, "my"), [two, one]);
    let rows: u32 = vault
        .connection()
        .query_row("SELECT count(*) FROM search", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 8, "two covers, two notes, four segments");
}

/// A damaged visit that is not indexed yet keeps no other from being found.
#[test]
fn a_damaged_visit_does_not_stop_the_search() {
    let (_parent, vault) = scratch();
    let (one, two) = (
        store(&vault, "A", &[], "ice"),
        store(&vault, "B", &[], "ice"),
    );
    vault
        .connection()
        .execute_batch("DELETE FROM search; UPDATE visits SET indexed = 0")
        .unwrap();
    vault
        .connection()
        .execute(
            "UPDATE visits SET cover = zeroblob(64) WHERE id = ?1",
            [one.as_bytes()],
        )
        .unwrap();
    assert_eq!(found(&vault, "ice"), [two]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_query_is_an_error(query in "\\PC{0,40}|[\"*^():{}+\\-a-c\u{0}\n ]{0,20}|(AND|OR|NOT|NEAR| |\"|a){0,8}") {
        thread_local! { static VAULT: (TempDir, Vault) = scratch(); }
        VAULT.with(|(_, vault)| vault.search(&query, 10)).unwrap();
    }
}
