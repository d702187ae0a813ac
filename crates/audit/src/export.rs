//! The log as a file: JSON lines, readable without this program.
//!
//! Version 1: a first line that names format, version and the public key; then the entries in their
//! order, each head right after the last entry that it speaks of; a head at the end. Every line is
//! compact JSON with its fields in one order, and a line that says the same otherwise is refused:
//! what the hash does not cover cannot be added to it.

use serde::{Deserialize, Serialize};

use crate::entry::Entry;
use crate::head::SignedHead;
use crate::hex::PublicKey;
use crate::verify::{Fault, Verified, Verifier};

const FORMAT: &str = "inroom-audit";
const VERSION: u32 = 1;

/// No line of a log is longer; a reader needs to hold no more.
pub const MOST_LINE_BYTES: usize = 4096;

/// A line of an exported log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// The first one.
    Log(Opening),
    /// An entry.
    Entry(Entry),
    /// A signed head.
    Head(SignedHead),
}

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    format: String,
    version: u32,
    key: PublicKey,
}

/// As much of a first line as every version has.
#[derive(Deserialize)]
struct AnyLog {
    log: AnyOpening,
}

#[derive(Deserialize)]
struct AnyOpening {
    version: u32,
}

/// Why a line is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Not as the program writes it.
    #[error("a line is not one that the program has written so")]
    Malformed,
    /// The file is no audit log.
    #[error("the file does not begin as an audit log does")]
    NotALog,
    /// Written by a newer program.
    #[error("the log was written in format {found}, this program knows up to {VERSION}")]
    NewerVersion {
        /// The format's version.
        found: u32,
    },
}

impl Line {
    /// The first line of a log whose heads are signed with this key.
    pub fn first(key: PublicKey) -> Self {
        Self::Log(Opening {
            format: FORMAT.to_owned(),
            version: VERSION,
            key,
        })
    }

    /// The line's text, without a line feed.
    pub fn text(&self) -> String {
        // Strings, numbers and structures of them: nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a line's text.
    ///
    /// # Errors
    /// [`LineError`]; also for a text that says the same in another way.
    pub fn read(text: &str) -> Result<Self, LineError> {
        if text.len() > MOST_LINE_BYTES {
            return Err(LineError::Malformed);
        }
        let Ok(line) = serde_json::from_str::<Self>(text) else {
            return Err(match serde_json::from_str::<AnyLog>(text) {
                Ok(any) if any.log.version > VERSION => LineError::NewerVersion {
                    found: any.log.version,
                },
                _ => LineError::Malformed,
            });
        };
        match &line {
            Self::Log(opening) if opening.version > VERSION => Err(LineError::NewerVersion {
                found: opening.version,
            }),
            Self::Log(opening) if opening.format != FORMAT || opening.version == 0 => {
                Err(LineError::NotALog)
            }
            _ if line.text() == text => Ok(line),
            _ => Err(LineError::Malformed),
        }
    }
}

/// Checks an exported log line by line.
pub struct Export {
    /// From the first line on.
    verifier: Option<Verifier>,
    key: Option<PublicKey>,
    kept: Vec<SignedHead>,
}

impl Export {
    /// For a log of the vault with this public key, or of the one that the log itself names.
    /// `kept` are heads that were kept elsewhere: the log must hold what each of them speaks of, for
    /// one that was written anew has new heads of its own.
    pub const fn new(key: Option<PublicKey>, kept: Vec<SignedHead>) -> Self {
        Self {
            verifier: None,
            key,
            kept,
        }
    }

    /// Takes the next line, without its line feed.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn line(&mut self, text: &str) -> Result<(), Fault> {
        let line = Line::read(text).map_err(|error| self.fault(error))?;
        match (&mut self.verifier, line) {
            (None, Line::Log(opening)) => {
                let found = opening.key;
                if self.key.is_some_and(|key| key != found) {
                    return Err(Fault::OtherKey { found });
                }
                let kept = std::mem::take(&mut self.kept);
                self.verifier = Some(Verifier::new(&found)?.expect(kept)?);
                self.key = Some(found);
                Ok(())
            }
            (Some(verifier), Line::Entry(entry)) => verifier.entry(&entry),
            (Some(verifier), Line::Head(head)) => verifier.head(&head),
            (None, _) => Err(self.fault(LineError::NotALog)),
            (Some(_), Line::Log(_)) => Err(self.fault(LineError::Malformed)),
        }
    }

    /// A line that cannot be read, in its place.
    fn fault(&self, error: LineError) -> Fault {
        match &self.verifier {
            None if error == LineError::Malformed => Fault::Line {
                number: 1,
                error: LineError::NotALog,
            },
            verifier => Fault::Line {
                number: verifier.as_ref().map_or(0, Verifier::entries) + 1,
                error,
            },
        }
    }

    /// How many entries were right so far.
    pub fn entries(&self) -> u64 {
        self.verifier.as_ref().map_or(0, Verifier::entries)
    }

    /// Says what the log holds once all lines were taken, and which key signed it.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn end(self) -> Result<(Verified, PublicKey), Fault> {
        let not_a_log = Fault::Line {
            number: 1,
            error: LineError::NotALog,
        };
        let (Some(verifier), Some(key)) = (self.verifier, self.key) else {
            return Err(not_a_log);
        };
        Ok((verifier.end()?, key))
    }
}
