#![allow(clippy::unwrap_used)]
use std::fs;

use audit::Refusal;

use super::*;
use crate::passphrase::KdfCost;
use crate::people::tests::{holds, log_of};

fn vault_in(dir: &std::path::Path, passphrase: &str) -> Vault {
    Vault::create(dir, &passphrase.into(), KdfCost::LEAST).unwrap()
}

#[test]
fn the_passphrase_alone_unlocks_the_screen_and_all_of_it_is_entered() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault_in(&folder.path().join("vault"), "four unrelated plain words");
    vault.lock_screen().unwrap();
    let wrong = vault.unlock_screen(&"four unrelated plain birds".into(), None);
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase)));
    vault
        .unlock_screen(&"four unrelated plain words".into(), None)
        .unwrap();
    let entered: Vec<String> = log_of(&vault).split_off(2);
    assert_eq!(entered.len(), 3, "{entered:?}");
    for (line, word) in entered
        .iter()
        .zip(["screen_locked", "unlock_refused", "screen_unlocked"])
    {
        assert!(line.contains(word), "{line}");
    }
    let reason = serde_json::to_string(&Refusal::WrongPassphrase).unwrap();
    assert!(holds(&entered, &["unlock_refused", &reason]));
}

/// Whoever may write to the folder could lay down keys with a passphrase of their own.
#[test]
fn the_passphrase_of_other_keys_in_their_place_unlocks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("vault");
    let vault = vault_in(&dir, "four unrelated plain words");
    vault.lock_screen().unwrap();
    let other = folder.path().join("other");
    drop(vault_in(&other, "somebody else wants in"));
    fs::copy(other.join("keys.json"), dir.join("keys.json")).unwrap();
    let unlocked = vault.unlock_screen(&"somebody else wants in".into(), None);
    assert!(
        matches!(
            unlocked,
            Err(VaultError::Damaged {
                what: Part::KeysFile
            })
        ),
        "{unlocked:?}"
    );
    assert!(!holds(&log_of(&vault), &["screen_unlocked"]));
}
