//! An import that is killed with `kill -9` goes on where it stopped, and what is no recording makes no
//! visit.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use inroom_tests::programs::{audio_fixture, inroomctl, program};
use vault::{SecretString, Vault};
use visit::{VisitId, VisitState};

const PASSPHRASE: &str = "correct horse battery staple";
const RATE: usize = 16_000;
/// Half an hour.
const SECONDS: usize = 1_800;

struct Clinic {
    folder: tempfile::TempDir,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A sample that tells by its value where it stands.
fn sample(at: usize) -> i16 {
    (at as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0].into()
}

/// As 16-bit PCM at 16 kHz, mono.
fn write_wav(path: &Path) {
    let data = (SECONDS * RATE * 2) as u32;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + data).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1, 0, 1, 0]);
    wav.extend((RATE as u32).to_le_bytes());
    wav.extend((RATE as u32 * 2).to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(data.to_le_bytes());
    (0..SECONDS * RATE).for_each(|at| wav.extend(sample(at).to_le_bytes()));
    std::fs::write(path, wav).unwrap();
}

impl Clinic {
    fn new() -> Self {
        let clinic = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(clinic.path("passphrase"), PASSPHRASE).unwrap();
        let created = clinic.run(
            &[
                "vault",
                "create",
                "--without-device-secret",
                "--without-recovery-key",
            ],
            None,
        );
        assert!(created.status.success(), "{}", text(&created.stderr));
        clinic
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ways(&self) -> [std::ffi::OsString; 4] {
        let (vault, passphrase) = (self.path("vault"), self.path("passphrase"));
        [
            "--vault".into(),
            vault.into(),
            "--passphrase-file".into(),
            passphrase.into(),
        ]
    }

    fn run(&self, command: &[&str], file: Option<&Path>) -> Output {
        let mut all: Vec<&OsStr> = command.iter().map(OsStr::new).collect();
        all.extend(file.map(Path::as_os_str));
        let ways = self.ways();
        all.extend(ways.iter().map(|way| way.as_os_str()));
        inroomctl(all)
    }

    /// Starts an import and kills it when it has kept something; answers its visit.
    fn killed_import(&self, file: &Path) -> String {
        let mut import = Command::new(program("inroomctl"))
            .args(IMPORT)
            .arg(file)
            .args(self.ways())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(import.stdout.take().unwrap()).lines();
        let visit = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("visit ").map(str::to_owned))
            .unwrap();
        let kept = lines.map_while(Result::ok).find(|l| l.starts_with("kept "));
        assert!(kept.is_some());
        import.kill().unwrap();
        import.wait().unwrap();
        visit
    }
}

const IMPORT: [&str; 9] = [
    "visit",
    "import",
    "--consent-asked-by",
    "Dr. Test",
    "--consent",
    "written",
    "--label",
    "Jordan M.",
    "--record-only",
];

#[test]
fn a_killed_import_goes_on_with_no_sound_twice_and_none_missing() {
    let clinic = Clinic::new();
    let file = clinic.path("visit.wav");
    write_wav(&file);
    let visit = clinic.killed_import(&file);
    let listed = text(&clinic.run(&["visit", "list"], None).stdout);
    assert!(listed.contains("goes on with the import"), "{listed}");

    // The file has moved: that is said, and its new place is taken.
    let moved = clinic.path("moved.wav");
    std::fs::rename(&file, &moved).unwrap();
    let resume = ["visit", "resume", &visit, "--record-only"];
    let gone = clinic.run(&resume, None);
    assert!(!gone.status.success());
    let said = text(&gone.stderr);
    assert!(said.contains("not where it was"), "{said}");
    let resume = ["visit", "resume", &visit, "--record-only", "--audio"];
    let other = clinic.run(&resume, Some(&audio_fixture("hello.flac")));
    assert!(!other.status.success());
    let said = text(&other.stderr);
    assert!(said.contains("not the file"), "{said}");
    let resumed = clinic.run(&resume, Some(&moved));
    assert!(resumed.status.success(), "{}", text(&resumed.stderr));

    let passphrase = SecretString::from(PASSPHRASE.to_owned());
    let vault = Vault::open(&clinic.path("vault"), &passphrase).unwrap();
    let id: VisitId = visit.parse().unwrap();
    let summary = vault.visit(id).unwrap().summary;
    assert_eq!(summary.state, VisitState::Recorded);
    assert_eq!(summary.patient_label.expose(), "Jordan M.");
    let chunks = vault.recorded(id).unwrap().chunks;
    let mut at = 0;
    for number in 0..chunks {
        for value in vault.chunk(id, number).unwrap() {
            assert_eq!(value, sample(at), "sample {at}");
            at += 1;
        }
    }
    assert_eq!(at, SECONDS * RATE);
    assert_eq!(vault.gaps(id).unwrap(), []);
}

#[test]
fn what_is_no_recording_is_refused_and_makes_no_visit() {
    let clinic = Clinic::new();
    for (name, word) in [
        ("none.wav", "does not exist"),
        ("empty.wav", "holds no sound"),
        ("not-audio.wav", "not audio"),
    ] {
        let ran = clinic.run(&IMPORT, Some(&audio_fixture(name)));
        assert!(!ran.status.success());
        let said = text(&ran.stderr);
        assert!(said.contains(word) && !said.contains("panicked"), "{said}");
    }
    let listed = text(&clinic.run(&["visit", "list"], None).stdout);
    assert!(listed.contains("no visits yet"), "{listed}");
}
