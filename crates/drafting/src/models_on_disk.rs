//! Where tests find the model files.

use std::fs::File;
use std::path::PathBuf;

/// The smallest model: llama architecture, 135 million parameters.
pub(crate) const SMOLLM2: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
/// The small one: qwen2 architecture, half a billion parameters.
pub(crate) const QWEN2: &str = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";

/// Opens a model of the cache that `cargo xtask models fetch` fills.
pub(crate) fn open(name: &str) -> File {
    let folder = std::env::var_os("INROOM_MODELS")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            let cache = std::env::var_os("XDG_CACHE_HOME")
                .map(PathBuf::from)
                .or_else(|| {
                    std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"))
                });
            cache.expect("a home folder").join("inroom/models")
        });
    File::open(folder.join(name))
        .unwrap_or_else(|error| panic!("{name}: {error}; run: cargo xtask models fetch --set ci"))
}
