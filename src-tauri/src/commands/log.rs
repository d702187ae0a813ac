use scribe::LogSearch;
use tauri::State;

use super::new_file;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::ipc::{LogExport, LogExported, LogRequest, LogView};

/// Most entries that are shown at once.
const MOST: usize = 500;

/// Looks through the audit log, checks it, and answers what was looked for.
#[tauri::command(async)]
pub fn read_log(desk: State<'_, Desk>, request: LogRequest) -> Result<LogView, Failure> {
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let search = LogSearch {
        visit: request.visit,
        from: request.from,
        until: request.until,
        who: said(request.who),
        act: said(request.act),
        refused: request.refused,
    };
    let vault = desk.vault()?;
    let found = scribe::search_log(&vault, &search, MOST)?;
    Ok(LogView {
        entries: found.entries.iter().map(Into::into).collect(),
        matched: found.matched,
        checked: found.state.entries,
        fault: found.state.fault.map(|fault| fault.to_string()),
        key: vault.log_key().to_string(),
    })
}

/// Writes the audit log to a new file that `inroom-verify` checks anywhere.
#[tauri::command(async)]
pub fn export_log(desk: State<'_, Desk>, request: LogExport) -> Result<LogExported, Failure> {
    let file = new_file(&desk, &request.file)?;
    let vault = desk.vault()?;
    let state = scribe::log_to_file(&vault, &file)?;
    Ok(LogExported {
        entries: state.entries,
        fault: state.fault.map(|fault| fault.to_string()),
        key: vault.log_key().to_string(),
    })
}
