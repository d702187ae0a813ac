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
    /// Part of the account of who did it, or `program` for what the program did by itself, or `emergency`
    /// for what was done with a sealed sheet.
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
            Actor::Emergency { .. } => who == "emergency",
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::ScratchVault;

    #[test]
    fn what_is_looked_for_is_found_the_latest_first_and_no_more_than_is_wanted() {
        let scratch = ScratchVault::create().unwrap();
        let vault = scratch.vault();
        let search = |search: &LogSearch, most| search_log(vault, search, most).unwrap();
        let all = search(&LogSearch::default(), 100);
        assert!(all.state.fault.is_none());
        let numbers: Vec<u64> = all.entries.iter().map(|entry| entry.number).collect();
        assert!(
            numbers.is_sorted_by(|later, earlier| later > earlier),
            "{numbers:?}"
        );
        assert_eq!(all.matched, all.state.entries);
        // Each look is entered, and found by the next one.
        let words = all.entries[0].act.to_string();
        let by_words = LogSearch {
            act: Some(words.to_uppercase()),
            ..LogSearch::default()
        };
        let found = search(&by_words, 1);
        assert_eq!((found.entries.len(), found.matched), (1, 2));
        assert_eq!(found.entries[0].number, found.state.entries);
        let at = all.entries[0].at;
        let before = LogSearch {
            until: Some(at),
            ..LogSearch::default()
        };
        assert!(
            search(&before, 100)
                .entries
                .iter()
                .all(|entry| entry.at < at)
        );
        for nothing in [
            LogSearch {
                from: Some(UnixMillis(i64::MAX)),
                ..LogSearch::default()
            },
            LogSearch {
                who: Some("nobody@nowhere.example".to_owned()),
                ..LogSearch::default()
            },
            LogSearch {
                refused: true,
                ..LogSearch::default()
            },
            LogSearch {
                visit: Some("00000000-0000-4000-8000-000000000000".parse().unwrap()),
                ..LogSearch::default()
            },
        ] {
            assert_eq!(search(&nothing, 100).matched, 0, "{nothing:?}");
        }
    }

    #[test]
    fn it_is_written_to_a_new_file_alone() {
        let scratch = ScratchVault::create().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.jsonl");
        let state = log_to_file(scratch.vault(), &file).unwrap();
        let written = fs::read_to_string(&file).unwrap();
        assert!(written.lines().count() as u64 > state.entries);
        log_to_file(scratch.vault(), &file).unwrap_err();
        assert_eq!(fs::read_to_string(&file).unwrap(), written);
    }
}
