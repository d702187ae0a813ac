//! A practice of one or a few: its keys, a roster of one that can grow, this computer's enrolment and
//! its vault, in one go.

use std::path::{Path, PathBuf};

use governance::minisign::KdfCost;
use governance::{Account, Code, Enrolment, Person, Role, edit};
use secrecy::{ExposeSecret as _, SecretString};
use vault::{DeviceSecrets, Newcomer, Vault, VaultError, Workstation, WorkstationError};

use super::files::{FileError, signature_of, write_public};
use super::founding::{Founded, Founder, FoundingError, found, long_enough};
use crate::clock;

/// How long the first person's code is good; it is used within the same minute.
const CODE_DAYS: u32 = 1;

/// What a practice is set up with.
pub struct Practice<'a> {
    /// The folder for its keys, which is made.
    pub folder: &'a Path,
    /// Its name.
    pub name: &'a str,
    /// The name of the physician who sets it up, as it stands under notes.
    pub person: &'a str,
    /// Their account, of the practice's own domain.
    pub account: &'a Account,
    /// Encrypts the signing key.
    pub key_passphrase: &'a SecretString,
    /// What guessing that costs.
    pub key_cost: KdfCost,
    /// Opens the vault for the physician.
    pub passphrase: &'a SecretString,
    /// What guessing that costs.
    pub cost: vault::KdfCost,
    /// The folder of the vault to be made.
    pub vault: &'a Path,
    /// Where this computer keeps its secret.
    pub device: Option<&'a dyn DeviceSecrets>,
}

/// What is being done, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundingStage {
    /// The keys are made. Encrypting the signing key takes seconds.
    Keys,
    /// The roster is written and signed.
    Signing,
    /// This computer is enrolled.
    Enrolling,
    /// The vault is made.
    Vault,
}

/// A practice that was set up.
pub struct SetUp {
    /// The vault, open for the physician.
    pub vault: Vault,
    /// Stands on the recovery sheet.
    pub check: String,
    /// The sheet that is printed.
    pub sheet: PathBuf,
    /// What is locked away.
    pub secret_folder: PathBuf,
    /// What further computers are enrolled with.
    pub public_folder: PathBuf,
}

/// Why a practice was not set up.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// There is a vault already.
    #[error("there is a vault on this computer already; nothing was made")]
    VaultThere,
    /// The computer is enrolled already.
    #[error("this computer belongs to an organisation already; nothing was made")]
    Enrolled,
    /// What is there of an enrolment is not in order.
    #[error(transparent)]
    Enrolment(#[from] WorkstationError),
    /// The two passphrases are the same.
    #[error(
        "the passphrase of the signing key is the one that you sign in with; who learns one would have \
         both. Choose another; nothing was made"
    )]
    SamePassphrase,
    /// The keys were not made.
    #[error(transparent)]
    Founding(#[from] FoundingError),
    /// The keys were made, and no more.
    #[error(
        "the keys of the practice are in {} and are kept, but this computer was not set up. Remove that \
         folder and try again, or choose another",
        folder.display()
    )]
    AfterKeys {
        /// Where they lie.
        folder: PathBuf,
        /// What happened.
        #[source]
        cause: Box<AfterKeys>,
    },
    /// Everything but the vault was made.
    #[error(
        "the keys of the practice are in {} and this computer belongs to it, but the vault was not made. \
         Make it with the account {account} and the enrolment code {}",
        folder.display(),
        code.expose_secret()
    )]
    AfterEnrolment {
        /// Where the keys lie.
        folder: PathBuf,
        /// Who makes the vault.
        account: Account,
        /// With which code: it is told to the person whose it is, and nowhere else.
        code: SecretString,
        /// What happened.
        #[source]
        cause: Box<VaultError>,
    },
}

/// What can happen between the keys and the vault.
#[derive(Debug, thiserror::Error)]
pub enum AfterKeys {
    /// The operating system gives no random numbers.
    #[error("the system gives no random numbers")]
    Randomness(#[source] getrandom::Error),
    /// The roster does not take the person.
    #[error(transparent)]
    Roster(#[from] edit::EditError),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The document is not taken.
    #[error(transparent)]
    Workstation(#[from] WorkstationError),
}

/// Sets a practice up. `told` hears of each stage before it begins.
///
/// # Errors
/// [`PracticeError`], which says what was made until then.
pub fn set_up_practice(
    practice: &Practice<'_>,
    told: &mut dyn FnMut(FoundingStage),
) -> Result<SetUp, PracticeError> {
    let workstation = Workstation::of(practice.vault);
    look_first(practice, &workstation)?;
    told(FoundingStage::Keys);
    let own = [
        practice.vault.parent().map(Path::to_owned),
        crate::vault_folder().and_then(|own| Some(own.parent()?.to_owned())),
    ];
    let own: Vec<&Path> = own.iter().flatten().map(PathBuf::as_path).collect();
    let founded = found(&Founder {
        folder: practice.folder,
        own: &own,
        name: practice.name,
        domains: &[practice.account.domain().to_owned()],
        passphrase: practice.key_passphrase,
        cost: practice.key_cost,
    })?;
    let enrolled = enrol_first(practice, &founded, &workstation, told);
    let code = enrolled.map_err(|cause| PracticeError::AfterKeys {
        folder: founded.folder.clone(),
        cause: Box::new(cause),
    })?;
    told(FoundingStage::Vault);
    let maker = Newcomer {
        account: practice.account,
        code: &code,
        passphrase: practice.passphrase,
        cost: practice.cost,
        device: practice.device,
    };
    let vault = Vault::create_for(practice.vault, &maker).map_err(|cause| {
        PracticeError::AfterEnrolment {
            folder: founded.folder.clone(),
            account: practice.account.clone(),
            code: code.print().into(),
            cause: Box::new(cause),
        }
    })?;
    Ok(SetUp {
        vault,
        check: founded.check.clone(),
        sheet: founded.sheet(),
        secret_folder: founded.secret_folder(),
        public_folder: founded.public_folder(),
    })
}

/// Finds what would keep it from being done before anything is made.
fn look_first(practice: &Practice<'_>, workstation: &Workstation) -> Result<(), PracticeError> {
    if Vault::exists(practice.vault) {
        return Err(PracticeError::VaultThere);
    }
    if workstation.enrolment()?.is_some() {
        return Err(PracticeError::Enrolled);
    }
    long_enough(practice.passphrase)?;
    if practice.passphrase.expose_secret() == practice.key_passphrase.expose_secret() {
        return Err(PracticeError::SamePassphrase);
    }
    Ok(())
}

/// Puts the physician on the roster, signs the document and enrols this computer; answers the code that
/// the vault is made with.
fn enrol_first(
    practice: &Practice<'_>,
    founded: &Founded,
    workstation: &Workstation,
    told: &mut dyn FnMut(FoundingStage),
) -> Result<Code, AfterKeys> {
    told(FoundingStage::Signing);
    let mut bytes = [0; 15];
    getrandom::fill(&mut bytes).map_err(AfterKeys::Randomness)?;
    let code = Code::from_random(bytes);
    let person = Person {
        name: practice.person.to_owned(),
        account: practice.account.clone(),
        role: Role::Physician,
        os_account: None,
        from: clock::today(),
        until: None,
        enrolment: Some(Enrolment {
            sha256: code.digest(practice.account),
            until: clock::days_after(clock::to_the_second(clock::now()), CODE_DAYS),
        }),
    };
    let text = edit::add_person(&founded.text, &person)?;
    let document = founded.document();
    write_public(&document, &text)?;
    // The first document has serial 1, and the one with a person the next.
    let comment = format!("{}, serial 2", practice.name);
    let signature = founded.key.sign(text.as_bytes(), &comment).file();
    write_public(&signature_of(&document), &signature)?;
    told(FoundingStage::Enrolling);
    let key = founded.key.public();
    workstation.enrol(&key, text.as_bytes(), &signature, clock::now())?;
    Ok(code)
}
