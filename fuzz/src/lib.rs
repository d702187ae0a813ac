//! What all fuzz targets share: the way from libFuzzer to a decoder, and an allocator that fails whoever believes a
//! false length. Empty without the feature `engine`.
#![cfg(feature = "engine")]

mod bounded;
mod engine;

pub use engine::run;
