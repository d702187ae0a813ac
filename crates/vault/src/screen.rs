//! A screen that is locked while the vault stays open behind it, since work on a visit goes on: the log
//! says so, and the passphrase of whoever had opened the vault unlocks it.

use audit::Act;
use secrecy::SecretString;

use crate::account;
use crate::device::DeviceSecrets;
use crate::door;
use crate::error::{Part, VaultError};
use crate::folder;
use crate::keys_file::{KeysFile, Unwrapped};
use crate::log::{self, now};
use crate::people::sign_in_refused;
use crate::tries;
use crate::vault::{Vault, unlock_refused};

impl Vault {
    /// Enters in the log that the screen was locked; on a full disk the next opening does.
    ///
    /// # Errors
    /// What the store answers. Whoever locks a screen locks it all the same.
    pub fn lock_screen(&self) -> Result<(), VaultError> {
        self.enter_or_note(Act::ScreenLocked)
    }

    /// Whether this is the passphrase of whoever opened this vault, and the roster still lets them in.
    /// Either answer is entered, and tries are counted as those at a locked vault are.
    ///
    /// # Errors
    /// As [`Vault::open_with`] and, in an organisation's vault, [`Vault::sign_in`];
    /// [`VaultError::Damaged`] if the passphrase opens another vault, whose keys somebody has put in the
    /// place of this one's.
    pub fn unlock_screen(
        &self,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<(), VaultError> {
        self.unwrap_again(passphrase, secrets)
            .and_then(|unwrapped| self.is_of(&unwrapped))
            .inspect_err(|error| {
                let refused = match self.session() {
                    Some(session) => session
                        .person()
                        .and_then(|person| sign_in_refused(&person.account, error)),
                    None => unlock_refused(error),
                };
                if let Some(refused) = refused {
                    // The screen stays locked whether this can be written or not.
                    let _ = self.enter_or_note(refused);
                }
            })?;
        self.enter_or_note(Act::ScreenUnlocked)
    }

    fn unwrap_again(
        &self,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Unwrapped, VaultError> {
        let keys = KeysFile::from_bytes(&folder::read_keys(self.folder())?)?;
        let Some(session) = self.session() else {
            return keys.unwrap_with(passphrase, secrets);
        };
        // In an emergency access nothing goes on behind a locked screen.
        let person = session.person().ok_or(VaultError::EmergencyOver)?;
        let account = &person.account;
        tries::begin(self.lock(), account, now())?;
        let unwrapped = keys
            .unwrap_person(account, passphrase, secrets)
            .inspect_err(|error| {
                // A keyring that is locked says nothing about the passphrase.
                if !matches!(error, VaultError::WrongPassphrase) {
                    tries::take_back(self.lock(), account);
                }
            })?;
        tries::clear(self.lock(), account);
        session
            .organisation
            .admit(account, &account::os_account(), now())?;
        Ok(unwrapped)
    }

    /// Whether these are the keys that this vault was opened with.
    pub(crate) fn is_of(&self, unwrapped: &Unwrapped) -> Result<(), VaultError> {
        let roots = [Some(&unwrapped.root), unwrapped.former.as_ref()];
        let is_ours = roots
            .into_iter()
            .flatten()
            .any(|root| root.derive_wrapping_key().expose() == self.wrapping().expose());
        if is_ours {
            return Ok(());
        }
        Err(VaultError::Damaged {
            what: Part::KeysFile,
        })
    }

    fn enter_or_note(&self, act: Act) -> Result<(), VaultError> {
        let event = log::event(self.who(), act);
        let entered =
            self.commit(|transaction| log::append(transaction, self.signing(), event.clone()));
        match entered {
            Err(VaultError::DiskFull) => door::note(self.lock(), event),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
