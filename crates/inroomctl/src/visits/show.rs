use std::path::PathBuf;

use anyhow::{Context, bail};
use vault::{Erased, ErasureReason, VisitSummary};
use visit::VisitId;

use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    vault: VaultArguments,
}

#[derive(clap::Args)]
pub(crate) struct SearchArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Words of label, reason, transcript or note; each may be the beginning of a longer one.
    #[arg(required = true)]
    query: Vec<String>,
    /// The latest so many visits.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

#[derive(clap::Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
}

#[derive(clap::Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
    /// Where to write; standard output when not given.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn list(arguments: &ListArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open()?;
    let (visits, erased) = (vault.visits()?, vault.tombstones()?);
    if visits.is_empty() {
        println!("no visits yet");
    }
    visits.iter().for_each(print_line);
    for tombstone in erased.iter().filter(|t| t.erased == Erased::Visit) {
        println!(
            "{}  {:>7}  erased    {:>4} segments  ({})",
            tombstone.visit,
            tombstone.recorded.to_string(),
            tombstone.segments,
            match tombstone.reason {
                ErasureReason::ConsentWithdrawn => "consent withdrawn",
                ErasureReason::Discarded => "discarded",
            }
        );
    }
    Ok(())
}

pub(super) fn search(arguments: &SearchArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open()?;
    let found = vault.search(&arguments.query.join(" "), arguments.limit)?;
    if found.is_empty() {
        println!("no visit holds that");
    }
    found.iter().for_each(print_line);
    Ok(())
}

fn print_line(visit: &VisitSummary) {
    let unfinished = if visit.state.is_unfinished() {
        " (cut off: `visit draft` finishes it)"
    } else {
        ""
    };
    let silent = if visit.sound_erased {
        " (sound erased)"
    } else {
        ""
    };
    println!(
        "{}  {:>7}  {:<9} {:>4} segments  {}  {}{unfinished}{silent}",
        visit.id,
        visit.recorded.to_string(),
        visit.state.as_str(),
        visit.segments,
        visit.patient_label.expose(),
        visit.reason.expose(),
    );
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open()?;
    let record = vault.visit(arguments.visit)?;
    println!(
        "{}  {}  {}",
        record.summary.id,
        record.summary.recorded,
        record.summary.state.as_str()
    );
    println!(
        "consent: {:?} by {:?}, asked by {} (wording {})",
        record.consent.method,
        record.consent.given_by,
        record.consent.asked_by.expose(),
        record.consent.wording_version
    );
    println!("\nTRANSCRIPT");
    for segment in vault.segments(arguments.visit)? {
        println!(
            "{:>6}  {} {:<9}  {}",
            segment.start.to_string(),
            segment.speaker,
            segment.role.as_str(),
            segment.text.expose()
        );
    }
    match vault.latest_revision(arguments.visit)? {
        Some(revision) => {
            println!("\nNOTE, revision {}\n", revision.number.0);
            println!(
                "{}",
                interchange::plain_text(&revision.note, interchange::Marks::Doubtful)
            );
        }
        None => println!(
            "\nno note yet: `inroomctl visit draft {}` writes one",
            arguments.visit
        ),
    }
    Ok(())
}

pub(super) fn export_text(arguments: &ExportArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open()?;
    let Some(revision) = vault.latest_revision(arguments.visit)? else {
        bail!(
            "the visit has no note yet: `inroomctl visit draft {}` writes one",
            arguments.visit
        );
    };
    let text = interchange::plain_text(&revision.note, interchange::Marks::Doubtful);
    match &arguments.output {
        Some(path) => std::fs::write(path, text).with_context(|| {
            format!("{} cannot be written; nothing was exported", path.display())
        })?,
        None => println!("{text}"),
    }
    Ok(())
}
