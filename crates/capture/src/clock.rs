//! The monotonic clock that gaps are measured by. It also counts the time that the computer sleeps.

use std::time::{Duration, Instant};

/// Time since a source was opened. Setting the computer's date does not touch it.
///
/// [`Instant`] alone would not do: on Linux and macOS it stands still while the computer sleeps.
/// Reading it is a system call without waiting, so a real-time callback may do it.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    whole: Whole,
    awake: Instant,
    #[cfg(test)]
    pretended: std::sync::Arc<Pretended>,
}

impl Clock {
    /// A clock that stands at zero.
    pub(crate) fn start() -> Self {
        Self {
            whole: Whole::now(),
            awake: Instant::now(),
            #[cfg(test)]
            pretended: std::sync::Arc::default(),
        }
    }

    /// Time since the start, sleep included.
    pub(crate) fn elapsed(&self) -> Duration {
        let passed = self.whole.elapsed();
        #[cfg(test)]
        let passed = self.pretended.whole(passed);
        passed
    }

    /// How much of that the computer has slept; zero where the system does not tell.
    pub(crate) fn asleep(&self) -> Duration {
        // In this order a delay between the two readings cannot look like sleep.
        let whole = self.elapsed();
        let awake = self.awake.elapsed();
        #[cfg(test)]
        let awake = self.pretended.awake(awake);
        whole.saturating_sub(awake)
    }
}

/// What a test makes of time.
#[cfg(test)]
#[derive(Debug, Default)]
struct Pretended {
    /// Whether real time counts for nothing.
    stands: bool,
    /// Nanoseconds that were spent awake and asleep.
    awake: std::sync::atomic::AtomicU64,
    asleep: std::sync::atomic::AtomicU64,
}

#[cfg(test)]
impl Pretended {
    fn whole(&self, passed: Duration) -> Duration {
        self.awake(passed) + nanos_in(&self.asleep)
    }

    fn awake(&self, passed: Duration) -> Duration {
        let passed = if self.stands { Duration::ZERO } else { passed };
        passed + nanos_in(&self.awake)
    }
}

#[cfg(test)]
fn nanos_in(counted: &std::sync::atomic::AtomicU64) -> Duration {
    Duration::from_nanos(counted.load(std::sync::atomic::Ordering::Acquire))
}

#[cfg(test)]
fn add_nanos(counted: &std::sync::atomic::AtomicU64, time: Duration) {
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    counted.fetch_add(nanos, std::sync::atomic::Ordering::AcqRel);
}

#[cfg(test)]
impl Clock {
    /// A clock that stands at zero and goes on only when it is told to, so that no test depends on
    /// how fast this computer is.
    pub(crate) fn standing() -> Self {
        Self {
            pretended: std::sync::Arc::new(Pretended {
                stands: true,
                ..Pretended::default()
            }),
            ..Self::start()
        }
    }

    /// From now on it is as if so long had passed.
    pub(crate) fn pass(&self, time: Duration) {
        add_nanos(&self.pretended.awake, time);
    }

    /// From now on it is as if the computer had slept for so long.
    pub(crate) fn sleep(&self, time: Duration) {
        add_nanos(&self.pretended.asleep, time);
    }
}

/// A reading of the clock that counts sleep, too.
#[cfg(unix)]
#[derive(Clone, Copy, Debug)]
struct Whole(Duration);

#[cfg(unix)]
impl Whole {
    /// Linux calls it `CLOCK_BOOTTIME`; on macOS `CLOCK_MONOTONIC` goes on during sleep.
    fn now() -> Self {
        use rustix::time::{ClockId, clock_gettime};
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let time = clock_gettime(ClockId::Boottime);
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let time = clock_gettime(ClockId::Monotonic);
        // Both parts are never negative.
        Self(Duration::new(
            u64::try_from(time.tv_sec).unwrap_or(0),
            u32::try_from(time.tv_nsec).unwrap_or(0),
        ))
    }

    fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }
}

/// Elsewhere (on Windows) [`Instant`] goes on during sleep.
#[cfg(not(unix))]
#[derive(Clone, Copy, Debug)]
struct Whole(Instant);

#[cfg(not(unix))]
impl Whole {
    fn now() -> Self {
        Self(Instant::now())
    }

    fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_awake_and_asleep() {
        let clock = Clock::start();
        let before = clock.elapsed();
        std::thread::sleep(Duration::from_millis(20));
        let passed = clock.elapsed().saturating_sub(before);
        assert!(passed >= Duration::from_millis(20), "{passed:?}");
        assert_eq!(clock.asleep().as_secs(), 0);

        let same = clock.clone();
        same.sleep(Duration::from_secs(3_600));
        assert!(clock.elapsed() >= Duration::from_secs(3_600));
        assert!(clock.asleep() >= Duration::from_secs(3_599));
    }

    #[test]
    fn a_standing_clock_is_moved_by_hand_alone() {
        let clock = Clock::standing();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.elapsed(), Duration::ZERO);
        clock.pass(Duration::from_secs(2));
        clock.sleep(Duration::from_secs(30));
        assert_eq!(clock.elapsed(), Duration::from_secs(32));
        assert_eq!(clock.asleep(), Duration::from_secs(30));
    }

    /// The kernel's own account of the time since it was booted, which includes sleep.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_clock_is_the_one_that_counts_sleep() {
        let told = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
        let uptime: f64 = told
            .split_whitespace()
            .next()
            .and_then(|word| word.parse().ok())
            .unwrap_or_default();
        let ours = Whole::now().0.as_secs_f64();
        assert!(uptime > 0.0 && ours + 0.1 >= uptime, "{ours} {uptime}");
    }
}
