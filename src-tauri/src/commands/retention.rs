use tauri::State;
use visit::Retention;

use crate::desk::Desk;
use crate::failure::Failure;

/// How long what is kept of a visit is kept.
#[tauri::command(async)]
pub fn read_retention(desk: State<'_, Desk>) -> Result<Retention, Failure> {
    Ok(desk.vault()?.retention()?)
}

/// Changes it, for all visits; what is due by it is erased within a day.
#[tauri::command(async)]
pub fn set_retention(desk: State<'_, Desk>, request: Retention) -> Result<(), Failure> {
    Ok(desk.vault()?.set_retention(&request)?)
}
