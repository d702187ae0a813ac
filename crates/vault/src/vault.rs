use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use secrecy::SecretString;
use visit::{VisitId, VisitState};

use crate::database;
use crate::device::DeviceSecrets;
use crate::error::VaultError;
use crate::folder::{self, DATABASE_FILE, Lock, Unfinished};
use crate::key::{Database, Key, OfSound, OfVisit, Signing, Wrapping};
use crate::keys_file::{Entrances, KeysFile, Unwrapped, Ways};
use crate::passphrase::{self, KdfCost};
use crate::record;
use crate::visits::state_of;

/// An open vault. Dropping it locks it: keys are wiped and the files closed.
///
/// It can be shared between threads; calls take turns. What a call stores is committed and
/// synchronised to the medium when the call returns, and is not stored at all if it fails.
pub struct Vault {
    connection: Mutex<Connection>,
    wrapping: Key<Wrapping>,
    signing: Key<Signing>,
    database: Key<Database>,
    dir: PathBuf,
    /// Released last.
    lock: Lock,
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
    /// [`VaultError::FolderNotEmpty`], [`VaultError::Device`], or what the disk answers.
    pub fn create_with(dir: &Path, ways: &Ways<'_>) -> Result<Self, VaultError> {
        passphrase::check_length(ways.passphrase)?;
        let unfinished = Unfinished::beside(dir)?;
        let (keys, vault_key) = KeysFile::make(ways)?;
        unfinished.write_keys(&keys.to_bytes()?)?;
        database::create(
            &unfinished.path().join(DATABASE_FILE),
            &vault_key.derive_database_key(),
        )?;
        unfinished.move_to(dir)?;
        let unwrapped = keys.unwrapped(vault_key)?;
        Self::open_unwrapped(dir, Lock::take(dir)?, &keys, &unwrapped)
    }

    /// [`Vault::create_with`] for a vault that the passphrase alone opens: one that nobody keeps.
    ///
    /// # Errors
    /// The same.
    pub fn create(
        dir: &Path,
        passphrase: &SecretString,
        cost: KdfCost,
    ) -> Result<Self, VaultError> {
        let ways = Ways {
            passphrase,
            cost,
            device: None,
            escrow: None,
        };
        Self::create_with(dir, &ways)
    }

    /// What the vault in the folder says of itself without being opened.
    ///
    /// # Errors
    /// [`VaultError::NotAVault`], and what is wrong with its keys file.
    pub fn entrances(dir: &Path) -> Result<Entrances, VaultError> {
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        Ok(KeysFile::from_bytes(&folder::read_keys(dir)?)?.entrances())
    }

    /// Opens the vault in the folder. [`Vault::entrances`] says whether this computer's secret is
    /// needed, and where it is kept.
    ///
    /// # Errors
    /// [`VaultError::NotAVault`], [`VaultError::InUse`], [`VaultError::WrongPassphrase`];
    /// a `DeviceSecret…` variant or [`VaultError::Device`];
    /// [`VaultError::Missing`], [`VaultError::Damaged`] or [`VaultError::NewerVersion`] if its
    /// files are not in order. None of them changes anything.
    pub fn open_with(
        dir: &Path,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Self, VaultError> {
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        let lock = Lock::take(dir)?;
        let unwrapped = keys.unwrap_with(passphrase, secrets)?;
        Self::open_unwrapped(dir, lock, &keys, &unwrapped)
    }

    /// [`Vault::open_with`] for a vault that the passphrase alone opens.
    ///
    /// # Errors
    /// The same.
    pub fn open(dir: &Path, passphrase: &SecretString) -> Result<Self, VaultError> {
        Self::open_with(dir, passphrase, None)
    }

    pub(crate) fn open_unwrapped(
        dir: &Path,
        lock: Lock,
        keys: &KeysFile,
        unwrapped: &Unwrapped,
    ) -> Result<Self, VaultError> {
        let path = dir.join(DATABASE_FILE);
        folder::remove_leftovers(dir);
        let opened = database::open(&path, &unwrapped.root.derive_database_key());
        let (connection, root) = match (opened, &unwrapped.former) {
            // An exchange of the vault key that was cut off has left it under the former one.
            (Err(VaultError::Damaged { .. }), Some(former)) => (
                database::open(&path, &former.derive_database_key())?,
                former,
            ),
            (opened, former) => {
                let connection = opened?;
                if former.is_some() {
                    folder::replace_keys(dir, &keys.without_former_key().to_bytes()?)?;
                }
                (connection, &unwrapped.root)
            }
        };
        let vault = Self {
            connection: Mutex::new(connection),
            wrapping: root.derive_wrapping_key(),
            signing: unwrapped.signing.another(),
            database: root.derive_database_key(),
            dir: dir.to_owned(),
            lock,
        };
        // What an erasure that was cut off has left in the index. On a full disk the vault opens all
        // the same, and the next start tries again.
        if vault.has_to_forget()? {
            let _ = vault.forget();
        }
        Ok(vault)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn wrapping(&self) -> &Key<Wrapping> {
        &self.wrapping
    }

    pub(crate) fn database_key(&self) -> &Key<Database> {
        &self.database
    }

    /// The same vault in another folder, whose database is open already.
    pub(crate) fn over(&self, dir: &Path, lock: Lock, connection: Connection) -> Self {
        Self {
            connection: Mutex::new(connection),
            wrapping: self.wrapping.another(),
            signing: self.signing.another(),
            database: self.database.another(),
            dir: dir.to_owned(),
            lock,
        }
    }

    pub(crate) fn signing(&self) -> &Key<Signing> {
        &self.signing
    }

    /// Closes the database and hands the lock of the folder on.
    pub(crate) fn close(self) -> Result<(PathBuf, Lock), VaultError> {
        let Self {
            connection,
            dir,
            lock,
            ..
        } = self;
        let connection = connection
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        database::close(connection)?;
        Ok((dir, lock))
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

    /// [`Vault::find`] for what changes the visit.
    ///
    /// # Errors
    /// [`VaultError::Signed`] for a visit that takes no change.
    pub(crate) fn find_unsigned(
        &self,
        connection: &Connection,
        id: VisitId,
    ) -> Result<(i64, Key<OfVisit>), VaultError> {
        if state_of(connection, id)? == VisitState::Signed {
            return Err(VaultError::Signed);
        }
        self.find(connection, id)
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

#[cfg(all(test, target_os = "linux"))]
mod memory;
