use visit::Haste;
use worker::protocol::ModelFile;

use crate::models::{self, ModelError};

/// The models that recognise speech when none is named: the first that is on this computer.
const SPEECH: [&str; 2] = ["whisper-base", "whisper-tiny.en"];
/// The models that draft when none is named: the first that is on this computer.
const DRAFTING: [&str; 2] = ["qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct"];
const VOICE_ACTIVITY: &str = "silero-vad";
const VOICE_ENCODER: &str = "ge2e-voice-encoder";

/// What speech recognition works with.
#[derive(Clone, Debug)]
pub struct SpeechSettings {
    /// Whisper.
    pub whisper: ModelFile,
    /// Voice activity detection.
    pub voice_activity: ModelFile,
    /// Tells speakers apart; where it is not on this computer, all speech is one speaker's.
    pub voice_encoder: Option<ModelFile>,
    /// The clinic's own terms, the most specific first: with them, and with the visit's reason,
    /// recognition knows what may be spoken. `None`: it goes by the sound alone.
    pub terms: Option<Vec<String>>,
    /// How soon words are wanted.
    pub haste: Haste,
    /// Threads for the worker.
    pub threads: u32,
}

/// What drafting works with.
#[derive(Clone, Debug)]
pub struct DraftingSettings {
    /// The language model.
    pub model: ModelFile,
    /// Threads for the worker.
    pub threads: u32,
    /// Tokens of context that the model gets room for.
    pub context_tokens: u32,
    /// Most tokens that one section of a draft may take.
    pub section_tokens: u32,
    /// Divisor for the logits of tokens that were already written; 1 means none.
    pub repeat_penalty: f32,
}

impl SpeechSettings {
    /// With the named model (a catalogue identifier or a path) or, if none is
    /// named, the largest of the usual ones that is on this computer, those for all accounts first.
    ///
    /// # Errors
    /// [`ModelError`] if a model is not there.
    pub fn new(whisper: Option<&str>) -> Result<Self, ModelError> {
        Self::with(named_or_first(whisper, &SPEECH)?)
    }

    /// With this model.
    ///
    /// # Errors
    /// [`ModelError`] if the model for voice activity is not there.
    pub fn with(whisper: ModelFile) -> Result<Self, ModelError> {
        Ok(Self {
            whisper,
            voice_activity: models::resolve(VOICE_ACTIVITY)?,
            voice_encoder: models::resolve(VOICE_ENCODER).ok(),
            terms: None,
            haste: Haste::Live,
            threads: default_threads(),
        })
    }
}

impl DraftingSettings {
    /// With the named model (a catalogue identifier or a path) or, if none is
    /// named, the largest of the usual ones that is on this computer, those for all accounts first.
    ///
    /// # Errors
    /// [`ModelError`] if the model is not there.
    pub fn new(model: Option<&str>) -> Result<Self, ModelError> {
        Ok(Self::with(named_or_first(model, &DRAFTING)?))
    }

    /// With this model.
    pub fn with(model: ModelFile) -> Self {
        Self {
            model,
            threads: default_threads(),
            context_tokens: 8192,
            section_tokens: 400,
            repeat_penalty: 1.0,
        }
    }
}

/// If none is there, the error names the first.
fn named_or_first(name: Option<&str>, usual: &[&str]) -> Result<ModelFile, ModelError> {
    name.map_or_else(|| models::first_of(usual), models::resolve)
}

/// Threads for a worker when nothing is said: as many as there are cores, at most eight, since
/// more do not make models of this size faster.
fn default_threads() -> u32 {
    std::thread::available_parallelism().map_or(2, |n| n.get().min(8) as u32)
}
