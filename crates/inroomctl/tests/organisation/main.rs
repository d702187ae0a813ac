//! An organisation on a workstation, by the command line: enrolment, people, and what each role may do.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod clinic;
mod emergency;
mod incident;
mod pilot;
mod risk;
mod roles;

use std::fs;
use std::process::Command;

use clinic::{Clinic, code};
use vault::Vault;

#[test]
fn a_workstation_is_enrolled_once_and_takes_newer_documents_alone() {
    let clinic = Clinic::new();
    let said = clinic.done(&["workstation", "show"]);
    assert!(said.contains("is not enrolled"), "{said}");
    clinic.publish(2);
    let update = ["workstation", "update", "--document", "published"];
    let said = clinic.refused(&update);
    assert!(said.contains("is not enrolled"), "{said}");
    let key = clinic.key.public().line();
    let enrol = [
        "workstation",
        "enrol",
        "--key",
        &key,
        "--document",
        "published",
    ];
    let said = clinic.done(&enrol);
    assert!(
        said.contains("Northside Clinic") && said.contains("check code"),
        "{said}"
    );
    clinic.publish(1);
    let said = clinic.refused(&update);
    assert!(
        said.contains("has serial 1, and 2 was in force already"),
        "{said}"
    );
    clinic.publish(3);
    fs::write(clinic.path("published/organisation.toml.minisig"), "").unwrap();
    let said = clinic.refused(&update);
    assert!(said.contains("signature cannot be read"), "{said}");
    assert!(
        clinic
            .done(&["workstation", "show"])
            .contains("serial        2")
    );
    clinic.publish(3);
    clinic.done(&[
        "workstation",
        "update",
        "--document",
        "published/organisation.toml",
    ]);
    assert!(
        clinic
            .done(&["workstation", "show"])
            .contains("serial        3")
    );
    let other = Clinic::new().key.public().line();
    let foreign = [
        "workstation",
        "enrol",
        "--key",
        &other,
        "--document",
        "published",
    ];
    let said = clinic.refused(&foreign);
    assert!(said.contains("is another"), "{said}");
}

#[test]
fn people_enrol_with_their_codes_and_sign_in_with_their_passphrases() {
    let clinic = Clinic::new();
    clinic.publish(1);
    clinic.enrol();
    let small = [
        "vault",
        "create",
        "--without-device-secret",
        "--without-recovery-key",
    ];
    let said = clinic.refused_as("ada", &small);
    assert!(said.contains("enrolled with an organisation"), "{said}");
    clinic.secret("code", &code("ada", 0).print());
    let create = [
        "vault",
        "create",
        "--without-device-secret",
        "--code-file",
        "code",
    ];
    let said = clinic.refused_as("eve@", &create);
    assert!(said.contains("not on your organisation's roster"), "{said}");
    clinic.done_as("ada@", &create);
    let said = clinic.done(&["vault", "info"]);
    assert!(
        said.contains("opens for     ada@northside.example"),
        "{said}"
    );

    let list = ["visit", "list"];
    let said = clinic.refused_as("ada", &list);
    assert!(said.contains("--account"), "{said}");
    let said = clinic.refused_as("ben@", &list);
    assert!(said.contains("no way into this vault yet"), "{said}");
    clinic.secret("code", &code("ben", 0).print());
    clinic.secret("new", "the passphrase of ben");
    let admit = [
        "vault",
        "admit",
        "--newcomer",
        "ben@northside.example",
        "--code-file",
        "code",
    ];
    let admit = [&admit[..], &["--new-passphrase-file", "new"]].concat();
    clinic.done_as("ada@", &admit);
    let said = clinic.refused_as("ada@", &admit);
    assert!(said.contains("was used"), "{said}");
    clinic.done_as("ben@", &list);
    // The log names the person.
    clinic.secret("code", &code("eunji", 0).print());
    clinic.secret("new", "the passphrase of eunji");
    let admit = [
        "vault",
        "admit",
        "--newcomer",
        "eunji@northside.example",
        "--code-file",
        "code",
    ];
    let admit = [&admit[..], &["--new-passphrase-file", "new"]].concat();
    clinic.done_as("ada@", &admit);
    let log = clinic.done_as(
        "eunji@",
        &["audit", "show", "--who", "ben@northside.example"],
    );
    assert!(
        log.contains("ben@northside.example  opened the vault"),
        "{log}"
    );
    let log = clinic.done_as("eunji@", &["audit", "show"]);
    assert!(
        log.contains("was refused to sign in as ben@northside.example"),
        "{log}"
    );
}

#[test]
fn a_vault_from_before_is_brought_into_the_organisation() {
    let clinic = Clinic::new();
    clinic.secret("before", "the passphrase of before");
    let made = [
        "vault",
        "create",
        "--without-device-secret",
        "--without-recovery-key",
    ];
    clinic.done_with("before", &made);
    clinic.publish(1);
    clinic.enrol();
    let said = clinic.refused_with("before", &["visit", "list"]);
    assert!(said.contains("vault join"), "{said}");
    clinic.secret("code", &code("ada", 0).print());
    clinic.secret("new", "the passphrase of ada");
    let join = [
        "vault",
        "join",
        "--account",
        "ada@northside.example",
        "--code-file",
        "code",
    ];
    let join = [&join[..], &["--new-passphrase-file", "new"]].concat();
    clinic.done_with("before", &join);
    clinic.done_as("ada@", &["visit", "list"]);
    let said = clinic.refused_with("before", &["visit", "list"]);
    assert!(said.contains("--account"), "{said}");
    assert!(
        Vault::entrances(&clinic.path("vault"))
            .unwrap()
            .is_organisations
    );
}

/// The system's own folder for the whole computer, in a namespace where /etc holds nothing else. Nothing
/// that starts the program changes where it looks.
#[test]
fn what_lies_in_the_systems_folder_enrols_every_account_of_the_computer() {
    let clinic = Clinic::new();
    clinic.publish(4);
    let is_root = Command::new("id")
        .arg("-u")
        .output()
        .unwrap()
        .stdout
        .trim_ascii()
        == b"0";
    let in_namespace = |command: &str| {
        let mut unshare = Command::new("unshare");
        if !is_root {
            unshare.args(["--user", "--map-root-user"]);
        }
        let script = format!("mount -t tmpfs tmpfs /etc; {command}");
        let done = unshare
            .args(["--mount", "sh", "-ec", &script, "sh"])
            .arg(clinic.path("published"))
            .arg(env!("CARGO_BIN_EXE_inroomctl"))
            .arg(clinic.path("vault"))
            .env("XDG_DATA_HOME", clinic.path("data"))
            .output()
            .unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(said).unwrap())
    };
    if !in_namespace("true").0 {
        assert!(!is_root, "root cannot mount anything here");
        return;
    }
    let put = "cp -r \"$1\" /etc/inroom; ";
    let show = "\"$2\" workstation show --vault \"$3\"";
    let (done, said) = in_namespace(&format!("{put}{show}"));
    assert!(
        done && said.contains("all accounts, in /etc/inroom"),
        "{said}"
    );
    assert!(said.contains("serial        4"), "{said}");
    // Where the account's own data lie makes no difference.
    let (done, said) = in_namespace(&format!("{put}\"$2\" workstation show"));
    assert!(done && said.contains("all accounts"), "{said}");
    let made = "\"$2\" vault create --without-device-secret --without-recovery-key --vault \"$3\"";
    let (done, said) = in_namespace(&format!("{put}{made}"));
    assert!(
        !done && said.contains("enrolled with an organisation"),
        "{said}"
    );
    let update = "\"$2\" workstation update --document \"$1\" --vault \"$3\"";
    let (done, said) = in_namespace(&format!("{put}{update}"));
    assert!(!done && said.contains("IT exchanges them there"), "{said}");
    // Half of it keeps everything closed.
    let half = format!("{put}rm /etc/inroom/organisation.pub; {made}");
    let (done, said) = in_namespace(&half);
    assert!(!done && said.contains("is missing"), "{said}");
}
