//! Programs of others that exports are held against in the tests: Python packages, pinned by version and SHA-256
//! (`tests/validators.txt`), in an environment of their own in the cache.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::wheels::Pip;
use crate::{digest, places, process};

/// The file that says what is in a finished environment.
const STAMP: &str = "inroom-stamp";

/// The Python of the environment, which is made if it is not there as it is pinned.
///
/// # Errors
/// If it cannot be made: the tests that need it are not left out.
pub fn python() -> Result<PathBuf> {
    let cache = places::cache()?;
    let home = cache.join("tools").join("validators");
    let python = home.join("bin").join("python");
    let pinned = places::root().join("tests").join("validators.txt");
    let system = process::version("python3").context("the tests need python3")?;
    let wanted = format!("{} {}", digest::of_file(&pinned)?, system.trim());
    let made = fs::read_to_string(home.join(STAMP)).unwrap_or_default();
    if made == wanted && process::succeeds(Command::new(&python).arg("--version")) {
        return Ok(python);
    }
    eprintln!("fetching what exports are held against");
    let unfinished = cache
        .join("tools")
        .join(format!(".validators-{}", std::process::id()));
    let _ = fs::remove_dir_all(&unfinished);
    // Without its own pip, for which Debian has a package that not every machine has.
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--without-pip"])
            .arg(&unfinished),
    )?;
    let mut install = Pip::find(&cache)?.call();
    install
        .arg("--python")
        .arg(unfinished.join("bin").join("python"))
        .args([
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
        ])
        .args(["--only-binary=:all:", "--require-hashes", "--requirement"])
        .arg(&pinned);
    process::run(&mut install).context(
        "what exports are held against could not be fetched from PyPI; the tests need it (tests/validators.txt)",
    )?;
    fs::write(unfinished.join(STAMP), wanted)?;
    let _ = fs::remove_dir_all(&home);
    fs::rename(&unfinished, &home)
        .with_context(|| format!("cannot move {} into place", home.display()))?;
    Ok(python)
}
