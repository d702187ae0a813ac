use scribe::clock;
use tauri::State;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::ipc::{AdmitRequest, DocumentRequest, DocumentTaken, WorkstationView};

/// What this computer is enrolled with, who is on the roster and which models are approved.
#[tauri::command(async)]
pub fn read_workstation(desk: State<'_, Desk>) -> Result<WorkstationView, Failure> {
    Ok(WorkstationView::of(desk.vault()?.as_ref(), clock::now()))
}

/// Takes a newer document of the organisation into force on this computer.
#[tauri::command(async)]
pub fn take_document(
    desk: State<'_, Desk>,
    request: DocumentRequest,
) -> Result<DocumentTaken, Failure> {
    let serial = desk.take_document(&request.place)?;
    Ok(DocumentTaken { serial })
}

/// Lets another person of the roster into the store.
#[tauri::command(async)]
pub fn admit_person(desk: State<'_, Desk>, request: AdmitRequest) -> Result<(), Failure> {
    desk.admit(&request)
}
