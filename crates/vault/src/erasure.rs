use rusqlite::{OptionalExtension, named_params};
use visit::{UnixMillis, VisitId};

use crate::error::{Part, VaultError};
use crate::tombstone::{self, Erased, ErasureReason, Tombstone};
use crate::vault::Vault;
use crate::visits::samples_from;

impl Vault {
    /// Erases a visit's sound, or all of the visit: its key is destroyed with everything that was
    /// sealed under it, and a signed tombstone is left, all in one commit. It cannot be undone.
    ///
    /// Erased pages are overwritten in the database, and the write-ahead log, where older forms of
    /// them may stand, is emptied before this returns. Backups and copies of the folder are out of
    /// its reach.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`]; [`VaultError::Erased`] if its sound was erased before and only
    /// sound is asked for; [`VaultError::Storage`]: nothing was erased then, except if only the log
    /// could not be emptied, which the vault's next start does.
    pub fn erase(
        &self,
        id: VisitId,
        erased: Erased,
        reason: ErasureReason,
        at: UnixMillis,
    ) -> Result<Tombstone, VaultError> {
        let tombstone = self.commit(|transaction| {
            let found = transaction
                .prepare_cached(
                    "SELECT row, started_at, samples, segments, revisions, sound_erased
                     FROM visits WHERE id = ?1",
                )?
                .query_row([id.as_bytes()], |row| {
                    Ok((
                        row.get::<_, i64>(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                        row.get::<_, bool>(5)?,
                    ))
                })
                .optional()?;
            let (row, started_at, samples, segments, revisions, sound_erased) =
                found.ok_or(VaultError::NoSuchVisit(id))?;
            if sound_erased && erased == Erased::Sound {
                return Err(VaultError::Erased);
            }
            match erased {
                Erased::Visit => {
                    transaction.execute("DELETE FROM visits WHERE row = ?1", [row])?;
                }
                Erased::Sound => {
                    transaction.execute("DELETE FROM chunks WHERE visit = ?1", [row])?;
                    // There is nothing left that could still be transcribed.
                    transaction.execute(
                        "UPDATE visits SET wrapped_sound_key = NULL, sound_erased = 1,
                         settled = samples WHERE row = ?1",
                        [row],
                    )?;
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
            Ok(tombstone)
        })?;
        crate::database::empty_log(&self.connection())?;
        Ok(tombstone)
    }

    /// Every tombstone, the earliest first.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if one was altered.
    pub fn tombstones(&self) -> Result<Vec<Tombstone>, VaultError> {
        let connection = self.connection();
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
