//! The recording and the work that follows it: one recording at a time, any number of visits
//! whose transcript and note are being completed.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use scribe::{Cancel, Event, Recording, Work};
use visit::{VisitId, VisitState};

use crate::desk::lock;
use crate::failure::{Failure, FailureCode};
use crate::ipc::Activity;

/// What runs.
#[derive(Default)]
pub struct Underway {
    recording: Mutex<Option<Current>>,
    works: Mutex<HashMap<VisitId, Working>>,
    /// Told when one of them has ended.
    fewer: Condvar,
}

struct Current {
    visit: VisitId,
    device: String,
    recording: Recording,
}

/// Stands here from the start of a visit's recording or work until its last event has come.
struct Working {
    activity: Activity,
    /// Known once the recording has ended.
    wishes: Option<Wishes>,
}

/// By which work is given up.
struct Wishes {
    draft: Cancel,
    all: Cancel,
}

impl Wishes {
    fn of(work: &Work) -> Self {
        Self {
            draft: work.cancel(),
            all: work.end(),
        }
    }
}

impl Underway {
    /// Whether a visit is recorded or worked on.
    pub fn is_anything(&self) -> bool {
        self.is_recording() || !lock(&self.works).is_empty()
    }

    /// Whether a visit is being recorded, or paused.
    pub fn is_recording(&self) -> bool {
        lock(&self.recording).is_some()
    }

    /// What is being done with a visit.
    pub fn activity(&self, visit: VisitId) -> Activity {
        lock(&self.works)
            .get(&visit)
            .map_or(Activity::None, |working| working.activity)
    }

    /// The device that a visit is being recorded from.
    pub fn device(&self, visit: VisitId) -> Option<String> {
        lock(&self.recording)
            .as_ref()
            .filter(|current| current.visit == visit)
            .map(|current| current.device.clone())
    }

    /// Starts a recording unless one runs or the visit is worked on; answers what the source of sound
    /// is called. `start`, which opens the microphone, is called in no other case, and no recording
    /// is started or ended meanwhile.
    ///
    /// # Errors
    /// [`FailureCode::Busy`], or what `start` answers.
    pub fn start_recording(
        &self,
        visit: VisitId,
        start: impl FnOnce() -> Result<Recording, Failure>,
    ) -> Result<String, Failure> {
        let mut slot = lock(&self.recording);
        if slot.is_some() {
            return Err(Failure::new(
                FailureCode::Busy,
                "Another visit is being recorded. Stop it before you start this one.",
            ));
        }
        if self.activity(visit) != Activity::None {
            return Err(being_worked_on());
        }
        let recording = start()?;
        let device = recording.source().to_owned();
        lock(&self.works).insert(
            visit,
            Working {
                activity: Activity::Recording,
                wishes: None,
            },
        );
        *slot = Some(Current {
            visit,
            device: device.clone(),
            recording,
        });
        Ok(device)
    }

    /// Does something with the recording that runs.
    ///
    /// # Errors
    /// [`FailureCode::NotRecording`], or what `order` answers.
    pub fn order(
        &self,
        order: impl FnOnce(&Recording) -> Result<(), scribe::ScribeError>,
    ) -> Result<(), Failure> {
        let slot = lock(&self.recording);
        let current = slot.as_ref().ok_or_else(Failure::not_recording)?;
        Ok(order(&current.recording)?)
    }

    /// Ends the recording and returns when its last sample is in the store; the work on it goes
    /// on. Without a recording nothing happens.
    pub fn stop_recording(&self) -> Option<Result<(), Failure>> {
        // Taken out first: waiting for the last commit must not keep others from asking.
        let current = lock(&self.recording).take()?;
        Some(
            current
                .recording
                .stop()
                .map_err(Failure::from)
                .map(|work| self.keep(current.visit, &work)),
        )
    }

    /// Starts work on a recorded visit unless it is worked on already.
    ///
    /// # Errors
    /// [`FailureCode::Busy`], or what `start` answers.
    pub fn start_work(
        &self,
        visit: VisitId,
        start: impl FnOnce() -> Result<Work, Failure>,
    ) -> Result<(), Failure> {
        if self.activity(visit) != Activity::None {
            return Err(being_worked_on());
        }
        let wishes = Some(Wishes::of(&start()?));
        lock(&self.works).insert(
            visit,
            Working {
                activity: Activity::Transcribing,
                wishes,
            },
        );
        Ok(())
    }

    /// The recording is over and its work goes on, unless that has ended, too.
    fn keep(&self, visit: VisitId, work: &Work) {
        if let Some(working) = lock(&self.works).get_mut(&visit) {
            if working.activity == Activity::Recording {
                working.activity = Activity::Transcribing;
            }
            working.wishes = Some(Wishes::of(work));
        }
    }

    /// Gives up the draft of a visit; recording and transcript stay.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`] if none is being made.
    pub fn cancel(&self, visit: VisitId) -> Result<(), Failure> {
        match lock(&self.works)
            .get(&visit)
            .and_then(|working| working.wishes.as_ref())
        {
            Some(wishes) => {
                wishes.draft.cancel();
                Ok(())
            }
            None => Err(Failure::new(
                FailureCode::Rejected,
                "No note is being written for this visit.",
            )),
        }
    }

    /// Ends the recording of a visit, if it is recorded, and all work on it.
    ///
    /// # Errors
    /// If the recorder had died; what it had committed is in the store.
    pub fn abandon(&self, visit: VisitId) -> Result<(), Failure> {
        if self.device(visit).is_some() {
            self.stop_recording().transpose()?;
        }
        if let Some(wishes) = lock(&self.works)
            .get(&visit)
            .and_then(|working| working.wishes.as_ref())
        {
            wishes.all.cancel();
        }
        Ok(())
    }

    /// Ends all work in order, so that it is not taken for a death of the program, and waits for
    /// that, but no longer than `patience`.
    pub fn end_all(&self, patience: Duration) {
        let works = lock(&self.works);
        for wishes in works.values().filter_map(|working| working.wishes.as_ref()) {
            wishes.all.cancel();
        }
        // Work that does not end in time ends with the program.
        drop(
            self.fewer
                .wait_timeout_while(works, patience, |works| !works.is_empty())
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// Takes note of an event, before the page is told.
    pub fn heard(&self, visit: VisitId, event: &Event) {
        match event {
            // A recording that ends by itself (a file's end, a failed device) is over like one
            // that was stopped.
            Event::Interrupted
            | Event::State {
                state: VisitState::Recorded,
                ..
            } => {
                let mut slot = lock(&self.recording);
                if slot.as_ref().is_some_and(|current| current.visit == visit)
                    && let Some(current) = slot.take()
                {
                    drop(slot);
                    if let Ok(work) = current.recording.until_end() {
                        self.keep(visit, &work);
                    }
                }
            }
            Event::TranscriptComplete { .. } => {
                if let Some(working) = lock(&self.works).get_mut(&visit) {
                    working.activity = Activity::Drafting;
                }
            }
            _ => {}
        }
    }

    /// The last event of a visit's work has come.
    pub fn ended(&self, visit: VisitId) {
        lock(&self.works).remove(&visit);
        self.fewer.notify_all();
    }
}

fn being_worked_on() -> Failure {
    Failure::new(
        FailureCode::Busy,
        "This visit is being worked on already. Wait for that to end, or stop it.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::Arc;

    use scribe::{ScratchVault, Steps};

    use super::*;

    const ALONE: Steps = Steps {
        speech: None,
        draft: None,
    };

    fn scratch_visit() -> (ScratchVault, VisitId) {
        let scratch = ScratchVault::create().unwrap();
        let visit = vault::NewVisit {
            consent: visit::Consent {
                asked_by: "Nurse Ada".into(),
                given_by: visit::ConsentGiver::Patient,
                method: visit::ConsentMethod::Spoken,
                wording: "?".to_owned(),
                wording_version: "1".to_owned(),
                at: scribe::clock::now(),
            },
            template: "soap".to_owned(),
            kind: None,
            language: None,
            patient_label: visit::PatientText::default(),
            reason: visit::PatientText::default(),
            expected: visit::PatientText::default(),
            started_at: scribe::clock::now(),
        };
        let id = scratch.vault().begin_visit(visit).unwrap();
        (scratch, id)
    }

    /// The end of the program waits until what it has ended has written that down.
    #[test]
    fn all_work_has_ended_before_the_program_ends() {
        let (scratch, visit) = scratch_visit();
        let underway = Arc::new(Underway::default());
        let (events, heard) = crossbeam_channel::unbounded();
        underway
            .start_work(visit, || {
                let vault = scratch.vault().clone();
                Ok(Work::on_recorded(vault, visit, ALONE, events)?)
            })
            .unwrap();
        let watched = Arc::clone(&underway);
        let watcher = std::thread::spawn(move || {
            for event in heard {
                watched.heard(visit, &event);
            }
            watched.ended(visit);
        });
        underway.end_all(Duration::from_secs(60));
        assert!(!underway.is_anything());
        watcher.join().unwrap();
    }

    /// P8.4 at this desk: while a visit is recorded or worked on, no microphone is opened.
    #[test]
    fn no_microphone_is_opened_while_another_visit_is_recorded() {
        let (scratch, visit) = scratch_visit();
        let underway = Underway::default();
        let (events, _heard) = crossbeam_channel::unbounded();
        let silent = capture::faulty::Script::new();
        let device = underway
            .start_recording(visit, || {
                let open = || silent.open("Desk microphone", capture::Pace::Fastest);
                let vault = scratch.vault().clone();
                Ok(Recording::start(vault, visit, open, ALONE, events)?)
            })
            .unwrap();
        assert_eq!(device, "Desk microphone");
        let again = underway.start_recording(visit, || panic!("a second microphone is opened"));
        assert_eq!(again.err().unwrap().code, FailureCode::Busy);
        underway.stop_recording().unwrap().unwrap();
        // Its last event has not come yet.
        let again = underway.start_recording(visit, || panic!("work on it goes on"));
        assert_eq!(again.err().unwrap().code, FailureCode::Busy);
    }

    /// Consent withdrawn in the middle: only that visit's recording ends, and once its work has ended
    /// nothing of it comes back.
    #[test]
    fn an_abandoned_visit_is_no_longer_recorded_and_can_be_erased() {
        let (scratch, visit) = scratch_visit();
        let vault = scratch.vault().clone();
        let underway = Arc::new(Underway::default());
        let (events, heard) = crossbeam_channel::unbounded();
        let sound = capture::faulty::Script::new()
            .sound(&[0.1; 160_000])
            .stall_for_good();
        underway
            .start_recording(visit, || {
                let open = || sound.open("Desk microphone", capture::Pace::RealTime);
                Ok(Recording::start(vault.clone(), visit, open, ALONE, events)?)
            })
            .unwrap();
        let first = heard
            .iter()
            .find(|event| matches!(event, Event::Kept { .. }));
        assert!(first.is_some(), "nothing was kept");

        let another = "00000000-0000-4000-8000-000000000000".parse().unwrap();
        underway.abandon(another).unwrap();
        assert!(underway.is_recording());
        underway.abandon(visit).unwrap();
        assert!(!underway.is_recording());
        let reason = vault::ErasureReason::ConsentWithdrawn;
        let erased = vault::Erased::Visit;
        vault
            .erase(visit, erased, reason, scribe::clock::now())
            .unwrap();
        for event in heard {
            underway.heard(visit, &event);
        }
        underway.ended(visit);
        assert!(!underway.is_anything());
        assert!(vault.visits().unwrap().is_empty());
        let [tombstone] = vault.tombstones().unwrap().try_into().unwrap();
        assert!(tombstone.recorded.0 >= 500, "{}", tombstone.recorded);
    }
}
