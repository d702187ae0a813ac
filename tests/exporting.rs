//! Exports on the command line: each form, what the audit log says of it, and what is for one
//! recipient's eyes alone.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use inroom_tests::programs::inroomctl;
use vault::{Act, EscrowIdentity, Format, KdfCost, NewVisit, Vault, Way};
use visit::{
    Consent, ConsentGiver, ConsentMethod, Coverage, DraftingParameters, Millis, ModelIdentity,
    Note, Origin, Provenance, RevisionNumber, Role, Samples, Section, Segment, Sha256Hex,
    SpeakerLabel, Statement, Support, UnixMillis, VisitId, VisitState,
};

const PASSPHRASE: &str = "correct horse battery staple";
const LINE: &str = "Ibuprofen 400 mg three times a day.";
/// Said, or written by the model and resolved by nobody: in no file.
const NEVER: [&str; 3] = ["Quillabrax", "Vexmoor", "Tessaly"];

struct Clinic {
    folder: tempfile::TempDir,
    visit: VisitId,
}

fn statement(text: &str, support: Support, reason: &str) -> Statement {
    Statement {
        text: text.into(),
        origin: Origin::Model,
        support,
        reason: reason.into(),
        evidence: Vec::new(),
    }
}

fn note() -> Note {
    let [said, invented, reason] = NEVER;
    Note {
        template: "soap".to_owned(),
        sections: vec![Section {
            id: "plan".to_owned(),
            title: "PLAN".to_owned(),
            empty: "No plan was stated.".to_owned(),
            statements: vec![
                statement(LINE, Support::Supported, ""),
                statement("Ice, twice a day.", Support::Partial, reason),
                statement(invented, Support::Unsupported, said),
            ],
        }],
        omissions: Vec::new(),
    }
}

fn provenance() -> Provenance {
    let digest = Sha256Hex::from_bytes([7; 32]);
    Provenance {
        model: ModelIdentity {
            id: "example-model-1b".to_owned(),
            sha256: digest.clone(),
        },
        template_sha256: digest.clone(),
        prompt_sha256: digest.clone(),
        transcript_sha256: digest,
        parameters: DraftingParameters {
            context_tokens: 1,
            section_tokens: 1,
            repeat_penalty: 1.0,
        },
        coverage: Coverage { read: 1, of: 1 },
        stops: Vec::new(),
        program: "0.1.0".to_owned(),
    }
}

impl Clinic {
    /// A vault with one visit: drafted as revision 1, edited as revision 2.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), PASSPHRASE).unwrap();
        let dir = folder.path().join("vault");
        let vault = Vault::create(&dir, &PASSPHRASE.into(), KdfCost::LEAST).unwrap();
        let visit = vault
            .begin_visit(NewVisit {
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
                patient_label: "Ms. Example".into(),
                reason: "knee".into(),
                expected: "".into(),
                started_at: UnixMillis(1_764_141_524_007),
            })
            .unwrap();
        vault.set_state(visit, VisitState::Recording).unwrap();
        let spoken = Segment {
            index: 0,
            start: Millis(0),
            end: Millis(1000),
            speaker: SpeakerLabel(0),
            role: Role::Unknown,
            text: NEVER[0].into(),
            confidence: 1.0,
            words: Vec::new(),
        };
        vault
            .append_segments(visit, &[spoken], Samples(16_000))
            .unwrap();
        vault.set_state(visit, VisitState::Recorded).unwrap();
        for provenance in [Some(&provenance()), None] {
            vault
                .save_revision(visit, UnixMillis(1), &note(), provenance)
                .unwrap();
        }
        vault.set_state(visit, VisitState::Drafted).unwrap();
        Self { folder, visit }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&self, more: &[&str]) -> Output {
        let (vault, passphrase) = (self.path("vault"), self.path("passphrase"));
        let id = self.visit.to_string();
        let mut all = vec!["visit", "export", &id, "--vault", vault.to_str().unwrap()];
        all.extend(["--passphrase-file", passphrase.to_str().unwrap()]);
        all.extend(more);
        inroomctl(all)
    }

    fn exported(&self) -> Vec<Act> {
        let vault = Vault::open(&self.path("vault"), &PASSPHRASE.into()).unwrap();
        let mut acts = Vec::new();
        vault
            .show_log(&mut |entry| acts.push(entry.act.clone()))
            .unwrap();
        acts.retain(|act| matches!(act, Act::NoteExported { .. }));
        acts
    }
}

fn sha256(file: &std::path::Path) -> String {
    let told = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(told.stdout).unwrap()[..64].to_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

#[test]
fn every_form_is_written_and_entered_with_the_digest_of_the_file() {
    let clinic = Clinic::new();
    let forms = [
        ("text", Format::Text),
        ("html", Format::Html),
        ("fhir", Format::Fhir),
        ("hl7", Format::Hl7),
        ("docx", Format::Docx),
        ("pdf", Format::Pdf),
    ];
    for (name, _) in forms {
        let to = clinic.path(name);
        let done = clinic.export(&["--format", name, "--out", to.to_str().unwrap()]);
        assert!(done.status.success(), "{name}: {}", said(&done));
        assert!(said(&done).contains(&sha256(&to)), "{}", said(&done));
        let bytes = fs::read(&to).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        if !matches!(name, "docx" | "pdf") {
            assert!(
                text.contains(LINE) && text.contains("example-model-1b"),
                "{text}"
            );
        }
        for word in NEVER {
            assert!(!text.contains(word), "{word} stands in {name}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&to).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
    let entered = clinic.exported();
    assert_eq!(entered.len(), forms.len());
    for ((name, expected), act) in forms.iter().zip(entered) {
        let text = act.to_string();
        assert!(text.contains(env!("CARGO_PKG_VERSION")), "{text}");
        assert!(text.contains(&sha256(&clinic.path(name))), "{text}");
        let Act::NoteExported {
            revision,
            format,
            encrypted,
            way,
            ..
        } = act
        else {
            unreachable!("{text}");
        };
        assert_eq!((revision, format), (RevisionNumber(2), *expected));
        assert_eq!((encrypted, way), (false, Way::File));
    }
}

#[test]
fn what_is_encrypted_opens_with_the_recipients_identity_alone() {
    let clinic = Clinic::new();
    let (key, to) = (clinic.path("key"), clinic.path("note.age"));
    let identity = EscrowIdentity::generate();
    identity.write_to(&key).unwrap();
    let recipient = identity.recipient().to_string();
    let out = to.to_str().unwrap();
    let done = clinic.export(&["--format", "fhir", "--encrypt-to", &recipient, "--out", out]);
    assert!(done.status.success(), "{}", said(&done));
    let sealed = fs::read(&to).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
    assert!(!String::from_utf8_lossy(&sealed).contains("Ibuprofen"));
    // The age crate's own reading of the key and the file.
    let lines = fs::read_to_string(&key).unwrap();
    let line = lines.lines().find(|line| !line.starts_with('#')).unwrap();
    let identity: age::x25519::Identity = line.parse().unwrap();
    let opened = String::from_utf8(age::decrypt(&identity, &sealed).unwrap()).unwrap();
    assert!(opened.contains(LINE) && opened.contains("\"resourceType\": \"Bundle\""));
    let stranger = age::x25519::Identity::generate();
    assert!(age::decrypt(&stranger, &sealed).is_err());
    assert!(matches!(
        clinic.exported()[..],
        [Act::NoteExported {
            encrypted: true,
            format: Format::Fhir,
            ..
        }]
    ));
}

#[test]
fn nothing_is_replaced_and_what_is_not_written_is_not_entered() {
    let clinic = Clinic::new();
    let there = clinic.path("there.pdf");
    fs::write(&there, "mine").unwrap();
    for (arguments, told) in [
        (
            vec!["--format", "pdf", "--out", there.to_str().unwrap()],
            "exists already",
        ),
        (
            vec!["--out", clinic.path("no/folder.txt").to_str().unwrap()],
            "cannot be written",
        ),
        (
            vec!["--format", "odt"],
            "text, html, fhir, hl7, docx or pdf",
        ),
        (vec!["--encrypt-to", "age1nonsense"], "age"),
        (vec!["--birth-date", "30.4.1957"], "1957-04-30"),
    ] {
        let done = clinic.export(&arguments);
        assert!(!done.status.success(), "{arguments:?}");
        assert!(said(&done).contains(told), "{arguments:?}: {}", said(&done));
    }
    assert_eq!(fs::read_to_string(&there).unwrap(), "mine");
    assert_eq!(clinic.exported(), []);
}

#[test]
fn what_is_given_of_the_patient_stands_in_the_document() {
    let clinic = Clinic::new();
    let done = clinic.export(&[
        "--format",
        "hl7",
        "--record-number",
        "MRN|7",
        "--family-name",
        "Example",
        "--given-names",
        "Anna",
        "--birth-date",
        "1957-04-30",
    ]);
    assert!(done.status.success(), "{}", said(&done));
    let message = String::from_utf8(done.stdout).unwrap();
    let patient = message
        .split('\r')
        .find(|line| line.starts_with("PID"))
        .unwrap();
    assert_eq!(
        patient,
        "PID|1||MRN\\F\\7^^^^MR||Example^Anna^^^^^L||19570430"
    );
    assert!(matches!(
        clinic.exported()[..],
        [Act::NoteExported {
            way: Way::Output,
            ..
        }]
    ));
}

#[test]
fn a_signed_note_says_who_signed_it_and_its_digest() {
    let clinic = Clinic::new();
    let vault = Vault::open(&clinic.path("vault"), &PASSPHRASE.into()).unwrap();
    let signature = vault
        .sign(
            clinic.visit,
            RevisionNumber(2),
            &"Dr. Example".into(),
            UnixMillis(9),
        )
        .unwrap();
    drop(vault);
    let done = clinic.export(&["--format", "fhir"]);
    assert!(done.status.success(), "{}", said(&done));
    let bundle: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let composition = &bundle["entry"][0]["resource"];
    assert_eq!(composition["status"], "final");
    assert_eq!(composition["date"], "1970-01-01T00:00:00.009Z");
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.contains("\"text\": \"Dr. Example\""));
    assert!(text.contains(signature.note_sha256.as_str()));
}

#[test]
fn a_visit_without_a_note_is_told_and_entered_as_refused() {
    let clinic = Clinic::new();
    let nowhere = "00000000-0000-4000-8000-000000000000";
    let (vault, passphrase) = (clinic.path("vault"), clinic.path("passphrase"));
    let out = clinic.path("never.txt");
    let done = inroomctl([
        "visit".as_ref(),
        "export".as_ref(),
        nowhere.as_ref(),
        "--vault".as_ref(),
        vault.as_os_str(),
        "--passphrase-file".as_ref(),
        passphrase.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ]);
    assert!(!done.status.success());
    assert!(!out.exists());
    let vault = Vault::open(&vault, &PASSPHRASE.into()).unwrap();
    let mut refused = 0;
    vault
        .show_log(&mut |entry| refused += u32::from(matches!(entry.act, Act::Refused { .. })))
        .unwrap();
    assert_eq!(refused, 1);
}
