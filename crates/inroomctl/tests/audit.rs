//! The audit log on the command line: who saw a visit, and a file that can be checked elsewhere.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use audit::{Export, Fault, Verified};
use vault::{KdfCost, NewVisit, Vault};
use visit::{Consent, ConsentGiver, ConsentMethod, UnixMillis, VisitId};

const PASSPHRASE: &str = "a long enough passphrase";

struct Clinic {
    folder: tempfile::TempDir,
    visits: [VisitId; 2],
}

impl Clinic {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), PASSPHRASE).unwrap();
        let dir = folder.path().join("vault");
        let vault = Vault::create(&dir, &PASSPHRASE.into(), KdfCost::LEAST).unwrap();
        let visits = [(); 2].map(|()| {
            let new = NewVisit {
                consent: Consent {
                    asked_by: "Ada".into(),
                    given_by: ConsentGiver::Patient,
                    method: ConsentMethod::Spoken,
                    wording: "May I?".to_owned(),
                    wording_version: "1".to_owned(),
                    at: UnixMillis(0),
                },
                template: "soap".to_owned(),
                kind: None,
                language: None,
                patient_label: "Room 4".into(),
                reason: "knee".into(),
                expected: "".into(),
                started_at: UnixMillis(0),
            };
            vault.begin_visit(new).unwrap()
        });
        Self { folder, visits }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether it succeeded, and what it said.
    fn run(&self, account: &str, arguments: &[&str]) -> (bool, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_inroomctl"))
            .args(arguments)
            .arg("--vault")
            .arg(self.path("vault"))
            .arg("--passphrase-file")
            .arg(self.path("passphrase"))
            .env(if cfg!(windows) { "USERNAME" } else { "USER" }, account)
            .output()
            .unwrap();
        let both = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(both).unwrap())
    }
}

fn check(file: &Path) -> Result<Verified, Fault> {
    let mut export = Export::new(None, Vec::new());
    for line in fs::read_to_string(file).unwrap().lines() {
        export.line(line)?;
    }
    export.end().map(|(verified, _)| verified)
}

#[test]
fn it_says_who_saw_a_visit() {
    let clinic = Clinic::new();
    let [seen, other] = clinic.visits.map(|id| id.to_string());
    assert!(clinic.run("ada", &["visit", "show", &seen]).0);
    assert!(clinic.run("bob", &["visit", "show", &other]).0);
    assert!(!clinic.run("bob", &["visit", "show", &"0".repeat(32)]).0);
    let (done, said) = clinic.run("eve", &["audit", "show", "--visit", &seen]);
    assert!(done, "{said}");
    let readers: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("read the visit"))
        .collect();
    assert_eq!(readers.len(), 1, "{said}");
    assert!(
        readers[0].contains("  ada") && readers[0].contains(&seen),
        "{said}"
    );
    assert!(!said.contains(&other) && !said.contains("Room 4"), "{said}");

    let (_, said) = clinic.run("eve", &["audit", "show", "--who", "bob"]);
    assert!(said.contains(&other) && !said.contains(&seen), "{said}");
    assert!(said.contains("was refused to read a visit"), "{said}");
    let (_, said) = clinic.run("eve", &["audit", "show", "--since", "2999-01-01"]);
    assert!(said.starts_with("0 of "), "{said}");
    let (_, said) = clinic.run("eve", &["audit", "show", "--refused"]);
    assert!(said.contains("\n1 of "), "{said}");
    let (done, _) = clinic.run("eve", &["audit", "show", "--since", "soon"]);
    assert!(!done);
}

#[test]
fn it_is_exported_to_a_file_that_can_be_checked() {
    let clinic = Clinic::new();
    let file = clinic.path("log.jsonl");
    let export = || clinic.run("ada", &["audit", "export", file.to_str().unwrap()]);
    let (done, said) = export();
    assert!(done && said.contains("public key "), "{said}");
    let verified = check(&file).unwrap();
    assert!(
        said.contains(&format!("exported {} entries", verified.entries)),
        "{said}"
    );
    // What is there is never written over.
    let before = fs::read(&file).unwrap();
    let (done, said) = export();
    assert!(!done && said.contains("nothing was exported"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), before);
}
