use visit::{Millis, UnixMillis};

/// Failures in a row that cost no wait: slips of the finger.
const FREE: u32 = 3;
/// The first wait, in milliseconds; it doubles with each further failure.
const FIRST: u64 = 30_000;
/// The longest wait, in milliseconds: a person who was made to fail by somebody else gets back in.
const LONGEST: u64 = 60 * 60 * 1000;

/// It is too early for another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many tries failed; the next one is taken in {} seconds", wait.0.div_ceil(1000))]
pub struct TryLater {
    /// How long it is still to wait.
    pub wait: Millis,
}

/// Whether a passphrase or an enrolment code may be tried now, given how many tries in a row have
/// failed and when the last one did. The caller keeps both where a restart does not lose them.
///
/// A clock that was set back makes the wait begin anew. One that is set ahead ends it: whoever can
/// set the clock is held up by the cost of the passphrase's derivation alone.
///
/// # Errors
/// [`TryLater`].
pub fn may_try(failures: u32, last: UnixMillis, now: UnixMillis) -> Result<(), TryLater> {
    let Some(beyond) = failures.checked_sub(FREE) else {
        return Ok(());
    };
    let wait = FIRST.saturating_mul(1 << beyond.min(20)).min(LONGEST);
    // Nothing has passed by a clock that stands before the last failure.
    let passed = u64::try_from(now.0.saturating_sub(last.0)).unwrap_or(0);
    match wait.checked_sub(passed) {
        None | Some(0) => Ok(()),
        Some(wait) => Err(TryLater { wait: Millis(wait) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wait(failures: u32, passed: i64) -> u64 {
        let last = UnixMillis(1_000_000);
        let now = UnixMillis(last.0 + passed);
        may_try(failures, last, now).map_or_else(|later| later.wait.0, |()| 0)
    }

    #[test]
    fn the_wait_begins_after_three_failures_and_doubles_to_an_hour() {
        let waits: Vec<u64> = (0..12).map(|failures| wait(failures, 0) / 1000).collect();
        assert_eq!(
            waits,
            [0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
        );
        assert_eq!(wait(u32::MAX, 0), LONGEST);
    }

    #[test]
    fn the_wait_ends_and_a_clock_set_back_begins_it_anew() {
        assert_eq!(wait(3, 29_999), 1);
        assert_eq!(wait(3, 30_000), 0);
        assert_eq!(wait(3, -86_400_000), FIRST);
        let far = may_try(9, UnixMillis(i64::MAX), UnixMillis(i64::MIN));
        assert!(far.is_err());
        assert!(may_try(9, UnixMillis(i64::MIN), UnixMillis(i64::MAX)).is_ok());
    }

    proptest! {
        #[test]
        fn more_failures_never_wait_less(failures in 0_u32..1000, passed in -10_000_i64..4_000_000) {
            prop_assert!(wait(failures, passed) <= wait(failures + 1, passed));
            prop_assert!(wait(failures, passed + 1) <= wait(failures, passed));
        }
    }
}
