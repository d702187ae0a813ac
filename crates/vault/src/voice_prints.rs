//! What a clinician's voice sounds like, so that the program knows them in their visits. It stays in the
//! vault: no call gives it out but to the recognition of this computer, and no export holds it.

use audit::{Act, Asked};
use governance::Command;
use rusqlite::OptionalExtension as _;
use visit::{Sha256Hex, UnixMillis, VoicePrint};

use crate::error::{Part, VaultError};
use crate::log::now;
use crate::vault::Vault;

/// A voice print that is kept, without the print itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledVoice {
    /// When it was made.
    pub made: UnixMillis,
    /// Digest of the voice encoder that it was made with; another one cannot use it.
    pub encoder: Sha256Hex,
}

impl Vault {
    /// Keeps the voice print of whoever is signed in; in a vault without an organisation, of whoever
    /// works with it. One from before is replaced.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`], [`VaultError::LockedDown`], [`VaultError::DiskFull`]; the one from
    /// before stays then.
    pub fn enrol_voice(&self, print: &VoicePrint, encoder: &Sha256Hex) -> Result<(), VaultError> {
        self.may(Command::KeepVoice)?;
        self.act(Asked::KeepVoice, None, |transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO voice_prints (account, made_at, encoder, print)
                 VALUES (?1, ?2, ?3, ?4)",
                (self.whose(), now().0, encoder.as_str(), print.expose()),
            )?;
            Ok(((), Act::VoiceEnrolled))
        })
    }

    /// Erases the voice print of whoever is signed in. Answers whether there was one.
    ///
    /// # Errors
    /// As [`Vault::enrol_voice`].
    pub fn erase_voice(&self) -> Result<bool, VaultError> {
        self.may(Command::KeepVoice)?;
        if self.enrolled_voice()?.is_none() {
            return Ok(false);
        }
        self.act(Asked::KeepVoice, None, |transaction| {
            transaction.execute(
                "DELETE FROM voice_prints WHERE account = ?1",
                [self.whose()],
            )?;
            Ok(((), Act::VoiceErased))
        })?;
        // What the log of the database still holds of it goes too.
        crate::database::empty_log(&self.connection())?;
        Ok(true)
    }

    /// Which voice print is kept of whoever is signed in.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub fn enrolled_voice(&self) -> Result<Option<EnrolledVoice>, VaultError> {
        Ok(self.stored_voice()?.map(|(voice, _)| voice))
    }

    /// The voice print of whoever is signed in, if it was made with this voice encoder.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub fn voice_print(&self, encoder: &Sha256Hex) -> Result<Option<VoicePrint>, VaultError> {
        let stored = self.stored_voice()?;
        Ok(stored
            .filter(|(voice, _)| voice.encoder == *encoder)
            .map(|(_, print)| print))
    }

    fn stored_voice(&self) -> Result<Option<(EnrolledVoice, VoicePrint)>, VaultError> {
        let stored: Option<(i64, String, Vec<u8>)> = self
            .connection()
            .prepare_cached("SELECT made_at, encoder, print FROM voice_prints WHERE account = ?1")?
            .query_row([self.whose()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((made, encoder, print)) = stored else {
            return Ok(None);
        };
        let damaged = VaultError::Damaged {
            what: Part::VoicePrint,
        };
        let (Ok(encoder), Ok(print)) = (Sha256Hex::try_from(encoder), VoicePrint::try_from(print))
        else {
            return Err(damaged);
        };
        let voice = EnrolledVoice {
            made: UnixMillis(made),
            encoder,
        };
        Ok(Some((voice, print)))
    }

    /// The account of whoever is signed in; nothing in a vault without an organisation.
    fn whose(&self) -> &str {
        self.session()
            .and_then(|session| session.person())
            .map_or("", |person| person.account.as_str())
    }
}

#[cfg(test)]
mod tests;
