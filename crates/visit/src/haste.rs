use serde::{Deserialize, Serialize};

/// How soon words are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Haste {
    /// While people speak: an utterance ends at a short pause.
    #[default]
    Live,
    /// Of a recording that is there already: longer stretches are written down at once, which
    /// takes less work and gives the recogniser more to go by.
    Afterwards,
}
