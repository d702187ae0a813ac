//! The sealed sheet with which a vault is opened in an emergency, and what can be done then: one table,
//! which a test walks.

use serde::Deserialize;

use crate::Command;

/// The sealed sheet, as the document says it: the secret that stands on it is in no file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// The public part of the sheet's code, `age1…`. Another sheet has another one.
    pub recipient: String,
    /// How many minutes an access lasts.
    #[serde(default = "usual_minutes")]
    pub minutes: u32,
}

impl Emergency {
    /// Minutes of an access where the document says nothing else.
    pub const USUAL_MINUTES: u32 = 60;
    /// The longest access.
    pub const MOST_MINUTES: u32 = 8 * 60;
}

const fn usual_minutes() -> u32 {
    Emergency::USUAL_MINUTES
}

/// Whoever came in with a sealed sheet asked for more than it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an emergency access is for reading visits, and does not include to {command}; nothing was done. \
     Somebody who can sign in does it"
)]
pub struct NotInEmergency {
    /// What was asked for.
    pub command: Command,
}

/// Whether something can be done in an emergency access: reading, as a physician does, and reporting
/// that something is wrong. Nothing is changed, taken out, erased or decided.
///
/// # Errors
/// [`NotInEmergency`].
pub fn in_emergency(command: Command) -> Result<(), NotInEmergency> {
    let reads = match command {
        Command::OpenVault
        | Command::LockVault
        | Command::ListVisits
        | Command::SearchVisits
        | Command::ReadVisit
        | Command::ReadRetention
        | Command::ReportIncident => true,
        Command::CreateVisit
        | Command::Record
        | Command::DraftNote
        | Command::EditNote
        | Command::SignNote
        | Command::TakeNote
        | Command::WithdrawConsent
        | Command::Discard
        | Command::CreateVault
        | Command::ChangePassphrase
        | Command::ChangeWays
        | Command::RotateKey
        | Command::Recover
        | Command::AdmitPerson
        | Command::BackUp
        | Command::Restore
        | Command::ChangeRetention
        | Command::ShowLog
        | Command::ExportLog
        | Command::ShowWorksheet
        | Command::MakeIncidentPack
        | Command::LiftLockdown
        | Command::RecordDrill
        | Command::ExportHeads
        | Command::SetHeadsTarget
        | Command::AcknowledgeEmergency
        | Command::TakeDocument
        | Command::KeepVoice
        | Command::ReadPilotFigures
        | Command::AssessRisk => false,
    };
    if reads {
        Ok(())
    } else {
        Err(NotInEmergency { command })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, allowed};

    #[test]
    fn an_emergency_gives_no_more_than_a_physician_has_and_only_reading() {
        let given: Vec<Command> = Command::ALL
            .iter()
            .copied()
            .filter(|command| in_emergency(*command).is_ok())
            .collect();
        assert_eq!(
            given,
            [
                Command::ListVisits,
                Command::SearchVisits,
                Command::ReadVisit,
                Command::OpenVault,
                Command::LockVault,
                Command::ReadRetention,
                Command::ReportIncident,
            ]
        );
        for command in given {
            assert!(allowed(Role::Physician, command).is_ok(), "{command:?}");
        }
    }
}
