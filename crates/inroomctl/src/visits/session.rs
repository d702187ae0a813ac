//! A recording at the terminal, of a new visit or of one that goes on: from the first sample to the
//! draft, with the keys that pause and stop it.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::bail;
use crossbeam_channel::Receiver;
use scribe::{Cancel, Event, Import, Recording, ScribeError, Steps};
use vault::Vault;
use visit::{Template, VisitId};

use super::ModelArguments;
use crate::progress::Progress;
use crate::speed::Speed;

/// Where the sound comes from, and what is done with it.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The microphone, as `inroomctl microphones` names it; the default one when not given.
    #[arg(long, value_name = "ID", conflicts_with = "audio")]
    microphone: Option<String>,
    /// An existing recording instead of a microphone; of an import, where its file is now.
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

/// What is heard from the person at the keyboard.
enum Key {
    Pause,
    Stop,
}

impl Arguments {
    pub(super) fn steps(&self, template: &Template) -> anyhow::Result<Steps> {
        self.models.steps(template, self.record_only)
    }

    pub(super) fn record_only(&self) -> bool {
        self.record_only
    }

    /// The file that is named.
    pub(super) fn file(&self) -> Option<&Path> {
        self.audio.as_deref()
    }

    /// Whether nothing is asked for that only a recording has.
    pub(super) fn reads_a_file(&self) -> bool {
        self.microphone.is_none()
            && self.seconds.is_none()
            && self.speed.0 == capture::Pace::Fastest
    }

    fn open(&self) -> Result<Box<dyn capture::Source>, capture::CaptureError> {
        match &self.audio {
            Some(file) => capture::open_file(file, self.speed.0),
            None => capture::open_microphone(self.microphone.as_deref()),
        }
    }
}

pub(super) fn run(
    arguments: &Arguments,
    vault: Arc<Vault>,
    visit: VisitId,
    steps: Steps,
    template: Template,
) -> anyhow::Result<()> {
    let (events, heard) = crossbeam_channel::unbounded();
    let open = || arguments.open();
    let recording = Recording::start(vault, visit, open, steps, events)?;
    println!("recording from {}", recording.source());
    let interrupt = Interrupt::default();
    let keys = keys(arguments, &interrupt)?;
    let watcher = watch(heard, template, arguments.record_only);
    attend(recording, &keys, &interrupt, watcher).inspect_err(|error| {
        if let Some(ScribeError::Interrupted) = error.downcast_ref() {
            eprintln!(
                "`inroomctl visit resume {visit}` records on, `visit draft {visit}` finishes it as it is"
            );
        }
    })
}

/// An import at the terminal: Ctrl-C leaves it, to be gone on with.
pub(super) fn run_import(
    import: Import,
    steps: Steps,
    template: Template,
    record_only: bool,
) -> anyhow::Result<()> {
    let visit = import.visit();
    let (events, heard) = crossbeam_channel::unbounded();
    let recording = import.start(steps, events)?;
    println!("importing {}", recording.source());
    let interrupt = Interrupt::default();
    let (sender, keys) = crossbeam_channel::unbounded();
    let stop = sender.clone();
    interrupt.on_first(move || {
        let _ = stop.send(Key::Stop);
    })?;
    let watcher = watch(heard, template, record_only);
    let done = attend(recording, &keys, &interrupt, watcher);
    // Open until here, so that the end of the keys is not taken for one.
    drop(sender);
    match done {
        Err(error) if matches!(error.downcast_ref(), Some(ScribeError::Interrupted)) => bail!(
            "the import was stopped or cut off; what is imported is kept. `inroomctl visit resume {visit}` \
             goes on with it, `visit draft {visit}` finishes it as it is, `visit erase {visit}` discards it"
        ),
        done => done,
    }
}

fn watch(heard: Receiver<Event>, template: Template, each_second: bool) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut progress = Progress::new(Some(&template), true);
        progress.tell_each_second(each_second);
        for event in heard {
            progress.show(&event);
        }
        progress.done();
    })
}

/// Does what the keys say until the recording is over, and waits for the work on it.
fn attend(
    recording: Recording,
    keys: &Receiver<Key>,
    interrupt: &Interrupt,
    watcher: JoinHandle<()>,
) -> anyhow::Result<()> {
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
    interrupt.ends(work.end());
    let outcome = work.wait()?;
    // The watcher ends by itself when nothing more can be told.
    let _ = watcher.join();
    outcome.result?;
    Ok(())
}

/// Keys, the end of the time that was set, and Ctrl-C, on one channel. A file ends by itself.
fn keys(arguments: &Arguments, interrupt: &Interrupt) -> anyhow::Result<Receiver<Key>> {
    let (sender, keys) = crossbeam_channel::unbounded();
    let stop = sender.clone();
    interrupt.on_first(move || {
        let _ = stop.send(Key::Stop);
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

/// Ctrl-C: stops the recording first; once there is none, it ends the work in order, so that this
/// is not taken for a death of the program.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<Mutex<Option<Cancel>>>);

impl Interrupt {
    /// What Ctrl-C does as long as there is no work to end.
    pub(super) fn on_first(&self, first: impl Fn() + Send + 'static) -> anyhow::Result<()> {
        let work = self.0.clone();
        ctrlc::set_handler(
            move || match &*work.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(end) => end.cancel(),
                None => first(),
            },
        )?;
        Ok(())
    }

    /// From now on Ctrl-C ends this work.
    pub(super) fn ends(&self, work: Cancel) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
    }
}
