//! Feeds what is sealed in the store to the speech worker and stores what comes back.
//!
//! The worker may die at any moment: a fresh one is opened at the position before which
//! everything is settled, and fed again from the store: from the beginning where it tells voices
//! apart, since a voice is known by everything that it has said.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select};
use governance::ModelRole;
use vault::{CHUNK_SAMPLES, GapCause, Vault, VaultError};
use visit::{
    Millis, PatientText, SAMPLE_RATE, Samples, Segment, SpeakerLabel, SpeakerTurn, VisitId,
    VoicePrint,
};
use worker::protocol::{Failure, FromWorker, ModelFile, ToWorker};
use worker::{Child, WorkerEvent, WorkerKind};

use crate::memory;
use crate::{Cancel, Event, ProvisionalLine, ScribeError, SpeechSettings, WorkerRole};

/// How far the feed may run ahead of what is settled. The recogniser settles at least every half
/// minute, so twice that keeps it busy, and the queue to it stays below 2 MiB.
const AHEAD: Samples = Samples(60 * SAMPLE_RATE as u64);

/// Recognition that is further behind gets the processor for itself: no draft is written ahead.
const FAR_BEHIND: Millis = Millis(30_000);

/// What Whisper puts at the end of any sound, whether or not a sentence ends there.
const UNFINISHED: [char; 5] = ['.', '…', ',', '-', ' '];

/// How often a wish to end the work is looked for.
const GLANCE: Duration = Duration::from_millis(100);

/// Deaths without any progress after which the work is given up.
const MOST_DEATHS: u32 = 3;

/// The transcription of one visit.
pub(crate) struct Transcriber<'a> {
    pub vault: &'a Arc<Vault>,
    pub visit: VisitId,
    pub settings: &'a SpeechSettings,
    pub language: Option<String>,
    /// What may be spoken, the most specific first.
    pub phrases: Vec<PatientText>,
    /// How many of the phrases the recogniser had room for, once it has loaded.
    pub phrases_taken: u32,
    pub events: &'a Sender<Event>,
    /// Told after each commit of sound; closed when the recording has ended.
    pub kept: Receiver<()>,
    /// Wished when the work is to end before that.
    pub end: &'a Cancel,
    /// Called once when the recogniser has loaded.
    pub on_ready: Option<Box<dyn FnOnce() + Send + 'a>>,
    /// Called when the transcript in the store has grown, while recognition keeps up.
    pub on_growth: Option<Box<dyn Fn() + Send + 'a>>,
    /// Largest resident memory of a speech worker so far, in bytes.
    pub peak_memory: u64,
}

/// How one worker's turn ended, if not well.
enum Setback {
    Died(String),
    Final(ScribeError),
}

impl<E: Into<ScribeError>> From<E> for Setback {
    fn from(error: E) -> Self {
        Self::Final(error.into())
    }
}

impl Transcriber<'_> {
    /// Runs until the recording has ended and all of it is in the transcript.
    pub(crate) fn run(&mut self) -> Result<(), ScribeError> {
        let mut restarts = 0;
        let mut deaths = 0;
        loop {
            let before = self.vault.settled(self.visit)?;
            match self.one_worker(before) {
                Ok(()) => return Ok(()),
                Err(Setback::Final(error)) => return Err(error),
                Err(Setback::Died(how)) => {
                    deaths = if self.vault.settled(self.visit)? > before {
                        1
                    } else {
                        deaths + 1
                    };
                    if deaths >= MOST_DEATHS {
                        return Err(ScribeError::WorkerDied {
                            worker: "speech",
                            times: deaths,
                            how,
                        });
                    }
                    restarts += 1;
                    self.tell(Event::WorkerRestarted {
                        worker: WorkerRole::Speech,
                        times: restarts,
                    });
                }
            }
        }
    }

    fn one_worker(&mut self, from: Samples) -> Result<(), Setback> {
        // Each time anew: what is loaded is what the organisation approves of at that moment.
        approve_models(self.vault, self.settings)?;
        let child = spawn(&self.settings.whisper)?;
        let voice_encoder = self.settings.voice_encoder.clone().map(Box::new);
        let known = from;
        let from = if voice_encoder.is_some() {
            Samples(0)
        } else {
            known
        };
        let open = ToWorker::OpenSpeech {
            whisper: self.settings.whisper.clone(),
            voice_activity: self.settings.voice_activity.clone(),
            voice_encoder,
            language: self.language.clone(),
            haste: self.settings.haste,
            threads: self.settings.threads,
            from,
            known,
            phrases: self.phrases.clone(),
        };
        let enrolled = match &self.settings.voice_encoder {
            Some(encoder) => self.vault.voice_print(&encoder.sha256)?,
            None => None,
        };
        let mut turn = Turn::new(self, from, known, enrolled, &child)?;
        turn.send(&open)?;
        let end = turn.work();
        turn.take_back();
        self.peak_memory = self.peak_memory.max(child.peak_memory());
        child.kill();
        end
    }

    fn tell(&self, event: Event) {
        // Nobody watching is no reason to stop working.
        let _ = self.events.send(event);
    }
}

/// Whether the organisation approves of the models.
pub(crate) fn approve_models(vault: &Vault, settings: &SpeechSettings) -> Result<(), ScribeError> {
    let encoder = settings.voice_encoder.as_ref();
    let models = [
        (Some(&settings.whisper), ModelRole::Speech),
        (Some(&settings.voice_activity), ModelRole::VoiceActivity),
        (encoder, ModelRole::Speaker),
    ];
    for (model, role) in models {
        if let Some(model) = model {
            vault.approve_model(&model.sha256, role, None)?;
        }
    }
    Ok(())
}

/// A speech worker, if there is memory for the model.
pub(crate) fn spawn(whisper: &ModelFile) -> Result<Child, ScribeError> {
    memory::check(WorkerRole::Speech, whisper)?;
    Child::spawn(WorkerKind::Speech).map_err(|cause| ScribeError::WorkerStart {
        worker: "speech",
        cause,
    })
}

/// One worker's turn.
struct Turn<'t, 'a> {
    of: &'t mut Transcriber<'a>,
    child: &'t Child,
    ready: bool,
    recording_over: bool,
    end_sent: bool,
    settled: Samples,
    /// What the worker has said to be settled; less than `settled` while it only listens to the
    /// voices of what is known.
    behind_it: Samples,
    /// What the worker has listened to.
    heard: Samples,
    sent: Samples,
    next_chunk: u32,
    /// Samples of the next chunk that are settled already.
    skip: usize,
    /// Segments not yet committed.
    fresh: Vec<Segment>,
    /// The transcript as it is in the store, without a person's corrections.
    stored: Vec<Segment>,
    /// The transcript as it was last told, with them.
    told: Vec<Segment>,
    /// Who spoke when in the whole recording, once that is known.
    turns: Vec<SpeakerTurn>,
    /// A provisional line is shown.
    provisional: bool,
    /// The voice of whoever is signed in, if it was enrolled.
    enrolled: Option<VoicePrint>,
    /// Whose voice that is in this visit, once it is clear.
    clinician: Option<SpeakerLabel>,
}

impl<'t, 'a> Turn<'t, 'a> {
    fn new(
        of: &'t mut Transcriber<'a>,
        from: Samples,
        known: Samples,
        enrolled: Option<VoicePrint>,
        child: &'t Child,
    ) -> Result<Self, Setback> {
        let (next_chunk, skip) = match of.vault.chunk_at(of.visit, from)? {
            Some(chunk) => (chunk.number, (from - chunk.start).0 as usize),
            None => (of.vault.recorded(of.visit)?.chunks, 0),
        };
        let stored = of.vault.segments_as_heard(of.visit)?;
        let told = of.vault.segments(of.visit)?;
        Ok(Self {
            of,
            child,
            ready: false,
            recording_over: false,
            end_sent: false,
            settled: known,
            behind_it: from,
            heard: from,
            sent: from,
            next_chunk,
            skip,
            fresh: Vec::new(),
            stored,
            told,
            turns: Vec::new(),
            provisional: false,
            enrolled,
            clinician: None,
        })
    }

    fn work(&mut self) -> Result<(), Setback> {
        let kept = self.of.kept.clone();
        let never = crossbeam_channel::never();
        let glance = crossbeam_channel::tick(GLANCE);
        loop {
            if self.of.end.is_cancelled() {
                return Err(Setback::Final(ScribeError::Ended));
            }
            while self.ready && self.feed()? {}
            let kept = if self.recording_over { &never } else { &kept };
            select! {
                recv(self.child.events()) -> event => match event {
                    Ok(WorkerEvent::Message(message)) => {
                        if self.take(message)? {
                            return Ok(());
                        }
                    }
                    Ok(WorkerEvent::Died(how)) => return Err(Setback::Died(how.to_string())),
                    Err(_) => return Err(Setback::Died("its channel closed".to_owned())),
                },
                recv(kept) -> word => {
                    self.recording_over = word.is_err();
                    self.tell_backlog()?;
                }
                recv(glance) -> _ => {}
            }
        }
    }

    /// Sends the next chunk or the end; `false` when there is nothing to send for now.
    fn feed(&mut self) -> Result<bool, Setback> {
        if self.end_sent || self.sent - self.behind_it >= AHEAD {
            return Ok(false);
        }
        if self.next_chunk < self.of.vault.recorded(self.of.visit)?.chunks {
            let pcm = match self.of.vault.chunk(self.of.visit, self.next_chunk) {
                Ok(mut pcm) => {
                    pcm.drain(..self.skip.min(pcm.len()));
                    self.next_chunk += 1;
                    pcm
                }
                Err(VaultError::Damaged { .. }) => self.in_its_place()?,
                Err(error) => return Err(error.into()),
            };
            self.skip = 0;
            if pcm.is_empty() {
                return Ok(true);
            }
            let from = self.sent;
            self.sent = self.sent + Samples::of(pcm.len());
            self.send(&ToWorker::Audio { from, pcm })?;
            return Ok(true);
        }
        if self.recording_over {
            self.end_sent = true;
            self.send(&ToWorker::EndOfAudio)?;
        }
        Ok(false)
    }

    /// Silence as long as a chunk that is damaged, so that what comes after it stays in its place;
    /// the visit is told that words may be missing there. At most a second at a time.
    fn in_its_place(&mut self) -> Result<Vec<i16>, Setback> {
        let (vault, visit) = (self.of.vault, self.of.visit);
        let end = vault.chunk_end(visit, self.next_chunk)?;
        let left = end - self.sent;
        let length = left.min(Samples::of(CHUNK_SAMPLES));
        if length == left {
            self.next_chunk += 1;
        }
        let (at, cause) = (self.sent, GapCause::Damaged);
        let is_marked = vault
            .gaps(visit)?
            .iter()
            .any(|gap| gap.cause == cause && gap.at <= at && at < gap.at + gap.length);
        if !is_marked && left > Samples(0) {
            vault.mark_gap(visit, at, left, cause)?;
            self.of.tell(Event::Gap {
                at: at.millis(),
                missing: left.millis(),
                cause,
            });
        }
        Ok(vec![0; length.0 as usize])
    }

    fn send(&self, message: &ToWorker) -> Result<(), Setback> {
        self.child
            .send(message)
            .map_err(|error| Setback::Died(error.to_string()))
    }

    /// Takes a message; `true` when the work is done.
    fn take(&mut self, message: FromWorker) -> Result<bool, Setback> {
        match message {
            FromWorker::Ready { phrases, .. } => {
                self.ready = true;
                self.of.phrases_taken = phrases;
                if let Some(on_ready) = self.of.on_ready.take() {
                    on_ready();
                }
            }
            FromWorker::Segment(mut segment) => {
                segment.index = (self.stored.len() + self.fresh.len()) as u32;
                self.fresh.push(self.written(segment));
            }
            FromWorker::Provisional(segment) => self.show(segment),
            FromWorker::Settled(position) => {
                self.behind_it = position;
                self.commit(position)?;
            }
            FromWorker::Heard(position) => {
                self.heard = position;
                self.tell_backlog()?;
            }
            FromWorker::Turns(turns) => self.turns = turns,
            FromWorker::Voices(voices) => {
                // Whose voices the others are is not asked, and nothing of them is kept.
                let enrolled = self.enrolled.as_ref();
                self.clinician = enrolled.and_then(|print| speakers::clinician(print, &voices));
            }
            FromWorker::SpeechEnded => {
                self.commit(self.sent)?;
                self.relabel()?;
                return Ok(true);
            }
            // The engine may do better a second time; what is wrong with a file stays wrong.
            FromWorker::Failed(Failure::Engine(cause)) => return Err(Setback::Died(cause)),
            FromWorker::Failed(failure) => {
                return Err(Setback::Final(ScribeError::WorkerRefused(failure)));
            }
            _ => {}
        }
        Ok(false)
    }

    /// The segment as it is stored: numbers, doses and units in their written form. The rules are English, and where
    /// the language is left to be detected they leave the words of others alone.
    fn written(&self, segment: Segment) -> Segment {
        match self.of.language.as_deref() {
            None | Some("en") => numerals::write(segment),
            Some(_) => segment,
        }
    }

    /// Tells what is being said. It goes to whoever watches and nowhere else.
    fn show(&mut self, segment: Segment) {
        let segment = self.written(segment);
        let text = segment.text.expose().trim_end_matches(UNFINISHED);
        self.of.tell(Event::Provisional {
            line: Some(ProvisionalLine {
                start: segment.start,
                text: text.into(),
            }),
        });
        self.provisional = true;
    }

    /// Takes the provisional line away: its words are final, or nobody said them.
    fn take_back(&mut self) {
        if std::mem::take(&mut self.provisional) {
            self.of.tell(Event::Provisional { line: None });
        }
    }

    fn commit(&mut self, position: Samples) -> Result<(), Setback> {
        if position <= self.settled && self.fresh.is_empty() {
            return Ok(());
        }
        self.settled = self.settled.max(position);
        self.take_back();
        let grown = !self.fresh.is_empty();
        let before = self.stored.len();
        self.stored.append(&mut self.fresh);
        let changed = speakers::give_roles(&mut self.stored, self.clinician);
        let (vault, visit) = (self.of.vault, self.of.visit);
        vault.append_segments(visit, &self.stored[before..], self.settled)?;
        if changed.iter().any(|&index| (index as usize) < before) {
            vault.relabel_segments(visit, &self.stored)?;
        }
        self.tell_changes()?;
        let behind = self.tell_backlog()?;
        if grown
            && behind < FAR_BEHIND
            && let Some(on_growth) = &self.of.on_growth
        {
            on_growth();
        }
        Ok(())
    }

    /// Lays over the transcript who spoke when, as the whole recording says it. No word changes.
    fn relabel(&mut self) -> Result<(), Setback> {
        if self.turns.is_empty() {
            return Ok(());
        }
        let before = std::mem::take(&mut self.stored);
        self.stored = speakers::relabelled(before, &self.turns);
        speakers::give_roles(&mut self.stored, self.clinician);
        self.of
            .vault
            .relabel_segments(self.of.visit, &self.stored)?;
        self.tell_changes()
    }

    /// Tells what a person sees of the transcript that they have not seen like this: what they have
    /// said about who spoke stands over what the worker says.
    fn tell_changes(&mut self) -> Result<(), Setback> {
        let corrections = self.of.vault.corrections(self.of.visit)?;
        let now = speakers::corrected(self.stored.clone(), &corrections);
        for (position, segment) in now.iter().enumerate() {
            if self.told.get(position) != Some(segment) {
                self.of.tell(Event::Segment(segment.clone()));
            }
        }
        self.told = now;
        Ok(())
    }

    /// What somebody has begun to say and not ended is no backlog.
    fn tell_backlog(&self) -> Result<Millis, Setback> {
        let recorded = self.of.vault.recorded(self.of.visit)?.samples;
        let behind: Millis = (recorded - self.heard).millis();
        self.of.tell(Event::Backlog { behind });
        Ok(behind)
    }
}
