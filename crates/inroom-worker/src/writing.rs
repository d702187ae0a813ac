//! The drafting mode: transcripts in, statements out.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::time::Instant;

use confinement::worker::Walls;
use drafting::{DraftError, DraftEvent, Drafter, Options, Outcome, Request};
use visit::ModelIdentity;
use worker::protocol::{DraftEnd, DraftRequest, Failure, FromWorker, ModelFile, ToWorker};

use crate::pipes::{Inbox, Outbox};
use crate::verified;

/// Loads the model, then drafts until the process is ended.
///
/// # Errors
/// [`Failure`]: why the worker cannot go on.
pub fn write(
    first: ToWorker,
    inbox: &Inbox,
    out: &Outbox,
    mut walls: Walls,
) -> Result<Infallible, Failure> {
    let ToWorker::OpenDrafting {
        model,
        threads,
        context_tokens,
    } = first
    else {
        return Err(Failure::Protocol(
            "the drafting model must be opened first".to_owned(),
        ));
    };
    walls.read_only(&[&model.path]);
    out.send(&FromWorker::Confined(walls.report()));
    let start = Instant::now();
    let options = Options {
        threads,
        context_tokens,
    };
    let mut drafter = load(&model, &options)?;
    out.send(&FromWorker::Ready {
        load_ms: u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX),
        model: ModelIdentity {
            id: model.id,
            sha256: model.sha256,
        },
        phrases: 0,
    });
    let mut drafts = 0;
    loop {
        let request = match inbox.next()? {
            ToWorker::Draft(request) => request,
            ToWorker::DraftAhead(request) => {
                // What fails now will fail at the draft, too, and be told then.
                let _ = drafter.draft_ahead(&asked(&request), &mut || !inbox.has_more());
                continue;
            }
            _ => {
                return Err(Failure::Protocol(
                    "a drafting worker only takes drafts".to_owned(),
                ));
            }
        };
        drafts += 1;
        let answer = draft(&mut drafter, &request, drafts, inbox, out)?;
        out.send(&answer);
    }
}

fn load(model: &ModelFile, options: &Options) -> Result<Drafter, Failure> {
    let mut file = verified::open(model)?;
    Drafter::load(&mut file, options).map_err(|error| {
        // Whatever the engine made of it: the bytes were not those that had been checked.
        if file.has_changed() {
            return verified::wrong_digest(model);
        }
        Failure::ModelFormat {
            file: verified::name(model),
            cause: error.to_string(),
        }
    })
}

/// Writes the draft with this number; gives the message that ends it.
fn draft(
    drafter: &mut Drafter,
    request: &DraftRequest,
    number: u32,
    inbox: &Inbox,
    out: &Outbox,
) -> Result<FromWorker, Failure> {
    if inbox.is_cancelled(number) {
        return Ok(FromWorker::DraftCancelled);
    }
    let outcome = drafter.draft(&asked(request), &mut |event| {
        out.send(&message(event));
        if inbox.is_cancelled(number) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match outcome {
        Ok(Outcome::Complete(end)) => Ok(FromWorker::DraftEnded(Box::new(DraftEnd {
            coverage: end.coverage,
            prompt_sha256: end.prompt_sha256,
            speed: end.speed,
        }))),
        Ok(Outcome::Cancelled) => Ok(FromWorker::DraftCancelled),
        Err(DraftError::ContextTooSmall { needed, room }) => {
            Err(Failure::ContextTooSmall { needed, room })
        }
        Err(error @ DraftError::NoSections) => Err(Failure::Protocol(error.to_string())),
        Err(error) => Err(Failure::Engine(error.to_string())),
    }
}

fn asked(request: &DraftRequest) -> Request<'_> {
    Request {
        template: &request.template,
        segments: &request.segments,
        parameters: &request.parameters,
        skip_sections: &request.skip_sections,
    }
}

fn message(event: DraftEvent) -> FromWorker {
    match event {
        DraftEvent::Reading { tokens, of } => FromWorker::Reading { tokens, of },
        DraftEvent::Writing { section, text } => FromWorker::Writing { section, text },
        DraftEvent::Statement { section, text } => FromWorker::Statement { section, text },
        DraftEvent::SectionEnded { section, stop } => FromWorker::SectionEnded { section, stop },
    }
}
