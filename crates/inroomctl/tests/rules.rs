//! What the command line holds to by itself: no visit without a whole consent, nothing kept for longer
//! than the policy says, no vault about whose recovery nothing was said, and a signed note that stays
//! when consent is withdrawn.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use vault::{Erased, ErasureReason, KdfCost, NewVisit, Vault};
use visit::{
    Consent, ConsentGiver, ConsentMethod, Millis, Note, Role, Samples, Segment, SpeakerLabel,
    UnixMillis, VisitId, VisitState,
};

const PASSPHRASE: &str = "a long enough passphrase";

struct Clinic(tempfile::TempDir);

impl Clinic {
    /// With a vault.
    fn new() -> Self {
        let clinic = Self::without_vault();
        let dir = clinic.path("vault");
        drop(Vault::create(&dir, &PASSPHRASE.into(), KdfCost::LEAST).unwrap());
        clinic
    }

    fn without_vault() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), PASSPHRASE).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self) -> Vault {
        Vault::open(&self.path("vault"), &PASSPHRASE.into()).unwrap()
    }

    /// Whether it succeeded, what it answered, and what it said beside that.
    fn run(&self, arguments: &[&str]) -> (bool, String, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_inroomctl"))
            .args(arguments)
            .arg("--vault")
            .arg(self.path("vault"))
            .arg("--passphrase-file")
            .arg(self.path("passphrase"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (
            done.status.success(),
            String::from_utf8(done.stdout).unwrap(),
            String::from_utf8(done.stderr).unwrap(),
        )
    }
}

/// A visit of half a second with a sentence and a note, signed then.
fn signed(vault: &Vault, at: UnixMillis) -> VisitId {
    let new = NewVisit {
        consent: Consent {
            asked_by: "Ada".into(),
            given_by: ConsentGiver::Patient,
            method: ConsentMethod::Spoken,
            wording: "May I?".to_owned(),
            wording_version: "1".to_owned(),
            at,
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: "Room 4".into(),
        reason: "knee".into(),
        expected: "".into(),
        started_at: at,
    };
    let visit = vault.begin_visit(new).unwrap();
    vault.set_state(visit, VisitState::Recording).unwrap();
    vault.append_chunk(visit, 0, &[1; 8_000]).unwrap();
    let segment = Segment {
        index: 0,
        start: Millis(0),
        end: Millis(400),
        speaker: SpeakerLabel(1),
        role: Role::Unknown,
        text: "zanzibar".into(),
        confidence: 1.0,
        words: Vec::new(),
    };
    vault
        .append_segments(visit, &[segment], Samples(8_000))
        .unwrap();
    vault.set_state(visit, VisitState::Recorded).unwrap();
    let note = Note {
        template: "soap".to_owned(),
        sections: Vec::new(),
        omissions: Vec::new(),
    };
    let number = vault.save_revision(visit, at, &note, None).unwrap();
    vault
        .sign(visit, number, &"Dr. Example".into(), at)
        .unwrap();
    visit
}

fn now() -> UnixMillis {
    scribe::clock::now()
}

#[test]
fn nobody_having_asked_makes_no_visit() {
    let clinic = Clinic::new();
    let sound = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/audio/hello.flac"
    );
    for nobody in ["", "  "] {
        let (done, told, said) = clinic.run(&[
            "visit",
            "new",
            "--consent-asked-by",
            nobody,
            "--consent",
            "spoken",
            "--record-only",
            "--audio",
            sound,
        ]);
        assert!(!done, "{told}");
        assert!(said.contains("does not say who asked"), "{said}");
        assert!(!told.contains("recording from"), "{told}");
    }
    assert!(clinic.open().visits().unwrap().is_empty());
}

/// No clock is moved: one of the visits was signed more than fifty years ago.
#[test]
fn what_is_due_is_erased_when_the_vault_is_opened_and_that_is_said() {
    let clinic = Clinic::new();
    let vault = clinic.open();
    let (old, new) = (signed(&vault, UnixMillis(1_000)), signed(&vault, now()));
    drop(vault);

    // Whoever looks at the policy, perhaps to lengthen it, is not too late.
    let (done, policy, said) = clinic.run(&["vault", "retention", "show"]);
    assert!(done && policy.contains("30 days"), "{policy}{said}");
    assert!(clinic.open().tombstones().unwrap().is_empty());

    let (done, listed, said) = clinic.run(&["visit", "list"]);
    assert!(done, "{said}");
    assert!(
        said.contains(&format!("erased the recording of the visit {old}")),
        "{said}"
    );
    let silent: Vec<&str> = listed
        .lines()
        .filter(|line| line.contains("(sound erased)"))
        .collect();
    assert!(
        silent.len() == 1 && silent[0].contains(&old.to_string()),
        "{listed}"
    );
    let vault = clinic.open();
    assert_eq!(vault.chunk(new, 0).unwrap(), [1; 8_000]);
    let [tombstone] = vault.tombstones().unwrap().try_into().unwrap();
    assert_eq!(
        (tombstone.visit, tombstone.reason),
        (old, ErasureReason::Retention)
    );
    drop(vault);

    let (done, _, said) = clinic.run(&["visit", "list"]);
    assert!(done && said.is_empty(), "{said}");
}

#[test]
fn a_vault_is_made_only_when_something_was_said_about_its_recovery() {
    let clinic = Clinic::without_vault();
    let create = ["vault", "create", "--without-device-secret"];
    let (done, _, said) = clinic.run(&create);
    assert!(!done && !Vault::exists(&clinic.path("vault")), "{said}");
    assert!(
        said.contains("--recovery-key") && said.contains("--without-recovery-key"),
        "{said}"
    );
    let key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let both = ["--recovery-key", key, "--without-recovery-key"];
    let (done, _, said) = clinic.run(&[&create[..], &both].concat());
    assert!(!done && !Vault::exists(&clinic.path("vault")), "{said}");

    let (done, _, said) = clinic.run(&[&create[..], &both[..2]].concat());
    assert!(done, "{said}");
    let escrow = Vault::entrances(&clinic.path("vault")).unwrap().escrow;
    assert_eq!(escrow.as_deref(), Some(key));

    let other = Clinic::without_vault();
    let (done, _, said) = other.run(&[&create[..], &both[2..]].concat());
    assert!(done && said.contains("no recovery key"), "{said}");
    assert_eq!(Vault::entrances(&other.path("vault")).unwrap().escrow, None);
}

#[test]
fn the_transcript_of_a_signed_visit_goes_with_its_sound_and_the_note_stays() {
    let clinic = Clinic::new();
    let vault = clinic.open();
    let (both, words) = (signed(&vault, now()), signed(&vault, now()));
    let reason = ErasureReason::ConsentWithdrawn;
    vault.erase(words, Erased::Sound, reason, now()).unwrap();
    drop(vault);
    for visit in [both, words] {
        let id = visit.to_string();
        let erase = ["visit", "erase", &id, "--reason", "consent-withdrawn"];
        let rest = ["--transcript", "--confirm", &id[..8]];
        let (done, told, said) = clinic.run(&[&erase[..], &rest].concat());
        assert!(done, "{said}");
        assert_eq!(told.contains("the recording"), visit == both, "{told}");
        assert!(told.contains("the transcript"), "{told}");
    }
    let (_, found, _) = clinic.run(&["visit", "search", "zanzibar"]);
    assert!(found.contains("no visit holds that"), "{found}");

    let vault = clinic.open();
    for visit in [both, words] {
        let content = vault.read_visit(visit).unwrap();
        assert!(content.segments.is_empty());
        assert!(content.revision.is_some() && content.record.signature.is_some());
        let summary = content.record.summary;
        assert!(summary.sound_erased && summary.transcript_erased);
    }
    let tombstones = vault.tombstones().unwrap();
    assert_eq!(tombstones.len(), 4);
    assert!(tombstones.iter().all(|left| left.reason == reason));
}
