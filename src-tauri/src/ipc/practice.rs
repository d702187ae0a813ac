//! The first start: an organisation is joined, or a small practice set up.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use vault::SecretString;

/// How a new store of an organisation is made.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// As typed.
    #[ts(type = "string")]
    pub passphrase: SecretString,
    /// The account of who makes it, as typed.
    pub account: String,
    /// Their enrolment code, as typed.
    #[ts(type = "string")]
    pub code: SecretString,
}

/// An organisation that the computer is to join.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The folder with its key and document, from the root on.
    pub folder: String,
    /// The check code of its recovery sheet, as typed.
    pub check_code: String,
}

/// A small practice to set up.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PracticeRequest {
    /// Its name.
    pub name: String,
    /// The physician who sets it up, as their name stands under notes.
    pub person: String,
    /// Their account, of the practice's own domain.
    pub account: String,
    /// Opens the store for them; as typed.
    #[ts(type = "string")]
    pub passphrase: SecretString,
    /// The folder to make for the practice's keys, from the root on.
    pub folder: String,
    /// Encrypts the signing key; as typed.
    #[ts(type = "string")]
    pub key_passphrase: SecretString,
}

/// A small practice that was set up.
#[derive(Debug, Serialize, TS)]
pub struct PracticeMade {
    /// Stands on the recovery sheet.
    pub check_code: String,
    /// The sheet that is printed.
    pub sheet: String,
    /// What is locked away.
    pub secret_folder: String,
    /// What further computers join with.
    pub public_folder: String,
}

/// What is done while a small practice is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FoundingStage {
    /// The keys are made.
    Keys,
    /// The roster is signed.
    Signing,
    /// This computer is enrolled.
    Enrolling,
    /// The store is made.
    Vault,
}

impl From<scribe::organisation::FoundingStage> for FoundingStage {
    fn from(stage: scribe::organisation::FoundingStage) -> Self {
        use scribe::organisation::FoundingStage as Stage;
        match stage {
            Stage::Keys => Self::Keys,
            Stage::Signing => Self::Signing,
            Stage::Enrolling => Self::Enrolling,
            Stage::Vault => Self::Vault,
        }
    }
}
