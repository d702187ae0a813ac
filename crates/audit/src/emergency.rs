use std::fmt;

use serde::{Deserialize, Serialize};

/// Why somebody opened a vault with a sealed emergency sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmergencyReason {
    /// A patient is treated now, and nobody who can sign in is there.
    Treatment,
    /// Who can sign in has lost their passphrase or this computer's secret, and a patient waits.
    LockedOut,
    /// The authorities or a court ask for what cannot wait.
    LegalDuty,
    /// The way is tried, so that it works when it is needed.
    Drill,
}

impl EmergencyReason {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Treatment,
        Self::LockedOut,
        Self::LegalDuty,
        Self::Drill,
    ];

    /// The word by which it is chosen and stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Treatment => "treatment",
            Self::LockedOut => "locked-out",
            Self::LegalDuty => "legal-duty",
            Self::Drill => "drill",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    pub(crate) const fn tag(self) -> u8 {
        match self {
            Self::Treatment => 1,
            Self::LockedOut => 2,
            Self::LegalDuty => 3,
            Self::Drill => 4,
        }
    }
}

impl fmt::Display for EmergencyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Treatment => "a patient is treated and nobody who can sign in is there",
            Self::LockedOut => "who can sign in is locked out and a patient waits",
            Self::LegalDuty => "a legal duty that cannot wait",
            Self::Drill => "a drill",
        })
    }
}
