//! What cannot be entered in the log does not happen.

use std::fs;

use visit::{Retention, RevisionNumber, UnixMillis, VisitState};

use super::*;
use crate::backup::digest;
use crate::signing::tests::note;
use crate::{
    Asked, Erased, ErasureReason, EscrowIdentity, Exported, Format, NewVisit, Refusal, Way, Ways,
};

const FAILS: &str = "CREATE TRIGGER audit_fails BEFORE INSERT ON audit_entries
    BEGIN SELECT RAISE (ABORT, 'no entry can be written'); END";

fn break_log(vault: &Vault) {
    vault.connection().execute_batch(FAILS).unwrap();
}

fn mend_log(vault: &Vault) {
    let connection = vault.connection();
    connection
        .execute_batch("DROP TRIGGER audit_fails")
        .unwrap();
}

fn new_visit() -> NewVisit {
    NewVisit {
        consent: visit::Consent {
            asked_by: "Ada".into(),
            given_by: visit::ConsentGiver::Patient,
            method: visit::ConsentMethod::Spoken,
            wording: "May I?".to_owned(),
            wording_version: "1".to_owned(),
            at: UnixMillis(0),
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: "A".into(),
        reason: "B".into(),
        expected: "".into(),
        started_at: UnixMillis(0),
    }
}

/// An act of an open vault that holds a drafted visit.
type Deed = fn(&Vault, VisitId) -> Result<(), VaultError>;

/// Every act of an open vault but the exchange of its key.
const DEEDS: &[(&str, Deed)] = &[
    ("a visit is made", |vault, _| {
        vault.begin_visit(new_visit()).map(drop)
    }),
    ("a recording begins", |vault, _| {
        let prepared = vault
            .visits()?
            .into_iter()
            .find(|one| one.state == VisitState::Prepared);
        vault.set_state(prepared.unwrap().id, VisitState::Recording)
    }),
    ("a visit is drafted", |vault, id| {
        vault.set_state(id, VisitState::Drafted)
    }),
    ("a visit is read", |vault, id| {
        vault.read_visit(id).map(drop)
    }),
    ("a speaker is corrected", |vault, id| {
        let first = visit::Pointed::Turn(visit::Millis(0));
        let by = visit::SpokenBy::Role(visit::Role::Patient);
        vault.correct_speaker(id, first, by)
    }),
    ("a note is stored", |vault, id| {
        vault
            .save_revision(id, UnixMillis(1), &note("rest"), None)
            .map(drop)
    }),
    ("a note is signed", |vault, id| {
        vault
            .sign(id, RevisionNumber(2), &"Dr. Example".into(), UnixMillis(5))
            .map(drop)
    }),
    ("a note is exported", |vault, id| {
        let exported = Exported {
            revision: RevisionNumber(2),
            format: Format::Pdf,
            encrypted: false,
            bytes: b"rest",
        };
        vault
            .enter_note_exported(id, &exported, Way::File)
            .map(drop)
    }),
    ("a note is copied", |vault, id| {
        vault.enter_note_taken(id, &note("rest"), Way::Clipboard)
    }),
    ("sound is erased", |vault, id| {
        vault
            .erase(
                id,
                Erased::Sound,
                ErasureReason::ConsentWithdrawn,
                UnixMillis(1),
            )
            .map(drop)
    }),
    ("a visit is erased", |vault, id| {
        vault
            .erase(id, Erased::Visit, ErasureReason::Discarded, UnixMillis(1))
            .map(drop)
    }),
    ("what is due is erased", |vault, id| {
        let erased = vault.erase_due(id, UnixMillis(i64::MAX))?;
        assert_eq!(erased.len(), 1);
        Ok(())
    }),
    ("a search", |vault, _| vault.search("knee", 10).map(drop)),
    ("the policy is changed", |vault, _| {
        vault.set_retention(&Retention::default())
    }),
    ("the passphrase is changed", |vault, _| {
        vault.change_passphrase(&passphrase(), None, &passphrase(), KdfCost::LEAST)
    }),
    ("the ways are changed", |vault, _| {
        let recipient = EscrowIdentity::generate().recipient();
        vault.bind(&passphrase(), None, None, Some(&recipient))
    }),
    ("a backup", |vault, _| {
        let to = vault.folder().with_extension("backup");
        vault.back_up(&to, UnixMillis(1), 1, &mut |_| ()).map(drop)
    }),
    ("the risks are assessed", |vault, _| {
        vault.enter_risk_assessment(1, 2, 3)
    }),
    ("a refusal by the conductor", |vault, id| {
        vault.note_refusal(Asked::SignNote, id, Refusal::Unresolved)
    }),
    ("the log is read", |vault, _| {
        vault.show_log(&mut |_| panic!("an entry")).map(drop)
    }),
    ("the log is exported", |vault, _| {
        let mut file = Vec::new();
        let exported = vault.export_log(&mut file).map(drop);
        assert!(exported.is_ok() || file.is_empty());
        exported
    }),
];

#[test]
fn nothing_is_done_that_cannot_be_entered() {
    for (what, deed) in DEEDS {
        let (parent, vault) = scratch();
        let id = drafted(&vault);
        vault.begin_visit(new_visit()).unwrap();
        let draft_at_once = Retention {
            draft: Some(0.try_into().unwrap()),
            ..Retention::default()
        };
        vault.set_retention(&draft_at_once).unwrap();
        break_log(&vault);
        let keys = || fs::read(folder_of(&parent).join("keys.json")).unwrap();
        let before = (digest(&vault.connection()).unwrap(), keys());
        let error = deed(&vault, id).expect_err(what);
        assert!(matches!(error, VaultError::Storage(_)), "{what}: {error:?}");
        let after = (digest(&vault.connection()).unwrap(), keys());
        assert!(before == after, "{what} has changed something");
        assert!(!parent.path().join("vault.backup").exists(), "{what}");

        mend_log(&vault);
        let entered = count(&vault);
        if *what != "the log is read" {
            deed(&vault, id).expect(what);
            assert!(count(&vault) > entered, "{what} is not entered");
        }
    }
}

#[test]
fn a_vault_does_not_open_unless_that_is_entered() {
    let (parent, vault) = scratch();
    break_log(&vault);
    drop(vault);
    let dir = folder_of(&parent);
    assert!(matches!(open(&dir), Err(VaultError::Storage(_))));
    let silent = open_silently(&dir);
    mend_log(&silent);
    drop(silent);
    let vault = open(&dir).unwrap();
    let acts: Vec<Act> = acts_after(&vault, 0);
    assert_eq!(
        acts,
        [Act::VaultCreated, Act::VaultOpened, Act::VaultOpened]
    );
}

#[test]
fn the_vault_key_is_not_exchanged_unless_that_is_entered() {
    let (parent, vault) = scratch();
    let id = drafted(&vault);
    break_log(&vault);
    assert!(vault.rotate_key(&passphrase(), None).is_err());
    let dir = folder_of(&parent);
    let silent = open_silently(&dir);
    assert!(silent.latest_revision(id).unwrap().is_some());
    mend_log(&silent);
    assert!(!acts_after(&silent, 0).contains(&Act::KeyRotated));
    drop(silent);
    let vault = open(&dir).unwrap().rotate_key(&passphrase(), None).unwrap();
    assert!(acts_after(&vault, 0).contains(&Act::KeyRotated));
    drop(vault);
    open(&dir).unwrap();
}

#[test]
fn a_recovery_is_entered_before_the_new_ways_lead_anywhere() {
    let parent = tempfile::tempdir().unwrap();
    let dir = folder_of(&parent);
    let identity = EscrowIdentity::generate();
    let ways = Ways {
        passphrase: &passphrase(),
        cost: KdfCost::LEAST,
        device: None,
        escrow: Some(&identity.recipient()),
    };
    drop(Vault::create_with(&dir, &ways).unwrap());
    let recover = |identity: &EscrowIdentity| {
        Vault::recover(&dir, identity, &passphrase(), KdfCost::LEAST, None)
    };
    assert!(recover(&EscrowIdentity::generate()).is_err());
    let vault = recover(&identity).unwrap();
    let reason = Refusal::RecoveryKey;
    let expected = [
        Act::UnlockRefused { reason, times: 1 },
        Act::Recovered,
        Act::VaultOpened,
    ];
    assert_eq!(acts_after(&vault, 3), expected);
    break_log(&vault);
    drop(vault);
    // Not in the log yet, but not forgotten either.
    assert!(recover(&identity).is_err());
    let silent = open_silently(&dir);
    mend_log(&silent);
    drop(silent);
    let vault = open(&dir).unwrap();
    assert_eq!(acts_after(&vault, 6), [Act::Recovered, Act::VaultOpened]);
}
