//! A recorder that was killed: its visit is listed with what can be done about it, and records on
//! unless consent was withdrawn meanwhile. And what a recorder holds never becomes a core dump.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use inroom_tests::programs::{audio_fixture, inroomctl, may_dump_core, program, visit_fixture};

const NEW_VISIT: [&str; 7] = [
    "visit",
    "new",
    "--consent-asked-by",
    "Dr. Test",
    "--consent",
    "spoken",
    "--record-only",
];

struct Clinic {
    _folder: tempfile::TempDir,
    vault: PathBuf,
    passphrase: PathBuf,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Clinic {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clinic = Self {
            vault: folder.path().join("vault"),
            passphrase: folder.path().join("passphrase"),
            _folder: folder,
        };
        std::fs::write(&clinic.passphrase, "correct horse battery staple\n").unwrap();
        clinic.done([
            "vault",
            "create",
            "--without-device-secret",
            "--without-recovery-key",
        ]);
        clinic
    }

    fn ways(&self) -> [&OsStr; 4] {
        [
            "--vault".as_ref(),
            self.vault.as_os_str(),
            "--passphrase-file".as_ref(),
            self.passphrase.as_os_str(),
        ]
    }

    fn run<S: AsRef<OsStr>>(&self, command: impl IntoIterator<Item = S>) -> Output {
        let command: Vec<S> = command.into_iter().collect();
        let command = command.iter().map(AsRef::as_ref);
        inroomctl(command.chain(self.ways()))
    }

    /// What a command that succeeds prints.
    fn done<S: AsRef<OsStr>>(&self, command: impl IntoIterator<Item = S>) -> String {
        let ran = self.run(command);
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        text(&ran.stdout)
    }

    /// Kills a recorder as soon as it has kept something; answers its visit.
    fn killed_visit(&self) -> String {
        let mut recorder = Command::new(program("inroomctl"))
            .args(NEW_VISIT)
            .args(["--speed", "1", "--audio"])
            .arg(visit_fixture("injured-knee.flac"))
            .args(self.ways())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(recorder.stdout.take().unwrap()).lines();
        let mut visit = String::new();
        for line in lines.map_while(Result::ok) {
            if let Some(id) = line.strip_prefix("visit ") {
                visit = id.to_owned();
            }
            if line.starts_with("kept ") {
                break;
            }
        }
        assert!(!may_dump_core(recorder.id()));
        recorder.kill().unwrap();
        recorder.wait().unwrap();
        assert!(!visit.is_empty());
        visit
    }
}

#[test]
fn a_visit_that_was_killed_is_listed_with_its_ways_on_and_records_on() {
    let clinic = Clinic::new();
    let visit = clinic.killed_visit();
    let listed = clinic.done(["visit", "list"]);
    for way in ["resume", "draft", "erase"] {
        let way = format!("`visit {way} {visit}`");
        assert!(listed.contains(&way), "{way}: {listed}");
    }

    let hello = audio_fixture("hello.flac");
    let resume = ["visit", "resume", &visit, "--record-only", "--audio"];
    clinic.done(
        resume
            .map(OsStr::new)
            .into_iter()
            .chain([hello.as_os_str()]),
    );
    let shown = clinic.done(["visit", "show", &visit]);
    assert!(shown.contains("the recording was cut off here"), "{shown}");
    assert!(shown.contains("recorded"), "{shown}");
    // It has been recorded to its end and is not written down yet.
    let listed = clinic.done(["visit", "list"]);
    assert!(!listed.contains("visit resume"), "{listed}");
    assert!(listed.contains("visit draft"), "{listed}");
}

#[test]
fn a_visit_whose_consent_was_withdrawn_does_not_record_on() {
    let clinic = Clinic::new();
    let visit = clinic.killed_visit();
    let erase = ["visit", "erase", &visit, "--sound-only"];
    let why = ["--reason", "consent-withdrawn", "--confirm", &visit[..8]];
    clinic.done(erase.into_iter().chain(why));
    assert!(!clinic.done(["visit", "list"]).contains("visit resume"));

    let hello = audio_fixture("hello.flac");
    let resume = ["visit", "resume", &visit, "--record-only", "--audio"];
    let ran = clinic.run(
        resume
            .map(OsStr::new)
            .into_iter()
            .chain([hello.as_os_str()]),
    );
    assert!(!ran.status.success());
    let said = text(&ran.stderr);
    assert!(said.contains("the microphone was not opened"), "{said}");
    assert!(!text(&ran.stdout).contains("recording from"));
}
