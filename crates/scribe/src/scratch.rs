//! A vault for one run that nobody keeps: evaluations and the demonstration.

use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use vault::{KdfCost, Vault};
use visit::{Consent, ConsentGiver, ConsentMethod, PatientText};

use crate::{ScribeError, clock};

/// An encrypted vault in a temporary folder, erased when dropped. Its passphrase is random and
/// known to nobody.
pub struct ScratchVault {
    vault: Arc<Vault>,
    // Dropped after the vault, so that the files are closed when they are removed.
    folder: tempfile::TempDir,
}

impl ScratchVault {
    /// Makes one in the system's folder for temporary files.
    ///
    /// # Errors
    /// [`ScribeError::Scratch`] if there is no room, and what the vault says.
    pub fn create() -> Result<Self, ScribeError> {
        let folder = tempfile::Builder::new()
            .prefix("inroom-scratch-")
            .tempdir()
            .map_err(ScribeError::Scratch)?;
        let vault = Vault::create(
            &folder.path().join("vault"),
            &random_passphrase()?,
            KdfCost::LEAST,
        )?;
        Ok(Self {
            vault: Arc::new(vault),
            folder,
        })
    }

    /// The vault.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The folder that is erased.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A passphrase of 128 random bits, for vaults that nobody is to open again.
///
/// # Errors
/// [`ScribeError::Randomness`] if the operating system gives none.
pub fn random_passphrase() -> Result<SecretString, ScribeError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(ScribeError::Randomness)?;
    Ok(bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into())
}

/// The consent that stands in a scratch vault: the sound is a file, nobody is recorded.
pub(crate) fn no_person_recorded() -> Consent {
    Consent {
        asked_by: PatientText::from("evaluation"),
        given_by: ConsentGiver::Patient,
        method: ConsentMethod::Written,
        wording: "An existing recording is read from a file; nobody is recorded.".to_owned(),
        wording_version: "file".to_owned(),
        at: clock::now(),
    }
}
