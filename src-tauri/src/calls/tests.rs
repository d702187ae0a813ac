#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;
use std::path::Path;

use governance::minisign::{SecretKey, Seeds};
use governance::{Account, Code, Role, allowed};
use scribe::clock;
use vault::{DeviceSecretFile, EscrowIdentity, KdfCost, Newcomer, Outcome, SecretString, Vault};
use vault::{Refusal, Workstation};

use super::*;
use crate::arguments::Arguments;
use crate::desk::Desk;
use crate::failure::FailureCode;
use crate::ipc::Door;

fn commands(needs: Needs) -> &'static [C] {
    match needs {
        All(commands) | OneOf(commands) => commands,
    }
}

#[test]
fn every_call_of_the_window_has_its_place_in_the_table() {
    let mut calls: Vec<&str> = include_str!("../../commands.txt")
        .split_whitespace()
        .collect();
    calls.sort_unstable();
    let known: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
    assert_eq!(calls, known);
    assert_eq!(needs("no_such_call"), None);
}

#[test]
fn what_the_window_does_not_do_is_done_on_the_command_line() {
    let here: BTreeSet<C> = CALLS
        .iter()
        .flat_map(|(_, needs)| commands(*needs))
        .copied()
        .collect();
    let elsewhere: Vec<C> = C::ALL
        .iter()
        .copied()
        .filter(|command| !here.contains(command))
        .collect();
    let expected = [
        C::ChangePassphrase,
        C::ChangeWays,
        C::RotateKey,
        C::Recover,
        C::AdmitPerson,
        C::Restore,
        C::ShowLog,
        C::ExportLog,
        C::ShowWorksheet,
        C::MakeIncidentPack,
        C::LiftLockdown,
        C::RecordDrill,
        C::ExportHeads,
        C::SetHeadsTarget,
        C::AcknowledgeEmergency,
    ];
    assert_eq!(elsewhere, expected);
}

const PEOPLE: [(&str, Role); 5] = [
    ("ada", Role::Physician),
    ("ben", Role::Nurse),
    ("chiara", Role::Administrator),
    ("dov", Role::Oversight),
    ("eunji", Role::Auditor),
];

fn account(name: &str) -> Account {
    format!("{name}@northside.example").parse().unwrap()
}

fn code(name: &str) -> Code {
    let mut bytes = [0; 15];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Code::from_random(bytes)
}

fn passphrase(name: &str) -> SecretString {
    format!("the passphrase of {name}").into()
}

/// Enrols the computer whose programs keep their files in this folder.
fn enrol(folder: &Path) {
    let seeds = Seeds {
        key: [3; 32].into(),
        id: [7; 8],
    };
    let key = SecretKey::from_seeds(&seeds);
    let recovery = EscrowIdentity::generate().recipient();
    let mut text = format!(
        "format = 1\nserial = 1\nfrom = 2020-01-01\nuntil = 2100-01-01\n\
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
    let signature = key.sign(text.as_bytes(), "a test").file();
    Workstation::of(&folder.join("vault"))
        .enrol(&key.public(), text.as_bytes(), &signature, clock::now())
        .unwrap();
}

fn desk_in(folder: &Path) -> Desk {
    Desk::new(&Arguments {
        data_dir: Some(folder.to_owned()),
        device_secret_file: Some(folder.join("secret")),
        ..Arguments::default()
    })
    .unwrap()
}

/// Lets everybody else in, cheaply.
fn admit_all(folder: &Path) {
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

#[test]
fn every_call_is_made_or_refused_as_the_table_of_roles_says_and_refusals_are_entered() {
    let folder = tempfile::tempdir().unwrap();
    enrol(folder.path());
    let desk = desk_in(folder.path());
    assert!(desk.asks_for_accounts());
    let nowhere = desk.enrol_computer("medium", "").err().unwrap();
    assert_eq!(nowhere.code, FailureCode::Rejected);
    let organisation = desk.organisation().unwrap();
    assert_eq!(organisation.identity.name, "Northside Clinic");
    let typed = SecretString::from(code("ada").print());
    let refused = desk.create_vault(&passphrase("ada"), None).err().unwrap();
    assert_eq!(
        (refused.code, desk.door()),
        (FailureCode::Store, Door::Absent)
    );
    desk.create_for(" Ada@northside.example ", &typed, &passphrase("ada"))
        .unwrap();
    desk.lock_vault();
    assert!(desk.asks_for_accounts());
    admit_all(folder.path());

    let mut refusals = 0;
    for (name, role) in PEOPLE {
        desk.sign_in(account(name).as_str(), &passphrase(name))
            .unwrap();
        for (call, needs) in CALLS {
            let is_allowed = |command: &C| allowed(role, *command).is_ok();
            let expected = match needs {
                All(commands) => commands.iter().all(is_allowed),
                OneOf(commands) => commands.iter().any(is_allowed),
            };
            match desk.may_call(call) {
                Ok(()) => assert!(expected, "{name} {call}"),
                Err(refused) => {
                    assert!(!expected, "{name} {call}: {}", refused.message);
                    assert_eq!(refused.code, FailureCode::Rejected);
                    assert!(refused.message.contains(role.word()), "{}", refused.message);
                    refusals += 1;
                }
            }
        }
        assert!(desk.may_call("no_such_call").is_err());
        desk.lock_vault();
    }
    desk.sign_in("eunji@northside.example", &passphrase("eunji"))
        .unwrap();
    let mut entered = 0;
    let is_refusal = Outcome::Refused(Refusal::NotForRole);
    desk.vault()
        .unwrap()
        .show_log(&mut |entry| entered += u32::from(entry.act.outcome() == is_refusal))
        .unwrap();
    assert!(refusals > 40, "{refusals}");
    assert_eq!(entered, refusals);
}

/// Without an organisation whoever has the passphrase may do everything, as ever.
#[test]
fn a_store_without_an_organisation_asks_no_role() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path());
    assert!(!desk.asks_for_accounts());
    assert_eq!(desk.organisation(), None);
    desk.create_vault(&passphrase("nobody"), None).unwrap();
    for (call, _) in CALLS {
        assert!(desk.may_call(call).is_ok(), "{call}");
    }
}
