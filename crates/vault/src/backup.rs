//! Backups: self-contained, encrypted, incremental, and each proved by restoring it.
//!
//! A backup is a folder. The database file, which is encrypted page by page, is cut into blocks of
//! 1 MiB that are named by their SHA-256; a block that is there already is not written again, and
//! pages that did not change have the same bytes, so a later backup adds what is new. A snapshot
//! names its blocks in order and holds `keys.json`; it is signed with the vault's own key. Nothing
//! in the folder can be read without a way into the vault.
//!
//! ```text
//! FOLDER/inroom-backup-<vault>/blocks/ab/abcd…   1 MiB each
//!                              snapshots/<time>.json
//! ```

mod blocks;
mod compare;
mod snapshot;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use audit::{Act, Asked};
use governance::Command;
use serde::Serialize;
use ts_rs::TS;
use visit::{UnixMillis, VisitId};

use self::blocks::{BLOCK_BYTES, Blocks};
use self::snapshot::Snapshot;
#[cfg(test)]
pub(crate) use compare::digest;

use crate::database;
use crate::error::{Part, VaultError};
use crate::folder::{self, DATABASE_FILE, KEYS_FILE, Lock, Unfinished};
use crate::hex::push_digits;
#[cfg(any(test, fuzzing))]
use crate::key::{Key, Signing};
use crate::keys_file::KeysFile;
use crate::vault::Vault;

/// What a backup has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct BackupReport {
    /// The snapshot's name, by which it is restored.
    pub snapshot: String,
    /// Visits in it.
    pub visits: u32,
    /// Bytes of the vault.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes of it that no earlier backup had.
    #[ts(type = "number")]
    pub new_bytes: u64,
    /// Snapshots that the folder holds now.
    pub kept: u32,
    /// What cannot be read in this vault, and so neither in its backup; everything else can.
    pub damaged: Vec<DamagedPart>,
}

/// A part of a visit that is stored and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DamagedPart {
    /// Which visit.
    pub visit: VisitId,
    /// What of it, for a person.
    pub what: String,
}

/// How far a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupStep {
    /// Blocks of the database that are in the backup, of how many.
    Copying(u32, u32),
    /// Blocks of the backup that were restored to the scratch vault, of how many.
    Restoring(u32, u32),
    /// Visits of the scratch vault that were read and compared, of how many.
    Comparing(u32, u32),
}

/// A snapshot as it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotSummary {
    /// Its name, by which it is restored.
    pub name: String,
    /// When it was made.
    pub at: UnixMillis,
    /// Visits in it.
    pub visits: u32,
    /// Bytes of the vault.
    pub bytes: u64,
}

impl Vault {
    /// Backs the vault up into a folder, restores the backup into a scratch vault beside it, reads
    /// everything there and compares it with what was backed up. Recording goes on meanwhile. Of the
    /// snapshots in the folder the newest `keep` stay, this one among them; all of them stay when
    /// something in the vault is damaged, because an older one may hold it whole.
    ///
    /// # Errors
    /// [`VaultError::DiskFull`], [`VaultError::Io`]; [`VaultError::BackupDiffers`] if what comes
    /// back is not what was there. The vault is untouched, and so are earlier snapshots.
    pub fn back_up(
        &self,
        to: &Path,
        at: UnixMillis,
        keep: usize,
        progress: &mut dyn FnMut(BackupStep),
    ) -> Result<BackupReport, VaultError> {
        self.may(Command::BackUp)?;
        // Entered before, so that the backup holds the entry of its own making.
        self.act_beside(Asked::BackUp, Act::BackedUp { snapshot: at }, || {
            self.back_up_entered(to, at, keep, progress)
        })
    }

    fn back_up_entered(
        &self,
        to: &Path,
        at: UnixMillis,
        keep: usize,
        progress: &mut dyn FnMut(BackupStep),
    ) -> Result<BackupReport, VaultError> {
        let keys_text = folder::read_keys(self.folder())?;
        let keys = KeysFile::from_bytes(&keys_text)?;
        let place = place_of(to, keys.vault());
        fs::create_dir_all(&place).map_err(VaultError::io("making the backup's folder"))?;
        // One backup at a time.
        let _lock = Lock::take(&place)?;
        remove_scratch(&place);

        // From here until `still` is dropped the file of the database does not change.
        let still = self.hold_still()?;
        let blocks = Blocks::in_folder(&place);
        let (hashes, bytes, new_bytes) = self.copy_blocks(&blocks, &mut |done, all| {
            progress(BackupStep::Copying(done, all))
        })?;
        let visits = still.query_row("SELECT count(*) FROM visits", [], |row| row.get(0))?;
        let snapshot = Snapshot::new(&keys_text, at, visits, bytes, hashes)?;

        let scratch = place.join(scratch_name()?);
        let restored = snapshot
            .restore(&blocks, &scratch, &mut |done, all| {
                progress(BackupStep::Restoring(done, all));
            })
            .and_then(|()| {
                self.compare(&still, &scratch, &mut |done, all| {
                    progress(BackupStep::Comparing(done, all));
                })
            });
        // What cannot be removed now is removed by the next backup.
        let _ = fs::remove_dir_all(&scratch);
        let damaged = restored?;

        let name = snapshot.write(&place, self.signing())?;
        let keep = match damaged[..] {
            [] => keep.max(1),
            _ => usize::MAX,
        };
        let kept = snapshot::prune(&place, &blocks, keep)?;
        Ok(BackupReport {
            snapshot: name,
            visits,
            bytes,
            new_bytes,
            kept,
            damaged,
        })
    }

    /// Makes the database file complete and hands out a connection that keeps it as it is: what is
    /// written meanwhile goes to the log alone.
    fn hold_still(&self) -> Result<rusqlite::Connection, VaultError> {
        let writer = self.connection();
        database::empty_log(&writer)?;
        let still = database::open_again(&self.folder().join(DATABASE_FILE), self.database_key())?;
        // The first read takes the lock (SQLite, "Write-Ahead Logging", section 2.2: a checkpoint
        // cannot run past what a reader sees).
        still.execute_batch("BEGIN")?;
        still.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        drop(writer);
        Ok(still)
    }

    fn copy_blocks(
        &self,
        blocks: &Blocks,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(Vec<[u8; 32]>, u64, u64), VaultError> {
        let doing = "reading the vault for its backup";
        // Closing this file lets go of the locks that SQLite holds on it in this process (POSIX);
        // the lock on the folder keeps every other program away all the same.
        let mut file =
            File::open(self.folder().join(DATABASE_FILE)).map_err(VaultError::io(doing))?;
        let bytes = file.metadata().map_err(VaultError::io(doing))?.len();
        let all = u32::try_from(bytes.div_ceil(BLOCK_BYTES as u64)).unwrap_or(u32::MAX);
        let mut block = vec![0; BLOCK_BYTES];
        let (mut hashes, mut new_bytes, mut read) = (Vec::new(), 0, 0);
        while read < bytes {
            let length = usize::try_from(bytes - read)
                .unwrap_or(BLOCK_BYTES)
                .min(BLOCK_BYTES);
            file.read_exact(&mut block[..length])
                .map_err(VaultError::io(doing))?;
            let (hash, new) = blocks.keep(&block[..length])?;
            hashes.push(hash);
            new_bytes += if new { length as u64 } else { 0 };
            read += length as u64;
            progress(u32::try_from(hashes.len()).unwrap_or(u32::MAX), all);
        }
        Ok((hashes, bytes, new_bytes))
    }

    /// The snapshots in a backup folder, the newest last.
    ///
    /// # Errors
    /// [`VaultError::NoBackup`] if there is none.
    pub fn snapshots(from: &Path) -> Result<Vec<SnapshotSummary>, VaultError> {
        let place = find(from)?;
        let names = snapshot::names(&place)?;
        names
            .into_iter()
            .map(|name| Ok(Snapshot::read(&place, &name)?.summary(name)))
            .collect()
    }

    /// Restores a snapshot, the newest if none is named, as a vault in a folder that is empty or not
    /// there yet. It is opened as any other: with its passphrase on the computer that it was made
    /// on, with the recovery key elsewhere.
    ///
    /// # Errors
    /// [`VaultError::NoBackup`]; [`VaultError::Damaged`] naming the snapshot or a block that is
    /// missing or altered; what the disk answers. There is no vault in `to` then.
    pub fn restore(
        from: &Path,
        snapshot: Option<&str>,
        to: &Path,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(), VaultError> {
        let place = find(from)?;
        let name = match snapshot {
            Some(name) => name.to_owned(),
            None => snapshot::names(&place)?.pop().ok_or(VaultError::NoBackup)?,
        };
        let snapshot = Snapshot::read(&place, &name)?;
        let unfinished = Unfinished::beside(to)?;
        snapshot.restore(&Blocks::in_folder(&place), unfinished.path(), progress)?;
        unfinished.move_to(to)
    }

    /// Makes sure that the snapshot that this vault was restored from was made by it and not altered
    /// since, and enters in the log that it was restored.
    ///
    /// # Errors
    /// [`VaultError::NoBackup`], [`VaultError::Damaged`]; what the store answers if it cannot be
    /// entered.
    pub fn confirm_restored(&self, from: &Path, snapshot: Option<&str>) -> Result<(), VaultError> {
        let place = find(from)?;
        let name = match snapshot {
            Some(name) => name.to_owned(),
            None => snapshot::names(&place)?.pop().ok_or(VaultError::NoBackup)?,
        };
        let snapshot = Snapshot::read(&place, &name)?;
        snapshot.check(self.signing())?;
        let snapshot = snapshot.summary(name).at;
        self.commit(|transaction| self.note(transaction, Act::Restored { snapshot }))
    }
}

/// Reads a snapshot's bytes and checks its signature.
#[cfg(any(test, fuzzing))]
pub(crate) fn decode_snapshot(
    json: &[u8],
    signing: &Key<Signing>,
) -> Result<SnapshotSummary, VaultError> {
    let snapshot = Snapshot::from_bytes(json)?;
    snapshot.check(signing)?;
    Ok(snapshot.summary(String::new()))
}

const DAMAGED: VaultError = VaultError::Damaged { what: Part::Backup };

const PREFIX: &str = "inroom-backup-";

fn place_of(folder: &Path, vault: Option<&[u8; 16]>) -> PathBuf {
    let mut name = String::from(PREFIX);
    // Vaults of the first version have no name.
    push_digits(&mut name, vault.unwrap_or(&[0; 16]));
    folder.join(name)
}

/// The backup in a folder, or the folder itself if it is one.
fn find(folder: &Path) -> Result<PathBuf, VaultError> {
    if folder.join(snapshot::FOLDER).is_dir() {
        return Ok(folder.to_owned());
    }
    let entries = fs::read_dir(folder).map_err(|_| VaultError::NoBackup)?;
    let mut backups = entries.flatten().map(|entry| entry.path()).filter(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
            && path.join(snapshot::FOLDER).is_dir()
    });
    match (backups.next(), backups.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(VaultError::NoBackup),
        (Some(_), Some(_)) => Err(VaultError::SeveralBackups),
    }
}

const SCRATCH: &str = "scratch-";

fn scratch_name() -> Result<String, VaultError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(VaultError::NoRandomness)?;
    let mut name = String::from(SCRATCH);
    push_digits(&mut name, &random);
    Ok(name)
}

/// Removes what a backup that was cut off has left.
fn remove_scratch(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(SCRATCH) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Writes `keys.json` of a restored vault.
fn write_keys(dir: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = folder::private(fs::OpenOptions::new().write(true).create_new(true))
        .open(dir.join(KEYS_FILE))?;
    file.write_all(bytes)?;
    file.sync_all()
}
