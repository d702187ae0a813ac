//! What was erased leaves the search index in short commits, one after the other: each word of a
//! visit is taken out of every page that it stands in, which among thousands of visits takes
//! seconds. A recording that goes on meanwhile waits for one of the commits at most.
//!
//! What is still to be removed stands in a table and is taken up again at the next start.

use std::thread;
use std::time::Duration;

use rusqlite::{OptionalExtension, Transaction};

use crate::error::VaultError;
use crate::folder;
use crate::vault::Vault;

/// Rows of the index that one commit removes: a segment has a dozen words, a note a hundred.
const SLICE: usize = 1;

/// Long enough for whoever waits for the connection to get it: the one who gives it back and asks
/// again at once would be served first.
const TURN: Duration = Duration::from_millis(1);

impl Vault {
    /// Removes from the index what was erased, and empties the write-ahead log, where older forms
    /// of pages stand, with the copies of damaged ones. Without anything to remove it only looks.
    ///
    /// # Errors
    /// [`VaultError::DiskFull`], [`VaultError::Storage`]; it is taken up where it was by the next
    /// call.
    pub(crate) fn forget(&self) -> Result<(), VaultError> {
        while self.commit(forget_slice)? {
            thread::sleep(TURN);
        }
        crate::database::empty_log(&self.connection())?;
        folder::remove_damaged_logs(self.folder());
        Ok(())
    }

    /// Whether something that was erased is still in the index.
    pub(crate) fn has_to_forget(&self) -> Result<bool, VaultError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM forgetting)";
        Ok(self.connection().query_row(sql, [], |row| row.get(0))?)
    }
}

/// Removes some rows; `false` if there were none left.
fn forget_slice(transaction: &Transaction<'_>) -> Result<bool, VaultError> {
    let next: Option<(i64, i64)> = transaction
        .prepare_cached("SELECT first, last FROM forgetting ORDER BY first LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((first, last)) = next else {
        return Ok(false);
    };
    let rows: Vec<i64> = transaction
        .prepare_cached(
            "SELECT rowid FROM search WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid LIMIT ?3",
        )?
        .query_map((first, last, SLICE as i64), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for row in &rows {
        transaction
            .prepare_cached("DELETE FROM search WHERE rowid = ?1")?
            .execute([row])?;
    }
    if rows.len() < SLICE {
        transaction
            .prepare_cached("DELETE FROM forgetting WHERE first = ?1")?
            .execute([first])?;
    }
    Ok(true)
}
