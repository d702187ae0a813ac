//! A vault that is locked down since somebody reported a suspicion (P2.1 of the security properties).
//!
//! A report is a line of a file in the vault's folder, so that everybody can make one, also while the
//! vault is locked or another program has it open. Whoever opens or uses the vault next moves it into
//! the log. Whoever may write to the folder can remove the file before that.

mod reports;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use audit::{Act, Digest, Suspicion};
use governance::minisign::{PublicKey, Signature};
use governance::{Command, LiftStatement, in_lockdown};
use rusqlite::{Connection, OptionalExtension as _};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use visit::{Millis, VisitId};

use crate::account;
use crate::device::DeviceSecrets;
use crate::error::VaultError;
use crate::escrow::EscrowIdentity;
use crate::folder;
use crate::keys_file::KeysFile;
use crate::log;
use crate::organisation;
use crate::vault::Vault;

/// Incidents that were reported in a vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Incidents {
    /// How many, which is the number of the last one.
    pub reported: u32,
    /// Up to which of them the lockdown was lifted.
    pub lifted: u32,
}

impl Incidents {
    /// Whether the vault is locked down.
    pub fn locked_down(self) -> bool {
        self.reported > self.lifted
    }
}

/// What lifts a lockdown.
pub enum Lift<'a> {
    /// A [`LiftStatement`] and its signature by the organisation's key, as minisign writes it: for a vault
    /// of an organisation.
    Signed {
        /// The statement's bytes.
        statement: &'a [u8],
        /// The signature.
        signature: &'a str,
    },
    /// The recovery key, for a vault without an organisation that is entrusted to one.
    RecoveryKey(&'a EscrowIdentity),
    /// The passphrase once more, for a vault that nothing else opens.
    Passphrase {
        /// As typed.
        passphrase: &'a SecretString,
        /// Where this computer keeps its secret.
        secrets: Option<&'a dyn DeviceSecrets>,
    },
}

impl Vault {
    /// Reports a suspicion about the vault in a folder, open or not: from then on it is locked down.
    ///
    /// # Errors
    /// [`VaultError::NotAVault`], and what the disk answers; nothing is reported then.
    pub fn report_at(dir: &Path, suspicion: Suspicion) -> Result<(), VaultError> {
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        reports::add(dir, &account::actor(), suspicion)
    }

    /// Reports a suspicion about this vault: from then on it is locked down. Answers the number of the
    /// report.
    ///
    /// # Errors
    /// What the store answers. On a full disk the report waits in the folder for the next use.
    pub fn report_incident(&self, suspicion: Suspicion) -> Result<u32, VaultError> {
        self.may(Command::ReportIncident)?;
        reports::add(self.folder(), self.who(), suspicion)?;
        Ok(self.incidents()?.reported)
    }

    /// The incidents so far, those included that wait in the folder.
    ///
    /// # Errors
    /// What the store answers.
    pub fn incidents(&self) -> Result<Incidents, VaultError> {
        self.take_reports_in()?;
        stored(&self.connection())
    }

    /// Moves reports from the folder into the log.
    pub(crate) fn take_reports_in(&self) -> Result<(), VaultError> {
        // Two threads of this program would both enter what waits.
        static TAKING: Mutex<()> = Mutex::new(());
        let _taking = TAKING.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waiting) = reports::waiting(self.folder())? else {
            return Ok(());
        };
        self.commit(|transaction| {
            let mut number = stored(transaction)?.reported;
            for report in &waiting.reports {
                number = number.saturating_add(1);
                let suspicion = report.suspicion;
                let act = Act::IncidentReported { number, suspicion };
                let event = audit::Event {
                    at: report.at,
                    who: report.who.clone(),
                    act,
                };
                log::append(transaction, self.signing(), event)?;
            }
            transaction.execute(
                "INSERT INTO lockdown (one, reported, lifted) VALUES (1, ?1, 0)
                 ON CONFLICT (one) DO UPDATE SET reported = ?1",
                [number],
            )?;
            Ok(())
        })?;
        // If it stays, it is reported once more, which is no harm.
        waiting.remove()
    }

    /// Whether something may be done as far as a lockdown goes. `visit`: the one that it concerns.
    ///
    /// # Errors
    /// [`VaultError::LockedDown`], and what the store answers: what cannot be looked at is locked down.
    pub(crate) fn while_locked_down(
        &self,
        command: Command,
        visit: Option<VisitId>,
        role: Option<governance::Role>,
    ) -> Result<(), VaultError> {
        if !self.incidents()?.locked_down() {
            return Ok(());
        }
        let under_way = under_way(&self.connection(), visit)?;
        Ok(in_lockdown(role, command, under_way)?)
    }

    /// The statement that lifts this vault's lockdown once the organisation's key has signed it.
    ///
    /// # Errors
    /// [`VaultError::NotLockedDown`].
    pub fn lift_statement(&self) -> Result<LiftStatement, VaultError> {
        let incidents = self.incidents()?;
        if !incidents.locked_down() {
            return Err(VaultError::NotLockedDown);
        }
        Ok(LiftStatement {
            vault: self.log_key().to_string(),
            incident: incidents.reported,
        })
    }

    /// Lifts the lockdown, for every report so far.
    ///
    /// # Errors
    /// [`VaultError::NotLockedDown`], [`VaultError::NotLifted`]; those of a wrong recovery key or
    /// passphrase. It stays locked down then, and the refusal is entered.
    pub fn lift_lockdown(&self, lift: &Lift<'_>) -> Result<(), VaultError> {
        self.may(Command::LiftLockdown)?;
        let asked = audit::Asked::LiftLockdown;
        let wanted = self.lift_statement()?;
        let vouched = self.vouched_for(lift, &wanted);
        let statement = vouched.map_err(|error| self.refused(asked, None, error))?;
        let number = wanted.incident;
        self.act(asked, None, |transaction| {
            transaction.execute("UPDATE lockdown SET lifted = ?1", [number])?;
            Ok(((), Act::LockdownLifted { number, statement }))
        })
    }

    /// The digest of the statement, if whoever may lift the lockdown says so.
    fn vouched_for(&self, lift: &Lift<'_>, wanted: &LiftStatement) -> Result<Digest, VaultError> {
        let key = organisation::bound_key(&self.connection())?;
        let keys = || KeysFile::from_bytes(&folder::read_keys(self.folder())?);
        let text = wanted.to_string();
        let statement = match (key, lift) {
            (
                Some(key),
                Lift::Signed {
                    statement,
                    signature,
                },
            ) => {
                signed(statement, signature, &key)?;
                if *statement != text.as_bytes() {
                    return Err(VaultError::NotLifted(
                        "it is about another vault, or there was another report since it was written",
                    ));
                }
                *statement
            }
            (Some(_), _) => {
                return Err(VaultError::NotLifted(
                    "an organisation's vault needs a statement that the organisation's key has signed",
                ));
            }
            (None, Lift::Signed { .. }) => {
                return Err(VaultError::NotLifted(
                    "this vault belongs to no organisation; its recovery key or passphrase lifts it",
                ));
            }
            (None, Lift::RecoveryKey(identity)) => {
                self.is_of(&keys()?.unwrap_with_identity(identity)?)?;
                text.as_bytes()
            }
            (
                None,
                Lift::Passphrase {
                    passphrase,
                    secrets,
                },
            ) => {
                let keys = keys()?;
                if keys.entrances().escrow.is_some() {
                    return Err(VaultError::NotLifted(
                        "this vault is entrusted to a recovery key, and that key lifts it",
                    ));
                }
                self.is_of(&keys.unwrap_with(passphrase, *secrets)?)?;
                text.as_bytes()
            }
        };
        Ok(Digest::from_bytes(Sha256::digest(statement).into()))
    }

    /// Enters that a pack leaves the program. Without encryption it is for who may export the log.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers. The pack is not to leave then.
    pub fn enter_incident_pack(&self, pack: &[u8], encrypted: bool) -> Result<(), VaultError> {
        self.may(Command::MakeIncidentPack)?;
        if !encrypted {
            self.may(Command::ExportLog)?;
        }
        let file = Digest::from_bytes(Sha256::digest(pack).into());
        self.act(audit::Asked::MakeIncidentPack, None, |_| {
            Ok(((), Act::IncidentPackMade { file, encrypted }))
        })
    }

    /// Enters that the incident plan was tried on a scratch vault, and how that went.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers.
    pub fn enter_drill(&self, passed: bool, took: Millis, visits: u32) -> Result<(), VaultError> {
        self.may(Command::RecordDrill)?;
        let act = Act::DrillRecorded {
            passed,
            took,
            visits,
        };
        self.act(audit::Asked::RecordDrill, None, |_| Ok(((), act)))
    }
}

/// Whether any bytes in the place of the reports are at least one.
#[cfg(any(test, fuzzing))]
pub(crate) fn is_a_report(bytes: &[u8]) -> bool {
    !reports::read(bytes).is_empty()
}

fn signed(statement: &[u8], signature: &str, key: &PublicKey) -> Result<(), VaultError> {
    let vouched = signature
        .parse::<Signature>()
        .is_ok_and(|signature| signature.verify(statement, key).is_ok());
    if vouched {
        return Ok(());
    }
    Err(VaultError::NotLifted(
        "the signature is not one of the organisation's key over this statement",
    ))
}

fn stored(connection: &Connection) -> Result<Incidents, VaultError> {
    let found = connection
        .prepare_cached("SELECT reported, lifted FROM lockdown")?
        .query_row([], |row| {
            Ok(Incidents {
                reported: row.get(0)?,
                lifted: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Whether a visit, or any, was begun to be recorded and has no note yet: its work goes on.
fn under_way(connection: &Connection, visit: Option<VisitId>) -> Result<bool, VaultError> {
    let id = visit.map(|visit| *visit.as_bytes());
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM visits WHERE (?1 IS NULL OR id = ?1)
                            AND state IN ('recording', 'paused', 'recorded'))",
        )?
        .query_row([id.as_ref().map(|id| id.as_slice())], |row| row.get(0))?)
}
