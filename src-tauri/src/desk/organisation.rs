//! How the people of an organisation enter the store, and what they may do there.

use std::path::Path;

use governance::{Account, Code, Command, Organisation};
use scribe::clock;
use vault::{DevicePlace, ExposeSecret as _, KdfCost, Newcomer, SecretString, Vault, Workstation};

use super::Desk;
use crate::calls::{self, Needs};
use crate::failure::{Failure, FailureCode};

impl Desk {
    /// Makes a new store of the organisation that this computer is enrolled with, and leaves it open.
    ///
    /// # Errors
    /// What the store or the keyring answers; [`FailureCode::Rejected`] for what is no account or no
    /// code.
    pub fn create_for(
        &self,
        account: &str,
        code: &SecretString,
        passphrase: &SecretString,
    ) -> Result<(), Failure> {
        let account = account_of(account)?;
        let code = Code::parse(code.expose_secret()).map_err(|error| reject(&error))?;
        let place = match self.device_secret_file {
            Some(_) => DevicePlace::File,
            None => DevicePlace::Keyring,
        };
        let secrets = self.secrets(Some(place))?;
        let maker = Newcomer {
            account: &account,
            code: &code,
            passphrase,
            cost: KdfCost::STANDARD,
            device: secrets.as_deref(),
        };
        self.keep(Vault::create_for(&self.store_folder(), &maker)?);
        Ok(())
    }

    /// Opens an organisation's store for one of its people.
    ///
    /// # Errors
    /// What the store or the keyring answers; [`FailureCode::Rejected`] for what is no account.
    pub fn sign_in(&self, account: &str, passphrase: &SecretString) -> Result<(), Failure> {
        let account = account_of(account)?;
        if self.is_covered() {
            return self.uncover(Some(&account), passphrase);
        }
        let folder = self.store_folder();
        let secrets = self.secrets(Vault::entrances(&folder)?.device)?;
        let vault = Vault::sign_in(&folder, &account, passphrase, secrets.as_deref())?;
        self.keep(vault);
        Ok(())
    }

    /// Enrols this computer with the organisation whose key and document lie in a folder.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`] with the reason; nothing is changed then.
    pub fn enrol_computer(&self, folder: &str, check_code: &str) -> Result<(), Failure> {
        let folder = Path::new(folder);
        if !folder.is_absolute() {
            let message = "Name the folder from the root on. Nothing was changed.";
            return Err(Failure::new(FailureCode::Rejected, message));
        }
        Workstation::of(&self.store_folder())
            .enrol_from(folder, check_code, clock::now())
            .map(drop)
            .map_err(|error| reject(&error))
    }

    /// Whether people enter the store with their accounts. What is not in order counts as enrolled: the
    /// store says what is wrong when somebody enters it.
    pub fn asks_for_accounts(&self) -> bool {
        let folder = self.store_folder();
        match Vault::entrances(&folder) {
            Ok(entrances) => entrances.is_organisations,
            Err(_) => !matches!(Workstation::of(&folder).enrolment(), Ok(None)),
        }
    }

    /// What the organisation that this computer is enrolled with has decided, if its document is in force.
    /// For what the page offers: the store decides by what it holds on to itself.
    pub fn organisation(&self) -> Option<Organisation> {
        let enrolment = Workstation::of(&self.store_folder()).enrolment().ok()??;
        let accepted = enrolment.in_force(None, clock::now()).ok()?;
        Some(accepted.organisation)
    }

    /// Whether whoever is signed in may make this call of the page. Before the store is open nobody is,
    /// and the call itself says so.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`] for a role that does not include it, which is entered, and for a call
    /// that has no place in the table.
    pub fn may_call(&self, call: &str) -> Result<(), Failure> {
        let Some(needs) = calls::needs(call) else {
            let message = format!("The page asked for “{call}”, which the program does not do.");
            return Err(Failure::new(FailureCode::Rejected, message));
        };
        self.may_while_covered(call)?;
        let Ok(vault) = self.vault() else {
            return Ok(());
        };
        let Some(role) = vault.role() else {
            return Ok(());
        };
        let is_allowed = |command: &&Command| governance::allowed(role, **command).is_ok();
        match needs {
            Needs::All(commands) => commands
                .iter()
                .try_for_each(|command| Ok(vault.may(*command)?)),
            // Which of them is asked for, the call itself says and the store looks at.
            Needs::OneOf(commands) if commands.iter().any(|one| is_allowed(&one)) => Ok(()),
            Needs::OneOf([first, ..]) => Ok(vault.may(*first)?),
            Needs::OneOf([]) => Ok(()),
        }
    }
}

/// An account as it is typed.
fn account_of(typed: &str) -> Result<Account, Failure> {
    typed.trim().parse().map_err(|error| reject(&error))
}

fn reject(error: &dyn std::error::Error) -> Failure {
    Failure::of(FailureCode::Rejected, error)
}
