//! `cargo xtask test`: everything that is tested, on a machine that it prepares first.

use anyhow::Result;

use crate::setup::{self, Purpose};
use crate::{fuzz, models, process, tools, ui, workers};

/// Seconds that each decoder is fuzzed; `cargo xtask fuzz` takes ten minutes.
const FUZZED_SECONDS: u32 = 10;

/// Installs what the tests need, fetches the small models, builds every program, runs all tests and, unless the
/// arguments choose among them, fuzzes every decoder for a moment.
///
/// # Errors
/// If a step or a test fails.
pub fn run(arguments: &[String]) -> Result<()> {
    setup::install(Purpose::Test)?;
    let driver = tools::tauri_driver()?;
    models::fetch("ci", &[])?;
    ui::build()?;
    ui::test()?;
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
    process::run(
        process::cargo()
            .args(["test", "--release", "--workspace"])
            .args(arguments)
            .env("INROOM_TAURI_DRIVER", &driver),
    )?;
    if arguments.is_empty() {
        fuzz::all(FUZZED_SECONDS)?;
    }
    Ok(())
}
