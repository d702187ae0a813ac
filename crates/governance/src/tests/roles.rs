//! The table of roles, walked: every command for every role.

use crate::{Command, Role, allowed};

const TABLE: &str = include_str!("../../tests/roles.txt");

/// `+` or `-` for each role, in the order of the table's head.
fn row(command: Command) -> String {
    let marks = Role::ALL.map(|role| {
        if allowed(role, command).is_ok() {
            " +"
        } else {
            " -"
        }
    });
    format!("{command:?}{}", marks.concat())
}

#[test]
fn every_command_is_allowed_to_exactly_the_roles_of_the_table() {
    let mut lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    assert_eq!(head[1..], roles);
    let written: Vec<String> = lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let rows: Vec<String> = Command::ALL.iter().map(|command| row(*command)).collect();
    assert_eq!(rows, written);
}

/// Whether a person sees, by this, what was said or written in a visit, or a patient's label.
fn is_clinical(command: Command) -> bool {
    match command {
        Command::CreateVisit
        | Command::Record
        | Command::ListVisits
        | Command::SearchVisits
        | Command::ReadVisit
        | Command::DraftNote
        | Command::EditNote
        | Command::SignNote
        | Command::TakeNote
        | Command::WithdrawConsent
        | Command::Discard => true,
        Command::CreateVault
        | Command::OpenVault
        | Command::LockVault
        | Command::ChangePassphrase
        | Command::ChangeWays
        | Command::RotateKey
        | Command::Recover
        | Command::AdmitPerson
        | Command::TakeDocument
        | Command::BackUp
        | Command::Restore
        | Command::ReadRetention
        | Command::ChangeRetention
        | Command::ShowLog
        | Command::ExportLog
        | Command::ReportIncident
        | Command::ShowWorksheet
        | Command::MakeIncidentPack
        | Command::LiftLockdown
        | Command::RecordDrill
        | Command::KeepVoice
        // No word of a visit, nor which visit a figure is of.
        | Command::ReadPilotFigures
        | Command::AssessRisk
        | Command::ExportHeads
        | Command::SetHeadsTarget
        | Command::AcknowledgeEmergency => false,
    }
}

#[test]
fn who_does_not_treat_sees_nothing_clinical() {
    for command in Command::ALL.iter().filter(|command| is_clinical(**command)) {
        for role in [Role::Administrator, Role::Oversight, Role::Auditor] {
            let refused = allowed(role, *command).unwrap_err();
            assert_eq!((refused.role, refused.command), (role, *command));
        }
    }
}

#[test]
fn only_a_physician_signs_and_who_is_recorded_in_the_log_does_not_keep_it() {
    let may = |command: Command| {
        let roles = Role::ALL
            .into_iter()
            .filter(|role| allowed(*role, command).is_ok());
        roles.collect::<Vec<_>>()
    };
    assert_eq!(may(Command::SignNote), [Role::Physician]);
    assert_eq!(may(Command::ShowLog), [Role::Oversight, Role::Auditor]);
    for command in Command::ALL {
        assert!(!may(*command).is_empty(), "{command:?}");
    }
}

#[test]
fn a_refusal_says_what_was_asked_and_who_may() {
    let refused = allowed(Role::Nurse, Command::SignNote).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the role nurse does not include to sign a note; nothing was done. It is for: physician"
    );
}

#[test]
fn a_role_has_one_word() {
    for role in Role::ALL {
        assert_eq!(Role::from_word(role.word()), Some(role));
    }
    assert_eq!(Role::from_word("matron"), None);
}
