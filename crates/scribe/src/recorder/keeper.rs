//! What was heard and is not in the store yet: committed chunk by chunk, and held and tried again
//! while the store refuses, so that a full disk or a failed write that passes costs nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use vault::{Gap, GapCause, Vault, VaultError};
use visit::{SAMPLE_RATE, Samples, VisitId, VisitState};
use zeroize::Zeroizing;

use super::CHUNK;
use crate::disk::Disk;
use crate::{Alarm, Event};

/// How long a store that refuses is tried again: long enough to make room on a disk, and what is
/// held meanwhile stays below a megabyte.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often.
const EVERY: Duration = Duration::from_millis(500);

/// Most samples that are held. A microphone brings no more in [`PATIENCE`]; a source that can wait
/// has to.
const MOST: usize = PATIENCE.as_secs() as usize * SAMPLE_RATE as usize;

/// Holds what is heard until it is committed.
pub(super) struct Keeper {
    vault: Arc<Vault>,
    visit: VisitId,
    events: Sender<Event>,
    /// Told after each commit of sound.
    kept: Sender<()>,
    disk: Disk,
    next_chunk: u32,
    recorded: Samples,
    pending: Zeroizing<Vec<i16>>,
    /// Gaps that are not marked yet.
    gaps: Vec<Gap>,
    /// The state that the visit is to enter once everything before is committed.
    wanted: Option<VisitState>,
    trouble: Option<Trouble>,
}

/// The store refuses.
#[derive(Clone, Copy)]
struct Trouble {
    since: Instant,
    next_try: Instant,
}

/// How keeping goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Keeping {
    /// Everything that was to be committed is.
    Done,
    /// The store refuses at the moment, and what it refuses is held.
    Held,
    /// The store has refused for too long.
    GivenUp,
    /// The visit or its sound was erased: nothing can be added to it any more.
    Gone,
}

impl Keeper {
    /// For a visit of which so much is recorded.
    pub(super) fn new(
        vault: Arc<Vault>,
        visit: VisitId,
        disk: Disk,
        (events, kept): (Sender<Event>, Sender<()>),
        before: vault::Recorded,
    ) -> Self {
        Self {
            vault,
            visit,
            events,
            kept,
            disk,
            next_chunk: before.chunks,
            recorded: before.samples,
            pending: Zeroizing::new(Vec::with_capacity(2 * CHUNK)),
            gaps: Vec::new(),
            wanted: None,
            trouble: None,
        }
    }

    /// Takes sound, full scale ±1.
    pub(super) fn hear(&mut self, sound: &[f32]) {
        self.pending
            .extend(sound.iter().map(|&sample| to_pcm16(sample)));
    }

    /// Takes a gap. It is in the store before any sound that follows it.
    pub(super) fn mark(&mut self, at: Samples, length: Samples, cause: GapCause) {
        self.gaps.push(Gap { at, length, cause });
    }

    /// The visit is to enter a state when all sound from before is committed.
    pub(super) fn enter(&mut self, state: VisitState) {
        self.wanted = Some(state);
    }

    /// Length of the recording, with what is not committed yet.
    pub(super) fn position(&self) -> Samples {
        self.recorded + Samples::of(self.pending.len())
    }

    /// Whether so much is held that a source that can wait should.
    pub(super) fn is_full(&self) -> bool {
        self.pending.len() >= MOST
    }

    /// Fires when the store is to be tried again; never while it takes everything.
    pub(super) fn next_try(&self) -> Receiver<Instant> {
        match self.trouble {
            Some(trouble) => crossbeam_channel::at(trouble.next_try),
            None => crossbeam_channel::never(),
        }
    }

    /// Commits what can be, unless the store has just refused.
    pub(super) fn keep_up(&mut self) -> Keeping {
        let now = Instant::now();
        if self.trouble.is_some_and(|trouble| now < trouble.next_try) {
            return Keeping::Held;
        }
        match self.commit() {
            Ok(()) => {
                if self.trouble.take().is_some() {
                    self.tell(Event::Alarm(Alarm::StoreAgain));
                }
                Keeping::Done
            }
            Err(error) if is_for_good(&error) => {
                self.failed(&error);
                Keeping::Gone
            }
            Err(error) => self.hold(now, &error),
        }
    }

    /// Commits everything, and waits for the store as long as its patience lasts.
    pub(super) fn keep_all(&mut self) -> Keeping {
        loop {
            match self.keep_up() {
                // A closed channel cannot be: this one waits for an instant.
                Keeping::Held => drop(self.next_try().recv()),
                ended => return ended,
            }
        }
    }

    /// The recording ends with what is in the store: says so there, if it takes that much.
    pub(super) fn give_up(&mut self) {
        let (at, lost) = (self.recorded, Samples::of(self.pending.len()));
        let said = self
            .vault
            .mark_gap(self.visit, at, lost, GapCause::CutOff)
            .and_then(|()| self.vault.set_state(self.visit, VisitState::Paused));
        if said.is_ok() {
            self.tell_gap(at, lost, GapCause::CutOff);
            self.tell_state(VisitState::Paused);
        }
        // Otherwise it stands there as one that was cut off, which it is.
    }

    fn hold(&mut self, now: Instant, error: &VaultError) -> Keeping {
        let since = match self.trouble {
            Some(trouble) => trouble.since,
            None => {
                self.tell(Event::Alarm(Alarm::StoreRefuses {
                    message: error.to_string(),
                }));
                now
            }
        };
        let next_try = now + EVERY;
        self.trouble = Some(Trouble { since, next_try });
        if now - since < PATIENCE {
            return Keeping::Held;
        }
        self.failed(error);
        Keeping::GivenUp
    }

    fn commit(&mut self) -> Result<(), VaultError> {
        while let Some(&Gap { at, length, cause }) = self.gaps.first() {
            self.vault.mark_gap(self.visit, at, length, cause)?;
            self.gaps.remove(0);
            self.tell_gap(at, length, cause);
        }
        while self.pending.len() >= CHUNK {
            self.commit_chunk(CHUNK)?;
        }
        let Some(state) = self.wanted else {
            return Ok(());
        };
        if !self.pending.is_empty() {
            self.commit_chunk(self.pending.len())?;
        }
        match self.vault.set_state(self.visit, state) {
            Ok(()) => self.tell_state(state),
            // Pausing a paused visit is nothing to end a recording for.
            Err(VaultError::State(_)) => {}
            Err(error) => return Err(error),
        }
        self.wanted = None;
        Ok(())
    }

    fn commit_chunk(&mut self, samples: usize) -> Result<(), VaultError> {
        self.vault
            .append_chunk(self.visit, self.next_chunk, &self.pending[..samples])?;
        self.pending.drain(..samples);
        self.next_chunk += 1;
        self.recorded = self.recorded + Samples::of(samples);
        self.tell(Event::Kept {
            recorded: self.recorded.millis(),
        });
        let _ = self.kept.send(());
        self.look_at_disk();
        Ok(())
    }

    pub(super) fn look_at_disk(&mut self) {
        if let Some(alarm) = self.disk.look(self.recorded) {
            self.tell(Event::Alarm(alarm));
        }
    }

    fn failed(&self, error: &VaultError) {
        self.tell(Event::Alarm(Alarm::StoreFailed {
            message: error.to_string(),
        }));
    }

    fn tell_gap(&self, at: Samples, length: Samples, cause: GapCause) {
        self.tell(Event::Gap {
            at: at.millis(),
            missing: length.millis(),
            cause,
        });
    }

    fn tell_state(&self, state: VisitState) {
        self.tell(Event::State {
            visit: self.visit,
            state,
        });
    }

    fn tell(&self, event: Event) {
        // The receiver may be gone; the recording does not depend on anybody watching.
        let _ = self.events.send(event);
    }
}

/// Whether no later attempt can succeed.
fn is_for_good(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::NoSuchVisit(_) | VaultError::Erased | VaultError::NotNow { .. }
    )
}

/// A sample at sixteen bits.
pub(crate) fn to_pcm16(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16
}
