//! The ways into a vault and their changes.

use std::fs;
use std::path::Path;

use vault::{
    DevicePlace, DeviceSecretFile, EscrowIdentity, KdfCost, SecretString, Vault, VaultError, Ways,
};

use crate::sample::{begin_recording, copy, second, segment};

pub fn old() -> SecretString {
    "four unrelated plain words".into()
}

pub fn new() -> SecretString {
    "five other quite plain words".into()
}

pub struct Made {
    pub parent: tempfile::TempDir,
    pub secrets: DeviceSecretFile,
    pub identity: EscrowIdentity,
}

impl Made {
    /// A vault with a visit, tied to a file's secret and entrusted to a recovery key.
    pub fn make() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let secrets = DeviceSecretFile::new(parent.path().join("secret"));
        let identity = EscrowIdentity::generate();
        let recipient = identity.recipient();
        let made = Self {
            parent,
            secrets,
            identity,
        };
        let vault = Vault::create_with(
            &made.dir(),
            &Ways {
                passphrase: &old(),
                cost: KdfCost::LEAST,
                device: Some(&made.secrets),
                escrow: Some(&recipient),
            },
        )
        .unwrap();
        let visit = begin_recording(&vault, "Room 4");
        vault.append_chunk(visit, 0, &second(1)).unwrap();
        vault.append_chunk(visit, 1, &second(2)).unwrap();
        vault
            .append_segments(
                visit,
                &[segment(0, "the left knee")],
                visit::Samples(16_000),
            )
            .unwrap();
        made
    }

    pub fn dir(&self) -> std::path::PathBuf {
        self.parent.path().join("vault")
    }

    pub fn open(&self, passphrase: &SecretString) -> Result<Vault, VaultError> {
        Vault::open_with(&self.dir(), passphrase, Some(&self.secrets))
    }
}

/// Everything is there, sound and words.
pub fn is_whole(vault: &Vault) {
    let [visit] = vault.visits().unwrap().try_into().unwrap();
    assert_eq!(vault.chunk(visit.id, 0).unwrap(), second(1));
    assert_eq!(vault.chunk(visit.id, 1).unwrap(), second(2));
    assert_eq!(
        vault.segments(visit.id).unwrap(),
        [segment(0, "the left knee")]
    );
}

/// P7.2: what the folder holds does not open without what the computer holds.
#[test]
fn a_copy_of_the_folder_does_not_open_on_another_computer() {
    let made = Made::make();
    let entrances = Vault::entrances(&made.dir()).unwrap();
    assert_eq!(entrances.device, Some(DevicePlace::File));
    assert_eq!(
        entrances.escrow,
        Some(made.identity.recipient().to_string())
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let copied = elsewhere.path().join("vault");
    copy(&made.dir(), &copied);
    let other = DeviceSecretFile::new(elsewhere.path().join("secret"));
    assert!(matches!(
        Vault::open_with(&copied, &old(), Some(&other)),
        Err(VaultError::DeviceSecretMissing { .. })
    ));
    assert!(matches!(
        Vault::open(&copied, &old()),
        Err(VaultError::DeviceSecretNeeded { .. })
    ));
    assert!(
        !elsewhere.path().join("secret").exists(),
        "no secret is made anew"
    );
    is_whole(&made.open(&old()).unwrap());
}

#[test]
fn a_passphrase_is_exchanged_for_another() {
    let made = Made::make();
    let vault = made.open(&old()).unwrap();
    let change = |current: &SecretString, next: &SecretString| {
        vault.change_passphrase(current, Some(&made.secrets), next, KdfCost::LEAST)
    };
    assert!(matches!(
        change(&new(), &old()),
        Err(VaultError::WrongPassphrase)
    ));
    assert!(matches!(
        change(&old(), &"short".into()),
        Err(VaultError::PassphraseTooShort { .. })
    ));
    change(&old(), &new()).unwrap();
    drop(vault);
    assert!(matches!(
        made.open(&old()),
        Err(VaultError::WrongPassphrase)
    ));
    is_whole(&made.open(&new()).unwrap());
    // The recovery key goes on working.
    let recovered = Vault::recover(
        &made.dir(),
        &made.identity,
        &old(),
        KdfCost::LEAST,
        Some(&made.secrets),
    );
    is_whole(&recovered.unwrap());
}

#[test]
fn the_recovery_key_opens_a_vault_on_a_new_computer() {
    let made = Made::make();
    let elsewhere = tempfile::tempdir().unwrap();
    let copied = elsewhere.path().join("vault");
    copy(&made.dir(), &copied);
    let secrets = DeviceSecretFile::new(elsewhere.path().join("secret"));
    let recover = |identity: &EscrowIdentity| {
        Vault::recover(&copied, identity, &new(), KdfCost::LEAST, Some(&secrets))
    };
    let keys = fs::read(copied.join("keys.json")).unwrap();
    assert!(matches!(
        recover(&EscrowIdentity::generate()),
        Err(VaultError::WrongIdentity)
    ));
    assert_eq!(fs::read(copied.join("keys.json")).unwrap(), keys);
    is_whole(&recover(&made.identity).unwrap());
    is_whole(&Vault::open_with(&copied, &new(), Some(&secrets)).unwrap());
    assert!(Vault::open_with(&copied, &old(), Some(&secrets)).is_err());
}

#[test]
fn a_vault_of_the_passphrase_alone_is_tied_to_a_computer_and_a_recovery_key() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("vault");
    let vault = Vault::create(&dir, &old(), KdfCost::LEAST).unwrap();
    let secrets = DeviceSecretFile::new(parent.path().join("secret"));
    let identity = EscrowIdentity::generate();
    let recipient = identity.recipient();
    vault
        .bind(&old(), None, Some(&secrets), Some(&recipient))
        .unwrap();
    drop(vault);
    assert!(matches!(
        Vault::open(&dir, &old()),
        Err(VaultError::DeviceSecretNeeded { .. })
    ));
    drop(Vault::open_with(&dir, &old(), Some(&secrets)).unwrap());
    Vault::recover(&dir, &identity, &new(), KdfCost::LEAST, None).unwrap();
    drop(Vault::open(&dir, &new()).unwrap());
}

#[test]
fn the_vault_key_is_exchanged_and_nothing_else_changes() {
    let made = Made::make();
    let vault = made.open(&old()).unwrap();
    let [visit] = vault.visits().unwrap().try_into().unwrap();
    let gone = begin_recording(&vault, "Room 4");
    vault
        .erase(
            gone,
            vault::Erased::Visit,
            vault::ErasureReason::Discarded,
            visit::UnixMillis(5),
        )
        .unwrap();
    let before = made.parent.path().join("before");
    copy(&made.dir(), &before);
    let vault = vault.rotate_key(&old(), Some(&made.secrets)).unwrap();
    is_whole(&vault);
    assert_eq!(vault.tombstones().unwrap().len(), 1, "signed as before");
    vault.append_chunk(visit.id, 2, &second(3)).unwrap();
    drop(vault);
    assert_eq!(files(&made.dir()), ["keys.json", "vault.db", "vault.lock"]);

    let vault = made.open(&old()).unwrap();
    is_whole(&vault);
    assert_eq!(vault.chunk(visit.id, 2).unwrap(), second(3));
    assert_eq!(vault.tombstones().unwrap().len(), 1);
    drop(vault);
    // The keys file from before opens the database from before, and no other.
    fs::copy(before.join("keys.json"), made.dir().join("keys.json")).unwrap();
    assert!(matches!(made.open(&old()), Err(VaultError::Damaged { .. })));
}

pub fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
