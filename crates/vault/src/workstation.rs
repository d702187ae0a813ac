//! The organisation that this computer belongs to: its public key and the document that is in force.
//!
//! They lie in one of two places. What IT has put into the system's own folder ([`MACHINE_FOLDER`],
//! the layout of `inroomctl org init`'s `for-workstations`) holds for every account of the computer and
//! goes before all else. Otherwise they lie in the folder `organisation` beside the vault, where
//! `inroomctl workstation` puts them:
//!
//! ```text
//! organisation/enrolment.json               the key, and serial and digest of the newest document taken
//!              organisation-7.toml          that document
//!              organisation-7.toml.minisig  its signature
//!              successor-1.txt, ….minisig   by which a key before has named the one after it
//! ```
//!
//! `enrolment.json` is exchanged last and as a whole, so the document before or the new one is in force,
//! whenever the program is killed. Whoever can write to the folder can also put an older pair back: the
//! vault holds on to key and serial itself (`organisation.rs`), where nobody without a key of it can.

mod own;
mod successors;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use governance::minisign::{KeyId, NotMinisign, PublicKey};
use governance::{Accepted, MOST_BYTES, NotASuccessor, Pinned, Refused, check_code};
use visit::{Sha256Hex, UnixMillis};

pub use successors::{SignedSuccessor, next_successor, read_successors};

/// Where IT puts what holds for the whole computer. It is not to be chosen by whoever starts the
/// program: nothing in the environment or on the command line changes it. (On Windows `%ProgramData%` is
/// therefore written out: the variable is the account's to set.) A folder `models` in it holds model
/// files for all accounts.
pub const MACHINE_FOLDER: Option<&str> = if cfg!(target_os = "linux") {
    Some("/etc/inroom")
} else if cfg!(target_os = "windows") {
    Some(r"C:\ProgramData\Inroom")
} else if cfg!(target_os = "macos") {
    Some("/Library/Application Support/Inroom")
} else {
    None
};

/// The names of the three files, as `inroomctl org init` gives them.
const KEY: &str = "organisation.pub";
const DOCUMENT: &str = "organisation.toml";
const SIGNATURE: &str = "organisation.toml.minisig";

/// Longest key or signature file that is looked at.
const MOST_SMALL_BYTES: usize = 4096;

/// Where a computer's enrolment is looked for.
pub struct Workstation {
    machine: Option<PathBuf>,
    own: PathBuf,
}

/// What a computer is enrolled with.
pub struct Enrolment {
    /// The organisation's public key.
    pub key: PublicKey,
    /// Serial and digest of the newest document that was taken, where this is kept outside of vaults.
    pub newest: Option<(u64, Sha256Hex)>,
    /// Whether it holds for the whole computer.
    pub for_all: bool,
    /// Where its files lie.
    pub folder: PathBuf,
    document: Vec<u8>,
    signature: String,
    successors: Vec<SignedSuccessor>,
}

/// Why a computer's enrolment is not read or changed. What was in force stays.
#[derive(Debug, thiserror::Error)]
pub enum WorkstationError {
    /// It has none.
    #[error(
        "this computer is not enrolled; `inroomctl workstation enrol` enrols it with the \
         organisation's key and document"
    )]
    NotEnrolled,
    /// Its enrolment is IT's to change.
    #[error(
        "this computer is enrolled for all its accounts by the files in {}, and IT exchanges them \
         there; nothing was changed",
        folder.display()
    )]
    ForAll {
        /// Where they lie.
        folder: PathBuf,
    },
    /// It is enrolled with another key.
    #[error(
        "this computer is enrolled with the organisation's key {enrolled}, and {given} is another; \
         nothing was changed. A computer that is to change its organisation is set up anew"
    )]
    OtherKey {
        /// The key that it is enrolled with.
        enrolled: KeyId,
        /// The one that was given.
        given: KeyId,
    },
    /// The document is not taken.
    #[error(transparent)]
    Document(#[from] Refused),
    /// The organisation's key has named no such successor.
    #[error(transparent)]
    Successor(#[from] NotASuccessor),
    /// The key's file holds none.
    #[error("{} is no organisation's public key: {cause}. Nothing was changed", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: NotMinisign,
    },
    /// The check code is not the one of this key and document.
    #[error(
        "the check code of {} is another one than {given:?}: key and document may be somebody else's. \
         Compare the code on your organisation's recovery sheet; nothing was changed",
        folder.display()
    )]
    CheckCode {
        /// Where key and document lie.
        folder: PathBuf,
        /// The code as it was typed.
        given: String,
    },
    /// A file of the enrolment is not there.
    #[error(
        "{} is missing, and this computer's enrolment with it; nothing was changed. Enrol it again with \
         the organisation's key and newest document",
        path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file of the enrolment was altered.
    #[error(
        "{} is damaged or was altered; nothing was changed. Enrol this computer again with the \
         organisation's key and newest document",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The disk did not answer.
    #[error("{} could not be {doing}; what was in force stays", path.display())]
    Io {
        /// `read`, `made` or `written`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
}

impl Workstation {
    /// The computer as it is for a vault in this folder, wherever a link to it lies.
    pub fn of(vault: &Path) -> Self {
        let whole = vault.canonicalize().or_else(|_| std::path::absolute(vault));
        let vault = whole.as_deref().unwrap_or(vault);
        Self {
            machine: MACHINE_FOLDER.map(PathBuf::from),
            own: vault.with_file_name("organisation"),
        }
    }

    /// What it is enrolled with; `None` if it is not.
    ///
    /// # Errors
    /// [`WorkstationError`] if there is something that is not whole: that is never taken for "not
    /// enrolled".
    pub fn enrolment(&self) -> Result<Option<Enrolment>, WorkstationError> {
        match self.for_all()? {
            Some(enrolment) => Ok(Some(enrolment)),
            None => own::read_all(&self.own),
        }
    }

    /// Enrols it with an organisation's key and a first document. With the same key once more it takes
    /// the document as [`Self::update`] does, also where files of the enrolment are missing or damaged.
    ///
    /// # Errors
    /// [`WorkstationError`]; nothing is changed then.
    pub fn enrol(
        &self,
        key: &PublicKey,
        document: &[u8],
        signature: &str,
        now: UnixMillis,
    ) -> Result<Accepted, WorkstationError> {
        self.refuse_for_all()?;
        let before = match own::read_pinned(&self.own) {
            // What is damaged is made good; a vault that is bound knows what it has seen.
            Err(WorkstationError::Damaged { .. }) => None,
            before => before?,
        };
        if let Some(before) = &before
            && before.key != *key
        {
            return Err(WorkstationError::OtherKey {
                enrolled: before.key.id(),
                given: key.id(),
            });
        }
        let newest = before.as_ref().and_then(|before| before.newest.as_ref());
        own::take(&self.own, key, newest, (document, signature), now)
    }

    /// [`Self::enrol`] with what lies in a folder as `inroomctl org init` lays it out, if its check code is
    /// the one that a person has typed from the organisation's recovery sheet.
    ///
    /// # Errors
    /// [`WorkstationError`]; nothing is changed then.
    pub fn enrol_from(
        &self,
        folder: &Path,
        typed: &str,
        now: UnixMillis,
    ) -> Result<Accepted, WorkstationError> {
        let found = read_published(folder)?;
        let accepted = found.in_force(None, now)?;
        let code = check_code(&found.key, &accepted.organisation.identity.recovery_key);
        let letters = |text: &str| -> String {
            let letters = text.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|letter| letter.to_ascii_uppercase()).collect()
        };
        if letters(typed) != letters(&code) {
            return Err(WorkstationError::CheckCode {
                folder: folder.to_owned(),
                given: typed.trim().chars().take(40).collect(),
            });
        }
        self.enrol(&found.key, &found.document, &found.signature, now)
    }

    /// Takes a newer document into force. If the organisation's key has named another one in
    /// `successors`, the document has to be signed by that one, and no document of the key before is
    /// taken any more.
    ///
    /// # Errors
    /// [`WorkstationError`]; document and key in force stay then.
    pub fn update(
        &self,
        document: &[u8],
        signature: &str,
        successors: &[SignedSuccessor],
        now: UnixMillis,
    ) -> Result<Accepted, WorkstationError> {
        self.refuse_for_all()?;
        let before = own::read_pinned(&self.own)?.ok_or(WorkstationError::NotEnrolled)?;
        let named = successors::follow(&before.key, successors)?;
        let key = named.last().map_or(before.key, |(key, _)| *key);
        let newest = before.newest.as_ref();
        let files = (document, signature);
        if named.is_empty() {
            return own::take(&self.own, &key, newest, files, now);
        }
        // Nothing is written for a document that is not taken.
        let newest_there = newest.map(|(serial, sha256)| (*serial, sha256));
        let pinned = Pinned {
            key: &key,
            newest: newest_there,
        };
        governance::accept(document, signature, &pinned, now)?;
        let mut known = read_successors(&self.own)?;
        let new = named.into_iter().map(|(_, said)| said);
        let new: Vec<_> = new.filter(|said| !known.contains(said)).collect();
        known.extend(new);
        own::put_successors(&self.own, &known)?;
        own::take(&self.own, &key, newest, files, now)
    }

    fn refuse_for_all(&self) -> Result<(), WorkstationError> {
        match &self.machine {
            Some(folder) if is_used(folder) => Err(WorkstationError::ForAll {
                folder: folder.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// What IT has put down for the whole computer.
    fn for_all(&self) -> Result<Option<Enrolment>, WorkstationError> {
        let Some(folder) = self.machine.as_deref().filter(|folder| is_used(folder)) else {
            return Ok(None);
        };
        Ok(Some(read_published(folder)?))
    }
}

/// Key and document as IT puts them down for a whole computer.
fn read_published(folder: &Path) -> Result<Enrolment, WorkstationError> {
    let path = folder.join(KEY);
    let key = read_text(&path, MOST_SMALL_BYTES)?
        .parse()
        .map_err(|cause| WorkstationError::Key { path, cause })?;
    Ok(Enrolment {
        key,
        newest: None,
        for_all: true,
        document: read(&folder.join(DOCUMENT), MOST_BYTES)?,
        signature: read_text(&folder.join(SIGNATURE), MOST_SMALL_BYTES)?,
        successors: read_successors(folder)?,
        folder: folder.to_owned(),
    })
}

impl Enrolment {
    /// The document's bytes, in force or not.
    pub fn document(&self) -> &[u8] {
        &self.document
    }

    /// The keys that come after the one of this line until the enrolled one, each with the statement
    /// that names it; none if it is that one, or if they do not lead there.
    pub(crate) fn successors_of(&self, line: &str) -> Vec<(String, SignedSuccessor)> {
        let last = self.key.line();
        let Some(key) = line.parse().ok().filter(|_| line != last) else {
            return Vec::new();
        };
        let named = successors::follow(&key, &self.successors).unwrap_or_default();
        let mut named: Vec<_> = named
            .into_iter()
            .map(|(key, said)| (key.line(), said))
            .collect();
        let end = named.iter().position(|(key, _)| *key == last);
        named.truncate(end.map_or(0, |end| end + 1));
        named
    }

    /// The document, if it is in force for whoever has seen `newest`.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn in_force(
        &self,
        newest: Option<(u64, &Sha256Hex)>,
        now: UnixMillis,
    ) -> Result<Accepted, Refused> {
        let here = self
            .newest
            .as_ref()
            .map(|(serial, sha256)| (*serial, sha256));
        // Of two that were seen the later one counts.
        let newest = match (newest, here) {
            (Some(there), Some(here)) => Some(if here.0 > there.0 { here } else { there }),
            (there, here) => there.or(here),
        };
        let pinned = Pinned {
            key: &self.key,
            newest,
        };
        governance::accept(&self.document, &self.signature, &pinned, now)
    }
}

/// What any text in the place of `enrolment.json` is read as: the serial that it names.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_as_enrolment(text: &str) -> Option<u64> {
    own::parse(text)?.newest.map(|(serial, _)| serial)
}

/// Whether any of the three files lies in a folder.
fn is_used(folder: &Path) -> bool {
    [KEY, DOCUMENT, SIGNATURE]
        .iter()
        .any(|name| folder.join(name).symlink_metadata().is_ok())
}

/// Reads a file; one byte more than `most` is read of one that is longer, so that it is seen.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, WorkstationError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => WorkstationError::Missing {
            path: path.to_owned(),
        },
        _ => WorkstationError::Io {
            doing: "read",
            path: path.to_owned(),
            source,
        },
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}

fn read_text(path: &Path, most: usize) -> Result<String, WorkstationError> {
    let bytes = read(path, most)?;
    match String::from_utf8(bytes) {
        Ok(text) if text.len() <= most => Ok(text),
        _ => Err(WorkstationError::Damaged {
            path: path.to_owned(),
        }),
    }
}
