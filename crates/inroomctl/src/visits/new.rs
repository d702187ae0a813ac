use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use scribe::{Recording, Steps, clock};
use vault::NewVisit;
use visit::{Consent, ConsentGiver, ConsentMethod, PatientText};

use super::ModelArguments;
use crate::progress::Progress;
use crate::speed::Speed;
use crate::templates;
use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Who asked for consent to the recording.
    #[arg(long, value_name = "NAME")]
    consent_asked_by: String,
    /// How consent was given.
    #[arg(long, value_enum)]
    consent: Method,
    /// Who gave it.
    #[arg(long, value_enum, default_value = "patient")]
    consent_given_by: Giver,
    /// The patient as the visit list shows them.
    #[arg(long, default_value = "")]
    patient: String,
    /// The reason for the visit.
    #[arg(long, default_value = "")]
    reason: String,
    /// The note template.
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// Spoken language (ISO 639-1); detected when not given.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// The microphone, as `inroomctl microphones` names it; the default one when not given.
    #[arg(long, value_name = "ID", conflicts_with = "audio")]
    microphone: Option<String>,
    /// An existing recording instead of a microphone.
    #[arg(long, value_name = "FILE")]
    audio: Option<PathBuf>,
    /// How fast that recording is played: 1 is real time, `max` as fast as it is taken.
    #[arg(
        long,
        value_name = "1|N|max",
        default_value = "max",
        requires = "audio"
    )]
    speed: Speed,
    /// Record alone, without any model; `visit draft` writes transcript and note later.
    #[arg(long)]
    record_only: bool,
    /// Stop after so many seconds; otherwise Enter stops, and `p` with Enter pauses and resumes.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
    #[command(flatten)]
    models: ModelArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum Method {
    Spoken,
    Written,
}

#[derive(Clone, Copy, ValueEnum)]
enum Giver {
    Patient,
    Representative,
}

/// What is heard from the person at the keyboard.
enum Key {
    Pause,
    Stop,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let template = templates::find(arguments.template.as_deref())?;
    let steps = if arguments.record_only {
        Steps {
            speech: None,
            draft: None,
        }
    } else {
        arguments.models.steps(&template)?
    };
    let vault = Arc::new(arguments.vault.open()?);
    let visit = vault.begin_visit(NewVisit {
        consent: consent(arguments),
        template: template.id.clone(),
        language: arguments.language.clone(),
        patient_label: PatientText::from(arguments.patient.as_str()),
        reason: PatientText::from(arguments.reason.as_str()),
        started_at: clock::now(),
    })?;
    println!("visit {visit}");
    let source = match &arguments.audio {
        Some(file) => capture::open_file(file, arguments.speed.0)?,
        None => capture::open_microphone(arguments.microphone.as_deref())?,
    };
    println!("recording from {}", source.name());
    let (events, heard) = crossbeam_channel::unbounded();
    let recording = Recording::start(vault, visit, source, steps, events)?;
    let keys = keys(arguments)?;
    let record_only = arguments.record_only;
    let watcher = std::thread::spawn(move || {
        let mut progress = Progress::new(Some(&template), true);
        progress.tell_each_second(record_only);
        for event in heard {
            progress.show(&event);
        }
        progress.done();
    });
    let mut paused = false;
    let work = loop {
        if recording.is_over() {
            break recording.until_end()?;
        }
        match keys.recv_timeout(Duration::from_millis(100)) {
            Ok(Key::Stop) => break recording.stop()?,
            Ok(Key::Pause) if paused => {
                recording.resume()?;
                paused = false;
            }
            Ok(Key::Pause) => {
                recording.pause()?;
                paused = true;
            }
            Err(_) => {}
        }
    };
    let outcome = work.wait()?;
    // The watcher ends by itself when nothing more can be told.
    let _ = watcher.join();
    outcome.result?;
    Ok(())
}

fn consent(arguments: &Arguments) -> Consent {
    Consent {
        asked_by: PatientText::from(arguments.consent_asked_by.as_str()),
        given_by: match arguments.consent_given_by {
            Giver::Patient => ConsentGiver::Patient,
            Giver::Representative => ConsentGiver::Representative,
        },
        method: match arguments.consent {
            Method::Spoken => ConsentMethod::Spoken,
            Method::Written => ConsentMethod::Written,
        },
        wording: scribe::consent::WORDING.to_owned(),
        wording_version: scribe::consent::VERSION.to_owned(),
        at: clock::now(),
    }
}

/// Keys, the end of the time that was set, and Ctrl-C, on one channel. A file ends by itself.
fn keys(arguments: &Arguments) -> anyhow::Result<crossbeam_channel::Receiver<Key>> {
    let (sender, keys) = crossbeam_channel::unbounded();
    let interrupt = sender.clone();
    ctrlc::set_handler(move || {
        let _ = interrupt.send(Key::Stop);
    })?;
    if let Some(seconds) = arguments.seconds {
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(seconds));
            let _ = sender.send(Key::Stop);
        });
    } else if arguments.audio.is_none() {
        println!("Enter stops; p and Enter pauses and resumes");
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                let key = if line.trim().eq_ignore_ascii_case("p") {
                    Key::Pause
                } else {
                    Key::Stop
                };
                if sender.send(key).is_err() {
                    return;
                }
            }
            let _ = sender.send(Key::Stop);
        });
    }
    Ok(keys)
}
