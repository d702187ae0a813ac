//! `cargo xtask torture`: the long form of the tests that kill the recorder.

use anyhow::Result;

use crate::process;
use crate::setup::{self, Purpose};

/// Builds and kills a recorder so many times; says what was lost.
///
/// # Errors
/// If something does not build or a check fails.
pub fn run(kills: usize) -> Result<()> {
    setup::install(Purpose::Test)?;
    // With everything that the tests are built with, so that nothing is compiled twice.
    let build = ["build", "--release", "--workspace", "--bins", "--tests"];
    process::run(process::cargo().args(build))?;
    process::run(
        process::cargo()
            .args(["test", "--release", "--package", "inroom-tests"])
            .args(["--test", "torture", "--", "--nocapture"])
            .env("INROOM_KILLS", kills.to_string()),
    )
}
