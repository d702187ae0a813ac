//! Listens to an open microphone: passes its sound on, notices when it falls silent, and brings it
//! back.

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use visit::{SAMPLE_RATE, Samples};

use crate::clock::Clock;
use crate::stall::{Mended, Opener, Stall};
use crate::stream::Open;
use crate::stretch::Stretch;
use crate::{CaptureError, Event};

/// When to call a device silent, and how patiently to bring it back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How often to look.
    pub(crate) tick: Duration,
    /// No callback for so long is a stall.
    pub(crate) silence: Duration,
    /// The first callback may take so long: an idle source wakes slowly.
    pub(crate) first: Duration,
    /// After sound has come back, wait so long before measuring the gap: what was held up comes in
    /// a rush.
    pub(crate) settle: Duration,
    /// Wait so long before opening again, twice as long each time up to ten times that.
    pub(crate) rest: Duration,
    /// Wait so long for an opening, twice as long each time up to ten times that.
    pub(crate) patience: Duration,
}

/// Sleep that is shorter is noise between two clocks.
const NAP: Duration = Duration::from_millis(200);

/// Measured on PulseAudio and ALSA.
pub(crate) const LIMITS: Limits = Limits {
    tick: Duration::from_millis(20),
    silence: Duration::from_secs(1),
    first: Duration::from_secs(5),
    settle: Duration::from_millis(250),
    rest: Duration::from_millis(500),
    patience: Duration::from_secs(6),
};

/// What the microphone's owner wants.
pub(crate) enum Order {
    /// No more sound; answers when nothing more comes.
    Pause(Sender<()>),
    /// Sound again.
    Resume,
}

/// Why listening ends.
enum End {
    /// Nobody wants the sound any more.
    Unwanted,
    /// The sound cannot be converted: an end of this device, not of listening.
    Unusable,
}

impl From<CaptureError> for End {
    fn from(_: CaptureError) -> Self {
        Self::Unusable
    }
}

/// How far a device had come.
#[derive(Clone, Copy, Default)]
struct Seen {
    last: Option<Duration>,
    heard: u64,
}

/// A microphone being listened to.
pub(crate) struct Listener {
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) opener: Opener,
    pub(crate) events: Sender<Event>,
    pub(crate) orders: Receiver<Order>,
    device: Open,
    /// When the device was opened or last told to go on.
    since: Duration,
    /// Sleep of the computer that has been dealt with.
    asleep: Duration,
    /// The device as it was at the last look.
    seen: Seen,
    stretch: Option<Stretch>,
    stall: Option<Stall>,
    frames: Vec<f32>,
    /// Sample fractions of what was lost, carried over so that many small losses add up.
    lost_fraction: u64,
}

impl Listener {
    /// Takes over an open device. Times count from `clock`, which the device shares.
    pub(crate) fn new(
        clock: Clock,
        limits: Limits,
        device: Open,
        opener: Opener,
        events: Sender<Event>,
        orders: Receiver<Order>,
    ) -> Self {
        Self {
            since: clock.elapsed(),
            asleep: clock.asleep(),
            clock,
            limits,
            opener,
            events,
            orders,
            device,
            seen: Seen::default(),
            stretch: None,
            stall: None,
            frames: Vec::new(),
            lost_fraction: 0,
        }
    }

    /// Listens until the owner drops its end.
    pub(crate) fn run(mut self) {
        // Nobody wants the sound any more: there is no other end.
        let _ = self.listen();
    }

    fn listen(&mut self) -> Result<(), End> {
        loop {
            match self.orders.recv_timeout(self.limits.tick) {
                Ok(Order::Pause(done)) => self.pause(&done)?,
                Ok(Order::Resume) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            match self.look() {
                Err(End::Unusable) => self.do_without()?,
                looked => looked?,
            }
        }
    }

    fn look(&mut self) -> Result<(), End> {
        let now = self.clock.elapsed();
        if let Some(stall) = &mut self.stall {
            let Some(mended) = stall.mend(now, &self.device.outlet, &self.limits, &self.opener)
            else {
                return match stall.news() {
                    Some(obstacle) => self.tell(Event::StillStalled(obstacle)),
                    None => Ok(()),
                };
            };
            self.stall = None;
            let (missing, name) = match mended {
                Mended::BySelf { missing } => {
                    self.device.outlet.forget_missing();
                    (missing, None)
                }
                Mended::Anew { missing, device } => {
                    let is_other = device.name != self.device.name;
                    self.device = device;
                    (missing, is_other.then(|| self.device.name.clone()))
                }
            };
            self.since = now;
            self.asleep = self.asleep.max(self.clock.asleep());
            self.tell(Event::Recovered {
                missing: samples_in(missing),
                device: name,
            })?;
        }
        if let Some(slept) = self.has_slept() {
            return self.wake(slept);
        }
        // Read before the sound is taken: what comes in between counts as heard after this look.
        let seen = self.seen_now();
        self.hear()?;
        self.seen = seen;
        self.notice_silence()
    }

    fn seen_now(&self) -> Seen {
        Seen {
            last: self.device.outlet.last(),
            heard: self.device.outlet.heard(),
        }
    }

    /// How long the computer has slept since the last look, if it has.
    fn has_slept(&mut self) -> Option<Duration> {
        let asleep = self.clock.asleep();
        let slept = asleep.saturating_sub(self.asleep);
        self.asleep = self.asleep.max(asleep);
        (slept >= NAP).then_some(slept)
    }

    /// The computer has slept. Sound may come again at once, and then no silence would be seen: so
    /// it is measured from the last that was seen before, or came after that look and before the sleep.
    fn wake(&mut self, slept: Duration) -> Result<(), End> {
        self.end_stretch()?;
        let now = self.clock.elapsed();
        let fresh = self.seen_now();
        let before = match fresh.last {
            Some(last) if now.saturating_sub(last) > slept / 2 => fresh,
            _ => self.seen,
        };
        let last = before.last.unwrap_or_default().max(self.since);
        self.stall = Some(Stall::new(now, last, before.heard));
        self.tell(Event::Stalled)
    }

    /// The sound of this device cannot be used: it is opened again, or another one.
    fn do_without(&mut self) -> Result<(), End> {
        self.stretch = None;
        self.device.outlet.complaints().broken();
        self.notice_silence()
    }

    /// Passes on what the device has delivered.
    fn hear(&mut self) -> Result<(), End> {
        let dropped = self.device.outlet.drain(&mut self.frames);
        if !self.frames.is_empty() {
            let stretch = match &mut self.stretch {
                Some(stretch) => stretch,
                none => none.insert(Stretch::new(self.device.outlet.rate())?),
            };
            let events = &self.events;
            let mut wanted = Ok(());
            stretch.push(&self.frames, &mut |block| {
                wanted = events.send(Event::Sound(block));
            })?;
            wanted.map_err(|_| End::Unwanted)?;
        }
        if dropped > 0 {
            self.end_stretch()?;
            let rate = u64::from(self.device.outlet.rate()).max(1);
            let lost = dropped * u64::from(SAMPLE_RATE) + self.lost_fraction;
            self.lost_fraction = lost % rate;
            self.tell(Event::Dropped(Samples(lost / rate)))?;
        }
        Ok(())
    }

    fn notice_silence(&mut self) -> Result<(), End> {
        // Read before the clock: a callback in between must not look like the future.
        let last = self.device.outlet.last();
        let now = self.clock.elapsed();
        let quiet = now.saturating_sub(last.unwrap_or_default().max(self.since));
        let limit = last.map_or(self.limits.first, |_| self.limits.silence);
        if quiet < limit && !self.device.outlet.is_broken() {
            return Ok(());
        }
        self.end_stretch()?;
        self.stall = Some(Stall::new(now, now - quiet, self.device.outlet.heard()));
        self.tell(Event::Stalled)
    }

    fn end_stretch(&mut self) -> Result<(), End> {
        let Some(stretch) = self.stretch.take() else {
            return Ok(());
        };
        let events = &self.events;
        let mut wanted = Ok(());
        stretch.finish(&mut |block| wanted = events.send(Event::Sound(block)))?;
        wanted.map_err(|_| End::Unwanted)
    }

    /// Stands still until told to go on. The device stays open and is not listened to.
    fn pause(&mut self, done: &Sender<()>) -> Result<(), End> {
        self.device.outlet.pause();
        if self.stall.is_none()
            && let Err(end) = self.hear().and_then(|()| self.end_stretch())
        {
            match end {
                End::Unusable => self.do_without()?,
                End::Unwanted => return Err(end),
            }
        }
        if let Some(stall) = &mut self.stall {
            stall.pause(self.clock.elapsed());
        }
        let _ = done.send(());
        while let Order::Pause(again) = self.orders.recv().map_err(|_| End::Unwanted)? {
            let _ = again.send(());
        }
        self.device.outlet.resume();
        self.since = self.clock.elapsed();
        // Sleep during a pause is no gap.
        self.asleep = self.asleep.max(self.clock.asleep());
        self.seen = self.seen_now();
        if let Some(stall) = &mut self.stall {
            stall.resume(self.since, self.device.outlet.heard());
        }
        Ok(())
    }

    fn tell(&self, event: Event) -> Result<(), End> {
        self.events.send(event).map_err(|_| End::Unwanted)
    }
}

fn samples_in(time: Duration) -> Samples {
    let samples = time.as_nanos() * u128::from(SAMPLE_RATE) / 1_000_000_000;
    Samples(u64::try_from(samples).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
