//! The health of this workstation, for IT.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use scribe::{Ailing, Health, doctor};

use crate::surroundings::Secrets;
use crate::vaults::folder_of;

#[derive(Args)]
pub(crate) struct DoctorArguments {
    /// The vault's folder; the program's own data folder when not given. It is not opened.
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
    /// The file with this computer's secret, where it is not in the account's keyring.
    #[arg(long, value_name = "FILE")]
    device_secret_file: Option<PathBuf>,
    /// A folder with backups, to say how old the newest is.
    #[arg(long, value_name = "DIR")]
    backups: Option<PathBuf>,
    /// JSON instead of lines.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &DoctorArguments) -> anyhow::Result<()> {
    let folder = std::path::absolute(folder_of(arguments.vault.clone())?)?;
    let secrets = Secrets::of(&folder, arguments.device_secret_file.as_deref());
    let health = doctor(&secrets.around(&folder), arguments.backups.as_deref());
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&health)?);
    } else {
        print!("{}", text(&health));
    }
    ensure!(
        health.works,
        "something keeps the program from working on this computer; it is marked BAD above"
    );
    Ok(())
}

fn text(health: &Health) -> String {
    let mut text = format!("Inroom {} on {}\n\n", health.program, health.system);
    for item in &health.items {
        let mark = match item.ailing {
            Ailing::No => "ok",
            Ailing::Unknown => "?",
            Ailing::Somewhat => "look",
            Ailing::Badly => "BAD",
        };
        text += &format!("{mark:<5} {:<21} {}\n", item.what, item.found);
        if let Some(advice) = &item.advice {
            text += &format!("{:28}→ {advice}\n", "");
        }
    }
    text.push('\n');
    for model in &health.models {
        let mark = if model.genuine { "ok" } else { "BAD" };
        let digest = model
            .sha256
            .as_ref()
            .map_or("unreadable", |digest| digest.as_str());
        text += &format!("{mark:<5} {digest}  {}\n", model.file);
    }
    text
}
