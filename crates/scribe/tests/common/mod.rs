//! What the tests of a recording share.
#![allow(dead_code)] // Each test file that includes this uses a part of it.

use scribe::{SpeechSettings, clock};
use vault::{NewVisit, Vault};
use visit::{Consent, ConsentGiver, ConsentMethod, Millis, PatientText, VisitId};

/// The small recogniser of the tests.
pub fn speech() -> SpeechSettings {
    SpeechSettings::new(Some("whisper-tiny.en"))
        .unwrap_or_else(|error| panic!("{error} (cargo xtask models fetch --set ci)"))
}

/// A visit with consent, before its first sample.
pub fn prepared(vault: &Vault) -> VisitId {
    vault.begin_visit(new_visit()).unwrap()
}

/// What is known of a visit before it.
pub fn new_visit() -> NewVisit {
    NewVisit {
        consent: Consent {
            asked_by: PatientText::from("Dr. Test"),
            given_by: ConsentGiver::Patient,
            method: ConsentMethod::Spoken,
            wording: scribe::consent::WORDING.to_owned(),
            wording_version: scribe::consent::VERSION.to_owned(),
            at: clock::now(),
        },
        template: "soap".to_owned(),
        kind: None,
        language: Some("en".to_owned()),
        patient_label: PatientText::default(),
        reason: PatientText::default(),
        expected: PatientText::default(),
        started_at: clock::now(),
    }
}

/// A tone at a fifth of full scale, 16 kHz.
pub fn tone(length: Millis) -> Vec<f32> {
    (0..length.samples().0)
        .map(|n| 0.2 * (n as f32 * 0.17).sin())
        .collect()
}
