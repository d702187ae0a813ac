//! Whether a restored vault is the one that was backed up: every row the same, everything read. What
//! cannot be read there could not be read before either, as the rows are the same: it is reported and
//! is no reason to do without the rest.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use visit::VisitId;

use super::DamagedPart;
use crate::database;
use crate::error::{Part, VaultError};
use crate::folder::{DATABASE_FILE, Lock};
use crate::vault::Vault;

impl Vault {
    pub(super) fn compare(
        &self,
        still: &Connection,
        restored: &Path,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<Vec<DamagedPart>, VaultError> {
        let connection = database::open(&restored.join(DATABASE_FILE), self.database_key())?;
        if digest(still)? != digest(&connection)? {
            return Err(VaultError::BackupDiffers);
        }
        // One that has come upon a page that has gone bad gives nothing more out.
        let connection = database::open(&restored.join(DATABASE_FILE), self.database_key())?;
        let visits = visits(&connection)?;
        let scratch = self.over(restored, Lock::take(restored)?, connection);
        let all = u32::try_from(visits.len()).unwrap_or(u32::MAX);
        let mut damaged = Vec::new();
        for (&(id, sound_erased), done) in visits.iter().zip(1..) {
            let parts = scratch.read_all(id, sound_erased)?.into_iter();
            damaged.extend(parts.map(|part| DamagedPart {
                visit: id,
                what: part.to_string(),
            }));
            progress(done, all);
        }
        scratch.tombstones()?;
        Ok(damaged)
    }

    /// Reads everything of a visit and forgets it; answers what cannot be read.
    fn read_all(&self, id: VisitId, sound_erased: bool) -> Result<Vec<Part>, VaultError> {
        let mut damaged = Vec::new();
        let mut note = |read: Result<(), VaultError>, whole: Option<Part>| match read {
            Ok(()) => Ok(()),
            Err(VaultError::Damaged { what }) => {
                damaged.push(whole.unwrap_or(what));
                Ok(())
            }
            Err(other) => Err(other),
        };
        note(self.visit(id).map(drop), None)?;
        note(self.segments(id).map(drop), None)?;
        note(self.revisions(id).map(drop), None)?;
        note(self.gaps(id).map(drop), None)?;
        if !sound_erased {
            for number in 0..self.recorded(id)?.chunks {
                // A page of the database that has gone bad does not know what stood on it.
                let whole = Some(Part::Chunk(number));
                note(self.chunk(id, number).map(drop), whole)?;
            }
        }
        Ok(damaged)
    }
}

/// Every visit, and whether its sound was erased.
fn visits(connection: &Connection) -> Result<Vec<(VisitId, bool)>, VaultError> {
    let mut rows = connection.prepare("SELECT id, sound_erased FROM visits ORDER BY row")?;
    let rows = rows.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (id, sound_erased) = row?;
        let id = Uuid::from_slice(&id).map_err(|_| VaultError::Damaged {
            what: Part::Database,
        })?;
        Ok((VisitId::from_uuid(id), sound_erased))
    })
    .collect()
}

/// SHA-256 over every row of every table, in the order of the tables' names and of the rows. A table
/// of which a page has gone bad counts up to there.
pub(crate) fn digest(connection: &Connection) -> Result<[u8; 32], VaultError> {
    let mut tables = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name",
    )?;
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut digest = Sha256::new();
    for table in tables {
        digest.update(table.as_bytes());
        match add_table(&mut digest, connection, &table) {
            Ok(()) => {}
            Err(VaultError::Damaged { .. }) => digest.update([9]),
            Err(other) => return Err(other),
        }
    }
    Ok(digest.finalize().into())
}

fn add_table(digest: &mut Sha256, connection: &Connection, table: &str) -> Result<(), VaultError> {
    let mut rows = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns = rows.column_count();
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => digest.update([0]),
                ValueRef::Integer(number) => {
                    digest.update([1]);
                    digest.update(number.to_le_bytes());
                }
                ValueRef::Real(number) => {
                    digest.update([2]);
                    digest.update(number.to_le_bytes());
                }
                ValueRef::Text(bytes) => field(digest, 3, bytes),
                ValueRef::Blob(bytes) => field(digest, 4, bytes),
            }
        }
    }
    Ok(())
}

fn field(digest: &mut Sha256, kind: u8, bytes: &[u8]) {
    digest.update([kind]);
    digest.update((bytes.len() as u64).to_le_bytes());
    digest.update(bytes);
}
