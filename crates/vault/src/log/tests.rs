#![allow(clippy::unwrap_used, clippy::panic)]

mod atomic;
mod entered;
mod kept;

use std::path::{Path, PathBuf};

use audit::{Act, Entry, Export, Fault};
use tempfile::TempDir;
use visit::{PatientText, VisitId};

use crate::folder::{self, Lock};
use crate::keys_file::KeysFile;
use crate::signing::tests::{drafted, scratch, signed};
use crate::{KdfCost, SecretString, Vault, VaultError};

fn passphrase() -> SecretString {
    "a long enough passphrase".into()
}

fn folder_of(parent: &TempDir) -> PathBuf {
    parent.path().join("vault")
}

fn open(dir: &Path) -> Result<Vault, VaultError> {
    Vault::open(dir, &passphrase())
}

/// Opens a vault without an entry, which the program never does.
fn open_silently(dir: &Path) -> Vault {
    let keys = KeysFile::from_bytes(&folder::read_keys(dir).unwrap()).unwrap();
    let unwrapped = keys.unwrap_with(&passphrase(), None).unwrap();
    Vault::open_unwrapped(dir, Lock::take(dir).unwrap(), &keys, &unwrapped).unwrap()
}

fn export(vault: &Vault) -> (String, Option<Fault>) {
    let mut file = Vec::new();
    let state = vault.export_log(&mut file).unwrap();
    (String::from_utf8(file).unwrap(), state.fault)
}

/// What an exported log says when it is checked as a file.
fn check(log: &str, vault: &Vault) -> Result<u64, Fault> {
    let mut export = Export::new(Some(vault.log_key()), Vec::new());
    for line in log.lines() {
        export.line(line)?;
    }
    export.end().map(|(verified, _)| verified.entries)
}

fn entries(vault: &Vault) -> Vec<Entry> {
    let mut all = Vec::new();
    let state = vault
        .show_log(&mut |entry| all.push(entry.clone()))
        .unwrap();
    assert_eq!(state.fault, None);
    all
}

/// The acts since the entry with this number.
fn acts_after(vault: &Vault, number: usize) -> Vec<Act> {
    let all = entries(vault).into_iter().skip(number);
    all.map(|entry| entry.act)
        .filter(|act| *act != Act::LogShown)
        .collect()
}

fn count(vault: &Vault) -> usize {
    let sql = "SELECT count(*) FROM audit_entries";
    let entries: i64 = vault
        .connection()
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    entries as usize
}
