//! Changes of the ways into a vault. Each is one exchange of `keys.json`, so the old way or the new
//! one works afterwards, whenever the program is killed.

use std::path::Path;

use audit::{Act, Asked, Refusal};
use governance::Command;
use secrecy::SecretString;

use crate::account;
use crate::database;
use crate::device::DeviceSecrets;
use crate::door;
use crate::error::VaultError;
use crate::escrow::{EscrowIdentity, EscrowRecipient};
use crate::folder::{self, DATABASE_FILE, Lock, NEXT_DATABASE_FILE};
use crate::keys_file::{KeysFile, NewWay, Unwrapped, Ways};
use crate::log;
use crate::passphrase::{self, KdfCost};
use crate::vault::{Vault, note_refused};

/// A keys file, what it gives, and how it was opened.
struct Opened<'a> {
    keys: KeysFile,
    unwrapped: Unwrapped,
    secrets: Option<&'a dyn DeviceSecrets>,
    escrow: Option<EscrowRecipient>,
}

/// What a person may not do in an organisation's vault.
const WAYS_DECIDED: VaultError = VaultError::OrganisationDecides(
    "each person has a way of their own, and the recovery key is the one of the organisation's document",
);

impl<'a> Opened<'a> {
    fn read(
        vault: &Vault,
        passphrase: &SecretString,
        secrets: Option<&'a dyn DeviceSecrets>,
    ) -> Result<Self, VaultError> {
        let keys = KeysFile::from_bytes(&folder::read_keys(vault.folder())?)?;
        let unwrapped = match vault.person() {
            Some(person) => keys.unwrap_person(&person.account, passphrase, secrets)?,
            None => keys.unwrap_with(passphrase, secrets)?,
        };
        let entrances = keys.entrances();
        let device = match vault.person() {
            Some(person) => keys.device_of(&person.account),
            None => entrances.device,
        };
        Ok(Self {
            // A secret that was offered and not needed does not come into use by the way.
            secrets: secrets.filter(|_| device.is_some()),
            escrow: entrances.escrow.map(|text| text.parse()).transpose()?,
            unwrapped,
            keys,
        })
    }

    fn ways<'b>(&'b self, passphrase: &'b SecretString, cost: KdfCost) -> Ways<'b> {
        Ways {
            passphrase,
            cost,
            device: self.secrets,
            escrow: self.escrow.as_ref(),
        }
    }
}

impl Vault {
    /// Exchanges the passphrase. Whoever knows the old one and has a copy of the keys file made
    /// before still opens that copy; [`Vault::rotate_key`] ends that for what comes after.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], [`VaultError::PassphraseTooShort`], or what keeps
    /// `keys.json` from being written; the old passphrase is the one then.
    pub fn change_passphrase(
        &self,
        current: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
        next: &SecretString,
        cost: KdfCost,
    ) -> Result<(), VaultError> {
        let exchanged = || {
            passphrase::check_length(next)?;
            let opened = Opened::read(self, current, secrets)?;
            let keys = match (self.person(), &opened.escrow) {
                (Some(person), Some(escrow)) => {
                    let way = NewWay {
                        account: &person.account,
                        passphrase: next,
                        cost,
                        device: opened.secrets,
                    };
                    opened.keys.with_person(&opened.unwrapped, &way, escrow)?
                }
                (Some(_), None) => return Err(VaultError::NoEscrow),
                (None, _) => {
                    let ways = opened.ways(next, cost);
                    opened.keys.with_ways(&opened.unwrapped, &ways)?
                }
            };
            keys.to_bytes()
        };
        self.may(Command::ChangePassphrase)?;
        let asked = Asked::ChangePassphrase;
        let keys = exchanged().map_err(|error| self.refused(asked, None, error))?;
        self.act_beside(asked, Act::PassphraseChanged, || {
            folder::replace_keys(self.folder(), &keys)
        })
    }

    /// Has the vault open only together with this computer's secret, which is made and kept in
    /// `secrets`, and entrusts the vault key to `escrow`, if one is given.
    ///
    /// # Errors
    /// Those of [`Vault::change_passphrase`], [`VaultError::Device`];
    /// [`VaultError::OrganisationDecides`] in an organisation's vault.
    pub fn bind(
        &self,
        passphrase: &SecretString,
        present: Option<&dyn DeviceSecrets>,
        secrets: Option<&dyn DeviceSecrets>,
        escrow: Option<&EscrowRecipient>,
    ) -> Result<(), VaultError> {
        let asked = Asked::ChangeWays;
        self.may(Command::ChangeWays)?;
        if self.session().is_some() {
            return Err(WAYS_DECIDED);
        }
        let opened = Opened::read(self, passphrase, present)
            .map_err(|error| self.refused(asked, None, error))?;
        let cost = opened.keys.cost().unwrap_or(KdfCost::STANDARD);
        let mut ways = opened.ways(passphrase, cost);
        ways.device = secrets.or(ways.device);
        ways.escrow = escrow.or(ways.escrow);
        let act = Act::WaysChanged {
            device: secrets.is_some(),
            escrow: escrow.is_some(),
        };
        // Making the ways changes things already: this computer's secret is made and kept.
        self.act_beside(asked, act, || {
            let keys = opened.keys.with_ways(&opened.unwrapped, &ways)?;
            folder::replace_keys(self.folder(), &keys.to_bytes()?)
        })
    }

    /// Makes new ways into a vault with the organisation's recovery key, and opens it. The old ones
    /// lead nowhere afterwards; the vault stays entrusted to the same recovery key.
    ///
    /// # Errors
    /// [`VaultError::NoEscrow`], [`VaultError::WrongIdentity`], [`VaultError::PassphraseTooShort`],
    /// [`VaultError::InUse`] and what [`Vault::open_with`] says; nothing is changed then.
    pub fn recover(
        dir: &Path,
        identity: &EscrowIdentity,
        passphrase: &SecretString,
        cost: KdfCost,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Self, VaultError> {
        passphrase::check_length(passphrase)?;
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        let lock = Lock::take(dir)?;
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        if keys.is_organisations() {
            return Err(VaultError::AccountNeeded);
        }
        let unwrapped = keys
            .unwrap_with_identity(identity)
            .inspect_err(|error| note_refused(&lock, error))?;
        let ways = Ways {
            passphrase,
            cost,
            device: secrets,
            escrow: Some(&identity.recipient()),
        };
        Self::open_unwrapped(dir, lock.clone(), &keys, &unwrapped)?.refuse_enrolled()?;
        // The log is not open yet: noted at the door, it is in the log before anything else is.
        let who = account::actor();
        door::note(&lock, log::event(&who, Act::Recovered))?;
        let replaced = || {
            let keys = keys.with_ways(&unwrapped, &ways)?;
            folder::replace_keys(dir, &keys.to_bytes()?)?;
            Ok(keys)
        };
        let keys = replaced().inspect_err(|_: &VaultError| {
            let act = Act::Refused {
                asked: Asked::Recover,
                visit: None,
                reason: Refusal::Storage,
            };
            let _ = door::note(&lock, log::event(&who, act));
        })?;
        Self::open_unwrapped(dir, lock, &keys, &unwrapped)?.enter()
    }

    /// Exchanges the vault key: the database is written anew under another one, beside the old, and
    /// takes its place when it is complete; every visit's key is wrapped anew. It takes as much free
    /// space as the database, and time in proportion.
    ///
    /// Killed at any moment, the vault opens with the same passphrase as before; doing it again
    /// finishes it.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], [`VaultError::DiskFull`] and what the disk answers. The
    /// vault is closed then, and complete.
    pub fn rotate_key(
        self,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Self, VaultError> {
        self.may(Command::RotateKey)?;
        let opened = Opened::read(&self, passphrase, secrets)
            .map_err(|error| self.refused(Asked::RotateKey, None, error))?;
        let (who, session) = (self.who().clone(), self.shared_session());
        let (dir, lock) = self.close()?;
        let cost = opened.keys.cost().unwrap_or(KdfCost::STANDARD);
        let ways = opened.ways(passphrase, cost);
        let (keys, from, to) = match &opened.unwrapped.former {
            // One that was cut off: its new key stands in the file already.
            Some(former) => (None, former, None),
            None => {
                let (keys, to) = match &session {
                    Some(_) => opened
                        .keys
                        .with_new_key_for_people(&opened.unwrapped, ways.escrow)?,
                    None => opened.keys.with_new_key(&opened.unwrapped, &ways)?,
                };
                folder::replace_keys(&dir, &keys.to_bytes()?)?;
                (Some(keys), &opened.unwrapped.root, Some(to))
            }
        };
        let to = to.as_ref().unwrap_or(&opened.unwrapped.root);
        let keys = keys.as_ref().unwrap_or(&opened.keys);
        database::copy_under(
            &dir.join(DATABASE_FILE),
            from,
            &dir.join(NEXT_DATABASE_FILE),
            to,
            |connection| {
                let rotated = log::event(&who, Act::KeyRotated);
                log::append(connection, &opened.unwrapped.signing, rotated)
            },
        )?;
        folder::put_next_database(&dir)?;
        let unwrapped = match &session {
            Some(session) => {
                let person = session.person().ok_or(VaultError::NoAccounts)?;
                keys.unwrap_person(&person.account, passphrase, opened.secrets)?
            }
            None => keys.unwrap_with(passphrase, opened.secrets)?,
        };
        let vault = Self::open_unwrapped(&dir, lock, keys, &unwrapped)?.already_entered();
        Ok(match session {
            Some(session) => vault.with_session(who, session),
            None => vault,
        })
    }
}
