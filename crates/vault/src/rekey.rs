use rusqlite::Transaction;
use visit::VisitId;

use crate::error::{Part, VaultError};
use crate::key::{Key, OfVisit};
use crate::record::{self, Record};
use crate::vault::Vault;

impl Vault {
    /// Gives a visit another key, under which everything that is left of it is sealed anew. What was
    /// deleted before, in the same transaction, opens nowhere any more, also not where an older form
    /// of a page has survived: the key that sealed it is gone.
    ///
    /// A signed note is compared with its signature once more before this counts.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if something that is left does not open.
    pub(crate) fn exchange_visit_key(
        &self,
        transaction: &Transaction<'_>,
        id: VisitId,
        (row, old): (i64, Key<OfVisit>),
    ) -> Result<(), VaultError> {
        let new = Key::<OfVisit>::make_random()?;
        let anew = |record, sealed: Vec<u8>| record::seal_anew(&old, &new, id, record, &sealed);

        let (cover, consent, sound_key, sound_erased, revisions): (
            _,
            _,
            Option<Vec<u8>>,
            bool,
            u32,
        ) = transaction.query_row(
            "SELECT cover, consent, wrapped_sound_key, sound_erased, revisions
                 FROM visits WHERE row = ?1",
            [row],
            |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            },
        )?;
        // Sound of version 1 is sealed under the visit's key: it is kept as the key of the sound,
        // and goes with it.
        let sound_key = match sound_key {
            None if !sound_erased => {
                Some(record::wrap_key(self.wrapping(), id, &old.as_sound_key())?)
            }
            kept => kept,
        };
        transaction.execute(
            "UPDATE visits SET wrapped_key = ?2, wrapped_sound_key = ?3, cover = ?4, consent = ?5
             WHERE row = ?1",
            (
                row,
                record::wrap_key(self.wrapping(), id, &new)?,
                sound_key,
                anew(Record::Cover, cover)?,
                anew(Record::Consent, consent)?,
            ),
        )?;

        for (number, sealed) in numbered(transaction, "segments", row)? {
            transaction
                .prepare_cached("UPDATE segments SET sealed = ?3 WHERE visit = ?1 AND number = ?2")?
                .execute((row, number, anew(Record::Segment(number), sealed)?))?;
        }
        for (number, sealed) in numbered(transaction, "corrections", row)? {
            transaction
                .prepare_cached(
                    "UPDATE corrections SET sealed = ?3 WHERE visit = ?1 AND number = ?2",
                )?
                .execute((row, number, anew(Record::Correction(number), sealed)?))?;
        }
        // No revision is ever updated, not even to the same content.
        let kept = numbered(transaction, "revisions", row)?;
        if kept.len() != revisions as usize {
            return Err(VaultError::Damaged {
                what: Part::Revision(revisions),
            });
        }
        transaction.execute("DELETE FROM revisions WHERE visit = ?1", [row])?;
        for (number, sealed) in kept {
            transaction
                .prepare_cached(
                    "INSERT INTO revisions (visit, number, sealed) VALUES (?1, ?2, ?3)",
                )?
                .execute((row, number, anew(Record::Revision(number), sealed)?))?;
        }
        let mut signatures =
            transaction.prepare_cached("SELECT sealed FROM signatures WHERE visit = ?1")?;
        let sealed: Vec<Vec<u8>> = signatures
            .query_map([row], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for sealed in sealed {
            transaction
                .prepare_cached("UPDATE signatures SET sealed = ?2 WHERE visit = ?1")?
                .execute((row, anew(Record::Signature, sealed)?))?;
        }
        self.signed_note(transaction, &(row, new), id).map(drop)
    }
}

/// The sealed rows of a visit in a table that numbers them.
fn numbered(
    transaction: &Transaction<'_>,
    table: &'static str,
    row: i64,
) -> Result<Vec<(u32, Vec<u8>)>, VaultError> {
    let sql = format!("SELECT number, sealed FROM {table} WHERE visit = ?1 ORDER BY number");
    let mut statement = transaction.prepare_cached(&sql)?;
    let rows = statement.query_map([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
