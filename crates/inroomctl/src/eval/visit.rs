use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use scribe::{Drafted, DraftingSettings, Event, ScratchVault, SpeechSettings, Steps};
use serde_json::json;

use super::outcome;
use crate::progress::Progress;
use crate::speed::Speed;
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
    /// Transcript, note, times and memory as JSON.
    #[arg(long, value_name = "OUT.json")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let template = templates::find(arguments.template.as_deref())?;
    let mut speech = SpeechSettings::new(arguments.speech_model.as_deref())?;
    let mut drafting = DraftingSettings::new(arguments.model.as_deref())?;
    speech.threads = arguments.threads.unwrap_or(speech.threads);
    drafting.threads = arguments.threads.unwrap_or(drafting.threads);
    let scratch = ScratchVault::create()?;
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: Some(speech),
        draft: Some((drafting, template.clone())),
    };
    let (visit, recording) = scribe::record_file(
        &scratch,
        &arguments.audio,
        arguments.speed.0,
        arguments.language.clone(),
        steps,
        events,
    )?;
    let mut progress = Progress::new(Some(&template), true);
    let mut speed = visit::DraftSpeed::default();
    let mut restarts = 0;
    for event in heard {
        match &event {
            Event::DraftComplete {
                speed: of_draft, ..
            } => speed = *of_draft,
            Event::WorkerRestarted { .. } => restarts += 1,
            _ => {}
        }
        progress.show(&event);
    }
    let ended = recording.until_end()?.wait()?;
    progress.done();
    let revision = ended.result?;
    let vault = scratch.vault();
    let recorded = vault.recorded(visit)?.samples.millis();
    let Some(revision) = revision.and(vault.latest_revision(visit)?) else {
        bail!("the visit ended without a draft");
    };
    let provenance = revision.provenance.context("the draft has no provenance")?;
    let drafted = Drafted {
        note: revision.note,
        provenance,
        speed,
    };
    let segments = vault.segments(visit)?;
    let millis = |time: Option<Duration>| time.map(|time| time.as_millis() as u64);
    let stages = json!({
        "recorded_ms": recorded,
        "stop_to_transcript_ms": millis(ended.stop_to_transcript),
        "stop_to_draft_ms": millis(ended.stop_to_draft),
    });
    let peak = json!({
        "main": memory::own_peak(),
        "speech": ended.speech_peak_memory,
        "drafting": ended.drafting_peak_memory,
    });
    let whole = json!({
        "audio": arguments.audio.file_name().map(|name| name.to_string_lossy()),
        "duration_ms": recorded,
        "segments": outcome::segments(&segments),
        "draft": outcome::draft(&drafted),
        "stages": stages,
        "stop_to_draft_ms": millis(ended.stop_to_draft),
        "peak_memory_bytes": peak,
        "worker_restarts": restarts,
    });
    std::fs::write(&arguments.output, serde_json::to_string_pretty(&whole)?)
        .with_context(|| format!("{} cannot be written", arguments.output.display()))?;
    println!("\nWhere the time went");
    println!("  recorded                     {recorded}");
    print_time("  stop to complete transcript ", ended.stop_to_transcript);
    print_time("  stop to complete draft      ", ended.stop_to_draft);
    println!(
        "  reading {} tokens             {:.1} s",
        speed.prompt_tokens,
        f64::from(speed.prefill_ms) / 1000.0
    );
    println!(
        "  writing {} tokens             {:.1} s",
        speed.generated_tokens,
        f64::from(speed.decode_ms) / 1000.0
    );
    println!("Peak memory");
    for (name, bytes) in [
        ("main", memory::own_peak()),
        ("speech", ended.speech_peak_memory),
        ("drafting", ended.drafting_peak_memory),
    ] {
        println!("  {name:<10} {:>6} MiB", bytes >> 20);
    }
    Ok(())
}

fn print_time(label: &str, time: Option<Duration>) {
    if let Some(time) = time {
        println!("{label} {:.1} s", time.as_secs_f64());
    }
}
