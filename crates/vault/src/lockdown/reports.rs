//! Reports that wait in the vault's folder: a line of JSON each.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use audit::{Actor, Suspicion};
use serde::{Deserialize, Serialize};
use visit::UnixMillis;

use crate::error::VaultError;
use crate::folder::{self, REPORTS_FILE};
use crate::log::now;

/// More than anybody reports before the vault is used again; what is longer is not all told.
const MOST_BYTES: u64 = 64 * 1024;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    pub at: UnixMillis,
    pub who: Actor,
    pub suspicion: Suspicion,
}

/// The reports that wait.
pub(super) struct Waiting {
    path: PathBuf,
    pub reports: Vec<Report>,
}

impl Waiting {
    /// Removes them, once they are in the log.
    pub(super) fn remove(self) -> Result<(), VaultError> {
        fs::remove_file(&self.path).map_err(VaultError::io("removing a report that was entered"))
    }
}

/// Adds a report; it is on disk when this returns.
pub(super) fn add(dir: &Path, who: &Actor, suspicion: Suspicion) -> Result<(), VaultError> {
    let report = Report {
        at: now(),
        who: who.clone(),
        suspicion,
    };
    let doing = "writing the report into the vault's folder";
    let written = || -> io::Result<()> {
        let mut line = serde_json::to_vec(&report)?;
        line.push(b'\n');
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        let mut file = folder::private(&mut options).open(dir.join(REPORTS_FILE))?;
        file.write_all(&line)?;
        file.sync_all()
    };
    written()
        .and_then(|()| folder::sync_folder(dir))
        .map_err(VaultError::io(doing))
}

/// The reports that wait in the folder; `None` if there are none. They are moved aside, so that one that
/// is written meanwhile waits for the next time.
///
/// # Errors
/// What the disk answers: then nobody knows, and the vault counts as locked down.
pub(super) fn waiting(dir: &Path) -> Result<Option<Waiting>, VaultError> {
    let doing = "reading the reports in the vault's folder";
    let aside = dir.join(folder::TAKEN_REPORTS_FILE);
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    // What was moved aside and not entered comes first.
    if !is_there(&aside) {
        let path = dir.join(REPORTS_FILE);
        if !is_there(&path) {
            return Ok(None);
        }
        match fs::rename(&path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            moved => moved.map_err(VaultError::io(doing))?,
        }
    }
    let mut bytes = Vec::new();
    File::open(&aside)
        .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
        .map_err(VaultError::io(doing))?;
    Ok(Some(Waiting {
        path: aside,
        reports: read(&bytes),
    }))
}

/// The reports in these bytes. What is none, and a file without any, is a report that the program makes:
/// whoever wrote there wanted to report something, or to hide that somebody has.
pub(super) fn read(bytes: &[u8]) -> Vec<Report> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let mut reports: Vec<Report> = Vec::new();
    let mut strange = 0;
    for line in lines.filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(report) => reports.push(report),
            Err(_) => strange += 1,
        }
    }
    if strange > 0 || reports.is_empty() {
        reports.push(Report {
            at: now(),
            who: Actor::Program,
            suspicion: Suspicion::Other,
        });
    }
    reports
}
