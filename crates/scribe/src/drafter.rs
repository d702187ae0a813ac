//! From segments to a note: the drafting worker writes, the evidence is found here.

use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use sha2::{Digest, Sha256};
use visit::{
    DraftSpeed, DraftingParameters, ModelIdentity, Note, Origin, PatientText, Provenance, Section,
    Segment, Sha256Hex, Statement, StopReason, Template,
};
use worker::protocol::{DraftEnd, DraftRequest, Failure, FromWorker, ToWorker};
use worker::{Child, WorkerEvent, WorkerKind};

use crate::memory;
use crate::{Cancel, DraftingSettings, Event, ScribeError, WorkerRole};

/// Deaths without a finished section after which the work is given up.
const MOST_DEATHS: u32 = 3;

/// How often a wish to cancel is looked for.
const GLANCE: Duration = Duration::from_millis(100);

/// A finished draft.
#[derive(Clone, Debug)]
pub struct Drafted {
    /// The note with its evidence.
    pub note: Note,
    /// Where it came from.
    pub provenance: Provenance,
    /// Where the time went.
    pub speed: DraftSpeed,
}

/// Drafts notes; keeps its worker, with the model loaded, from one draft to the next.
pub struct Drafter {
    settings: DraftingSettings,
    worker: Option<Loaded>,
    /// Largest resident memory of a drafting worker so far, in bytes.
    peak_memory: u64,
}

struct Loaded {
    child: Child,
    model: Option<ModelIdentity>,
}

enum Setback {
    Died(String),
    Final(ScribeError),
}

impl Drafter {
    /// A drafter that starts its worker when the first draft needs it.
    pub fn new(settings: DraftingSettings) -> Self {
        Self {
            settings,
            worker: None,
            peak_memory: 0,
        }
    }

    /// Starts the worker and lets it load the model meanwhile.
    ///
    /// # Errors
    /// [`ScribeError::WorkerStart`]; [`ScribeError::NoMemory`] if the model does not fit.
    pub fn warm_up(&mut self) -> Result<(), ScribeError> {
        if self.worker.is_none() {
            memory::check(WorkerRole::Drafting, &self.settings.model)?;
            let child =
                Child::spawn(WorkerKind::Drafting).map_err(|cause| ScribeError::WorkerStart {
                    worker: "drafting",
                    cause,
                })?;
            // If the worker is gone already, the first draft will notice and start another.
            let _ = child.send(&ToWorker::OpenDrafting {
                model: self.settings.model.clone(),
                threads: self.settings.threads,
                context_tokens: self.settings.context_tokens,
            });
            self.worker = Some(Loaded { child, model: None });
        }
        Ok(())
    }

    /// Lets the worker, if it has been started, write what can be written of a visit that still
    /// goes on. What it writes is used by the next draft of the same worker.
    pub fn draft_ahead(&mut self, template: &Template, segments: &[Segment]) {
        let parameters = self.parameters();
        if let Some(loaded) = &self.worker {
            // If the worker is gone, the draft will notice and start another.
            let _ = loaded
                .child
                .send(&ToWorker::DraftAhead(Box::new(DraftRequest {
                    template: template.clone(),
                    segments: segments.to_vec(),
                    parameters,
                    skip_sections: Vec::new(),
                })));
        }
    }

    /// Largest resident memory of a drafting worker so far, in bytes; 0 where it is not known.
    pub fn peak_memory(&mut self) -> u64 {
        if let Some(loaded) = &self.worker {
            self.peak_memory = self.peak_memory.max(loaded.child.peak_memory());
        }
        self.peak_memory
    }

    /// Drafts a note and finds the evidence of each statement. A worker that dies is replaced, and
    /// the sections that were done are kept.
    ///
    /// # Errors
    /// [`ScribeError`]; nothing of the transcript is touched.
    pub fn draft(
        &mut self,
        template: &Template,
        segments: &[Segment],
        cancel: &Cancel,
        tell: &mut dyn FnMut(Event),
    ) -> Result<Drafted, ScribeError> {
        if segments.iter().all(|segment| segment.text.is_blank()) {
            return Err(ScribeError::NothingSaid);
        }
        let mut draft = Draft::new(template, segments);
        let mut deaths = 0;
        let mut restarts = 0;
        let (model, end) = loop {
            let done = draft.done();
            match self.one_worker(&mut draft, cancel, tell) {
                Ok(ended) => break ended,
                Err(Setback::Final(error)) => {
                    self.worker = None;
                    return Err(error);
                }
                Err(Setback::Died(how)) => {
                    self.peak_memory();
                    self.worker = None;
                    draft.forget_unfinished();
                    deaths = if draft.done() > done { 1 } else { deaths + 1 };
                    if deaths >= MOST_DEATHS {
                        return Err(ScribeError::WorkerDied {
                            worker: "drafting",
                            times: deaths,
                            how,
                        });
                    }
                    restarts += 1;
                    tell(Event::WorkerRestarted {
                        worker: WorkerRole::Drafting,
                        times: restarts,
                    });
                }
            }
        };
        self.peak_memory();
        Ok(draft.finish(model, *end, self.parameters()))
    }

    fn parameters(&self) -> DraftingParameters {
        DraftingParameters {
            context_tokens: self.settings.context_tokens,
            section_tokens: self.settings.section_tokens,
            repeat_penalty: self.settings.repeat_penalty,
        }
    }

    fn one_worker(
        &mut self,
        draft: &mut Draft<'_>,
        cancel: &Cancel,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(ModelIdentity, Box<DraftEnd>), Setback> {
        self.warm_up().map_err(Setback::Final)?;
        let parameters = self.parameters();
        let Some(loaded) = &mut self.worker else {
            return Err(Setback::Died("it did not start".to_owned()));
        };
        let request = ToWorker::Draft(Box::new(DraftRequest {
            template: draft.template.clone(),
            segments: draft.segments.to_vec(),
            parameters,
            skip_sections: draft.finished_sections(),
        }));
        let send = |child: &Child, message: &ToWorker| {
            child
                .send(message)
                .map_err(|error| Setback::Died(error.to_string()))
        };
        let mut asked = false;
        loop {
            if loaded.model.is_some() && !asked {
                send(&loaded.child, &request)?;
                asked = true;
            }
            if cancel.is_cancelled() {
                // Ends between two tokens if it can; the worker is dropped with the draft anyway.
                let _ = loaded.child.send(&ToWorker::CancelDraft);
                return Err(Setback::Final(ScribeError::Cancelled));
            }
            let message = match loaded.child.events().recv_timeout(GLANCE) {
                Ok(WorkerEvent::Message(message)) => message,
                Ok(WorkerEvent::Died(how)) => return Err(Setback::Died(how.to_string())),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Setback::Died("its channel closed".to_owned()));
                }
            };
            match message {
                FromWorker::Ready { model, .. } => loaded.model = Some(model),
                FromWorker::Reading { tokens, of } => tell(Event::DraftReading { tokens, of }),
                FromWorker::Writing { section, text } => {
                    tell(Event::DraftWriting { section, text });
                }
                FromWorker::Statement { section, text } => {
                    if let Some(statement) = draft.add(section, text) {
                        tell(Event::DraftStatement { section, statement });
                    }
                }
                FromWorker::SectionEnded { section, stop } => {
                    draft.end_section(section, stop);
                    tell(Event::DraftSectionEnded { section });
                }
                FromWorker::DraftEnded(end) => {
                    return match loaded.model.clone() {
                        Some(model) => Ok((model, end)),
                        None => Err(Setback::Died("it drafted before it was ready".to_owned())),
                    };
                }
                FromWorker::Failed(Failure::Engine(cause)) => return Err(Setback::Died(cause)),
                FromWorker::Failed(failure) => {
                    return Err(Setback::Final(ScribeError::WorkerRefused(failure)));
                }
                _ => {}
            }
        }
    }
}

/// A draft that is growing.
struct Draft<'a> {
    template: &'a Template,
    segments: &'a [Segment],
    statements: Vec<Vec<Statement>>,
    stops: Vec<Option<StopReason>>,
}

impl<'a> Draft<'a> {
    fn new(template: &'a Template, segments: &'a [Segment]) -> Self {
        Self {
            template,
            segments,
            statements: vec![Vec::new(); template.sections.len()],
            stops: vec![None; template.sections.len()],
        }
    }

    fn add(&mut self, section: u32, text: PatientText) -> Option<Statement> {
        let judgement = evidence::judge(text.expose(), self.segments);
        let statement = Statement {
            text,
            origin: Origin::Model,
            support: judgement.support,
            reason: judgement.reason,
            evidence: judgement.evidence,
        };
        self.statements
            .get_mut(section as usize)?
            .push(statement.clone());
        Some(statement)
    }

    fn end_section(&mut self, section: u32, stop: StopReason) {
        if let Some(slot) = self.stops.get_mut(section as usize) {
            *slot = Some(stop);
        }
    }

    fn finished_sections(&self) -> Vec<u32> {
        (0_u32..)
            .zip(&self.stops)
            .filter(|(_, stop)| stop.is_some())
            .map(|(n, _)| n)
            .collect()
    }

    fn done(&self) -> usize {
        self.stops.iter().flatten().count()
    }

    fn forget_unfinished(&mut self) {
        for (statements, stop) in self.statements.iter_mut().zip(&self.stops) {
            if stop.is_none() {
                statements.clear();
            }
        }
    }

    fn finish(
        self,
        model: ModelIdentity,
        end: DraftEnd,
        parameters: DraftingParameters,
    ) -> Drafted {
        let texts: Vec<&str> = self
            .statements
            .iter()
            .flatten()
            .map(|statement| statement.text.expose())
            .collect();
        let omissions = evidence::omissions(&texts, self.segments);
        let provenance = Provenance {
            model,
            template_sha256: template_digest(self.template),
            prompt_sha256: end.prompt_sha256,
            transcript_sha256: transcript_digest(self.segments),
            parameters,
            coverage: end.coverage,
            stops: self
                .stops
                .iter()
                .map(|stop| stop.unwrap_or(StopReason::Complete))
                .collect(),
            program: concat!("inroom ", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let sections = self
            .template
            .sections
            .iter()
            .zip(self.statements)
            .map(|(section, statements)| Section {
                id: section.id.clone(),
                title: section.title.clone(),
                empty: section.empty.clone(),
                statements,
            })
            .collect();
        let note = Note {
            template: self.template.id.clone(),
            sections,
            omissions,
        };
        Drafted {
            note,
            provenance,
            speed: end.speed,
        }
    }
}

fn template_digest(template: &Template) -> Sha256Hex {
    let mut digest = Sha256::new();
    for text in [&template.id, &template.title, &template.purpose] {
        digest_text(&mut digest, text);
    }
    for section in &template.sections {
        for text in [
            &section.id,
            &section.title,
            &section.instruction,
            &section.empty,
        ] {
            digest_text(&mut digest, text);
        }
        digest.update(section.most_statements.to_le_bytes());
        for kind in &section.kinds {
            digest_text(&mut digest, kind.word());
        }
    }
    Sha256Hex::from_bytes(digest.finalize().into())
}

fn transcript_digest(segments: &[Segment]) -> Sha256Hex {
    let mut digest = Sha256::new();
    for segment in segments {
        digest.update([segment.speaker.0]);
        digest_text(&mut digest, segment.role.as_str());
        digest_text(&mut digest, segment.text.expose());
    }
    Sha256Hex::from_bytes(digest.finalize().into())
}

/// The length goes first, so that no two lists of texts have the same digest.
fn digest_text(digest: &mut Sha256, text: &str) {
    digest.update((text.len() as u64).to_le_bytes());
    digest.update(text.as_bytes());
}
