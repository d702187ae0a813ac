use std::error::Error;

use capture::CaptureError;
use scribe::models::ModelError;
use scribe::{ExportError, LiftError, PackError, ScribeError, SigningError};
use serde::Serialize;
use ts_rs::TS;
use vault::VaultError;

use crate::preferences::PreferencesError;

/// Why a command did not do what was asked, for the page and for a person.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Failure {
    /// For the page.
    pub code: FailureCode,
    /// What happened, what was kept and what to do.
    pub message: String,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The passphrase is not this store's.
    WrongPassphrase,
    /// The passphrase is too short for a new store.
    WeakPassphrase,
    /// The keyring with this computer's secret does not answer.
    Keyring,
    /// The store must be opened first.
    Locked,
    /// The store refused.
    Store,
    /// The source of sound refused.
    Sound,
    /// A model is missing.
    Model,
    /// Recognition or drafting refused.
    Work,
    /// Something else has to end first.
    Busy,
    /// No visit is being recorded.
    NotRecording,
    /// The request makes no sense.
    Rejected,
    /// Preferences could not be written.
    Preferences,
}

impl Failure {
    /// A failure in the program's own words.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The store has not been opened, or was locked.
    pub fn locked() -> Self {
        Self::new(
            FailureCode::Locked,
            "The vault is locked. Open it with your passphrase first.",
        )
    }

    /// No recording runs.
    pub fn not_recording() -> Self {
        Self::new(FailureCode::NotRecording, "No visit is being recorded.")
    }

    /// An error in its own words.
    pub fn of(code: FailureCode, error: &dyn Error) -> Self {
        Self {
            code,
            message: sentence(error),
        }
    }
}

/// An error and its causes as a sentence: a capital letter, a full stop, the cause last.
fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{} (cause: {inner_text})", text.trim_end_matches('.'));
        }
        cause = inner.source();
    }
    let mut letters = text.chars();
    let capital: String = letters
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{capital}{}{stop}", letters.as_str())
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let code = match &error {
            VaultError::WrongPassphrase => FailureCode::WrongPassphrase,
            VaultError::PassphraseTooShort { .. } => FailureCode::WeakPassphrase,
            VaultError::NotARecipient
            | VaultError::ConsentIncomplete(_)
            | VaultError::LockedDown(_)
            | VaultError::NotForRole(_) => FailureCode::Rejected,
            VaultError::Device(_) => FailureCode::Keyring,
            _ => FailureCode::Store,
        };
        Self::of(code, &error)
    }
}

impl From<CaptureError> for Failure {
    fn from(error: CaptureError) -> Self {
        Self::of(FailureCode::Sound, &error)
    }
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        Self::of(FailureCode::Model, &error)
    }
}

impl From<PreferencesError> for Failure {
    fn from(error: PreferencesError) -> Self {
        let cause = Self::of(FailureCode::Preferences, &error).message;
        Self::new(
            FailureCode::Preferences,
            format!(
                "The file preferences.json is not used. {cause} The window looks as it does at \
                 first; visits are not concerned. The file stays until you choose something anew."
            ),
        )
    }
}

impl From<SigningError> for Failure {
    fn from(error: SigningError) -> Self {
        match error {
            SigningError::Vault(error) => error.into(),
            unresolved => Self::of(FailureCode::Rejected, &unresolved),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Vault(error) => error.into(),
            refused => Self::of(FailureCode::Rejected, &refused),
        }
    }
}

impl From<PackError> for Failure {
    fn from(error: PackError) -> Self {
        match error {
            PackError::Vault(error) => error.into(),
            refused => Self::of(FailureCode::Rejected, &refused),
        }
    }
}

impl From<LiftError> for Failure {
    fn from(error: LiftError) -> Self {
        match error {
            LiftError::Vault(error) => error.into(),
            refused @ LiftError::File(_) => Self::of(FailureCode::Rejected, &refused),
        }
    }
}

impl From<ScribeError> for Failure {
    fn from(error: ScribeError) -> Self {
        match error {
            ScribeError::Vault(error) => error.into(),
            ScribeError::Capture(error) => error.into(),
            ScribeError::Model(error) => error.into(),
            other => Self::of(FailureCode::Work, &other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_a_sentence() {
        let failure = Failure::from(VaultError::WrongPassphrase);
        assert_eq!(failure.code, FailureCode::WrongPassphrase);
        assert!(
            failure.message.starts_with("The passphrase"),
            "{}",
            failure.message
        );
        assert!(failure.message.ends_with('.'), "{}", failure.message);
    }

    #[test]
    fn the_cause_is_told_once() {
        let cause = std::io::Error::other("read-only file system");
        let failure = Failure::from(VaultError::Io {
            doing: "making the folder",
            source: cause,
        });
        assert_eq!(
            failure.message.matches("read-only file system").count(),
            1,
            "{}",
            failure.message
        );
    }
}
