//! Erases what is due: at the start and then once a day while the program runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use vault::{Tombstone, Vault, VaultError};
use visit::{UnixMillis, VisitId};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// How often the thread looks at the clock. A computer that slept over midnight is not a day late.
const LOOKS: Duration = Duration::from_secs(10 * 60);

/// What a run has done.
#[derive(Debug, Default)]
pub struct Enforced {
    /// What was erased.
    pub erased: Vec<Tombstone>,
    /// The visits of which something is due and was not erased, and why.
    pub failed: Vec<(VisitId, VaultError)>,
}

/// Erases everything that is due, visit by visit; a visit that does not open keeps no other from it.
///
/// # Errors
/// [`VaultError`] if the store does not say what is due.
pub fn enforce_retention(vault: &Vault, now: UnixMillis) -> Result<Enforced, VaultError> {
    enforce_until(vault, now, &AtomicBool::new(false))
}

fn enforce_until(vault: &Vault, now: UnixMillis, end: &AtomicBool) -> Result<Enforced, VaultError> {
    let mut enforced = Enforced::default();
    for visit in vault.visits_due(now)? {
        if end.load(Ordering::Relaxed) {
            break;
        }
        match vault.erase_due(visit, now) {
            Ok(tombstones) => enforced.erased.extend(tombstones),
            // A person has erased it meanwhile.
            Err(VaultError::NoSuchVisit(_)) => {}
            Err(error) => enforced.failed.push((visit, error)),
        }
    }
    Ok(enforced)
}

/// Erases what is due as long as it is held. Dropping it waits for the visit that is being erased,
/// so that the vault can be closed after it.
pub struct DailyRetention {
    end: Arc<AtomicBool>,
    /// Closed to wake the thread.
    wake: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl DailyRetention {
    /// Starts with a run. `tell` hears of each run in which something was erased or failed.
    pub fn start(
        vault: &Arc<Vault>,
        clock: impl Fn() -> UnixMillis + Send + 'static,
        tell: impl Fn(Result<Enforced, VaultError>) + Send + 'static,
    ) -> Self {
        Self::start_looking(vault, LOOKS, clock, tell)
    }

    fn start_looking(
        vault: &Arc<Vault>,
        looks: Duration,
        clock: impl Fn() -> UnixMillis + Send + 'static,
        tell: impl Fn(Result<Enforced, VaultError>) + Send + 'static,
    ) -> Self {
        let (wake, woken) = mpsc::channel();
        let end = Arc::new(AtomicBool::new(false));
        let (ends, vault) = (end.clone(), Arc::downgrade(vault));
        let thread = std::thread::spawn(move || {
            let mut last = None;
            loop {
                let now = clock();
                if is_due(last, now) {
                    let Some(done) = run(&vault, now, &ends) else {
                        return;
                    };
                    last = Some(now);
                    let silent = matches!(&done, Ok(done) if done.erased.is_empty() && done.failed.is_empty());
                    if !silent {
                        tell(done);
                    }
                }
                if woken.recv_timeout(looks) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        Self {
            end,
            wake: Some(wake),
            thread: Some(thread),
        }
    }
}

/// A day after the last run; also if the clock was set back, since nothing is erased before its day.
fn is_due(last: Option<UnixMillis>, now: UnixMillis) -> bool {
    last.is_none_or(|last| now.0 >= last.0.saturating_add(DAY_MILLIS) || now < last)
}

/// `None` once nobody holds the vault any more.
fn run(
    vault: &Weak<Vault>,
    now: UnixMillis,
    end: &AtomicBool,
) -> Option<Result<Enforced, VaultError>> {
    Some(enforce_until(&*vault.upgrade()?, now, end))
}

impl Drop for DailyRetention {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::AtomicI64;

    use vault::{Erased, ErasureReason, NewVisit};
    use visit::{Note, Retention, VisitState};

    use super::*;
    use crate::{ScratchVault, scratch};

    const SIGNED_AT: i64 = 1_000;

    /// A visit of half a second; signed, if asked for.
    fn recorded(vault: &Vault, sign: bool) -> VisitId {
        let new = NewVisit {
            consent: scratch::no_person_recorded(),
            template: "soap".to_owned(),
            kind: None,
            language: None,
            patient_label: "A".into(),
            reason: "".into(),
            expected: "".into(),
            started_at: UnixMillis(0),
        };
        let visit = vault.begin_visit(new).unwrap();
        vault.set_state(visit, VisitState::Recording).unwrap();
        vault.append_chunk(visit, 0, &[1; 8_000]).unwrap();
        vault.set_state(visit, VisitState::Recorded).unwrap();
        let note = Note {
            template: "soap".to_owned(),
            sections: Vec::new(),
            omissions: Vec::new(),
        };
        let number = vault
            .save_revision(visit, UnixMillis(1), &note, None)
            .unwrap();
        if sign {
            let signer = "Dr. Example".into();
            crate::sign(vault, visit, number, &signer, UnixMillis(SIGNED_AT)).unwrap();
        }
        visit
    }

    #[test]
    fn a_run_erases_what_is_due_and_nothing_of_what_nobody_has_signed() {
        let scratch = ScratchVault::create().unwrap();
        let vault = scratch.vault();
        let (signed, unsigned) = (recorded(vault, true), recorded(vault, false));
        let due = UnixMillis(SIGNED_AT + 30 * DAY_MILLIS);
        let early = enforce_retention(vault, UnixMillis(due.0 - 1)).unwrap();
        assert!(early.erased.is_empty() && early.failed.is_empty());
        let [tombstone] = enforce_retention(vault, due)
            .unwrap()
            .erased
            .try_into()
            .unwrap();
        assert_eq!(
            (tombstone.visit, tombstone.erased, tombstone.reason),
            (signed, Erased::Sound, ErasureReason::Retention)
        );
        let century = UnixMillis(due.0 + 36_500 * DAY_MILLIS);
        assert!(enforce_retention(vault, century).unwrap().erased.is_empty());
        assert_eq!(vault.chunk(unsigned, 0).unwrap(), [1; 8_000]);
    }

    /// The clock stands still, then moves on by months: the thread erases at its next look.
    #[test]
    fn the_thread_runs_at_the_start_and_a_day_later() {
        let scratch = ScratchVault::create().unwrap();
        let vault = scratch.vault();
        vault.set_retention(&Retention::default()).unwrap();
        let first = recorded(vault, true);
        let clock = Arc::new(AtomicI64::new(SIGNED_AT + 30 * DAY_MILLIS));
        let (told, heard) = mpsc::channel();
        let moved = clock.clone();
        let daily = DailyRetention::start_looking(
            vault,
            Duration::from_millis(5),
            move || UnixMillis(moved.load(Ordering::Relaxed)),
            move |done| {
                let erased = done.unwrap().erased;
                let _ = told.send(erased.iter().map(|one| one.visit).collect::<Vec<_>>());
            },
        );
        let wait = Duration::from_secs(60);
        assert_eq!(heard.recv_timeout(wait).unwrap(), [first]);
        let second = recorded(vault, true);
        // Due, but the day is not over.
        clock.fetch_add(DAY_MILLIS - 1, Ordering::Relaxed);
        assert!(heard.recv_timeout(Duration::from_millis(100)).is_err());
        clock.fetch_add(1, Ordering::Relaxed);
        assert_eq!(heard.recv_timeout(wait).unwrap(), [second]);
        drop(daily);
        assert_eq!(Arc::strong_count(vault), 1);
    }
}
