//! Where sound comes from: a microphone, a file, or a script with faults in it. All of them give
//! 16 kHz, one channel.
//!
//! The only crate that knows the sound system. It knows nothing of visits, keys or models.
#![cfg_attr(not(test), forbid(unsafe_code))]

mod audio_file;
mod choice;
mod clock;
mod container;
#[cfg(test)]
mod counting;
mod device;
mod error;
mod expected;
pub mod faulty;
mod file;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod listen;
mod microphone;
mod mix;
mod obstacle;
mod pace;
mod player;
mod presence;
mod resample;
mod ring;
mod source;
mod stall;
mod stream;
mod stretch;
#[cfg(target_os = "linux")]
mod whereabouts;

pub use audio_file::{AudioFile, decode_file};
pub use error::CaptureError;
pub use file::{open_file, open_file_at};
pub use microphone::{Microphone, microphones, open_microphone};
pub use obstacle::Obstacle;
pub use pace::Pace;
pub use source::{Event, Source};
