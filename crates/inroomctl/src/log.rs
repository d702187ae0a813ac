//! The audit log: who did what.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use governance::Command as C;
use scribe::LogSearch;
use vault::{Entry, LogState};
use visit::{UnixMillis, VisitId};

use crate::vaults::VaultArguments;
use crate::{emergency, heads};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check the audit log and show its entries, the earliest first. This is entered in it.
    Show(ShowArguments),
    /// Write the audit log to a file that `inroom-verify` checks anywhere. This is entered in it.
    Export(ExportArguments),
    /// Signed heads of the log, kept outside of the vault, so that nobody can write the log anew unnoticed.
    #[command(subcommand)]
    Heads(heads::Command),
    /// List the emergency accesses and take note of them, as oversight: they are told at every sign-in
    /// until then.
    Acknowledge(emergency::AccessesArguments),
}

#[derive(Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Only what was done to this visit, by whom: also who has seen it.
    #[arg(long, value_name = "ID")]
    visit: Option<VisitId>,
    /// Only from this day (`2026-01-31`, in UTC) or instant (`2026-01-31T12:00:00Z`) on.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    since: Option<UnixMillis>,
    /// Only what accounts did that hold these letters, `program` for what the program did by itself, or
    /// `emergency` for what was done with a sealed sheet.
    #[arg(long, value_name = "ACCOUNT")]
    who: Option<String>,
    /// Only what was refused.
    #[arg(long)]
    refused: bool,
}

#[derive(Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The file to write; one that is there is left alone.
    file: PathBuf,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Show(arguments) => show(arguments),
        Command::Export(arguments) => export(arguments),
        Command::Heads(command) => heads::run(command),
        Command::Acknowledge(arguments) => emergency::acknowledge(arguments),
    }
}

/// A day's beginning or an instant, as it is typed.
pub(crate) fn instant(text: &str) -> Result<UnixMillis, String> {
    let midnight = format!("{text}T00:00:00Z");
    let found = text
        .parse::<jiff::Timestamp>()
        .or_else(|_| midnight.parse::<jiff::Timestamp>());
    match found {
        Ok(instant) => Ok(UnixMillis(instant.as_millisecond())),
        Err(_) => Err(format!(
            "{text:?} is neither a day like 2026-01-31 nor an instant like 2026-01-31T12:00:00Z"
        )),
    }
}

fn show(arguments: &ShowArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open(&[C::ShowLog])?;
    let search = arguments.search();
    let mut shown = 0_u64;
    let state = vault.show_log(&mut |entry| {
        if search.matches(entry) {
            shown += 1;
            println!("{}", line(entry));
        }
    })?;
    eprintln!("{shown} of {} entries", state.entries);
    in_order(&state)
}

impl ShowArguments {
    fn search(&self) -> LogSearch {
        LogSearch {
            visit: self.visit,
            from: self.since,
            who: self.who.clone(),
            refused: self.refused,
            ..LogSearch::default()
        }
    }
}

fn line(entry: &Entry) -> String {
    let at = jiff::Timestamp::from_millisecond(entry.at.0).map_or_else(
        // A clock that is set beyond the year 9999.
        |_| entry.at.0.to_string(),
        |at| format!("{at:.3}"),
    );
    format!("{:>7}  {at}  {}  {}", entry.number, entry.who, entry.act)
}

fn in_order(state: &LogState) -> anyhow::Result<()> {
    if let Some(fault) = &state.fault {
        bail!(
            "the audit log is not in order: {fault}. The {} entries before fit together. Nothing was \
             changed; keep the vault's folder as it is, and an earlier export of the log",
            state.entries
        );
    }
    Ok(())
}

fn export(arguments: &ExportArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open(&[C::ExportLog])?;
    let path = &arguments.file;
    let state = scribe::log_to_file(&vault, path)?;
    println!("exported {} entries to {}", state.entries, path.display());
    println!("public key {}", vault.log_key());
    eprintln!(
        "Keep a copy and the key away from this computer: whoever has the vault's passphrase can \
         write the log anew from any entry on, and only what left before shows it. `inroom-verify` \
         checks the file."
    );
    in_order(&state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_an_instant_is_taken() {
        assert_eq!(instant("1970-01-02"), Ok(UnixMillis(86_400_000)));
        assert_eq!(instant("1970-01-01T00:00:01Z"), Ok(UnixMillis(1_000)));
        for bad in ["yesterday", "", "2026-13-01"] {
            assert!(instant(bad).is_err(), "{bad}");
        }
    }
}
