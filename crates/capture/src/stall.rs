//! A microphone has fallen silent: how it is brought back and how long the gap was.

use std::time::Duration;

use crossbeam_channel::TryRecvError;

use crate::listen::Limits;
use crate::ring::Outlet;
use crate::stream::{Open, Opening};
use crate::{CaptureError, Obstacle};

/// Begins to open the microphone again, after so many attempts that have failed.
pub(crate) type Opener = Box<dyn Fn(u32) -> Result<Opening, CaptureError> + Send>;

/// A silence that is being mended.
///
/// The silent device is kept until another one delivers: a sound system that was only held up goes
/// on by itself, and then nothing that it held is lost.
pub(crate) struct Stall {
    /// Until when there was sound.
    last: Duration,
    /// Frames that the silent device had delivered by then.
    heard: u64,
    /// Gap from before a pause.
    missing: Duration,
    /// When the silent device was first seen delivering again.
    back: Option<Duration>,
    attempt: Attempt,
    /// Attempts so far.
    tries: u32,
    /// Why the last attempt failed, and what was told of it.
    obstacle: Option<Obstacle>,
    told: Option<Obstacle>,
}

enum Attempt {
    /// Until it is time for the next.
    Resting { until: Duration },
    /// The sound system has been asked.
    Opening { opening: Opening, until: Duration },
    /// It is open and has to deliver.
    Waiting {
        device: Open,
        until: Duration,
        back: Option<Duration>,
    },
}

/// How sound came back, and what is missing in between.
pub(crate) enum Mended {
    /// The same device goes on.
    BySelf { missing: Duration },
    /// Another stream delivers.
    Anew { missing: Duration, device: Open },
}

impl Stall {
    /// A device has been silent since `last`, after so many frames. The first attempt is made at
    /// once.
    pub(crate) fn new(now: Duration, last: Duration, heard: u64) -> Self {
        Self {
            last,
            heard,
            missing: Duration::ZERO,
            back: None,
            attempt: Attempt::Resting { until: now },
            tries: 0,
            obstacle: None,
            told: None,
        }
    }

    /// Takes the next step, if it is time for one. `silent` is the device that fell silent.
    pub(crate) fn mend(
        &mut self,
        now: Duration,
        silent: &Outlet,
        limits: &Limits,
        opener: &Opener,
    ) -> Option<Mended> {
        let heard = silent.heard() - self.heard;
        if heard > 0 && !silent.is_broken() {
            let back = *self.back.get_or_insert(now);
            if now.saturating_sub(back) < limits.settle {
                return None;
            }
            return Some(Mended::BySelf {
                missing: self.gap(silent.last(), heard, silent.rate()),
            });
        }
        self.try_again(now, limits, opener)
    }

    fn try_again(&mut self, now: Duration, limits: &Limits, opener: &Opener) -> Option<Mended> {
        match &mut self.attempt {
            Attempt::Resting { until } => {
                if now >= *until {
                    self.attempt = match opener(self.tries) {
                        Ok(opening) => Attempt::Opening {
                            opening,
                            until: now + longer(limits.patience, self.tries),
                        },
                        Err(error) => self.rest(now, limits, &error),
                    };
                }
            }
            Attempt::Opening { opening, until } => match opening.try_recv() {
                Ok(Ok(device)) => {
                    self.attempt = Attempt::Waiting {
                        device,
                        until: now + limits.first,
                        back: None,
                    };
                }
                Err(TryRecvError::Empty) if now < *until => {}
                Ok(Err(error)) => self.attempt = self.rest(now, limits, &error),
                Err(_) => self.attempt = self.rest(now, limits, &CaptureError::NotAnswering),
            },
            Attempt::Waiting {
                device,
                until,
                back,
            } => {
                let outlet = &device.outlet;
                if outlet.is_broken() || (outlet.last().is_none() && now >= *until) {
                    self.attempt = self.rest(now, limits, &CaptureError::NotAnswering);
                } else if outlet.last().is_some()
                    && now.saturating_sub(*back.get_or_insert(now)) >= limits.settle
                {
                    return self.take_over();
                }
            }
        }
        None
    }

    fn take_over(&mut self) -> Option<Mended> {
        let none = Attempt::Resting {
            until: Duration::MAX,
        };
        let Attempt::Waiting { device, .. } = std::mem::replace(&mut self.attempt, none) else {
            return None;
        };
        let outlet = &device.outlet;
        Some(Mended::Anew {
            missing: self.gap(outlet.last(), outlet.heard(), outlet.rate()),
            device,
        })
    }

    fn rest(&mut self, now: Duration, limits: &Limits, error: &CaptureError) -> Attempt {
        let until = now + longer(limits.rest, self.tries);
        self.tries += 1;
        self.obstacle = Some(error.into());
        Attempt::Resting { until }
    }

    /// Why it takes so long, if that is known and has not been told yet. A first attempt that fails
    /// says little: a device that is being changed is away for a moment.
    pub(crate) fn news(&mut self) -> Option<Obstacle> {
        if self.tries < 2 || self.obstacle == self.told {
            return None;
        }
        self.told = self.obstacle;
        self.obstacle
    }

    /// Time since there was sound, less the sound that has come by `last` in `frames`.
    fn gap(&self, last: Option<Duration>, frames: u64, rate: u32) -> Duration {
        let passed = last.unwrap_or(self.last).saturating_sub(self.last);
        let came = Duration::from_secs_f64(frames as f64 / f64::from(rate.max(1)));
        self.missing + passed.saturating_sub(came)
    }

    /// The recording pauses: the gap grows no further, and nothing is opened.
    pub(crate) fn pause(&mut self, now: Duration) {
        self.missing += now.saturating_sub(self.last);
        self.attempt = Attempt::Resting { until: now };
    }

    /// The recording goes on. What the silent device had delivered by now is of no interest.
    pub(crate) fn resume(&mut self, now: Duration, heard: u64) {
        self.last = now;
        self.heard = heard;
        self.back = None;
    }
}

/// Twice as long for each try, up to ten times.
fn longer(time: Duration, tries: u32) -> Duration {
    time * 2u32.saturating_pow(tries).min(10)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::clock::Clock;
    use crate::listen::LIMITS;
    use crate::ring::{Intake, ring};
    use crossbeam_channel::bounded;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// A device at this time.
    fn device(now: Duration) -> (Intake, Outlet) {
        let clock = Clock::standing();
        clock.pass(now);
        ring(1, 1_000, clock)
    }

    fn refused() -> Opener {
        Box::new(|_| Err(CaptureError::NoMicrophone))
    }

    #[test]
    fn a_device_that_goes_on_by_itself_is_kept_and_what_it_held_up_is_no_gap() {
        let (mut intake, outlet) = device(ms(5_000));
        let mut stall = Stall::new(ms(3_000), ms(2_000), 0);
        assert!(
            stall
                .mend(ms(3_000), &outlet, &LIMITS, &refused())
                .is_none()
        );
        // Five seconds after the start, three after the silence began, 2.6 s of sound come at once.
        intake.take(&[0.0; 2_600], |x| x);
        assert!(
            stall
                .mend(ms(5_000), &outlet, &LIMITS, &refused())
                .is_none()
        );
        let Some(Mended::BySelf { missing }) = stall.mend(ms(5_250), &outlet, &LIMITS, &refused())
        else {
            panic!("not mended");
        };
        assert_eq!(missing, ms(400));
    }

    #[test]
    fn another_device_takes_over_once_it_delivers() {
        let (_silent, old) = device(ms(0));
        let (mut intake, outlet) = device(ms(9_000));
        let (tell, opening) = bounded(1);
        let opener: Opener = Box::new(move |_| Ok(opening.clone()));
        let mut stall = Stall::new(ms(3_000), ms(2_000), 0);
        assert!(stall.mend(ms(3_000), &old, &LIMITS, &opener).is_none());
        tell.send(Ok(Open::new("new".into(), outlet).0)).unwrap();
        assert!(stall.mend(ms(3_020), &old, &LIMITS, &opener).is_none());
        assert!(stall.mend(ms(3_040), &old, &LIMITS, &opener).is_none());
        intake.take(&[0.0; 1_000], |x| x);
        assert!(stall.mend(ms(9_000), &old, &LIMITS, &opener).is_none());
        let Some(Mended::Anew { missing, device }) = stall.mend(ms(9_250), &old, &LIMITS, &opener)
        else {
            panic!("not mended");
        };
        assert_eq!(device.name, "new");
        // Silent from 2 s to 9 s, of which the new device brought one.
        assert_eq!(missing, ms(6_000));
    }

    #[test]
    fn it_is_tried_again_less_and_less_often_for_as_long_as_it_takes() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicU64, Ordering};
        let (_silent, old) = device(ms(0));
        let tried = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&tried);
        let opener: Opener = Box::new(move |tries| {
            assert_eq!(u64::from(tries), count.load(Ordering::Relaxed));
            count.fetch_add(1, Ordering::Relaxed);
            Err(CaptureError::NoMicrophone)
        });
        let mut stall = Stall::new(ms(0), ms(0), 0);
        let mut at = Vec::new();
        for now in (0..60_000).step_by(20) {
            let before = tried.load(Ordering::Relaxed);
            assert!(stall.mend(ms(now), &old, &LIMITS, &opener).is_none());
            if tried.load(Ordering::Relaxed) > before {
                at.push(now);
            }
        }
        assert_eq!(at[..6], [0, 500, 1_500, 3_500, 7_500, 12_500]);
        assert_eq!(at.last(), Some(&57_500));
    }

    #[test]
    fn an_opening_without_an_answer_is_given_up_after_a_while() {
        let (_silent, old) = device(ms(0));
        let (_hung, opening) = bounded(0);
        let opener: Opener = Box::new(move |_| Ok(opening.clone()));
        let mut stall = Stall::new(ms(0), ms(0), 0);
        let step = |stall: &mut Stall, now| stall.mend(ms(now), &old, &LIMITS, &opener).is_none();
        assert!(step(&mut stall, 0) && step(&mut stall, 5_980));
        assert!(matches!(stall.attempt, Attempt::Opening { .. }));
        assert!(step(&mut stall, 6_000));
        assert!(matches!(stall.attempt, Attempt::Resting { .. }));
    }

    #[test]
    fn a_pause_is_no_part_of_the_gap() {
        let (mut intake, outlet) = device(ms(60_000));
        let mut stall = Stall::new(ms(3_000), ms(2_000), 0);
        stall.pause(ms(4_000));
        stall.resume(ms(60_000), 0);
        intake.take(&[0.0; 10], |x| x);
        assert!(
            stall
                .mend(ms(60_000), &outlet, &LIMITS, &refused())
                .is_none()
        );
        let Some(Mended::BySelf { missing }) = stall.mend(ms(60_250), &outlet, &LIMITS, &refused())
        else {
            panic!("not mended");
        };
        assert_eq!(missing, ms(2_000));
    }
}
