use audit::{Act, Actor, Asked, Cause, Part as AuditPart};
use governance::Command;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use visit::{UnixMillis, VisitId, VisitState};

use crate::error::{Part, VaultError};
use crate::search;
use crate::tombstone::{self, Erased, ErasureReason, Tombstone};
use crate::vault::Vault;
use crate::visits::samples_from;

impl Vault {
    /// Erases a part of a visit, or all of it: the key that sealed it is destroyed, and a signed
    /// tombstone is left, all in one commit. It cannot be undone.
    ///
    /// Then what was erased leaves the search index, in commits of its own, between which others get
    /// their turn; cut off there, it goes on at the vault's next start. Erased pages are overwritten
    /// in the database, and the write-ahead log, where older forms of them may stand, is emptied
    /// before this returns. Backups and copies of the folder are out of its reach.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`]; [`VaultError::Erased`] if its sound was erased before and only
    /// sound is asked for; [`VaultError::NothingToErase`]; [`VaultError::Storage`]: nothing was
    /// erased then, except if only index or log could not be cleared, which the vault's next start
    /// does.
    pub fn erase(
        &self,
        id: VisitId,
        erased: Erased,
        reason: ErasureReason,
        at: UnixMillis,
    ) -> Result<Tombstone, VaultError> {
        let mut tombstones = self.erase_parts(id, &[erased], reason, at)?;
        tombstones.pop().ok_or(VaultError::NothingToErase)
    }

    /// Erases several parts of a visit as [`Vault::erase`] does one, all of them in one commit, each
    /// with a tombstone of its own.
    ///
    /// # Errors
    /// As [`Vault::erase`]: if one of them cannot be erased, none is. [`VaultError::NothingToErase`]
    /// if none is named.
    pub fn erase_parts(
        &self,
        id: VisitId,
        parts: &[Erased],
        reason: ErasureReason,
        at: UnixMillis,
    ) -> Result<Vec<Tombstone>, VaultError> {
        let command = match reason {
            ErasureReason::ConsentWithdrawn => Command::WithdrawConsent,
            ErasureReason::Discarded | ErasureReason::Retention => Command::Discard,
        };
        self.may_with(command, id)?;
        let tombstones = self
            .commit(|transaction| {
                if parts.is_empty() {
                    return Err(VaultError::NothingToErase);
                }
                if reason == ErasureReason::ConsentWithdrawn {
                    self.note(transaction, Act::ConsentWithdrawn { visit: id })?;
                }
                parts
                    .iter()
                    .map(|part| self.erase_in(transaction, id, *part, reason, at))
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(|error| self.refused(Asked::Erase, Some(id), error))?;
        self.forget()?;
        Ok(tombstones)
    }

    /// What of [`Vault::erase`] happens in its commit.
    pub(crate) fn erase_in(
        &self,
        transaction: &Transaction<'_>,
        id: VisitId,
        erased: Erased,
        reason: ErasureReason,
        at: UnixMillis,
    ) -> Result<Tombstone, VaultError> {
        let found = transaction
            .prepare_cached(
                "SELECT row, started_at, samples, segments, revisions, sound_erased, state
                 FROM visits WHERE id = ?1",
            )?
            .query_row([id.as_bytes()], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get::<_, u32>(3)?,
                    row.get::<_, u32>(4)?,
                    row.get::<_, bool>(5)?,
                    row.get::<_, String>(6)?,
                ))
            })
            .optional()?;
        let (row, started_at, samples, segments, revisions, sound_erased, state) =
            found.ok_or(VaultError::NoSuchVisit(id))?;
        let state = VisitState::parse(&state).ok_or(VaultError::Damaged {
            what: Part::Database,
        })?;
        match erased {
            Erased::Visit => {
                transaction.execute("DELETE FROM visits WHERE row = ?1", [row])?;
            }
            Erased::Sound if sound_erased => return Err(VaultError::Erased),
            Erased::Sound => {
                transaction.execute("DELETE FROM chunks WHERE visit = ?1", [row])?;
                // There is nothing left that could still be transcribed.
                transaction.execute(
                    "UPDATE visits SET wrapped_sound_key = NULL, sound_erased = 1,
                     settled = samples WHERE row = ?1",
                    [row],
                )?;
            }
            Erased::Transcript => {
                // Before the signature the note's evidence is still to be read, and more may come.
                if segments == 0 || state != VisitState::Signed {
                    return Err(VaultError::NothingToErase);
                }
                transaction.execute("DELETE FROM segments WHERE visit = ?1", [row])?;
                transaction.execute("DELETE FROM corrections WHERE visit = ?1", [row])?;
                transaction.execute(
                    "UPDATE visits SET segments = 0, transcript_erased = 1, settled = samples
                     WHERE row = ?1",
                    [row],
                )?;
                search::forget_segments(transaction, row)?;
                self.exchange_visit_key(transaction, id, self.find(transaction, id)?)?;
            }
            Erased::Draft => {
                if revisions == 0 || !matches!(state, VisitState::Recorded | VisitState::Drafted) {
                    return Err(VaultError::NothingToErase);
                }
                transaction.execute("DELETE FROM revisions WHERE visit = ?1", [row])?;
                transaction.execute(
                    "UPDATE visits SET revisions = 0, revised_at = NULL, state = ?2 WHERE row = ?1",
                    (row, VisitState::Recorded.as_str()),
                )?;
                search::remove_note(transaction, row)?;
                self.exchange_visit_key(transaction, id, self.find(transaction, id)?)?;
            }
        }
        let tombstone = Tombstone {
            visit: id,
            erased,
            reason,
            at,
            started_at: UnixMillis(started_at),
            recorded: samples_from(samples)?.millis(),
            segments,
            revisions,
        };
        let statement = serde_json::to_vec(&tombstone).map_err(|_| VaultError::Unstorable {
            what: Part::Tombstone,
        })?;
        transaction
            .prepare_cached(
                "INSERT INTO tombstones (visit, statement, signature)
                 VALUES (:visit, :statement, :signature)",
            )?
            .execute(named_params! {
                ":visit": id.as_bytes(),
                ":signature": tombstone::sign(self.signing(), &statement),
                ":statement": statement,
            })?;
        self.note_erased(transaction, &tombstone)?;
        Ok(tombstone)
    }

    /// Enters in the log what was erased; by the program itself, if nobody has asked for it.
    fn note_erased(
        &self,
        transaction: &Transaction<'_>,
        tombstone: &Tombstone,
    ) -> Result<(), VaultError> {
        let visit = tombstone.visit;
        let part = match tombstone.erased {
            Erased::Sound => AuditPart::Sound,
            Erased::Transcript => AuditPart::Transcript,
            Erased::Draft => AuditPart::Draft,
            Erased::Visit => AuditPart::Visit,
        };
        let (cause, who) = match tombstone.reason {
            ErasureReason::ConsentWithdrawn => (Cause::ConsentWithdrawn, self.who()),
            ErasureReason::Discarded => (Cause::Discarded, self.who()),
            ErasureReason::Retention => (Cause::Retention, &Actor::Program),
        };
        let erased = Act::Erased { visit, part, cause };
        self.note_by(transaction, who, erased)
    }

    /// Every tombstone, the earliest first.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if one was altered.
    pub fn tombstones(&self) -> Result<Vec<Tombstone>, VaultError> {
        self.tombstones_on(&self.connection())
    }

    pub(crate) fn tombstones_on(
        &self,
        connection: &Connection,
    ) -> Result<Vec<Tombstone>, VaultError> {
        let mut statement = connection
            .prepare_cached("SELECT visit, statement, signature FROM tombstones ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, Vec<u8>>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, Vec<u8>>(2)?,
            ))
        })?;
        rows.map(|row| {
            let (visit, statement, signature) = row?;
            tombstone::open(self.signing(), &statement, &signature)
                .filter(|tombstone| tombstone.visit.as_bytes()[..] == visit)
                .ok_or(VaultError::Damaged {
                    what: Part::Tombstone,
                })
        })
        .collect()
    }
}
