use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use tempfile::tempdir;
use vault::{KdfCost, Part, SecretString, Vault, VaultError};

use crate::sample::{begin_recording, contents, copy, folder, passphrase, reopen, scratch, second};

#[test]
fn a_vault_opens_with_its_passphrase_only() {
    let (parent, vault) = scratch();
    let id = begin_recording(&vault, "A");
    vault.append_chunk(id, 0, &second(0)).unwrap();
    drop(vault);
    let before = contents(&folder(&parent));
    for wrong in ["another long passphrase", "", "a long enough passphrase "] {
        let opened = Vault::open(&folder(&parent), &SecretString::from(wrong));
        assert!(
            matches!(opened, Err(VaultError::WrongPassphrase)),
            "{wrong:?}"
        );
        assert_eq!(contents(&folder(&parent)), before, "{wrong:?}");
    }
    assert_eq!(reopen(&parent).chunk(id, 0).unwrap(), second(0));
}

#[test]
fn a_short_passphrase_creates_nothing() {
    let parent = tempdir().unwrap();
    let dir = parent.path().join("vault");
    let created = Vault::create(&dir, &"elf Zeichen".into(), KdfCost::LEAST);
    assert!(matches!(
        created,
        Err(VaultError::PassphraseTooShort { characters: 11 })
    ));
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let (parent, vault) = scratch();
    drop(vault);
    let whole = contents(&folder(&parent));
    for (kept, expected) in [
        (vec!["keys.json", "vault.db"], "a vault"),
        (vec!["keys.json"], "a vault"),
        (vec!["vault.db"], "a vault"),
        (vec!["letter.txt"], "not empty"),
    ] {
        let dir = parent.path().join(kept.join("+"));
        fs::create_dir(&dir).unwrap();
        for (name, bytes) in &whole {
            if kept.contains(&name.as_str()) {
                fs::write(dir.join(name), bytes).unwrap();
            }
        }
        if kept == ["letter.txt"] {
            fs::write(dir.join("letter.txt"), "Dear Sir").unwrap();
        }
        let before = contents(&dir);
        let error = Vault::create(&dir, &passphrase(), KdfCost::LEAST)
            .err()
            .unwrap();
        let refused = matches!(
            (&error, expected),
            (VaultError::AlreadyExists, "a vault") | (VaultError::FolderNotEmpty, "not empty")
        );
        assert!(refused, "{kept:?}: {error}");
        assert_eq!(contents(&dir), before, "{kept:?}");
    }
}

#[test]
fn an_empty_folder_or_none_takes_a_vault_and_nothing_else_is_left() {
    let parent = tempdir().unwrap();
    fs::create_dir(parent.path().join("empty")).unwrap();
    for name in ["empty", "new", "deep/er"] {
        let dir = parent.path().join(name);
        assert!(!Vault::exists(&dir));
        let vault = Vault::create(&dir, &passphrase(), KdfCost::LEAST).unwrap();
        assert!(Vault::exists(&dir) && vault.visits().unwrap().is_empty());
    }
    let mut names: Vec<_> = fs::read_dir(parent.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["deep", "empty", "new"]);
}

#[test]
fn creations_that_were_cut_off_are_cleared_away_later() {
    let parent = tempdir().unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    for (name, age) in [
        (".vault.unfinished-00", 2 * day),
        (".vault.unfinished-01", day / 2),
        ("vault-2", 2 * day),
    ] {
        let path = parent.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("keys.json"), "{}").unwrap();
        File::open(&path)
            .unwrap()
            .set_modified(SystemTime::now() - age)
            .unwrap();
    }
    drop(Vault::create(&parent.path().join("vault"), &passphrase(), KdfCost::LEAST).unwrap());
    let mut names: Vec<_> = fs::read_dir(parent.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".vault.unfinished-01", "vault", "vault-2"]);
}

#[test]
fn missing_files_are_named_and_not_made_again() {
    let (parent, vault) = scratch();
    drop(vault);
    let dir = folder(&parent);
    for (name, part) in [("keys.json", Part::KeysFile), ("vault.db", Part::Database)] {
        let bytes = fs::read(dir.join(name)).unwrap();
        fs::remove_file(dir.join(name)).unwrap();
        let error = Vault::open(&dir, &passphrase()).err().unwrap();
        assert!(
            matches!(error, VaultError::Missing { what } if what == part),
            "{name}: {error}"
        );
        assert!(!dir.join(name).exists(), "{name}");
        fs::write(dir.join(name), bytes).unwrap();
    }
    drop(reopen(&parent));
    for nothing in [parent.path().to_path_buf(), parent.path().join("nowhere")] {
        assert!(matches!(
            Vault::open(&nothing, &passphrase()),
            Err(VaultError::NotAVault)
        ));
    }
    assert!(!parent.path().join("nowhere").exists());
}

#[test]
fn the_keys_of_another_vault_do_not_open_this_one() {
    let ((parent, vault), (other, vault2)) = (scratch(), scratch());
    drop((vault, vault2));
    fs::copy(
        folder(&other).join("keys.json"),
        folder(&parent).join("keys.json"),
    )
    .unwrap();
    let before = contents(&folder(&parent));
    let opened = Vault::open(&folder(&parent), &passphrase());
    assert!(matches!(
        opened,
        Err(VaultError::Damaged {
            what: Part::Database
        })
    ));
    assert_eq!(contents(&folder(&parent)), before);
}

#[test]
fn a_vault_is_open_once_at_a_time() {
    let (parent, vault) = scratch();
    assert!(matches!(
        Vault::open(&folder(&parent), &passphrase()),
        Err(VaultError::InUse)
    ));
    drop(vault);
    drop(reopen(&parent));
}

/// SQLite alone would take an emptied database for a new one and delete the WAL beside it.
#[test]
fn a_damaged_database_costs_nothing_that_stands_in_the_wal() {
    let (parent, vault) = scratch();
    let id = begin_recording(&vault, "A");
    vault.append_chunk(id, 0, &second(0)).unwrap();
    let whole = fs::read(folder(&parent).join("vault.db")).unwrap();
    for (case, bytes) in [
        ("emptied", Vec::new()),
        ("cut within its first page", whole[..4095].to_vec()),
        (
            "first page overwritten",
            [&vec![0xAA; 4096][..], &whole[4096..]].concat(),
        ),
        ("all zero", vec![0; whole.len()]),
    ] {
        let dir = parent.path().join(case);
        copy(&folder(&parent), &dir);
        fs::write(dir.join("vault.db"), bytes).unwrap();
        let wal = fs::read(dir.join("vault.db-wal")).unwrap();
        assert!(wal.len() > 32_000, "{case}");

        let error = Vault::open(&dir, &passphrase()).err().expect(case);
        assert!(
            matches!(
                error,
                VaultError::Damaged {
                    what: Part::Database
                }
            ),
            "{case}: {error:?}"
        );
        let left = fs::read(dir.join("vault.db-wal")).ok();
        assert!(left.as_ref() == Some(&wal), "{case}: the WAL changed");
        // With the database put back, everything is there.
        fs::write(dir.join("vault.db"), &whole).unwrap();
        let vault = Vault::open(&dir, &passphrase()).unwrap();
        assert_eq!(vault.chunk(id, 0).unwrap(), second(0), "{case}");
    }
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let (parent, vault) = scratch();
    begin_recording(&vault, "A");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder(&parent)), 0o700);
    let entries: Vec<_> = fs::read_dir(folder(&parent))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(entries.len() >= 4, "{entries:?}");
    for path in entries {
        assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
    }
}
