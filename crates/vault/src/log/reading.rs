use std::io::{self, Write};

use audit::{Act, Entry, Export, Fault, Line, PublicKey};
use governance::Command;
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
        self.may(Command::ShowLog)?;
        let end = self.commit(|transaction| {
            self.note(transaction, Act::LogShown)?;
            End::of(transaction)
        })?;
        self.walk(&end, &mut |line| {
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
        self.may(Command::ExportLog)?;
        self.write_log(to)
    }

    /// The same for an incident pack, which whoever may not read the log takes along encrypted.
    ///
    /// # Errors
    /// Those of [`Vault::export_log`].
    pub fn log_for_pack(&self, to: &mut dyn Write) -> Result<LogState, VaultError> {
        self.may(Command::MakeIncidentPack)?;
        self.write_log(to)
    }

    fn write_log(&self, to: &mut dyn Write) -> Result<LogState, VaultError> {
        let end = self.commit(|transaction| {
            self.note(transaction, Act::LogExported)?;
            self.sign_head(transaction)?;
            End::of(transaction)
        })?;
        let doing = "writing the audit log";
        let mut say = |line: &str| -> io::Result<()> {
            to.write_all(line.as_bytes())?;
            to.write_all(b"\n")
        };
        say(&Line::first(self.log_key()).text()).map_err(VaultError::io(doing))?;
        let state = self.walk(&end, &mut |line| say(line).map_err(VaultError::io(doing)))?;
        to.flush().map_err(VaultError::io(doing))?;
        Ok(state)
    }

    /// Hands out the lines up to the end, and checks them meanwhile.
    pub(crate) fn walk(
        &self,
        end: &End,
        each: &mut dyn FnMut(&str) -> Result<(), VaultError>,
    ) -> Result<LogState, VaultError> {
        let mut export = Export::new(Some(self.log_key()), Vec::new());
        let mut fault = export.line(&Line::first(self.log_key()).text()).err();
        let mut take = |line: &str| {
            if fault.is_none() {
                fault = export.line(line).err();
            }
            each(line)
        };
        let mut after = 0;
        while after < end.number {
            let lines = batch(&self.connection(), after, end.number)?;
            let Some((last, _)) = lines.last() else {
                break;
            };
            after = *last;
            for (_, line) in &lines {
                take(line)?;
            }
        }
        for line in &end.stray_heads {
            take(line)?;
        }
        let entries = export.entries();
        Ok(LogState { entries, fault })
    }
}

/// Where the log ended when it was looked at.
pub(crate) struct End {
    number: u64,
    /// Heads that speak of more entries than there are: those were taken away.
    stray_heads: Vec<String>,
}

impl End {
    pub(crate) fn of(transaction: &Transaction<'_>) -> Result<Self, VaultError> {
        let number = newest(transaction)?.map_or(0, |(number, _)| number);
        let stray_heads = transaction
            .prepare_cached("SELECT line FROM audit_heads WHERE entries > ?1 ORDER BY number")?
            .query_map([stored(number)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(Self {
            number,
            stray_heads,
        })
    }
}

/// The next lines after an entry, each with the number of the entry that it stands at: entries, and
/// after each the heads that speak of it as the last one.
fn batch(connection: &Connection, after: u64, to: u64) -> Result<Vec<(u64, String)>, VaultError> {
    let mut entries = connection.prepare_cached(
        "SELECT number, line FROM audit_entries
         WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?3",
    )?;
    let mut heads = connection
        .prepare_cached("SELECT line FROM audit_heads WHERE entries = ?1 ORDER BY number")?;
    let mut lines = Vec::new();
    let mut rows = entries.query((stored(after), stored(to), BATCH as i64))?;
    while let Some(row) = rows.next()? {
        let stands: i64 = row.get(0)?;
        let number = u64::try_from(stands).unwrap_or(0);
        lines.push((number, row.get(1)?));
        for head in heads.query_map([stands], |row| row.get(0))? {
            lines.push((number, head?));
        }
    }
    Ok(lines)
}
