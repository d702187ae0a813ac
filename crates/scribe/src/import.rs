//! An existing recording becomes a visit: its file is read as fast as it can be, and goes the way of
//! every recording. A file waits, so an import that was cut off goes on where it stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::Sender;
use vault::{ImportedFile, NewVisit, Vault};
use visit::{Millis, VisitId};

use crate::models::digest_of;
use crate::recorder::Origin;
use crate::{Event, Recording, ScribeError, Steps};

/// An import that can start: the visit is in the store, and its file was found to be the right one.
pub struct Import {
    vault: Arc<Vault>,
    visit: VisitId,
    path: PathBuf,
    length: Option<Millis>,
}

impl Import {
    /// Makes a visit of the recording in a file. Before there is one, the file is opened, its first
    /// sound is decoded and its digest is taken, which reads all of it once.
    ///
    /// # Errors
    /// [`ScribeError::Capture`] if the file is not a recording that can be read,
    /// [`ScribeError::Vault`]: no visit was made.
    pub fn begin(vault: Arc<Vault>, new: NewVisit, path: &Path) -> Result<Self, ScribeError> {
        let length = capture::decode_file(path)?.duration();
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let file = identify(&path)?;
        let visit = vault.begin_import(new, file)?;
        Ok(Self {
            vault,
            visit,
            path,
            length,
        })
    }

    /// Takes up an import that was stopped or cut off: with the file where it lay, or `elsewhere`.
    ///
    /// # Errors
    /// [`ScribeError::NotFromFile`], [`ScribeError::FileGone`], [`ScribeError::AnotherFile`] for a file
    /// with other bytes, [`ScribeError::Vault`]. The visit is as it was.
    pub fn resume(
        vault: Arc<Vault>,
        visit: VisitId,
        elsewhere: Option<&Path>,
    ) -> Result<Self, ScribeError> {
        let file = vault.visit(visit)?.file.ok_or(ScribeError::NotFromFile)?;
        let path = elsewhere.map_or_else(|| PathBuf::from(file.path.expose()), Path::to_owned);
        let found = identify(&path)?;
        if (found.bytes, &found.sha256) != (file.bytes, &file.sha256) {
            return Err(ScribeError::AnotherFile);
        }
        let length = capture::decode_file(&path)?.duration();
        Ok(Self {
            vault,
            visit,
            path,
            length,
        })
    }

    /// The visit.
    pub fn visit(&self) -> VisitId {
        self.visit
    }

    /// Reads the file, from where the import has come to, and works on the visit meanwhile.
    /// [`Recording::stop`] leaves the import as one that can go on. [`Recording::pause`] does nothing
    /// that is of use here.
    ///
    /// # Errors
    /// As [`Recording::start`].
    pub fn start(self, steps: Steps, events: Sender<Event>) -> Result<Recording, ScribeError> {
        let Self {
            vault,
            visit,
            path,
            length,
        } = self;
        let open = |recorded| Ok(capture::open_file_at(&path, recorded)?);
        Recording::run(vault, visit, Origin::Import { length }, open, steps, events)
    }
}

/// What a file is known by.
fn identify(path: &Path) -> Result<ImportedFile, ScribeError> {
    let gone = |cause| ScribeError::FileGone { cause };
    let bytes = std::fs::metadata(path).map_err(gone)?.len();
    Ok(ImportedFile {
        path: path.to_string_lossy().into_owned().into(),
        bytes,
        sha256: digest_of(path).map_err(gone)?,
    })
}
