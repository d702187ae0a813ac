use std::fmt;

use serde::{Deserialize, Serialize};

/// Where signed heads of a log go, so that they lie outside of the reach of whoever has the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadsTarget {
    /// A folder, best on another computer.
    Folder,
    /// The computer's system log.
    Syslog,
}

impl HeadsTarget {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Folder, Self::Syslog];

    /// The word that stands for it in storage.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Syslog => "syslog",
        }
    }

    pub(crate) const fn tag(self) -> u8 {
        match self {
            Self::Folder => 1,
            Self::Syslog => 2,
        }
    }
}

impl fmt::Display for HeadsTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "the folder for heads",
            Self::Syslog => "the system log",
        })
    }
}

/// Why heads did not get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSent {
    /// It is not there.
    Missing,
    /// The account may not write there.
    Denied,
    /// There is no room.
    NoRoom,
    /// It did not answer in time.
    NoAnswer,
    /// Something else.
    Failed,
    /// This system has none that the program writes to.
    Unsupported,
}

impl NotSent {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Missing,
        Self::Denied,
        Self::NoRoom,
        Self::NoAnswer,
        Self::Failed,
        Self::Unsupported,
    ];

    /// The word that stands for it in storage.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Denied => "denied",
            Self::NoRoom => "no_room",
            Self::NoAnswer => "no_answer",
            Self::Failed => "failed",
            Self::Unsupported => "unsupported",
        }
    }

    pub(crate) const fn tag(self) -> u8 {
        match self {
            Self::Missing => 1,
            Self::Denied => 2,
            Self::NoRoom => 3,
            Self::NoAnswer => 4,
            Self::Failed => 5,
            Self::Unsupported => 6,
        }
    }
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "it is not there",
            Self::Denied => "this account may not write there",
            Self::NoRoom => "there is no room",
            Self::NoAnswer => "it did not answer in time",
            Self::Failed => "it could not be written",
            Self::Unsupported => "the program writes to none on this system",
        })
    }
}
