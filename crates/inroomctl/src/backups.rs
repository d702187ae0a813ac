//! Backing a vault up and restoring it.

use std::path::PathBuf;

use governance::Command as C;
use indicatif::{ProgressBar, ProgressStyle};
use scribe::clock;
use vault::{BackupStep, Vault};

use crate::vaults::{self, VaultArguments};
use crate::ways::CodeArgument;

#[derive(clap::Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The folder to back up to, best on another medium; a later backup adds what is new.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// How many snapshots stay in the folder.
    #[arg(long, value_name = "NUMBER", default_value_t = 30)]
    keep: usize,
}

#[derive(clap::Args)]
pub(crate) struct SnapshotsArguments {
    /// The folder that was backed up to.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The folder that was backed up to.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The snapshot, as `inroomctl vault snapshots` names it; the newest when not given.
    #[arg(long, value_name = "NAME")]
    snapshot: Option<String>,
    /// The recovery key's file, on another computer than the one that the vault was made on: the
    /// vault gets a new passphrase and this computer's secret.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Let the new passphrase alone open the restored vault.
    #[arg(long, requires = "identity", conflicts_with = "device_secret_file")]
    without_device_secret: bool,
    #[command(flatten)]
    code: CodeArgument,
}

pub(crate) fn back_up(arguments: &BackupArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open(&[C::BackUp])?;
    let bar = bar();
    let report = vault.back_up(&arguments.to, clock::now(), arguments.keep, &mut |step| {
        show(&bar, step)
    })?;
    bar.finish_and_clear();
    println!(
        "backed up {} visits as {}: {}, of it new {}; restored to a scratch vault and compared",
        report.visits,
        report.snapshot,
        megabytes(report.bytes),
        megabytes(report.new_bytes)
    );
    println!("{} snapshots are kept", report.kept);
    for part in &report.damaged {
        eprintln!(
            "{} of visit {} is damaged in this vault and in this backup; an earlier snapshot may hold it whole",
            part.what, part.visit
        );
    }
    Ok(())
}

pub(crate) fn snapshots(arguments: &SnapshotsArguments) -> anyhow::Result<()> {
    for snapshot in Vault::snapshots(&arguments.from)? {
        println!(
            "{}\t{}\t{} visits\t{}",
            snapshot.name,
            jiff::Timestamp::from_millisecond(snapshot.at.0)?,
            snapshot.visits,
            megabytes(snapshot.bytes)
        );
    }
    Ok(())
}

pub(crate) fn restore(arguments: &RestoreArguments) -> anyhow::Result<()> {
    let folder = arguments.vault.folder()?;
    let snapshot = arguments.snapshot.as_deref();
    let bar = bar();
    Vault::restore(&arguments.from, snapshot, &folder, &mut |done, all| {
        show(&bar, BackupStep::Restoring(done, all));
    })?;
    bar.finish_and_clear();
    println!("restored to {}", folder.display());
    let vault = match &arguments.identity {
        Some(identity) => {
            let without = arguments.without_device_secret;
            vaults::recover(&arguments.vault, identity, without, &arguments.code)?
        }
        None => arguments.vault.open(&[C::Restore])?,
    };
    vault.confirm_restored(&arguments.from, snapshot)?;
    println!(
        "it opens, is signed by this vault and holds {} visits",
        vault.visits()?.len()
    );
    Ok(())
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
    let bar = ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn show(bar: &ProgressBar, step: BackupStep) {
    let (words, done, all) = match step {
        BackupStep::Copying(done, all) => ("Copying", done, all),
        BackupStep::Restoring(done, all) => ("Restoring", done, all),
        BackupStep::Comparing(done, all) => ("Comparing", done, all),
    };
    bar.set_message(words);
    bar.set_length(all.into());
    bar.set_position(done.into());
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
