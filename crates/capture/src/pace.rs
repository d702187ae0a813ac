//! How fast a file or a script plays.

use std::time::{Duration, Instant};

use visit::{SAMPLE_RATE, Samples};

use crate::CaptureError;

/// How fast a file or a script plays, by the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As a microphone would: a second of sound in a second.
    RealTime,
    /// So many times faster than that (above zero; below one is slower).
    Times(f64),
    /// As fast as the receiver takes it.
    Fastest,
}

/// Says when sound is due, from the moment playing began.
#[derive(Debug)]
pub(crate) struct Pacer {
    /// Sound per time; none for no waiting.
    times: Option<f64>,
    began: Instant,
    played: Samples,
}

impl Pacer {
    /// Playing begins at `now`.
    pub(crate) fn new(pace: Pace, now: Instant) -> Result<Self, CaptureError> {
        let times = match pace {
            Pace::RealTime => Some(1.0),
            Pace::Times(times) if times.is_finite() && times > 0.0 => Some(times),
            Pace::Times(_) => return Err(CaptureError::ImpossiblePace),
            Pace::Fastest => None,
        };
        Ok(Self {
            times,
            began: now,
            played: Samples(0),
        })
    }

    /// The next `length` of the recording plays now; it is due when it would have been heard in
    /// full.
    pub(crate) fn play(&mut self, length: Samples) {
        self.played = self.played + length;
    }

    /// How long to wait from `now` until what was played last is due.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        let seconds = self.played.0 as f64 / f64::from(SAMPLE_RATE) / self.times?;
        let due = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let passed = now.saturating_duration_since(self.began);
        due.checked_sub(passed).filter(|left| !left.is_zero())
    }

    /// Playing stood still for so long.
    pub(crate) fn stood_still(&mut self, pause: Duration) {
        self.began += pause;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn sound_is_due_when_it_has_been_heard() {
        let start = Instant::now();
        let mut pacer = Pacer::new(Pace::RealTime, start).unwrap();
        assert_eq!(pacer.wait(start), None);
        pacer.play(Samples(16_000));
        assert_eq!(pacer.wait(start), Some(SECOND));
        assert_eq!(pacer.wait(start + SECOND / 4), Some(SECOND * 3 / 4));
        assert_eq!(pacer.wait(start + SECOND), None);
        // Late delivery is caught up: the clock is not moved by it.
        pacer.play(Samples(16_000));
        assert_eq!(pacer.wait(start + SECOND * 3), None);
        pacer.play(Samples(32_000));
        assert_eq!(pacer.wait(start + SECOND * 3), Some(SECOND));
    }

    #[test]
    fn pace_divides_the_time_and_pauses_shift_it() {
        let start = Instant::now();
        let mut pacer = Pacer::new(Pace::Times(4.0), start).unwrap();
        pacer.play(Samples(64_000));
        assert_eq!(pacer.wait(start), Some(SECOND));
        pacer.stood_still(SECOND * 10);
        assert_eq!(pacer.wait(start + SECOND * 10), Some(SECOND));
    }

    #[test]
    fn the_fastest_pace_never_waits() {
        let start = Instant::now();
        let mut pacer = Pacer::new(Pace::Fastest, start).unwrap();
        pacer.play(Samples(u64::MAX / 2));
        assert_eq!(pacer.wait(start), None);
    }

    #[test]
    fn an_impossible_pace_is_refused() {
        for times in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                Pacer::new(Pace::Times(times), Instant::now()),
                Err(CaptureError::ImpossiblePace)
            ));
        }
    }
}
