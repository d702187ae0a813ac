//! What the page may ask for. Each command is a call into another crate and its answer; none holds
//! a rule of its own. All run off the window's thread, so that it never waits.

pub mod backup;
pub mod correcting;
pub mod exporting;
pub mod incident;
pub mod log;
pub mod note;
pub mod recording;
pub mod retention;
pub mod start;
pub mod visits;
pub mod workstation;

use std::path::PathBuf;

use crate::desk::Desk;
use crate::failure::{Failure, FailureCode};

/// A file that is to be written, as its place is typed.
///
/// # Errors
/// [`FailureCode::Rejected`] for one that is not named from the root on, or in the store's own folder.
fn new_file(desk: &Desk, typed: &str) -> Result<PathBuf, Failure> {
    let reject = |message: &str| Err(Failure::new(FailureCode::Rejected, message));
    let file = PathBuf::from(typed.trim());
    if !file.is_absolute() {
        return reject("Name the file from the root on. Nothing was exported.");
    }
    if file.starts_with(desk.folder()) {
        return reject("The vault's own folder is no place for exports. Nothing was exported.");
    }
    Ok(file)
}
