//! What the conductor tells whoever shows it: the desktop or the command line.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use vault::GapCause;
use visit::{
    Coverage, DraftSpeed, Millis, PatientText, RevisionNumber, Segment, VisitId, VisitState,
};

/// Something that happened in a visit that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The visit's state changed.
    State {
        /// The visit.
        visit: VisitId,
        /// Its state from now on.
        state: VisitState,
    },
    /// Sound came in; sent about ten times a second while recording.
    Level {
        /// Root mean square of the last tenth of a second, in decibels below full scale (≤ 0).
        dbfs: f32,
        /// Peak in the same time, in decibels below full scale.
        peak_dbfs: f32,
    },
    /// So much of the recording is sealed and committed.
    Kept {
        /// Length of the recording on disk.
        recorded: Millis,
    },
    /// Sound is missing, and this is marked in the store.
    Gap {
        /// Where in the recording.
        at: Millis,
        /// How much; nothing where it is not known.
        missing: Millis,
        /// Why.
        cause: GapCause,
    },
    /// The sound is read from a file, as fast as it can be: told at the beginning, and while what was
    /// imported before is passed over. `Kept` tells how far the import has come.
    Importing {
        /// How much was passed over.
        passed: Millis,
        /// Length of the file, where it says that.
        of: Option<Millis>,
    },
    /// The recording has ended without having been stopped. What was kept is safe, and the visit
    /// can be recorded on or finished.
    Interrupted,
    /// Something is wrong with the sound; the recording goes on or has stopped as said.
    Alarm(Alarm),
    /// A final segment of the transcript, already in the store.
    Segment(Segment),
    /// What is being said and not final yet; nowhere but here, never in the store.
    Provisional {
        /// Replaces the line that stood there; nothing: there is none any more.
        line: Option<ProvisionalLine>,
    },
    /// Sound that is recorded and that nobody has listened to yet: how far recognition lags.
    Backlog {
        /// How much.
        behind: Millis,
    },
    /// A worker ended unexpectedly and its work is repeated by a fresh one.
    WorkerRestarted {
        /// Which.
        worker: WorkerRole,
        /// How often so far in this visit.
        times: u32,
    },
    /// A worker cannot be brought back; the recording is not affected.
    WorkerFailed {
        /// Which.
        worker: WorkerRole,
        /// What happened and what to do, for a person.
        message: String,
    },
    /// The transcript is complete.
    TranscriptComplete {
        /// How many segments it has.
        segments: u32,
    },
    /// The draft's model reads the transcript.
    DraftReading {
        /// Tokens read so far.
        tokens: u32,
        /// Tokens to read.
        of: u32,
    },
    /// The line that is being written; replaced by the next of these or by `DraftStatement`.
    DraftWriting {
        /// Position of the section in the template.
        section: u32,
        /// The line so far.
        text: PatientText,
    },
    /// A finished statement with its evidence.
    DraftStatement {
        /// Position of the section in the template.
        section: u32,
        /// The statement.
        statement: visit::Statement,
    },
    /// A section of the draft is done.
    DraftSectionEnded {
        /// Position of the section in the template.
        section: u32,
    },
    /// The draft is complete and in the store.
    DraftComplete {
        /// Its revision.
        revision: RevisionNumber,
        /// What was read.
        coverage: Coverage,
        /// Where the time went.
        speed: DraftSpeed,
    },
    /// The draft did not come about; recording and transcript are safe.
    DraftFailed {
        /// What happened and what to do, for a person.
        message: String,
    },
}

/// What an utterance holds so far, before it has ended. Its segments may say something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProvisionalLine {
    /// Start of the first word.
    pub start: Millis,
    /// The words, numbers in their written form, without the punctuation that ends a sentence.
    pub text: PatientText,
}

/// Trouble with the recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "alarm", rename_all = "snake_case", deny_unknown_fields)]
pub enum Alarm {
    /// No sound has come for a second or more.
    Stalled {
        /// Why the source could not be opened again so far, where that is known.
        reason: Option<String>,
    },
    /// Sound comes again.
    Recovered {
        /// Length of the gap.
        missing: Millis,
        /// The device that it comes from now, if it is another one.
        device: Option<String>,
    },
    /// For ten seconds the source has delivered samples without any signal, as a muted microphone
    /// does.
    Silent,
    /// There is a signal again.
    SignalAgain {
        /// How long there was none.
        silent: Millis,
    },
    /// The disk fills up.
    DiskLow {
        /// Minutes of recording that it has room for.
        minutes: u32,
    },
    /// The disk is nearly full. The recording goes on until it is.
    DiskShort {
        /// Minutes of recording that it has room for.
        minutes: u32,
    },
    /// There is room on the disk again.
    DiskEnough,
    /// The program was too slow to take the device's sound.
    Dropped {
        /// How much was lost, since the start of the visit.
        missing: Millis,
    },
    /// The store refuses to take sound at the moment. What is heard is held and the store is tried
    /// again for half a minute; nothing is lost yet.
    StoreRefuses {
        /// What happened and what to do.
        message: String,
    },
    /// The store has taken everything that was held.
    StoreAgain,
    /// Writing to the store failed for too long; the recording has ended and what was kept before
    /// is safe.
    StoreFailed {
        /// What happened and what to do.
        message: String,
    },
    /// The device or file cannot go on; the recording has ended and what was kept is safe.
    SourceFailed {
        /// What happened and what to do.
        message: String,
    },
}

/// Which child process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkerRole {
    /// Speech recognition.
    Speech,
    /// Drafting.
    Drafting,
}
