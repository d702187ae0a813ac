//! From the sound system's real-time callback to an ordinary thread, without locks and without
//! memory being asked for.
//!
//! The callback must never wait: a late callback is lost sound. It mixes each frame to one channel,
//! writes it into a ring that was made beforehand, and counts what does not fit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::clock::Clock;
use crate::mix;

/// How much sound the ring holds. The reader comes by fifty times a second; this is for a computer
/// that is busy with something else for a while.
const SECONDS: usize = 10;

/// What the two ends tell each other.
struct Shared {
    /// Counts from here.
    clock: Clock,
    /// Frames are not wanted.
    paused: AtomicBool,
    /// Frames that did not fit or that the device reported lost.
    dropped: AtomicU64,
    /// Frames that came, wanted or not.
    heard: AtomicU64,
    /// Nanoseconds from `clock` to the last callback; zero before the first.
    last: AtomicU64,
    /// The device has overrun; what it lost is counted at the next callback.
    overrun: AtomicBool,
    /// The sound system says that no more will come.
    broken: AtomicBool,
}

/// The callback's end.
pub(crate) struct Intake {
    ring: Producer<f32>,
    shared: Arc<Shared>,
    channels: usize,
    rate: u32,
}

/// The error callback's end.
pub(crate) struct Complaints(Arc<Shared>);

/// The reader's end.
pub(crate) struct Outlet {
    ring: Consumer<f32>,
    shared: Arc<Shared>,
    rate: u32,
}

/// Makes a ring for a device with so many channels and frames per second. All times are told as
/// durations since `clock`.
pub(crate) fn ring(channels: u16, rate: u32, clock: Clock) -> (Intake, Outlet) {
    let (write, read) = RingBuffer::new(rate as usize * SECONDS);
    let shared = Arc::new(Shared {
        clock,
        paused: AtomicBool::new(false),
        dropped: AtomicU64::new(0),
        heard: AtomicU64::new(0),
        last: AtomicU64::new(0),
        overrun: AtomicBool::new(false),
        broken: AtomicBool::new(false),
    });
    let intake = Intake {
        ring: write,
        shared: Arc::clone(&shared),
        channels: usize::from(channels),
        rate,
    };
    let outlet = Outlet {
        ring: read,
        shared,
        rate,
    };
    (intake, outlet)
}

impl Intake {
    /// Takes what a callback brings: interleaved samples. Real-time safe.
    pub(crate) fn take<T: Copy>(&mut self, interleaved: &[T], to_f32: impl Fn(T) -> f32) {
        let frames = mix::mono(interleaved, self.channels, to_f32);
        let came = frames.len();
        let now = u64::try_from(self.shared.clock.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let before = self.shared.last.load(Ordering::Relaxed);
        let overrun = self.shared.overrun.swap(false, Ordering::Relaxed);

        if !self.shared.paused.load(Ordering::Acquire) {
            let fits = came.min(self.ring.slots());
            let written = match self.ring.write_chunk_uninit(fits) {
                Ok(space) => space.fill_from_iter(frames),
                Err(_) => 0,
            };
            let mut lost = (came - written) as u64;
            if overrun && before > 0 {
                // The device does not say how much it lost; the clock does.
                let passed = u128::from(now - before) * u128::from(self.rate) / 1_000_000_000;
                lost += u64::try_from(passed)
                    .unwrap_or(0)
                    .saturating_sub(came as u64);
            }
            if lost > 0 {
                self.shared.dropped.fetch_add(lost, Ordering::Release);
            }
        }
        self.shared.heard.fetch_add(came as u64, Ordering::Release);
        self.shared.last.store(now.max(1), Ordering::Release);
    }
}

#[cfg(test)]
impl Intake {
    /// Another end to complain at, for tests that hold only this one.
    pub(crate) fn complaints(&self) -> Complaints {
        Complaints(Arc::clone(&self.shared))
    }
}

impl Complaints {
    /// The device was not emptied in time. Real-time safe.
    pub(crate) fn overrun(&self) {
        self.0.overrun.store(true, Ordering::Relaxed);
    }

    /// No more sound will come. Real-time safe.
    pub(crate) fn broken(&self) {
        self.0.broken.store(true, Ordering::Release);
    }
}

impl Outlet {
    /// Frames per second.
    pub(crate) fn rate(&self) -> u32 {
        self.rate
    }

    /// Moves what is there into `frames` (emptied first) and says how many frames are missing
    /// after it.
    ///
    /// Sound is lost only while the ring is full, and nothing has been read since: so all that is
    /// there now came before what was counted before now.
    pub(crate) fn drain(&mut self, frames: &mut Vec<f32>) -> u64 {
        frames.clear();
        let dropped = self.shared.dropped.swap(0, Ordering::Acquire);
        let there = self.ring.slots();
        if let Ok(chunk) = self.ring.read_chunk(there) {
            let (first, second) = chunk.as_slices();
            frames.extend_from_slice(first);
            frames.extend_from_slice(second);
            chunk.commit_all();
        }
        dropped
    }

    /// Frames are not wanted until [`Outlet::resume`].
    pub(crate) fn pause(&self) {
        self.shared.paused.store(true, Ordering::Release);
    }

    /// Frames are wanted again; what slipped in during the pause is thrown away.
    pub(crate) fn resume(&mut self) {
        let there = self.ring.slots();
        if let Ok(chunk) = self.ring.read_chunk(there) {
            chunk.commit_all();
        }
        self.shared.dropped.store(0, Ordering::Release);
        self.shared.paused.store(false, Ordering::Release);
    }

    /// Forgets what was counted as missing: it is part of a gap that was measured as a whole.
    pub(crate) fn forget_missing(&self) {
        self.shared.dropped.store(0, Ordering::Release);
    }

    /// When the last callback came, if one did.
    pub(crate) fn last(&self) -> Option<Duration> {
        match self.shared.last.load(Ordering::Acquire) {
            0 => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    /// Frames that came so far, wanted or not.
    pub(crate) fn heard(&self) -> u64 {
        self.shared.heard.load(Ordering::Acquire)
    }

    /// Another end to complain at.
    pub(crate) fn complaints(&self) -> Complaints {
        Complaints(Arc::clone(&self.shared))
    }

    /// The sound system has said that no more will come.
    pub(crate) fn is_broken(&self) -> bool {
        self.shared.broken.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(channels: u16, rate: u32) -> (Intake, Complaints, Outlet) {
        let (intake, outlet) = ring(channels, rate, Clock::start());
        (intake, outlet.complaints(), outlet)
    }

    #[test]
    fn frames_come_out_mixed_and_in_order() {
        let (mut intake, _, mut outlet) = pair(2, 8_000);
        let mut frames = Vec::new();
        let mut all = Vec::new();
        for n in 0..1_000u16 {
            intake.take(&[n as i16, n as i16 + 2, 0, 0], f32::from);
            if n % 7 == 0 {
                assert_eq!(outlet.drain(&mut frames), 0);
                all.append(&mut frames);
            }
        }
        outlet.drain(&mut frames);
        all.append(&mut frames);
        let want: Vec<f32> = (0..1_000).flat_map(|n| [n as f32 + 1.0, 0.0]).collect();
        assert_eq!(all, want);
        assert_eq!(outlet.heard(), 2_000);
        assert!(outlet.last().is_some());
    }

    #[test]
    fn what_does_not_fit_is_counted_to_the_frame_and_follows_the_sound() {
        let (mut intake, _, mut outlet) = pair(1, 1_000);
        let block: Vec<f32> = (0..700).map(|n| n as f32).collect();
        for _ in 0..20 {
            intake.take(&block, |x| x);
        }
        let mut frames = Vec::new();
        let dropped = outlet.drain(&mut frames);
        assert_eq!(frames.len(), 10_000);
        assert_eq!(dropped, 20 * 700 - 10_000);
        let want: Vec<f32> = (0..10_000).map(|n| (n % 700) as f32).collect();
        assert_eq!(frames, want);
        intake.take(&[5.0], |x| x);
        assert_eq!(outlet.drain(&mut frames), 0);
        assert_eq!(frames, [5.0]);
    }

    #[test]
    fn a_pause_keeps_frames_out() {
        let (mut intake, _, mut outlet) = pair(1, 1_000);
        let mut frames = Vec::new();
        outlet.pause();
        intake.take(&[1.0; 20_000], |x| x);
        assert_eq!((outlet.drain(&mut frames), frames.len()), (0, 0));
        outlet.resume();
        intake.take(&[2.0], |x| x);
        assert_eq!(
            (outlet.drain(&mut frames), frames.as_slice()),
            (0, &[2.0f32][..])
        );
        assert_eq!(outlet.heard(), 20_001);
    }

    #[test]
    fn an_overrun_is_measured_by_the_clock() {
        let (mut intake, complaints, mut outlet) = pair(1, 1_000_000);
        let mut frames = Vec::new();
        intake.take(&[0.0; 10], |x| x);
        std::thread::sleep(Duration::from_millis(5));
        complaints.overrun();
        intake.take(&[0.0; 10], |x| x);
        let dropped = outlet.drain(&mut frames);
        assert_eq!(frames.len(), 20);
        assert!(
            dropped >= 4_990,
            "{dropped} of at least 5000 frames less ten"
        );
        intake.take(&[0.0; 10], |x| x);
        assert_eq!(outlet.drain(&mut frames), 0, "once for each overrun");
    }

    #[test]
    fn the_callback_asks_for_no_memory() {
        let (mut intake, complaints, mut outlet) = pair(2, 48_000);
        let block = [0.25f32; 2_048];
        let asked = crate::counting::allocations(|| {
            for _ in 0..1_000 {
                intake.take(&block, |x| x);
            }
            complaints.overrun();
            intake.take(&block, |x| x);
            complaints.broken();
            outlet.pause();
            intake.take(&block, |x| x);
        });
        assert_eq!(asked, 0);
        assert!(crate::counting::allocations(|| drop(vec![1u8; 10])) > 0);
        assert!(outlet.is_broken());
        assert!(outlet.drain(&mut Vec::new()) > 0);
    }
}
