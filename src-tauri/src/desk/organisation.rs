//! How the people of an organisation enter the store, and what they may do there.

use std::path::Path;

use governance::{Account, Code, Command, Organisation};
use scribe::clock;
use scribe::organisation::{
    FoundingStage, Practice, SetUp, read_signed, set_up_practice, successors_beside,
};
use vault::{DevicePlace, ExposeSecret as _, KdfCost, Newcomer, SecretString, Vault, Workstation};

use super::Desk;
use crate::calls::{self, Needs};
use crate::failure::{Failure, FailureCode};
use crate::ipc::{AdmitRequest, FromDesk, PracticeMade, PracticeRequest};

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
        let secrets = self.secrets(Some(self.new_place()))?;
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

    /// Where a new store's secret of this computer is to be kept.
    const fn new_place(&self) -> DevicePlace {
        match self.device_secret_file {
            Some(_) => DevicePlace::File,
            None => DevicePlace::Keyring,
        }
    }

    /// Sets a small practice up: its keys at the named place, this computer's enrolment, a new store,
    /// which stands open then. The page is told how far it is.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`] with what was made until then; what the keyring answers.
    pub fn set_up_practice(&self, request: &PracticeRequest) -> Result<PracticeMade, Failure> {
        let folder = from_the_root(&request.folder)?;
        let account = account_of(&request.account)?;
        // Asked first, so that nothing is made on a computer whose keyring does not answer.
        let secrets = self.secrets(Some(self.new_place()))?;
        let practice = Practice {
            folder,
            name: request.name.trim(),
            person: request.person.trim(),
            account: &account,
            key_passphrase: &request.key_passphrase,
            key_cost: governance::minisign::KdfCost::STANDARD,
            passphrase: &request.passphrase,
            cost: KdfCost::STANDARD,
            vault: &self.store_folder(),
            device: secrets.as_deref(),
        };
        let told = &mut |stage: FoundingStage| {
            let stage = stage.into();
            self.tell(FromDesk::SettingUp { stage });
        };
        let made = set_up_practice(&practice, told).map_err(|error| reject(&error))?;
        let SetUp {
            vault,
            check,
            sheet,
            secret_folder,
            public_folder,
        } = made;
        self.keep(vault);
        Ok(PracticeMade {
            check_code: check,
            sheet: sheet.display().to_string(),
            secret_folder: secret_folder.display().to_string(),
            public_folder: public_folder.display().to_string(),
        })
    }

    /// Lets another person of the roster into the open store.
    ///
    /// # Errors
    /// What the store or the keyring answers; [`FailureCode::Rejected`] for what is no account or no
    /// code.
    pub fn admit(&self, request: &AdmitRequest) -> Result<(), Failure> {
        let account = account_of(&request.account)?;
        let code = Code::parse(request.code.expose_secret()).map_err(|error| reject(&error))?;
        let vault = self.vault()?;
        let secrets = self.secrets(Vault::entrances(vault.folder())?.device)?;
        let newcomer = Newcomer {
            account: &account,
            code: &code,
            passphrase: &request.passphrase,
            cost: KdfCost::STANDARD,
            device: secrets.as_deref(),
        };
        vault.admit(&request.own_passphrase, secrets.as_deref(), &newcomer)?;
        Ok(())
    }

    /// Takes a newer document into force, a file with its signature beside it or the folder with both;
    /// answers its serial. The store takes it when it is opened next.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`] with the reason; the one in force stays then.
    pub fn take_document(&self, named: &str) -> Result<u64, Failure> {
        let path = from_the_root(named)?;
        let (document, signature) = read_signed(path).map_err(|error| reject(&error))?;
        let successors = successors_beside(path).map_err(|error| reject(&error))?;
        let workstation = Workstation::of(&self.store_folder());
        let taken = workstation.update(document.as_bytes(), &signature, &successors, clock::now());
        Ok(taken.map_err(|error| reject(&error))?.organisation.serial)
    }

    /// What whoever is signed in may do, by the table of roles: everything in a store without an
    /// organisation, nothing before one is open.
    pub fn powers(&self) -> Vec<Command> {
        let Ok(vault) = self.vault() else {
            return Vec::new();
        };
        let role = vault.person().map(|person| person.role);
        let may =
            |command: &Command| role.is_none_or(|role| governance::allowed(role, *command).is_ok());
        Command::ALL.iter().copied().filter(may).collect()
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
        let folder = from_the_root(folder)?;
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

/// A place as it is typed.
fn from_the_root(typed: &str) -> Result<&Path, Failure> {
    let path = Path::new(typed.trim());
    if path.is_absolute() {
        return Ok(path);
    }
    let message = "Name the place from the root on. Nothing was changed.";
    Err(Failure::new(FailureCode::Rejected, message))
}

fn reject(error: &dyn std::error::Error) -> Failure {
    Failure::of(FailureCode::Rejected, error)
}
