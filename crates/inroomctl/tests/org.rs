//! An organisation on the command line: from its keys to a document that a workstation would take.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use governance::minisign::{PublicKey, Signature};
use governance::{Account, Code, Organisation};

const PASSPHRASE: &str = "the key of the made-up clinic";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), PASSPHRASE).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Whether it succeeded, and what it said.
    fn run(&self, words: &[&str]) -> (bool, String) {
        self.edit_with("false", words)
    }

    fn edit_with(&self, editor: &str, words: &[&str]) -> (bool, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_inroomctl"))
            .args(words)
            .current_dir(self.folder.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .env("EDITOR", editor)
            .env_remove("VISUAL")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let both = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(both).unwrap())
    }

    fn done(&self, words: &[&str]) -> String {
        let (done, said) = self.run(words);
        assert!(done, "{words:?}: {said}");
        said
    }

    fn refused(&self, words: &[&str]) -> String {
        let (done, said) = self.run(words);
        assert!(!done, "{words:?}: {said}");
        said
    }
}

const INIT: [&str; 8] = [
    "org",
    "init",
    "--name",
    "Northside Clinic",
    "--domain",
    "northside.example",
    "--passphrase-file",
    "passphrase",
];
const DOCUMENT: &str = "org/for-workstations/organisation.toml";
const PUBLIC: &str = "org/for-workstations/organisation.pub";
const SECRET: &str = "org/keep-secret/organisation.key";

fn value<'t>(said: &'t str, label: &str) -> &'t str {
    let mut lines = said.lines();
    let found = lines.find_map(|line| line.strip_prefix(label));
    found.expect(said).trim()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_whole_way_from_the_keys_to_a_signed_document() {
    let desk = Desk::new();
    let made = desk.done(&[&INIT[..], &["org"]].concat());
    let check = value(&made, "check code");
    // What is secret lies apart, and the paper has what recovers.
    assert_eq!(mode(&desk.path("org/keep-secret")), 0o700);
    for secret in ["organisation.key", "recovery.key", "recovery-sheet.txt"] {
        assert_eq!(
            mode(&desk.path("org/keep-secret").join(secret)),
            0o600,
            "{secret}"
        );
    }
    let sheet = desk.text("org/keep-secret/recovery-sheet.txt");
    let recovery = desk.text("org/keep-secret/recovery.key");
    let secret = recovery
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    assert!(
        sheet.contains(secret.unwrap()) && sheet.contains(check),
        "{sheet}"
    );
    assert!(!made.contains(secret.unwrap()));
    let key: PublicKey = desk.text(PUBLIC).parse().unwrap();

    // People.
    let enrol = ["people", "enrol", DOCUMENT, "--account"];
    let ada = [&enrol[..], &["ada@northside.example"]].concat();
    desk.refused(&ada);
    let named = [&ada[..], &["--name", "Ada Nkemelu", "--role", "physician"]].concat();
    let said = desk.done(&named);
    let code = Code::parse(value(&said, "code")).unwrap();
    let text = desk.text(DOCUMENT);
    assert!(!text.contains(&code.print()) && !text.contains(&code.print().replace('-', "")));
    let account: Account = "ada@northside.example".parse().unwrap();
    let read = Organisation::read(&text).unwrap();
    let person = &read.people[0];
    assert_eq!(
        person.enrolment.as_ref().unwrap().sha256,
        code.digest(&account)
    );
    assert_eq!((read.serial, person.name.as_str()), (2, "Ada Nkemelu"));
    desk.refused(&named);
    let again = desk.done(&ada);
    assert_ne!(value(&again, "code"), code.print());
    let dov = [
        &enrol[..],
        &["dov@northside.example", "--name", "Dov Amsel"],
    ]
    .concat();
    let bound = [
        "--os-account",
        "dov",
        "--from",
        "2026-01-01T08:00:00.5+01:00",
    ];
    desk.done(&[&dov[..], &["--role", "oversight"], &bound].concat());
    let foreign = [
        &enrol[..],
        &["eve@gmail.com", "--name", "Eve", "--role", "nurse"],
    ]
    .concat();
    let said = desk.refused(&foreign);
    assert!(said.contains("person[3].account"), "{said}");
    let listed = desk.done(&["people", "list", DOCUMENT]);
    assert_eq!(listed.lines().count(), 2);
    assert!(
        listed.contains("dov@northside.example\toversight\tDov Amsel\tadmitted"),
        "{listed}"
    );

    // The signature.
    let verify = ["org", "verify", DOCUMENT, "--key", PUBLIC];
    assert!(desk.refused(&verify).contains("is not signed"));
    let sign = [
        "org",
        "sign",
        DOCUMENT,
        "--key",
        SECRET,
        "--passphrase-file",
        "passphrase",
    ];
    desk.done(&sign);
    let said = desk.done(&verify);
    assert_eq!(value(&said, "check code"), check);
    assert_eq!(value(&said, "serial"), "4");
    let line = key.line();
    desk.done(&["org", "verify", DOCUMENT, "--key", &line]);
    let signature: Signature = desk.text(&format!("{DOCUMENT}.minisig")).parse().unwrap();
    let signed = signature.verify(desk.text(DOCUMENT).as_bytes(), &key);
    assert_eq!(signed, Ok("Northside Clinic, serial 4"));

    // A change.
    fs::copy(desk.path(DOCUMENT), desk.path("before.toml")).unwrap();
    let edit = ["org", "edit", DOCUMENT];
    let (done, said) = desk.edit_with("sed -i s/minutes.=.10/minutes=11/", &edit);
    assert!(done && said.contains("10 minutes -> 11 minutes"), "{said}");
    assert!(said.contains("serial 5"), "{said}");
    assert!(!desk.path(&format!("{DOCUMENT}.edit")).exists());
    let said = desk.refused(&verify);
    assert_eq!(said.matches("it was changed").count(), 1, "{said}");
    let diff = desk.done(&["org", "diff", "before.toml", DOCUMENT]);
    assert_eq!(
        diff.lines().collect::<Vec<_>>(),
        [
            "changed  document, serial: 4 -> 5",
            "changed  policy, locks after: 10 minutes -> 11 minutes"
        ]
    );
    // With the serial of what was signed already it is not signed.
    let sneaked = desk.text(DOCUMENT).replace("serial = 5", "serial = 4");
    fs::write(desk.path("sneaked.toml"), sneaked).unwrap();
    let signature = format!("{DOCUMENT}.minisig");
    fs::copy(desk.path(&signature), desk.path("sneaked.toml.minisig")).unwrap();
    let mut sneak = sign;
    sneak[2] = "sneaked.toml";
    assert!(desk.refused(&sneak).contains("with serial 4 already"));
    desk.done(&sign);
    desk.done(&["people", "remove", DOCUMENT, "dov@northside.example"]);
    let shown = desk.done(&["org", "show", DOCUMENT]);
    assert!(
        shown.contains("person ada@northside.example, role: physician"),
        "{shown}"
    );
    assert!(
        shown.contains("document, serial: 6") && !shown.contains("dov"),
        "{shown}"
    );
}

#[test]
fn keys_are_made_in_a_free_place_outside_the_data_folder() {
    let desk = Desk::new();
    fs::create_dir(desk.path("taken")).unwrap();
    fs::write(desk.path("taken/file"), "mine").unwrap();
    let said = desk.refused(&[&INIT[..], &["taken"]].concat());
    assert!(said.contains("already"), "{said}");
    assert_eq!(desk.text("taken/file"), "mine");
    std::os::unix::fs::symlink(desk.path("data"), desk.path("link")).unwrap();
    fs::create_dir_all(desk.path("data/Inroom")).unwrap();
    for inside in ["data/Inroom", "data/Inroom/vault/keys", "link/Inroom/keys"] {
        let said = desk.refused(&[&INIT[..], &[inside]].concat());
        assert!(said.contains("beside the visits"), "{said}");
    }
    fs::write(desk.path("passphrase"), "short").unwrap();
    let said = desk.refused(&[&INIT[..], &["free"]].concat());
    assert!(said.contains("needs 12"), "{said}");
    assert!(!desk.path("free").exists());
}

#[test]
fn a_mistake_is_named_and_what_was_written_is_kept_for_the_next_edit() {
    let desk = Desk::new();
    let sample = include_str!("../../governance/tests/vectors/organisation-v1.toml");
    fs::write(desk.path("o.toml"), sample).unwrap();
    let edit = ["org", "edit", "o.toml"];
    let (done, said) = desk.edit_with("sed -i s/visits.=.200/visits=0/", &edit);
    assert!(
        !done && said.contains("line 59, pilot.visits: at least one"),
        "{said}"
    );
    assert_eq!(desk.text("o.toml"), sample);
    assert!(desk.text("o.toml.edit").contains("visits=0"));
    fs::write(desk.path("wrong.toml"), desk.text("o.toml.edit")).unwrap();
    let said = desk.refused(&["org", "show", "wrong.toml"]);
    assert_eq!(
        said.matches("line 59, pilot.visits: at least one").count(),
        1,
        "{said}"
    );
    let (done, said) = desk.edit_with("sed -i s/visits=0/visits=20/", &edit);
    assert!(
        done && said.contains("changed  pilot, visits: 200 -> 20"),
        "{said}"
    );
    let (done, said) = desk.edit_with("true", &edit);
    assert!(done && said.contains("nothing was changed"), "{said}");
    let (done, _) = desk.edit_with("false", &edit);
    assert!(!done);
    for words in [
        ["org", "show", "nowhere.toml"],
        ["people", "list", "nowhere.toml"],
    ] {
        assert!(desk.refused(&words).contains("nowhere.toml cannot be read"));
    }
}
