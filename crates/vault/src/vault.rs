use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use audit::{Act, Actor};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use secrecy::SecretString;
use visit::{VisitId, VisitState};

use crate::account;
use crate::database;
use crate::device::DeviceSecrets;
use crate::door;
use crate::error::VaultError;
use crate::folder::{self, DATABASE_FILE, Lock, Unfinished};
use crate::key::{Database, Key, OfSound, OfVisit, Signing, Wrapping};
use crate::keys_file::{Entrances, KeysFile, Unwrapped, Ways};
use crate::log;
use crate::organisation::{self, Session};
use crate::passphrase::{self, KdfCost};
use crate::record;
use crate::tries;
use crate::visits::state_of;
use crate::workstation::Workstation;

/// What to tell a person of a vault with [`Vault::log_was_damaged`].
pub const LOG_DAMAGED: &str = "The store's write-ahead log is damaged: what was stored last, up to some minutes of a \
    recording, may be missing. Everything before it is there, and a copy of the log was kept in the vault's folder \
    (vault.db-wal.damaged). Look at the last visit now, and have IT check this computer's disk.";

/// An open vault. Dropping it locks it: that is entered in its log and signed, keys are wiped and
/// the files closed.
///
/// It can be shared between threads; calls take turns. What a call stores is committed and
/// synchronised to the medium when the call returns, and is not stored at all if it fails.
pub struct Vault {
    connection: Mutex<Connection>,
    wrapping: Key<Wrapping>,
    signing: Key<Signing>,
    database: Key<Database>,
    dir: PathBuf,
    who: Actor,
    /// Who is signed in, in an organisation's vault.
    session: Option<Arc<Session>>,
    /// Whether its log says that it was opened, and so has to say that it is locked.
    entered: bool,
    /// Whether its write-ahead log was damaged when it was opened.
    log_was_damaged: bool,
    /// Whether a head was signed that is to leave the computer now.
    heads_due: AtomicBool,
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
    /// [`VaultError::FolderNotEmpty`], [`VaultError::Device`], or what the disk answers;
    /// [`VaultError::Enrolled`] on a computer that is enrolled with an organisation.
    pub fn create_with(dir: &Path, ways: &Ways<'_>) -> Result<Self, VaultError> {
        if Workstation::of(dir).enrolment()?.is_some() {
            return Err(VaultError::Enrolled);
        }
        Self::make(dir, ways)
    }

    fn make(dir: &Path, ways: &Ways<'_>) -> Result<Self, VaultError> {
        passphrase::check_length(ways.passphrase)?;
        let unfinished = Unfinished::beside(dir)?;
        let (keys, vault_key) = KeysFile::make(ways)?;
        unfinished.write_keys(&keys.to_bytes()?)?;
        let unwrapped = keys.unwrapped(vault_key)?;
        database::create(
            &unfinished.path().join(DATABASE_FILE),
            &unwrapped.root.derive_database_key(),
            |connection| {
                let created = log::event(&account::actor(), Act::VaultCreated);
                log::append(connection, &unwrapped.signing, created)
            },
        )?;
        unfinished.move_to(dir)?;
        Self::open_unwrapped(dir, Lock::take(dir)?, &keys, &unwrapped)?.enter()
    }

    /// [`Vault::create_with`] for a vault that the passphrase alone opens: one that nobody keeps, made
    /// without asking whether the computer is enrolled.
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
        Self::make(dir, &ways)
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
    /// [`VaultError::AccountNeeded`] for an organisation's vault, and [`VaultError::ToBeJoined`] for any
    /// other on a computer that is enrolled; a `DeviceSecret…` variant or [`VaultError::Device`];
    /// [`VaultError::Missing`], [`VaultError::Damaged`] or [`VaultError::NewerVersion`] if its
    /// files are not in order; what the store answers if it cannot be entered in the log that the
    /// vault was opened. None of them changes anything but the log, in which the next opening tells
    /// of a passphrase or a secret that was wrong.
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
        let unwrapped = keys
            .unwrap_with(passphrase, secrets)
            .inspect_err(|error| note_refused(&lock, error))?;
        let vault = Self::open_unwrapped(dir, lock, &keys, &unwrapped)?;
        vault.refuse_enrolled()?;
        vault.enter()
    }

    /// [`Vault::open_with`] for a vault that the passphrase alone opens.
    ///
    /// # Errors
    /// The same.
    pub fn open(dir: &Path, passphrase: &SecretString) -> Result<Self, VaultError> {
        Self::open_with(dir, passphrase, None)
    }

    /// A passphrase alone opens no organisation's vault, also not with a file of ways from before, and
    /// none on a computer that is enrolled.
    pub(crate) fn refuse_enrolled(&self) -> Result<(), VaultError> {
        let is_bound = organisation::is_bound(&self.connection())?;
        if is_bound || Workstation::of(&self.dir).enrolment()?.is_some() {
            return Err(VaultError::ToBeJoined);
        }
        Ok(())
    }

    /// Opens it without an entry in its log.
    pub(crate) fn open_unwrapped(
        dir: &Path,
        lock: Lock,
        keys: &KeysFile,
        unwrapped: &Unwrapped,
    ) -> Result<Self, VaultError> {
        let path = dir.join(DATABASE_FILE);
        folder::remove_leftovers(dir);
        let log_was_damaged = folder::keep_damaged_log(dir, database::PAGE_BYTES as usize)?;
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
            who: account::actor(),
            session: None,
            entered: false,
            log_was_damaged,
            heads_due: AtomicBool::new(true),
            lock,
        };
        // What an erasure that was cut off has left in the index. On a full disk the vault opens all
        // the same, and the next start tries again.
        if vault.has_to_forget()? {
            let _ = vault.forget();
        }
        Ok(vault)
    }

    /// Enters in the log that it was opened, after what happened at its door before. On a full disk
    /// that is noted at the door, too, and moves into the log with the next opening.
    ///
    /// # Errors
    /// What the store answers; it is not to be used then.
    pub(crate) fn enter(mut self) -> Result<Self, VaultError> {
        let mut events = door::events(&self.lock);
        if self.log_was_damaged {
            events.push(log::event(&Actor::Program, Act::StoreLogDamaged));
        }
        let found = events.last().filter(|_| self.log_was_damaged).cloned();
        let opened = log::event(&self.who, Act::VaultOpened);
        let entered = self.commit(|transaction| {
            if !log::is_begun(transaction)? {
                let visits =
                    transaction.query_row("SELECT count(*) FROM visits", [], |row| row.get(0))?;
                self.note_by(transaction, &Actor::Program, Act::LogBegun { visits })?;
            }
            for event in events.into_iter().chain([opened.clone()]) {
                log::append(transaction, &self.signing, event)?;
            }
            self.end_abandoned(transaction)
        });
        match entered {
            Ok(()) => {
                door::clear(&self.lock);
                // Without it a full disk has no room for notes, and the vault does not open on one.
                let _ = door::set_space_aside(&self.lock);
                let _ = tries::set_space_aside(&self.lock);
            }
            Err(VaultError::DiskFull) => {
                for event in found.into_iter().chain([opened]) {
                    door::note(&self.lock, event)?;
                }
            }
            Err(error) => return Err(error),
        }
        self.entered = true;
        Ok(self)
    }

    /// The log says already that it is open.
    pub(crate) fn already_entered(mut self) -> Self {
        self.entered = true;
        self
    }

    /// Somebody is signed in.
    pub(crate) fn with_session(mut self, who: Actor, session: Arc<Session>) -> Self {
        self.who = who;
        self.session = Some(session);
        self
    }

    /// Who is signed in, in an organisation's vault.
    pub(crate) fn session(&self) -> Option<&Session> {
        self.session.as_deref()
    }

    /// Who is signed in, for the same vault once it is opened anew.
    pub(crate) fn shared_session(&self) -> Option<Arc<Session>> {
        self.session.clone()
    }

    /// Who uses it.
    pub(crate) fn who(&self) -> &Actor {
        &self.who
    }

    /// Whether the store's write-ahead log was damaged when the vault was opened: what was committed
    /// last, minutes of sound at most, may be missing. A copy of the log stands in the folder as
    /// `vault.db-wal.damaged` until something is erased or the vault key exchanged.
    pub fn log_was_damaged(&self) -> bool {
        self.log_was_damaged
    }

    /// Whether a head was signed since this was asked last.
    pub fn take_heads_due(&self) -> bool {
        self.heads_due.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn has_signed_head(&self) {
        self.heads_due.store(true, Ordering::Relaxed);
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

    /// The same vault in another folder, whose database is open already. It says nothing in the log
    /// there.
    pub(crate) fn over(&self, dir: &Path, lock: Lock, connection: Connection) -> Self {
        Self {
            connection: Mutex::new(connection),
            wrapping: self.wrapping.another(),
            signing: self.signing.another(),
            database: self.database.another(),
            dir: dir.to_owned(),
            who: self.who.clone(),
            session: self.session.clone(),
            entered: false,
            log_was_damaged: false,
            heads_due: AtomicBool::new(false),
            lock,
        }
    }

    /// The lock of its folder.
    pub(crate) fn lock(&self) -> &Lock {
        &self.lock
    }

    pub(crate) fn signing(&self) -> &Key<Signing> {
        &self.signing
    }

    /// Closes the database and hands the lock of the folder on. Nothing of it is entered in the log.
    pub(crate) fn close(mut self) -> Result<(PathBuf, Lock), VaultError> {
        database::empty_log(&self.connection())?;
        self.entered = false;
        Ok((self.dir.clone(), self.lock.clone()))
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
        self.in_time()?;
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

impl Drop for Vault {
    /// A vault that cannot say so is locked all the same: the next opening stands in the log without
    /// this before it.
    fn drop(&mut self) {
        if self.entered {
            let _ = self.commit(|transaction| {
                self.end_emergency(transaction)?;
                self.note(transaction, Act::VaultLocked)?;
                self.sign_head(transaction)
            });
        }
    }
}

/// Notes at the door that somebody did not get in, for a reason that says something about them.
pub(crate) fn note_refused(lock: &Lock, error: &VaultError) {
    if let Some(refused) = unlock_refused(error) {
        // The vault stays locked whether this can be written or not.
        let _ = door::note(lock, log::event(&account::actor(), refused));
    }
}

/// What is entered of that.
pub(crate) fn unlock_refused(error: &VaultError) -> Option<Act> {
    use audit::Refusal::{DeviceSecret, RecoveryKey, WrongPassphrase};
    match log::refusal(error) {
        Some(reason @ (WrongPassphrase | DeviceSecret | RecoveryKey)) => {
            Some(Act::UnlockRefused { reason, times: 1 })
        }
        _ => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod memory;
