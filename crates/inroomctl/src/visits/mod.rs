mod erase;
mod new;
mod show;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Subcommand;
use scribe::{DraftingSettings, SpeechSettings, Steps, Work};
use vault::{KdfCost, Vault};
use visit::VisitId;

use crate::progress::Progress;
use crate::{passphrase, templates};

/// Which vault, and how it is opened.
#[derive(clap::Args)]
pub(crate) struct VaultArguments {
    /// The vault's folder; the program's own data folder when not given.
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
    /// A file whose first line is the passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum VaultCommand {
    /// Make a new, empty vault.
    Create(VaultArguments),
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Record a visit, transcribe it meanwhile and draft its note.
    New(new::Arguments),
    /// List the visits.
    List(show::ListArguments),
    /// List the visits that hold every word or "phrase" of a query.
    Search(show::SearchArguments),
    /// Show a visit's transcript and note.
    Show(show::ShowArguments),
    /// Finish the transcript of a recorded visit and draft its note, again if there is one.
    Draft(DraftArguments),
    /// Write the note as plain text.
    ExportText(show::ExportArguments),
    /// Erase a visit's sound, or all of the visit, for good.
    Erase(erase::Arguments),
}

#[derive(clap::Args)]
pub(crate) struct DraftArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
    /// The note template; the one chosen for the visit when not given.
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    #[command(flatten)]
    models: ModelArguments,
}

/// Which models.
#[derive(clap::Args)]
pub(crate) struct ModelArguments {
    /// The speech model: an identifier of the catalogue or a ggml file.
    #[arg(long, value_name = "PATH_OR_ID")]
    speech_model: Option<String>,
    /// The language model: an identifier of the catalogue or a GGUF file.
    #[arg(long, value_name = "PATH_OR_ID")]
    model: Option<String>,
}

pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::New(arguments) => new::run(&arguments),
        Command::List(arguments) => show::list(&arguments),
        Command::Search(arguments) => show::search(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Draft(arguments) => draft(&arguments),
        Command::ExportText(arguments) => show::export_text(&arguments),
        Command::Erase(arguments) => erase::run(&arguments),
    }
}

pub(crate) fn run_vault(command: VaultCommand) -> anyhow::Result<()> {
    let VaultCommand::Create(arguments) = command;
    let folder = arguments.folder()?;
    if Vault::exists(&folder) {
        bail!(
            "there is a vault in {} already; it was left as it is",
            folder.display()
        );
    }
    let file = arguments.passphrase_file.as_deref();
    let first = passphrase::ask(file, "Passphrase for the new vault: ")?;
    if file.is_none() && std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        let again = passphrase::ask(None, "The same passphrase again: ")?;
        if secrecy::ExposeSecret::expose_secret(&first)
            != secrecy::ExposeSecret::expose_secret(&again)
        {
            bail!("the two passphrases differ; nothing was made");
        }
    }
    Vault::create(&folder, &first, KdfCost::STANDARD)?;
    println!("made a vault in {}", folder.display());
    Ok(())
}

fn draft(arguments: &DraftArguments) -> anyhow::Result<()> {
    let vault = Arc::new(arguments.vault.open()?);
    let chosen = match &arguments.template {
        Some(id) => id.clone(),
        None => vault.visit(arguments.visit)?.summary.template,
    };
    let template = templates::find(
        Some(&chosen)
            .filter(|id| !id.is_empty())
            .map(String::as_str),
    )?;
    let steps = arguments.models.steps(&template)?;
    let (events, heard) = crossbeam_channel::unbounded();
    let work = Work::on_recorded(vault.clone(), arguments.visit, steps, events)?;
    let mut progress = Progress::new(Some(&template), true);
    for event in heard {
        progress.show(&event);
    }
    let outcome = work.wait()?;
    progress.done();
    outcome.result?;
    Ok(())
}

impl ModelArguments {
    fn steps(&self, template: &visit::Template) -> anyhow::Result<Steps> {
        Ok(Steps {
            speech: Some(SpeechSettings::new(self.speech_model.as_deref())?),
            draft: Some((
                DraftingSettings::new(self.model.as_deref())?,
                template.clone(),
            )),
        })
    }
}

impl VaultArguments {
    fn folder(&self) -> anyhow::Result<PathBuf> {
        match &self.vault {
            Some(folder) => Ok(folder.clone()),
            None => scribe::vault_folder()
                .context("there is no home folder to keep a vault in; name one with --vault"),
        }
    }

    fn open(&self) -> anyhow::Result<Vault> {
        let folder = self.folder()?;
        if !Vault::exists(&folder) {
            bail!(
                "there is no vault in {}; make one with `inroomctl vault create`",
                folder.display()
            );
        }
        let passphrase = passphrase::ask(
            self.passphrase_file.as_deref().map(Path::new),
            "Passphrase: ",
        )?;
        Ok(Vault::open(&folder, &passphrase)?)
    }
}
