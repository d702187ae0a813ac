//! Every command of the program for every role, through the program itself.

use std::collections::BTreeSet;
use std::fs;

use governance::{Command as C, Role, allowed};
use vault::{KdfCost, Newcomer, Outcome, Refusal, Vault};

use crate::clinic::{Clinic, PEOPLE, account, code, passphrase};

const NO_VISIT: &str = "00000000-0000-4000-8000-000000000000";
const REFUSED: &str = "does not include to";

/// Every command that opens a vault for somebody who is signed in, with what is said to it and what a
/// role has to include.
const COMMANDS: &[(&str, &str, &[C])] = &[
    ("audit acknowledge", "", &[C::AcknowledgeEmergency]),
    ("audit export", "out", &[C::ExportLog]),
    ("audit heads export", "", &[C::ExportHeads]),
    ("audit heads set", "--nowhere", &[C::SetHeadsTarget]),
    ("audit heads show", "", &[C::ExportHeads]),
    ("audit show", "", &[C::ShowLog]),
    ("incident drill", "--visits 1", &[C::RecordDrill]),
    ("incident lift", "--statement nowhere", &[C::LiftLockdown]),
    ("incident pack", "--out out", &[C::MakeIncidentPack]),
    ("incident statement", "--out out", &[C::LiftLockdown]),
    ("incident status", "", &[C::ReportIncident]),
    ("incident worksheet", "", &[C::ShowWorksheet]),
    ("pilot report", "--csv out", &[C::ReadPilotFigures]),
    ("risk", "", &[C::AssessRisk]),
    (
        "vault admit",
        "--newcomer eve@northside.example --code-file code --new-passphrase-file new",
        &[C::AdmitPerson],
    ),
    ("vault backup", "--to backups", &[C::BackUp]),
    (
        "vault bind",
        "--to-device-secret-file secret",
        &[C::ChangeWays],
    ),
    ("vault passphrase", "", &[C::ChangePassphrase]),
    ("vault retention run", "", &[C::ChangeRetention]),
    ("vault retention set", "--audio 30", &[C::ChangeRetention]),
    ("vault retention show", "", &[C::ReadRetention]),
    ("vault rotate", "", &[C::RotateKey]),
    ("voice enrol", "--audio nowhere.wav", &[C::KeepVoice]),
    ("voice erase", "", &[C::KeepVoice]),
    ("voice show", "", &[C::KeepVoice]),
    ("visit draft", NO_VISIT, &[C::DraftNote]),
    (
        "visit erase",
        "00000000-0000-4000-8000-000000000000 --reason discarded",
        &[C::Discard],
    ),
    ("visit export", NO_VISIT, &[C::TakeNote]),
    (
        "visit import",
        "nowhere.wav --consent spoken --consent-asked-by A --record-only",
        &[C::CreateVisit, C::Record, C::DraftNote],
    ),
    ("visit list", "", &[C::ListVisits]),
    (
        "visit new",
        "--audio nowhere.wav --consent spoken --consent-asked-by A --record-only",
        &[C::CreateVisit, C::Record, C::DraftNote],
    ),
    (
        "visit relabel",
        "00000000-0000-4000-8000-000000000000 --turn 1 --role patient",
        &[C::EditNote],
    ),
    (
        "visit resume",
        "00000000-0000-4000-8000-000000000000 --record-only",
        &[C::Record, C::DraftNote],
    ),
    ("visit search", "knee", &[C::SearchVisits]),
    ("visit show", NO_VISIT, &[C::ReadVisit]),
    (
        "visit sign",
        "00000000-0000-4000-8000-000000000000 --revision 1",
        &[C::SignNote],
    ),
];

/// The others: what opens no vault for a person, and the ways into one, which are tried below or in
/// `main.rs`.
const OTHERS: &[&str] = &[
    "doctor",
    "eval draft",
    "eval transcribe",
    "eval visit",
    "evaluate",
    "incident report",
    "incident sign",
    "incident steps",
    "microphones",
    "models approve",
    "models list",
    "models propose",
    "models recall",
    "org diff",
    "org edit",
    "org init",
    "org show",
    "org sign",
    "org successor",
    "org verify",
    "people emergency",
    "people enrol",
    "people list",
    "people remove",
    "self-check",
    "templates list",
    "vault create",
    "vault emergency",
    "vault info",
    "vault join",
    "vault recover",
    "vault recovery-key",
    "vault restore",
    "vault snapshots",
    "workstation enrol",
    "workstation show",
    "workstation update",
];

/// The commands that `--help` tells of.
fn leaves(clinic: &Clinic, words: &[&str], all: &mut BTreeSet<String>) {
    let (_, help) = clinic.run(&[words, &["--help"]].concat());
    let Some((_, list)) = help.split_once("Commands:\n") else {
        all.insert(words.join(" "));
        return;
    };
    let list = list.split("\n\n").next().unwrap();
    let names = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        leaves(clinic, &[words, &[name]].concat(), all);
    }
}

/// A vault that everybody of the clinic has a way into.
pub fn clinic() -> Clinic {
    let clinic = Clinic::new();
    clinic.publish(1);
    clinic.enrol();
    let [ada, others @ ..] = PEOPLE.map(|(name, _)| name);
    let newcomer = |name, work: &dyn Fn(&Newcomer<'_>)| {
        work(&Newcomer {
            account: &account(name),
            code: &code(name, 0),
            passphrase: &passphrase(name),
            cost: KdfCost::LEAST,
            device: None,
        });
    };
    let dir = clinic.path("vault");
    newcomer(ada, &|maker| drop(Vault::create_for(&dir, maker).unwrap()));
    let vault = Vault::sign_in(&dir, &account(ada), &passphrase(ada), None).unwrap();
    for name in others {
        newcomer(name, &|newcomer| {
            vault.admit(&passphrase(ada), None, newcomer).unwrap()
        });
    }
    clinic
}

/// A visit that a person has agreed to.
pub fn new_visit() -> vault::NewVisit {
    vault::NewVisit {
        consent: visit::Consent {
            asked_by: "Ada".into(),
            given_by: visit::ConsentGiver::Patient,
            method: visit::ConsentMethod::Spoken,
            wording: "May I?".to_owned(),
            wording_version: "1".to_owned(),
            at: visit::UnixMillis(0),
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: "Room 4".into(),
        reason: "knee".into(),
        expected: "".into(),
        started_at: visit::UnixMillis(0),
    }
}

fn refusals(clinic: &Clinic) -> usize {
    let vault = Vault::sign_in(
        &clinic.path("vault"),
        &account("dov"),
        &passphrase("dov"),
        None,
    );
    let mut found = 0;
    let refused = Outcome::Refused(Refusal::NotForRole);
    vault
        .unwrap()
        .show_log(&mut |entry| found += usize::from(entry.act.outcome() == refused))
        .unwrap();
    found
}

#[test]
fn every_command_is_allowed_or_refused_as_in_the_table_and_every_refusal_is_entered() {
    let clinic = clinic();
    let mut all = BTreeSet::new();
    leaves(&clinic, &[], &mut all);
    let known = COMMANDS
        .iter()
        .map(|(name, ..)| *name)
        .chain(OTHERS.iter().copied());
    assert_eq!(all, known.map(str::to_owned).collect());
    clinic.secret("code", &code("eve", 0).print());
    clinic.secret("new", "the passphrase of eve");

    let before = refusals(&clinic);
    let mut refused = 0;
    for (person, role) in PEOPLE {
        let role = Role::from_word(role).unwrap();
        for (name, more, commands) in COMMANDS {
            let mut words: Vec<&str> = name.split(' ').chain(more.split_whitespace()).collect();
            let own = format!("passphrase-{person}");
            if *name == "vault passphrase" {
                words.extend(["--new-passphrase-file", &own]);
            }
            let _ = fs::remove_file(clinic.path("out"));
            let account = format!("{person}@northside.example");
            words.extend([
                "--vault",
                "vault",
                "--passphrase-file",
                &own,
                "--account",
                &account,
            ]);
            let (done, said) = clinic.run(&words);
            let is_allowed = commands
                .iter()
                .all(|command| allowed(role, *command).is_ok());
            assert_eq!(
                said.contains(REFUSED),
                !is_allowed,
                "{person} {name}: {said}"
            );
            assert!(is_allowed || !done, "{person} {name}: {said}");
            refused += usize::from(!is_allowed);
        }
    }
    assert_eq!(refusals(&clinic) - before, refused);
    assert!(refused > 40, "{refused}");
}

#[test]
fn the_ways_into_a_vault_are_for_the_roles_of_the_table() {
    let clinic = clinic();
    clinic.done_as("chiara@", &["vault", "backup", "--to", "backups"]);
    clinic.secret("small-passphrase", "the passphrase of before");
    for (person, role) in PEOPLE {
        let role = Role::from_word(role).unwrap();
        let own = format!("passphrase-{person}");
        let account = format!("{person}@northside.example");
        clinic.secret("code", &code(person, 0).print());
        let asks = |command, words: &[&str]| {
            let (_, said) = clinic.run(&[words, &["--account", &account]].concat());
            let is_allowed = allowed(role, command).is_ok();
            assert_eq!(
                said.contains(REFUSED),
                !is_allowed,
                "{person} {words:?}: {said}"
            );
        };
        let restored = format!("restored-{person}");
        let restore = [
            "vault",
            "restore",
            "--from",
            "backups",
            "--passphrase-file",
            &own,
        ];
        asks(
            C::Restore,
            &[&restore[..], &["--vault", &restored]].concat(),
        );
        let made = format!("made-{person}");
        let create = [
            "vault",
            "create",
            "--without-device-secret",
            "--code-file",
            "code",
        ];
        let to = ["--passphrase-file", &own, "--vault", &made];
        asks(C::CreateVault, &[&create[..], &to].concat());
        let small = format!("small-{person}");
        let before = "the passphrase of before".into();
        drop(Vault::create(&clinic.path(&small), &before, KdfCost::LEAST).unwrap());
        let join = [
            "vault",
            "join",
            "--code-file",
            "code",
            "--new-passphrase-file",
            &own,
        ];
        let to = ["--passphrase-file", "small-passphrase", "--vault", &small];
        asks(C::CreateVault, &[&join[..], &to].concat());
    }
}
