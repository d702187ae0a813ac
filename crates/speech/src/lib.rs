//! Speech recognition: sound in, segments with words, times and probabilities out.
//!
//! Sound is pushed as it comes. Voice activity (`silero`) is judged every 32 ms and cuts it into
//! utterances (`utterance`); each is decoded by Whisper (`engine`, `transcription`), its tokens
//! become words (`words`) whose edges are put where voice begins and ends (`timing`), what the
//! recogniser made up is taken out (`doubt`), and the rest becomes segments of a sentence each
//! (`sentence`). The same sound gives the same segments however it is cut into pushes.
//!
//! Phrases that may be spoken bias the spelling (`prompt`, `tokens`): the words are those of the
//! sound alone, and what looks like a phrase is spelled like it where a second reading of the
//! sound, with the phrases in mind, bears that out.
//!
//! While an utterance is under way, [`Recognizer::provisional`] tells what it holds so far
//! (`provisional`); its final words do not depend on that.
//!
//! Who spoke is told by the voices (`speakers`): each second of speech gives voice vectors
//! (`mel`, `voice_encoder`, `lstm`), which are grouped (`clusters`) and laid along the time (`path`).
//! Segments carry the speaker's label and no role; [`Recognizer::turns`] tells at the end what the
//! whole recording says.
//!
//! This is the only crate that names `whisper-rs`.

#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;

mod clusters;
mod doubt;
mod engine;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod ggml;
mod half;
mod language;
mod lstm;
mod mel;
mod path;
mod prompt;
mod provisional;
mod recognizer;
mod sentence;
mod silero;
mod sound;
mod speakers;
mod timing;
mod tokens;
mod transcription;
mod utterance;
mod voice_encoder;
mod whisper_file;
mod words;

pub use error::{FormatError, SpeechError};
pub use recognizer::{Models, Options, Recognizer};
