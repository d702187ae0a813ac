#![allow(clippy::unwrap_used)]
use audit::{Actor, Digest, Event, Refusal, Suspicion};
use visit::{ConsentGiver, ConsentMethod, Millis, RevisionNumber, VisitState};

use super::*;
use crate::people::tests::new_visit;
use crate::signing::tests::{scratch, signed};
use crate::{DeviceSecretFile, KdfCost, SecretString, Ways};

fn append(vault: &Vault, at: i64, act: Act) {
    let who = Actor::Program;
    let at = UnixMillis(at);
    log::append(&vault.connection(), vault.signing(), Event { at, who, act }).unwrap();
}

fn some_visit(number: u128) -> VisitId {
    VisitId::from_uuid(uuid::Uuid::from_u128(number))
}

#[test]
fn a_new_vault_has_a_whole_log_and_nothing_else_to_show() {
    let (_parent, vault) = scratch();
    let standing = vault.standing().unwrap();
    assert_eq!(standing.log.fault, None);
    assert!(standing.log.entries >= 2 && standing.newest_entry <= Some(log::now()));
    let nothing = (standing.backed_up, standing.log_exported, standing.drill);
    assert_eq!(nothing, (None, None, None));
    let none = [
        standing.overdue,
        standing.unfinished,
        standing.recorded,
        standing.without_consent,
        standing.signed,
        standing.signed_at_once,
    ];
    assert_eq!(none, [0; 6]);
    assert_eq!(standing.retention, Retention::default());
    assert!(!standing.incidents.locked_down());
}

#[test]
fn backups_exports_drills_and_reports_are_told() {
    let (parent, vault) = scratch();
    let to = parent.path().join("backup");
    vault.back_up(&to, UnixMillis(1), 1, &mut |_| ()).unwrap();
    vault.export_log(&mut Vec::new()).unwrap();
    vault.enter_drill(false, Millis(1), 1).unwrap();
    vault.report_incident(Suspicion::Other).unwrap();
    let standing = vault.standing().unwrap();
    let lately = Some(UnixMillis(log::now().0 - 60_000));
    assert!(standing.backed_up > lately && standing.log_exported > lately);
    assert!(matches!(standing.drill, Some((at, false)) if Some(at) > lately));
    assert!(standing.incidents.locked_down());
    // A backup that failed is entered before it fails, and does not count.
    let before = standing.backed_up;
    let snapshot = UnixMillis(2);
    append(&vault, log::now().0 + 5, Act::BackedUp { snapshot });
    assert!(vault.standing().unwrap().backed_up > before);
    let asked = Asked::BackUp;
    let reason = Refusal::Storage;
    let visit = None;
    append(
        &vault,
        log::now().0 + 6,
        Act::Refused {
            asked,
            visit,
            reason,
        },
    );
    assert_eq!(vault.standing().unwrap().backed_up, before);
}

#[test]
fn an_altered_log_is_told_with_its_first_bad_entry() {
    let (_parent, vault) = scratch();
    signed(&vault);
    assert_eq!(vault.standing().unwrap().log.fault, None);
    vault
        .connection()
        .execute_batch(
            "DROP TRIGGER audit_entries_never_change;
             UPDATE audit_entries SET line = replace(line, 'recording_begun', 'visit_read')
             WHERE line LIKE '%recording_begun%'",
        )
        .unwrap();
    let fault = vault.standing().unwrap().log.fault.unwrap();
    assert!(fault.first_bad().is_some(), "{fault}");
}

#[test]
fn a_clock_that_was_set_back_shows_in_the_newest_entry() {
    let (_parent, vault) = scratch();
    let later = log::now().0 + 5 * DAY;
    append(&vault, later, Act::VaultOpened);
    append(&vault, log::now().0, Act::VaultOpened);
    assert_eq!(
        vault.standing().unwrap().newest_entry,
        Some(UnixMillis(later))
    );
}

#[test]
fn recordings_are_held_against_the_consents_before_them() {
    let (_parent, vault) = scratch();
    let visit = vault.begin_visit(new_visit()).unwrap();
    vault.set_state(visit, VisitState::Recording).unwrap();
    let standing = vault.standing().unwrap();
    assert_eq!((standing.recorded, standing.without_consent), (1, 0));
    let visit = some_visit(7);
    append(&vault, 1, Act::RecordingBegun { visit });
    let late = Act::ConsentRecorded {
        visit,
        given_by: ConsentGiver::Patient,
        method: ConsentMethod::Spoken,
    };
    append(&vault, 2, late);
    let standing = vault.standing().unwrap();
    assert_eq!((standing.recorded, standing.without_consent), (2, 1));
}

#[test]
fn notes_that_nobody_can_have_read_are_counted() {
    let (_parent, vault) = scratch();
    let (note, model) = (Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]));
    let revision = RevisionNumber(1);
    let now = log::now().0;
    let sign = |number, drafted: i64, after: i64| {
        let visit = some_visit(number);
        let draft = Act::DraftMade {
            visit,
            revision,
            note,
            model,
        };
        append(&vault, drafted, draft);
        let signed = Act::NoteSigned {
            visit,
            revision,
            note,
        };
        append(&vault, drafted + after, signed);
    };
    sign(1, now - DAY, 29_000);
    sign(2, now - DAY, 31_000);
    sign(3, now - 91 * DAY, 1_000);
    // Written by hand.
    let visit = some_visit(4);
    let by_hand = Act::NoteSigned {
        visit,
        revision,
        note,
    };
    append(&vault, now, by_hand);
    let standing = vault.standing().unwrap();
    assert_eq!((standing.signed, standing.signed_at_once), (2, 1));
}

#[test]
fn what_waits_and_what_is_overdue_is_counted() {
    let (_parent, vault) = scratch();
    let made = |days: i64| {
        let new = crate::NewVisit {
            started_at: UnixMillis(log::now().0 - days * DAY),
            ..new_visit()
        };
        let visit = vault.begin_visit(new).unwrap();
        vault.set_state(visit, VisitState::Recording).unwrap();
    };
    made(4);
    made(2);
    assert_eq!(vault.standing().unwrap().unfinished, 1);
    // Signed half a century ago.
    signed(&vault);
    assert_eq!(vault.standing().unwrap().overdue, 1);
}

#[test]
fn an_assessment_is_entered_with_its_figures() {
    let (_parent, vault) = scratch();
    vault.enter_risk_assessment(20, 3, 4).unwrap();
    let mut acts = Vec::new();
    vault
        .show_log(&mut |entry| acts.push(entry.act.clone()))
        .unwrap();
    let act = Act::RiskAssessed {
        passed: 20,
        failed: 3,
        untold: 4,
    };
    assert!(acts.contains(&act));
}

#[test]
fn what_needs_no_passphrase_is_told_of_a_locked_vault() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("vault");
    let secrets = DeviceSecretFile::new(parent.path().join("secret"));
    let passphrase = SecretString::from("four unrelated plain words");
    let ways = Ways {
        passphrase: &passphrase,
        cost: KdfCost::LEAST,
        device: Some(&secrets),
        escrow: None,
    };
    drop(Vault::create_with(&dir, &ways).unwrap());
    Vault::find_device_secret(&dir, &secrets).unwrap();
    let elsewhere = DeviceSecretFile::new(parent.path().join("another"));
    let missing = Vault::find_device_secret(&dir, &elsewhere).unwrap_err();
    assert!(matches!(missing, VaultError::DeviceSecretMissing { .. }));

    assert!(!Vault::reports_wait(&dir));
    Vault::report_at(&dir, Suspicion::Other).unwrap();
    assert!(Vault::reports_wait(&dir));
    let vault = Vault::open_with(&dir, &passphrase, Some(&secrets)).unwrap();
    assert!(vault.incidents().unwrap().locked_down());
    assert!(!Vault::reports_wait(&dir));
}
