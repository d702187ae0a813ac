use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{PatientText, UnixMillis};

/// The record that recording was agreed to, made before the microphone opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Who asked: the member of staff.
    pub asked_by: PatientText,
    /// Who agreed.
    pub given_by: ConsentGiver,
    /// How they agreed.
    pub method: ConsentMethod,
    /// The words that were put to them.
    pub wording: String,
    /// The version of those words.
    pub wording_version: String,
    /// When.
    pub at: UnixMillis,
}

/// What a consent has to say before anything is recorded on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentPart {
    /// Who asked.
    AskedBy,
    /// The words that were put to them.
    Wording,
    /// The version of those words.
    WordingVersion,
}

impl fmt::Display for ConsentPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AskedBy => "who asked for it",
            Self::Wording => "the words it was asked for with",
            Self::WordingVersion => "the version of those words",
        })
    }
}

impl Consent {
    /// The first thing that is left out, if any; white space says nothing.
    pub fn missing(&self) -> Option<ConsentPart> {
        [
            (ConsentPart::AskedBy, self.asked_by.is_blank()),
            (ConsentPart::Wording, self.wording.trim().is_empty()),
            (
                ConsentPart::WordingVersion,
                self.wording_version.trim().is_empty(),
            ),
        ]
        .into_iter()
        .find_map(|(part, is_missing)| is_missing.then_some(part))
    }
}

/// Who agreed to the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsentGiver {
    /// The patient.
    Patient,
    /// A parent, guardian or other lawful representative.
    Representative,
}

/// How consent was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMethod {
    /// In words, in the room.
    Spoken,
    /// On paper or another form.
    Written,
}
