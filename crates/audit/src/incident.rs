//! The words of an incident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a person suspects, from a list: what they saw they tell in their own words elsewhere, for those
/// could name a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// A computer or a medium is lost or stolen.
    LostDevice,
    /// Malicious software, or files that were encrypted by somebody.
    Malware,
    /// Somebody has used an account or a computer who should not.
    Intrusion,
    /// Somebody has looked at visits without a reason to.
    Misuse,
    /// A note went to somebody whom it is not for.
    WrongRecipient,
    /// Something else is wrong.
    Other,
}

impl Suspicion {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::LostDevice,
        Self::Malware,
        Self::Intrusion,
        Self::Misuse,
        Self::WrongRecipient,
        Self::Other,
    ];

    /// The word that it is stored and typed as.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LostDevice => "lost-device",
            Self::Malware => "malware",
            Self::Intrusion => "intrusion",
            Self::Misuse => "misuse",
            Self::WrongRecipient => "wrong-recipient",
            Self::Other => "other",
        }
    }

    /// The suspicion with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    /// The byte of the canonical form, which never changes.
    pub(crate) const fn tag(self) -> u8 {
        match self {
            Self::LostDevice => 1,
            Self::Malware => 2,
            Self::Intrusion => 3,
            Self::Misuse => 4,
            Self::WrongRecipient => 5,
            Self::Other => 6,
        }
    }
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LostDevice => "a lost or stolen device",
            Self::Malware => "malicious software",
            Self::Intrusion => "an intruder",
            Self::Misuse => "misuse by somebody inside",
            Self::WrongRecipient => "a note that went to the wrong recipient",
            Self::Other => "something else",
        })
    }
}
