//! Models and sounds that tests work with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

/// English only, small: what continuous integration fetches.
pub const TINY_ENGLISH: &str = "whisper-tiny.en.bin";
/// Voice activity.
pub const SILERO: &str = "silero-vad-16k.bin";

/// Tells speakers apart.
pub const VOICE_ENCODER: &str = "ge2e-voice-encoder.safetensors";

/// A fetched model's bytes.
pub fn model(file: &str) -> Vec<u8> {
    let path = cache().join(file);
    std::fs::read(&path).unwrap_or_else(|e| {
        panic!(
            "{}: {e}; `cargo xtask models fetch` gets it",
            path.display()
        )
    })
}

fn cache() -> PathBuf {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    set("INROOM_MODELS")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("inroom/models")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/inroom/models")))
        .expect("a home folder")
}
