//! Where things lie: the checkout, the build folder, the user's cache.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The root of the checkout.
pub fn root() -> PathBuf {
    // Cargo sets this for `cargo run` and `cargo test`; the compiled-in path is never used, so that a moved checkout works.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    manifest
        .as_deref()
        .and_then(Path::parent)
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Cargo's build folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The sample visits, with what their notes must hold.
pub fn visits() -> PathBuf {
    root().join("tests/fixtures/visits")
}

/// The folder in which a shippable set of binaries is put together.
pub fn dist() -> PathBuf {
    target().join("dist")
}

/// The user's cache for everything that is fetched: `$XDG_CACHE_HOME/inroom`, else `~/.cache/inroom`.
///
/// # Errors
/// If neither `XDG_CACHE_HOME` nor `HOME` (on Windows `USERPROFILE`) is set.
pub fn cache() -> Result<PathBuf> {
    let set = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(cache) = set("XDG_CACHE_HOME") {
        return Ok(cache.join("inroom"));
    }
    let home = set("HOME")
        .or_else(|| set("USERPROFILE"))
        .context("no home folder is known; set HOME or XDG_CACHE_HOME")?;
    Ok(home.join(".cache").join("inroom"))
}

/// The folder of fetched models: `$INROOM_MODELS`, else `models` in the cache.
///
/// # Errors
/// As [`cache`].
pub fn models() -> Result<PathBuf> {
    match std::env::var_os("INROOM_MODELS").filter(|value| !value.is_empty()) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => Ok(cache()?.join("models")),
    }
}
