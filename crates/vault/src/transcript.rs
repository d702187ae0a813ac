use rusqlite::{Connection, OptionalExtension};
use visit::{Samples, Segment, VisitId};

use crate::attempts::{self, Step};
use crate::error::{Numbered, Part, VaultError};
use crate::key::{Key, OfVisit};
use crate::record::{self, Record};
use crate::search;
use crate::vault::Vault;
use crate::visits::{samples_from, samples_into};

/// How far a visit's transcript has come: segments, and samples whose transcript is final.
fn progress(connection: &Connection, id: VisitId) -> Result<(u32, Samples), VaultError> {
    let found: Option<(u32, i64)> = connection
        .prepare_cached("SELECT segments, settled FROM visits WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (segments, settled) = found.ok_or(VaultError::NoSuchVisit(id))?;
    Ok((segments, samples_from(settled)?))
}

impl Vault {
    /// Adds final segments to the transcript and notes up to where the recording is settled,
    /// both in one commit. Without segments it only moves the settled mark.
    ///
    /// # Errors
    /// [`VaultError::OutOfOrder`] unless the segments' indices go on from the last one;
    /// [`VaultError::SettledBackwards`]; [`VaultError::Unstorable`] for a probability that is no
    /// number; [`VaultError::Signed`]; [`VaultError::DiskFull`]. Nothing is stored then.
    pub fn append_segments(
        &self,
        id: VisitId,
        segments: &[Segment],
        settled: Samples,
    ) -> Result<(), VaultError> {
        self.commit(|transaction| {
            let (row, key) = self.find_unsigned(transaction, id)?;
            let (mut next, settled_before) = progress(transaction, id)?;
            if settled < settled_before {
                return Err(VaultError::SettledBackwards);
            }
            let mut insert = transaction.prepare_cached(
                "INSERT INTO segments (visit, number, sealed) VALUES (?1, ?2, ?3)",
            )?;
            for segment in segments {
                if segment.index != next {
                    let (expected, found) = (next, segment.index);
                    return Err(VaultError::OutOfOrder {
                        what: Numbered::Segment,
                        expected,
                        found,
                    });
                }
                let sealed = record::seal::<_, Segment>(&key, id, Record::Segment(next), segment)?;
                insert.execute((row, next, sealed))?;
                search::put_segment(transaction, row, segment)?;
                next += 1;
            }
            transaction
                .prepare_cached("UPDATE visits SET segments = ?2, settled = ?3 WHERE row = ?1")?
                .execute((row, next, samples_into(settled)))?;
            if settled > settled_before {
                attempts::has_advanced(transaction, row, Step::Transcribe)?;
            }
            Ok(())
        })
    }

    /// Replaces the transcript as the program writes it by the same words with other speakers and roles. A segment may have
    /// become several; what has not changed is not written again.
    ///
    /// # Errors
    /// [`VaultError::OutOfOrder`] unless the segments are counted from 0 and at least as many as
    /// before; [`VaultError::Damaged`] if a segment does not open; [`VaultError::DiskFull`].
    /// Nothing is changed then.
    pub fn relabel_segments(&self, id: VisitId, segments: &[Segment]) -> Result<(), VaultError> {
        let before = self.segments_as_heard(id)?;
        self.commit(|transaction| {
            let (row, key) = self.find_unsigned(transaction, id)?;
            let (count, _) = progress(transaction, id)?;
            let wrong = |expected, found| VaultError::OutOfOrder {
                what: Numbered::Segment,
                expected,
                found,
            };
            let many = u32::try_from(segments.len()).unwrap_or(u32::MAX);
            if many < count || before.len() != count as usize {
                return Err(wrong(count, many));
            }
            for (segment, number) in segments.iter().zip(0_u32..) {
                if segment.index != number {
                    return Err(wrong(number, segment.index));
                }
                let old = before.get(number as usize);
                if old == Some(segment) {
                    continue;
                }
                let sealed =
                    record::seal::<_, Segment>(&key, id, Record::Segment(number), segment)?;
                let statement = if old.is_some() {
                    "UPDATE segments SET sealed = ?3 WHERE visit = ?1 AND number = ?2"
                } else {
                    "INSERT INTO segments (visit, number, sealed) VALUES (?1, ?2, ?3)"
                };
                transaction
                    .prepare_cached(statement)?
                    .execute((row, number, sealed))?;
                if old.is_none_or(|old| old.text != segment.text) {
                    search::put_segment(transaction, row, segment)?;
                }
            }
            transaction
                .prepare_cached("UPDATE visits SET segments = ?2 WHERE row = ?1")?
                .execute((row, many))?;
            Ok(())
        })
    }

    /// The transcript with its speakers as a person has corrected them, for the program's own work.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if a segment or a correction is missing or does not open.
    pub fn segments(&self, id: VisitId) -> Result<Vec<Segment>, VaultError> {
        self.segments_on(&self.connection(), id)
    }

    /// The transcript with the speakers that the program has found, for [`Vault::relabel_segments`].
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if a segment is missing or does not open.
    pub fn segments_as_heard(&self, id: VisitId) -> Result<Vec<Segment>, VaultError> {
        let connection = self.connection();
        let found = self.find(&connection, id)?;
        self.segments_as_heard_on(&connection, &found, id)
    }

    pub(crate) fn segments_as_heard_on(
        &self,
        connection: &Connection,
        (row, key): &(i64, Key<OfVisit>),
        id: VisitId,
    ) -> Result<Vec<Segment>, VaultError> {
        let (count, _) = progress(connection, id)?;
        let mut statement = connection.prepare_cached(
            "SELECT number, sealed FROM segments WHERE visit = ?1 ORDER BY number",
        )?;
        let rows = statement.query_map([*row], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut segments: Vec<Segment> = Vec::new();
        for (stored, expected) in rows.zip(0_u32..) {
            let (number, sealed): (u32, Vec<u8>) = stored?;
            if number != expected {
                return Err(VaultError::Damaged {
                    what: Part::Segment(expected),
                });
            }
            segments.push(record::open(key, id, Record::Segment(number), &sealed)?);
        }
        let found = u32::try_from(segments.len()).unwrap_or(u32::MAX);
        if found != count {
            return Err(VaultError::Damaged {
                what: Part::Segment(found.min(count)),
            });
        }
        Ok(segments)
    }

    /// Up to where in the recording the transcript is final.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`].
    pub fn settled(&self, id: VisitId) -> Result<Samples, VaultError> {
        Ok(progress(&self.connection(), id)?.1)
    }
}
