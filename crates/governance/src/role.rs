use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person is there for. An account has one; who has two duties has two accounts, so that the
/// audit log shows in which of them something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
// The page has another `Role`: of who speaks in a visit.
#[ts(rename = "StaffRole")]
pub enum Role {
    /// Sees patients and signs notes.
    Physician,
    /// Records and edits; does not sign.
    Nurse,
    /// Keeps the workstation and the store running; reads no visit.
    Administrator,
    /// Decides on models and scope; sees no clinical text.
    Oversight,
    /// Reads the audit log; sees no clinical text.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Physician,
        Self::Nurse,
        Self::Administrator,
        Self::Oversight,
        Self::Auditor,
    ];

    /// The word that the document has for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Physician => "physician",
            Self::Nurse => "nurse",
            Self::Administrator => "administrator",
            Self::Oversight => "oversight",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
