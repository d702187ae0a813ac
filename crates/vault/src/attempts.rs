//! Steps of a visit that take the whole program with them when they go wrong leave a trace: they
//! were begun and never ended. Whoever begins such a step once more knows.

use rusqlite::{OptionalExtension, Transaction};
use visit::VisitId;

use crate::error::VaultError;
use crate::vault::Vault;

/// A step that may go wrong in a way that nothing in the program can catch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Writing down what was said.
    Transcribe,
    /// Drafting the note.
    Draft,
}

impl Step {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Transcribe => "transcribe",
            Self::Draft => "draft",
        }
    }
}

/// Forgets earlier beginnings of a step that has got further than they did.
pub(crate) fn has_advanced(
    transaction: &Transaction<'_>,
    row: i64,
    step: Step,
) -> Result<(), VaultError> {
    transaction
        .prepare_cached("DELETE FROM attempts WHERE visit = ?1 AND step = ?2")?
        .execute((row, step.as_str()))?;
    Ok(())
}

impl Vault {
    /// Notes that a step begins; says how often before it was begun and never ended.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Signed`], [`VaultError::DiskFull`].
    pub fn begin_step(&self, id: VisitId, step: Step) -> Result<u32, VaultError> {
        self.commit(|transaction| {
            let (row, _) = self.find_unsigned(transaction, id)?;
            let before: Option<u32> = transaction
                .prepare_cached("SELECT begun FROM attempts WHERE visit = ?1 AND step = ?2")?
                .query_row((row, step.as_str()), |row| row.get(0))
                .optional()?;
            let before = before.unwrap_or(0);
            transaction
                .prepare_cached(
                    "INSERT INTO attempts (visit, step, begun) VALUES (?1, ?2, ?3)
                     ON CONFLICT (visit, step) DO UPDATE SET begun = excluded.begun",
                )?
                .execute((row, step.as_str(), before.saturating_add(1)))?;
            Ok(before)
        })
    }

    /// Notes that a step came to an end, whichever.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Signed`], [`VaultError::DiskFull`].
    pub fn end_step(&self, id: VisitId, step: Step) -> Result<(), VaultError> {
        self.commit(|transaction| {
            let (row, _) = self.find_unsigned(transaction, id)?;
            has_advanced(transaction, row, step)
        })
    }
}
