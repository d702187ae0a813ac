//! What the main process and a worker say to each other.
//!
//! Messages are postcard bytes inside the frames of [`crate::frame`]. Positions in the sound are
//! samples at 16 kHz from the start of the visit's recording.

use serde::{Deserialize, Serialize};
use visit::{
    Coverage, DraftSpeed, DraftingParameters, Haste, ModelIdentity, PatientText, Samples, Segment,
    Sha256Hex, SpeakerTurn, SpokenVoice, StopReason, Template,
};

/// Raised whenever a message changes its meaning or shape.
pub const VERSION: u16 = 6;

/// A model file and the digest that its bytes must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFile {
    /// The catalogue's identifier, or the file's name.
    pub id: String,
    /// Absolute path; the worker opens it read-only.
    pub path: std::path::PathBuf,
    /// The worker refuses other bytes.
    pub sha256: Sha256Hex,
}

/// From the main process to a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// First message: load the models for speech recognition.
    OpenSpeech {
        /// Whisper in ggml form.
        whisper: ModelFile,
        /// Silero voice activity detection in ggml form.
        voice_activity: ModelFile,
        /// The voice encoder; without it all speech is the first speaker's.
        voice_encoder: Option<Box<ModelFile>>,
        /// Spoken language as a two-letter ISO 639-1 code; `None`: detect.
        language: Option<String>,
        /// How soon words are wanted.
        haste: Haste,
        /// Threads for recognition.
        threads: u32,
        /// Position of the first sample that will come.
        from: Samples,
        /// Everything before this position is settled already and only listened to for its
        /// voices.
        known: Samples,
        /// Phrases that may be spoken, the most specific first; they bias spelling only.
        phrases: Vec<PatientText>,
    },
    /// First message: load the drafting model.
    OpenDrafting {
        /// A GGUF file.
        model: ModelFile,
        /// Threads for the model.
        threads: u32,
        /// Tokens of context to make room for; the model's own limit caps it.
        context_tokens: u32,
    },
    /// Sound that follows without a break on what came before.
    Audio {
        /// Position of the first sample.
        from: Samples,
        /// 16 kHz, one channel.
        pcm: Vec<i16>,
    },
    /// No more sound will come: recognise what is left, then say [`FromWorker::SpeechEnded`].
    EndOfAudio,
    /// Write a note.
    Draft(Box<DraftRequest>),
    /// Write what can be written of a visit that still goes on, so that less is left at its end.
    /// Not answered; given up for whatever comes next.
    DraftAhead(Box<DraftRequest>),
    /// Give up the draft that is being written; answered with [`FromWorker::DraftCancelled`].
    CancelDraft,
    /// End now.
    Quit,
    /// In place of the first message: open nothing, say [`FromWorker::Confined`] and end.
    ShowConfinement,
}

/// What a draft is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftRequest {
    /// The kind of note.
    pub template: Template,
    /// The whole transcript.
    pub segments: Vec<Segment>,
    /// The settings.
    pub parameters: DraftingParameters,
    /// Sections, by position in the template, that are done already (work repeated after a crash).
    pub skip_sections: Vec<u32>,
}

/// From a worker to the main process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// First message, sent before anything is read.
    Hello {
        /// [`VERSION`] of the worker.
        protocol: u16,
        /// The processor level that it was built for: `v2`, `avx2` or `avx512`.
        level: String,
    },
    /// Still alive; sent every second, also while a model computes.
    Heartbeat,
    /// The models are loaded.
    Ready {
        /// Milliseconds that loading took.
        load_ms: u32,
        /// Which bytes were loaded (the speech or the drafting model).
        model: ModelIdentity,
        /// How many of the phrases there was room for; 0 for drafting.
        phrases: u32,
    },
    /// A final segment; its index is counted by the receiver.
    Segment(Segment),
    /// What has been said so far in an utterance that has not ended; sent only while sound comes as
    /// it is spoken and nothing waits. Replaced by the next one, void with the next `Settled`.
    /// Its index, speaker and role mean nothing.
    Provisional(Segment),
    /// All sound before this position has been listened to. What an utterance that has not ended
    /// holds of it is not settled yet.
    Heard(Samples),
    /// Every sample before this position is settled: its segments have all been sent.
    Settled(Samples),
    /// Who spoke when, judged by the whole recording: sent once, after the last segment, where a
    /// voice encoder was opened.
    Turns(Vec<SpeakerTurn>),
    /// The answer to [`ToWorker::EndOfAudio`], after the last segment.
    SpeechEnded,
    /// How far reading the transcript has come.
    Reading {
        /// Tokens read so far.
        tokens: u32,
        /// Tokens to read.
        of: u32,
    },
    /// Text of the statement that is being written, whole each time; replaced by `Statement`.
    Writing {
        /// Position of the section in the template.
        section: u32,
        /// The line so far.
        text: PatientText,
    },
    /// A finished statement.
    Statement {
        /// Position of the section in the template.
        section: u32,
        /// The line.
        text: PatientText,
    },
    /// A section is done.
    SectionEnded {
        /// Position of the section in the template.
        section: u32,
        /// Why.
        stop: StopReason,
    },
    /// The note is done.
    DraftEnded(Box<DraftEnd>),
    /// The draft was given up as asked.
    DraftCancelled,
    /// The worker could not do what was asked and ends.
    Failed(Failure),
    /// The walls around the worker as it has tried them, before it reads a byte of a model.
    Confined(confinement::Report),
    /// What each voice sounds like by all that it has said so far: sent before the `Settled` of what it
    /// has said last, where a voice encoder was opened.
    Voices(Vec<SpokenVoice>),
}

/// What is known when a draft is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftEnd {
    /// What was read.
    pub coverage: Coverage,
    /// Digest of the whole prompt text.
    pub prompt_sha256: Sha256Hex,
    /// Where the time went.
    pub speed: DraftSpeed,
}

/// Why a worker could not go on; holds no patient text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// The file is not there or cannot be read.
    #[error("the model file {file} cannot be read ({cause})")]
    ModelUnreadable {
        /// File name without its folder.
        file: String,
        /// The operating system's reason.
        cause: String,
    },
    /// The bytes are not the approved ones.
    #[error("the model file {file} does not have the expected SHA-256 digest; it was not loaded")]
    ModelDigest {
        /// File name without its folder.
        file: String,
    },
    /// The bytes are the expected ones but no model that this program can run.
    #[error("the model file {file} cannot be loaded: {cause}")]
    ModelFormat {
        /// File name without its folder.
        file: String,
        /// What is wrong.
        cause: String,
    },
    /// The transcript does not fit into the model's context, even in parts.
    #[error("the transcript needs {needed} tokens and the model has room for {room}")]
    ContextTooSmall {
        /// Tokens needed.
        needed: u32,
        /// Tokens available.
        room: u32,
    },
    /// A message came that does not fit.
    #[error("the worker was sent a message that it cannot follow: {0}")]
    Protocol(String),
    /// The engine reported an error.
    #[error("the engine failed: {0}")]
    Engine(String),
}
