//! The statement that lifts a lockdown, on its way to whoever has the organisation's key and back.

use std::path::Path;

use vault::{Lift, Vault, VaultError};

use crate::organisation::{FileError, read_signed, write_public};

/// Why a statement was not written, or lifted nothing.
#[derive(Debug, thiserror::Error)]
pub enum LiftError {
    /// The store refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The files cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Writes the statement that the organisation's key has to sign.
///
/// # Errors
/// [`LiftError`].
pub fn lift_statement_to_file(vault: &Vault, path: &Path) -> Result<(), LiftError> {
    vault.may(governance::Command::LiftLockdown)?;
    let statement = vault.lift_statement()?;
    Ok(write_public(path, &statement.to_string())?)
}

/// Lifts the lockdown with a statement that has its signature beside it.
///
/// # Errors
/// [`LiftError`]; it stays locked down then.
pub fn lift_with_statement(vault: &Vault, path: &Path) -> Result<(), LiftError> {
    let (statement, signature) = read_signed(path)?;
    vault.lift_lockdown(&Lift::Signed {
        statement: statement.as_bytes(),
        signature: &signature,
    })?;
    Ok(())
}
