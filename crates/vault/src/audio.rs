use rusqlite::{Connection, OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::{Samples, VisitId, VisitState};

pub use crate::chunk::CHUNK_SAMPLES;
use crate::chunk::{self, Place};
use crate::database;
use crate::error::{Numbered, Part, VaultError};
use crate::folder::DATABASE_FILE;
use crate::seal::Nonce;
use crate::vault::Vault;
use crate::visits::{samples_from, samples_into, state_of};

/// How much of a visit is sealed and committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Chunks; the next one has this number.
    pub chunks: u32,
    /// Samples in them.
    pub samples: Samples,
}

/// Where a chunk stands in its recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkPosition {
    /// Its number, from 0.
    pub number: u32,
    /// How many samples of the recording come before it.
    pub start: Samples,
}

fn recorded(connection: &Connection, id: VisitId) -> Result<Recorded, VaultError> {
    let found: Option<(u32, i64)> = connection
        .prepare_cached("SELECT chunks, samples FROM visits WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (chunks, samples) = found.ok_or(VaultError::NoSuchVisit(id))?;
    Ok(Recorded {
        chunks,
        samples: samples_from(samples)?,
    })
}

impl Vault {
    /// Seals the next chunk of a recording and commits it: when this returns, the sound is on the
    /// medium.
    ///
    /// # Errors
    /// [`VaultError::ChunkLength`] unless it has 1 to [`CHUNK_SAMPLES`] samples;
    /// [`VaultError::OutOfOrder`] unless `number` is [`Recorded::chunks`];
    /// [`VaultError::NotNow`] unless the visit is recording or paused; [`VaultError::Signed`];
    /// [`VaultError::DiskFull`]. The chunk is not stored then, earlier ones are untouched.
    pub fn append_chunk(&self, id: VisitId, number: u32, pcm: &[i16]) -> Result<(), VaultError> {
        let chunk_length = || VaultError::ChunkLength { samples: pcm.len() };
        chunk::valid_length(pcm.len()).ok_or_else(chunk_length)?;
        let nonce = Nonce::make_random()?;
        self.commit(|transaction| {
            let (row, key) = self.find_sound(transaction, id)?;
            let state = state_of(transaction, id)?;
            if state == VisitState::Signed {
                return Err(VaultError::Signed);
            }
            if !matches!(state, VisitState::Recording | VisitState::Paused) {
                return Err(VaultError::NotNow {
                    what: Numbered::Chunk,
                    state,
                });
            }
            let before = recorded(transaction, id)?;
            if number != before.chunks {
                let (expected, found) = (before.chunks, number);
                return Err(VaultError::OutOfOrder {
                    what: Numbered::Chunk,
                    expected,
                    found,
                });
            }
            let sealed = chunk::seal(&key, &nonce, Place { visit: id, number }, pcm)
                .ok_or_else(chunk_length)?;
            transaction
                .prepare_cached(
                    "INSERT INTO chunks (visit, number, start, sealed)
                     VALUES (:visit, :number, :start, :sealed)",
                )?
                .execute(named_params! {
                    ":visit": row,
                    ":number": number,
                    ":start": samples_into(before.samples),
                    ":sealed": sealed,
                })?;
            transaction
                .prepare_cached(
                    "UPDATE visits SET chunks = chunks + 1, samples = samples + ?2 WHERE row = ?1",
                )?
                .execute((row, samples_into(Samples::of(pcm.len()))))?;
            Ok(())
        })
    }

    /// The sound of one chunk.
    ///
    /// # Errors
    /// [`VaultError::NoSuchChunk`] if it was never recorded; [`VaultError::Erased`];
    /// [`VaultError::Damaged`] if it is
    /// missing or does not open.
    pub fn chunk(&self, id: VisitId, number: u32) -> Result<Vec<i16>, VaultError> {
        match self.read_chunk(id, number) {
            // A page that has gone bad. SQLCipher gives nothing more out over a connection that has
            // come upon one, so the next call gets another.
            Err(VaultError::Damaged {
                what: Part::Database,
            }) => {
                let path = self.folder().join(DATABASE_FILE);
                *self.connection() = database::open(&path, self.database_key())?;
                Err(VaultError::Damaged {
                    what: Part::Chunk(number),
                })
            }
            read => read,
        }
    }

    fn read_chunk(&self, id: VisitId, number: u32) -> Result<Vec<i16>, VaultError> {
        let connection = self.connection();
        let (row, key) = self.find_sound(&connection, id)?;
        let sealed: Option<Vec<u8>> = connection
            .prepare_cached("SELECT sealed FROM chunks WHERE visit = ?1 AND number = ?2")?
            .query_row((row, number), |row| row.get(0))
            .optional()?;
        let Some(sealed) = sealed else {
            let recorded = recorded(&connection, id)?.chunks;
            return Err(if number < recorded {
                VaultError::Damaged {
                    what: Part::Chunk(number),
                }
            } else {
                VaultError::NoSuchChunk { number, recorded }
            });
        };
        chunk::open(&key, Place { visit: id, number }, &sealed).map_err(|_| VaultError::Damaged {
            what: Part::Chunk(number),
        })
    }

    /// The chunk that holds the sample at `at`; `None` if so much is not recorded yet.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Erased`].
    pub fn chunk_at(&self, id: VisitId, at: Samples) -> Result<Option<ChunkPosition>, VaultError> {
        let connection = self.connection();
        if at >= recorded(&connection, id)?.samples {
            return Ok(None);
        }
        let (row, _) = self.find_sound(&connection, id)?;
        // The indexes alone tell, whose order is the same: the chunk itself may be damaged.
        let start: Option<i64> = connection
            .prepare_cached("SELECT max(start) FROM chunks WHERE visit = ?1 AND start <= ?2")?
            .query_row((row, samples_into(at)), |row| row.get(0))?;
        // A first chunk that is missing is noticed when it is read.
        let start = start.unwrap_or(0);
        let number: Option<u32> = connection
            .prepare_cached(
                "SELECT number FROM chunks WHERE visit = ?1 ORDER BY number LIMIT 1 OFFSET
                 (SELECT count(*) FROM chunks WHERE visit = ?1 AND start < ?2)",
            )?
            .query_row((row, start), |row| row.get(0))
            .optional()?;
        Ok(Some(ChunkPosition {
            number: number.filter(|_| start > 0).unwrap_or(0),
            start: samples_from(start)?,
        }))
    }

    /// How many samples of the recording come before the end of a chunk, which need not be readable
    /// or there: a chunk that is missing, too, reaches to the next one that is there.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`].
    pub fn chunk_end(&self, id: VisitId, number: u32) -> Result<Samples, VaultError> {
        let connection = self.connection();
        let (row, _) = self.find(&connection, id)?;
        // The indexes alone tell, whose order is the same: the chunks themselves may be damaged.
        let next: Option<i64> = connection
            .prepare_cached(
                "SELECT start FROM chunks WHERE visit = ?1 ORDER BY start LIMIT 1 OFFSET
                 (SELECT count(*) FROM chunks WHERE visit = ?1 AND number <= ?2)",
            )?
            .query_row((row, number), |row| row.get(0))
            .optional()?;
        match next {
            Some(start) => samples_from(start),
            None => Ok(recorded(&connection, id)?.samples),
        }
    }

    /// How much of the visit is sealed and committed.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`].
    pub fn recorded(&self, id: VisitId) -> Result<Recorded, VaultError> {
        recorded(&self.connection(), id)
    }
}

#[cfg(test)]
mod tests;
