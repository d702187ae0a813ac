//! Signed heads of the audit log leave the computer with each signature of a note, so that nobody who
//! has the vault shortens the log or writes it anew unnoticed: by the programs, from end to end.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use inroom_tests::programs::{inroomctl, program};
use vault::{KdfCost, NewVisit, Vault};
use visit::{Consent, ConsentGiver, ConsentMethod, Note, UnixMillis, VisitId, VisitState};

const PASSPHRASE: &str = "correct horse battery staple";

struct Clinic {
    folder: tempfile::TempDir,
    visits: Vec<VisitId>,
}

/// A visit whose note can be signed.
fn drafted(vault: &Vault) -> VisitId {
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
        patient_label: "Quillabrax".into(),
        reason: "knee".into(),
        expected: "".into(),
        started_at: UnixMillis(0),
    };
    let visit = vault.begin_visit(new).unwrap();
    vault.set_state(visit, VisitState::Recording).unwrap();
    vault.append_chunk(visit, 0, &[1; 8_000]).unwrap();
    vault.set_state(visit, VisitState::Recorded).unwrap();
    let note = Note {
        template: "soap".to_owned(),
        sections: Vec::new(),
        omissions: Vec::new(),
    };
    vault
        .save_revision(visit, UnixMillis(1), &note, None)
        .unwrap();
    visit
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

impl Clinic {
    fn new(visits: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), PASSPHRASE).unwrap();
        let dir = folder.path().join("vault");
        let vault = Vault::create(&dir, &PASSPHRASE.into(), KdfCost::LEAST).unwrap();
        let visits = (0..visits).map(|_| drafted(&vault)).collect();
        Self { folder, visits }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut all: Vec<PathBuf> = words.iter().map(PathBuf::from).collect();
        all.extend(["--vault".into(), self.path("vault")]);
        all.extend(["--passphrase-file".into(), self.path("passphrase")]);
        inroomctl(all)
    }

    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", said(&output));
        said(&output)
    }

    fn sign(&self, number: usize) -> String {
        let id = self.visits[number].to_string();
        let sure = &id[..8];
        let sign = [
            "visit",
            "sign",
            &id,
            "--signer",
            "Dr. Example",
            "--revision",
            "1",
        ];
        self.done(&[&sign[..], &["--confirm", sure]].concat())
    }

    fn set_folder(&self) -> String {
        let folder = self.path("share").display().to_string();
        said(&self.run(&["audit", "heads", "set", "--folder", &folder]))
    }

    /// The one file in the folder for heads.
    fn heads(&self) -> PathBuf {
        let mut files = fs::read_dir(self.path("share")).unwrap();
        let file = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none());
        file
    }

    fn head_count(&self) -> usize {
        let text = fs::read_to_string(self.heads()).unwrap();
        assert!(!text.contains("Quillabrax"));
        text.lines()
            .filter(|line| line.starts_with("{\"head\""))
            .count()
    }

    fn export(&self, name: &str) -> PathBuf {
        let file = self.path(name);
        self.done(&["audit", "export", file.to_str().unwrap()]);
        file
    }
}

/// Exit code, and what it says.
fn verify(log: &Path, head: Option<&Path>) -> (Option<i32>, String) {
    let mut verify = Command::new(program("inroom-verify"));
    verify.arg(log);
    if let Some(head) = head {
        verify.arg("--head").arg(head);
    }
    let output = verify.output().unwrap();
    (output.status.code(), said(&output))
}

#[test]
fn a_log_that_was_cut_off_or_written_anew_is_found_with_the_heads_in_the_folder() {
    let clinic = Clinic::new(3);
    fs::create_dir(clinic.path("share")).unwrap();
    let said = clinic.set_folder();
    assert!(said.contains("up to entry"), "{said}");
    let before = clinic.head_count();
    clinic.sign(0);
    assert!(clinic.head_count() > before);
    // Somebody keeps the vault as it is now, to put it back later.
    copy(&clinic.path("vault"), &clinic.path("kept"));
    clinic.sign(1);
    let log = clinic.export("log.jsonl");
    assert_eq!(verify(&log, Some(&clinic.heads())).0, Some(0));

    // Cut off right behind an earlier head the log is in order by itself.
    let text = fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let signed = lines
        .iter()
        .position(|line| line.contains("note_signed"))
        .unwrap();
    let (cut, shorter) = (
        clinic.path("cut.jsonl"),
        lines[..signed + 2].join("\n") + "\n",
    );
    fs::write(&cut, shorter).unwrap();
    assert_eq!(verify(&cut, None).0, Some(0));
    let (code, found) = verify(&cut, Some(&clinic.heads()));
    assert_eq!(code, Some(1));
    assert!(
        found.contains("speaks of") && found.contains("first bad entry"),
        "{found}"
    );

    // The vault of before in the place of this one, and another history in it, signed with its own key:
    // the second visit was never signed there.
    fs::rename(clinic.path("vault"), clinic.path("aside")).unwrap();
    copy(&clinic.path("kept"), &clinic.path("vault"));
    for _ in 0..20 {
        clinic.done(&["visit", "search", "knee"]);
    }
    clinic.sign(2);
    let anew = clinic.export("anew.jsonl");
    assert_eq!(verify(&anew, None).0, Some(0));
    // Its own heads have gone there, too, and hide nothing.
    let (code, found) = verify(&anew, Some(&clinic.heads()));
    assert_eq!(code, Some(1), "{found}");
    assert!(found.contains("is not the one that was signed"), "{found}");
}

#[test]
fn a_share_that_is_not_there_is_told_blocks_no_signature_and_gets_everything_later() {
    let clinic = Clinic::new(2);
    let said = clinic.set_folder();
    assert!(said.contains("it is not there"), "{said}");
    let said = clinic.sign(0);
    assert!(said.contains("signed revision 1"), "{said}");
    assert!(said.contains("did not get to the folder"), "{said}");
    let show = ["audit", "heads", "show"];
    let said = clinic.done(&show);
    assert!(said.contains("heads wait: it is not there"), "{said}");
    let log = clinic.done(&["audit", "show"]);
    assert!(log.contains("could not export signed heads"), "{log}");
    fs::create_dir(clinic.path("share")).unwrap();
    // The next act, whichever it is.
    clinic.done(&["visit", "list"]);
    assert!(clinic.head_count() >= 2);
    let said = clinic.done(&show);
    assert!(!said.contains("it is not there"), "{said}");
    let refused = clinic.run(&["audit", "heads", "set", "--folder", "relative"]);
    assert!(!refused.status.success());
}

/// Lines of a system log have something before them; `inroom-verify` takes them as they are.
#[test]
fn heads_are_read_out_of_lines_of_a_system_log() {
    let clinic = Clinic::new(1);
    fs::create_dir(clinic.path("share")).unwrap();
    clinic.set_folder();
    clinic.sign(0);
    let log = clinic.export("log.jsonl");
    let heads = fs::read_to_string(clinic.heads()).unwrap();
    let lines = heads.lines().filter(|line| line.starts_with("{\"head\""));
    let syslog: String = lines
        .map(|head| format!("Nov 27 08:00:00 ward3 inroom[4711]: audit head of vault ab: {head}\n"))
        .collect();
    let file = clinic.path("auth.log");
    fs::write(
        &file,
        format!("Nov 27 07:59:59 ward3 sshd[1]: hello\n{syslog}"),
    )
    .unwrap();
    assert_eq!(verify(&log, Some(&file)).0, Some(0));
    let short = clinic.path("short.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    let first = text
        .lines()
        .position(|line| line.starts_with("{\"head\""))
        .unwrap();
    let lines: Vec<&str> = text.lines().take(first + 1).collect();
    fs::write(&short, lines.join("\n") + "\n").unwrap();
    assert_eq!(verify(&short, None).0, Some(0));
    assert_eq!(verify(&short, Some(&file)).0, Some(1));
}
