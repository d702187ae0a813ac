//! Speech recognition: sound in, segments with words, times and probabilities out.
//!
//! Sound is pushed as it comes. Voice activity ([`silero`]) is judged every 32 ms and cuts it into
//! utterances ([`utterance`]); each is decoded once by Whisper ([`engine`]), its tokens become
//! words ([`words`]), what the recogniser made up is taken out ([`doubt`]), and the rest becomes
//! segments of a sentence or so ([`sentence`]). The same sound gives the same segments however it
//! is cut into pushes.
//!
//! This is the only crate that names `whisper-rs`.

#![forbid(unsafe_code)]

#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;

mod doubt;
mod engine;
mod error;
mod ggml;
mod half;
mod language;
mod recognizer;
mod sentence;
mod silero;
mod sound;
mod timing;
mod transcription;
mod utterance;
mod whisper_file;
mod words;

pub use error::{FormatError, SpeechError};
pub use recognizer::{Options, Recognizer};
