use scribe::clock;
use tauri::State;
use visit::{RevisionNumber, VisitId};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::ipc::{CorrectRequest, Corrected, VisitRequest};

/// Keeps who spoke a turn, or all that one voice said, in a person's word.
#[tauri::command(async)]
pub fn correct_speaker(
    desk: State<'_, Desk>,
    request: CorrectRequest,
) -> Result<Corrected, Failure> {
    let CorrectRequest { visit, seen, by } = request;
    let revision = scribe::correct_speaker(&*desk.vault()?, visit, seen, by, clock::now())?;
    corrected(&desk, visit, revision)
}

/// Takes the last of these back.
#[tauri::command(async)]
pub fn take_correction_back(
    desk: State<'_, Desk>,
    request: VisitRequest,
) -> Result<Corrected, Failure> {
    let visit = request.visit;
    let revision = scribe::take_correction_back(&*desk.vault()?, visit, clock::now())?;
    corrected(&desk, visit, revision)
}

fn corrected(
    desk: &Desk,
    visit: VisitId,
    revision: Option<RevisionNumber>,
) -> Result<Corrected, Failure> {
    let vault = desk.vault()?;
    Ok(Corrected {
        segments: vault.segments(visit)?,
        corrections: u32::try_from(vault.corrections(visit)?.len()).unwrap_or(u32::MAX),
        revision,
    })
}
