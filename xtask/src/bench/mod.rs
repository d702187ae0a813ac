//! Measures this machine: Inroom beside its peers, in one run, on the same files.
//!
//! The peers are Python packages in a virtual environment of the cache folder; nothing of them is
//! a dependency of the project.

mod drafting;
mod facts;
mod hour;
mod live;
mod peers;
pub mod report;
mod score;
mod speech;
mod store;
mod visit;

use anyhow::Result;
use clap::Args;

use self::peers::Peers;
use self::report::Report;
use crate::setup::{self, Purpose};
use crate::{dist, models};

/// What is measured, and on how many threads.
#[derive(Args)]
pub struct Arguments {
    /// speech, drafting, live, visit or store; all when not given
    parts: Vec<String>,
    /// Threads for every program that is measured
    #[arg(long, default_value_t = 2)]
    threads: u32,
    /// Write the tables into BENCHMARKS.md, too
    #[arg(long)]
    write: bool,
}

/// Prepares the machine, builds what is shipped, measures, and prints a table of ratios for each part.
///
/// # Errors
/// If a step or a program that is measured fails, a sample visit's note claims what it must not, or a visit takes longer or
/// more memory than it may.
pub fn run(arguments: &Arguments) -> Result<()> {
    let chosen =
        |part: &str| arguments.parts.is_empty() || arguments.parts.iter().any(|p| p == part);
    for part in &arguments.parts {
        anyhow::ensure!(
            ["speech", "drafting", "live", "visit", "store"].contains(&part.as_str()),
            "{part:?} cannot be measured; speech, drafting, live, visit and store can"
        );
    }
    setup::install(Purpose::Test)?;
    let mut report = Report::new(Some(arguments.threads))?;
    if chosen("store") {
        // The hour goes through the shipped programs.
        models::fetch("default", &[])?;
        dist::build()?;
        report.add("store", store::measure(arguments.threads)?);
    }
    let mut failures = Vec::new();
    if ["speech", "drafting", "live", "visit"]
        .into_iter()
        .any(chosen)
    {
        failures = with_models(arguments.threads, chosen, &mut report)?;
    }
    report.print();
    if arguments.write {
        report.write()?;
    }
    anyhow::ensure!(
        failures.is_empty(),
        "what was measured is not as it must be:\n{}",
        failures.join("\n")
    );
    Ok(())
}

/// The parts that run models; what was found that must not be, for people.
fn with_models(
    threads: u32,
    chosen: impl Fn(&str) -> bool,
    report: &mut Report,
) -> Result<Vec<String>> {
    models::fetch("default", &[])?;
    dist::build()?;
    if chosen("speech") || chosen("drafting") {
        let peers = Peers::prepare()?;
        if chosen("speech") {
            report.add("speech", speech::measure(&peers, threads)?);
        }
        if chosen("drafting") {
            report.add("drafting", drafting::measure(&peers, threads)?);
        }
    }
    // Both tables are of the same visit, played once.
    if chosen("live") || chosen("visit") {
        let visit = visit::measure(threads)?;
        report.add("visit", visit.table);
        report.add("live", visit.live);
        if !chosen("visit") {
            return Ok(visit.broken);
        }
        let mut failures = visit.broken;
        let (table, claims) = facts::measure(threads, (visit::PLAYED, &visit.output))?;
        report.add("facts", table);
        failures.extend(
            claims
                .iter()
                .map(|claim| format!("claimed in a note: {claim}")),
        );
        return Ok(failures);
    }
    Ok(Vec::new())
}
