use std::path::PathBuf;
use std::sync::Arc;

use governance::Command as C;
use scribe::Import;

use super::particulars::Particulars;
use super::{ModelArguments, session};
use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The recording: wav, flac, mp3, m4a, ogg.
    file: PathBuf,
    #[command(flatten)]
    particulars: Particulars,
    /// Take the sound alone, without any model; `visit draft` writes transcript and note later.
    #[arg(long)]
    record_only: bool,
    #[command(flatten)]
    models: ModelArguments,
}

/// Makes a visit of a recording. Ctrl-C leaves it as one that `visit resume` goes on with.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let vault = Arc::new(
        arguments
            .vault
            .open(&[C::CreateVisit, C::Record, C::DraftNote])?,
    );
    let template = arguments.particulars.template(&vault)?;
    let steps = arguments.models.steps(&template, arguments.record_only)?;
    let visit = arguments.particulars.visit(&template);
    let import = Import::begin(vault, visit, &arguments.file)?;
    println!("visit {}", import.visit());
    session::run_import(import, steps, template, arguments.record_only)
}
