use serde::{Deserialize, Serialize};
use visit::{ConsentGiver, ConsentMethod, Millis, RevisionNumber, UnixMillis, VisitId};

use crate::actor::{AccountName, PersonAccount};
use crate::detail::{Asked, Cause, Extent, Format, NamedAs, Outcome, Part, Refusal, Version, Way};
use crate::emergency::EmergencyReason;
use crate::heads::{HeadsTarget, NotSent};
use crate::hex::Digest;
use crate::incident::Suspicion;

/// What was done. The fields are identifiers, digests, counts, times and words from fixed lists:
/// there is no place for anything that was said or written in a visit.
///
/// What changes files beside the database ([`Act::PassphraseChanged`], [`Act::WaysChanged`],
/// [`Act::BackedUp`]) is entered before it is done; if it then fails, a refusal with
/// [`Refusal::Storage`] follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The log begins in a vault that an earlier version made without one.
    LogBegun {
        /// Visits that were there already.
        visits: u32,
    },
    /// The vault was made; it is open.
    VaultCreated,
    /// The vault was opened.
    VaultOpened,
    /// The vault was locked. An opening that follows another without this was a program that died.
    VaultLocked,
    /// The screen was locked while work on a visit went on behind it: nothing is shown or taken, but the
    /// program has the vault's keys until that work ends.
    ScreenLocked,
    /// The screen was unlocked again, with the passphrase of whoever had opened the vault.
    ScreenUnlocked,
    /// Somebody tried to open the vault and could not. Entered by the next opening.
    UnlockRefused {
        /// Why.
        reason: Refusal,
        /// How often: many tries in a row are one entry, with the time of the last.
        times: u32,
    },
    /// A visit was made.
    VisitCreated {
        /// Which.
        visit: VisitId,
    },
    /// The consent to recording it was recorded.
    ConsentRecorded {
        /// Of which visit.
        visit: VisitId,
        /// Who agreed.
        given_by: ConsentGiver,
        /// How.
        method: ConsentMethod,
    },
    /// The consent was withdrawn; what is erased for it follows.
    ConsentWithdrawn {
        /// Of which visit.
        visit: VisitId,
    },
    /// The visit gets its sound from a file; a recording that begins is the reading of it.
    ImportBegun {
        /// Which visit.
        visit: VisitId,
        /// Digest of the file.
        file: Digest,
    },
    /// The microphone opened, for the first time or again.
    RecordingBegun {
        /// For which visit.
        visit: VisitId,
    },
    /// The recording was paused, or had been cut off.
    RecordingPaused {
        /// Of which visit.
        visit: VisitId,
    },
    /// The recording came to its end.
    RecordingEnded {
        /// Of which visit.
        visit: VisitId,
        /// How long it is.
        recorded: Millis,
    },
    /// Somebody was shown a visit: its cover, transcript and note.
    VisitRead {
        /// Which.
        visit: VisitId,
    },
    /// The program drafted a note.
    DraftMade {
        /// For which visit.
        visit: VisitId,
        /// As which revision.
        revision: RevisionNumber,
        /// Digest of the note's canonical form.
        note: Digest,
        /// Digest of the model that wrote it.
        model: Digest,
    },
    /// The draft is complete: the visit stands as drafted.
    VisitDrafted {
        /// Which.
        visit: VisitId,
    },
    /// A person stored a revision of the note.
    NoteEdited {
        /// Of which visit.
        visit: VisitId,
        /// Which revision.
        revision: RevisionNumber,
        /// Digest of the note's canonical form.
        note: Digest,
    },
    /// A person signed the note.
    NoteSigned {
        /// Of which visit.
        visit: VisitId,
        /// Which revision.
        revision: RevisionNumber,
        /// Digest of the note's canonical form.
        note: Digest,
    },
    /// A note, or a part of it, left the program as text.
    NoteTaken {
        /// Of which visit.
        visit: VisitId,
        /// Digest of the whole note's canonical form, as it was then.
        note: Digest,
        /// Which way it went.
        way: Way,
    },
    /// A revision of the note left the program as a document.
    NoteExported {
        /// Of which visit.
        visit: VisitId,
        /// Which revision.
        revision: RevisionNumber,
        /// Digest of the note's canonical form.
        note: Digest,
        /// As what.
        format: Format,
        /// Whether it was encrypted to a recipient.
        encrypted: bool,
        /// Digest of the bytes that left.
        file: Digest,
        /// Version of the program that wrote them.
        program: Version,
        /// Which way they went.
        way: Way,
    },
    /// A visit, or a part of it, was erased.
    Erased {
        /// Which visit.
        visit: VisitId,
        /// How much of it.
        part: Part,
        /// Why.
        cause: Cause,
    },
    /// The visits were searched. What for is not entered.
    Searched {
        /// How many visits were found and shown, each with its label and reason.
        found: u32,
    },
    /// The passphrase was exchanged.
    PassphraseChanged,
    /// The vault was tied to a computer or entrusted to a recovery key.
    WaysChanged {
        /// Whether the computer's secret was made anew.
        device: bool,
        /// Whether the recovery key was set.
        escrow: bool,
    },
    /// The vault key was exchanged.
    KeyRotated,
    /// The vault was opened with the organisation's recovery key and got a new passphrase.
    Recovered,
    /// The vault was backed up.
    BackedUp {
        /// The time that names the snapshot.
        snapshot: UnixMillis,
    },
    /// This vault was restored from a backup: other entries may have followed in the vault that was
    /// backed up.
    Restored {
        /// The time that names the snapshot.
        snapshot: UnixMillis,
    },
    /// How long what is kept of a visit is kept was changed. Days; without a number: until a person
    /// erases it.
    RetentionChanged {
        /// Recordings.
        audio: Option<u32>,
        /// Transcripts.
        transcript: Option<u32>,
        /// Notes that nobody has signed.
        draft: Option<u32>,
    },
    /// Somebody was shown this log.
    LogShown,
    /// This log was written to a file.
    LogExported,
    /// The store's write-ahead log was found damaged at an opening: what was committed last may be
    /// missing. A copy of it was kept.
    StoreLogDamaged,
    /// A person said who spoke.
    SpeakersCorrected {
        /// In which visit.
        visit: VisitId,
        /// How much of it.
        extent: Extent,
        /// Whom they named.
        named: NamedAs,
    },
    /// The last of these corrections was taken back.
    CorrectionTakenBack {
        /// In which visit.
        visit: VisitId,
    },
    /// The vault was bound to an organisation: from here on it opens for the people of its document
    /// alone.
    OrganisationBound {
        /// Digest of the organisation's public key, as the line that holds it.
        key: Digest,
        /// Serial of the document that is in force.
        serial: u64,
        /// Digest of that document.
        document: Digest,
    },
    /// A newer document of the organisation came into force.
    DocumentTaken {
        /// Its serial.
        serial: u64,
        /// Its digest.
        document: Digest,
    },
    /// A person of the roster got a way of their own into the vault.
    PersonAdmitted {
        /// Who.
        account: PersonAccount,
    },
    /// The way of a person who is no longer on the roster was removed.
    PersonRemoved {
        /// Who.
        account: PersonAccount,
    },
    /// Somebody tried to sign in and could not. Entered by the next opening.
    SignInRefused {
        /// Under which account, as it was typed.
        account: AccountName,
        /// Why.
        reason: Refusal,
        /// How often: many tries in a row are one entry, with the time of the last.
        times: u32,
    },
    /// Somebody suspects that something is wrong: the vault is locked down from here on.
    IncidentReported {
        /// Its number, from 1.
        number: u32,
        /// What is suspected.
        suspicion: Suspicion,
    },
    /// The lockdown was lifted, for every report up to one.
    LockdownLifted {
        /// The number of the last of them.
        number: u32,
        /// Digest of the statement that lifts it.
        statement: Digest,
    },
    /// A pack for those who look into an incident left the program.
    IncidentPackMade {
        /// Digest of the bytes that left.
        file: Digest,
        /// Whether it was encrypted to a recipient.
        encrypted: bool,
    },
    /// The incident plan was tried on a scratch vault.
    DrillRecorded {
        /// Whether everything held.
        passed: bool,
        /// From the report to the pack.
        took: Millis,
        /// Visits of the scratch vault.
        visits: u32,
    },
    /// Somebody was shown which visits an incident concerns.
    WorksheetShown,
    /// A print of the voice of whoever is signed in was made and kept.
    VoiceEnrolled,
    /// It was erased.
    VoiceErased,
    /// Somebody was given the pilot's figures.
    PilotFiguresRead {
        /// Of how many visits.
        visits: u32,
        /// Whether they are told apart by person.
        per_person: bool,
    },
    /// Somebody had the risks of the computer and of this vault assessed.
    RiskAssessed {
        /// Self-checks that passed.
        passed: u32,
        /// Self-checks that failed: their risks stand open.
        failed: u32,
        /// Self-checks that could not look.
        untold: u32,
    },
    /// Signed heads of this log went to a place outside of the vault, or did not. Entered when that
    /// changes: at the first time, at a failure, and when it works again.
    HeadsExported {
        /// Where to.
        target: HeadsTarget,
        /// How many entries the newest head that has arrived there speaks of.
        entries: u64,
        /// Why the next ones did not; they are tried again.
        failed: Option<NotSent>,
    },
    /// A person said where signed heads of this log go.
    HeadsTargetChanged {
        /// Digest of the folder's path; nothing without a folder.
        folder: Option<Digest>,
        /// Whether they go to the computer's system log.
        syslog: bool,
    },
    /// The vault can be opened with the code of a sealed emergency sheet from here on, or with none.
    EmergencyPrepared {
        /// Digest of the sheet's public part, by which it is told from others.
        sheet: Option<Digest>,
    },
    /// Somebody opened the vault with the code of a sealed emergency sheet, which opens it no more.
    EmergencyBegun {
        /// Which sheet.
        sheet: Digest,
        /// Why, in a word from a list.
        reason: EmergencyReason,
        /// Digest of the name that was typed.
        name: Digest,
        /// When it ends by itself.
        until: UnixMillis,
    },
    /// An emergency access came to its end.
    EmergencyEnded {
        /// By which sheet it was.
        sheet: Digest,
    },
    /// Oversight has taken note of an emergency access.
    EmergencyAcknowledged {
        /// By which sheet it was.
        sheet: Digest,
    },
    /// The vault holds on to another key of its organisation: the one before has named it.
    OrganisationKeyReplaced {
        /// Digest of the key before, as the line that holds it.
        from: Digest,
        /// Digest of the key from here on.
        to: Digest,
        /// Digest of the statement that the key before has signed.
        statement: Digest,
    },
    /// Something was asked for and not done.
    Refused {
        /// What.
        asked: Asked,
        /// Of which visit, if of one.
        visit: Option<VisitId>,
        /// Why not.
        reason: Refusal,
    },
}

impl Act {
    /// Whether it was done.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::UnlockRefused { reason, .. }
            | Self::SignInRefused { reason, .. }
            | Self::Refused { reason, .. } => Outcome::Refused(*reason),
            _ => Outcome::Done,
        }
    }

    /// The visit that it concerns, if it is one.
    pub const fn visit(&self) -> Option<VisitId> {
        match self {
            Self::VisitCreated { visit }
            | Self::ConsentRecorded { visit, .. }
            | Self::ConsentWithdrawn { visit }
            | Self::ImportBegun { visit, .. }
            | Self::RecordingBegun { visit }
            | Self::RecordingPaused { visit }
            | Self::RecordingEnded { visit, .. }
            | Self::VisitRead { visit }
            | Self::DraftMade { visit, .. }
            | Self::VisitDrafted { visit }
            | Self::NoteEdited { visit, .. }
            | Self::NoteSigned { visit, .. }
            | Self::NoteTaken { visit, .. }
            | Self::NoteExported { visit, .. }
            | Self::SpeakersCorrected { visit, .. }
            | Self::CorrectionTakenBack { visit }
            | Self::Erased { visit, .. } => Some(*visit),
            Self::Refused { visit, .. } => *visit,
            Self::LogBegun { .. }
            | Self::VaultCreated
            | Self::VaultOpened
            | Self::VaultLocked
            | Self::ScreenLocked
            | Self::ScreenUnlocked
            | Self::VoiceEnrolled
            | Self::VoiceErased
            | Self::UnlockRefused { .. }
            | Self::Searched { .. }
            | Self::PassphraseChanged
            | Self::WaysChanged { .. }
            | Self::KeyRotated
            | Self::Recovered
            | Self::BackedUp { .. }
            | Self::Restored { .. }
            | Self::RetentionChanged { .. }
            | Self::LogShown
            | Self::LogExported
            | Self::StoreLogDamaged
            | Self::IncidentReported { .. }
            | Self::LockdownLifted { .. }
            | Self::IncidentPackMade { .. }
            | Self::DrillRecorded { .. }
            | Self::WorksheetShown
            | Self::PilotFiguresRead { .. }
            | Self::RiskAssessed { .. }
            | Self::OrganisationBound { .. }
            | Self::DocumentTaken { .. }
            | Self::PersonAdmitted { .. }
            | Self::PersonRemoved { .. }
            | Self::SignInRefused { .. }
            | Self::HeadsExported { .. }
            | Self::HeadsTargetChanged { .. }
            | Self::EmergencyPrepared { .. }
            | Self::EmergencyBegun { .. }
            | Self::EmergencyEnded { .. }
            | Self::EmergencyAcknowledged { .. }
            | Self::OrganisationKeyReplaced { .. } => None,
        }
    }
}
