use whisper_rs::WhisperError;

/// Why speech cannot be recognised. Holds no patient text.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// The bytes are not a Whisper model that this program can run.
    #[error("not a usable Whisper model: {0}")]
    WhisperModel(#[source] FormatError),
    /// The bytes are not a Silero voice activity model.
    #[error("not a usable voice activity model: {0}")]
    VoiceModel(#[source] FormatError),
    /// The bytes are not the voice encoder.
    #[error("not a usable voice encoder: {0}")]
    SpeakerModel(#[source] FormatError),
    /// The voices could not be computed.
    #[error("telling the speakers apart failed")]
    Voices(#[source] candle_core::Error),
    /// whisper.cpp refused the model although its structure is right.
    #[error("the speech engine could not load the model")]
    Load(#[source] WhisperError),
    /// The code is not one that Whisper knows.
    #[error("the language code {0:?} is not known; use a two-letter ISO 639-1 code")]
    UnknownLanguage(String),
    /// An English-only model was asked for another language.
    #[error("this model knows English only and cannot recognise {0:?}; choose a multilingual one")]
    EnglishOnly(String),
    /// whisper.cpp failed while it worked; what was recognised before stands.
    #[error("the speech engine failed")]
    Engine(#[source] WhisperError),
}

/// What is wrong with a model file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not the ggml form, or not the safetensors form.
    #[error("the file does not have the form of such a model")]
    Signature,
    /// The file ends too early.
    #[error("the file ends early, at byte {at}; it is incomplete or damaged")]
    Truncated {
        /// Where the missing bytes should begin.
        at: usize,
    },
    /// A field has a value that no known model of this kind has.
    #[error("{field} is {value}, which no supported model has")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: i64,
    },
    /// A tensor is described in a way that makes no sense or is not supported.
    #[error("tensor {0:?} has an unsupported type or shape")]
    Tensor(String),
    /// A tensor is there twice.
    #[error("tensor {0:?} is there twice")]
    Twice(String),
    /// A tensor is missing.
    #[error("the tensors are not complete: {found} of {expected}")]
    Incomplete {
        /// Tensors found.
        found: usize,
        /// Tensors that the model must have.
        expected: usize,
    },
}
