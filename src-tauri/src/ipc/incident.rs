use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::UnixMillis;

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

impl HourStep {
    /// The steps of the first hour.
    pub fn all() -> Vec<Self> {
        let steps = governance::FIRST_HOUR.iter();
        steps
            .map(|step| Self {
                minute: step.minute,
                who: step.who.to_owned(),
                what: step.what.to_owned(),
                command: step.command.map(str::to_owned),
            })
            .collect()
    }
}

/// Where the incident plan stands.
#[derive(Debug, Serialize, TS)]
pub struct IncidentState {
    /// How many suspicions were reported in this store.
    pub reported: u32,
    /// Up to which of them the lockdown was lifted.
    pub lifted: u32,
    /// Whether it is locked down.
    pub locked_down: bool,
    /// What is done in the first hour.
    pub steps: Vec<HourStep>,
    /// The organisation's recovery key, to which a pack is encrypted when nothing is said.
    pub recovery_key: Option<String>,
}

/// A time for which visits are looked up.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WorksheetRequest {
    /// From then on.
    pub from: UnixMillis,
    /// Until then; now when not given.
    pub until: Option<UnixMillis>,
    /// When it was discovered, from which the deadlines count; now when not given.
    pub discovered: Option<UnixMillis>,
}

/// A breach worksheet.
#[derive(Debug, Serialize, TS)]
pub struct WorksheetPage {
    /// As it is printed. Visits stand in it by their identifiers.
    pub text: String,
    /// Visits that were touched.
    pub touched: u32,
}

/// A pack to be made.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PackRequest {
    /// What was touched from then on.
    pub from: UnixMillis,
    /// A new file, from the root on.
    pub file: String,
    /// To whom it is encrypted, `age1…`; empty for the organisation's recovery key.
    pub recipient: String,
}

/// A pack that was made.
#[derive(Debug, Serialize, TS)]
pub struct PackMade {
    /// Visits that were touched.
    pub touched: u32,
    /// To whom it is encrypted.
    pub recipient: String,
    /// What is wrong with the audit log, which the pack holds as it is.
    pub fault: Option<String>,
}

/// The file of a statement that lifts a lockdown.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StatementFile {
    /// From the root on; signed, its signature lies beside it.
    pub file: String,
}
