#![allow(clippy::unwrap_used)]
use std::fs;
use std::path::PathBuf;

use governance::minisign::{SecretKey, Seeds};
use governance::{Command, Role};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::*;
use crate::{DeviceSecretFile, NewVisit, Ways};

mod entering;
mod roles;
mod screen;
mod ways;

/// An organisation and a computer of it.
pub(crate) struct Clinic {
    pub(crate) parent: tempfile::TempDir,
    pub(crate) key: SecretKey,
    pub(crate) identity: EscrowIdentity,
}

const ADA: (&str, &str) = ("ada", "physician");
const BEN: (&str, &str) = ("ben", "nurse");
const CHIARA: (&str, &str) = ("chiara", "administrator");

pub(crate) fn account(name: &str) -> Account {
    format!("{name}@northside.example").parse().unwrap()
}

/// A person's first code, and further ones.
fn code(name: &str, number: u8) -> Code {
    let mut bytes = [number; 15];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Code::from_random(bytes)
}

fn passphrase(name: &str) -> SecretString {
    format!("the passphrase of {name}").into()
}

impl Clinic {
    pub(crate) fn new() -> Self {
        let mut seeds = Seeds {
            key: Zeroizing::new([0; 32]),
            id: [7; 8],
        };
        getrandom::fill(seeds.key.as_mut_slice()).unwrap();
        Self {
            parent: tempfile::tempdir().unwrap(),
            key: SecretKey::from_seeds(&seeds),
            identity: EscrowIdentity::generate(),
        }
    }

    /// A document with these people, by name and role.
    pub(crate) fn document(&self, serial: u64, people: &[(&str, &str)]) -> String {
        let mut text = format!(
            r#"format = 1
serial = {serial}
from = 2019-01-01
until = 2100-01-01

[organisation]
name = "Northside Clinic"
domains = ["northside.example"]
recovery_key = "{}"

[policy]
idle_lock_minutes = 10
per_person_figures = false

[policy.retention]
audio = 30
"#,
            self.identity.recipient()
        );
        for (name, role) in people {
            text += &format!(
                r#"
[[person]]
name = "{name} of Northside"
account = "{name}@northside.example"
role = "{role}"
from = 2020-01-01
enrolment = {{ sha256 = "{}", until = 2099-01-01 }}
"#,
                code(name, 0).digest(&account(name)).as_str()
            );
        }
        text
    }

    pub(crate) fn sign(&self, text: &str) -> String {
        self.key.sign(text.as_bytes(), "a test").file()
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.parent.path().join("vault")
    }

    pub(crate) fn secrets(&self) -> DeviceSecretFile {
        DeviceSecretFile::new(self.parent.path().join("secret"))
    }

    /// Takes a document into force on this computer.
    pub(crate) fn take(&self, text: &str) {
        let computer = Workstation::of(&self.dir());
        let key = self.key.public();
        let signature = self.sign(text);
        computer
            .enrol(&key, text.as_bytes(), &signature, now())
            .unwrap();
    }

    fn with<T>(&self, name: &str, code: &Code, work: impl FnOnce(&Newcomer<'_>) -> T) -> T {
        let (account, passphrase, secrets) = (account(name), passphrase(name), self.secrets());
        work(&Newcomer {
            account: &account,
            code,
            passphrase: &passphrase,
            cost: KdfCost::LEAST,
            device: Some(&secrets),
        })
    }

    /// A vault that ada has made, in a clinic with these people.
    pub(crate) fn with_vault(people: &[(&str, &str)]) -> (Self, Vault) {
        let clinic = Self::new();
        clinic.take(&clinic.document(1, people));
        let vault = clinic.create("ada").unwrap();
        (clinic, vault)
    }

    pub(crate) fn create(&self, name: &str) -> Result<Vault, VaultError> {
        self.with(name, &code(name, 0), |maker| {
            Vault::create_for(&self.dir(), maker)
        })
    }

    fn admit(&self, by: &Vault, name: &str, code: &Code) -> Result<(), VaultError> {
        let own = by
            .person()
            .unwrap()
            .account
            .as_str()
            .split_once('@')
            .unwrap();
        let own = passphrase(own.0);
        self.with(name, code, |newcomer| {
            by.admit(&own, Some(&self.secrets()), newcomer)
        })
    }

    /// Lets somebody in with the code of the first document.
    pub(crate) fn admit_with_first_code(&self, by: &Vault, name: &str) {
        self.admit(by, name, &code(name, 0)).unwrap();
    }

    fn sign_in_with(&self, name: &str, passphrase: &str) -> Result<Vault, VaultError> {
        let secrets = self.secrets();
        Vault::sign_in(
            &self.dir(),
            &account(name),
            &passphrase.into(),
            Some(&secrets),
        )
    }

    pub(crate) fn sign_in(&self, name: &str) -> Result<Vault, VaultError> {
        self.sign_in_with(name, passphrase(name).expose_secret())
    }
}

pub(crate) fn log_of(vault: &Vault) -> Vec<String> {
    let connection = vault.connection();
    let mut lines = connection
        .prepare("SELECT line FROM audit_entries ORDER BY number")
        .unwrap();
    let rows = lines.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

pub(crate) fn holds(lines: &[String], words: &[&str]) -> bool {
    let all = |line: &&String| words.iter().all(|word| line.contains(word));
    lines.iter().any(|line| all(&line))
}

pub(crate) fn new_visit() -> NewVisit {
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
