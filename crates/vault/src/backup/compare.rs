//! Whether a restored vault is the one that was backed up: every row the same, everything readable.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use crate::database;
use crate::error::VaultError;
use crate::folder::{DATABASE_FILE, Lock};
use crate::vault::Vault;

impl Vault {
    pub(super) fn compare(
        &self,
        still: &Connection,
        restored: &Path,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(), VaultError> {
        let connection = database::open(&restored.join(DATABASE_FILE), self.database_key())?;
        if digest(still)? != digest(&connection)? {
            return Err(VaultError::BackupDiffers);
        }
        let scratch = self.over(restored, Lock::take(restored)?, connection);
        let visits = scratch.visits()?;
        let all = u32::try_from(visits.len()).unwrap_or(u32::MAX);
        for (summary, done) in visits.iter().zip(1..) {
            scratch.read_all(summary.id, summary.sound_erased)?;
            progress(done, all);
        }
        scratch.tombstones().map(drop)
    }

    /// Reads everything of a visit and forgets it.
    fn read_all(&self, id: visit::VisitId, sound_erased: bool) -> Result<(), VaultError> {
        self.visit(id)?;
        self.segments(id)?;
        self.revisions(id)?;
        self.gaps(id)?;
        if !sound_erased {
            for number in 0..self.recorded(id)?.chunks {
                self.chunk(id, number)?;
            }
        }
        Ok(())
    }
}

/// SHA-256 over every row of every table, in the order of the tables' names and of the rows.
fn digest(connection: &Connection) -> Result<[u8; 32], VaultError> {
    let mut tables = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name",
    )?;
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut digest = Sha256::new();
    for table in tables {
        digest.update(table.as_bytes());
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
                    ValueRef::Text(bytes) => field(&mut digest, 3, bytes),
                    ValueRef::Blob(bytes) => field(&mut digest, 4, bytes),
                }
            }
        }
    }
    Ok(digest.finalize().into())
}

fn field(digest: &mut Sha256, kind: u8, bytes: &[u8]) {
    digest.update([kind]);
    digest.update((bytes.len() as u64).to_le_bytes());
    digest.update(bytes);
}
