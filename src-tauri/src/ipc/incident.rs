use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A suspicion to be reported.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// What is suspected.
    pub suspicion: Suspicion,
}

/// What a person suspects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// A computer or a medium is lost or stolen.
    LostDevice,
    /// Malicious software.
    Malware,
    /// Somebody used an account or a computer who should not.
    Intrusion,
    /// Somebody looked at visits without a reason to.
    Misuse,
    /// A note went to somebody whom it is not for.
    WrongRecipient,
    /// Something else.
    Other,
}

impl From<Suspicion> for vault::Suspicion {
    fn from(suspicion: Suspicion) -> Self {
        match suspicion {
            Suspicion::LostDevice => Self::LostDevice,
            Suspicion::Malware => Self::Malware,
            Suspicion::Intrusion => Self::Intrusion,
            Suspicion::Misuse => Self::Misuse,
            Suspicion::WrongRecipient => Self::WrongRecipient,
            Suspicion::Other => Self::Other,
        }
    }
}

/// A step of the first hour.
#[derive(Debug, Serialize, TS)]
pub struct HourStep {
    /// Minutes after the report by which it is begun.
    pub minute: u32,
    /// Whose it is.
    pub who: String,
    /// What is done.
    pub what: String,
    /// The command that does it, where one does.
    pub command: Option<String>,
}
