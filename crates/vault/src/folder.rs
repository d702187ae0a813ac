//! The vault's folder: names, private permissions, one program at a time, and a creation that
//! either is complete or did not happen.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::error::{Part, VaultError};
use crate::hex::push_digits;
use crate::wal;

/// The wrapped vault key.
pub(crate) const KEYS_FILE: &str = "keys.json";
/// The database.
pub(crate) const DATABASE_FILE: &str = "vault.db";
/// A `keys.json` that is about to take its place.
const NEXT_KEYS_FILE: &str = "keys.json.next";
/// A database that is about to take its place.
pub(crate) const NEXT_DATABASE_FILE: &str = "vault.db.next";
/// What SQLite calls the database's write-ahead log.
const WRITE_AHEAD_LOG: &str = "vault.db-wal";
/// A copy of one that was found damaged; a number follows if there is one already.
const DAMAGED_LOG: &str = "vault.db-wal.damaged";
/// Copies that are kept at most; more of them mean that the medium is failing.
const DAMAGED_LOGS: usize = 4;
/// Reports of a suspicion that are not in the log yet; lockdown.rs says what they do.
pub(crate) const REPORTS_FILE: &str = "reports.jsonl";
/// Those that are about to be.
pub(crate) const TAKEN_REPORTS_FILE: &str = "reports.jsonl.taken";
/// Whoever holds a lock on this file has the vault open; door.rs says what stands in it.
const LOCK_FILE: &str = "vault.lock";

/// More than any version of `keys.json` will have: an organisation's has ways for 200 people.
const MOST_KEYS_BYTES: u64 = 512 * 1024;

/// How often a lock that somebody holds is asked for again, and after how long each time.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// A creation takes seconds; what is older was cut off. It never held a visit.
const CUT_OFF_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether a vault, or what is left of one, is in the folder.
pub(crate) fn holds_vault(dir: &Path) -> bool {
    [KEYS_FILE, DATABASE_FILE]
        .iter()
        .any(|name| dir.join(name).symlink_metadata().is_ok())
}

/// Holds the folder for this vault until it, and every copy of it, is dropped.
#[derive(Clone)]
pub(crate) struct Lock {
    /// The operating system releases the lock with the file, also when the program is killed.
    file: Arc<File>,
}

impl Lock {
    /// A lock that is held is asked for again for half a second. A program that starts another one
    /// shares its open files with it for the moment between fork and exec: so a vault that was
    /// closed just then looks open, to this program as to the next one that a person starts.
    ///
    /// # Errors
    /// [`VaultError::InUse`] if somebody else holds it all that time.
    pub(crate) fn take(dir: &Path) -> Result<Self, VaultError> {
        let doing = "locking the vault's folder";
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = private(&mut options)
            .open(dir.join(LOCK_FILE))
            .map_err(VaultError::io(doing))?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        file: Arc::new(file),
                    });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
                Err(TryLockError::Error(error)) => return Err(VaultError::io(doing)(error)),
            }
        }
        Err(VaultError::InUse)
    }

    /// The locked file.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }
}

/// Reads `keys.json`.
pub(crate) fn read_keys(dir: &Path) -> Result<Vec<u8>, VaultError> {
    let doing = "reading the vault's file keys.json";
    let file = match File::open(dir.join(KEYS_FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(VaultError::Missing {
                what: Part::KeysFile,
            });
        }
        Err(error) => return Err(VaultError::io(doing)(error)),
    };
    let mut bytes = Vec::new();
    file.take(MOST_KEYS_BYTES)
        .read_to_end(&mut bytes)
        .map_err(VaultError::io(doing))?;
    Ok(bytes)
}

/// Puts another `keys.json` in the place of the one that is there: the old one or the new one is
/// found afterwards, whole, whenever the program is killed.
pub(crate) fn replace_keys(dir: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let replace = || {
        let next = dir.join(NEXT_KEYS_FILE);
        let mut file =
            private(OpenOptions::new().write(true).create(true).truncate(true)).open(&next)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&next, dir.join(KEYS_FILE))?;
        sync_folder(dir)
    };
    replace().map_err(VaultError::io("replacing the vault's file keys.json"))
}

/// Puts the database that was written anew in the place of the one that is there, which must be
/// closed.
pub(crate) fn put_next_database(dir: &Path) -> Result<(), VaultError> {
    let doing = "putting the new database in the place of the old one";
    // A log of the old database would be taken for one of the new.
    if dir.join(format!("{DATABASE_FILE}-wal")).exists() {
        return Err(VaultError::InUse);
    }
    let next = dir.join(NEXT_DATABASE_FILE);
    sync_file(&next)
        .and_then(|()| fs::rename(&next, dir.join(DATABASE_FILE)))
        .and_then(|()| sync_folder(dir))
        .map_err(VaultError::io(doing))?;
    // They stand under the key that was exchanged.
    remove_damaged_logs(dir);
    Ok(())
}

/// Looks at the write-ahead log before SQLite does, which would take the part before the damage and
/// drop the rest without a word; keeps a copy of one that is damaged. Whether it was.
///
/// # Errors
/// What the disk answers; the log is as it was then.
pub(crate) fn keep_damaged_log(dir: &Path, page: usize) -> Result<bool, VaultError> {
    let keep = || {
        let log = dir.join(WRITE_AHEAD_LOG);
        if wal::examine(&log, page)? == wal::State::Whole {
            return Ok(false);
        }
        let bytes = fs::read(&log)?;
        for copy in damaged_logs(dir) {
            if copy.exists() {
                // An opening that failed after this has kept it already.
                if fs::read(&copy)? == bytes {
                    break;
                }
                continue;
            }
            let mut file =
                private(OpenOptions::new().write(true).create(true).truncate(true)).open(&copy)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            sync_folder(dir)?;
            break;
        }
        Ok(true)
    };
    keep().map_err(VaultError::io(
        "keeping a copy of the write-ahead log, which is damaged",
    ))
}

/// Removes the copies of damaged logs, for older forms of pages stand in them.
pub(crate) fn remove_damaged_logs(dir: &Path) {
    for copy in damaged_logs(dir) {
        let _ = fs::remove_file(copy);
    }
}

fn damaged_logs(dir: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=DAMAGED_LOGS).map(move |number| match number {
        1 => dir.join(DAMAGED_LOG),
        _ => dir.join(format!("{DAMAGED_LOG}-{number}")),
    })
}

/// Removes what a change that was cut off has left. Failing to is no reason not to open.
pub(crate) fn remove_leftovers(dir: &Path) {
    let _ = fs::remove_file(dir.join(NEXT_KEYS_FILE));
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let _ = fs::remove_file(dir.join(format!("{NEXT_DATABASE_FILE}{suffix}")));
    }
}

/// A folder in the making, beside the place where it will stand. Dropped before
/// [`Unfinished::move_to`], it removes itself.
pub(crate) struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// # Errors
    /// [`VaultError::AlreadyExists`] or [`VaultError::FolderNotEmpty`] if `dir` is taken.
    pub(crate) fn beside(dir: &Path) -> Result<Self, VaultError> {
        let doing = "creating the vault's folder";
        refuse_taken(dir)?;
        let (parent, prefix) = neighbourhood(dir)?;
        fs::create_dir_all(&parent).map_err(VaultError::io(doing))?;
        remove_cut_off(&parent, &prefix);

        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(VaultError::NoRandomness)?;
        let mut suffix = String::new();
        push_digits(&mut suffix, &random);
        let mut name = prefix;
        name.push(suffix);
        let path = parent.join(name);
        private_folder()
            .create(&path)
            .map_err(VaultError::io(doing))?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `keys.json` through to the medium.
    pub(crate) fn write_keys(&self, bytes: &[u8]) -> Result<(), VaultError> {
        let write = || {
            let mut file = private(OpenOptions::new().write(true).create_new(true))
                .open(self.path.join(KEYS_FILE))?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(VaultError::io("writing the vault's file keys.json"))
    }

    /// Puts the finished folder in its place, where there may be an empty folder at most.
    pub(crate) fn move_to(self, dir: &Path) -> Result<(), VaultError> {
        let doing = "moving the new vault to its place";
        sync_folder(&self.path).map_err(VaultError::io(doing))?;
        // Both steps fail on a folder that has come to hold something in the meantime.
        if dir.symlink_metadata().is_ok() {
            fs::remove_dir(dir).map_err(|error| taken_or(dir, doing, error))?;
        }
        fs::rename(&self.path, dir).map_err(|error| taken_or(dir, doing, error))?;
        let (parent, _) = neighbourhood(dir)?;
        sync_folder(&parent).map_err(VaultError::io(doing))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a move there is nothing here any more. If it cannot be removed, it is found as cut
        // off by a later creation.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn taken_or(dir: &Path, doing: &'static str, error: io::Error) -> VaultError {
    refuse_taken(dir)
        .err()
        .unwrap_or_else(|| VaultError::io(doing)(error))
}

fn refuse_taken(dir: &Path) -> Result<(), VaultError> {
    if holds_vault(dir) {
        return Err(VaultError::AlreadyExists);
    }
    match fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(VaultError::FolderNotEmpty),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(VaultError::io("looking into the folder for the new vault")(
            error,
        )),
    }
}

/// The folder that `dir` stands in, and how the names of its unfinished forms begin.
fn neighbourhood(dir: &Path) -> Result<(PathBuf, OsString), VaultError> {
    let Some(name) = dir.file_name() else {
        // A root, or a path that ends in `..`: never a place for a new vault.
        return Err(VaultError::FolderNotEmpty);
    };
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".unfinished-");
    Ok((parent, prefix))
}

/// Removes what creations that were cut off have left. Failing to is no reason not to create.
fn remove_cut_off(parent: &Path, prefix: &OsString) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(prefix.as_encoded_bytes());
        let age = entry
            .metadata()
            .and_then(|found| found.modified())
            .map(|at| at.elapsed());
        if ours && matches!(age, Ok(Ok(age)) if age > CUT_OFF_AFTER) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Files that only this user may read and write. Elsewhere than on Unix they take the permissions
/// of the user's own folder.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn private_folder() -> DirBuilder {
    #[allow(unused_mut, reason = "changed on Unix only")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Writes a file's content through to the medium.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Writes a folder's entries through to the medium. Windows does so itself.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
