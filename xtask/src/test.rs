//! `cargo xtask test`: everything that is tested, on a machine that it prepares first.

use anyhow::Result;

use crate::setup::{self, Purpose};
use crate::{models, process, tools, ui, workers};

/// Installs what the tests need, fetches the small models, builds every program and runs all tests.
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
    )
}
