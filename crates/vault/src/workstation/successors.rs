//! Statements by which the organisation's key has named the one after it: pairs of files beside the
//! document, `successor-1.txt` with `successor-1.txt.minisig`, and further ones.

use std::path::{Path, PathBuf};

use governance::minisign::PublicKey;
use governance::{NotASuccessor, SuccessorStatement, successor_of};

use super::{MOST_SMALL_BYTES, WorkstationError, read_text};

/// More than any organisation exchanges its key.
pub(super) const MOST: usize = 16;

/// A statement with its signature, as they lie in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSuccessor {
    /// The text that the key before has signed.
    pub statement: String,
    /// The signature, as minisign writes it.
    pub signature: String,
}

/// The names of a pair of files, counted from 1.
pub(super) fn names(number: usize) -> [String; 2] {
    [
        format!("successor-{number}.txt"),
        format!("successor-{number}.txt.minisig"),
    ]
}

/// The place of the next statement in a folder.
///
/// # Errors
/// [`WorkstationError`] if one of those that are there cannot be read.
pub fn next_successor(folder: &Path) -> Result<[PathBuf; 2], WorkstationError> {
    let there = read_successors(folder)?.len();
    Ok(names(there + 1).map(|name| folder.join(name)))
}

/// The statements in a folder, in their order. They are not looked at.
///
/// # Errors
/// [`WorkstationError`] if one of them cannot be read.
pub fn read_successors(folder: &Path) -> Result<Vec<SignedSuccessor>, WorkstationError> {
    let mut all = Vec::new();
    for number in 1..=MOST {
        let [statement, signature] = names(number).map(|name| folder.join(name));
        let statement = match read_text(&statement, MOST_SMALL_BYTES) {
            Ok(text) => text,
            Err(WorkstationError::Missing { .. }) => break,
            Err(error) => return Err(error),
        };
        let signature = read_text(&signature, MOST_SMALL_BYTES)?;
        all.push(SignedSuccessor {
            statement,
            signature,
        });
    }
    Ok(all)
}

/// The keys that come after this one, each with the statement that names it. Statements about other
/// keys say nothing here.
///
/// # Errors
/// [`NotASuccessor`] for what is no statement, or one about such a key that it has not signed.
pub(super) fn follow(
    from: &PublicKey,
    statements: &[SignedSuccessor],
) -> Result<Vec<(PublicKey, SignedSuccessor)>, NotASuccessor> {
    let mut key = *from;
    let mut named = Vec::new();
    for said in statements {
        let about: SuccessorStatement = said.statement.parse()?;
        if about.key.line() == key.line() {
            key = successor_of(&key, &said.statement, &said.signature)?;
            named.push((key, said.clone()));
        }
    }
    Ok(named)
}
