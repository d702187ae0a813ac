//! Drafting: the local language model that turns a transcript into the statements of a note.
//!
//! The crate reads a GGUF file and text and gives back text; it knows neither the vault nor the
//! network. It is hosted by the drafting worker, a child process.

mod chat;
mod drafter;
mod error;
mod event;
mod exchange;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod gguf;
mod line;
mod model;
mod part;
mod prompt;
mod repeat;
mod section;
mod transcript;
mod vocabulary;

pub use drafter::{Drafter, Speed};
pub use error::{DraftError, HeaderError, LoadError, ModelError, VocabularyError};
pub use event::{DraftEnd, DraftEvent, Options, Outcome, Request};
pub use model::SUPPORTED as SUPPORTED_ARCHITECTURES;

#[cfg(test)]
mod models_on_disk;
