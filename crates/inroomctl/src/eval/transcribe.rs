use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use capture::Pace;
use scribe::{Event, ScratchVault, SpeechSettings, Steps};
use serde_json::json;

use super::names::Names;
use super::outcome;
use crate::progress::Progress;
use crate::terms::TermsArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder for NAME.json, NAME.txt and NAME.rttm of each file.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// The speech model: an identifier of the catalogue or a ggml file.
    #[arg(long, value_name = "PATH_OR_ID")]
    model: Option<String>,
    /// Threads; all cores when not given.
    #[arg(long, value_name = "N")]
    threads: Option<u32>,
    /// Spoken language (ISO 639-1); detected when not given.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    #[command(flatten)]
    terms: TermsArguments,
    /// The visit's reason, as the clinic would write it down before; of use with --terms alone.
    #[arg(long, value_name = "TEXT", default_value = "", requires = "terms")]
    reason: String,
    /// Recordings: wav, flac, mp3, m4a, ogg.
    #[arg(required = true, value_name = "AUDIO")]
    audio: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut speech = SpeechSettings::new(arguments.model.as_deref())?;
    speech.threads = arguments.threads.unwrap_or(speech.threads);
    speech.terms = arguments.terms.read()?;
    speech.haste = visit::Haste::Afterwards;
    std::fs::create_dir_all(&arguments.output)
        .with_context(|| format!("{} cannot be made", arguments.output.display()))?;
    let mut done = 0;
    let mut names = Names::default();
    for audio in &arguments.audio {
        match one(audio, &names.of(audio), &speech, arguments) {
            Ok(summary) => {
                done += 1;
                eprintln!("{}: {summary}", audio.display());
            }
            Err(error) => eprintln!("{}: {error:#}", audio.display()),
        }
    }
    if done == 0 {
        bail!("none of the recordings could be transcribed");
    }
    Ok(())
}

fn one(
    audio: &Path,
    name: &str,
    speech: &SpeechSettings,
    arguments: &Arguments,
) -> anyhow::Result<String> {
    let scratch = ScratchVault::create()?;
    let started = Instant::now();
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: Some(speech.clone()),
        draft: None,
    };
    let (visit, recording) = scribe::record_file(
        &scratch,
        audio,
        Pace::Fastest,
        arguments.language.clone(),
        arguments.reason.as_str().into(),
        steps,
        events,
    )?;
    let mut progress = Progress::new(None, false);
    let mut trouble = None;
    for event in heard {
        if let Event::Alarm(scribe::Alarm::SourceFailed { message }) = &event {
            trouble = Some(message.clone());
        }
        progress.show(&event);
    }
    let outcome = recording.until_end()?.wait()?;
    progress.done();
    outcome.result?;
    let wall = started.elapsed();
    let vault = scratch.vault();
    let duration = vault.recorded(visit)?.samples.millis();
    if duration.0 == 0 {
        bail!(trouble.unwrap_or_else(|| "there is no sound in the file".to_owned()));
    }
    let segments = vault.segments(visit)?;
    let factor = wall.as_secs_f64() / duration.seconds();
    let mut whole = json!({
        "audio": audio.file_name().map(|name| name.to_string_lossy()),
        "duration_ms": duration,
        "segments": outcome::segments(&segments),
        "timing": { "wall_ms": wall.as_millis() as u64, "real_time_factor": factor },
        "peak_memory_bytes": { "speech": outcome.speech_peak_memory, "main": crate::memory::own_peak() },
        "incomplete": trouble,
    });
    if speech.terms.is_some() {
        let (given, taken) = outcome.phrases;
        whole["phrases"] = json!({ "given": given, "taken": taken });
    }
    let write = |extension: &str, text: String| {
        let path = arguments.output.join(format!("{name}.{extension}"));
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    };
    write("json", serde_json::to_string_pretty(&whole)?)?;
    write("txt", outcome::words(&segments))?;
    write("rttm", outcome::rttm(name, &segments))?;
    Ok(format!(
        "{duration} in {:.1} s (real-time factor {factor:.3})",
        wall.as_secs_f64()
    ))
}
