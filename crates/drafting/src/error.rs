//! What can go wrong, in words for a person and without patient data.

pub use crate::gguf::HeaderError;
pub use crate::model::ModelError;
pub use crate::vocabulary::VocabularyError;

/// Why a model file cannot be used. Nothing was changed; another file can be tried at once.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file's header is damaged, or it is no GGUF file.
    #[error("the model file cannot be used: {0}")]
    Header(#[from] HeaderError),
    /// The header is sound but describes no model that can be run.
    #[error("the model cannot be used: {0}")]
    Model(#[from] ModelError),
    /// Its vocabulary cannot be used.
    #[error("the model cannot be used: {0}")]
    Vocabulary(#[from] VocabularyError),
}

/// Why a draft did not come about. The transcript is not touched by it.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The transcript does not fit, even in parts.
    #[error(
        "the transcript needs {needed} tokens of context even in parts, and there is room for \
         {room}; choose a larger context or a model that has one"
    )]
    ContextTooSmall {
        /// Tokens needed.
        needed: u32,
        /// Tokens available.
        room: u32,
    },
    /// The template has no section.
    #[error("the template has no section to write")]
    NoSections,
    /// The rules and examples that come with the program cannot be read, which a test excludes.
    #[error("the program's own rules for writing notes are damaged; install it again")]
    Guide,
    /// Text could not be turned into tokens or back.
    #[error("the model's vocabulary failed: {0}")]
    Vocabulary(#[from] VocabularyError),
    /// The model failed while computing.
    #[error("the model failed while computing")]
    Engine(#[from] candle_core::Error),
}
