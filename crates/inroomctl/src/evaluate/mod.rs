//! A model's scorecard, made on this very hardware with the samples that come with the program.

mod drafting;
mod hardware;
mod outcome;
mod own;
mod speech;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use governance::{ModelRole, Scorecard};
use indicatif::{ProgressBar, ProgressStyle};
use scribe::{Cancel, clock, models};
use worker::protocol::ModelFile;

use scribe::clock::to_the_second;
use scribe::organisation::write_public;

pub(crate) use outcome::Evaluation;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The model: an identifier of the catalogue or a file.
    model: String,
    #[command(flatten)]
    pub(crate) how: How,
    /// Everything that was found, as JSON; `models propose --evaluation` takes it.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The scorecard as an approval in the organisation's document has it (TOML).
    #[arg(long, value_name = "FILE")]
    toml: Option<PathBuf>,
}

/// How a model is measured.
#[derive(clap::Args)]
pub(crate) struct How {
    /// What it is for, where the catalogue does not say: speech, voice-activity, drafting or speaker.
    #[arg(long, value_parser = role)]
    pub(crate) role: Option<ModelRole>,
    /// A folder with the clinic's own recordings, and beside each NAME.wav (flac, mp3, m4a, ogg) a NAME.txt
    /// with the words that are spoken. No word of them is kept.
    #[arg(long, value_name = "FOLDER")]
    speech: Option<PathBuf>,
    /// The language of these recordings (ISO 639-1); detected when not given.
    #[arg(long, value_name = "CODE", requires = "speech")]
    language: Option<String>,
    /// The speech model that a model for voice activity or for speakers is measured with.
    #[arg(long, value_name = "PATH_OR_ID")]
    speech_model: Option<String>,
    /// Threads; all cores when not given.
    #[arg(long, value_name = "N")]
    threads: Option<u32>,
}

fn role(word: &str) -> Result<ModelRole, String> {
    ModelRole::ALL
        .into_iter()
        .find(|role| role.word() == word)
        .ok_or_else(|| {
            let words = ModelRole::ALL.map(ModelRole::word).join(", ");
            format!("{word:?} is none of {words}")
        })
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = models::resolve(&arguments.model)?;
    let evaluation = evaluate(&model, &arguments.how)?;
    evaluation.print();
    if let Some(path) = &arguments.json {
        write_public(path, &evaluation.json()?)?;
    }
    if let Some(path) = &arguments.toml {
        write_public(
            path,
            &governance::edit::scorecard_table(&evaluation.scorecard),
        )?;
    }
    Ok(())
}

/// Measures a model. Ctrl-C ends it; then there is no scorecard.
pub(crate) fn evaluate(model: &ModelFile, how: &How) -> anyhow::Result<Evaluation> {
    let role = role_of(model, how.role)?;
    let cancel = Cancel::default();
    let wish = cancel.clone();
    ctrlc::set_handler(move || wish.cancel())?;
    let steps = Steps::new();
    eprintln!(
        "measuring {} as a model for {role}; Ctrl-C gives it up",
        model.id
    );
    let (figures, details) = match role {
        ModelRole::Drafting => drafting::measure(model, how.threads, &cancel, &steps)?,
        ModelRole::Speech | ModelRole::VoiceActivity | ModelRole::Speaker => {
            let settings = speech::settings(model, role, how)?;
            speech::measure(&settings, role, how, &cancel, &steps)?
        }
    };
    steps.done();
    Ok(Evaluation {
        id: model.id.clone(),
        sha256: model.sha256.clone(),
        role,
        scorecard: Scorecard {
            measured: to_the_second(clock::now()),
            hardware: hardware::name(),
            figures,
        },
        details,
    })
}

/// What the catalogue says that a model is for, or the person.
pub(crate) fn role_of(model: &ModelFile, said: Option<ModelRole>) -> anyhow::Result<ModelRole> {
    let known = models::catalogue()?;
    let known = known
        .iter()
        .find(|known| known.sha256.as_ref() == Some(&model.sha256));
    let known = match known {
        Some(known) => Some(known.role.approved_as().with_context(|| {
            format!(
                "{} is not loaded by an approval and is not measured",
                model.id
            )
        })?),
        None => None,
    };
    match (said, known) {
        (Some(said), Some(known)) if said != known => bail!(
            "the catalogue has {} as a model for {known}, not for {said}; nothing was measured",
            model.id
        ),
        (Some(role), _) | (None, Some(role)) => Ok(role),
        (None, None) => bail!(
            "{} is not in the catalogue; say what it is for with --role. Nothing was measured",
            model.path.display()
        ),
    }
}

/// Why a measurement was not finished.
pub(super) fn given_up() -> anyhow::Error {
    anyhow::anyhow!("it was given up; there is no scorecard")
}

/// What is measured now, for whoever waits.
pub(super) struct Steps(ProgressBar);

impl Steps {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self(bar)
    }

    /// On a terminal a line that changes; elsewhere nothing, for that is for logs.
    pub(super) fn tell(&self, step: String) {
        self.0.set_message(step);
    }

    /// A line that stays.
    pub(super) fn say(&self, line: &str) {
        self.0.suspend(|| eprintln!("{line}"));
    }

    fn done(&self) {
        self.0.finish_and_clear();
    }
}
