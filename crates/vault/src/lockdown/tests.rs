#![allow(clippy::unwrap_used, clippy::panic)]
use std::fs;

use audit::Refusal;
use governance::Role;
use visit::{UnixMillis, VisitState};

use super::*;
use crate::Ways;
use crate::folder::REPORTS_FILE;
use crate::passphrase::KdfCost;
use crate::people::tests::{Clinic, holds, log_of, new_visit};

const WORDS: &str = "four unrelated plain words";

fn scratch() -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder.path().join("vault"), &WORDS.into(), KdfCost::LEAST).unwrap();
    (folder, vault)
}

fn is_locked_down<T: std::fmt::Debug>(done: Result<T, VaultError>) -> bool {
    matches!(done, Err(VaultError::LockedDown(_)))
}

#[test]
fn a_report_locks_the_vault_down_and_its_passphrase_lifts_that() {
    let (_folder, vault) = scratch();
    let visit = vault.begin_visit(new_visit()).unwrap();
    assert!(matches!(
        vault.lift_statement(),
        Err(VaultError::NotLockedDown)
    ));
    assert_eq!(vault.report_incident(Suspicion::Misuse).unwrap(), 1);
    assert!(is_locked_down(vault.begin_visit(new_visit())));
    assert!(is_locked_down(
        vault.set_state(visit, VisitState::Recording)
    ));
    assert!(is_locked_down(vault.note_to_export(visit)));
    assert!(is_locked_down(vault.search("knee", 1)));
    assert!(is_locked_down(vault.erase(
        visit,
        crate::Erased::Visit,
        crate::ErasureReason::Discarded,
        UnixMillis(1)
    )));
    vault.read_visit(visit).unwrap();
    let refused = serde_json::to_string(&Refusal::LockedDown).unwrap();
    assert!(holds(&log_of(&vault), &["create_visit", &refused]));

    let lift = |passphrase: &str| {
        vault.lift_lockdown(&Lift::Passphrase {
            passphrase: &passphrase.into(),
            secrets: None,
        })
    };
    assert!(matches!(
        lift("not these words"),
        Err(VaultError::WrongPassphrase)
    ));
    assert!(vault.incidents().unwrap().locked_down());
    lift(WORDS).unwrap();
    vault.begin_visit(new_visit()).unwrap();
    assert!(holds(&log_of(&vault), &["lockdown_lifted"]));
    // The next suspicion counts on.
    assert_eq!(vault.report_incident(Suspicion::Other).unwrap(), 2);
}

/// A recording that was begun before is never lost: it goes on, also after a pause, and gets its note.
#[test]
fn a_recording_under_way_goes_on_to_its_note() {
    let (_folder, vault) = scratch();
    let visit = vault.begin_visit(new_visit()).unwrap();
    vault.set_state(visit, VisitState::Recording).unwrap();
    vault.report_incident(Suspicion::Malware).unwrap();
    vault.append_chunk(visit, 0, &[1; 8_000]).unwrap();
    vault.set_state(visit, VisitState::Paused).unwrap();
    vault.set_state(visit, VisitState::Recording).unwrap();
    vault.append_chunk(visit, 1, &[1; 8_000]).unwrap();
    vault.set_state(visit, VisitState::Recorded).unwrap();
    vault.may_with(Command::DraftNote, visit).unwrap();
    let other = visit::VisitId::from_uuid(uuid::Uuid::nil());
    assert!(is_locked_down(vault.may_with(Command::DraftNote, other)));
}

#[test]
fn a_report_reaches_a_vault_that_is_locked_or_open_elsewhere() {
    let (folder, vault) = scratch();
    let dir = folder.path().join("vault");
    Vault::report_at(&dir, Suspicion::LostDevice).unwrap();
    assert!(is_locked_down(vault.begin_visit(new_visit())));
    drop(vault);
    Vault::report_at(&dir, Suspicion::Intrusion).unwrap();
    Vault::report_at(&dir, Suspicion::Intrusion).unwrap();
    let vault = Vault::open(&dir, &WORDS.into()).unwrap();
    assert_eq!(vault.incidents().unwrap().reported, 3);
    assert_eq!(
        fs::read_dir(&dir)
            .unwrap()
            .flatten()
            .filter(|entry| { entry.file_name().to_string_lossy().starts_with("reports") })
            .count(),
        0
    );
    let log = log_of(&vault);
    assert!(
        holds(&log, &["incident_reported", "lost_device", "\"number\":1"]),
        "{log:?}"
    );
    assert!(holds(
        &log,
        &["incident_reported", "intrusion", "\"number\":3"]
    ));
    assert!(matches!(
        Vault::report_at(folder.path(), Suspicion::Other),
        Err(VaultError::NotAVault)
    ));
}

/// Whoever wrote there wanted to report something, or to hide that somebody has.
#[test]
fn a_file_of_reports_that_cannot_be_read_locks_the_vault_down() {
    for bytes in [
        &b""[..],
        b"\n\n",
        b"nothing of this is a report",
        &[0xFF; 100_000],
    ] {
        let (folder, vault) = scratch();
        fs::write(folder.path().join("vault").join(REPORTS_FILE), bytes).unwrap();
        assert!(is_locked_down(vault.begin_visit(new_visit())), "{bytes:?}");
        assert_eq!(vault.incidents().unwrap().reported, 1);
        assert!(holds(
            &log_of(&vault),
            &["incident_reported", "program", "other"]
        ));
    }
    let (folder, vault) = scratch();
    // A folder in its place cannot even be read.
    fs::create_dir(folder.path().join("vault").join(REPORTS_FILE)).unwrap();
    assert!(vault.begin_visit(new_visit()).is_err());
    assert!(vault.visits().is_ok());
}

#[test]
fn a_vault_that_is_entrusted_to_a_recovery_key_needs_that_key() {
    let folder = tempfile::tempdir().unwrap();
    let identity = EscrowIdentity::generate();
    let recipient = identity.recipient();
    let passphrase: SecretString = WORDS.into();
    let ways = Ways {
        passphrase: &passphrase,
        cost: KdfCost::LEAST,
        device: None,
        escrow: Some(&recipient),
    };
    let vault = Vault::create_with(&folder.path().join("vault"), &ways).unwrap();
    vault.report_incident(Suspicion::Malware).unwrap();
    let by_passphrase = Lift::Passphrase {
        passphrase: &passphrase,
        secrets: None,
    };
    assert!(matches!(
        vault.lift_lockdown(&by_passphrase),
        Err(VaultError::NotLifted(_))
    ));
    let other = EscrowIdentity::generate();
    assert!(vault.lift_lockdown(&Lift::RecoveryKey(&other)).is_err());
    assert!(vault.incidents().unwrap().locked_down());
    vault.lift_lockdown(&Lift::RecoveryKey(&identity)).unwrap();
    assert!(!vault.incidents().unwrap().locked_down());
}

#[test]
fn an_organisations_vault_is_lifted_by_its_key_over_this_report_alone() {
    let (clinic, vault) = Clinic::with_vault(&[("ada", "physician")]);
    vault.report_incident(Suspicion::Intrusion).unwrap();
    let lift = |statement: &str, signature: &str| {
        vault.lift_lockdown(&Lift::Signed {
            statement: statement.as_bytes(),
            signature,
        })
    };
    let statement = vault.lift_statement().unwrap().to_string();
    let signature = clinic.sign(&statement);
    // Another report since then.
    vault.report_incident(Suspicion::Other).unwrap();
    assert!(matches!(
        lift(&statement, &signature),
        Err(VaultError::NotLifted(_))
    ));
    let statement = vault.lift_statement().unwrap().to_string();
    let foreign = Clinic::new().sign(&statement);
    for (text, signature) in [
        (&statement, "not a signature"),
        (&statement, &foreign),
        (
            &statement.replace("incident 2", "incident 3"),
            &clinic.sign(&statement),
        ),
    ] {
        assert!(matches!(
            lift(text, signature),
            Err(VaultError::NotLifted(_))
        ));
    }
    assert!(matches!(
        vault.lift_lockdown(&Lift::RecoveryKey(&clinic.identity)),
        Err(VaultError::NotLifted(_))
    ));
    assert!(vault.incidents().unwrap().locked_down());
    lift(&statement, &clinic.sign(&statement)).unwrap();
    vault.begin_visit(new_visit()).unwrap();
}

#[test]
fn a_nurse_does_not_come_in_while_it_is_locked_down() {
    let (clinic, vault) = Clinic::with_vault(&[("ada", "physician"), ("ben", "nurse")]);
    clinic.admit_with_first_code(&vault, "ben");
    drop(vault);
    drop(clinic.sign_in("ben").unwrap());
    Vault::report_at(&clinic.dir(), Suspicion::Misuse).unwrap();
    assert!(is_locked_down(clinic.sign_in("ben").map(drop)));
    let vault = clinic.sign_in("ada").unwrap();
    assert_eq!(vault.person().unwrap().role, Role::Physician);
    assert!(holds(
        &log_of(&vault),
        &["sign_in_refused", "ben@", "locked_down"]
    ));
}

#[test]
fn nothing_is_erased_by_the_policy_while_it_is_locked_down() {
    let (_folder, vault) = scratch();
    let visit = vault.begin_visit(new_visit()).unwrap();
    vault.report_incident(Suspicion::Malware).unwrap();
    assert!(
        vault
            .erase_due(visit, UnixMillis(i64::MAX))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_worksheet_names_what_was_touched_in_the_time_and_by_whom() {
    let (_folder, vault) = scratch();
    let early = vault.begin_visit(new_visit()).unwrap();
    let begin = crate::log::now();
    while crate::log::now() <= begin {
        std::thread::yield_now();
    }
    let from = crate::log::now();
    let read = vault.begin_visit(new_visit()).unwrap();
    vault.read_visit(read).unwrap();
    let nowhere = visit::VisitId::from_uuid(uuid::Uuid::nil());
    assert!(vault.read_visit(nowhere).is_err());
    let sheet = vault.worksheet(from, UnixMillis(i64::MAX)).unwrap();
    assert_eq!((sheet.kept, sheet.reported, &sheet.fault), (2, 0, &None));
    let [one] = &sheet.touched[..] else {
        panic!("{sheet:?}")
    };
    assert_eq!((one.visit, one.left), (read, false));
    assert_eq!(one.acts, 3);
    assert!(
        one.kinds.contains(&crate::Kind::Transcript) && !one.kinds.contains(&crate::Kind::Sound)
    );
    assert_eq!(one.by.len(), 1);
    let all = vault
        .worksheet(UnixMillis(0), UnixMillis(i64::MAX))
        .unwrap();
    assert!(all.touched.iter().any(|one| one.visit == early));
    assert!(holds(&log_of(&vault), &["worksheet_shown"]));
}
