//! The recorder: sound is sealed and committed chunk by chunk before anything else sees it.

use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Instant;

use capture::Source;
use crossbeam_channel::{Receiver, Sender, select};
use vault::{GapCause, Vault, VaultError};
use visit::{SAMPLE_RATE, Samples, VisitId, VisitState};

use crate::disk::{self, Disk};
use crate::level::Meter;
use crate::silence::{Change, Silence};
use crate::{Alarm, Event, ScribeError};

/// Samples in one sealed chunk: half a second, so that what is heard while a chunk fills and is
/// committed stays well below the second that a kill may cost.
const CHUNK: usize = SAMPLE_RATE as usize / 2;

/// What a person asks of a running recording.
pub(crate) enum Order {
    Pause,
    Resume,
    Stop,
}

/// How the recorder and the rest of the program speak to each other.
pub(crate) struct Line {
    pub orders: Receiver<Order>,
    pub events: Sender<Event>,
    /// Told after each commit; closed when the recording has ended and the visit's state says so.
    pub kept: Sender<()>,
    /// Set at the end of the sound.
    pub stopped: Arc<OnceLock<Instant>>,
}

/// Starts recording a prepared visit, or goes on with one that was cut off.
pub(crate) fn start(
    vault: Arc<Vault>,
    visit: VisitId,
    source: Box<dyn Source>,
    line: Line,
) -> Result<JoinHandle<()>, ScribeError> {
    let folder = vault.folder().to_owned();
    let free = Box::new(move || disk::free_in(&folder));
    start_on(Disk::new(free), vault, visit, source, line)
}

/// The same on a disk that is asked for its room in another way.
fn start_on(
    mut disk: Disk,
    vault: Arc<Vault>,
    visit: VisitId,
    source: Box<dyn Source>,
    line: Line,
) -> Result<JoinHandle<()>, ScribeError> {
    if let Some(free) = disk.free().filter(|free| *free < disk::LEAST) {
        return Err(ScribeError::NoRoom {
            free: free >> 20,
            needs: disk::LEAST >> 20,
        });
    }
    if vault.visit(visit)?.summary.state == VisitState::Recording {
        // Cut off by a crash: what came between was not heard, as in a pause.
        vault.set_state(visit, VisitState::Paused)?;
    }
    vault.set_state(visit, VisitState::Recording)?;
    let recorded = vault.recorded(visit)?;
    // The receiver may be gone; the recording does not depend on anybody watching.
    let _ = line.events.send(Event::State {
        visit,
        state: VisitState::Recording,
    });
    if let Some(alarm) = disk.look(recorded.samples) {
        let _ = line.events.send(Event::Alarm(alarm));
    }
    let recorder = Recorder {
        disk,
        silence: Silence::default(),
        vault,
        visit,
        events: line.events,
        kept: line.kept,
        next_chunk: recorded.chunks,
        recorded: recorded.samples,
        dropped: Samples(0),
        pending: Vec::with_capacity(2 * CHUNK),
        meter: Meter::default(),
    };
    Ok(std::thread::spawn(move || {
        recorder.run(source, &line.orders, &line.stopped)
    }))
}

struct Recorder {
    vault: Arc<Vault>,
    visit: VisitId,
    events: Sender<Event>,
    kept: Sender<()>,
    next_chunk: u32,
    recorded: Samples,
    dropped: Samples,
    pending: Vec<i16>,
    meter: Meter,
    disk: Disk,
    silence: Silence,
}

/// Whether the recording goes on.
#[derive(PartialEq)]
enum Course {
    On,
    Over,
}

impl Recorder {
    fn run(
        mut self,
        mut source: Box<dyn Source>,
        orders: &Receiver<Order>,
        stopped: &OnceLock<Instant>,
    ) {
        let sound = source.events().clone();
        loop {
            let course = select! {
                recv(orders) -> order => match order {
                    Ok(Order::Pause) => self.pause(source.as_mut()),
                    Ok(Order::Resume) => self.resume(source.as_mut()),
                    // A handle that was dropped without a word stops the recording too.
                    Ok(Order::Stop) | Err(_) => Course::Over,
                },
                recv(sound) -> event => match event {
                    Ok(event) => self.take(event),
                    Err(_) => Course::Over,
                },
            };
            if course == Course::Over {
                break;
            }
        }
        // Only this thread sets it, once.
        let _ = stopped.set(Instant::now());
        // What the device has already handed over belongs to the visit.
        let _ = source.pause();
        for event in sound.try_iter() {
            if self.take(event) == Course::Over {
                break;
            }
        }
        drop(source);
        self.end_silence();
        if let Err(error) = self.commit_all() {
            self.store_failed(&error);
        }
        match self.vault.set_state(self.visit, VisitState::Recorded) {
            Ok(()) => self.tell(Event::State {
                visit: self.visit,
                state: VisitState::Recorded,
            }),
            Err(error) => self.store_failed(&error),
        }
    }

    fn take(&mut self, event: capture::Event) -> Course {
        match event {
            capture::Event::Sound(sound) => {
                let events = &self.events;
                self.meter.take(&sound, |level| {
                    let _ = events.send(level);
                });
                let at = self.position();
                if let Some(change) = self.silence.take(at, &sound) {
                    self.tell_silence(change);
                }
                self.pending
                    .extend(sound.iter().map(|&sample| to_pcm16(sample)));
                if let Err(error) = self.commit_whole_chunks() {
                    self.store_failed(&error);
                    return Course::Over;
                }
            }
            capture::Event::Dropped(missing) => {
                self.dropped = self.dropped + missing;
                self.mark_gap(missing, GapCause::Dropped);
                self.tell(Event::Alarm(Alarm::Dropped {
                    missing: self.dropped.millis(),
                }));
            }
            capture::Event::Stalled => {
                self.end_silence();
                self.tell(Event::Alarm(Alarm::Stalled));
            }
            capture::Event::Recovered { missing, device } => {
                self.mark_gap(missing, GapCause::Stalled);
                self.tell(Event::Alarm(Alarm::Recovered {
                    missing: missing.millis(),
                    device,
                }));
            }
            capture::Event::Ended => return Course::Over,
            capture::Event::Failed(message) => {
                self.tell(Event::Alarm(Alarm::SourceFailed { message }));
                return Course::Over;
            }
        }
        Course::On
    }

    fn pause(&mut self, source: &mut dyn Source) -> Course {
        if let Err(error) = source.pause() {
            self.tell(Event::Alarm(Alarm::SourceFailed {
                message: error.to_string(),
            }));
            return Course::Over;
        }
        for event in source.events().clone().try_iter() {
            if self.take(event) == Course::Over {
                return Course::Over;
            }
        }
        self.end_silence();
        // A break may last: what was said before it is committed at its start.
        let changed = self
            .commit_all()
            .and_then(|()| self.vault.set_state(self.visit, VisitState::Paused));
        self.after_change(changed, VisitState::Paused)
    }

    fn resume(&mut self, source: &mut dyn Source) -> Course {
        let changed = self.vault.set_state(self.visit, VisitState::Recording);
        let course = self.after_change(changed, VisitState::Recording);
        if let Err(error) = source.resume() {
            self.tell(Event::Alarm(Alarm::SourceFailed {
                message: error.to_string(),
            }));
            return Course::Over;
        }
        course
    }

    fn after_change(&self, changed: Result<(), VaultError>, state: VisitState) -> Course {
        match changed {
            Ok(()) => {
                self.tell(Event::State {
                    visit: self.visit,
                    state,
                });
                Course::On
            }
            // Pausing a paused visit is nothing to end a recording for.
            Err(VaultError::State(_)) => Course::On,
            Err(error) => {
                self.store_failed(&error);
                Course::Over
            }
        }
    }

    fn commit_whole_chunks(&mut self) -> Result<(), VaultError> {
        while self.pending.len() >= CHUNK {
            self.commit(CHUNK)?;
        }
        Ok(())
    }

    fn commit_all(&mut self) -> Result<(), VaultError> {
        self.commit_whole_chunks()?;
        if !self.pending.is_empty() {
            self.commit(self.pending.len())?;
        }
        Ok(())
    }

    fn commit(&mut self, samples: usize) -> Result<(), VaultError> {
        self.vault
            .append_chunk(self.visit, self.next_chunk, &self.pending[..samples])?;
        self.pending.drain(..samples);
        self.next_chunk += 1;
        self.recorded = self.recorded + Samples::of(samples);
        self.tell(Event::Kept {
            recorded: self.recorded.millis(),
        });
        let _ = self.kept.send(());
        if let Some(alarm) = self.disk.look(self.recorded) {
            self.tell(Event::Alarm(alarm));
        }
        Ok(())
    }

    /// Length of the recording, with what is not committed yet.
    fn position(&self) -> Samples {
        self.recorded + Samples::of(self.pending.len())
    }

    fn mark_gap(&self, length: Samples, cause: GapCause) {
        self.mark_gap_at(self.position(), length, cause);
    }

    fn mark_gap_at(&self, at: Samples, length: Samples, cause: GapCause) {
        match self.vault.mark_gap(self.visit, at, length, cause) {
            Ok(()) => self.tell(Event::Gap {
                at: at.millis(),
                missing: length.millis(),
                silent: cause == GapCause::Silent,
            }),
            Err(error) => self.store_failed(&error),
        }
    }

    /// The sound breaks off here, and with it a silence that it held: that is marked, but there is
    /// no signal again to be told of.
    fn end_silence(&mut self) {
        let at = self.position();
        if let Some(Change::Over { at, length }) = self.silence.end(at) {
            self.mark_gap_at(at, length, GapCause::Silent);
        }
    }

    fn tell_silence(&self, change: Change) {
        match change {
            Change::Silent => self.tell(Event::Alarm(Alarm::Silent)),
            Change::Over { at, length } => {
                self.mark_gap_at(at, length, GapCause::Silent);
                self.tell(Event::Alarm(Alarm::SignalAgain {
                    silent: length.millis(),
                }));
            }
        }
    }

    fn store_failed(&self, error: &VaultError) {
        self.tell(Event::Alarm(Alarm::StoreFailed {
            message: error.to_string(),
        }));
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}

fn to_pcm16(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16
}

#[cfg(test)]
mod tests;
