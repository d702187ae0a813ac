//! The recorder: sound is sealed and committed chunk by chunk before anything else sees it.

mod keeper;

use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Instant;

use capture::Source;
use crossbeam_channel::{Receiver, Sender, select};
use vault::{GapCause, Vault};
use visit::{Millis, SAMPLE_RATE, Samples, VisitId, VisitState};

pub(crate) use self::keeper::to_pcm16;
use self::keeper::{Keeper, Keeping};
use crate::disk::{self, Disk};
use crate::level::Meter;
use crate::silence::{Change, Silence};
use crate::{Alarm, Cancel, Event, ScribeError};

/// Samples in one sealed chunk: half a second, so that what is heard while a chunk fills and is
/// committed stays well below the second that a kill may cost.
const CHUNK: usize = SAMPLE_RATE as usize / 2;

/// What a person asks of a running recording.
pub(crate) enum Order {
    Pause,
    Resume,
    Stop,
}

/// Where the sound of a recording comes from.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Origin {
    /// From a device, or a file in place of one: what is not heard when it sounds is never heard.
    Microphone,
    /// From the file that the visit is imported from: what was not taken is still there.
    Import {
        /// Length of the file, where it says that.
        length: Option<Millis>,
    },
}

/// How the recorder and the rest of the program speak to each other.
pub(crate) struct Line {
    pub orders: Receiver<Order>,
    pub events: Sender<Event>,
    /// Told after each commit; closed when the recording has ended and the visit's state says so.
    pub kept: Sender<()>,
    /// Set at the end of the sound.
    pub stopped: Arc<OnceLock<Instant>>,
    /// Wished when the recording ends without having been stopped: it can go on later, and until
    /// then nothing else works on the visit.
    pub interrupted: Cancel,
}

/// A recording that runs.
pub(crate) struct Started {
    /// What people call the source of sound.
    pub source: String,
    pub thread: JoinHandle<()>,
}

/// Starts recording a prepared visit, or goes on with one that was cut off. The source of sound is
/// opened by `open`, which is called only if this visit may be listened to.
pub(crate) fn start(
    vault: Arc<Vault>,
    visit: (VisitId, Origin),
    open: impl FnOnce(Samples) -> Result<Box<dyn Source>, ScribeError>,
    line: Line,
) -> Result<Started, ScribeError> {
    let folder = vault.folder().to_owned();
    let free = Box::new(move || disk::free_in(&folder));
    start_on(Disk::new(free), vault, visit, open, line)
}

/// The same on a disk that is asked for its room in another way.
fn start_on(
    disk: Disk,
    vault: Arc<Vault>,
    (visit, origin): (VisitId, Origin),
    open: impl FnOnce(Samples) -> Result<Box<dyn Source>, ScribeError>,
    line: Line,
) -> Result<Started, ScribeError> {
    let found = admit(&vault, visit, origin, &disk)?;
    let recorded = vault.recorded(visit)?;
    let known = match origin {
        Origin::Microphone => Samples(0),
        Origin::Import { .. } => known_holes(&vault, visit, recorded.samples)?,
    };
    let source = open(recorded.samples)?;
    let name = source.name().to_owned();
    begin(
        &vault,
        visit,
        (found, origin),
        recorded.samples,
        &line.events,
    )?;
    let mut keeper = Keeper::new(
        vault,
        visit,
        disk,
        (line.events.clone(), line.kept),
        recorded,
    );
    keeper.look_at_disk();
    let recorder = Recorder {
        keeper,
        origin,
        known,
        silence: Silence::default(),
        events: line.events,
        dropped: Samples(0),
        meter: Meter::default(),
    };
    let (orders, stopped, interrupted) = (line.orders, line.stopped, line.interrupted);
    Ok(Started {
        source: name,
        thread: std::thread::spawn(move || recorder.run(source, &orders, &stopped, &interrupted)),
    })
}

/// Whether a visit may be listened to: it is there with a consent that can be read, its sound was
/// not erased, it has not come to its end, and there is room. Answers the state that it is in.
fn admit(
    vault: &Vault,
    visit: VisitId,
    origin: Origin,
    disk: &Disk,
) -> Result<VisitState, ScribeError> {
    // A visit cannot be made without consent, and does not open if that does not.
    let summary = vault.visit(visit)?.summary;
    if summary.sound_erased {
        return Err(ScribeError::SoundErased);
    }
    if !matches!(
        summary.state,
        VisitState::Prepared | VisitState::Paused | VisitState::Recording
    ) {
        return Err(ScribeError::NotToRecord {
            state: summary.state,
        });
    }
    if summary.imported && origin == Origin::Microphone {
        return Err(ScribeError::FromFile);
    }
    match disk.free().filter(|free| *free < disk::LEAST) {
        Some(free) => Err(ScribeError::NoRoom {
            free: free >> 20,
            needs: disk::LEAST >> 20,
        }),
        None => Ok(summary.state),
    }
}

/// How much is marked as missing at the end of what is recorded.
fn known_holes(vault: &Vault, visit: VisitId, end: Samples) -> Result<Samples, ScribeError> {
    let gaps = vault.gaps(visit)?.into_iter();
    Ok(gaps
        .filter(|gap| gap.at == end && gap.cause == GapCause::Dropped)
        .fold(Samples(0), |sum, gap| sum + gap.length))
}

/// The visit becomes a recording. Where it was cut off by a crash, that place is marked: what was
/// said from then on was not heard. A file waits.
fn begin(
    vault: &Vault,
    visit: VisitId,
    (found, origin): (VisitState, Origin),
    at: Samples,
    events: &Sender<Event>,
) -> Result<(), ScribeError> {
    // The receiver may be gone; the recording does not depend on anybody watching.
    let tell = |event| drop(events.send(event));
    if found == VisitState::Recording {
        if origin == Origin::Microphone {
            let (missing, cause) = (Samples(0), GapCause::CutOff);
            vault.mark_gap(visit, at, missing, cause)?;
            tell(Event::Gap {
                at: at.millis(),
                missing: missing.millis(),
                cause,
            });
        }
        vault.set_state(visit, VisitState::Paused)?;
    }
    vault.set_state(visit, VisitState::Recording)?;
    tell(Event::State {
        visit,
        state: VisitState::Recording,
    });
    if let Origin::Import { length } = origin {
        tell(importing(Samples(0), length));
    }
    Ok(())
}

fn importing(passed: Samples, length: Option<Millis>) -> Event {
    Event::Importing {
        passed: passed.millis(),
        of: length,
    }
}

struct Recorder {
    keeper: Keeper,
    origin: Origin,
    /// Missing sound that comes next and is marked already.
    known: Samples,
    events: Sender<Event>,
    dropped: Samples,
    meter: Meter,
    silence: Silence,
}

/// Whether the recording goes on.
#[derive(Clone, Copy, PartialEq)]
enum Course {
    On,
    Over(End),
}

/// Why a recording ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// It was stopped, or its source has come to its end.
    Stopped,
    /// It was stopped before the end of its file.
    Left,
    /// The source cannot go on; another one may.
    SourceFailed,
    /// The store has refused for too long; there may be room later.
    StoreFailed,
    /// The visit was erased.
    Gone,
}

impl Recorder {
    fn run(
        mut self,
        mut source: Box<dyn Source>,
        orders: &Receiver<Order>,
        stopped: &OnceLock<Instant>,
        interrupted: &Cancel,
    ) {
        let end = self.listen(source.as_mut(), orders);
        // Only this thread sets it, once.
        let _ = stopped.set(Instant::now());
        // What the device has already handed over belongs to the visit.
        let _ = source.pause();
        self.take_rest(source.as_ref());
        drop(source);
        self.end_silence();
        if !self.finish(end) {
            interrupted.cancel();
            self.tell(Event::Interrupted);
        }
    }

    fn listen(&mut self, source: &mut dyn Source, orders: &Receiver<Order>) -> End {
        let sound = source.events().clone();
        let nothing = crossbeam_channel::never();
        let stopped = match self.origin {
            Origin::Microphone => End::Stopped,
            Origin::Import { .. } => End::Left,
        };
        loop {
            let sound = if self.keeper.is_full() {
                &nothing
            } else {
                &sound
            };
            let course = select! {
                recv(orders) -> order => match order {
                    Ok(Order::Pause) => self.pause(source),
                    Ok(Order::Resume) => self.resume(source),
                    // A handle that was dropped without a word stops the recording too.
                    Ok(Order::Stop) | Err(_) => Course::Over(stopped),
                },
                recv(sound) -> event => match event {
                    Ok(event) => self.take(event),
                    Err(_) => Course::Over(End::Stopped),
                },
                recv(self.keeper.next_try()) -> _ => Course::On,
            };
            if let Course::Over(end) = course {
                return end;
            }
            match self.keeper.keep_up() {
                Keeping::Done | Keeping::Held => {}
                Keeping::GivenUp => return End::StoreFailed,
                Keeping::Gone => return End::Gone,
            }
        }
    }

    /// Writes how the recording has ended; `false` if it was interrupted.
    fn finish(&mut self, end: End) -> bool {
        match end {
            End::Stopped => self.keeper.enter(VisitState::Recorded),
            End::Left => self.keeper.enter(VisitState::Paused),
            End::SourceFailed => {
                if self.origin == Origin::Microphone {
                    let at = self.keeper.position();
                    self.keeper.mark(at, Samples(0), GapCause::CutOff);
                }
                self.keeper.enter(VisitState::Paused);
            }
            End::StoreFailed => {
                self.keeper.give_up();
                return false;
            }
            End::Gone => return false,
        }
        match self.keeper.keep_all() {
            Keeping::Done | Keeping::Held => end == End::Stopped,
            Keeping::GivenUp => {
                self.keeper.give_up();
                false
            }
            Keeping::Gone => false,
        }
    }

    fn take(&mut self, event: capture::Event) -> Course {
        match event {
            capture::Event::Sound(sound) => {
                // Nobody can set the level of a file, whose tenths of seconds come by the thousand.
                if self.origin == Origin::Microphone {
                    let events = &self.events;
                    self.meter.take(&sound, |level| {
                        let _ = events.send(level);
                    });
                }
                self.known = Samples(0);
                let at = self.keeper.position();
                if let Some(change) = self.silence.take(at, &sound) {
                    self.tell_silence(change);
                }
                self.keeper.hear(&sound);
            }
            capture::Event::Dropped(missing) => {
                let marked = missing.min(self.known);
                self.known = self.known - marked;
                let missing = missing - marked;
                if missing == Samples(0) {
                    return Course::On;
                }
                self.dropped = self.dropped + missing;
                self.mark_gap(missing, GapCause::Dropped);
                self.tell(Event::Alarm(Alarm::Dropped {
                    missing: self.dropped.millis(),
                }));
            }
            capture::Event::Stalled => {
                self.end_silence();
                self.tell(Event::Alarm(Alarm::Stalled { reason: None }));
            }
            capture::Event::StillStalled(obstacle) => {
                self.tell(Event::Alarm(Alarm::Stalled {
                    reason: Some(obstacle.to_string()),
                }));
            }
            capture::Event::Recovered { missing, device } => {
                self.mark_gap(missing, GapCause::Stalled);
                self.tell(Event::Alarm(Alarm::Recovered {
                    missing: missing.millis(),
                    device,
                }));
            }
            capture::Event::Passed(passed) => {
                if let Origin::Import { length } = self.origin {
                    self.tell(importing(passed, length));
                }
            }
            capture::Event::Ended => return Course::Over(End::Stopped),
            capture::Event::CutShort(message) => {
                self.tell(Event::Alarm(Alarm::SourceFailed { message }));
                let at = self.keeper.position();
                self.keeper.mark(at, Samples(0), GapCause::CutOff);
                return Course::Over(End::Stopped);
            }
            capture::Event::Failed(message) => return self.source_failed(message),
        }
        Course::On
    }

    /// Takes what a source that delivers no more has left on its channel.
    fn take_rest(&mut self, source: &dyn Source) {
        for event in source.events().try_iter() {
            if matches!(self.take(event), Course::Over(_)) {
                break;
            }
        }
    }

    fn pause(&mut self, source: &mut dyn Source) -> Course {
        if let Err(error) = source.pause() {
            return self.source_failed(error.to_string());
        }
        for event in source.events().clone().try_iter() {
            let course = self.take(event);
            if course != Course::On {
                return course;
            }
        }
        self.end_silence();
        // A break may last: what was said before it is committed at its start.
        self.keeper.enter(VisitState::Paused);
        Course::On
    }

    fn resume(&mut self, source: &mut dyn Source) -> Course {
        self.keeper.enter(VisitState::Recording);
        match source.resume() {
            Ok(()) => Course::On,
            Err(error) => self.source_failed(error.to_string()),
        }
    }

    fn source_failed(&self, message: String) -> Course {
        self.tell(Event::Alarm(Alarm::SourceFailed { message }));
        Course::Over(End::SourceFailed)
    }

    fn mark_gap(&mut self, length: Samples, cause: GapCause) {
        let at = self.keeper.position();
        self.keeper.mark(at, length, cause);
    }

    /// The sound breaks off here, and with it a silence that it held: that is marked, but there is
    /// no signal again to be told of.
    fn end_silence(&mut self) {
        let at = self.keeper.position();
        if let Some(Change::Over { at, length }) = self.silence.end(at) {
            self.keeper.mark(at, length, GapCause::Silent);
        }
    }

    fn tell_silence(&mut self, change: Change) {
        match change {
            // A silence in a file is marked and is no matter for alarm.
            Change::Silent if self.origin != Origin::Microphone => {}
            Change::Silent => self.tell(Event::Alarm(Alarm::Silent)),
            Change::Over { at, length } => {
                self.keeper.mark(at, length, GapCause::Silent);
                if self.origin == Origin::Microphone {
                    self.tell(Event::Alarm(Alarm::SignalAgain {
                        silent: length.millis(),
                    }));
                }
            }
        }
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}

#[cfg(test)]
mod tests;
