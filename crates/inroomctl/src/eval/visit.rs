use std::path::PathBuf;

use anyhow::{Context, bail};
use scribe::{Alarm, Drafted, DraftingSettings, Event, ScratchVault, SpeechSettings, Steps};
use serde_json::json;
use visit::{DraftSpeed, PatientText};

use super::lines::Lines;
use super::outcome;
use super::stages::{self, Stages};
use crate::progress::Progress;
use crate::speed::Speed;
use crate::terms::TermsArguments;
use crate::{memory, templates};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The recording: wav, flac, mp3, m4a, ogg.
    #[arg(long, value_name = "FILE")]
    audio: PathBuf,
    /// How fast it is played: 1 is real time, `max` as fast as it is taken.
    #[arg(long, value_name = "1|N|max", default_value = "1")]
    speed: Speed,
    /// The note template.
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// The speech model: an identifier of the catalogue or a ggml file.
    #[arg(long, value_name = "PATH_OR_ID")]
    speech_model: Option<String>,
    /// The language model: an identifier of the catalogue or a GGUF file.
    #[arg(long, value_name = "PATH_OR_ID")]
    model: Option<String>,
    /// Threads for each worker; all cores when not given.
    #[arg(long, value_name = "N")]
    threads: Option<u32>,
    /// Spoken language (ISO 639-1); detected when not given.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    #[command(flatten)]
    terms: TermsArguments,
    /// Transcript, note, times and memory as JSON.
    #[arg(long, value_name = "OUT.json")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let template = templates::find(None, arguments.template.as_deref())?;
    let mut speech = SpeechSettings::new(arguments.speech_model.as_deref())?;
    let mut drafting = DraftingSettings::new(arguments.model.as_deref())?;
    speech.threads = arguments.threads.unwrap_or(speech.threads);
    speech.terms = arguments.terms.read()?;
    drafting.threads = arguments.threads.unwrap_or(drafting.threads);
    let scratch = ScratchVault::create()?;
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: Some(speech),
        draft: Some((drafting, template.clone())),
    };
    let mut stages = Stages::start();
    let mut lines = Lines::start();
    let (visit, recording) = scribe::record_file(
        &scratch,
        &arguments.audio,
        arguments.speed.0,
        arguments.language.clone(),
        PatientText::default(),
        steps,
        events,
    )?;
    let mut progress = Progress::new(Some(&template), true);
    let mut seen = Seen::default();
    for event in heard {
        stages.note(&event);
        lines.note(&event);
        seen.note(&event);
        progress.show(&event);
    }
    let mut ended = recording.until_end()?.wait()?;
    progress.done();
    let result = std::mem::replace(&mut ended.result, Ok(None));
    let vault = scratch.vault();
    let recorded = vault.recorded(visit)?.samples.millis();
    let segments = vault.segments(visit)?;
    let (draft, error) = match result {
        Ok(revision) => match revision.and(vault.latest_revision(visit)?) {
            Some(revision) => (
                Some(Drafted {
                    note: revision.note,
                    provenance: revision.provenance.context("the draft has no provenance")?,
                    speed: seen.speed,
                }),
                None,
            ),
            None => (None, Some("the visit ended without a draft".to_owned())),
        },
        Err(error) => (None, Some(format!("{:#}", anyhow::Error::new(error)))),
    };
    let mut whole = json!({
        "audio": arguments.audio.file_name().map(|name| name.to_string_lossy()),
        "duration_ms": recorded,
        "segments": outcome::segments(&segments),
        "lines": lines.json(),
        "stages": stages.json(recorded, &ended),
        "stop_to_draft_ms": ended.stop_to_draft.map(stages::millis),
        "peak_memory_bytes": {
            "main": memory::own_peak(),
            "speech": ended.speech_peak_memory,
            "drafting": ended.drafting_peak_memory,
        },
        "worker_restarts": seen.restarts,
        "incomplete": seen.incomplete,
    });
    if let Some(draft) = &draft {
        whole["draft"] = outcome::draft(draft);
    }
    if let Some(error) = &error {
        whole["error"] = json!(error);
    }
    std::fs::write(&arguments.output, serde_json::to_string_pretty(&whole)?)
        .with_context(|| format!("{} cannot be written", arguments.output.display()))?;
    println!("\nWhere the time went");
    stages.print(recorded, &ended);
    print_tokens(seen.speed);
    println!("Peak memory");
    for (name, bytes) in [
        ("main", memory::own_peak()),
        ("speech", ended.speech_peak_memory),
        ("drafting", ended.drafting_peak_memory),
    ] {
        println!("  {name:<10} {:>6} MiB", bytes >> 20);
    }
    match error {
        // The transcript is something.
        Some(error) if !segments.is_empty() => eprintln!("there is no draft: {error}"),
        Some(error) => bail!(seen.incomplete.unwrap_or(error)),
        None => {}
    }
    Ok(())
}

/// What is told on the way and stands nowhere else afterwards.
#[derive(Default)]
struct Seen {
    speed: DraftSpeed,
    restarts: u32,
    /// Why the recording has ended before the file's end.
    incomplete: Option<String>,
}

impl Seen {
    fn note(&mut self, event: &Event) {
        match event {
            Event::DraftComplete { speed, .. } => self.speed = *speed,
            Event::WorkerRestarted { .. } => self.restarts += 1,
            Event::Alarm(Alarm::SourceFailed { message } | Alarm::StoreFailed { message }) => {
                self.incomplete = Some(message.clone());
            }
            _ => {}
        }
    }
}

fn print_tokens(speed: DraftSpeed) {
    for (doing, tokens, millis) in [
        ("reading", speed.prompt_tokens, speed.prefill_ms),
        ("writing", speed.generated_tokens, speed.decode_ms),
    ] {
        println!(
            "  {doing} {tokens} tokens             {:.1} s",
            f64::from(millis) / 1000.0
        );
    }
}
