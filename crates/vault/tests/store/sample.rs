//! Small visits to store.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vault::{KdfCost, NewVisit, SecretString, Vault};
use visit::{
    Consent, ConsentGiver, ConsentMethod, Coverage, DraftingParameters, Evidence, Millis,
    ModelIdentity, Note, Omission, Origin, PatientText, Provenance, Role, Section, Segment,
    Sha256Hex, SpeakerLabel, Statement, StopReason, Support, UnixMillis, VisitId, VisitState, Word,
};

pub fn passphrase() -> SecretString {
    "a long enough passphrase".into()
}

/// A vault in a folder that is removed with the returned guard.
pub fn scratch() -> (TempDir, Vault) {
    let parent = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder(&parent), &passphrase(), KdfCost::LEAST).unwrap();
    (parent, vault)
}

pub fn folder(parent: &TempDir) -> PathBuf {
    parent.path().join("vault")
}

pub fn reopen(parent: &TempDir) -> Vault {
    Vault::open(&folder(parent), &passphrase()).unwrap()
}

pub fn new_visit(label: &str) -> NewVisit {
    NewVisit {
        consent: Consent {
            asked_by: "Nurse Ada".into(),
            given_by: ConsentGiver::Patient,
            method: ConsentMethod::Spoken,
            wording: "May I record this visit?".to_owned(),
            wording_version: "1".to_owned(),
            at: UnixMillis(1_000),
        },
        template: "full-visit".to_owned(),
        kind: None,
        language: Some("en".to_owned()),
        patient_label: label.into(),
        reason: "knee pain".into(),
        expected: PatientText::default(),
        started_at: UnixMillis(2_000),
    }
}

pub fn begin_recording(vault: &Vault, label: &str) -> VisitId {
    let id = vault.begin_visit(new_visit(label)).unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    id
}

/// Sound that tells by its values which second it is.
pub fn second(number: u32) -> Vec<i16> {
    (0..16_000_u32)
        .map(|n| (number.wrapping_mul(977).wrapping_add(n * 31) % 60_000) as u16 as i16)
        .collect()
}

pub fn segment(index: u32, text: &str) -> Segment {
    let (start, end) = (
        Millis(u64::from(index) * 1000),
        Millis(u64::from(index) * 1000 + 800),
    );
    Segment {
        index,
        start,
        end,
        speaker: SpeakerLabel(1),
        role: Role::Patient,
        text: text.into(),
        confidence: 0.875,
        words: vec![Word {
            start,
            end,
            text: text.into(),
            spoken: None,
            probability: 0.1,
        }],
    }
}

pub fn note(text: &str) -> Note {
    Note {
        template: "full-visit".to_owned(),
        sections: vec![Section {
            id: "plan".to_owned(),
            title: "PLAN".to_owned(),
            empty: "Nothing was agreed.".to_owned(),
            statements: vec![Statement {
                text: text.into(),
                origin: Origin::Model,
                support: Support::Partial,
                reason: "the dose was not said".into(),
                evidence: vec![Evidence {
                    segment: 0,
                    start: 0,
                    end: 4,
                }],
            }],
        }],
        omissions: vec![Omission {
            segment: 1,
            text: PatientText::from("and the rash"),
            why: "a symptom".into(),
        }],
    }
}

pub fn provenance() -> Provenance {
    let digest = |byte| Sha256Hex::from_bytes([byte; 32]);
    Provenance {
        model: ModelIdentity {
            id: "a-model".to_owned(),
            sha256: digest(1),
        },
        template_sha256: digest(2),
        prompt_sha256: digest(3),
        transcript_sha256: digest(4),
        parameters: DraftingParameters {
            context_tokens: 8192,
            section_tokens: 300,
            repeat_penalty: 1.1,
        },
        coverage: Coverage { read: 2, of: 2 },
        stops: vec![StopReason::Complete],
        program: "0.1.0".to_owned(),
    }
}

/// Every file in the folder with its bytes, but for the lock, in which refused openings are noted.
pub fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .filter(|(name, _)| name != "vault.lock")
        .collect();
    files.sort();
    files
}

/// Copies the folder as it is, open or not.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for (name, bytes) in contents(from) {
        fs::write(to.join(name), bytes).unwrap();
    }
}
