use crossbeam_channel::unbounded;
use scribe::{Work, clock};
use tauri::{AppHandle, State};
use visit::{Origin, RevisionNumber, Statement};

use super::recording::pass_on;
use super::visits::check_length;
use crate::desk::{self, Desk};
use crate::failure::{Failure, FailureCode};
use crate::ipc::{
    Activity, DraftRequest, SaveRequest, SignRequest, StatementRequest, VisitRequest,
};

/// Completes a visit's transcript where it is not, then drafts its note. A visit that was cut off
/// is ended first.
#[tauri::command(async)]
pub fn draft(app: AppHandle, desk: State<'_, Desk>, request: DraftRequest) -> Result<(), Failure> {
    let vault = desk.vault()?;
    let visit = request.visit;
    let steps = desk::steps(vault.organisation(), &request.template)?;
    let (events, heard) = unbounded();
    desk.underway.start_work(visit, || {
        Ok(Work::on_recorded(vault, visit, steps, events)?)
    })?;
    pass_on(app, visit, heard)
}

/// Gives up the draft that is being made.
#[tauri::command(async)]
pub fn cancel_draft(desk: State<'_, Desk>, request: VisitRequest) -> Result<(), Failure> {
    desk.underway.cancel(request.visit)
}

/// A person's line with what the transcript says to it.
#[tauri::command(async)]
pub fn judge_statement(
    desk: State<'_, Desk>,
    request: StatementRequest,
) -> Result<Statement, Failure> {
    let segments = desk.vault()?.segments(request.visit)?;
    let judgement = evidence::judge(request.text.expose(), &segments);
    Ok(Statement {
        text: request.text,
        origin: Origin::Person,
        support: judgement.support,
        reason: judgement.reason,
        evidence: judgement.evidence,
    })
}

/// Stores a note as a new revision.
#[tauri::command(async)]
pub fn save_note(desk: State<'_, Desk>, request: SaveRequest) -> Result<RevisionNumber, Failure> {
    Ok(desk
        .vault()?
        .save_revision(request.visit, clock::now(), &request.note, None)?)
}

/// Signs a note: nothing of the visit changes afterwards.
#[tauri::command(async)]
pub fn sign_note(desk: State<'_, Desk>, request: SignRequest) -> Result<(), Failure> {
    check_length(&request.signer)?;
    let SignRequest {
        visit,
        revision,
        signer,
    } = request;
    if desk.underway.activity(visit) != Activity::None {
        return Err(Failure::new(
            FailureCode::Busy,
            "This visit is still being worked on. Sign the note when that is done.",
        ));
    }
    let vault = desk.vault()?;
    scribe::sign(&vault, visit, revision, &signer, clock::now())?;
    Ok(())
}
