//! Visits whose sound comes from a file.

use audit::Act;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::{PatientText, Sha256Hex, VisitId};

use crate::error::{Part, VaultError};
use crate::vault::Vault;
use crate::visits::NewVisit;

/// The file that a visit's sound is imported from. An import that was cut off goes on with this file
/// and no other: by its content, wherever it lies by then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportedFile {
    /// Where it lay when the import began. It may name the patient.
    pub path: PatientText,
    /// Its length in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// SHA-256 (FIPS 180-4) of all of its bytes.
    pub sha256: Sha256Hex,
}

impl ImportedFile {
    /// The entry of the import that begins. Where the file lay is not entered.
    pub(crate) fn act(&self, visit: VisitId) -> Result<Act, VaultError> {
        let digest = self.sha256.as_str().parse();
        Ok(Act::ImportBegun {
            visit,
            file: digest.map_err(|_| VaultError::Unstorable { what: Part::Cover })?,
        })
    }
}

impl Vault {
    /// Stores a new visit, as [`Vault::begin_visit`] does, whose sound will come from `file`.
    ///
    /// # Errors
    /// [`VaultError`]; nothing is stored then.
    pub fn begin_import(&self, new: NewVisit, file: ImportedFile) -> Result<VisitId, VaultError> {
        self.begin(new, Some(file))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_entry_names_the_file_by_its_digest_alone() {
        let digest = "ab".repeat(32);
        let file = ImportedFile {
            path: "/media/recorder/Jane Doe.m4a".into(),
            bytes: 7,
            sha256: Sha256Hex::try_from(digest.clone()).unwrap(),
        };
        let act = file.act(VisitId::from_uuid(uuid::Uuid::nil())).unwrap();
        let told = format!("{act} {act:?}");
        assert!(told.contains(&digest) && !told.contains("Jane"), "{told}");
    }
}
