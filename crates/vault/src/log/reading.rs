use std::io::{self, Write};

use audit::{Act, Entry, Export, Fault, Line, PublicKey};
use rusqlite::{Connection, Transaction};

use super::{log_key, newest, stored};
use crate::error::VaultError;
use crate::vault::Vault;

/// Rows that are read before somebody else gets a turn with the database.
const BATCH: usize = 1_000;

/// How a log was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogState {
    /// Entries that fit together, from the first one on.
    pub entries: u64,
    /// What is wrong after them; `None` if all is in order.
    pub fault: Option<Fault>,
}

impl Vault {
    /// The public key that this vault's log is checked with.
    pub fn log_key(&self) -> PublicKey {
        log_key(self.signing())
    }

    /// Goes through the log from its first entry on, after it was entered that somebody reads it.
    /// Entries are handed out also after a fault, as far as they can be read.
    ///
    /// # Errors
    /// What the store answers.
    pub fn show_log(&self, each: &mut dyn FnMut(&Entry)) -> Result<LogState, VaultError> {
        let to = self.commit(|transaction| {
            self.note(transaction, Act::LogShown)?;
            end(transaction)
        })?;
        self.walk(to, &mut |line| {
            if let Ok(Line::Entry(entry)) = Line::read(line) {
                each(&entry);
            }
            Ok(())
        })
    }

    /// Writes the log as JSON lines, in the form that `inroom-verify` checks. It ends with the entry
    /// of this export and a signed head. A log that is not in order is written as it stands.
    ///
    /// # Errors
    /// What the store answers; [`VaultError::Io`] or [`VaultError::DiskFull`] if it cannot be
    /// written.
    pub fn export_log(&self, to: &mut dyn Write) -> Result<LogState, VaultError> {
        let end = self.commit(|transaction| {
            self.note(transaction, Act::LogExported)?;
            self.sign_head(transaction)?;
            end(transaction)
        })?;
        let doing = "writing the audit log";
        let mut say = |line: &str| -> io::Result<()> {
            to.write_all(line.as_bytes())?;
            to.write_all(b"\n")
        };
        say(&Line::first(self.log_key()).text()).map_err(VaultError::io(doing))?;
        let state = self.walk(end, &mut |line| say(line).map_err(VaultError::io(doing)))?;
        to.flush().map_err(VaultError::io(doing))?;
        Ok(state)
    }

    /// Hands out the lines up to an entry and the heads among them, and checks them meanwhile.
    fn walk(
        &self,
        to: u64,
        each: &mut dyn FnMut(&str) -> Result<(), VaultError>,
    ) -> Result<LogState, VaultError> {
        let mut export = Export::new(Some(self.log_key()), None);
        let mut fault = export.line(&Line::first(self.log_key()).text()).err();
        let mut after = 0;
        loop {
            let lines = batch(&self.connection(), after, to)?;
            let Some((last, _)) = lines.last() else {
                break;
            };
            after = *last;
            for (_, line) in &lines {
                if fault.is_none() {
                    fault = export.line(line).err();
                }
                each(line)?;
            }
        }
        let entries = export.entries();
        // Heads of entries that are not there any more.
        if fault.is_none() && head_after(&self.connection(), to)? {
            let number = entries + 1;
            fault = Some(Fault::Truncated { number });
        }
        Ok(LogState { entries, fault })
    }
}

/// The number of the newest entry.
fn end(transaction: &Transaction<'_>) -> Result<u64, VaultError> {
    Ok(newest(transaction)?.map_or(0, |(number, _)| number))
}

/// The next lines after an entry, each with the entry that it stands at: entries, and after each its
/// head if it has one.
fn batch(connection: &Connection, after: u64, to: u64) -> Result<Vec<(u64, String)>, VaultError> {
    // A head always belongs to an entry that was committed before it or with it, so a batch ends
    // with the head of its last entry: heads are found by the numbers of the entries.
    let mut entries = connection.prepare_cached(
        "SELECT number, line, (SELECT line FROM audit_heads WHERE audit_heads.entries = number)
         FROM audit_entries WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?3",
    )?;
    let mut lines = Vec::new();
    let mut rows = entries.query((stored(after), stored(to), BATCH as i64))?;
    while let Some(row) = rows.next()? {
        let number: u64 = row.get::<_, i64>(0)?.try_into().unwrap_or(0);
        lines.push((number, row.get(1)?));
        if let Some(head) = row.get(2)? {
            lines.push((number, head));
        }
    }
    Ok(lines)
}

/// Whether a head speaks of more entries than there are.
fn head_after(connection: &Connection, to: u64) -> Result<bool, VaultError> {
    let newest: Option<(u64, _)> = newest(connection)?;
    let to = newest.map_or(to, |(number, _)| number);
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM audit_heads WHERE entries > ?1)")?
        .query_row([stored(to)], |row| row.get(0))?)
}
