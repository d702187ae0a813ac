//! A snapshot: which blocks make up a database, and the keys file that belongs to it.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use visit::UnixMillis;

use super::blocks::{BLOCK_BYTES, Blocks, Hash};
use super::{DAMAGED, SnapshotSummary, write_keys};
use crate::error::{Part, VaultError};
use crate::folder::{DATABASE_FILE, private, sync_folder};
use crate::hex::{Hex, push_digits};
use crate::key::{Key, Signing};
use crate::keys_file::KeysFile;
use crate::tombstone::{sign_bytes, verify_bytes};

/// The folder of snapshots.
pub(super) const FOLDER: &str = "snapshots";
const FORMAT: &str = "inroom-backup";
const VERSION: u32 = 1;
const PURPOSE: &[u8] = b"inroom backup\x01";
/// A database of a terabyte has a million blocks of 66 bytes each.
const MOST_BYTES: u64 = 256 << 20;

/// What the signature covers.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snapshot {
    format: String,
    version: u32,
    at: i64,
    visits: u32,
    database_bytes: u64,
    block_bytes: u64,
    blocks: Vec<Hex<32>>,
    /// `keys.json`.
    keys: String,
    /// Ed25519 (RFC 8032) over purpose, version and the compact JSON with this field empty.
    signature: String,
}

impl Snapshot {
    pub(super) fn new(
        keys_text: &[u8],
        at: UnixMillis,
        visits: u32,
        database_bytes: u64,
        blocks: Vec<Hash>,
    ) -> Result<Self, VaultError> {
        Ok(Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            at: at.0,
            visits,
            database_bytes,
            block_bytes: BLOCK_BYTES as u64,
            blocks: blocks.into_iter().map(Hex).collect(),
            keys: String::from_utf8(keys_text.to_vec()).map_err(|_| DAMAGED)?,
            signature: String::new(),
        })
    }

    pub(super) fn summary(&self, name: String) -> SnapshotSummary {
        SnapshotSummary {
            name,
            at: UnixMillis(self.at),
            visits: self.visits,
            bytes: self.database_bytes,
        }
    }

    fn signed_bytes(&self) -> Result<Vec<u8>, VaultError> {
        let unsigned = Self {
            format: self.format.clone(),
            blocks: self.blocks.clone(),
            keys: self.keys.clone(),
            signature: String::new(),
            ..*self
        };
        let json = serde_json::to_vec(&unsigned)
            .map_err(|_| VaultError::Unstorable { what: Part::Backup })?;
        Ok([PURPOSE, &json].concat())
    }

    /// Signs and writes it; returns its name.
    pub(super) fn write(
        mut self,
        place: &Path,
        signing: &Key<Signing>,
    ) -> Result<String, VaultError> {
        let signature = sign_bytes(signing, &self.signed_bytes()?);
        push_digits(&mut self.signature, &signature);
        let json =
            serde_json::to_vec(&self).map_err(|_| VaultError::Unstorable { what: Part::Backup })?;
        let folder = place.join(FOLDER);
        // Fifteen digits last until the year 33658; names sort by time.
        let name = format!("{:015}", self.at);
        let write = || {
            fs::create_dir_all(&folder)?;
            let part = folder.join("part");
            let mut file =
                private(OpenOptions::new().write(true).create(true).truncate(true)).open(&part)?;
            file.write_all(&json)?;
            file.sync_all()?;
            fs::rename(&part, folder.join(format!("{name}.json")))?;
            sync_folder(&folder)
        };
        write().map_err(VaultError::io("writing to the backup"))?;
        Ok(name)
    }

    pub(super) fn read(place: &Path, name: &str) -> Result<Self, VaultError> {
        if !name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VaultError::NoBackup);
        }
        let file = File::open(place.join(FOLDER).join(format!("{name}.json")))
            .map_err(|_| VaultError::NoBackup)?;
        let mut json = Vec::new();
        file.take(MOST_BYTES)
            .read_to_end(&mut json)
            .map_err(VaultError::io("reading the backup"))?;
        Self::from_bytes(&json)
    }

    /// Reads a snapshot's bytes and checks that they fit together.
    pub(super) fn from_bytes(json: &[u8]) -> Result<Self, VaultError> {
        let snapshot: Self = serde_json::from_slice(json).map_err(|_| DAMAGED)?;
        if snapshot.format == FORMAT && snapshot.version > VERSION {
            let (found, known) = (snapshot.version, VERSION);
            return Err(VaultError::NewerVersion {
                what: Part::Backup,
                found,
                known,
            });
        }
        let blocks = snapshot.database_bytes.div_ceil(BLOCK_BYTES as u64);
        let fits = snapshot.format == FORMAT
            && snapshot.version == VERSION
            && snapshot.block_bytes == BLOCK_BYTES as u64
            && blocks == snapshot.blocks.len() as u64
            && KeysFile::from_bytes(snapshot.keys.as_bytes()).is_ok();
        if fits { Ok(snapshot) } else { Err(DAMAGED) }
    }

    /// Whether it was signed with this key.
    pub(super) fn check(&self, signing: &Key<Signing>) -> Result<(), VaultError> {
        let signature = Hex::<64>::parse(&self.signature).ok_or(DAMAGED)?;
        if verify_bytes(signing, &self.signed_bytes()?, &signature.0) {
            Ok(())
        } else {
            Err(DAMAGED)
        }
    }

    /// Writes the vault that it is a snapshot of into a folder, which is made if it is not there.
    pub(super) fn restore(
        &self,
        blocks: &Blocks,
        to: &Path,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(), VaultError> {
        let doing = "writing the restored vault";
        fs::create_dir_all(to).map_err(VaultError::io(doing))?;
        let mut file = private(OpenOptions::new().write(true).create_new(true))
            .open(to.join(DATABASE_FILE))
            .map_err(VaultError::io(doing))?;
        let all = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        let mut left = self.database_bytes;
        for (hash, done) in self.blocks.iter().zip(1..) {
            let length = usize::try_from(left)
                .unwrap_or(BLOCK_BYTES)
                .min(BLOCK_BYTES);
            let block = blocks.read(&hash.0, length)?;
            file.write_all(&block).map_err(VaultError::io(doing))?;
            left -= length as u64;
            progress(done, all);
        }
        file.sync_all().map_err(VaultError::io(doing))?;
        write_keys(to, self.keys.as_bytes()).map_err(VaultError::io(doing))
    }
}

/// The names of the snapshots in a backup, the newest last.
pub(super) fn names(place: &Path) -> Result<Vec<String>, VaultError> {
    let entries = fs::read_dir(place.join(FOLDER)).map_err(|_| VaultError::NoBackup)?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".json").map(str::to_owned)
        })
        .collect();
    names.sort();
    Ok(names)
}

/// Removes all but the newest snapshots, and the blocks that only they needed; says how many stay.
pub(super) fn prune(place: &Path, blocks: &Blocks, keep: usize) -> Result<u32, VaultError> {
    let names = names(place)?;
    let (old, kept) = names.split_at(names.len().saturating_sub(keep));
    let mut needed = HashSet::new();
    for name in kept {
        for hash in &Snapshot::read(place, name)?.blocks {
            let mut digits = String::new();
            push_digits(&mut digits, &hash.0);
            needed.insert(digits);
        }
    }
    for name in old {
        fs::remove_file(place.join(FOLDER).join(format!("{name}.json")))
            .map_err(VaultError::io("removing an old backup"))?;
    }
    if !old.is_empty() {
        blocks.prune(&|name| needed.contains(name));
    }
    Ok(u32::try_from(kept.len()).unwrap_or(u32::MAX))
}
