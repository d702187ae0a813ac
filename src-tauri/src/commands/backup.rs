use std::path::PathBuf;

use scribe::clock;
use tauri::State;
use vault::{BackupReport, BackupStep};

use crate::desk::Desk;
use crate::failure::{Failure, FailureCode};
use crate::ipc::{BackupRequest, BackupStage, FromDesk};

/// Snapshots that stay in a backup folder: a month of days.
const KEEP: usize = 30;

/// Backs the store up and proves it by restoring it once; the page is told how far it is.
#[tauri::command(async)]
pub fn back_up(desk: State<'_, Desk>, request: BackupRequest) -> Result<BackupReport, Failure> {
    let folder = PathBuf::from(request.folder.trim());
    let reject = |message: &str| Err(Failure::new(FailureCode::Rejected, message));
    if !folder.is_absolute() {
        return reject("Name the backup's folder from the root on. Nothing was backed up.");
    }
    if folder.starts_with(desk.folder()) {
        return reject(
            "A backup in the vault's own folder is lost with it. Nothing was backed up; choose a folder on another medium.",
        );
    }
    let vault = desk.vault()?;
    let mut told = None;
    let report = vault.back_up(&folder, clock::now(), KEEP, &mut |step| {
        let (stage, done, of) = match step {
            BackupStep::Copying(done, of) => (BackupStage::Copying, done, of),
            BackupStep::Restoring(done, of) => (BackupStage::Restoring, done, of),
            BackupStep::Comparing(done, of) => (BackupStage::Comparing, done, of),
        };
        let percent = u64::from(done) * 100 / u64::from(of.max(1));
        let now = (stage, percent as u32);
        // A large store has many thousand steps; the page needs a hundred.
        if told != Some(now) {
            told = Some(now);
            desk.tell(FromDesk::BackingUp {
                stage,
                percent: now.1,
            });
        }
    })?;
    Ok(report)
}
