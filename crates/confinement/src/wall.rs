//! The walls, what may come through a gap in them, and what was found.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What can be put up around a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wall {
    /// The system calls are filtered (seccomp).
    Calls,
    /// No TCP (Landlock, from Linux 6.7 on).
    Network,
    /// No files but those that are named (Landlock, from Linux 5.13 on).
    Files,
    /// No signals and no abstract sockets to the outside (Landlock, from Linux 6.12 on).
    Signals,
}

/// Its text is for people: "the filter of system calls (seccomp)".
impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calls => "the filter of system calls (seccomp)",
            Self::Network => "the refusal of TCP (Landlock, Linux 6.7)",
            Self::Files => "the refusal of files (Landlock, Linux 5.13)",
            Self::Signals => "the refusal of signals (Landlock, Linux 6.12)",
        })
    }
}

/// What a process tries so that the system refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// A socket to the internet, version 4 (`AF_INET`).
    Internet4,
    /// A socket to the internet, version 6 (`AF_INET6`).
    Internet6,
    /// A socket to other programs of this computer (`AF_UNIX`).
    Local,
    /// A file that every program may read.
    File,
}

impl Attempt {
    /// Whether it leads out of the computer.
    pub fn leads_out(self) -> bool {
        matches!(self, Self::Internet4 | Self::Internet6)
    }
}

/// Its text is for people: "an internet socket (version 4)".
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internet4 => "an internet socket (version 4)",
            Self::Internet6 => "an internet socket (version 6)",
            Self::Local => "a socket to other programs",
            Self::File => "a file that it was not given",
        })
    }
}

/// How a process stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Walls that the system did not put up.
    pub missing: Vec<Wall>,
    /// What was tried and not refused.
    pub open: Vec<Attempt>,
}
