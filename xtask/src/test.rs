//! `cargo xtask test`: everything that is tested, on a machine that it prepares first.

use std::process::Command;

use anyhow::Result;

use crate::setup::{self, Purpose};
use crate::{dist, fuzz, models, process, tools, ui, validators, workers};

/// Seconds that each decoder is fuzzed; `cargo xtask fuzz` takes ten minutes.
const FUZZED_SECONDS: u32 = 10;

/// Prepares the machine, builds every program, runs all tests and, unless the arguments choose among them, fuzzes every
/// decoder for a moment, lays out what is shipped and starts each program of it.
///
/// # Errors
/// If a step or a test fails.
pub fn run(arguments: &[String]) -> Result<()> {
    setup::install(Purpose::Test)?;
    ui::build()?;
    ui::test()?;
    let mut tests = built()?;
    process::run(tests.args(arguments))?;
    if arguments.is_empty() {
        fuzz::all(FUZZED_SECONDS)?;
        dist::build()?;
    }
    Ok(())
}

/// Prepares the machine, builds every program and looks for planted words in all that they write (`tests/canary`).
///
/// # Errors
/// If a step fails or something is found.
pub fn canary() -> Result<()> {
    setup::install(Purpose::Test)?;
    ui::build()?;
    let mut tests = built()?;
    process::run(tests.args(["--test", "canary", "--", "--ignored", "--nocapture"]))
}

/// Builds the programs and the tests; gives the command that runs the tests.
fn built() -> Result<Command> {
    let driver = tools::tauri_driver()?;
    let validators = validators::python()?;
    models::fetch("ci", &[])?;
    workers::build()?;
    // The tests start the programs from the build folder. With all targets at once everything below them is compiled once.
    let build = [
        "build",
        "--release",
        "--workspace",
        "--bins",
        "--tests",
        "--examples",
    ];
    process::run(process::cargo().args(build))?;
    let mut tests = process::cargo();
    tests
        .args(["test", "--release", "--workspace", "--no-fail-fast"])
        .env("INROOM_TAURI_DRIVER", &driver)
        .env("INROOM_VALIDATORS", &validators);
    Ok(tests)
}
