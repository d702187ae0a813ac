//! How long what is kept of a visit is kept.

use anyhow::bail;
use clap::{Args, Subcommand};
use governance::Command as C;
use scribe::clock;
use vault::{Erased, Tombstone, Vault, VaultError};
use visit::{Days, Retention, VisitId};

use crate::vaults::VaultArguments;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say how long each kind is kept.
    Show(VaultArguments),
    /// Change how long; what is not named stays as it is.
    Set(SetArguments),
    /// Erase now what is due; the desktop program does it at its start and once a day, this program
    /// whenever it opens the vault for anything but the policy and the ways in.
    Run(VaultArguments),
}

#[derive(Args)]
pub(crate) struct SetArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Days from the signature to the end of the recording, or `keep`.
    #[arg(long, value_name = "DAYS", value_parser = kept)]
    audio: Option<Kept>,
    /// Days from the signature to the end of the transcript, or `keep`.
    #[arg(long, value_name = "DAYS", value_parser = kept)]
    transcript: Option<Kept>,
    /// Days from its last change to the end of a note that nobody has signed, or `keep`.
    #[arg(long, value_name = "DAYS", value_parser = kept)]
    draft: Option<Kept>,
}

/// `None`: until a person erases it.
#[derive(Clone, Copy)]
struct Kept(Option<Days>);

fn kept(text: &str) -> Result<Kept, String> {
    if text == "keep" {
        return Ok(Kept(None));
    }
    let days: u32 = text
        .parse()
        .map_err(|_| format!("{text:?} is neither a number of days nor `keep`"))?;
    let days = Days::try_from(days).map_err(|error| error.to_string())?;
    Ok(Kept(Some(days)))
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Show(arguments) => show(&arguments.open_as_it_is(C::ReadRetention)?.retention()?),
        Command::Set(arguments) => set(arguments)?,
        Command::Run(arguments) => enforce(arguments)?,
    }
    Ok(())
}

fn show(policy: &Retention) {
    let days = |days: Option<Days>| match days.map(u32::from) {
        Some(days) => format!("{days} days from"),
        None => "kept after".to_owned(),
    };
    println!("audio       {} the signature", days(policy.audio));
    println!("transcript  {} the signature", days(policy.transcript));
    println!(
        "draft       {} the last change of a note that nobody has signed",
        days(policy.draft)
    );
}

fn set(arguments: &SetArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open_as_it_is(C::ChangeRetention)?;
    let mut policy = vault.retention()?;
    for (kept, of) in [
        (arguments.audio, &mut policy.audio),
        (arguments.transcript, &mut policy.transcript),
        (arguments.draft, &mut policy.draft),
    ] {
        if let Some(Kept(days)) = kept {
            *of = days;
        }
    }
    vault.set_retention(&policy)?;
    show(&policy);
    Ok(())
}

fn enforce(arguments: &VaultArguments) -> anyhow::Result<()> {
    let done =
        scribe::enforce_retention(&arguments.open_as_it_is(C::ChangeRetention)?, clock::now())?;
    for tombstone in &done.erased {
        println!("{}", line_of(tombstone));
    }
    if done.erased.is_empty() {
        println!("nothing was due");
    }
    tell_failed(&done.failed);
    if !done.failed.is_empty() {
        bail!("{} visits were left as they are", done.failed.len());
    }
    Ok(())
}

/// Erases what is due before anything else is done with the vault. What a command is asked for does
/// not wait for an erasure that fails: it is told, and tried again by the next one. Said on the
/// standard error, as the standard output may be a note.
pub(crate) fn enforce_at_start(vault: &Vault) {
    match scribe::enforce_retention(vault, clock::now()) {
        Ok(done) => {
            for tombstone in &done.erased {
                eprintln!("{}: the time it is kept for was over", line_of(tombstone));
            }
            tell_failed(&done.failed);
        }
        Err(error) => eprintln!("what is due to be erased was not: {error}"),
    }
}

fn line_of(tombstone: &Tombstone) -> String {
    let what = match tombstone.erased {
        Erased::Sound => "the recording",
        Erased::Transcript => "the transcript",
        Erased::Draft => "the unsigned note",
        Erased::Visit => "everything",
    };
    format!("erased {what} of the visit {}", tombstone.visit)
}

fn tell_failed(failed: &[(VisitId, VaultError)]) {
    for (visit, error) in failed {
        eprintln!("of the visit {visit} something is due and was not erased: {error}");
    }
}
