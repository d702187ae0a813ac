//! What a vault says of itself when the risks of its computer are assessed: figures and times from its
//! log and its tables, nothing of any visit.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use audit::{Act, Asked, Entry, Line};
use governance::Command;
use rusqlite::Connection;
use visit::{Retention, UnixMillis, VisitId};

use crate::device::{self, DeviceSecrets};
use crate::error::VaultError;
use crate::folder::{self, REPORTS_FILE, TAKEN_REPORTS_FILE};
use crate::keys_file::KeysFile;
use crate::lockdown::Incidents;
use crate::log::{self, End, LogState};
use crate::vault::Vault;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// A recording that waits for longer was forgotten.
const UNFINISHED_AFTER: i64 = 3 * DAY;
/// How far back signatures are looked at.
const SIGNATURES_OF: i64 = 90 * DAY;
/// Nobody reads a note in less.
const READ_IN: i64 = 30_000;

/// How a vault stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How its log was found.
    pub log: LogState,
    /// The latest time of an entry.
    pub newest_entry: Option<UnixMillis>,
    /// When it was backed up last.
    pub backed_up: Option<UnixMillis>,
    /// When its log was exported last, by itself or in an incident pack.
    pub log_exported: Option<UnixMillis>,
    /// When the incident plan was tried last, and whether everything held.
    pub drill: Option<(UnixMillis, bool)>,
    /// Reports, and those that were lifted.
    pub incidents: Incidents,
    /// How long everything is kept.
    pub retention: Retention,
    /// Visits of which something is due to be erased and still there.
    pub overdue: u32,
    /// Recordings of more than three days ago without a note.
    pub unfinished: u32,
    /// Visits that were recorded.
    pub recorded: u32,
    /// Those whose recording has no consent before it.
    pub without_consent: u32,
    /// Notes of the last 90 days that were signed after the program drafted them.
    pub signed: u32,
    /// Those that were signed within 30 seconds of their draft.
    pub signed_at_once: u32,
}

/// What the log tells.
#[derive(Default)]
struct Told {
    newest: Option<UnixMillis>,
    /// With the one before, for a backup that failed is followed by a refusal.
    backups: [Option<UnixMillis>; 2],
    exported: Option<UnixMillis>,
    drill: Option<(UnixMillis, bool)>,
    consents: HashSet<VisitId>,
    recorded: HashSet<VisitId>,
    without_consent: HashSet<VisitId>,
    drafted: HashMap<VisitId, UnixMillis>,
    signed: u32,
    signed_at_once: u32,
}

impl Told {
    fn take(&mut self, entry: &Entry, now: UnixMillis) {
        let at = entry.at;
        self.newest = self.newest.max(Some(at));
        match &entry.act {
            Act::BackedUp { .. } => self.backups = [Some(at), self.backups[0]],
            Act::Refused {
                asked: Asked::BackUp,
                reason: audit::Refusal::Storage,
                ..
            } => self.backups = [self.backups[1]; 2],
            Act::LogExported => self.exported = Some(at),
            Act::DrillRecorded { passed, .. } => self.drill = Some((at, *passed)),
            Act::ConsentRecorded { visit, .. } => {
                self.consents.insert(*visit);
            }
            Act::RecordingBegun { visit } => {
                self.recorded.insert(*visit);
                if !self.consents.contains(visit) {
                    self.without_consent.insert(*visit);
                }
            }
            Act::DraftMade { visit, .. } => {
                self.drafted.insert(*visit, at);
            }
            Act::NoteSigned { visit, .. } if now.0 - at.0 < SIGNATURES_OF => {
                if let Some(drafted) = self.drafted.get(visit) {
                    self.signed += 1;
                    self.signed_at_once += u32::from(at.0 - drafted.0 < READ_IN);
                }
            }
            _ => {}
        }
    }
}

fn count(visits: &HashSet<VisitId>) -> u32 {
    u32::try_from(visits.len()).unwrap_or(u32::MAX)
}

impl Vault {
    /// How this vault stands. Its log is gone through from the first entry to the last.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers.
    pub fn standing(&self) -> Result<Standing, VaultError> {
        self.may(Command::AssessRisk)?;
        let now = log::now();
        let incidents = self.incidents()?;
        let end = self.commit(End::of)?;
        let mut told = Told::default();
        let state = self.walk(&end, &mut |line| {
            if let Ok(Line::Entry(entry)) = Line::read(line) {
                told.take(&entry, now);
            }
            Ok(())
        })?;
        let before_log = self.recorded_before_log()?;
        let lost = told.without_consent.difference(&before_log).count();
        Ok(Standing {
            log: state,
            newest_entry: told.newest,
            backed_up: told.backups[0],
            log_exported: told.exported,
            drill: told.drill,
            incidents,
            retention: self.retention()?,
            overdue: u32::try_from(self.visits_due(now)?.len()).unwrap_or(u32::MAX),
            unfinished: unfinished(&self.connection(), now)?,
            recorded: count(&told.recorded),
            without_consent: u32::try_from(lost).unwrap_or(u32::MAX),
            signed: told.signed,
            signed_at_once: told.signed_at_once,
        })
    }

    /// Visits that were made before the log began, in a vault of an earlier version: their consents
    /// stand in their covers, and no entry tells of them.
    fn recorded_before_log(&self) -> Result<HashSet<VisitId>, VaultError> {
        let connection = self.connection();
        let first: Option<String> = rusqlite::OptionalExtension::optional(
            connection
                .prepare_cached("SELECT line FROM audit_entries ORDER BY number LIMIT 1")?
                .query_row([], |row| row.get(0)),
        )?;
        let Some(Ok(Line::Entry(Entry {
            at,
            act: Act::LogBegun { .. },
            ..
        }))) = first.map(|line| Line::read(&line))
        else {
            return Ok(HashSet::new());
        };
        let mut statement =
            connection.prepare_cached("SELECT id FROM visits WHERE started_at < ?1")?;
        let ids = statement.query_map([at.0], |row| row.get::<_, [u8; 16]>(0))?;
        ids.map(|id| Ok(VisitId::from_uuid(uuid::Uuid::from_bytes(id?))))
            .collect()
    }

    /// Enters that the risks were assessed, and how many self-checks ended how.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers.
    pub fn enter_risk_assessment(
        &self,
        passed: u32,
        failed: u32,
        untold: u32,
    ) -> Result<(), VaultError> {
        self.may(Command::AssessRisk)?;
        let act = Act::RiskAssessed {
            passed,
            failed,
            untold,
        };
        self.act(Asked::AssessRisk, None, |_| Ok(((), act)))
    }

    /// Whether a report of a suspicion waits in the folder, for the next opening to take it into the
    /// log. Whether an open vault is locked down, [`Vault::incidents`] says.
    pub fn reports_wait(dir: &Path) -> bool {
        [REPORTS_FILE, TAKEN_REPORTS_FILE]
            .iter()
            .any(|name| dir.join(name).symlink_metadata().is_ok())
    }

    /// Whether the secret of this computer for the vault in the folder is in its place. The vault is
    /// not opened.
    ///
    /// # Errors
    /// [`VaultError::DeviceSecretMissing`], [`VaultError::DeviceSecretChanged`], [`VaultError::Device`];
    /// what is wrong with the keys file.
    pub fn find_device_secret(dir: &Path, secrets: &dyn DeviceSecrets) -> Result<(), VaultError> {
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        let missing = VaultError::DeviceSecretMissing {
            place: secrets.place(),
        };
        device::find(secrets, keys.vault().ok_or(missing)?).map(drop)
    }
}

fn unfinished(connection: &Connection, now: UnixMillis) -> Result<u32, VaultError> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*) FROM visits
             WHERE state IN ('recording', 'paused', 'recorded') AND started_at < ?1",
        )?
        .query_row([now.0 - UNFINISHED_AFTER], |row| row.get(0))?)
}

#[cfg(test)]
mod tests;
