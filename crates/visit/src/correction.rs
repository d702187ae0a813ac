use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Millis, Role, SpeakerLabel};

/// What a person said about who spoke. It is kept beside what the program found out and stands over
/// it, whatever the program finds out later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeakerCorrection {
    /// What was spoken.
    pub heard: Heard,
    /// By whom.
    pub by: SpokenBy,
}

/// What a correction speaks of: places in the recording, because the program may split a turn or
/// give a voice another label afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Heard {
    /// What was said in this stretch.
    Turn(Stretch),
    /// Everything of the voice that was heard in these stretches, in order, when the person said
    /// who it is; also what it says later.
    Voice(Vec<Stretch>),
}

/// A stretch of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// Where it starts.
    pub start: Millis,
    /// Where it ends.
    pub end: Millis,
}

/// What a person points at in a transcript to say who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Pointed {
    /// The turn that starts here.
    Turn(Millis),
    /// Everything that stands under this label.
    Voice(SpeakerLabel),
}

/// Who spoke, in a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SpokenBy {
    /// Somebody in this role.
    Role(Role),
    /// The voice with this label.
    Voice(SpeakerLabel),
}
