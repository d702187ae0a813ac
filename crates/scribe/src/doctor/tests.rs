#![allow(clippy::unwrap_used, clippy::panic)]
use std::fs;

use vault::{DeviceSecretFile, KdfCost, Suspicion, Ways};

use super::*;
use crate::self_check::look_at_folder;

fn health(folder: &Path, backups: Option<&Path>) -> Health {
    let around = Surroundings {
        folder,
        secrets: SecretPlace::NotNamed,
        now: crate::clock::now(),
    };
    doctor(&around, backups)
}

fn item<'h>(health: &'h Health, what: &str) -> &'h HealthItem {
    let item = health.items.iter().find(|item| item.what == what);
    item.unwrap_or_else(|| panic!("{what} is not told"))
}

#[test]
fn everything_that_it_has_to_is_told_and_what_ails_has_advice() {
    let folder = tempfile::tempdir().unwrap();
    let health = health(&folder.path().join("vault"), None);
    for what in [
        "processor",
        "worker",
        "network",
        "memory",
        "disk",
        "model for speech",
        "model for voice",
        "model for notes",
        "model for speakers",
        "model files",
        "microphones",
        "computer's secret",
        "organisation",
        "store",
        "clock",
    ] {
        item(&health, what);
    }
    for item in &health.items {
        let needs = item.ailing >= Ailing::Somewhat;
        assert_eq!(item.advice.is_some(), needs, "{item:?}");
        assert!(!item.found.is_empty());
    }
    let badly = health.items.iter().any(|item| item.ailing == Ailing::Badly);
    assert_eq!(health.works, !badly);
}

#[test]
fn a_full_disk_keeps_the_program_from_working() {
    assert_eq!(disk(Some(14)).ailing, Ailing::Badly);
    assert_eq!(disk(Some(15)).ailing, Ailing::Somewhat);
    assert_eq!(disk(Some(480)).ailing, Ailing::No);
    assert_eq!(disk(None).ailing, Ailing::Unknown);
}

#[test]
fn a_model_that_is_missing_keeps_it_from_working_but_that_for_speakers() {
    let needed = |role| Needed {
        step: "a step",
        role,
        worker: None,
        file: None,
    };
    use governance::ModelRole::{Drafting, Speaker, Speech, VoiceActivity};
    for role in [Drafting, Speech, VoiceActivity] {
        assert_eq!(model(&needed(role)).ailing, Ailing::Badly);
    }
    assert_eq!(model(&needed(Speaker)).ailing, Ailing::Somewhat);
}

#[test]
fn microphones_are_named_and_their_absence_is_told() {
    let one = |name: &str, is_default| capture::Microphone {
        id: name.to_owned(),
        name: name.to_owned(),
        is_default,
    };
    let found = microphones_by(Ok(vec![one("Desk", true), one("Webcam", false)]));
    assert_eq!(found.ailing, Ailing::No);
    assert_eq!(found.found, "Desk (default); Webcam");
    assert_eq!(microphones_by(Ok(Vec::new())).ailing, Ailing::Badly);
    let silent = microphones_by(Err(capture::CaptureError::NotAnswering));
    assert_eq!(silent.ailing, Ailing::Badly);
}

#[test]
fn a_store_that_is_locked_down_damaged_or_away_from_its_secret_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("vault");
    assert_eq!(store(&dir).ailing, Ailing::No);
    let secrets = DeviceSecretFile::new(folder.path().join("secret"));
    let ways = Ways {
        passphrase: &"four unrelated plain words".into(),
        cost: KdfCost::LEAST,
        device: Some(&secrets),
        escrow: None,
    };
    drop(Vault::create_with(&dir, &ways).unwrap());
    assert_eq!(store(&dir).ailing, Ailing::No);
    let with = |secrets| {
        let around = Surroundings {
            folder: &dir,
            secrets,
            now: UnixMillis(0),
        };
        secret(&around, &look_at_folder(&dir, &around.secrets)).ailing
    };
    assert_eq!(with(SecretPlace::Reached(&secrets)), Ailing::No);
    assert_eq!(with(SecretPlace::NotNamed), Ailing::Unknown);
    let why = "the keyring of this account cannot be used: it is locked".to_owned();
    assert_eq!(with(SecretPlace::NotReached(why)), Ailing::Badly);
    Vault::report_at(&dir, Suspicion::Other).unwrap();
    let found = store(&dir);
    assert_eq!(found.ailing, Ailing::Somewhat);
    assert!(found.found.contains("locked down"));
    fs::write(dir.join("keys.json"), "{").unwrap();
    let health = health(&dir, None);
    assert_eq!(item(&health, "store").ailing, Ailing::Badly);
    assert!(!health.works);
}

#[test]
fn an_enrolment_that_cannot_be_read_or_is_over_keeps_it_from_working() {
    let why = || "for a reason".to_owned();
    assert_eq!(organisation(&Enrolled::Not).ailing, Ailing::No);
    assert_eq!(
        organisation(&Enrolled::Damaged(why())).ailing,
        Ailing::Badly
    );
    assert_eq!(
        organisation(&Enrolled::NotInForce(why())).ailing,
        Ailing::Badly
    );
}

#[test]
fn the_newest_backup_is_told_where_its_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("vault");
    let to = folder.path().join("backups");
    let passphrase = "four unrelated plain words".into();
    let vault = Vault::create(&dir, &passphrase, KdfCost::LEAST).unwrap();
    assert_eq!(backup(&to, UnixMillis(0)).ailing, Ailing::Somewhat);
    vault
        .back_up(&to, UnixMillis(1_000), 1, &mut |_| ())
        .unwrap();
    let at = |days| backup(&to, UnixMillis(1_000 + days * DAY)).ailing;
    assert_eq!(at(7), Ailing::No);
    assert_eq!(at(8), Ailing::Somewhat);
}
