//! The recording and the work that follows it: one recording at a time, any number of visits
//! whose transcript and note are being completed.

use std::collections::HashMap;
use std::sync::Mutex;

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
    cancel: Option<Cancel>,
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

    /// Starts a recording unless one runs.
    ///
    /// # Errors
    /// [`FailureCode::Busy`], or what `start` answers.
    pub fn start_recording(
        &self,
        visit: VisitId,
        device: String,
        start: impl FnOnce() -> Result<Recording, Failure>,
    ) -> Result<(), Failure> {
        let mut slot = lock(&self.recording);
        if slot.is_some() {
            return Err(Failure::new(
                FailureCode::Busy,
                "Another visit is being recorded. Stop it before you start this one.",
            ));
        }
        let recording = start()?;
        lock(&self.works).insert(
            visit,
            Working {
                activity: Activity::Recording,
                cancel: None,
            },
        );
        *slot = Some(Current {
            visit,
            device,
            recording,
        });
        Ok(())
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
            return Err(Failure::new(
                FailureCode::Busy,
                "This visit is being worked on already. Wait for that to end, or stop it.",
            ));
        }
        let cancel = Some(start()?.cancel());
        lock(&self.works).insert(
            visit,
            Working {
                activity: Activity::Transcribing,
                cancel,
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
            working.cancel = Some(work.cancel());
        }
    }

    /// Gives up the draft of a visit; recording and transcript stay.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`] if none is being made.
    pub fn cancel(&self, visit: VisitId) -> Result<(), Failure> {
        match lock(&self.works)
            .get(&visit)
            .and_then(|working| working.cancel.as_ref())
        {
            Some(cancel) => {
                cancel.cancel();
                Ok(())
            }
            None => Err(Failure::new(
                FailureCode::Rejected,
                "No note is being written for this visit.",
            )),
        }
    }

    /// Ends the recording of a visit, if it is recorded, and gives up its draft, if one is made.
    ///
    /// # Errors
    /// If the recorder had died; what it had committed is in the store.
    pub fn abandon(&self, visit: VisitId) -> Result<(), Failure> {
        if self.device(visit).is_some() {
            self.stop_recording().transpose()?;
        }
        if let Some(cancel) = lock(&self.works)
            .get(&visit)
            .and_then(|working| working.cancel.as_ref())
        {
            cancel.cancel();
        }
        Ok(())
    }

    /// Takes note of an event, before the page is told.
    pub fn heard(&self, visit: VisitId, event: &Event) {
        match event {
            // A recording that ends by itself (a file's end, a failed device) is over like one
            // that was stopped.
            Event::State {
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
    }
}
