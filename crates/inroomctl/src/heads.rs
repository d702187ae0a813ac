//! Signed heads of the audit log, on their way out of the computer.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use governance::Command as C;
use scribe::{HeadsFailed, SystemLog, clock};
use vault::{HeadsState, HeadsTo, Vault};

use crate::vaults::VaultArguments;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say where signed heads of the log go, and how far they have got.
    Show(VaultArguments),
    /// Say where they go from now on; what is not named ends. In an organisation's vault its document
    /// says it.
    Set(SetArguments),
    /// Sign how far the log has come, and export that and what waits now.
    Export(VaultArguments),
}

#[derive(Args)]
pub(crate) struct SetArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// A folder, best on another computer, by its whole path. It has to be there.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The system log of this computer.
    #[arg(long)]
    syslog: bool,
    /// Nowhere.
    #[arg(long, conflicts_with_all = ["folder", "syslog"])]
    nowhere: bool,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Show(arguments) => show(&arguments.open_as_it_is(C::ExportHeads)?),
        Command::Set(arguments) => set(arguments),
        Command::Export(arguments) => export(&arguments.open_as_it_is(C::ExportHeads)?),
    }
}

fn show(vault: &Vault) -> anyhow::Result<()> {
    let to = vault.heads_to()?;
    let whose = match vault.organisation() {
        Some(_) => "the organisation's document",
        None => "`inroomctl audit heads set`",
    };
    println!("public key  {}", vault.log_key());
    println!(
        "folder      {}",
        to.folder
            .map_or_else(|| "none".to_owned(), |folder| folder.display().to_string())
    );
    println!("system log  {}", if to.syslog { "yes" } else { "no" });
    println!("decided by  {whose}");
    for state in vault.heads_state()? {
        println!("{}", line(&state));
    }
    Ok(())
}

fn line(state: &HeadsState) -> String {
    let HeadsState {
        target,
        entries,
        at,
        waiting,
        failed,
    } = state;
    let arrived = match at.and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok()) {
        Some(at) => format!("up to entry {entries}, at {at:.0}"),
        None => "nothing has arrived yet".to_owned(),
    };
    let waits = match (waiting, failed) {
        (0, _) => String::new(),
        (waiting, None) => format!("; {waiting} heads wait"),
        (waiting, Some(failed)) => format!("; {waiting} heads wait: {failed}"),
    };
    format!("{target}: {arrived}{waits}")
}

fn set(arguments: &SetArguments) -> anyhow::Result<()> {
    let SetArguments {
        folder,
        syslog,
        nowhere,
        ..
    } = arguments;
    if folder.is_none() && !syslog && !nowhere {
        bail!("say where signed heads go: --folder, --syslog or --nowhere; nothing was changed");
    }
    let vault = arguments.vault.open_as_it_is(C::SetHeadsTarget)?;
    vault.set_heads_to(&HeadsTo {
        folder: folder.clone(),
        syslog: *syslog,
    })?;
    if *nowhere {
        println!("signed heads of the log stay in the vault from now on");
        return Ok(());
    }
    export(&vault)
}

fn export(vault: &Vault) -> anyhow::Result<()> {
    vault.sign_head_now()?;
    let failed = scribe::export_heads(vault, &SystemLog::default(), clock::now())?;
    for state in vault.heads_state()? {
        println!("{}", line(&state));
    }
    match failed.first() {
        Some((target, why)) => {
            bail!("heads did not get to {target}: {why}. They wait and are tried again")
        }
        None => Ok(()),
    }
}

/// Exports what waits, after something was signed or when a vault was opened. Nothing waits for a place
/// that fails: it is told and tried again by the next command.
pub(crate) fn export_what_waits(vault: &Vault) {
    match scribe::export_heads(vault, &SystemLog::default(), clock::now()) {
        Ok(failed) => failed.iter().for_each(tell),
        Err(error) => eprintln!("signed heads of the audit log were not exported: {error}"),
    }
}

fn tell((target, why): &HeadsFailed) {
    eprintln!(
        "signed heads of the audit log did not get to {target}: {why}. They wait and are tried again; \
         tell IT (`inroomctl audit heads show`)"
    );
}
