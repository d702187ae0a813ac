use capture::CaptureError;
use vault::VaultError;

use crate::models::ModelError;

/// Why the conductor could not do what was asked. Nothing that was kept before is lost by any.
#[derive(Debug, thiserror::Error)]
pub enum ScribeError {
    /// The store refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The source of sound refused.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// A model is not there.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A worker could not be started.
    #[error("the {worker} worker could not be started; the recording is safe")]
    WorkerStart {
        /// `speech` or `drafting`.
        worker: &'static str,
        /// Why.
        #[source]
        cause: worker::SpawnError,
    },
    /// A worker said why it cannot go on.
    #[error("{0}; recording and transcript are safe")]
    WorkerRefused(worker::protocol::Failure),
    /// A worker died again and again at the same place.
    #[error(
        "the {worker} worker ended unexpectedly {times} times ({how}); recording and transcript so far are safe, try again later or with another model"
    )]
    WorkerDied {
        /// `speech` or `drafting`.
        worker: &'static str,
        /// How often without getting further.
        times: u32,
        /// How it ended the last time.
        how: String,
    },
    /// A step took the program with it, again and again; this time it was left out.
    #[error(
        "{doing} was left out this time, because the program ended {times} times while it ran; \
         everything recorded and written so far is safe. Ask for it once more to try again"
    )]
    LeftOut {
        /// What, as a noun phrase.
        doing: &'static str,
        /// How often it was begun and never ended.
        times: u32,
    },
    /// Consent was withdrawn, or the sound was erased for another reason.
    #[error(
        "the sound of this visit was erased, so the microphone was not opened for it; make a new visit, with a new consent"
    )]
    SoundErased,
    /// The visit has come to its end.
    #[error(
        "this visit is {} and is recorded no further, so the microphone was not opened; make a new visit",
        .state.as_str()
    )]
    NotToRecord {
        /// Where it stands.
        state: visit::VisitState,
    },
    /// The sound of the visit comes from a file.
    #[error(
        "the sound of this visit is imported from a file, so no microphone was opened for it; go on with the import, finish the visit as it is, or make a new one"
    )]
    FromFile,
    /// The sound of the visit comes from a microphone.
    #[error(
        "the sound of this visit was recorded and not imported, so no file was read for it; make a new visit to import one"
    )]
    NotFromFile,
    /// The file that an import goes on with is not there.
    #[error(
        "the file that this visit is imported from is not where it was, or cannot be read ({cause}); what was imported is kept. Bring the file back or say where it is now, or finish or erase the visit as it is"
    )]
    FileGone {
        /// What the operating system said.
        #[source]
        cause: std::io::Error,
    },
    /// The file that an import was to go on with is another one.
    #[error(
        "this is not the file that the visit is imported from, or it was changed since; nothing was added to the visit and what was imported is kept. Go on with the same file, or finish or erase the visit as it is"
    )]
    AnotherFile,
    /// The recording ended without having been stopped.
    #[error(
        "the recording was interrupted; what was shown as recorded is safe, and the visit can be recorded on, finished or erased"
    )]
    Interrupted,
    /// The program ends, or the visit is erased.
    #[error("the work on this visit was ended; what is recorded and written so far is safe")]
    Ended,
    /// There is no room to record.
    #[error(
        "the disk of the vault has {free} MiB left and a recording needs at least {needs} MiB; nothing was recorded, make room and start again"
    )]
    NoRoom {
        /// Free, in MiB.
        free: u64,
        /// The least that a recording needs, in MiB.
        needs: u64,
    },
    /// A model is larger than the memory that is free.
    #[error(
        "the model {model} needs {needs} MiB of memory and {free} MiB are free; it was not loaded, recording and transcript are safe, close other programs or choose a smaller model"
    )]
    NoMemory {
        /// Its short name.
        model: String,
        /// What it needs, in MiB.
        needs: u64,
        /// Free, in MiB.
        free: u64,
    },
    /// There is nothing to draft from.
    #[error(
        "no words were recognised in this visit, so there is nothing to draft from; the recording is kept"
    )]
    NothingSaid,
    /// The template is not known.
    #[error("there is no note template {0:?}")]
    UnknownTemplate(String),
    /// A person gave the draft up.
    #[error("the draft was cancelled; recording and transcript are kept")]
    Cancelled,
    /// The recording has ended already.
    #[error("the recording has ended already; what was shown as recorded is safe")]
    RecordingOver,
    /// No room for a temporary vault.
    #[error("a temporary folder for this run could not be made")]
    Scratch(#[source] std::io::Error),
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers, so no key can be made")]
    Randomness(#[source] getrandom::Error),
    /// The recording has been given up by its own thread, which a bug must have caused.
    #[error("the recording's thread ended unexpectedly; what was shown as recorded is safe")]
    RecorderGone,
}
