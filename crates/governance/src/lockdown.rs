//! What can still be done in a vault that is locked down: one table, which a test walks.

use crate::{Command, Role};

/// The vault is locked down, and this waits until it is lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the vault is locked down since a suspicion was reported, and to {command} has to wait; nothing was \
     changed, and everything stored is kept. `inroomctl incident steps` says what to do now; the \
     organisation's key lifts the lockdown (`inroomctl incident lift`)"
)]
pub struct LockedDown {
    /// What was asked for.
    pub command: Command,
}

/// Whether something can be done while the vault is locked down. `under_way`: it concerns a recording
/// that was begun before, which is never lost. `role` is that of who is signed in; `None` in a vault
/// without an organisation.
///
/// A physician still reads: who treats a patient needs to know what was said (45 CFR 164.312(a)(2)(ii),
/// emergency access). A nurse comes in only while a recording is under way.
///
/// # Errors
/// [`LockedDown`].
pub fn in_lockdown(
    role: Option<Role>,
    command: Command,
    under_way: bool,
) -> Result<(), LockedDown> {
    let goes_on = match command {
        Command::LockVault
        | Command::ReadRetention
        | Command::ShowLog
        | Command::ExportLog
        // A backup is encrypted and keeps the evidence; another vault key is part of the answer.
        | Command::BackUp
        | Command::RotateKey
        | Command::ReportIncident
        | Command::ShowWorksheet
        | Command::MakeIncidentPack
        | Command::LiftLockdown
        | Command::RecordDrill
        // Counts and shares, which change nothing.
        | Command::ReadPilotFigures
        | Command::AssessRisk
        | Command::ExportHeads => true,
        Command::Record | Command::DraftNote => under_way,
        Command::ListVisits | Command::ReadVisit => role.is_none_or(|role| role == Role::Physician),
        Command::OpenVault => under_way || role != Some(Role::Nurse),
        // What the organisation has signed may be what takes somebody off the roster.
        Command::TakeDocument => true,
        // A new vault is another one; this one's lockdown does not reach it.
        Command::CreateVault | Command::Recover | Command::Restore => true,
        Command::CreateVisit
        | Command::SearchVisits
        | Command::EditNote
        | Command::SignNote
        | Command::TakeNote
        | Command::WithdrawConsent
        | Command::Discard
        | Command::ChangePassphrase
        | Command::ChangeWays
        | Command::AdmitPerson
        | Command::ChangeRetention
        | Command::KeepVoice
        | Command::SetHeadsTarget
        | Command::AcknowledgeEmergency => false,
    };
    if goes_on {
        Ok(())
    } else {
        Err(LockedDown { command })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_out_changes_or_erases_waits_for_everybody() {
        for role in Role::ALL.map(Some).into_iter().chain([None]) {
            for command in [
                Command::CreateVisit,
                Command::TakeNote,
                Command::Discard,
                Command::WithdrawConsent,
                Command::ChangeRetention,
                Command::AdmitPerson,
                Command::ChangeWays,
                Command::ChangePassphrase,
                Command::SignNote,
                Command::SearchVisits,
                Command::KeepVoice,
            ] {
                for under_way in [false, true] {
                    let refused = in_lockdown(role, command, under_way);
                    assert_eq!(refused, Err(LockedDown { command }), "{role:?}");
                }
            }
        }
    }

    #[test]
    fn a_recording_under_way_goes_on_and_a_new_one_waits() {
        for command in [Command::Record, Command::DraftNote] {
            assert!(in_lockdown(Some(Role::Nurse), command, true).is_ok());
            assert!(in_lockdown(Some(Role::Nurse), command, false).is_err());
        }
    }

    #[test]
    fn everybody_can_report_and_only_who_must_comes_in_and_reads() {
        for role in Role::ALL {
            assert!(in_lockdown(Some(role), Command::ReportIncident, false).is_ok());
            let comes_in = in_lockdown(Some(role), Command::OpenVault, false).is_ok();
            assert_eq!(comes_in, role != Role::Nurse);
            let reads = in_lockdown(Some(role), Command::ReadVisit, false).is_ok();
            assert_eq!(reads, role == Role::Physician);
        }
        assert!(in_lockdown(Some(Role::Nurse), Command::OpenVault, true).is_ok());
    }
}
