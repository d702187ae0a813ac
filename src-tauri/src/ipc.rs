//! What passes between the page and the program. The TypeScript side of these types is generated.

mod exporting;
mod incident;
mod log;
mod nothing_leaves;
mod practice;
mod workstation;

use scribe::Event;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use vault::{Erased, ErasureReason, GapCause, SecretString, Signature};
use visit::{
    Consent, ConsentGiver, ConsentMethod, Due, Millis, Note, PatientText, Pointed, RevisionNumber,
    Segment, SpokenBy, UnixMillis, VisitId, VisitState,
};

use crate::failure::Failure;
use crate::preferences::Preferences;

pub use exporting::{ExportReport, ExportRequest, NoteCopy, NoteTextRequest};
pub use incident::{
    HourStep, IncidentState, PackMade, PackRequest, ReportRequest, StatementFile, WorksheetPage,
    WorksheetRequest,
};
pub use log::{LogExport, LogExported, LogRequest, LogView};
pub use nothing_leaves::NothingLeaves;
pub use practice::{CreateRequest, EnrolRequest, FoundingStage, PracticeMade, PracticeRequest};
pub use workstation::{AdmitRequest, DocumentRequest, DocumentTaken, WorkstationView};

/// What the page needs to know once.
#[derive(Debug, Serialize, TS)]
pub struct Startup {
    /// The program's version.
    pub version: String,
    /// Where the store lies or will lie.
    pub folder: String,
    /// How the store is to be entered.
    pub door: Door,
    /// Whether people enter it with their accounts: it is an organisation's, or will be.
    pub accounts: bool,
    /// The account of whoever is signed in, where people have accounts.
    pub signed_in: Option<String>,
    /// What they are there for, while the store is shown.
    pub role: Option<governance::Role>,
    /// What they may do in the open store; in one without an organisation that is everything.
    pub may: Vec<governance::Command>,
    /// Whether the open store is locked down since somebody reported a suspicion.
    pub locked_down: bool,
    /// Minutes without a touch after which the screen is locked; 0: it is not.
    pub idle_lock_minutes: u32,
    /// The organisation that this computer is enrolled with.
    pub organisation: Option<String>,
    /// The kinds of visit that its pilot is limited to; empty if it is not.
    pub kinds: Vec<String>,
    /// What the self-check of this start has found.
    pub nothing_leaves: NothingLeaves,
    /// Set while the sample visit can be played.
    pub demo: Option<Demo>,
    /// The name of the account at the computer, as a first guess at who asks for consent.
    pub account: String,
    /// The kinds of note.
    pub templates: Vec<TemplateChoice>,
    /// The kind that is taken when none is chosen.
    pub default_template: String,
    /// The words that consent is asked with.
    pub consent: ConsentWording,
    /// Fewest characters of a new passphrase.
    pub shortest_passphrase: u32,
    /// How the page looks and behaves for this person.
    pub preferences: Preferences,
    /// Why what a person had chosen is not known.
    pub preferences_failure: Option<Failure>,
}

/// How the store is to be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// There is none yet.
    Absent,
    /// It needs its passphrase.
    Locked,
    /// It is open, and the screen locked while a visit is recorded or written down.
    Covered,
    /// It is open.
    Open,
}

/// A scratch store into which the sample visit plays.
#[derive(Debug, Serialize, TS)]
pub struct Demo {
    /// The name of the recorded visit.
    pub sound: String,
    /// Whether it leads back to the first start, or else ends with the window.
    pub ends: bool,
}

/// A kind of note, as people choose it.
#[derive(Debug, Serialize, TS)]
pub struct TemplateChoice {
    /// Short name.
    pub id: String,
    /// The name that people see.
    pub title: String,
    /// Its sections.
    pub sections: Vec<TemplateHeading>,
}

/// The heading of a template's section.
#[derive(Debug, Serialize, TS)]
pub struct TemplateHeading {
    /// Short name.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The words that stand there when nothing was said for it.
    pub empty: String,
}

/// The words that consent is asked with.
#[derive(Debug, Serialize, TS)]
pub struct ConsentWording {
    /// Their version.
    pub version: String,
    /// The words.
    pub text: String,
}

/// Where sound can come from.
#[derive(Debug, Serialize, TS)]
pub struct SoundSource {
    /// What it is chosen by.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: SoundKind,
    /// Whether it is taken when nothing is chosen.
    pub is_default: bool,
}

/// What a source of sound is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SoundKind {
    /// A device.
    Microphone,
    /// The recorded sample visit.
    Sample,
}

/// A visit as a line of the list.
#[derive(Debug, Serialize, TS)]
pub struct VisitRow {
    /// The visit.
    pub id: VisitId,
    /// When it began.
    pub started_at: UnixMillis,
    /// Whom it is for; may be empty.
    pub patient_label: PatientText,
    /// Why they came; may be empty.
    pub reason: PatientText,
    /// The template's short name.
    pub template: String,
    /// Where it stands.
    pub state: VisitState,
    /// Length of the recording.
    pub recorded: Millis,
    /// Whether its sound comes from a file.
    pub imported: bool,
    /// Whether its sound was erased.
    pub sound_erased: bool,
    /// Whether its transcript was erased.
    pub transcript_erased: bool,
    /// What of it will be erased by itself, and when.
    pub will_be_erased: Vec<Due>,
    /// Segments of the transcript in the store.
    pub segments: u32,
    /// The newest revision of its note.
    pub revision: Option<RevisionNumber>,
    /// What the program does with it now.
    pub activity: Activity,
    /// It was cut off while it was recorded, written down or drafted, and nothing is being done
    /// about it.
    pub unfinished: bool,
}

/// What the program does with a visit now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Nothing.
    None,
    /// It records, or is paused.
    Recording,
    /// It completes the transcript.
    Transcribing,
    /// It writes the note.
    Drafting,
}

/// A visit with its content.
#[derive(Debug, Serialize, TS)]
pub struct VisitView {
    /// As in the list.
    pub row: VisitRow,
    /// The consent.
    pub consent: Consent,
    /// The device that it is being recorded from.
    pub source: Option<String>,
    /// The transcript.
    pub segments: Vec<Segment>,
    /// How often a person has said who spoke, and not taken it back.
    pub corrections: u32,
    /// Where sound is missing.
    pub gaps: Vec<MissingSound>,
    /// The newest revision of the note.
    pub saved: Option<SavedNote>,
    /// Who signed it.
    pub signature: Option<Signature>,
}

/// Sound that was lost, or that never was a signal.
#[derive(Debug, Serialize, TS)]
pub struct MissingSound {
    /// Where in the recording.
    pub at: Millis,
    /// How much.
    pub missing: Millis,
    /// Why.
    pub cause: GapCause,
}

/// A note in the store.
#[derive(Debug, Serialize, TS)]
pub struct SavedNote {
    /// Its revision.
    pub number: RevisionNumber,
    /// When it was stored.
    pub at: UnixMillis,
    /// The note.
    pub note: Note,
    /// Whether the model wrote this revision, or else a person changed it.
    pub drafted: bool,
    /// How many of the model's lines a person has yet to change, accept or remove before the note
    /// can be signed.
    pub unresolved: u32,
}

/// Something that the page is told without having asked.
#[derive(Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FromDesk {
    /// Something happened in a visit.
    Visit {
        /// Which.
        visit: VisitId,
        /// What.
        event: Event,
    },
    /// A backup goes on.
    BackingUp {
        /// Which of its stages.
        stage: BackupStage,
        /// How much of the stage is done.
        percent: u32,
    },
    /// A small practice is being set up.
    SettingUp {
        /// What is done now.
        stage: FoundingStage,
    },
    /// Something is due to be erased and was not.
    RetentionFailed {
        /// What happened and what to do.
        message: String,
    },
    /// The store was found damaged when it was opened.
    StoreDamaged {
        /// What happened, what was kept and what to do.
        message: String,
    },
    /// A person wants to close the window while a visit is being recorded.
    CloseAsked,
    /// The work behind the locked screen has ended, and the store is locked.
    Locked,
}

/// The stages of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BackupStage {
    /// The store is copied.
    Copying,
    /// The copy is restored to a scratch store.
    Restoring,
    /// Everything in it is read and compared.
    Comparing,
}

/// Where to back up to.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BackupRequest {
    /// A folder, from the root on.
    pub folder: String,
}

/// What opens the store.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenRequest {
    /// As typed.
    #[ts(type = "string")]
    pub passphrase: SecretString,
    /// The account of who signs in to an organisation's store, as typed.
    pub account: Option<String>,
}

/// How much of the list of visits is shown.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListRequest {
    /// The latest so many visits.
    pub limit: u32,
}

/// Visits to look for.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// Words that they all hold, and phrases between quotation marks.
    pub query: PatientText,
    /// The latest so many visits.
    pub limit: u32,
}

/// A visit.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitRequest {
    /// Which.
    pub visit: VisitId,
}

/// What is to be erased for good.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// Of which visit.
    pub visit: VisitId,
    /// Which parts of it; all or none go.
    pub erased: Vec<Erased>,
    /// Why.
    pub reason: ErasureReason,
}

/// What is known when a visit begins.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewVisitRequest {
    /// Whom it is for; may be empty.
    pub patient_label: PatientText,
    /// Why they came; may be empty.
    pub reason: PatientText,
    /// Names and words that will probably be spoken, with commas between them; may be empty.
    pub expected: PatientText,
    /// The template's short name.
    pub template: String,
    /// The language spoken (ISO 639-1), or none to have it detected.
    pub language: Option<String>,
    /// What kind of visit it is, where the organisation's pilot names some.
    pub kind: Option<String>,
    /// The consent.
    pub consent: ConsentRequest,
}

/// A recording to make a visit of.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Where the file lies, from the root on.
    pub file: PatientText,
    /// What is known of the visit.
    pub visit: NewVisitRequest,
}

/// Consent as it was given; wording and instant are the program's to add.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConsentRequest {
    /// Who asked.
    pub asked_by: PatientText,
    /// Who agreed.
    pub given_by: ConsentGiver,
    /// How.
    pub method: ConsentMethod,
}

/// A recording to start.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecordRequest {
    /// The visit, prepared.
    pub visit: VisitId,
    /// Where sound comes from, or none for the default microphone.
    pub source: Option<String>,
}

/// A draft to make.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// The visit.
    pub visit: VisitId,
    /// The template's short name.
    pub template: String,
}

/// A line to compare with a transcript.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StatementRequest {
    /// The visit.
    pub visit: VisitId,
    /// The line.
    pub text: PatientText,
}

/// A note to store as a new revision.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveRequest {
    /// The visit.
    pub visit: VisitId,
    /// The note.
    pub note: Note,
}

/// A person's word about who spoke.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CorrectRequest {
    /// The visit.
    pub visit: VisitId,
    /// What they point at in the transcript.
    pub seen: Pointed,
    /// Who spoke it.
    pub by: SpokenBy,
}

/// A transcript after a person has said who spoke, or taken that back.
#[derive(Debug, Serialize, TS)]
pub struct Corrected {
    /// As it reads now.
    pub segments: Vec<Segment>,
    /// How often a person has said who spoke, and not taken it back.
    pub corrections: u32,
    /// The revision in which the note stands with its new verdicts, if any changed.
    pub revision: Option<RevisionNumber>,
}

/// A note to sign.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignRequest {
    /// The visit.
    pub visit: VisitId,
    /// The revision that was read.
    pub revision: RevisionNumber,
    /// Who signs.
    pub signer: PatientText,
}

#[cfg(test)]
mod tests;
