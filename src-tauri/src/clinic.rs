//! A made-up clinic on this computer, for tests.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use governance::minisign::{SecretKey, Seeds};
use governance::{Account, Code, Role};
use scribe::clock;
use vault::Workstation;
use vault::{DeviceSecretFile, EscrowIdentity, KdfCost, Newcomer, SecretString, Vault, Ways};

use crate::arguments::Arguments;
use crate::desk::Desk;

pub(crate) const PEOPLE: [(&str, Role); 5] = [
    ("ada", Role::Physician),
    ("ben", Role::Nurse),
    ("chiara", Role::Administrator),
    ("dov", Role::Oversight),
    ("eunji", Role::Auditor),
];

pub(crate) fn account(name: &str) -> Account {
    format!("{name}@northside.example").parse().unwrap()
}

pub(crate) fn code(name: &str) -> Code {
    let mut bytes = [0; 15];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Code::from_random(bytes)
}

pub(crate) fn passphrase(name: &str) -> SecretString {
    format!("the passphrase of {name}").into()
}

/// The clinic's signing key.
pub(crate) fn key() -> SecretKey {
    SecretKey::from_seeds(&Seeds {
        key: [3; 32].into(),
        id: [7; 8],
    })
}

/// Its document with this number, and the signature.
pub(crate) fn document(serial: u64) -> (String, String) {
    let recovery = EscrowIdentity::generate().recipient();
    let mut text = format!(
        "format = 1\nserial = {serial}\nfrom = 2020-01-01\nuntil = 2100-01-01\n\
         [organisation]\nname = \"Northside Clinic\"\ndomains = [\"northside.example\"]\n\
         recovery_key = \"{recovery}\"\n\
         [policy]\nidle_lock_minutes = 10\nper_person_figures = false\n[policy.retention]\n"
    );
    for (name, role) in PEOPLE {
        let digest = code(name).digest(&account(name));
        text += &format!(
            "[[person]]\nname = \"{name}\"\naccount = \"{name}@northside.example\"\n\
             role = \"{role}\"\nfrom = 2020-01-01\n\
             enrolment = {{ sha256 = \"{}\", until = 2099-01-01 }}\n",
            digest.as_str()
        );
    }
    let signature = key().sign(text.as_bytes(), "a test").file();
    (text, signature)
}

/// Enrols the computer whose programs keep their files in this folder.
pub(crate) fn enrol(folder: &Path) {
    let (text, signature) = document(1);
    Workstation::of(&folder.join("vault"))
        .enrol(&key().public(), text.as_bytes(), &signature, clock::now())
        .unwrap();
}

pub(crate) fn desk_in(folder: &Path) -> Desk {
    Desk::new(&Arguments {
        data_dir: Some(folder.to_owned()),
        device_secret_file: Some(folder.join("secret")),
        ..Arguments::default()
    })
    .unwrap()
}

/// Lets everybody else in, cheaply.
pub(crate) fn admit_all(folder: &Path) {
    let secrets = DeviceSecretFile::new(folder.join("secret"));
    let (dir, own) = (folder.join("vault"), passphrase("ada"));
    let vault = Vault::sign_in(&dir, &account("ada"), &own, Some(&secrets)).unwrap();
    for (name, _) in &PEOPLE[1..] {
        let newcomer = Newcomer {
            account: &account(name),
            code: &code(name),
            passphrase: &passphrase(name),
            cost: KdfCost::LEAST,
            device: Some(&secrets),
        };
        vault.admit(&own, Some(&secrets), &newcomer).unwrap();
    }
}

/// A store as an earlier version's window, or `inroomctl`, made it.
pub(crate) fn make_without_organisation(folder: &Path, passphrase: &SecretString) {
    let secrets = DeviceSecretFile::new(folder.join("secret"));
    let ways = Ways {
        passphrase,
        cost: KdfCost::LEAST,
        device: Some(&secrets),
        escrow: None,
    };
    Vault::create_with(&folder.join("vault"), &ways).unwrap();
}
