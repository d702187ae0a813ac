//! Backups: complete, incremental, proved, and of no use to whoever finds one.

use std::fs;
use std::path::{Path, PathBuf};

use vault::{BackupReport, BackupStep, KdfCost, Vault, VaultError};
use visit::UnixMillis;

use crate::sample::{begin_recording, folder, passphrase, reopen, scratch, second};
use crate::ways::{Made, files, is_whole, new, old};

fn back_up(vault: &Vault, to: &Path, at: i64) -> BackupReport {
    vault.back_up(to, UnixMillis(at), 10, &mut |_| ()).unwrap()
}

fn restore(from: &Path, to: &Path) -> Result<(), VaultError> {
    Vault::restore(from, None, to, &mut |_, _| ())
}

/// The file of a block of the only snapshot, by its number.
fn block_of(to: &Path, number: usize) -> PathBuf {
    let files = all_files(to);
    let snapshot = files
        .iter()
        .find(|path| path.extension().is_some_and(|kind| kind == "json"))
        .unwrap();
    let snapshot: serde_json::Value = serde_json::from_slice(&fs::read(snapshot).unwrap()).unwrap();
    let hash = snapshot["blocks"][number].as_str().unwrap();
    files.into_iter().find(|path| path.ends_with(hash)).unwrap()
}

/// Every file of the backup.
fn all_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_backup_restores_on_this_computer_with_the_passphrase_and_on_another_with_the_recovery_key() {
    let made = Made::make();
    let vault = made.open(&old()).unwrap();
    let to = made.parent.path().join("backup");
    let mut steps = Vec::new();
    let report = vault
        .back_up(&to, UnixMillis(1_000), 10, &mut |step| steps.push(step))
        .unwrap();
    assert_eq!((report.visits, report.kept), (1, 1));
    assert_eq!(report.bytes, report.new_bytes);
    assert!(steps.contains(&BackupStep::Copying(1, 1)));
    assert_eq!(steps.last(), Some(&BackupStep::Comparing(1, 1)));
    is_whole(&vault);
    drop(vault);

    let here = made.parent.path().join("here");
    restore(&to, &here).unwrap();
    assert_eq!(files(&here), ["keys.json", "vault.db"]);
    let vault = Vault::open_with(&here, &old(), Some(&made.secrets)).unwrap();
    is_whole(&vault);
    vault.confirm_restored(&to, None).unwrap();
    drop(vault);

    let elsewhere = made.parent.path().join("elsewhere");
    restore(&to, &elsewhere).unwrap();
    let vault = Vault::recover(&elsewhere, &made.identity, &new(), KdfCost::LEAST, None).unwrap();
    is_whole(&vault);
    vault.confirm_restored(&to, None).unwrap();
    // A vault that is there is never written over.
    assert!(matches!(
        restore(&to, &elsewhere),
        Err(VaultError::AlreadyExists)
    ));
}

#[test]
fn a_later_backup_adds_what_is_new_alone() {
    let made = Made::make();
    let vault = made.open(&old()).unwrap();
    let to = made.parent.path().join("backup");
    let long = begin_recording(&vault, "Room 5");
    for number in 0..200 {
        vault.append_chunk(long, number, &second(number)).unwrap();
    }
    let first = back_up(&vault, &to, 1_000);
    assert!(first.bytes > 6_000_000);
    let second_one = back_up(&vault, &to, 2_000);
    // The log has grown by the first backup; nothing else is new.
    assert!(second_one.new_bytes <= 2 << 20, "{second_one:?}");
    assert_eq!(second_one.kept, 2);
    vault.append_chunk(long, 200, &second(200)).unwrap();
    let third = back_up(&vault, &to, 3_000);
    assert!(
        third.new_bytes > 0 && third.new_bytes < third.bytes / 2,
        "{third:?}"
    );
    let names: Vec<String> = Vault::snapshots(&to)
        .unwrap()
        .into_iter()
        .map(|snapshot| snapshot.name)
        .collect();
    assert_eq!(
        names,
        ["000000000001000", "000000000002000", "000000000003000"]
    );

    // An old one comes back as it was.
    let restored = made.parent.path().join("restored");
    Vault::restore(&to, Some(&names[0]), &restored, &mut |_, _| ()).unwrap();
    let restored = Vault::open_with(&restored, &old(), Some(&made.secrets)).unwrap();
    assert_eq!(restored.recorded(long).unwrap().chunks, 200);

    // What is no longer kept is gone, and what is kept is whole.
    let before = all_files(&to).len();
    let report = vault
        .back_up(&to, UnixMillis(4_000), 1, &mut |_| ())
        .unwrap();
    assert_eq!(report.kept, 1);
    assert!(all_files(&to).len() < before);
    let newest = made.parent.path().join("newest");
    restore(&to, &newest).unwrap();
    let newest = Vault::open_with(&newest, &old(), Some(&made.secrets)).unwrap();
    assert_eq!(newest.recorded(long).unwrap().chunks, 201);
}

#[test]
fn a_recording_goes_on_while_it_is_backed_up() {
    let made = Made::make();
    let vault = made.open(&old()).unwrap();
    let to = made.parent.path().join("backup");
    let visit = begin_recording(&vault, "Room 6");
    let mut number = 0;
    vault
        .back_up(&to, UnixMillis(1), 10, &mut |_| {
            vault.append_chunk(visit, number, &second(number)).unwrap();
            number += 1;
        })
        .unwrap();
    assert!(number >= 3);
    assert_eq!(vault.recorded(visit).unwrap().chunks, number);
    let restored = made.parent.path().join("restored");
    restore(&to, &restored).unwrap();
    let restored = Vault::open_with(&restored, &old(), Some(&made.secrets)).unwrap();
    assert_eq!(restored.recorded(visit).unwrap().chunks, 0);
    for at in 0..number {
        assert_eq!(vault.chunk(visit, at).unwrap(), second(at));
    }
}

#[test]
fn an_altered_backup_is_noticed_and_mended_by_the_next() {
    let made = Made::make();
    let vault = made.open(&old()).unwrap();
    let to = made.parent.path().join("backup");
    let long = begin_recording(&vault, "Room 5");
    for number in 0..100 {
        vault.append_chunk(long, number, &second(number)).unwrap();
    }
    back_up(&vault, &to, 1_000);
    // One in the middle of the recording, which the next backup has as well.
    let block = block_of(&to, 1);
    let sound = fs::read(&block).unwrap();
    for damage in [&sound[1..], &[&sound[..], b"x"].concat(), b""] {
        fs::write(&block, damage).unwrap();
        let target = made.parent.path().join("target");
        assert!(matches!(
            restore(&to, &target),
            Err(VaultError::Damaged { .. })
        ));
        assert!(!target.exists(), "nothing half restored is left");
    }
    back_up(&vault, &to, 2_000);
    assert_eq!(fs::read(&block).unwrap(), sound);

    let snapshot = all_files(&to)
        .into_iter()
        .find(|path| path.to_string_lossy().ends_with("2000.json"))
        .unwrap();
    let text = fs::read_to_string(&snapshot).unwrap();
    fs::write(&snapshot, text.replace("\"visits\":2", "\"visits\":3")).unwrap();
    assert!(matches!(
        vault.confirm_restored(&to, None),
        Err(VaultError::Damaged { .. })
    ));
}

#[test]
fn a_backup_says_nothing_to_whoever_finds_it() {
    let made = Made::make();
    let vault = made.open(&old()).unwrap();
    begin_recording(&vault, "Wilhelmina Canary");
    let to = made.parent.path().join("backup");
    back_up(&vault, &to, 1_000);
    let found = all_files(&to);
    assert!(found.len() >= 3, "{found:?}");
    for path in found {
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"), "{path:?}");
        assert!(
            !bytes.windows(6).any(|window| window == b"Canary"),
            "{path:?}"
        );
    }
}

#[test]
fn where_there_is_no_backup_it_is_said() {
    let empty = tempfile::tempdir().unwrap();
    let target = empty.path().join("vault");
    assert!(matches!(
        restore(empty.path(), &target),
        Err(VaultError::NoBackup)
    ));
    assert!(matches!(
        Vault::snapshots(&empty.path().join("nothing")),
        Err(VaultError::NoBackup)
    ));
}

/// A page of the store's file that has gone bad costs what stood on it, in the backup as in the vault.
#[test]
fn a_page_that_has_gone_bad_is_no_reason_to_back_nothing_up() {
    let (parent, vault) = scratch();
    let id = begin_recording(&vault, "Room 5");
    for number in 0..60 {
        vault.append_chunk(id, number, &second(number)).unwrap();
    }
    drop(vault);
    let file = folder(&parent).join("vault.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();

    let vault = reopen(&parent);
    let bad: Vec<u32> = (0..60)
        .filter(|&number| vault.chunk(id, number).is_err())
        .collect();
    assert_eq!(bad.len(), 1, "{bad:?}");
    let to = parent.path().join("backup");
    let report = back_up(&vault, &to, 1_000);
    let named: Vec<_> = report.damaged.iter().map(|part| part.visit).collect();
    assert_eq!(named, [id], "{:?}", report.damaged);
    drop(vault);

    let restored = parent.path().join("restored");
    restore(&to, &restored).unwrap();
    let restored = Vault::open(&restored, &passphrase()).unwrap();
    for number in (0..60).filter(|number| !bad.contains(number)) {
        assert_eq!(restored.chunk(id, number).unwrap(), second(number));
    }
}
