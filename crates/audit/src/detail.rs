//! The fixed words that acts are told in.

use serde::{Deserialize, Serialize};

/// How an act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not, for this reason.
    Refused(Refusal),
}

/// What was asked for where it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To make a visit.
    CreateVisit,
    /// To begin, pause or end a recording, or to mark a visit as drafted.
    ChangeState,
    /// To read a visit.
    ReadVisit,
    /// To store a revision of a note.
    SaveNote,
    /// To sign a note.
    SignNote,
    /// To have a note as text.
    TakeNote,
    /// To erase something.
    Erase,
    /// To search.
    Search,
    /// To change the passphrase.
    ChangePassphrase,
    /// To tie the vault to a computer or to a recovery key.
    ChangeWays,
    /// To exchange the vault key.
    RotateKey,
    /// To open the vault with a recovery key.
    Recover,
    /// To back the vault up.
    BackUp,
    /// To change what is kept how long.
    ChangeRetention,
    /// To say who spoke, or to take that back.
    CorrectSpeakers,
    /// To record, or to go on with a recording.
    Record,
    /// To see the list of visits.
    ListVisits,
    /// To have a note drafted.
    DraftNote,
    /// To open, make or lock the vault.
    EnterVault,
    /// To let another person into the vault.
    AdmitPerson,
    /// To restore a backup.
    Restore,
    /// To see what is kept how long.
    ReadRetention,
    /// To read the audit log.
    ShowLog,
    /// To export the audit log.
    ExportLog,
    /// To load a model.
    LoadModel,
    /// To report a suspicion.
    ReportIncident,
    /// To make a pack of an incident.
    MakeIncidentPack,
    /// To see which visits an incident concerns.
    ShowWorksheet,
    /// To lift a lockdown.
    LiftLockdown,
    /// To record a drill.
    RecordDrill,
    /// To enrol or erase one's voice.
    KeepVoice,
    /// To see the pilot's figures.
    ReadPilotFigures,
    /// To have the risks assessed.
    AssessRisk,
    /// To take a newer document of the organisation into force.
    TakeDocument,
    /// To say where signed heads of the log go.
    SetHeadsTarget,
    /// To take note of an emergency access.
    AcknowledgeEmergency,
    /// To see where signed heads of the log go, and whether they arrive.
    ShowHeads,
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The passphrase was wrong.
    WrongPassphrase,
    /// The new passphrase was too short.
    PassphraseTooShort,
    /// This computer's secret was not there or not the right one.
    DeviceSecret,
    /// The recovery key was not the one, or there is none.
    RecoveryKey,
    /// There is no such visit.
    NoSuchVisit,
    /// The visit is in a state that does not allow it.
    State,
    /// The note is signed.
    Signed,
    /// There was a newer revision than the one that was read.
    NotNewest,
    /// Nobody was named as the signer.
    NoSigner,
    /// There was nothing to do it with: no note, no sound.
    Nothing,
    /// Unsupported lines of the note were not resolved.
    Unresolved,
    /// What is stored is damaged or was altered.
    Damaged,
    /// The disk or the store refused.
    Storage,
    /// The person is not on the roster, not yet or no longer.
    NotAdmitted,
    /// The person has no way of their own into this vault.
    NoWay,
    /// The enrolment code was not the one, expired or used.
    EnrolmentCode,
    /// Too many tries had failed.
    TooManyTries,
    /// The organisation's key or document was missing, another, older or expired.
    Organisation,
    /// The person's role does not include it.
    NotForRole,
    /// The visit lies outside the pilot.
    OutOfScope,
    /// The model is not approved.
    NotApproved,
    /// The vault is locked down.
    LockedDown,
    /// What was to lift a lockdown does not do it.
    NotLifted,
    /// The emergency code was not the one, or was used.
    EmergencyCode,
    /// The time of the emergency access was over.
    EmergencyOver,
    /// An emergency access does not include it.
    NotInEmergency,
    /// The organisation's document decides it.
    OrganisationDecides,
}

/// How much of a transcript a correction of its speakers concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// One turn.
    Turn,
    /// Everything that one voice said.
    Voice,
}

/// Who spoke, in a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedAs {
    /// The clinician.
    Clinician,
    /// The patient.
    Patient,
    /// Somebody who came with the patient.
    Companion,
    /// Nobody knows.
    Unknown,
    /// Another one of the voices.
    OtherVoice,
}

/// How much of a visit was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The recording.
    Sound,
    /// The transcript of a signed visit.
    Transcript,
    /// A note that nobody has signed.
    Draft,
    /// Everything.
    Visit,
}

/// Why something was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The patient no longer agrees.
    ConsentWithdrawn,
    /// A person has discarded it.
    Discarded,
    /// The time was over for which it is kept.
    Retention,
}

/// Which way a note left the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To a file.
    File,
    /// To the terminal's standard output.
    Output,
    /// To the clipboard.
    Clipboard,
}

/// What kind of document a note left as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Plain text.
    Text,
    /// A page of HTML.
    Html,
    /// A FHIR R4 document Bundle.
    Fhir,
    /// An HL7 v2 message MDM^T02.
    Hl7,
    /// WordprocessingML.
    Docx,
    /// PDF/A.
    Pdf,
}

/// A version of the program, as it numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third.
    pub patch: u32,
}
