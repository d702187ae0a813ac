//! An organisation's keys and its first document, made at a place of a person's choice.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use governance::minisign::{KdfCost, SecretKey, SecretKeyError, Seeds};
use governance::{Mistake, Organisation, check_code};
use secrecy::{ExposeSecret as _, SecretString};
use vault::{EscrowIdentity, LEAST_PASSPHRASE_CHARACTERS, VaultError};
use zeroize::Zeroizing;

use super::files::{FileError, write_private, write_public};
use super::sheet::Sheet;
use crate::clock;

/// What an organisation is made of.
pub struct Founder<'a> {
    /// The folder to make; it has to be free.
    pub folder: &'a Path,
    /// Folders of the program's own, in which no key may lie: who takes the visits along would have
    /// the keys to them, too.
    pub own: &'a [&'a Path],
    /// The organisation's name.
    pub name: &'a str,
    /// The domains of its accounts.
    pub domains: &'a [String],
    /// Encrypts the signing key.
    pub passphrase: &'a SecretString,
    /// What guessing it costs.
    pub cost: KdfCost,
}

/// An organisation that was made. Its document is not signed yet.
pub struct Founded {
    /// The key that signs for it.
    pub key: SecretKey,
    /// The public part of its recovery key.
    pub recipient: String,
    /// Stands on the recovery sheet and belongs to both keys.
    pub check: String,
    /// The first document.
    pub text: String,
    /// Where everything lies.
    pub folder: PathBuf,
}

impl Founded {
    /// What is locked away: both keys and the recovery sheet.
    pub fn secret_folder(&self) -> PathBuf {
        self.folder.join("keep-secret")
    }

    /// What workstations are enrolled with.
    pub fn public_folder(&self) -> PathBuf {
        self.folder.join("for-workstations")
    }

    /// The sheet that is printed.
    pub fn sheet(&self) -> PathBuf {
        self.secret_folder().join("recovery-sheet.txt")
    }

    /// The document.
    pub fn document(&self) -> PathBuf {
        self.public_folder().join("organisation.toml")
    }
}

/// Why an organisation was not made.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// The place is not free.
    #[error("there is something in {} already; it was left as it is", .0.display())]
    Taken(PathBuf),
    /// The place lies beside the visits.
    #[error(
        "{} lies in the program's own folder, beside the visits; choose a place elsewhere. Nothing was \
         made",
        .0.display()
    )]
    Beside(PathBuf),
    /// The path goes back over what is not there.
    #[error(
        "{} goes back by `..` from a folder that is not there; write it without. Nothing was made",
        .0.display()
    )]
    Backwards(PathBuf),
    /// Where the place leads cannot be found.
    #[error("where {} leads cannot be found; nothing was made", path.display())]
    Place {
        /// The place.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
    /// The passphrase is too short.
    #[error(
        "the passphrase has {0} characters and needs {LEAST_PASSPHRASE_CHARACTERS} or more; nothing was \
         made"
    )]
    Passphrase(usize),
    /// There is no such document.
    #[error("with this name and these domains there is no document; nothing was made")]
    Document(#[from] Mistake),
    /// The operating system gives no random numbers.
    #[error("the system gives no random numbers; nothing was made")]
    Randomness(#[source] getrandom::Error),
    /// The key could not be encrypted.
    #[error("the signing key could not be encrypted; nothing was made")]
    Key(#[from] SecretKeyError),
    /// The folders cannot be made.
    #[error(
        "the folder {} cannot be made; remove what is there of it and try again elsewhere",
        path.display()
    )]
    Folder {
        /// Which.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("the organisation was not made; remove what is there of it and try again elsewhere")]
    File(#[from] FileError),
    /// The recovery key cannot be written.
    #[error("the organisation was not made; remove what is there of it and try again elsewhere")]
    Recovery(#[from] VaultError),
}

/// Makes an organisation's signing key, its recovery key, the sheet that is printed, and a first document
/// with nobody on its roster.
///
/// # Errors
/// [`FoundingError`].
pub fn found(founder: &Founder<'_>) -> Result<Founded, FoundingError> {
    let folder = free_place(founder.folder, founder.own)?;
    let recovery = EscrowIdentity::generate();
    let recipient = recovery.recipient().to_string();
    let text = first_document(founder.name, founder.domains, &recipient)?;
    long_enough(founder.passphrase)?;
    let key = random_key()?;
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(FoundingError::Randomness)?;
    let sealed = key.seal(founder.passphrase, &salt, founder.cost)?;
    let check = check_code(&key.public(), &recipient);
    let founded = Founded {
        key,
        recipient,
        check,
        text,
        folder,
    };
    let (secret, public) = (founded.secret_folder(), founded.public_folder());
    make(&founded.folder, &secret, &public).map_err(|source| FoundingError::Folder {
        path: founded.folder.clone(),
        source,
    })?;
    write_private(&secret.join("organisation.key"), &sealed)?;
    let recovery_file = secret.join("recovery.key");
    recovery.write_to(&recovery_file)?;
    let verifying = founded.key.public();
    write_public(&public.join("organisation.pub"), &verifying.file())?;
    write_public(&founded.document(), &founded.text)?;
    let sheet = Sheet {
        organisation: founder.name,
        made: clock::today(),
        key: &verifying,
        recipient: &founded.recipient,
        recovery: &recovery.to_text(),
        check: &founded.check,
    };
    write_private(&founded.sheet(), &sheet.text())?;
    Ok(founded)
}

fn make(folder: &Path, secret: &Path, public: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut private = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private.create(secret)?;
    fs::create_dir(public)
}

/// The folder's whole path, if there is nothing at it and it does not lie where the program keeps visits.
fn free_place(folder: &Path, own: &[&Path]) -> Result<PathBuf, FoundingError> {
    let taken = folder.exists()
        && fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_some());
    if taken {
        return Err(FoundingError::Taken(folder.to_owned()));
    }
    let whole = real(folder)?;
    for own in own {
        if whole.starts_with(real(own)?) {
            return Err(FoundingError::Beside(whole));
        }
    }
    Ok(whole)
}

/// A path without links, as far as it is there.
pub(super) fn real(path: &Path) -> Result<PathBuf, FoundingError> {
    let path = std::path::absolute(path).map_err(|source| FoundingError::Place {
        path: path.to_owned(),
        source,
    })?;
    let mut there = path.as_path();
    loop {
        if let (Ok(found), Ok(rest)) = (there.canonicalize(), path.strip_prefix(there)) {
            // Where it leads is known only when the folders before it are there.
            if rest.components().any(|part| part == Component::ParentDir) {
                return Err(FoundingError::Backwards(path));
            }
            return Ok(found.join(rest));
        }
        there = match there.parent() {
            Some(parent) => parent,
            None => return Ok(path),
        };
    }
}

/// Whether a passphrase is long enough for a key.
///
/// # Errors
/// [`FoundingError::PassphraseTooShort`].
pub fn long_enough(passphrase: &SecretString) -> Result<(), FoundingError> {
    let characters = passphrase.expose_secret().chars().count();
    if characters < LEAST_PASSPHRASE_CHARACTERS {
        return Err(FoundingError::Passphrase(characters));
    }
    Ok(())
}

/// A key of the system's random numbers.
///
/// # Errors
/// [`FoundingError`] if it gives none.
pub fn random_key() -> Result<SecretKey, FoundingError> {
    let mut seeds = Seeds {
        key: Zeroizing::new([0; 32]),
        id: [0; 8],
    };
    getrandom::fill(seeds.key.as_mut_slice())
        .and_then(|()| getrandom::fill(&mut seeds.id))
        .map_err(FoundingError::Randomness)?;
    Ok(SecretKey::from_seeds(&seeds))
}

pub(super) fn first_document(
    name: &str,
    domains: &[String],
    recipient: &str,
) -> Result<String, Mistake> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let listed: Vec<String> = domains.iter().map(|domain| quoted(domain)).collect();
    let today = clock::today();
    let text = format!(
        "# What the organisation has decided. `inroomctl org edit` changes it, `inroomctl org sign` signs it.\n\
         format = 1\n\
         # Every change has a greater serial.\n\
         serial = 1\n\
         # Days begin in UTC; a time needs its offset: 2026-01-31T08:00:00-05:00.\n\
         from = {today}\n\
         until = {}\n\
         \n\
         [organisation]\n\
         name = {}\n\
         domains = [{}]\n\
         recovery_key = \"{recipient}\"\n\
         \n\
         [policy]\n\
         idle_lock_minutes = 10\n\
         per_person_figures = false\n\
         \n\
         [policy.retention] # days; what is not named is kept until a person erases it\n\
         audio = 30\n",
        clock::days_after(today, 365),
        quoted(name),
        listed.join(", "),
    );
    Organisation::read(&text)?;
    Ok(text)
}
