//! A disk that fills up in the middle of a recording.

use std::path::{Path, PathBuf};
use std::process::Command;

use vault::{Act, KdfCost, Vault, VaultError};

use crate::sample::{begin_recording, passphrase, second};

const CHILD_FOLDER: &str = "INROOM_VAULT_TEST_SMALL_DISK";

/// Records on what is left of a disk until it is full, looks at what was kept, frees space and
/// goes on. Returns how the last append before that failed.
fn fill_up(dir: &Path, free_space: impl FnOnce()) -> VaultError {
    let vault = Vault::create(&dir.join("vault"), &passphrase(), KdfCost::LEAST).unwrap();
    let id = begin_recording(&vault, "A");
    let mut number = 0;
    let error = loop {
        match vault.append_chunk(id, number, &second(number)) {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
        assert!(number < 2_000, "the disk does not fill up");
    };
    assert!(number > 3, "{number}: {error}");
    let whole = |vault: &Vault, chunks| {
        assert_eq!(vault.recorded(id).unwrap().chunks, chunks);
        (0..chunks).for_each(|number| assert_eq!(vault.chunk(id, number).unwrap(), second(number)));
    };
    whole(&vault, number);
    drop(vault);

    // Also a fresh start on the full disk finds everything.
    let vault = Vault::open(&dir.join("vault"), &passphrase()).unwrap();
    whole(&vault, number);
    free_space();
    vault.append_chunk(id, number, &second(number)).unwrap();
    whole(&vault, number + 1);
    drop(vault);

    // That it was opened on the full disk is in the log all the same, as its next opening shows where
    // there is room.
    let elsewhere = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(dir.join("vault")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), elsewhere.path().join(file.file_name())).unwrap();
    }
    let vault = Vault::open(elsewhere.path(), &passphrase()).unwrap();
    let mut opened = 0;
    let state = vault.show_log(&mut |entry| opened += u32::from(entry.act == Act::VaultOpened));
    assert_eq!((state.unwrap().fault, opened), (None, 3));
    error
}

/// Run by the test below, with a file system of 4 MiB mounted for it alone.
#[test]
#[ignore = "the other test's child process"]
fn recorder_on_a_small_disk() {
    let Ok(dir) = std::env::var(CHILD_FOLDER).map(PathBuf::from) else {
        return;
    };
    let ballast = dir.join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let error = fill_up(&dir, || std::fs::remove_file(&ballast).unwrap());
    assert!(matches!(error, VaultError::DiskFull), "{error:?}");
}

/// Mounting needs root or user namespaces. Root has to be able to; where another user is allowed neither, the limit on
/// SQLite's pages in `src/audio/tests.rs` still tests the same error.
#[test]
fn a_full_disk_is_told_and_costs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let user = Command::new("id").arg("-u").output().unwrap();
    let is_root = user.stdout.trim_ascii() == b"0";
    let in_namespace = |command: &str| {
        let mut unshare = Command::new("unshare");
        if !is_root {
            unshare.args(["--user", "--map-root-user"]);
        }
        unshare
            .args(["--mount", "sh", "-ec", command, "sh"])
            .arg(dir.path());
        unshare
    };
    if !in_namespace("mount -t tmpfs -o size=4m tmpfs \"$1\"")
        .output()
        .is_ok_and(|out| out.status.success())
    {
        assert!(!is_root, "root cannot mount a small file system here");
        eprintln!("not tested: this system lets no user mount a small disk");
        return;
    }
    let child = in_namespace("mount -t tmpfs -o size=4m tmpfs \"$1\"; exec \"$2\" --exact full_disk::recorder_on_a_small_disk --ignored --nocapture")
        .arg(std::env::current_exe().unwrap())
        .env(CHILD_FOLDER, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
