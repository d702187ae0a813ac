#![allow(clippy::unwrap_used, clippy::panic)]
use tempfile::TempDir;
use visit::{
    Consent, ConsentGiver, ConsentMethod, Millis, Note, Origin, Role, Samples, Section, Segment,
    SpeakerLabel, Statement, Support,
};

use super::*;
use crate::{Erased, ErasureReason, GapCause, KdfCost, NewVisit, Step};

const SIGNER: &str = "Dr. Example";

pub(crate) fn scratch() -> (TempDir, Vault) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("vault");
    let vault = Vault::create(&dir, &"a long enough passphrase".into(), KdfCost::LEAST).unwrap();
    (parent, vault)
}

pub(crate) fn note(line: &str) -> Note {
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

pub(crate) fn segment(index: u32) -> Segment {
    Segment {
        index,
        start: Millis(0),
        end: Millis(1),
        speaker: SpeakerLabel(1),
        role: Role::Unknown,
        text: "my knee".into(),
        confidence: 1.0,
        words: Vec::new(),
    }
}

/// A visit with a second of sound, a segment and two revisions of a note.
pub(crate) fn drafted(vault: &Vault) -> VisitId {
    let new = NewVisit {
        consent: Consent {
            asked_by: "Ada".into(),
            given_by: ConsentGiver::Patient,
            method: ConsentMethod::Spoken,
            wording: "May I?".to_owned(),
            wording_version: "1".to_owned(),
            at: UnixMillis(0),
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: "A".into(),
        reason: "knee pain".into(),
        expected: "".into(),
        started_at: UnixMillis(0),
    };
    let id = vault.begin_visit(new).unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    vault.append_chunk(id, 0, &[1; 16_000]).unwrap();
    vault
        .append_segments(id, &[segment(0)], Samples(16_000))
        .unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    for line in ["ice", "ice the knee"] {
        vault
            .save_revision(id, UnixMillis(1), &note(line), None)
            .unwrap();
    }
    id
}

pub(crate) fn signed(vault: &Vault) -> (VisitId, Signature) {
    let id = drafted(vault);
    let signature = vault
        .sign(id, RevisionNumber(2), &SIGNER.into(), UnixMillis(5))
        .unwrap();
    (id, signature)
}

#[test]
fn a_signed_note_says_who_signed_what_and_when() {
    let (_parent, vault) = scratch();
    let (id, signature) = signed(&vault);
    assert_eq!(
        signature,
        Signature {
            visit: id,
            revision: RevisionNumber(2),
            note_sha256: canonical::digest(&note("ice the knee")),
            signer: SIGNER.into(),
            at: UnixMillis(5),
        }
    );
    let record = vault.visit(id).unwrap();
    assert_eq!(record.signature, Some(signature));
    assert_eq!(
        (record.summary.state, record.summary.signed_at),
        (VisitState::Signed, Some(UnixMillis(5)))
    );
    let latest = vault.latest_revision(id).unwrap().unwrap();
    assert_eq!(latest.note, note("ice the knee"));
}

#[test]
fn only_the_newest_note_of_a_recorded_visit_is_signed_and_by_somebody() {
    let (_parent, vault) = scratch();
    let id = drafted(&vault);
    let sign =
        |number, name: &str| vault.sign(id, RevisionNumber(number), &name.into(), UnixMillis(5));
    assert!(matches!(sign(2, " "), Err(VaultError::NoSigner)));
    for read in [1, 3] {
        assert!(matches!(
            sign(read, SIGNER),
            Err(VaultError::NotNewest { newest: 2, .. })
        ));
    }
    let empty = drafted(&vault);
    vault
        .connection()
        .execute("UPDATE visits SET revisions = 0", [])
        .unwrap();
    let nothing = vault.sign(empty, RevisionNumber(0), &SIGNER.into(), UnixMillis(5));
    assert!(matches!(nothing, Err(VaultError::NoNote)));
    vault
        .connection()
        .execute("UPDATE visits SET revisions = 2, state = 'paused'", [])
        .unwrap();
    assert!(matches!(sign(2, SIGNER), Err(VaultError::State(_))));
    assert_eq!(vault.visit(id).unwrap().signature, None);
}

#[test]
fn nothing_is_added_to_a_signed_visit_and_nothing_of_it_changes() {
    let (_parent, vault) = scratch();
    let (id, signature) = signed(&vault);
    let before = vault.visit(id).unwrap();
    let again = vault.sign(id, RevisionNumber(2), &"Another".into(), UnixMillis(6));
    let calls = [
        again.map(drop),
        vault
            .save_revision(id, UnixMillis(6), &note("heat"), None)
            .map(drop),
        vault.append_segments(id, &[segment(1)], Samples(16_000)),
        vault.append_segments(id, &[], Samples(16_000)),
        vault.append_chunk(id, 1, &[2; 100]),
        vault.mark_gap(id, Samples(0), Samples(1), GapCause::Dropped),
        vault.begin_step(id, Step::Draft).map(drop),
        vault.end_step(id, Step::Transcribe),
        vault.set_state(id, VisitState::Drafted),
        vault.set_state(id, VisitState::Recording),
        vault.set_state(id, VisitState::Signed),
    ];
    for (number, call) in calls.into_iter().enumerate() {
        assert!(matches!(call, Err(VaultError::Signed)), "call {number}");
    }
    assert_eq!(vault.visit(id).unwrap(), before);
    assert_eq!(before.signature, Some(signature));
    assert_eq!(vault.segments(id).unwrap(), [segment(0)]);
    assert_eq!(vault.revisions(id).unwrap().len(), 2);
}

/// Were a call to forget, the database would not.
#[test]
fn the_database_itself_refuses_changes_of_a_signed_visit() {
    let (_parent, vault) = scratch();
    let (id, _) = signed(&vault);
    for statement in [
        "UPDATE visits SET state = 'drafted'",
        "UPDATE visits SET signed_at = NULL",
        "UPDATE visits SET revisions = 1",
        "UPDATE revisions SET sealed = zeroblob(64)",
        "INSERT INTO revisions (visit, number, sealed) SELECT visit, 3, sealed FROM revisions WHERE number = 2",
        "UPDATE segments SET sealed = zeroblob(64)",
        "INSERT INTO segments (visit, number, sealed) SELECT visit, 1, sealed FROM segments",
        "UPDATE signatures SET signature = zeroblob(64)",
    ] {
        assert!(
            vault.connection().execute(statement, []).is_err(),
            "{statement}"
        );
    }
    assert_eq!(vault.latest_revision(id).unwrap().unwrap().number.0, 2);
}

/// Whoever has the keys and writes to the tables: the triggers are gone, the seals are right.
#[test]
fn a_signed_note_that_was_exchanged_is_noticed_when_the_visit_is_opened() {
    type Tamper = fn(&Vault, i64, VisitId);
    let tamper: [(&str, Tamper); 6] = [
        ("another note", |vault, row, id| {
            let (_, key) = vault.find(&vault.connection(), id).unwrap();
            let other = Revision {
                number: RevisionNumber(2),
                at: UnixMillis(1),
                note: note("heat the knee"),
                provenance: None,
            };
            let sealed =
                record::seal::<_, Revision>(&key, id, Record::Revision(2), &other).unwrap();
            let sql = "UPDATE revisions SET sealed = ?2 WHERE visit = ?1 AND number = 2";
            vault.connection().execute(sql, (row, sealed)).unwrap();
        }),
        ("a cut of the revisions", |vault, row, _| {
            let sql = "UPDATE visits SET revisions = 1 WHERE row = ?1";
            vault.connection().execute(sql, [row]).unwrap();
        }),
        ("another time", |vault, row, _| {
            let sql = "UPDATE visits SET signed_at = 4 WHERE row = ?1";
            vault.connection().execute(sql, [row]).unwrap();
        }),
        ("a draft again", |vault, row, _| {
            let sql = "UPDATE visits SET state = 'drafted' WHERE row = ?1";
            vault.connection().execute(sql, [row]).unwrap();
        }),
        ("no signature", |vault, row, _| {
            let sql = "DELETE FROM signatures WHERE visit = ?1";
            vault.connection().execute(sql, [row]).unwrap();
        }),
        ("another signature", |vault, row, _| {
            let sql = "UPDATE signatures SET signature = randomblob(64) WHERE visit = ?1";
            vault.connection().execute(sql, [row]).unwrap();
        }),
    ];
    for (what, tamper) in tamper {
        let (_parent, vault) = scratch();
        let (id, _) = signed(&vault);
        let (row, _) = vault.find(&vault.connection(), id).unwrap();
        vault
            .connection()
            .execute_batch(
                "DROP TRIGGER revisions_never_change; DROP TRIGGER signed_visits_stay_signed;
                 DROP TRIGGER signatures_never_change;",
            )
            .unwrap();
        tamper(&vault, row, id);
        let opened = vault.visit(id).map(drop);
        let read = vault.latest_revision(id).map(drop);
        for (call, done) in [("visit", opened), ("note", read)] {
            assert!(
                matches!(
                    done,
                    Err(VaultError::Damaged {
                        what: Part::Signature | Part::SignedNote
                    })
                ),
                "{what}: {call}"
            );
        }
    }
}

#[test]
fn a_signed_visit_can_be_erased() {
    let (_parent, vault) = scratch();
    let (id, _) = signed(&vault);
    let reason = ErasureReason::ConsentWithdrawn;
    vault
        .erase(id, Erased::Sound, reason, UnixMillis(9))
        .unwrap();
    assert!(vault.visit(id).unwrap().signature.is_some());
    vault
        .erase(id, Erased::Visit, reason, UnixMillis(9))
        .unwrap();
    let left: u32 = vault
        .connection()
        .query_row("SELECT count(*) FROM signatures", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}
