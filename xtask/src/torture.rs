//! `cargo xtask torture`: the long form of the tests that kill the recorder and that make storage fail.

use std::fs;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::bench::report::{Report, Table};
use crate::setup::{self, Purpose};
use crate::{models, places, process};

/// How much, and where the figures go.
#[derive(Args)]
pub struct Arguments {
    /// How many times a recorder is killed in real time; half as many are killed beside, that play fast
    #[arg(long, default_value_t = 500)]
    kills: usize,
    /// Write the table into BENCHMARKS.md, too
    #[arg(long)]
    write: bool,
}

/// The files of figures that the tests leave.
const FIGURES: [&str; 3] = ["recorder", "transcript", "faults"];

/// Builds, kills a recorder so many times, kills the program while it writes a transcript, and makes
/// every storage operation of a vault's life go wrong in every way; says what was lost.
///
/// # Errors
/// If something does not build or a check fails.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::install(Purpose::Test)?;
    models::fetch("ci", &[])?;
    // With everything that the tests are built with, so that nothing is compiled twice.
    let build = ["build", "--release", "--workspace", "--bins", "--tests"];
    process::run(process::cargo().args(build))?;
    let figures = places::target().join("torture");
    // What an earlier run has left is not to be taken for the figures of this one.
    let _ = fs::remove_dir_all(&figures);
    fs::create_dir_all(&figures).context("there is no room for the figures")?;
    let before = load()?;
    process::run(
        process::cargo()
            .args(["test", "--release", "--workspace"])
            .args(["--test", "torture", "--test", "killed_transcription"])
            .args(["--", "--nocapture"])
            .env("INROOM_KILLS", arguments.kills.to_string())
            .env("INROOM_FIGURES", &figures),
    )?;
    process::run(
        process::cargo()
            .args(["test", "--release", "--package", "vault"])
            .args(["--test", "faults", "--", "--nocapture"])
            .env("INROOM_EVERY_FAULT", "1")
            .env("INROOM_FIGURES", &figures),
    )?;
    let after = load()?;
    let mut rows = Vec::new();
    for name in FIGURES {
        let text = fs::read_to_string(figures.join(name))
            .with_context(|| format!("the tests left no figures of the {name}"))?;
        rows.extend(text.lines().filter_map(|line| {
            let (what, measured) = line.split_once('\t')?;
            Some(vec![what.to_owned(), measured.to_owned()])
        }));
    }
    let mut report = Report::new(None)?;
    report.add(
        "torture",
        Table {
            caption: format!(
                "kill -9 at random moments, the vault on the disk; every storage operation gone wrong \
                 in each of five ways, the vault in memory; load average {before} before and {after} \
                 after"
            ),
            head: vec!["what", "measured"],
            rows,
        },
    );
    report.print();
    if arguments.write {
        report.write()?;
    }
    Ok(())
}

/// How many programs wanted a processor in the last minute.
fn load() -> Result<String> {
    let load = fs::read_to_string("/proc/loadavg").context("the load cannot be read")?;
    let minute = load.split_whitespace().next();
    Ok(minute.unwrap_or("unknown").to_owned())
}
