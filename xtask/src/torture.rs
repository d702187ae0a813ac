//! `cargo xtask torture`: the long form of the tests that kill the recorder and that make storage fail.

use anyhow::Result;

use crate::setup::{self, Purpose};
use crate::{models, process};

/// Builds, kills a recorder so many times, kills the program while it writes a transcript, and makes every storage operation of a vault's life go
/// wrong in every way; says what was lost.
///
/// # Errors
/// If something does not build or a check fails.
pub fn run(kills: usize) -> Result<()> {
    setup::install(Purpose::Test)?;
    models::fetch("ci", &[])?;
    // With everything that the tests are built with, so that nothing is compiled twice.
    let build = ["build", "--release", "--workspace", "--bins", "--tests"];
    process::run(process::cargo().args(build))?;
    process::run(
        process::cargo()
            .args(["test", "--release", "--package", "inroom-tests"])
            .args(["--test", "torture", "--test", "killed_transcription"])
            .args(["--", "--nocapture"])
            .env("INROOM_KILLS", kills.to_string()),
    )?;
    process::run(
        process::cargo()
            .args(["test", "--release", "--package", "vault"])
            .args(["--test", "faults", "--", "--nocapture"])
            .env("INROOM_EVERY_FAULT", "1"),
    )
}
