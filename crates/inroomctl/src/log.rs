//! The audit log: who did what.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use governance::Command as C;
use vault::{Entry, LogState, Outcome};
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
    /// Only what this account did, `program` for what the program did by itself, or `emergency` for what
    /// was done with a sealed sheet.
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
    let mut shown = 0_u64;
    let state = vault.show_log(&mut |entry| {
        if arguments.wants(entry) {
            shown += 1;
            println!("{}", line(entry));
        }
    })?;
    eprintln!("{shown} of {} entries", state.entries);
    in_order(&state)
}

impl ShowArguments {
    fn wants(&self, entry: &Entry) -> bool {
        let is_by = |who: &str| match &entry.who {
            vault::Actor::Program => who == "program",
            vault::Actor::Account { name, .. } => name.as_str() == who,
            vault::Actor::Person { account } => account.as_str() == who,
            vault::Actor::Emergency { .. } => who == "emergency",
        };
        self.visit
            .is_none_or(|visit| entry.act.visit() == Some(visit))
            && self.since.is_none_or(|since| entry.at >= since)
            && self.who.as_deref().is_none_or(is_by)
            && (!self.refused || entry.act.outcome() != Outcome::Done)
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
    let file = File::create_new(path).with_context(|| {
        format!(
            "{} cannot be made; nothing was exported, and a file that is there was left as it is",
            path.display()
        )
    })?;
    let mut file = BufWriter::new(file);
    let written = vault.export_log(&mut file).and_then(|state| {
        let synchronised = file.flush().and_then(|()| file.get_ref().sync_all());
        match synchronised {
            Ok(()) => Ok(state),
            Err(source) => Err(vault::VaultError::Io {
                doing: "writing the audit log",
                source,
            }),
        }
    });
    let state = match written {
        Ok(state) => state,
        Err(error) => {
            // Half a log would look like one whose end was cut off.
            let _ = fs::remove_file(path);
            return Err(error.into());
        }
    };
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
