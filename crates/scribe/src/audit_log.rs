//! The audit log for a person: what they look for in it, and the whole of it as a file. Reading it is
//! entered in it, and checks it.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use vault::{Actor, Entry, LogState, Outcome, Vault, VaultError};
use visit::{UnixMillis, VisitId};

use crate::ExportError;
use crate::exporting::new_file;

/// What is looked for: what is not said is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSearch {
    /// What was done to this visit: also who has seen it.
    pub visit: Option<VisitId>,
    /// From then on.
    pub from: Option<UnixMillis>,
    /// Before then.
    pub until: Option<UnixMillis>,
    /// Part of the account of who did it, or `program` for what the program did by itself.
    pub who: Option<String>,
    /// Part of the words for what was done.
    pub act: Option<String>,
    /// Only what was refused.
    pub refused: bool,
}

impl LogSearch {
    /// Whether an entry is looked for.
    pub fn matches(&self, entry: &Entry) -> bool {
        let is_by = |who: &str| match &entry.who {
            Actor::Program => who == "program",
            Actor::Account { name, .. } => holds(name.as_str(), who),
            Actor::Person { account } => holds(account.as_str(), who),
        };
        let is_about = |act: &str| holds(&entry.act.to_string(), act);
        self.visit
            .is_none_or(|visit| entry.act.visit() == Some(visit))
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
            && self.who.as_deref().is_none_or(is_by)
            && self.act.as_deref().is_none_or(is_about)
            && (!self.refused || entry.act.outcome() != Outcome::Done)
    }
}

fn holds(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// What was found in a log.
#[derive(Debug)]
pub struct LogFound {
    /// The latest entries that were looked for, the latest first.
    pub entries: Vec<Entry>,
    /// How many there are.
    pub matched: u64,
    /// How the whole log was found.
    pub state: LogState,
}

/// Looks through the log and checks it from its first entry on. Of what is found the latest `most` are
/// handed out.
///
/// # Errors
/// What the store answers.
pub fn search_log(vault: &Vault, search: &LogSearch, most: usize) -> Result<LogFound, VaultError> {
    let mut entries = VecDeque::new();
    let mut matched = 0;
    let state = vault.show_log(&mut |entry| {
        if search.matches(entry) {
            matched += 1;
            entries.push_front(entry.clone());
            entries.truncate(most);
        }
    })?;
    Ok(LogFound {
        entries: entries.into(),
        matched,
        state,
    })
}

/// Writes the log to a new file that `inroom-verify` checks anywhere. No file is replaced.
///
/// # Errors
/// [`ExportError`]; then there is no file.
pub fn log_to_file(vault: &Vault, path: &Path) -> Result<LogState, ExportError> {
    let mut file = BufWriter::new(new_file(path)?);
    let written = vault
        .export_log(&mut file)
        .map_err(ExportError::from)
        .and_then(|state| {
            let synchronised = file.flush().and_then(|()| file.get_ref().sync_all());
            synchronised
                .map(|()| state)
                .map_err(|source| ExportError::File {
                    path: path.to_owned(),
                    source,
                })
        });
    if written.is_err() {
        // Half a log would look like one whose end was cut off. It is this call's own file.
        let _ = fs::remove_file(path);
    }
    written
}
