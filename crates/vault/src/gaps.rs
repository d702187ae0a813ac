use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use visit::{Samples, VisitId};

use crate::error::{Part, VaultError};
use crate::vault::Vault;
use crate::visits::{samples_from, samples_into};

/// Speech that may be missing from a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// How many samples of the recording come before the gap.
    pub at: Samples,
    /// How many samples are missing; the recording goes on without them ([`GapCause::Silent`] and
    /// [`GapCause::Damaged`] say otherwise).
    pub length: Samples,
    /// Why.
    pub cause: GapCause,
}

/// Why sound is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// The program was too slow to take the device's sound.
    Dropped,
    /// The device delivered nothing for a while.
    Stalled,
    /// The device delivered samples without any signal, as a muted one does. These stand in the
    /// recording, which goes on after them.
    Silent,
    /// The recording was cut off here, by the program's end, a failed device or a store that
    /// refused, and may have gone on later. The length is what was heard and is known to be lost,
    /// often nothing.
    CutOff,
    /// The sound that stands in the recording here is damaged in the store and cannot be heard.
    Damaged,
}

impl GapCause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Stalled => "stalled",
            Self::Silent => "silent",
            Self::CutOff => "cut off",
            Self::Damaged => "damaged",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [
            Self::Dropped,
            Self::Stalled,
            Self::Silent,
            Self::CutOff,
            Self::Damaged,
        ]
        .into_iter()
        .find(|cause| cause.as_str() == word)
    }
}

impl Vault {
    /// Notes that sound is missing from the recording.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Signed`], [`VaultError::DiskFull`].
    pub fn mark_gap(
        &self,
        id: VisitId,
        at: Samples,
        length: Samples,
        cause: GapCause,
    ) -> Result<(), VaultError> {
        self.commit(|transaction| {
            let (row, _) = self.find_unsigned(transaction, id)?;
            transaction
                .prepare_cached(
                    "INSERT INTO gaps (visit, at, length, cause) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((row, samples_into(at), samples_into(length), cause.as_str()))?;
            Ok(())
        })
    }

    /// What is missing from the recording, in order.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`].
    pub fn gaps(&self, id: VisitId) -> Result<Vec<Gap>, VaultError> {
        self.gaps_on(&self.connection(), id)
    }

    pub(crate) fn gaps_on(
        &self,
        connection: &Connection,
        id: VisitId,
    ) -> Result<Vec<Gap>, VaultError> {
        let (row, _) = self.find(connection, id)?;
        let mut statement = connection.prepare_cached(
            "SELECT at, length, cause FROM gaps WHERE visit = ?1 ORDER BY at, rowid",
        )?;
        let rows = statement.query_map([row], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })?;
        rows.map(|gap| {
            let (at, length, cause) = gap?;
            let cause = GapCause::parse(&cause).ok_or(VaultError::Damaged {
                what: Part::Database,
            })?;
            Ok(Gap {
                at: samples_from(at)?,
                length: samples_from(length)?,
                cause,
            })
        })
        .collect()
    }
}
