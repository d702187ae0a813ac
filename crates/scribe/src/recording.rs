//! A visit under way: from the first sample to the draft.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use capture::{CaptureError, Source};
use crossbeam_channel::{Receiver, Sender};
use governance::ModelRole;
use vault::{Step, Vault, VaultError};
use visit::{Haste, RevisionNumber, Samples, Template, VisitId, VisitState};

use crate::context;
use crate::correcting;
use crate::drafter::Drafter;
use crate::recorder::{self, Order, Origin};
use crate::transcriber::Transcriber;
use crate::{Cancel, DraftingSettings, Event, ScribeError, SpeechSettings, WorkerRole, clock};

/// What is done with a visit besides recording it.
#[derive(Clone, Debug)]
pub struct Steps {
    /// How speech is recognised; `None`: the recording is all, and no model is touched.
    pub speech: Option<SpeechSettings>,
    /// How and into what kind of note it is drafted; `None`: the transcript is all.
    pub draft: Option<(DraftingSettings, Template)>,
}

impl Steps {
    /// For a visit that still goes on, where recognition and drafting run at the same time:
    /// recognition leaves half of its threads. Both engines wait for their threads by spinning,
    /// so a full set of both would make both many times slower. Drafting, whose worker has a lower
    /// priority, takes what recognition does not need.
    fn side_by_side(mut self) -> Self {
        if let (Some(speech), Some(_)) = (&mut self.speech, &self.draft) {
            speech.threads = (speech.threads / 2).max(1);
        }
        self
    }
}

/// A recording that runs, with its transcription and, after its end, its draft.
pub struct Recording {
    source: String,
    orders: Sender<Order>,
    recorder: JoinHandle<()>,
    work: Work,
}

/// Work on what is recorded: transcription, then the draft.
pub struct Work {
    cancel: Cancel,
    end: Cancel,
    thread: JoinHandle<Outcome>,
}

/// How the work ended.
#[derive(Debug)]
pub struct Outcome {
    /// The draft's revision, `None` where no draft was asked for, or why there is none.
    pub result: Result<Option<RevisionNumber>, ScribeError>,
    /// From the end of the sound to the complete transcript.
    pub stop_to_transcript: Option<Duration>,
    /// From the end of the sound to the complete draft with its evidence, in the store.
    pub stop_to_draft: Option<Duration>,
    /// How many phrases of the visit's reason and the clinic's terms recognition was given, and for
    /// how many of them it had room.
    pub phrases: (u32, u32),
    /// Largest resident memory of the speech worker, in bytes.
    pub speech_peak_memory: u64,
    /// Largest resident memory of the drafting worker, in bytes.
    pub drafting_peak_memory: u64,
}

impl Recording {
    /// Starts recording a visit that is prepared, or goes on with one that is paused or was cut
    /// off, and works on it while it grows. `open` opens the source of sound: it is called only
    /// when the visit is found with its consent, its sound not erased, its recording not ended and
    /// room on the disk.
    ///
    /// # Errors
    /// [`ScribeError::SoundErased`], [`ScribeError::NotToRecord`], [`ScribeError::NoRoom`] and
    /// [`ScribeError::Vault`] before anything is opened; what `open` answers. The visit is as it
    /// was then.
    pub fn start(
        vault: Arc<Vault>,
        visit: VisitId,
        open: impl FnOnce() -> Result<Box<dyn Source>, CaptureError>,
        steps: Steps,
        events: Sender<Event>,
    ) -> Result<Self, ScribeError> {
        let open = |_| Ok(open()?);
        Self::run(vault, visit, Origin::Microphone, open, steps, events)
    }

    /// Starts recording from whatever `open` opens, which is told how much is recorded before.
    pub(crate) fn run(
        vault: Arc<Vault>,
        visit: VisitId,
        origin: Origin,
        open: impl FnOnce(Samples) -> Result<Box<dyn Source>, ScribeError>,
        steps: Steps,
        events: Sender<Event>,
    ) -> Result<Self, ScribeError> {
        let (orders, taken) = crossbeam_channel::unbounded();
        let (kept, kept_heard) = crossbeam_channel::unbounded();
        let stopped = Arc::new(OnceLock::new());
        let end = Cancel::default();
        let recorder::Started { source, thread } = recorder::start(
            vault.clone(),
            (visit, origin),
            open,
            recorder::Line {
                orders: taken,
                events: events.clone(),
                kept,
                stopped: stopped.clone(),
                interrupted: end.clone(),
            },
        )?;
        let work = Work::start(
            vault,
            visit,
            steps.side_by_side(),
            events,
            kept_heard,
            (stopped, end),
        );
        Ok(Self {
            source,
            orders,
            recorder: thread,
            work,
        })
    }

    /// What people call the source of sound.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Closes the microphone for a while; what was said before is committed first.
    ///
    /// # Errors
    /// [`ScribeError::RecordingOver`] if there is nothing to pause.
    pub fn pause(&self) -> Result<(), ScribeError> {
        self.order(Order::Pause)
    }

    /// Opens the microphone again.
    ///
    /// # Errors
    /// [`ScribeError::RecordingOver`] if there is nothing to resume.
    pub fn resume(&self) -> Result<(), ScribeError> {
        self.order(Order::Resume)
    }

    /// Ends the recording and returns when its last sample is committed. Touches no model. An import
    /// can be gone on with afterwards, and until then nothing else works on the visit.
    ///
    /// # Errors
    /// [`ScribeError::RecorderGone`] if the recorder's thread had died.
    pub fn stop(self) -> Result<Work, ScribeError> {
        // If it has ended by itself (a file's end, a failed device), there is nobody to tell.
        let _ = self.orders.send(Order::Stop);
        self.join()
    }

    /// Returns when the recording has ended by itself, as a file does.
    ///
    /// # Errors
    /// [`ScribeError::RecorderGone`] if the recorder's thread had died.
    pub fn until_end(self) -> Result<Work, ScribeError> {
        self.join()
    }

    /// Whether the recording has ended by itself.
    pub fn is_over(&self) -> bool {
        self.recorder.is_finished()
    }

    fn join(self) -> Result<Work, ScribeError> {
        // Kept until here: a closed order channel means "stop" to the recorder.
        let Self {
            orders,
            recorder,
            work,
            ..
        } = self;
        let joined = recorder.join();
        drop(orders);
        joined.map(|()| work).map_err(|_| ScribeError::RecorderGone)
    }

    fn order(&self, order: Order) -> Result<(), ScribeError> {
        self.orders
            .send(order)
            .map_err(|_| ScribeError::RecordingOver)
    }
}

impl Work {
    /// Works on a visit that no microphone records any more: transcribes what is not yet, then
    /// drafts. A recording that was cut off is ended first.
    ///
    /// # Errors
    /// [`ScribeError::Vault`] if the visit is not there.
    pub fn on_recorded(
        vault: Arc<Vault>,
        visit: VisitId,
        steps: Steps,
        events: Sender<Event>,
    ) -> Result<Self, ScribeError> {
        if !matches!(
            vault.visit(visit)?.summary.state,
            VisitState::Recorded | VisitState::Drafted
        ) {
            vault.set_state(visit, VisitState::Recorded)?;
        }
        let over = crossbeam_channel::bounded(0).1;
        let stopped = Arc::new(OnceLock::from(Instant::now()));
        let end = Cancel::default();
        Ok(Self::start(
            vault,
            visit,
            steps,
            events,
            over,
            (stopped, end),
        ))
    }

    fn start(
        vault: Arc<Vault>,
        visit: VisitId,
        steps: Steps,
        events: Sender<Event>,
        kept: Receiver<()>,
        (stopped, end): (Arc<OnceLock<Instant>>, Cancel),
    ) -> Self {
        let cancel = Cancel::within(&end);
        let job = Job {
            vault,
            visit,
            events,
            stopped,
            cancel: cancel.clone(),
            end: end.clone(),
        };
        Self {
            cancel,
            end,
            thread: std::thread::spawn(move || job.run(&steps, kept)),
        }
    }

    /// Gives up the draft; recording and transcript stay.
    pub fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Ends all of the work soon and in order, wherever it is: it can be taken up again later, and
    /// is not taken for a death of the program. The recording stays.
    pub fn end(&self) -> Cancel {
        self.end.clone()
    }

    /// Waits for the end of the work.
    ///
    /// # Errors
    /// [`ScribeError::RecorderGone`] if the thread had died.
    pub fn wait(self) -> Result<Outcome, ScribeError> {
        self.thread.join().map_err(|_| ScribeError::RecorderGone)
    }
}

/// How often the program may die in a step before the step is left out.
const MOST_DEATHS: u32 = 2;

struct Job {
    vault: Arc<Vault>,
    visit: VisitId,
    events: Sender<Event>,
    stopped: Arc<OnceLock<Instant>>,
    cancel: Cancel,
    end: Cancel,
}

impl Job {
    fn run(self, steps: &Steps, kept: Receiver<()>) -> Outcome {
        let mut outcome = Outcome {
            result: Ok(None),
            stop_to_transcript: None,
            stop_to_draft: None,
            phrases: (0, 0),
            speech_peak_memory: 0,
            drafting_peak_memory: 0,
        };
        let Some(speech) = &steps.speech else {
            // The events go on until the recording has ended.
            kept.iter().for_each(drop);
            outcome.result = self.check_interrupted().map(|()| None);
            return outcome;
        };
        // What the organisation has not approved is told at once, and recording and transcript go on.
        let unapproved = steps.draft.as_ref().and_then(|(settings, template)| {
            let (sha256, role) = (&settings.model.sha256, ModelRole::Drafting);
            let in_scope = self.vault.approve_template(self.visit, &template.id);
            let asked =
                in_scope.and_then(|()| self.vault.approve_model(sha256, role, Some(&template.id)));
            asked.err()
        });
        if let Some(refused) = &unapproved {
            self.tell(Event::WorkerFailed {
                worker: WorkerRole::Drafting,
                message: refused.to_string(),
            });
        }
        let drafter = steps
            .draft
            .as_ref()
            .filter(|_| unapproved.is_none())
            .map(|(settings, template)| (Mutex::new(Drafter::new(settings.clone())), template));
        let transcribed = self.guarded(Step::Transcribe, "writing down what was said", || {
            self.transcribe(speech, kept, drafter.as_ref(), &mut outcome)
        });
        if let Err(error) = transcribed {
            outcome.result = Err(match error {
                // Nothing failed: who ended the work knows, and an interruption is told as one.
                ScribeError::Ended => self.check_interrupted().err().unwrap_or(error),
                failed => {
                    self.tell(Event::WorkerFailed {
                        worker: WorkerRole::Speech,
                        message: failed.to_string(),
                    });
                    failed
                }
            });
            return outcome;
        }
        outcome.stop_to_transcript = self.since_stop();
        if let Some(refused) = unapproved {
            self.tell(Event::DraftFailed {
                message: refused.to_string(),
            });
            outcome.result = Err(refused.into());
        }
        if let Some((drafter, template)) = drafter {
            let mut drafter = drafter.into_inner().unwrap_or_else(PoisonError::into_inner);
            outcome.result = self
                .guarded(Step::Draft, "drafting the note", || {
                    self.draft(&mut drafter, template)
                })
                .map(Some);
            outcome.drafting_peak_memory = drafter.peak_memory();
            match &outcome.result {
                Ok(_) => outcome.stop_to_draft = self.since_stop(),
                Err(error) => self.tell(Event::DraftFailed {
                    message: error.to_string(),
                }),
            }
        }
        outcome
    }

    /// A recording that was interrupted stands in the store as one that can go on.
    fn check_interrupted(&self) -> Result<(), ScribeError> {
        if self.vault.visit(self.visit)?.summary.state.is_unfinished() {
            return Err(ScribeError::Interrupted);
        }
        Ok(())
    }

    /// Does a step, unless the program has died in it twice: then it is left out once, so that the
    /// visit opens without it, and the next request tries again.
    fn guarded<T>(
        &self,
        step: Step,
        doing: &'static str,
        work: impl FnOnce() -> Result<T, ScribeError>,
    ) -> Result<T, ScribeError> {
        let times = self.vault.begin_step(self.visit, step)?;
        let done = if times < MOST_DEATHS {
            work()
        } else {
            Err(ScribeError::LeftOut { doing, times })
        };
        match self.vault.end_step(self.visit, step) {
            // A visit that was erased or signed meanwhile has no steps.
            Ok(()) | Err(VaultError::NoSuchVisit(_) | VaultError::Signed) => done,
            Err(error) => done.and(Err(error.into())),
        }
    }

    fn transcribe(
        &self,
        speech: &SpeechSettings,
        kept: Receiver<()>,
        drafter: Option<&(Mutex<Drafter>, &Template)>,
        outcome: &mut Outcome,
    ) -> Result<(), ScribeError> {
        let record = self.vault.visit(self.visit)?;
        if record.summary.sound_erased {
            // There is nothing left to hear: the transcript is what it is.
            return self.transcript_is_complete();
        }
        let mut speech = speech.clone();
        if record.file.is_some() {
            // The same each time the work is taken up: another haste cuts in other places.
            speech.haste = Haste::Afterwards;
        }
        let phrases = context::of_visit(&self.vault, &record, speech.terms.as_deref());
        let given = phrases.len() as u32;
        let mut transcriber = Transcriber {
            vault: &self.vault,
            visit: self.visit,
            settings: &speech,
            language: record.language,
            phrases,
            phrases_taken: 0,
            events: &self.events,
            kept,
            end: &self.end,
            // The language model loads while people speak, and begins to draft.
            on_ready: drafter.map(|(drafter, template)| {
                Box::new(|| {
                    let mut drafter = drafter.lock().unwrap_or_else(PoisonError::into_inner);
                    // If this fails, the draft itself will try again and tell.
                    if drafter.warm_up().is_ok() {
                        drafter.draft_ahead(template, &[]);
                    }
                }) as Box<dyn FnOnce() + Send>
            }),
            on_growth: drafter.map(|(drafter, template)| {
                Box::new(|| {
                    let mut drafter = drafter.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Ok(segments) = self.vault.segments(self.visit) {
                        drafter.draft_ahead(template, &segments);
                    }
                }) as Box<dyn Fn() + Send>
            }),
            peak_memory: 0,
        };
        let done = transcriber.run();
        outcome.speech_peak_memory = transcriber.peak_memory;
        outcome.phrases = (given, transcriber.phrases_taken);
        done?;
        self.transcript_is_complete()
    }

    fn transcript_is_complete(&self) -> Result<(), ScribeError> {
        let segments = self.vault.segments(self.visit)?.len() as u32;
        self.tell(Event::TranscriptComplete { segments });
        Ok(())
    }

    fn draft(
        &self,
        drafter: &mut Drafter,
        template: &Template,
    ) -> Result<RevisionNumber, ScribeError> {
        let segments = self.vault.segments(self.visit)?;
        let drafted = drafter.draft(template, &segments, &self.cancel, &mut |event| {
            self.tell(event)
        })?;
        let mut revision = self.vault.save_revision(
            self.visit,
            clock::now(),
            &drafted.note,
            Some(&drafted.provenance),
        )?;
        // Somebody may have said meanwhile who spoke.
        if self.vault.segments(self.visit)? != segments
            && let Some(judged) = correcting::judge_anew(&self.vault, self.visit, clock::now())?
        {
            revision = judged;
        }
        self.vault.set_state(self.visit, VisitState::Drafted)?;
        self.tell(Event::State {
            visit: self.visit,
            state: VisitState::Drafted,
        });
        self.tell(Event::DraftComplete {
            revision,
            coverage: drafted.provenance.coverage,
            speed: drafted.speed,
        });
        Ok(revision)
    }

    fn since_stop(&self) -> Option<Duration> {
        self.stopped.get().map(Instant::elapsed)
    }

    fn tell(&self, event: Event) {
        // Nobody watching is no reason to stop working.
        let _ = self.events.send(event);
    }
}
