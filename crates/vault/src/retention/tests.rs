#![allow(clippy::unwrap_used)]
use std::path::Path;

use visit::{RevisionNumber, Samples};

use super::*;
use crate::record::{self, Record};
use crate::signing::tests::{drafted, note, scratch, segment, signed};
use crate::{GapCause, Step};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// When the sample's note was signed.
const SIGNED_AT: i64 = 5;

fn days(days: u32) -> Option<Days> {
    Some(days.try_into().unwrap())
}

/// Everything is erased as soon as it may be.
fn at_once() -> Retention {
    Retention {
        audio: days(0),
        transcript: days(0),
        draft: days(0),
    }
}

fn run(vault: &Vault, now: i64) -> Vec<(VisitId, Erased)> {
    let now = UnixMillis(now);
    let due = vault.visits_due(now).unwrap();
    let erased = due
        .into_iter()
        .flat_map(|id| vault.erase_due(id, now).unwrap());
    erased
        .inspect(|tombstone| assert_eq!(tombstone.reason, ErasureReason::Retention))
        .map(|tombstone| (tombstone.visit, tombstone.erased))
        .collect()
}

fn found(vault: &Vault, query: &str) -> Vec<VisitId> {
    let visits = vault.search(query, 100).unwrap();
    visits.iter().map(|visit| visit.id).collect()
}

fn open(dir: &Path) -> Vault {
    Vault::open(dir, &"a long enough passphrase".into()).unwrap()
}

#[test]
fn a_new_vault_has_the_default_policy_and_keeps_another() {
    let (parent, vault) = scratch();
    assert_eq!(vault.retention().unwrap(), Retention::default());
    let policy = Retention {
        audio: None,
        transcript: days(365),
        draft: days(90),
    };
    vault.set_retention(&policy).unwrap();
    drop(vault);
    assert_eq!(
        open(&parent.path().join("vault")).retention().unwrap(),
        policy
    );
}

/// The clock is moved on: each kind goes on its day and not before, and the signed note stays.
#[test]
fn what_is_due_is_erased_on_its_day_and_leaves_a_tombstone() {
    let (_parent, vault) = scratch();
    let (id, signature) = signed(&vault);
    vault
        .set_retention(&Retention {
            audio: days(30),
            transcript: days(365),
            draft: None,
        })
        .unwrap();
    let (audio, transcript) = (SIGNED_AT + 30 * DAY, SIGNED_AT + 365 * DAY);
    let due = |what, at| Due {
        what,
        at: UnixMillis(at),
    };
    assert_eq!(
        vault.due(id).unwrap(),
        [
            due(Retained::Audio, audio),
            due(Retained::Transcript, transcript)
        ]
    );
    assert_eq!(run(&vault, audio - 1), []);
    assert_eq!(run(&vault, audio), [(id, Erased::Sound)]);
    assert!(matches!(vault.chunk(id, 0), Err(VaultError::Erased)));
    assert_eq!(vault.segments(id).unwrap(), [segment(0)]);
    assert_eq!(run(&vault, transcript - 1), []);
    assert_eq!(run(&vault, transcript), [(id, Erased::Transcript)]);
    assert_eq!(vault.segments(id).unwrap(), []);
    assert_eq!(found(&vault, "my"), []);
    assert_eq!(found(&vault, "ice"), [id]);
    assert_eq!(run(&vault, i64::MAX), []);
    let record = vault.visit(id).unwrap();
    assert_eq!(record.signature, Some(signature));
    assert!(record.summary.sound_erased && record.summary.transcript_erased);
    assert_eq!(vault.tombstones().unwrap().len(), 2);
    assert_eq!(vault.due(id).unwrap(), []);
}

#[test]
fn nothing_of_a_visit_that_is_not_signed_is_erased_but_its_note() {
    let (_parent, vault) = scratch();
    let id = drafted(&vault);
    vault
        .set_retention(&Retention {
            draft: None,
            ..at_once()
        })
        .unwrap();
    assert_eq!(run(&vault, i64::MAX), []);
    vault
        .set_retention(&Retention {
            draft: days(7),
            ..at_once()
        })
        .unwrap();
    // Counted from the newest revision.
    assert_eq!(run(&vault, 7 * DAY), []);
    assert_eq!(run(&vault, 1 + 7 * DAY), [(id, Erased::Draft)]);
    assert_eq!(vault.latest_revision(id).unwrap(), None);
    assert_eq!(found(&vault, "ice"), []);
    assert_eq!(vault.segments(id).unwrap(), [segment(0)]);
    assert_eq!(vault.chunk(id, 0).unwrap(), [1; 16_000]);
    assert_eq!(vault.visit(id).unwrap().summary.state, VisitState::Recorded);
    // The note can be written again.
    let number = vault
        .save_revision(id, UnixMillis(9), &note("heat"), None)
        .unwrap();
    assert_eq!(number, RevisionNumber(1));
    assert_eq!(found(&vault, "heat"), [id]);
}

#[test]
fn an_unfinished_visit_keeps_everything() {
    let (_parent, vault) = scratch();
    vault.set_retention(&at_once()).unwrap();
    let (recording, redrafted) = (drafted(&vault), drafted(&vault));
    vault.begin_step(redrafted, Step::Draft).unwrap();
    for state in ["prepared", "recording", "paused"] {
        let sql = "UPDATE visits SET state = ?1 WHERE id = ?2";
        vault
            .connection()
            .execute(sql, (state, recording.as_bytes()))
            .unwrap();
        assert_eq!(run(&vault, i64::MAX), [], "{state}");
    }
    vault
        .mark_gap(recording, Samples(0), Samples(1), GapCause::Dropped)
        .unwrap();
}

/// Signed in the row alone, as somebody who writes to the tables can have it.
#[test]
fn a_signature_that_is_none_has_nothing_erased() {
    let (_parent, vault) = scratch();
    vault.set_retention(&at_once()).unwrap();
    let id = drafted(&vault);
    vault
        .connection()
        .execute("UPDATE visits SET state = 'signed', signed_at = 1", [])
        .unwrap();
    assert_eq!(vault.visits_due(UnixMillis(DAY)).unwrap(), [id]);
    assert!(matches!(
        vault.erase_due(id, UnixMillis(DAY)),
        Err(VaultError::Damaged {
            what: Part::Signature
        })
    ));
    assert_eq!(vault.chunk(id, 0).unwrap(), [1; 16_000]);
}

/// A revision of a version of the store that did not note its time in the row.
#[test]
fn the_time_of_an_older_revision_is_read_from_it() {
    let (_parent, vault) = scratch();
    let id = drafted(&vault);
    vault
        .connection()
        .execute("UPDATE visits SET revised_at = NULL", [])
        .unwrap();
    vault.set_retention(&at_once()).unwrap();
    assert_eq!(run(&vault, 0), []);
    assert_eq!(run(&vault, 1), [(id, Erased::Draft)]);
}

/// What a copy of an old page may still hold does not open with the key that the visit has now.
#[test]
fn the_key_of_what_was_erased_is_gone() {
    let (_parent, vault) = scratch();
    vault.set_retention(&at_once()).unwrap();
    let (signed, _) = signed(&vault);
    let draft = drafted(&vault);
    for (id, table, place) in [
        (signed, "segments", Record::Segment(0)),
        (draft, "revisions", Record::Revision(2)),
    ] {
        let sql = format!("SELECT sealed FROM {table} WHERE visit = ?1 ORDER BY number DESC");
        let (row, before) = vault.find(&vault.connection(), id).unwrap();
        let sealed: Vec<u8> = vault
            .connection()
            .query_row(&sql, [row], |row| row.get(0))
            .unwrap();
        let opens = |key| record::open::<serde_json::Value>(key, id, place, &sealed).is_ok();
        assert!(opens(&before), "{table}");
        vault.erase_due(id, UnixMillis(DAY)).unwrap();
        let (_, after) = vault.find(&vault.connection(), id).unwrap();
        assert!(!opens(&after), "{table}");
        vault.visit(id).unwrap();
    }
}

/// The program is killed after the commit that erases and before the index has forgotten.
#[test]
fn an_erasure_that_was_cut_off_goes_on_at_the_next_start() {
    let (parent, vault) = scratch();
    let (erased, kept) = (drafted(&vault), drafted(&vault));
    let last = drafted(&vault);
    for id in [erased, last] {
        let reason = ErasureReason::Discarded;
        vault
            .commit(|transaction| {
                vault.erase_in(transaction, id, Erased::Visit, reason, UnixMillis(9))
            })
            .unwrap();
    }
    assert!(vault.has_to_forget().unwrap());
    // Its words are still there, and neither lead to it nor to a visit that begins now.
    let new = drafted(&vault);
    assert_eq!(found(&vault, "my knee"), [new, kept]);
    drop(vault);
    let vault = open(&parent.path().join("vault"));
    assert!(!vault.has_to_forget().unwrap());
    let rows: u32 = vault
        .connection()
        .query_row("SELECT count(*) FROM search", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 6, "a cover, a note and a segment of two visits");
}

/// The log is kept for ever, so for longer than the six years of 45 CFR 164.316(b)(2)(i): whatever time is
/// over, none of its entries goes.
#[test]
fn no_time_shortens_the_audit_log() {
    let (_parent, vault) = scratch();
    signed(&vault);
    vault.set_retention(&at_once()).unwrap();
    let count = |vault: &Vault| -> (i64, i64) {
        let sql = "SELECT (SELECT count(*) FROM audit_entries), (SELECT count(*) FROM audit_heads)";
        let connection = vault.connection();
        connection
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    let before = count(&vault);
    let century = UnixMillis(100 * 365 * 24 * 60 * 60 * 1000 + log::now().0);
    let mut erased = 0;
    for visit in vault.visits_due(century).unwrap() {
        erased += vault.erase_due(visit, century).unwrap().len();
    }
    assert!(erased > 0);
    let after = count(&vault);
    assert_eq!(after, (before.0 + erased as i64, before.1));
}
