//! The figures of a pilot.

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use figures::Spread;
use figures::pilot::{Report, Row};
use governance::Command as C;
use scribe::clock;
use visit::UnixMillis;

use crate::log::instant;
use crate::vaults::VaultArguments;
use scribe::organisation::write_private;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write how the pilot goes: visits, minutes, time to the signature, how much of the drafts was kept, what
    /// became of unsupported lines. No word of a visit is in it, and no person unless the organisation's
    /// document says so.
    Report(ReportArguments),
}

#[derive(Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Visits that were begun from this day (`2026-01-31`, in UTC) or instant on; from the pilot's beginning
    /// when not given.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    from: Option<UnixMillis>,
    /// Visits that were begun before then; until the pilot's end or now when not given.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    until: Option<UnixMillis>,
    /// The page to write, with plots and their tables; a file that is there is left alone.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The figures as comma-separated values; a file that is there is left alone.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Report(arguments) => report(arguments),
    }
}

fn report(arguments: &ReportArguments) -> anyhow::Result<()> {
    if arguments.html.is_none() && arguments.csv.is_none() {
        bail!("say what to write: --html FILE, --csv FILE, or both");
    }
    for path in [&arguments.html, &arguments.csv].into_iter().flatten() {
        ensure!(
            !path.exists(),
            "{} exists already; it was left alone, and nothing was read",
            path.display()
        );
    }
    let vault = arguments.vault.open(&[C::ReadPilotFigures])?;
    let figures = vault.pilot_figures(arguments.from, arguments.until)?;
    let report = Report::of(&figures);
    let organisation = vault.organisation();
    let name = organisation.map(|organisation| organisation.identity.name.as_str());
    if let Some(path) = &arguments.html {
        write(path, &report.page(name, clock::now()))?;
    }
    if let Some(path) = &arguments.csv {
        write(path, &report.csv())?;
    }
    print(&report.all);
    Ok(())
}

/// For this account's eyes.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    write_private(path, text)?;
    println!("wrote {}", path.display());
    Ok(())
}

fn print(all: &Row) {
    let median = |spread: Option<Spread>| match spread {
        Some(spread) => format!(
            "{:.1} (middle half {:.1} to {:.1}, of {} visits)",
            spread.median, spread.lower, spread.upper, spread.count
        ),
        None => "not known".to_owned(),
    };
    let lines = &all.unsupported;
    println!(
        "visits                   {}: {} signed, {} not signed, {} erased",
        all.visits, all.signed, all.not_signed, all.erased
    );
    println!("minutes recorded         {:.1}", all.minutes);
    println!(
        "hours to the signature   {}",
        median(all.hours_to_signature)
    );
    println!("per cent of draft kept   {}", median(all.kept));
    println!(
        "unsupported lines        {}: {} edited, {} accepted, {} removed, {} borne out later, {} open",
        lines.found, lines.edited, lines.accepted, lines.removed, lines.borne_out, lines.open
    );
    println!(
        "left out turns offered   {}: {} taken",
        all.omissions_offered, all.omissions_taken
    );
}
