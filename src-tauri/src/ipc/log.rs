//! The audit log on the page. An entry has no field that could hold a word of a visit.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::{UnixMillis, VisitId};

/// What is looked for in the log.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LogRequest {
    /// What was done to this visit.
    pub visit: Option<VisitId>,
    /// From then on.
    pub from: Option<UnixMillis>,
    /// Before then.
    pub until: Option<UnixMillis>,
    /// Part of an account; empty for everybody.
    pub who: String,
    /// Part of the words for what was done; empty for everything.
    pub act: String,
    /// Only what was refused.
    pub refused: bool,
}

/// The log as it was found.
#[derive(Debug, Serialize, TS)]
pub struct LogView {
    /// The latest entries that were looked for, the latest first.
    pub entries: Vec<LogRow>,
    /// How many there are.
    #[ts(type = "number")]
    pub matched: u64,
    /// Entries that fit together, from the first one on.
    #[ts(type = "number")]
    pub checked: u64,
    /// What is wrong after them.
    pub fault: Option<String>,
    /// The public key that an export is checked with.
    pub key: String,
}

/// An entry.
#[derive(Debug, Serialize, TS)]
pub struct LogRow {
    /// Its number.
    #[ts(type = "number")]
    pub number: u64,
    /// When.
    pub at: UnixMillis,
    /// Who.
    pub who: String,
    /// What was done, in words.
    pub act: String,
    /// To which visit.
    pub visit: Option<VisitId>,
    /// Whether it was refused.
    pub refused: bool,
}

impl From<&vault::Entry> for LogRow {
    fn from(entry: &vault::Entry) -> Self {
        Self {
            number: entry.number,
            at: entry.at,
            who: entry.who.to_string(),
            act: entry.act.to_string(),
            visit: entry.act.visit(),
            refused: entry.act.outcome() != vault::Outcome::Done,
        }
    }
}

/// The log to be written to a file.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LogExport {
    /// A new file, from the root on.
    pub file: String,
}

/// A log in a file.
#[derive(Debug, Serialize, TS)]
pub struct LogExported {
    /// Entries that fit together.
    #[ts(type = "number")]
    pub entries: u64,
    /// What is wrong after them.
    pub fault: Option<String>,
    /// The public key that it is checked with.
    pub key: String,
}
