use scribe::{PackOrder, clock};
use tauri::State;
use vault::EscrowRecipient;

use super::new_file;
use crate::desk::Desk;
use crate::failure::{Failure, FailureCode};
use crate::ipc::{
    HourStep, IncidentState, PackMade, PackRequest, ReportRequest, StatementFile, WorksheetPage,
    WorksheetRequest,
};

/// Reports a suspicion, for whoever is at the computer, also at a locked screen: the store is locked down
/// from then on. Answers what to do in the first hour.
#[tauri::command(async)]
pub fn report_incident(
    desk: State<'_, Desk>,
    request: ReportRequest,
) -> Result<Vec<HourStep>, Failure> {
    desk.report(request.suspicion.into())?;
    Ok(HourStep::all())
}

/// Where the incident plan stands, and its steps.
#[tauri::command(async)]
pub fn read_incident(desk: State<'_, Desk>) -> Result<IncidentState, Failure> {
    let vault = desk.vault()?;
    let incidents = vault.incidents()?;
    let organisation = vault.organisation();
    Ok(IncidentState {
        reported: incidents.reported,
        lifted: incidents.lifted,
        locked_down: incidents.locked_down(),
        steps: HourStep::all(),
        recovery_key: organisation.map(|of| of.identity.recovery_key.clone()),
    })
}

/// Which visits were touched in a time, by whom, and until when whom to notify.
#[tauri::command(async)]
pub fn read_worksheet(
    desk: State<'_, Desk>,
    request: WorksheetRequest,
) -> Result<WorksheetPage, Failure> {
    let now = clock::now();
    let sheet = desk
        .vault()?
        .worksheet(request.from, request.until.unwrap_or(now))?;
    Ok(WorksheetPage {
        text: scribe::worksheet_page(&sheet, request.discovered.unwrap_or(now), now),
        touched: count(sheet.touched.len()),
    })
}

/// Packs what those need who look into an incident, encrypted, into a new file.
#[tauri::command(async)]
pub fn make_pack(desk: State<'_, Desk>, request: PackRequest) -> Result<PackMade, Failure> {
    let file = new_file(&desk, &request.file)?;
    let vault = desk.vault()?;
    let own = vault.organisation().map(|of| &of.identity.recovery_key);
    let recipient = match (request.recipient.trim(), own) {
        ("", Some(own)) => own.as_str(),
        ("", None) => {
            let message = "Name who is to read the pack: an age recipient. Nothing was made.";
            return Err(Failure::new(FailureCode::Rejected, message));
        }
        (typed, _) => typed,
    };
    let recipient: EscrowRecipient = recipient.parse()?;
    let order = PackOrder {
        from: request.from,
        until: clock::now(),
        recipient: Some(&recipient),
    };
    let made = scribe::incident_pack_to_file(&vault, &order, &file)?;
    Ok(PackMade {
        touched: count(made.worksheet.touched.len()),
        recipient: recipient.to_string(),
        fault: made.worksheet.fault,
    })
}

/// Writes the statement that lifts the lockdown once the organisation's key has signed it.
#[tauri::command(async)]
pub fn write_lift_statement(desk: State<'_, Desk>, request: StatementFile) -> Result<(), Failure> {
    let file = new_file(&desk, &request.file)?;
    Ok(scribe::lift_statement_to_file(
        desk.vault()?.as_ref(),
        &file,
    )?)
}

/// Lifts the lockdown with the signed statement.
#[tauri::command(async)]
pub fn lift_lockdown(desk: State<'_, Desk>, request: StatementFile) -> Result<(), Failure> {
    let file = std::path::Path::new(request.file.trim());
    Ok(scribe::lift_with_statement(desk.vault()?.as_ref(), file)?)
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}
