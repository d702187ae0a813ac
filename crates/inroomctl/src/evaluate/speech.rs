//! A model that hears: by the built-in speech, by sounds without words, and by the clinic's own
//! recordings.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use capture::faulty::Script;
use capture::{CaptureError, Pace, Source};
use crossbeam_channel::RecvTimeoutError;
use figures::limits::{self, Measure};
use figures::samples::{self, SpokenSample};
use figures::who::Given;
use figures::words::{self, WordErrors};
use governance::{Figure, ModelRole};
use scribe::{Alarm, Cancel, Event, ScratchVault, SpeechSettings, Steps as Work};
use serde_json::{Value, json};
use visit::{Haste, Millis, PatientText, Segment};
use worker::protocol::ModelFile;

use super::{How, Steps, given_up, own};

/// How often a wish to give up is looked for.
const GLANCE: Duration = Duration::from_millis(100);

/// What was heard in a recording.
struct Heard {
    segments: Vec<Segment>,
    duration: Millis,
    took: Duration,
    peak_memory: u64,
}

/// The sums over several recordings.
#[derive(Default)]
struct Sum {
    errors: WordErrors,
    seconds: f64,
    took: f64,
    peak_memory: u64,
}

pub(super) fn settings(
    model: &ModelFile,
    role: ModelRole,
    how: &How,
) -> anyhow::Result<SpeechSettings> {
    let whisper = match role {
        ModelRole::Speech => None,
        _ => how.speech_model.as_deref(),
    };
    let mut settings = match role {
        ModelRole::Speech => SpeechSettings::with(model.clone())?,
        _ => SpeechSettings::new(whisper)?,
    };
    match role {
        ModelRole::VoiceActivity => settings.voice_activity = model.clone(),
        ModelRole::Speaker => settings.voice_encoder = Some(model.clone()),
        ModelRole::Speech | ModelRole::Drafting => {}
    }
    settings.threads = how.threads.unwrap_or(settings.threads);
    settings.haste = Haste::Afterwards;
    Ok(settings)
}

pub(super) fn measure(
    settings: &SpeechSettings,
    role: ModelRole,
    how: &How,
    cancel: &Cancel,
    steps: &Steps,
) -> anyhow::Result<(Vec<Figure>, Value)> {
    let own = how.speech.as_deref().map(own::recordings).transpose()?;
    let folder = tempfile::tempdir().context("there is no room for the samples")?;
    let hear_file = |sound: &Path, language: Option<&str>| {
        hear(
            || capture::open_file(sound, Pace::Fastest),
            settings,
            language,
            cancel,
        )
    };

    let (mut sum, mut given, mut spoken) = (Sum::default(), Given::default(), Vec::new());
    for (number, sample) in (1..).zip(samples::SPEECH) {
        steps.tell(format!(
            "speech {number} of {}, {}",
            samples::SPEECH.len(),
            sample.id
        ));
        let path = folder.path().join(format!("{}.ogg", sample.id));
        std::fs::write(&path, sample.sound)?;
        let heard = hear_file(&path, Some("en"))?;
        let text = spoken_text(&heard.segments);
        let errors = sum.add(&sample.said(), &heard);
        let voices = who_spoke(sample, &heard.segments);
        given.add(&voices);
        let said = errors.said;
        steps.say(&format!(
            "speech {number} of {}, {}: {} of {said} words wrong",
            samples::SPEECH.len(),
            sample.id,
            errors.wrong
        ));
        spoken.push(json!({
            "sample": sample.id,
            "said": sample.said(),
            "heard": text,
            "words": said,
            "words_wrong": errors.wrong,
            "words_given_to_the_wrong_speaker": voices.wrong,
        }));
    }

    let (mut out_of_nothing, mut silences) = (0, Vec::new());
    for silence in samples::silences() {
        steps.tell(format!("a sound without words, {}", silence.id));
        let script = Script::new().sound(&silence.sound).end();
        let open = || script.open(silence.id, Pace::Fastest);
        let text = spoken_text(&hear(open, settings, Some("en"), cancel)?.segments);
        let count = words::words(&text).len();
        steps.say(&format!(
            "a sound without words, {}: {count} words",
            silence.id
        ));
        out_of_nothing += count;
        silences.push(json!({ "sound": silence.id, "words": count, "heard": text }));
    }

    let of_role = |wanted: &[ModelRole], measure: &Measure, value: Option<f64>| {
        value
            .filter(|_| wanted.contains(&role))
            .map(|value| measure.of(value))
    };
    let everywhere = [
        ModelRole::Speech,
        ModelRole::VoiceActivity,
        ModelRole::Speaker,
    ];
    let hearing = [ModelRole::Speech, ModelRole::VoiceActivity];
    let mut figures = vec![
        of_role(&hearing, &limits::WORDS_WRONG, sum.errors.per_cent()),
        of_role(
            &hearing,
            &limits::WORDS_OF_SILENCE,
            Some(out_of_nothing as f64),
        ),
        of_role(
            &[ModelRole::Speaker],
            &limits::SPEAKER_WRONG,
            given.per_cent(),
        ),
        of_role(
            &everywhere,
            &limits::REAL_TIME_FACTOR,
            sum.real_time_factor(),
        ),
        of_role(
            &everywhere,
            &limits::PEAK_MEMORY,
            mebibytes(sum.peak_memory),
        ),
    ];
    let mut details = json!({
        "together_with": {
            "speech": settings.whisper.id,
            "voice_activity": settings.voice_activity.id,
            "speaker": settings.voice_encoder.as_ref().map(|model| &model.id),
        },
        "speech": spoken,
        "silence": silences,
    });
    if let Some(own) = own {
        let sum = own_recordings(&own, how, steps, &hear_file)?;
        figures.push(of_role(
            &hearing,
            &limits::OWN_WORDS_WRONG,
            sum.errors.per_cent(),
        ));
        figures.push(of_role(
            &everywhere,
            &limits::OWN_REAL_TIME_FACTOR,
            sum.real_time_factor(),
        ));
        details["own_recordings"] = json!({
            "recordings": own.len(),
            "seconds": sum.seconds,
            "words": sum.errors.said,
            "words_wrong": sum.errors.wrong,
        });
    }
    Ok((figures.into_iter().flatten().collect(), details))
}

fn own_recordings(
    own: &[own::Recorded],
    how: &How,
    steps: &Steps,
    hear: &dyn Fn(&Path, Option<&str>) -> anyhow::Result<Heard>,
) -> anyhow::Result<Sum> {
    let mut sum = Sum::default();
    for (number, recorded) in (1..).zip(own) {
        steps.tell(format!("own recording {number} of {}", own.len()));
        let heard = hear(&recorded.sound, how.language.as_deref())
            .with_context(|| format!("own recording {number}, in the order of their names"))?;
        let errors = sum.add(&recorded.said, &heard);
        steps.say(&format!(
            "own recording {number} of {}: {} of {} words wrong",
            own.len(),
            errors.wrong,
            errors.said
        ));
    }
    Ok(sum)
}

impl Sum {
    fn add(&mut self, said: &str, heard: &Heard) -> WordErrors {
        let errors = WordErrors::between(said, &spoken_text(&heard.segments));
        self.errors = self.errors.and(errors);
        self.seconds += heard.duration.seconds();
        self.took += heard.took.as_secs_f64();
        self.peak_memory = self.peak_memory.max(heard.peak_memory);
        errors
    }

    fn real_time_factor(&self) -> Option<f64> {
        (self.seconds > 0.0).then(|| self.took / self.seconds)
    }
}

/// What was said, number words as they were spoken.
fn spoken_text(segments: &[Segment]) -> String {
    crate::eval::spoken_words(segments)
        .replace('\n', " ")
        .trim()
        .to_owned()
}

/// To whom the words were given, by the turn in whose time their middle lies.
fn who_spoke(sample: &SpokenSample, segments: &[Segment]) -> Given {
    let turns = sample.turns();
    let mut words = Vec::new();
    for segment in segments {
        for word in &segment.words {
            let middle = (word.start.seconds() + word.end.seconds()) / 2.0;
            let turn = turns
                .iter()
                .find(|turn| (turn.start..=turn.end).contains(&middle));
            // What lies between two turns is nobody's.
            if let Some(turn) = turn {
                words.push((segment.speaker.to_string(), turn.speaker));
            }
        }
    }
    Given::of(
        words
            .iter()
            .map(|(label, speaker)| (label.as_str(), *speaker)),
    )
}

/// `None` where it is not known.
pub(super) fn mebibytes(bytes: u64) -> Option<f64> {
    (bytes > 0).then(|| (bytes as f64 / f64::from(1 << 20)).round())
}

/// Hears a recording in a scratch vault, which is erased with what was heard.
fn hear(
    open: impl FnOnce() -> Result<Box<dyn Source>, CaptureError>,
    settings: &SpeechSettings,
    language: Option<&str>,
    cancel: &Cancel,
) -> anyhow::Result<Heard> {
    let scratch = ScratchVault::create()?;
    let started = Instant::now();
    let (events, told) = crossbeam_channel::unbounded();
    let work = Work {
        speech: Some(settings.clone()),
        draft: None,
    };
    let told_before = (language.map(str::to_owned), PatientText::default());
    let (visit, recording) = scribe::record_source(&scratch, open, told_before, work, events)?;
    let work = recording.until_end()?;
    let end = work.end();
    let mut trouble = None;
    loop {
        if cancel.is_cancelled() {
            end.cancel();
        }
        match told.recv_timeout(GLANCE) {
            Ok(Event::Alarm(Alarm::SourceFailed { message })) => trouble = Some(message),
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let outcome = work.wait()?;
    if cancel.is_cancelled() {
        return Err(given_up());
    }
    outcome.result?;
    if let Some(trouble) = trouble {
        bail!(trouble);
    }
    let vault = scratch.vault();
    Ok(Heard {
        segments: vault.segments(visit)?,
        duration: vault.recorded(visit)?.samples.millis(),
        took: started.elapsed(),
        peak_memory: outcome.speech_peak_memory,
    })
}
