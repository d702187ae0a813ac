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
