use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Millis, PatientText};

/// A stretch of speech by one speaker, as recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Position in the visit's transcript, from 0.
    pub index: u32,
    /// Where the speech starts in the recording.
    pub start: Millis,
    /// Where it ends.
    pub end: Millis,
    /// Who spoke, as a label that is stable within the visit.
    pub speaker: SpeakerLabel,
    /// What the speaker is to the visit.
    pub role: Role,
    /// The words as one line of text.
    pub text: PatientText,
    /// Geometric mean of the words' probabilities, 0 to 1.
    pub confidence: f32,
    /// The words with their times; empty where the transcript did not come from audio.
    pub words: Vec<Word>,
}

/// One recognised word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// Where it starts in the recording.
    pub start: Millis,
    /// Where it ends.
    pub end: Millis,
    /// The word with the punctuation that clings to it.
    pub text: PatientText,
    /// What was spoken, where that is written otherwise: "five" for 5. May be several words.
    // Never left out when it is written: the workers' messages have no names of fields.
    #[serde(default)]
    pub spoken: Option<PatientText>,
    /// The recogniser's probability, 0 to 1.
    pub probability: f32,
}

impl Word {
    /// The word as it was spoken.
    pub fn as_spoken(&self) -> &PatientText {
        self.spoken.as_ref().unwrap_or(&self.text)
    }
}

/// A speaker's label within one visit, counted from 1 and shown as `S1`, `S2`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct SpeakerLabel(pub u8);

impl std::fmt::Display for SpeakerLabel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S{}", self.0)
    }
}

/// A stretch of the recording in which one voice is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeakerTurn {
    /// Where it starts in the recording.
    pub start: Millis,
    /// Where it ends.
    pub end: Millis,
    /// Whose voice.
    pub speaker: SpeakerLabel,
}

/// What a speaker is to the visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The physician or another member of staff.
    Clinician,
    /// The person whom the visit is for.
    Patient,
    /// Somebody who came with the patient.
    Other,
    /// Not known.
    Unknown,
}

impl Role {
    /// The word that stands for the role in exchange formats and prompts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clinician => "clinician",
            Self::Patient => "patient",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}
