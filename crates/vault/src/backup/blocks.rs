//! Blocks of an encrypted database, kept under their SHA-256.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::DAMAGED;
use crate::error::VaultError;
use crate::folder::{private, sync_folder};
use crate::hex::push_digits;

/// Bytes in every block but the last.
pub(super) const BLOCK_BYTES: usize = 1 << 20;

/// A block's name: its SHA-256.
pub(super) type Hash = [u8; 32];

/// The folder of blocks.
pub(super) struct Blocks(PathBuf);

impl Blocks {
    pub(super) fn in_folder(place: &Path) -> Self {
        Self(place.join("blocks"))
    }

    fn path(&self, hash: &Hash) -> PathBuf {
        let mut name = String::new();
        push_digits(&mut name, hash);
        self.0.join(&name[..2]).join(name)
    }

    /// Keeps a block; says its name and whether it was new. One that is there is read and compared,
    /// so that an altered one is not relied on: it is written anew.
    pub(super) fn keep(&self, block: &[u8]) -> Result<(Hash, bool), VaultError> {
        let doing = "writing to the backup";
        let hash: Hash = Sha256::digest(block).into();
        let path = self.path(&hash);
        if fs::read(&path).is_ok_and(|found| found == block) {
            return Ok((hash, false));
        }
        let write = || {
            let folder = path.parent().unwrap_or(&self.0);
            fs::create_dir_all(folder)?;
            let part = path.with_extension("part");
            let mut file =
                private(OpenOptions::new().write(true).create(true).truncate(true)).open(&part)?;
            file.write_all(block)?;
            file.sync_all()?;
            fs::rename(&part, &path)?;
            sync_folder(folder)
        };
        write().map_err(VaultError::io(doing))?;
        Ok((hash, true))
    }

    /// Reads a block of this many bytes.
    pub(super) fn read(&self, hash: &Hash, length: usize) -> Result<Vec<u8>, VaultError> {
        let file = File::open(self.path(hash)).map_err(|_| DAMAGED)?;
        let mut block = Vec::with_capacity(length);
        file.take(BLOCK_BYTES as u64 + 1)
            .read_to_end(&mut block)
            .map_err(VaultError::io("reading the backup"))?;
        let found: Hash = Sha256::digest(&block).into();
        if block.len() != length || found != *hash {
            return Err(DAMAGED);
        }
        Ok(block)
    }

    /// Removes every block that `needed` does not say it needs.
    pub(super) fn prune(&self, needed: &dyn Fn(&str) -> bool) {
        for folder in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            for block in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                if !block.file_name().to_str().is_some_and(needed) {
                    // What stays is removed by the next backup.
                    let _ = fs::remove_file(block.path());
                }
            }
        }
    }
}
