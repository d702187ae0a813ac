use interchange::{Body, Marks, Patient};
use scribe::{ExportOrder, clock};
use tauri::State;
use vault::{EscrowRecipient, Way};

use super::new_file;
use super::visits::check_length;
use crate::desk::Desk;
use crate::failure::{Failure, FailureCode};
use crate::ipc::{ExportReport, ExportRequest, NoteCopy, NoteTextRequest};

/// A note, or one of its sections, as text and as HTML for the clipboard, after that was entered in
/// the audit log.
#[tauri::command(async)]
pub fn note_text(desk: State<'_, Desk>, request: NoteTextRequest) -> Result<NoteCopy, Failure> {
    let body = Body::of(&request.note);
    let body = match &request.section {
        None => body,
        Some(id) => body
            .section(id)
            .ok_or_else(|| Failure::new(FailureCode::Rejected, "The note has no such section."))?,
    };
    desk.vault()?
        .enter_note_taken(request.visit, &request.note, Way::Clipboard)?;
    Ok(NoteCopy {
        text: interchange::plain_text(&body, Marks::Doubtful).into(),
        html: interchange::html_fragment(&body).into(),
    })
}

/// Writes the newest stored revision of a note to a file, encrypted if a recipient is named, after
/// that was entered in the audit log.
#[tauri::command(async)]
pub fn export_note(desk: State<'_, Desk>, request: ExportRequest) -> Result<ExportReport, Failure> {
    check_length(&request.record_number)?;
    let file = new_file(&desk, &request.file)?;
    let recipient = match request.recipient.trim() {
        "" => None,
        recipient => Some(recipient.parse::<EscrowRecipient>()?),
    };
    let order = ExportOrder {
        visit: request.visit,
        format: request.format,
        recipient: recipient.as_ref(),
        patient: Patient {
            record_number: Some(request.record_number),
            ..Patient::default()
        },
    };
    let vault = desk.vault()?;
    let export = scribe::export_to_file(&vault, &order, &file, clock::now())?;
    Ok(ExportReport {
        revision: export.revision,
        sha256: export.sha256,
    })
}
