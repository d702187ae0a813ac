//! How long what is kept of a visit is kept.

use anyhow::bail;
use clap::{Args, Subcommand};
use scribe::clock;
use vault::Erased;
use visit::{Days, Retention};

use crate::vaults::VaultArguments;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say how long each kind is kept.
    Show(VaultArguments),
    /// Change how long; what is not named stays as it is.
    Set(SetArguments),
    /// Erase now what is due; the desktop program does it at its start and once a day.
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
        Command::Show(arguments) => show(&arguments.open()?.retention()?),
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
    let vault = arguments.vault.open()?;
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
    let done = scribe::enforce_retention(&arguments.open()?, clock::now())?;
    for tombstone in &done.erased {
        let what = match tombstone.erased {
            Erased::Sound => "the recording",
            Erased::Transcript => "the transcript",
            Erased::Draft => "the unsigned note",
            Erased::Visit => "everything",
        };
        println!("erased {what} of the visit {}", tombstone.visit);
    }
    if done.erased.is_empty() {
        println!("nothing was due");
    }
    for (visit, error) in &done.failed {
        eprintln!("of the visit {visit} something is due and was not erased: {error}");
    }
    if !done.failed.is_empty() {
        bail!("{} visits were left as they are", done.failed.len());
    }
    Ok(())
}
