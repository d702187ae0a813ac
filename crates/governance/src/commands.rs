//! Which role may do what: one table, which a test walks against `tests/roles.txt`.

use std::fmt;

use serde::Serialize;
use ts_rs::TS;

use crate::Role;

/// Something was asked for that this role does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role {role} does not include to {command}; nothing was done. It is for: {}", words(command.roles()))]
pub struct NotForRole {
    /// Whose role.
    pub role: Role,
    /// What was asked for.
    pub command: Command,
}

/// Whether a person of this role may do this.
///
/// # Errors
/// [`NotForRole`].
pub fn allowed(role: Role, command: Command) -> Result<(), NotForRole> {
    if command.roles().contains(&role) {
        Ok(())
    } else {
        Err(NotForRole { role, command })
    }
}

fn words(roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    words.join(", ")
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident, $words:literal: $($role:ident)+;)+) => {
        /// What a person can do with a vault, in the window or on the command line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Command {
            $($(#[$doc])* $name,)+
        }

        impl Command {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Who may do it.
            pub const fn roles(self) -> &'static [Role] {
                match self {
                    $(Self::$name => &[$(Role::$role,)+],)+
                }
            }

            /// What it is, to follow "may" and "to".
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)+
                }
            }
        }
    };
}

commands! {
    /// Make a visit, with its consent.
    CreateVisit, "make a visit": Physician Nurse;
    /// Begin, pause and end a recording, and finish its transcript.
    Record, "record a visit": Physician Nurse;
    /// See the list of visits, with labels and reasons.
    ListVisits, "list the visits": Physician Nurse;
    /// Search in what was said and written.
    SearchVisits, "search the visits": Physician Nurse;
    /// Read a visit: cover, transcript, note.
    ReadVisit, "read a visit": Physician Nurse;
    /// Have a note drafted, and a line of it judged.
    DraftNote, "draft a note": Physician Nurse;
    /// Store a revision of a note.
    EditNote, "edit a note": Physician Nurse;
    /// Sign a note.
    SignNote, "sign a note": Physician;
    /// Take a note out of the program, as text.
    TakeNote, "take a note out of the program": Physician Nurse;
    /// Erase a visit's sound or all of it because consent was withdrawn.
    WithdrawConsent, "erase for withdrawn consent": Physician Nurse;
    /// Erase a visit's sound or all of it for another reason.
    Discard, "discard a visit": Physician;
    /// Make a vault, or bring one that was made without an organisation into it: each account of a
    /// computer has its own, so whoever works there has to be able to.
    CreateVault, "make a vault": Physician Nurse Administrator;
    /// Open the vault.
    OpenVault, "open the vault": Physician Nurse Administrator Oversight Auditor;
    /// Lock the vault.
    LockVault, "lock the vault": Physician Nurse Administrator Oversight Auditor;
    /// Change one's own passphrase.
    ChangePassphrase, "change their passphrase": Physician Nurse Administrator Oversight Auditor;
    /// Tie the vault to a computer or entrust it to a recovery key.
    ChangeWays, "change the ways into the vault": Administrator;
    /// Exchange the vault key.
    RotateKey, "exchange the vault key": Administrator;
    /// Get a way into a vault with the recovery key: whoever holds that key decides for whom.
    Recover, "recover a vault": Physician Nurse Administrator Oversight Auditor;
    /// Let a person of the roster into the vault, with their enrolment code.
    AdmitPerson, "let a person into the vault": Physician Administrator;
    /// Take a newer document of the organisation into force on this computer.
    TakeDocument, "take a newer document into force": Physician Administrator;
    /// Back the vault up, and list the snapshots: what leaves is encrypted.
    BackUp, "back the vault up": Physician Administrator;
    /// Restore a backup as a new vault.
    Restore, "restore a backup": Administrator;
    /// See how long everything is kept.
    ReadRetention, "see how long everything is kept": Physician Nurse Administrator Oversight Auditor;
    /// Change how long everything is kept, and erase now what is due.
    ChangeRetention, "change how long everything is kept": Administrator;
    /// Read the audit log: who saw which visit.
    ShowLog, "read the audit log": Oversight Auditor;
    /// Write the audit log to a file.
    ExportLog, "export the audit log": Oversight Auditor;
    /// Report that something is wrong, which locks the vault down.
    ReportIncident, "report a suspicion": Physician Nurse Administrator Oversight Auditor;
    /// See which visits an incident concerns, by their identifiers, and until when whom to notify.
    ShowWorksheet, "see which visits an incident concerns": Physician Administrator Oversight Auditor;
    /// Make the pack for those who look into an incident; readable only for who may export the log.
    MakeIncidentPack, "make an incident pack": Physician Administrator Oversight Auditor;
    /// Lift the lockdown, with what the organisation's key has signed.
    LiftLockdown, "lift the lockdown": Physician Administrator Oversight;
    /// Try the incident plan and record the result.
    RecordDrill, "record a drill": Physician Administrator Oversight;
    /// Have a print of one's own voice made, so that the program knows it in a visit, or erase it.
    KeepVoice, "enrol or erase their voice": Physician Nurse;
    /// See the pilot's figures, in which no visit and no word of one is told; by person only where the
    /// policy says so.
    ReadPilotFigures, "see the pilot's figures": Administrator Oversight;
    /// Have the risks of this computer and its store assessed: figures and states, nothing of a visit.
    AssessRisk, "assess the risks": Physician Administrator Oversight Auditor;
    /// See where signed heads of the audit log go and whether they arrive, and have them go now.
    ExportHeads, "export signed heads of the audit log": Administrator Oversight Auditor;
    /// Say where they go, where no organisation's document does.
    SetHeadsTarget, "say where signed heads of the audit log go": Administrator;
    /// Take note of an emergency access, which is told at every sign-in until then.
    AcknowledgeEmergency, "take note of an emergency access": Oversight;
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
