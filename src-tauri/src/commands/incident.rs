use governance::FIRST_HOUR;
use tauri::State;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::ipc::{HourStep, ReportRequest};

/// Reports a suspicion, for whoever is at the computer, also at a locked screen: the store is locked down
/// from then on. Answers what to do in the first hour.
#[tauri::command(async)]
pub fn report_incident(
    desk: State<'_, Desk>,
    request: ReportRequest,
) -> Result<Vec<HourStep>, Failure> {
    desk.report(request.suspicion.into())?;
    Ok(FIRST_HOUR
        .iter()
        .map(|step| HourStep {
            minute: step.minute,
            who: step.who.to_owned(),
            what: step.what.to_owned(),
            command: step.command.map(str::to_owned),
        })
        .collect())
}
