mod confirmation;
mod erase;
mod export;
mod import;
mod new;
mod particulars;
mod relabel;
mod resume;
mod session;
pub(crate) mod show;
mod sign;

use std::sync::Arc;

use clap::Subcommand;
use governance::Command as C;
use scribe::{DraftingSettings, SpeechSettings, Steps, Work};
use visit::VisitId;

use crate::progress::Progress;
use crate::templates;
use crate::terms::TermsArguments;
use crate::vaults::VaultArguments;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Record a visit, transcribe it meanwhile and draft its note.
    New(new::Arguments),
    /// Make a visit of an existing recording, transcribe it and draft its note.
    Import(import::Arguments),
    /// Record on, or import on, where a visit was paused or cut off.
    Resume(resume::Arguments),
    /// List the visits.
    List(show::ListArguments),
    /// List the visits that hold every word or "phrase" of a query.
    Search(show::SearchArguments),
    /// Show a visit's transcript and note.
    Show(show::ShowArguments),
    /// Finish the transcript of a recorded visit and draft its note, again if there is one.
    Draft(DraftArguments),
    /// Say who spoke a turn, or all that one voice said, or take that back.
    Relabel(relabel::Arguments),
    /// Write the note as text, HTML, FHIR, HL7, DOCX or PDF, encrypted if you like.
    Export(export::Arguments),
    /// Sign the note of a visit: it never changes afterwards.
    Sign(sign::Arguments),
    /// Erase a visit's sound, its transcript once it is signed, or all of the visit, for good.
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

/// Which models, and what the speech model is told.
#[derive(clap::Args)]
pub(crate) struct ModelArguments {
    /// The speech model: an identifier of the catalogue or a ggml file.
    #[arg(long, value_name = "PATH_OR_ID")]
    speech_model: Option<String>,
    /// The language model: an identifier of the catalogue or a GGUF file.
    #[arg(long, value_name = "PATH_OR_ID")]
    model: Option<String>,
    #[command(flatten)]
    terms: TermsArguments,
}

pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::New(arguments) => new::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Resume(arguments) => resume::run(&arguments),
        Command::List(arguments) => show::list(&arguments),
        Command::Search(arguments) => show::search(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Draft(arguments) => draft(&arguments),
        Command::Relabel(arguments) => relabel::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Sign(arguments) => sign::run(&arguments),
        Command::Erase(arguments) => erase::run(&arguments),
    }
}

fn draft(arguments: &DraftArguments) -> anyhow::Result<()> {
    let vault = Arc::new(arguments.vault.open(&[C::DraftNote])?);
    let chosen = match &arguments.template {
        Some(id) => id.clone(),
        None => vault.visit(arguments.visit)?.summary.template,
    };
    let template = templates::find(
        vault.organisation(),
        Some(&chosen)
            .filter(|id| !id.is_empty())
            .map(String::as_str),
    )?;
    let steps = arguments.models.steps(&template, false)?;
    let (events, heard) = crossbeam_channel::unbounded();
    let work = Work::on_recorded(vault.clone(), arguments.visit, steps, events)?;
    let interrupt = session::Interrupt::default();
    interrupt.ends(work.end());
    interrupt.on_first(|| ())?;
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
    /// All steps, or none.
    fn steps(&self, template: &visit::Template, record_only: bool) -> anyhow::Result<Steps> {
        if record_only {
            return Ok(Steps {
                speech: None,
                draft: None,
            });
        }
        let mut speech = SpeechSettings::new(self.speech_model.as_deref())?;
        speech.terms = self.terms.read()?;
        Ok(Steps {
            speech: Some(speech),
            draft: Some((
                DraftingSettings::new(self.model.as_deref())?,
                template.clone(),
            )),
        })
    }
}
