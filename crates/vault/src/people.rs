//! The people of an organisation's vault: who is let in, how they sign in, and how others follow.

use std::path::Path;
use std::sync::Arc;

use audit::{Act, Actor, Asked, PersonAccount, Refusal};
use governance::{Account, Code, Command, Role, allowed};
use secrecy::SecretString;
use visit::UnixMillis;

use crate::account;
use crate::database;
use crate::device::DeviceSecrets;
use crate::door;
use crate::emergency;
use crate::error::VaultError;
use crate::escrow::{EscrowIdentity, EscrowRecipient};
use crate::folder::{self, DATABASE_FILE, Lock, Unfinished};
use crate::keys_file::{KeysFile, NewWay, Unwrapped};
use crate::log::{self, now};
use crate::organisation::{self, InForce, Session, SignedIn};
use crate::passphrase::{self, KdfCost};
use crate::tries;
use crate::vault::{Vault, note_refused};
use crate::workstation::Workstation;

/// A person of the roster who gets a way of their own into a vault.
pub struct Newcomer<'a> {
    /// Their account.
    pub account: &'a Account,
    /// Their enrolment code, which is used by it.
    pub code: &'a Code,
    /// Their own passphrase.
    pub passphrase: &'a SecretString,
    /// What guessing it costs.
    pub cost: KdfCost,
    /// Where this computer keeps its secret; `None`: the passphrase alone opens the vault.
    pub device: Option<&'a dyn DeviceSecrets>,
}

impl Newcomer<'_> {
    fn way(&self) -> NewWay<'_> {
        NewWay {
            account: self.account,
            passphrase: self.passphrase,
            cost: self.cost,
            device: self.device,
        }
    }
}

impl Vault {
    /// Makes a vault of the organisation that this computer is enrolled with, and opens it. It is
    /// entrusted to the recovery key of the organisation's document.
    ///
    /// # Errors
    /// [`VaultError::OrganisationGone`] on a computer that is not enrolled; what keeps the person from
    /// being admitted; those of [`Vault::create_with`].
    pub fn create_for(dir: &Path, maker: &Newcomer<'_>) -> Result<Self, VaultError> {
        let workstation = &Workstation::of(dir);
        passphrase::check_length(maker.passphrase)?;
        let in_force = InForce::at(workstation, now())?;
        let person = in_force.person_with_code(maker.account, maker.code, now())?;
        allowed(person.role, Command::CreateVault)?;
        let unfinished = Unfinished::beside(dir)?;
        let (keys, root) = KeysFile::make_for(&maker.way(), &recovery_key(&in_force)?)?;
        unfinished.write_keys(&keys.to_bytes()?)?;
        let unwrapped = keys.unwrapped(root)?;
        database::create(
            &unfinished.path().join(DATABASE_FILE),
            &unwrapped.root.derive_database_key(),
            |connection| {
                organisation::use_code(connection, person)?;
                let bound = organisation::bind(connection, &in_force)?;
                let account = organisation::named(maker.account);
                for act in [Act::VaultCreated, bound, Act::PersonAdmitted { account }] {
                    let event = log::event(&organisation::actor(maker.account), act);
                    log::append(connection, &unwrapped.signing, event)?;
                }
                Ok(())
            },
        )?;
        unfinished.move_to(dir)?;
        Self::open_unwrapped(dir, Lock::take(dir)?, &keys, &unwrapped)?
            .admit_signed_in(
                workstation,
                (maker.account, maker.device),
                (&keys, &unwrapped),
                now(),
            )?
            .enter()
    }

    /// Opens an organisation's vault for one of its people.
    ///
    /// # Errors
    /// [`VaultError::NoWay`] if the person was not admitted to this vault; [`VaultError::TooManyTries`];
    /// [`VaultError::NotAdmitted`] if the roster does not let them in now; what is wrong with the
    /// organisation's key and document on this computer; those of [`Vault::open_with`]. The next opening
    /// enters it in the log.
    pub fn sign_in(
        dir: &Path,
        account: &Account,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Self, VaultError> {
        let workstation = &Workstation::of(dir);
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        let lock = Lock::take(dir)?;
        let opened = || {
            if !keys.is_organisations() && workstation.enrolment()?.is_some() {
                return Err(VaultError::ToBeJoined);
            }
            if keys.has_way(account) {
                tries::begin(&lock, account, now())?;
            }
            let unwrapped = keys
                .unwrap_person(account, passphrase, secrets)
                .inspect_err(|error| {
                    // A keyring that is locked says nothing about the passphrase.
                    if keys.has_way(account) && !matches!(error, VaultError::WrongPassphrase) {
                        tries::take_back(&lock, account);
                    }
                })?;
            tries::clear(&lock, account);
            Self::open_unwrapped(dir, lock.clone(), &keys, &unwrapped)?.admit_signed_in(
                workstation,
                (account, secrets),
                (&keys, &unwrapped),
                now(),
            )
        };
        opened()
            .inspect_err(|error| note_sign_in_refused(&lock, account, error))?
            .enter()
    }

    /// Makes an organisation's vault of one that was made with a passphrase, on a computer that is
    /// enrolled: from then on that passphrase opens nothing, and the person who is named here signs in.
    /// The recovery key is the organisation's from then on.
    ///
    /// # Errors
    /// Those of [`Vault::open_with`] for the passphrase of before, and those of [`Vault::create_for`].
    pub fn join(
        dir: &Path,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
        first: &Newcomer<'_>,
    ) -> Result<Self, VaultError> {
        passphrase::check_length(first.passphrase)?;
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        let workstation = Workstation::of(dir);
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        let lock = Lock::take(dir)?;
        let unwrapped = keys
            .unwrap_with(passphrase, secrets)
            .inspect_err(|error| note_refused(&lock, error))?;
        let may_make = |role| Ok(allowed(role, Command::CreateVault)?);
        let vault = Self::open_unwrapped(dir, lock.clone(), &keys, &unwrapped)?;
        vault
            .let_in(&workstation, (&keys, &unwrapped), first, None, may_make)
            .inspect_err(|error| note_sign_in_refused(&lock, first.account, error))?
            .enter()
    }

    /// Lets a person of the roster in, with their enrolment code: whoever is signed in vouches with
    /// their own passphrase. A person who has a way already gets another in its place.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`], [`VaultError::WrongPassphrase`] for that passphrase, what keeps the
    /// person from being admitted, [`VaultError::TooManyPeople`]. The ways are as they were then.
    pub fn admit(
        &self,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
        newcomer: &Newcomer<'_>,
    ) -> Result<(), VaultError> {
        self.may(Command::AdmitPerson)?;
        let asked = Asked::AdmitPerson;
        let checked = || {
            let session = self.session().ok_or(VaultError::NoAccounts)?;
            let voucher = session.person().ok_or(VaultError::NoAccounts)?;
            passphrase::check_length(newcomer.passphrase)?;
            let organisation = &session.organisation;
            let Newcomer { account, code, .. } = *newcomer;
            let person = organisation::newcomer_with_code(organisation, account, code, now())?;
            let keys = KeysFile::from_bytes(&folder::read_keys(self.folder())?)?;
            let unwrapped = keys.unwrap_person(&voucher.account, passphrase, secrets)?;
            let escrow = organisation.identity.recovery_key.parse()?;
            let keys = keys.with_person(&unwrapped, &newcomer.way(), &escrow)?;
            Ok((keys, person))
        };
        let (keys, person) = checked().map_err(|error| self.refused(asked, None, error))?;
        let account = organisation::named(newcomer.account);
        self.act(asked, None, |transaction| {
            organisation::use_code(transaction, person)?;
            Ok(((), Act::PersonAdmitted { account }))
        })?;
        self.replace_ways(asked, &keys)
    }

    /// Lets a person of the roster in with the organisation's recovery key and the person's enrolment
    /// code, and opens the vault for them: on a new computer, or where nobody is left who could admit
    /// them. The ways of others that lead in on this computer stay.
    ///
    /// # Errors
    /// [`VaultError::NoEscrow`], [`VaultError::WrongIdentity`], what keeps the person from being
    /// admitted, and those of [`Vault::open_with`]; nothing is changed then.
    pub fn recover_for(
        dir: &Path,
        identity: &EscrowIdentity,
        newcomer: &Newcomer<'_>,
    ) -> Result<Self, VaultError> {
        passphrase::check_length(newcomer.passphrase)?;
        if !folder::holds_vault(dir) {
            return Err(VaultError::NotAVault);
        }
        let workstation = Workstation::of(dir);
        let keys = KeysFile::from_bytes(&folder::read_keys(dir)?)?;
        let lock = Lock::take(dir)?;
        let noted = |error: &VaultError| note_sign_in_refused(&lock, newcomer.account, error);
        let unwrapped = keys.unwrap_with_identity(identity).inspect_err(noted)?;
        let recovered = Some(Act::Recovered);
        let vault = Self::open_unwrapped(dir, lock.clone(), &keys, &unwrapped)?;
        vault
            .let_in(
                &workstation,
                (&keys, &unwrapped),
                newcomer,
                recovered,
                |_| Ok(()),
            )
            .inspect_err(noted)?
            .enter()
    }

    /// Gives a person a way into a vault that stands open without anybody being signed in, binds it to
    /// the organisation if it is not yet, and signs the person in.
    fn let_in(
        self,
        workstation: &Workstation,
        (keys, unwrapped): (&KeysFile, &Unwrapped),
        newcomer: &Newcomer<'_>,
        before: Option<Act>,
        may: impl FnOnce(Role) -> Result<(), VaultError>,
    ) -> Result<Self, VaultError> {
        let (in_force, is_new) = match self.document_in_force(workstation, now())? {
            Some(in_force) => (in_force, false),
            None => (InForce::at(workstation, now())?, true),
        };
        let person = in_force.person_with_code(newcomer.account, newcomer.code, now())?;
        may(person.role)?;
        let next = keys
            .with_person(unwrapped, &newcomer.way(), &recovery_key(&in_force)?)?
            .without_other_computers(newcomer.account);
        self.commit(|transaction| {
            organisation::use_code(transaction, person)?;
            if let Some(before) = before {
                self.note(transaction, before)?;
            }
            if is_new {
                let bound = organisation::bind(transaction, &in_force)?;
                self.note(transaction, bound)?;
            }
            let account = organisation::named(newcomer.account);
            self.note(transaction, Act::PersonAdmitted { account })
        })?;
        self.replace_ways(Asked::AdmitPerson, &next)?;
        let who = (newcomer.account, newcomer.device);
        self.admit_signed_in(workstation, who, (&next, unwrapped), now())
    }

    /// Puts another keys file in its place, after that was entered; if it fails, a refusal follows.
    fn replace_ways(&self, asked: Asked, keys: &KeysFile) -> Result<(), VaultError> {
        folder::replace_keys(self.folder(), &keys.to_bytes()?).inspect_err(|error| {
            let reason = log::refusal(error).unwrap_or(Refusal::Storage);
            self.note_refused(self.who(), asked, None, reason);
        })
    }

    /// The vault with a person signed in, if the document in force lets them in now.
    fn admit_signed_in(
        self,
        workstation: &Workstation,
        (account, secrets): (&Account, Option<&dyn DeviceSecrets>),
        (keys, unwrapped): (&KeysFile, &Unwrapped),
        now: UnixMillis,
    ) -> Result<Self, VaultError> {
        let in_force = self.document_in_force(workstation, now)?;
        let in_force = in_force.ok_or(VaultError::NoAccounts)?;
        self.bring_ways_up_to_date(keys, unwrapped, &in_force, (account, secrets))?;
        let organisation = in_force.accepted.organisation;
        let person = organisation
            .admit(account, &account::os_account(), now)?
            .clone();
        self.while_locked_down(Command::OpenVault, None, Some(person.role))?;
        let session = Session {
            organisation,
            signed_in: SignedIn::Person(person),
        };
        Ok(self.with_session(organisation::actor(account), Arc::new(session)))
    }

    /// Removes the ways, and the voice prints, of people who are not on the roster any more, and entrusts
    /// the vault to the recovery key and prepares it for the sealed sheet that the document names, if they
    /// were others.
    fn bring_ways_up_to_date(
        &self,
        keys: &KeysFile,
        unwrapped: &Unwrapped,
        in_force: &InForce,
        (account, secrets): (&Account, Option<&dyn DeviceSecrets>),
    ) -> Result<(), VaultError> {
        let people = &in_force.accepted.organisation.people;
        let is_known = |account: &str| {
            let mut people = people.iter();
            people.any(|person| person.account.as_str() == account)
        };
        let mut acts: Vec<Act> = keys
            .people()
            .filter(|account| !is_known(account))
            .map(|account| Act::PersonRemoved {
                account: PersonAccount::new(account),
            })
            .collect();
        let mut next = keys.with_only(is_known);
        let escrow = recovery_key(in_force)?;
        if keys.entrances().escrow != Some(escrow.to_string()) {
            next = next.with_escrow(unwrapped, &escrow)?;
            acts.push(Act::WaysChanged {
                device: false,
                escrow: true,
            });
        }
        if let Some((sheet, act)) = self.sheet_to_prepare(keys, in_force)? {
            let sheet = match &sheet {
                Some(sheet) => Some((sheet, keys.device_secret_of(account, secrets)?)),
                None => None,
            };
            next = next.with_emergency(unwrapped, sheet)?;
            acts.push(act);
        }
        if acts.is_empty() {
            return Ok(());
        }
        self.commit(|transaction| {
            for act in acts {
                if let Act::PersonRemoved { account } = &act {
                    transaction.execute(
                        "DELETE FROM voice_prints WHERE account = ?1",
                        [account.as_str()],
                    )?;
                }
                self.note_by(transaction, &Actor::Program, act)?;
            }
            Ok(())
        })?;
        self.replace_ways(Asked::ChangeWays, &next)
    }
}

impl Vault {
    /// The sheet that the vault is to be prepared for in the place of the one before, `None` for none;
    /// nothing if it is as it should be. One that was used here opens nothing any more.
    fn sheet_to_prepare(
        &self,
        keys: &KeysFile,
        in_force: &InForce,
    ) -> Result<Option<(Option<EscrowRecipient>, Act)>, VaultError> {
        let named = in_force.accepted.organisation.emergency.as_ref();
        let named: Option<EscrowRecipient> =
            named.map(|sheet| sheet.recipient.parse()).transpose()?;
        let sheet = match named {
            Some(sheet) if emergency::is_used(&self.connection(), &sheet)? => None,
            named => named,
        };
        let line = sheet.as_ref().map(ToString::to_string);
        if keys.emergency_sheet() == line.as_deref() {
            return Ok(None);
        }
        let digest = line.as_deref().map(emergency::sheet_digest);
        Ok(Some((sheet, Act::EmergencyPrepared { sheet: digest })))
    }
}

/// The recovery key that a document entrusts vaults to.
fn recovery_key(in_force: &InForce) -> Result<EscrowRecipient, VaultError> {
    in_force.accepted.organisation.identity.recovery_key.parse()
}

/// Notes at the door that somebody could not sign in.
fn note_sign_in_refused(lock: &Lock, account: &Account, error: &VaultError) {
    if let Some(refused) = sign_in_refused(account, error) {
        // The vault stays locked whether this can be written or not.
        let _ = door::note(lock, log::event(&account::actor(), refused));
    }
}

/// What is entered of that.
pub(crate) fn sign_in_refused(account: &Account, error: &VaultError) -> Option<Act> {
    log::refusal(error).map(|reason| Act::SignInRefused {
        account: audit::AccountName::new(account.as_str()),
        reason,
        times: 1,
    })
}

#[cfg(test)]
pub(crate) mod tests;
