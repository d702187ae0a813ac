//! The audit log in the database. An entry is committed in the transaction of what it speaks of: so
//! neither stands without the other. Its time is the vault's own reading of the clock, whatever time
//! the caller gives what it does.

mod reading;
#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

use audit::{Act, Actor, Asked, Digest, Entry, Event, Head, Line, PublicKey, Refusal, origin};
use governance::Command;
use rusqlite::{Connection, OptionalExtension, Transaction};
use visit::{Note, Sha256Hex, UnixMillis, VisitId};

use crate::canonical;
use crate::error::{Part, VaultError};
use crate::key::{Key, Signing};
use crate::tombstone::{public_key, sign_bytes};
use crate::vault::Vault;

pub(crate) use reading::End;
pub use reading::LogState;

/// The wall clock, now. A clock before 1970 reads as 1970.
pub(crate) fn now() -> UnixMillis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// An event that happens now.
pub(crate) fn event(who: &Actor, act: Act) -> Event {
    Event {
        at: now(),
        who: who.clone(),
        act,
    }
}

/// The number and hash of the newest entry; `None` while there is none.
fn newest(connection: &Connection) -> Result<Option<(u64, Digest)>, VaultError> {
    let line: Option<String> = connection
        .prepare_cached("SELECT line FROM audit_entries ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    match line.map(|line| Line::read(&line)) {
        None => Ok(None),
        Some(Ok(Line::Entry(entry))) => Ok(Some((entry.number, entry.hash))),
        Some(_) => Err(VaultError::Damaged {
            what: Part::AuditLog,
        }),
    }
}

fn log_key(signing: &Key<Signing>) -> PublicKey {
    PublicKey::from_bytes(public_key(signing))
}

/// Adds an entry to the log.
///
/// # Errors
/// [`VaultError::Damaged`] if the entry before cannot be read; what the store answers.
pub(crate) fn append(
    connection: &Connection,
    signing: &Key<Signing>,
    event: Event,
) -> Result<(), VaultError> {
    let (number, hash) = match newest(connection)? {
        Some(newest) => newest,
        None => (0, origin(&log_key(signing))),
    };
    let entry = Entry::after(number, &hash, event);
    let number = stored(entry.number);
    connection
        .prepare_cached("INSERT INTO audit_entries (number, line) VALUES (?1, ?2)")?
        .execute((number, Line::Entry(entry).text()))?;
    Ok(())
}

/// SQLite's integers are signed; no log gets to 2^63 entries.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The digest of a note as the log holds it.
pub(crate) fn note_digest(note: &Note) -> Result<Digest, VaultError> {
    digest(&canonical::digest(note))
}

/// A digest as the log holds it.
pub(crate) fn digest(hex: &Sha256Hex) -> Result<Digest, VaultError> {
    hex.as_str().parse().map_err(|_| VaultError::Unstorable {
        what: Part::AuditLog,
    })
}

/// Why the vault refused, if it was not the medium that did.
pub(crate) fn refusal(error: &VaultError) -> Option<Refusal> {
    Some(match error {
        VaultError::WrongPassphrase => Refusal::WrongPassphrase,
        VaultError::PassphraseTooShort { .. } => Refusal::PassphraseTooShort,
        VaultError::DeviceSecretNeeded { .. }
        | VaultError::DeviceSecretMissing { .. }
        | VaultError::DeviceSecretChanged { .. } => Refusal::DeviceSecret,
        VaultError::NoEscrow | VaultError::WrongIdentity => Refusal::RecoveryKey,
        VaultError::NoSuchVisit(_) => Refusal::NoSuchVisit,
        VaultError::State(_) | VaultError::NotNow { .. } => Refusal::State,
        VaultError::Signed => Refusal::Signed,
        VaultError::NotNewest { .. } => Refusal::NotNewest,
        VaultError::NoSigner => Refusal::NoSigner,
        VaultError::Erased
        | VaultError::NothingToErase
        | VaultError::NoNote
        | VaultError::NoSuchTurn
        | VaultError::NoSuchVoice
        | VaultError::NoCorrection => Refusal::Nothing,
        VaultError::Damaged { .. } => Refusal::Damaged,
        VaultError::NotAdmitted(_) => Refusal::NotAdmitted,
        VaultError::NoWay(_) => Refusal::NoWay,
        VaultError::Code(_) | VaultError::CodeUsed => Refusal::EnrolmentCode,
        VaultError::TooManyTries(_) => Refusal::TooManyTries,
        VaultError::OrganisationGone
        | VaultError::OtherOrganisation { .. }
        | VaultError::ToBeJoined
        | VaultError::Workstation(_)
        | VaultError::Document(_) => Refusal::Organisation,
        VaultError::LockedDown(_) => Refusal::LockedDown,
        VaultError::NotLockedDown => Refusal::State,
        VaultError::NotLifted(_) => Refusal::NotLifted,
        VaultError::NotForRole(_) => Refusal::NotForRole,
        VaultError::OutOfScope(_) => Refusal::OutOfScope,
        VaultError::NotApproved(_) => Refusal::NotApproved,
        VaultError::NoEmergency | VaultError::WrongEmergencyCode | VaultError::EmergencyUsed => {
            Refusal::EmergencyCode
        }
        VaultError::EmergencyOver => Refusal::EmergencyOver,
        VaultError::NotInEmergency(_) => Refusal::NotInEmergency,
        VaultError::OrganisationDecides(_) => Refusal::OrganisationDecides,
        _ => return None,
    })
}

/// How the log names what a command of the table of roles does.
pub(crate) const fn asked(command: Command) -> Asked {
    match command {
        Command::CreateVisit => Asked::CreateVisit,
        Command::Record => Asked::Record,
        Command::ListVisits => Asked::ListVisits,
        Command::SearchVisits => Asked::Search,
        Command::ReadVisit => Asked::ReadVisit,
        Command::DraftNote => Asked::DraftNote,
        Command::EditNote => Asked::SaveNote,
        Command::SignNote => Asked::SignNote,
        Command::TakeNote => Asked::TakeNote,
        Command::WithdrawConsent | Command::Discard => Asked::Erase,
        Command::CreateVault | Command::OpenVault | Command::LockVault => Asked::EnterVault,
        Command::ChangePassphrase => Asked::ChangePassphrase,
        Command::ChangeWays => Asked::ChangeWays,
        Command::RotateKey => Asked::RotateKey,
        Command::Recover => Asked::Recover,
        Command::AdmitPerson => Asked::AdmitPerson,
        Command::TakeDocument => Asked::TakeDocument,
        Command::BackUp => Asked::BackUp,
        Command::Restore => Asked::Restore,
        Command::ReadRetention => Asked::ReadRetention,
        Command::ChangeRetention => Asked::ChangeRetention,
        Command::ShowLog => Asked::ShowLog,
        Command::ExportLog => Asked::ExportLog,
        Command::ReportIncident => Asked::ReportIncident,
        Command::ShowWorksheet => Asked::ShowWorksheet,
        Command::MakeIncidentPack => Asked::MakeIncidentPack,
        Command::LiftLockdown => Asked::LiftLockdown,
        Command::RecordDrill => Asked::RecordDrill,
        Command::KeepVoice => Asked::KeepVoice,
        Command::ReadPilotFigures => Asked::ReadPilotFigures,
        Command::AssessRisk => Asked::AssessRisk,
        Command::ExportHeads => Asked::ShowHeads,
        Command::SetHeadsTarget => Asked::SetHeadsTarget,
        Command::AcknowledgeEmergency => Asked::AcknowledgeEmergency,
    }
}

impl Vault {
    /// Adds an entry about whoever uses the program.
    pub(crate) fn note(&self, transaction: &Transaction<'_>, act: Act) -> Result<(), VaultError> {
        self.note_by(transaction, self.who(), act)
    }

    /// Adds an entry about somebody.
    pub(crate) fn note_by(
        &self,
        transaction: &Transaction<'_>,
        who: &Actor,
        act: Act,
    ) -> Result<(), VaultError> {
        append(transaction, self.signing(), event(who, act))
    }

    /// Does something and adds its entry, in one transaction: both are committed, or neither.
    pub(crate) fn act<T>(
        &self,
        asked: Asked,
        visit: Option<VisitId>,
        work: impl FnOnce(&Transaction<'_>) -> Result<(T, Act), VaultError>,
    ) -> Result<T, VaultError> {
        let done = self.commit(|transaction| {
            let (done, act) = work(transaction)?;
            self.note(transaction, act)?;
            Ok(done)
        });
        done.map_err(|error| self.refused(asked, visit, error))
    }

    /// Does something outside of the database after its entry was committed. If it fails, an entry
    /// says so.
    pub(crate) fn act_beside<T>(
        &self,
        asked: Asked,
        act: Act,
        work: impl FnOnce() -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.commit(|transaction| self.note(transaction, act))?;
        work().inspect_err(|error| {
            let reason = refusal(error).unwrap_or(Refusal::Storage);
            self.note_refused(self.who(), asked, None, reason);
        })
    }

    /// Adds an entry that something was refused, and hands the error on. It was not done, so it
    /// stays undone if the entry cannot be written.
    pub(crate) fn refused(
        &self,
        asked: Asked,
        visit: Option<VisitId>,
        error: VaultError,
    ) -> VaultError {
        if let Some(reason) = refusal(&error) {
            self.note_refused(self.who(), asked, visit, reason);
        }
        error
    }

    pub(crate) fn note_refused(
        &self,
        who: &Actor,
        asked: Asked,
        visit: Option<VisitId>,
        reason: Refusal,
    ) {
        let act = Act::Refused {
            asked,
            visit,
            reason,
        };
        let _ = self.commit(|transaction| self.note_by(transaction, who, act));
    }

    /// Enters that something was refused by whoever drives this vault, for a reason that the vault
    /// does not know of itself.
    ///
    /// # Errors
    /// What the store answers; there is no entry then.
    pub fn note_refusal(
        &self,
        asked: Asked,
        visit: VisitId,
        reason: Refusal,
    ) -> Result<(), VaultError> {
        let act = Act::Refused {
            asked,
            visit: Some(visit),
            reason,
        };
        self.commit(|transaction| self.note(transaction, act))
    }

    /// Signs how far the log has come.
    pub(crate) fn sign_head(&self, transaction: &Transaction<'_>) -> Result<(), VaultError> {
        let Some((entries, hash)) = newest(transaction)? else {
            return Ok(());
        };
        let at = now();
        let head = Head { entries, at, hash };
        let signature = sign_bytes(self.signing(), &head.signed_bytes());
        let line = Line::Head(head.signed(signature)).text();
        transaction
            .prepare_cached(
                "INSERT INTO audit_heads (number, entries, line)
                 VALUES (ifnull((SELECT max(number) FROM audit_heads), 0) + 1, ?1, ?2)",
            )?
            .execute((stored(entries), line))?;
        Ok(())
    }
}

/// Whether the log has an entry yet.
pub(crate) fn is_begun(connection: &Connection) -> Result<bool, VaultError> {
    Ok(newest(connection)?.is_some())
}
