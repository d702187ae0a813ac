//! Opening an organisation's vault with the code of a sealed sheet (P4.7 of the security properties):
//! for reading, for a time, once, and loud.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::{Act, Actor, Asked, Digest, EmergencyReason};
use governance::{Command, Role, in_emergency};
use rusqlite::{Connection, Transaction};
use sha2::{Digest as _, Sha256};
use visit::UnixMillis;

use crate::account;
use crate::device::DeviceSecrets;
use crate::door;
use crate::error::{Part, VaultError};
use crate::escrow::{EscrowIdentity, EscrowRecipient};
use crate::folder::{self, Lock};
use crate::keys_file::KeysFile;
use crate::log::{self, now};
use crate::organisation::{Session, SignedIn};
use crate::tries;
use crate::vault::Vault;
use crate::workstation::Workstation;

const MINUTE_MILLIS: i64 = 60_000;
/// Most characters of a name.
const MOST_NAME: usize = 200;

/// What somebody says who opens a vault with a sealed sheet.
pub struct EmergencyRequest<'a> {
    /// The sheet's code.
    pub code: &'a EscrowIdentity,
    /// Why.
    pub reason: EmergencyReason,
    /// Their own name. The log holds its digest; the vault keeps it for oversight.
    pub name: &'a str,
    /// Where this computer keeps its secret.
    pub device: Option<&'a dyn DeviceSecrets>,
}

/// An emergency access, as it is told at later sign-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyAccess {
    /// Digest of the sheet's public part, by which the log names it.
    pub sheet: Digest,
    /// When it began.
    pub begun_at: UnixMillis,
    /// When it ended by itself at the latest.
    pub until: UnixMillis,
    /// Why.
    pub reason: EmergencyReason,
    /// The name that was typed.
    pub name: String,
    /// Whether it is over.
    pub ended: bool,
    /// Whether oversight has taken note of it.
    pub acknowledged: bool,
}

/// Who came in with a sealed sheet, and for how long.
pub(crate) struct EmergencySession {
    sheet: String,
    begun_at: UnixMillis,
    until: UnixMillis,
    /// The computer's clock can be set; this one cannot.
    since: Instant,
}

impl EmergencySession {
    /// Whether the time is over. A clock that was set back to before the beginning ends it too.
    fn is_over(&self, now: UnixMillis) -> bool {
        let length = u64::try_from(self.until.0 - self.begun_at.0).unwrap_or(0);
        now >= self.until
            || now < self.begun_at
            || self.since.elapsed() >= Duration::from_millis(length)
    }

    /// Whether this can be done in it.
    pub(crate) fn may(&self, command: Command) -> Result<(), VaultError> {
        self.in_time()?;
        Ok(in_emergency(command)?)
    }

    /// # Errors
    /// [`VaultError::EmergencyOver`].
    pub(crate) fn in_time(&self) -> Result<(), VaultError> {
        if self.is_over(now()) {
            return Err(VaultError::EmergencyOver);
        }
        Ok(())
    }
}

/// How the log names a sheet.
pub(crate) fn sheet_digest(recipient: &str) -> Digest {
    Digest::from_bytes(Sha256::digest(recipient).into())
}

/// A name as the log holds it: the digest of its words in small letters, parted by one space.
fn name_digest(name: &str) -> Digest {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    let digest = Sha256::new()
        .chain_update(b"inroom emergency name v1\0")
        .chain_update(words.join(" "))
        .finalize();
    Digest::from_bytes(digest.into())
}

impl Vault {
    /// Opens an organisation's vault with the code of its sealed sheet: for reading, for as many minutes
    /// as the organisation's document says, and with this code never again.
    ///
    /// # Errors
    /// [`VaultError::NoEmergency`], [`VaultError::WrongEmergencyCode`], [`VaultError::EmergencyUsed`],
    /// [`VaultError::NoEmergencyName`], [`VaultError::TooManyTries`], [`VaultError::LockedDown`]; what
    /// is wrong with the organisation's key and document on this computer; those of
    /// [`Vault::open_with`]. The next opening enters it in the log, and the sheet stays unused.
    pub fn open_in_emergency(
        dir: &Path,
        request: &EmergencyRequest<'_>,
    ) -> Result<Self, VaultError> {
        Self::open_in_emergency_at(dir, request, now())
    }

    pub(crate) fn open_in_emergency_at(
        dir: &Path,
        request: &EmergencyRequest<'_>,
        now: UnixMillis,
    ) -> Result<Self, VaultError> {
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        let length = request.name.trim().chars().count();
        if !(1..=MOST_NAME).contains(&length) || request.name.chars().any(char::is_control) {
            return Err(VaultError::NoEmergencyName);
        }
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        let lock = Lock::take(dir)?;
        Self::begin_emergency(dir, &lock, &keys, request, now).inspect_err(|error| {
            if let Some(reason) = log::refusal(error) {
                let refused = Act::UnlockRefused { reason, times: 1 };
                // The vault stays locked whether this can be written or not.
                let _ = door::note(&lock, log::event(&account::actor(), refused));
            }
        })
    }

    fn begin_emergency(
        dir: &Path,
        lock: &Lock,
        keys: &KeysFile,
        request: &EmergencyRequest<'_>,
        now: UnixMillis,
    ) -> Result<Self, VaultError> {
        tries::begin_emergency(lock, log::now())?;
        let unwrapped = keys
            .unwrap_emergency(request.code, request.device)
            .inspect_err(|error| {
                if !matches!(error, VaultError::WrongEmergencyCode) {
                    tries::take_back_emergency(lock);
                }
            })?;
        tries::clear_emergency(lock);
        let vault = Self::open_unwrapped(dir, lock.clone(), keys, &unwrapped)?;
        let in_force = vault.document_in_force(&Workstation::of(dir), now)?;
        let organisation = in_force
            .ok_or(VaultError::NoAccounts)?
            .accepted
            .organisation;
        let sheet = request.code.recipient().to_string();
        let emergency = organisation.emergency.as_ref();
        let emergency = emergency
            .filter(|emergency| emergency.recipient == sheet)
            .ok_or(VaultError::WrongEmergencyCode)?;
        vault.while_locked_down(Command::OpenVault, None, Some(Role::Physician))?;
        let until = UnixMillis(now.0 + i64::from(emergency.minutes) * MINUTE_MILLIS);
        let digest = sheet_digest(&sheet);
        let who = Actor::Emergency { sheet: digest };
        vault.commit(|transaction| {
            use_sheet(transaction, &sheet, request, (now, until))?;
            let begun = Act::EmergencyBegun {
                sheet: digest,
                reason: request.reason,
                name: name_digest(request.name),
                until,
            };
            vault.note_by(transaction, &who, begun)
        })?;
        // From here on the code opens nothing. If the old file stays, the vault knows it as used.
        let _ = folder::replace_keys(dir, &keys.with_emergency(&unwrapped, None)?.to_bytes()?);
        let session = Session {
            organisation,
            signed_in: SignedIn::Emergency(EmergencySession {
                sheet,
                begun_at: now,
                until,
                since: Instant::now(),
            }),
        };
        vault.with_session(who, Arc::new(session)).enter()
    }

    /// When the emergency access ends with which this vault was opened; `None` if it was opened in
    /// another way.
    pub fn emergency_until(&self) -> Option<UnixMillis> {
        Some(self.emergency_session()?.until)
    }

    pub(crate) fn emergency_session(&self) -> Option<&EmergencySession> {
        match &self.session()?.signed_in {
            SignedIn::Emergency(session) => Some(session),
            SignedIn::Person(_) => None,
        }
    }

    /// Nothing of a visit is read once the time of an emergency access is over, whoever asks for it.
    ///
    /// # Errors
    /// [`VaultError::EmergencyOver`].
    pub(crate) fn in_time(&self) -> Result<(), VaultError> {
        self.emergency_session()
            .map_or(Ok(()), EmergencySession::in_time)
    }

    /// The emergency accesses to this vault, the earliest first. Those that oversight has not taken note
    /// of are told to everybody who signs in.
    ///
    /// # Errors
    /// What the store answers.
    pub fn emergency_accesses(&self) -> Result<Vec<EmergencyAccess>, VaultError> {
        accesses(&self.connection())
    }

    /// Takes note of every emergency access so far that is over: it is told no more. Answers how many
    /// there were.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers.
    pub fn acknowledge_emergencies(&self) -> Result<usize, VaultError> {
        self.may(Command::AcknowledgeEmergency)?;
        let done = self.commit(|transaction| {
            let all = accesses(transaction)?;
            let new = all
                .iter()
                .filter(|access| access.ended && !access.acknowledged);
            let mut count = 0;
            for access in new {
                let sheet = access.sheet;
                self.note(transaction, Act::EmergencyAcknowledged { sheet })?;
                count += 1;
            }
            transaction.execute(
                "UPDATE emergencies SET acknowledged = 1 WHERE ended = 1",
                [],
            )?;
            Ok(count)
        });
        done.map_err(|error| self.refused(Asked::AcknowledgeEmergency, None, error))
    }

    /// Enters the end of this emergency access.
    pub(crate) fn end_emergency(&self, transaction: &Transaction<'_>) -> Result<(), VaultError> {
        match self.emergency_session() {
            Some(session) => self.end_access(transaction, &session.sheet, self.who()),
            None => Ok(()),
        }
    }

    /// Enters the end of those whose program has died.
    pub(crate) fn end_abandoned(&self, transaction: &Transaction<'_>) -> Result<(), VaultError> {
        let own = self
            .emergency_session()
            .map(|session| session.sheet.as_str());
        let open: Vec<String> = transaction
            .prepare_cached("SELECT sheet FROM emergencies WHERE ended = 0")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for sheet in open.iter().filter(|sheet| Some(sheet.as_str()) != own) {
            self.end_access(transaction, sheet, &Actor::Program)?;
        }
        Ok(())
    }

    fn end_access(
        &self,
        transaction: &Transaction<'_>,
        sheet: &str,
        who: &Actor,
    ) -> Result<(), VaultError> {
        transaction.execute("UPDATE emergencies SET ended = 1 WHERE sheet = ?1", [sheet])?;
        let sheet = sheet_digest(sheet);
        self.note_by(transaction, who, Act::EmergencyEnded { sheet })
    }
}

/// Whether a sheet was used in this vault before.
pub(crate) fn is_used(
    connection: &Connection,
    sheet: &EscrowRecipient,
) -> Result<bool, VaultError> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM emergencies WHERE sheet = ?1)")?
        .query_row([sheet.to_string()], |row| row.get(0))?)
}

fn use_sheet(
    transaction: &Transaction<'_>,
    sheet: &str,
    request: &EmergencyRequest<'_>,
    (begun_at, until): (UnixMillis, UnixMillis),
) -> Result<(), VaultError> {
    let used = transaction.execute(
        "INSERT INTO emergencies (sheet, begun_at, until, reason, name, ended, acknowledged)
         SELECT ?1, ?2, ?3, ?4, ?5, 0, 0
         WHERE NOT EXISTS (SELECT 1 FROM emergencies WHERE sheet = ?1)",
        (
            sheet,
            begun_at.0,
            until.0,
            request.reason.word(),
            request.name.trim(),
        ),
    )?;
    if used == 0 {
        return Err(VaultError::EmergencyUsed);
    }
    Ok(())
}

fn accesses(connection: &Connection) -> Result<Vec<EmergencyAccess>, VaultError> {
    let mut statement = connection.prepare_cached(
        "SELECT sheet, begun_at, until, reason, name, ended, acknowledged FROM emergencies
         ORDER BY begun_at, sheet",
    )?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (sheet, reason): (String, String) = (row.get(0)?, row.get(3)?);
        all.push(EmergencyAccess {
            sheet: sheet_digest(&sheet),
            begun_at: UnixMillis(row.get(1)?),
            until: UnixMillis(row.get(2)?),
            reason: EmergencyReason::from_word(&reason).ok_or(VaultError::Damaged {
                what: Part::Database,
            })?,
            name: row.get(4)?,
            ended: row.get(5)?,
            acknowledged: row.get(6)?,
        });
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
