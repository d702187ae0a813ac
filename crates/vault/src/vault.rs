use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use secrecy::SecretString;
use visit::VisitId;

use crate::database;
use crate::error::VaultError;
use crate::folder::{self, DATABASE_FILE, Lock, Unfinished};
use crate::key::{Key, OfSound, OfVisit, Signing, VaultRoot, Wrapping};
use crate::keys_file::KeysFile;
use crate::passphrase::{self, KdfCost};
use crate::record;

/// An open vault. Dropping it locks it: keys are wiped and the files closed.
///
/// It can be shared between threads; calls take turns. What a call stores is committed and
/// synchronised to the medium when the call returns, and is not stored at all if it fails.
pub struct Vault {
    connection: Mutex<Connection>,
    wrapping: Key<Wrapping>,
    signing: Key<Signing>,
    /// Released last.
    _lock: Lock,
}

impl Vault {
    /// Whether there is a vault, or what is left of one, in the folder.
    pub fn exists(dir: &Path) -> bool {
        folder::holds_vault(dir)
    }

    /// Creates a vault in a folder that is empty or not there yet, and opens it. It appears as a
    /// whole or not at all.
    ///
    /// # Errors
    /// [`VaultError::PassphraseTooShort`], [`VaultError::AlreadyExists`],
    /// [`VaultError::FolderNotEmpty`], or what the disk answers.
    pub fn create(
        dir: &Path,
        passphrase: &SecretString,
        cost: KdfCost,
    ) -> Result<Self, VaultError> {
        passphrase::check_length(passphrase)?;
        let unfinished = Unfinished::beside(dir)?;
        let (keys, vault_key) = KeysFile::make(passphrase, cost)?;
        unfinished.write_keys(&keys.to_bytes()?)?;
        database::create(
            &unfinished.path().join(DATABASE_FILE),
            &vault_key.derive_database_key(),
        )?;
        unfinished.move_to(dir)?;
        Self::open_with(dir, Lock::take(dir)?, &vault_key)
    }

    /// Opens the vault in the folder.
    ///
    /// # Errors
    /// [`VaultError::NotAVault`], [`VaultError::InUse`], [`VaultError::WrongPassphrase`];
    /// [`VaultError::Missing`], [`VaultError::Damaged`] or [`VaultError::NewerVersion`] if its
    /// files are not in order. None of them changes anything.
    pub fn open(dir: &Path, passphrase: &SecretString) -> Result<Self, VaultError> {
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        let lock = Lock::take(dir)?;
        Self::open_with(dir, lock, &keys.unwrap_with(passphrase)?)
    }

    fn open_with(dir: &Path, lock: Lock, vault_key: &Key<VaultRoot>) -> Result<Self, VaultError> {
        let connection =
            database::open(&dir.join(DATABASE_FILE), &vault_key.derive_database_key())?;
        Ok(Self {
            connection: Mutex::new(connection),
            wrapping: vault_key.derive_wrapping_key(),
            signing: vault_key.derive_signing_key(),
            _lock: lock,
        })
    }

    pub(crate) fn wrapping(&self) -> &Key<Wrapping> {
        &self.wrapping
    }

    pub(crate) fn signing(&self) -> &Key<Signing> {
        &self.signing
    }

    /// The connection, for reading.
    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic in another thread rolled its transaction back, so the connection is sound.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` in one transaction: all of it is committed, or nothing.
    pub(crate) fn commit<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// A visit's row number and its key.
    pub(crate) fn find(
        &self,
        connection: &Connection,
        id: VisitId,
    ) -> Result<(i64, Key<OfVisit>), VaultError> {
        let found: Option<(i64, Vec<u8>)> = connection
            .prepare_cached("SELECT row, wrapped_key FROM visits WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (row, wrapped) = found.ok_or(VaultError::NoSuchVisit(id))?;
        Ok((row, record::unwrap_key(&self.wrapping, id, &wrapped)?))
    }

    /// A visit's row number and the key of its sound.
    pub(crate) fn find_sound(
        &self,
        connection: &Connection,
        id: VisitId,
    ) -> Result<(i64, Key<OfSound>), VaultError> {
        let (row, visit_key) = self.find(connection, id)?;
        let (wrapped, erased): (Option<Vec<u8>>, bool) = connection
            .prepare_cached("SELECT wrapped_sound_key, sound_erased FROM visits WHERE row = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let key = match wrapped {
            _ if erased => return Err(VaultError::Erased),
            Some(wrapped) => record::unwrap_key(&self.wrapping, id, &wrapped)?,
            None => visit_key.as_sound_key(),
        };
        Ok((row, key))
    }
}
