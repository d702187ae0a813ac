//! What a person says about who spoke in a visit. It is kept beside the transcript that the program
//! writes, and laid over it whenever that is read: so nothing that the program finds out later takes
//! its place, and it can be taken back.

use audit::{Act, Asked, Extent, NamedAs};
use governance::Command;
use rusqlite::{Connection, OptionalExtension};
use speakers::{corrected, pointed_at};
use visit::{Pointed, Role, Segment, SpeakerCorrection, SpeakerLabel, SpokenBy, VisitId};

use crate::error::{Part, VaultError};
use crate::key::{Key, OfVisit};
use crate::record::{self, Record};
use crate::vault::Vault;

/// How many corrections a visit has.
fn count(connection: &Connection, row: i64) -> Result<u32, VaultError> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM corrections WHERE visit = ?1")?
        .query_row([row], |row| row.get(0))?)
}

fn corrections(
    connection: &Connection,
    (row, key): &(i64, Key<OfVisit>),
    id: VisitId,
) -> Result<Vec<SpeakerCorrection>, VaultError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, sealed FROM corrections WHERE visit = ?1 ORDER BY number",
    )?;
    let rows = statement.query_map([*row], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.zip(0_u32..)
        .map(|(stored, expected)| {
            let (number, sealed): (u32, Vec<u8>) = stored?;
            if number != expected {
                let what = Part::Correction(expected);
                return Err(VaultError::Damaged { what });
            }
            record::open(key, id, Record::Correction(number), &sealed)
        })
        .collect()
}

impl Vault {
    /// Keeps that a person has said who spoke a turn, or all that stands under a label. `seen` is
    /// what they point at in the transcript as it is now; of a voice everything that is heard of it
    /// later is meant as well.
    ///
    /// # Errors
    /// [`VaultError::NoSuchTurn`] if nothing there is like what was pointed at;
    /// [`VaultError::NoSuchVoice`] for a label 0; [`VaultError::Signed`]; [`VaultError::DiskFull`].
    /// Nothing is changed then.
    pub fn correct_speaker(
        &self,
        id: VisitId,
        seen: Pointed,
        by: SpokenBy,
    ) -> Result<(), VaultError> {
        self.may_with(Command::EditNote, id)?;
        self.act(Asked::CorrectSpeakers, Some(id), |transaction| {
            let (row, key) = self.find_unsigned(transaction, id)?;
            if by == SpokenBy::Voice(SpeakerLabel(0)) {
                return Err(VaultError::NoSuchVoice);
            }
            let heard = pointed_at(&self.segments_on(transaction, id)?, seen)
                .ok_or(VaultError::NoSuchTurn)?;
            let number = count(transaction, row)?;
            let correction = SpeakerCorrection { heard, by };
            let place = Record::Correction(number);
            let sealed = record::seal::<_, SpeakerCorrection>(&key, id, place, &correction)?;
            transaction
                .prepare_cached(
                    "INSERT INTO corrections (visit, number, sealed) VALUES (?1, ?2, ?3)",
                )?
                .execute((row, number, sealed))?;
            let act = Act::SpeakersCorrected {
                visit: id,
                extent: match seen {
                    Pointed::Turn(_) => Extent::Turn,
                    Pointed::Voice(_) => Extent::Voice,
                },
                named: match by {
                    SpokenBy::Role(Role::Clinician) => NamedAs::Clinician,
                    SpokenBy::Role(Role::Patient) => NamedAs::Patient,
                    SpokenBy::Role(Role::Other) => NamedAs::Companion,
                    SpokenBy::Role(Role::Unknown) => NamedAs::Unknown,
                    SpokenBy::Voice(_) => NamedAs::OtherVoice,
                },
            };
            Ok(((), act))
        })
    }

    /// Takes the last correction of a visit back.
    ///
    /// # Errors
    /// [`VaultError::NoCorrection`]; [`VaultError::Signed`]. Nothing is changed then.
    pub fn take_correction_back(&self, id: VisitId) -> Result<(), VaultError> {
        self.may_with(Command::EditNote, id)?;
        self.act(Asked::CorrectSpeakers, Some(id), |transaction| {
            let (row, _) = self.find_unsigned(transaction, id)?;
            let last = count(transaction, row)?
                .checked_sub(1)
                .ok_or(VaultError::NoCorrection)?;
            transaction
                .prepare_cached("DELETE FROM corrections WHERE visit = ?1 AND number = ?2")?
                .execute((row, last))?;
            Ok(((), Act::CorrectionTakenBack { visit: id }))
        })
    }

    /// What a person has said about who spoke in a visit, the first word first.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Damaged`].
    pub fn corrections(&self, id: VisitId) -> Result<Vec<SpeakerCorrection>, VaultError> {
        let connection = self.connection();
        corrections(&connection, &self.find(&connection, id)?, id)
    }

    pub(crate) fn correction_count(
        &self,
        connection: &Connection,
        id: VisitId,
    ) -> Result<u32, VaultError> {
        let row: Option<i64> = connection
            .prepare_cached("SELECT row FROM visits WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| row.get(0))
            .optional()?;
        count(connection, row.ok_or(VaultError::NoSuchVisit(id))?)
    }

    /// The transcript as a person has corrected it.
    pub(crate) fn segments_on(
        &self,
        connection: &Connection,
        id: VisitId,
    ) -> Result<Vec<Segment>, VaultError> {
        let found = self.find(connection, id)?;
        let heard = self.segments_as_heard_on(connection, &found, id)?;
        Ok(corrected(heard, &corrections(connection, &found, id)?))
    }
}

#[cfg(test)]
mod tests;
