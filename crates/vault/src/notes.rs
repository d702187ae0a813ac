use audit::{Act, Asked, Way};
use governance::Command;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use visit::{Note, Provenance, Revision, RevisionNumber, UnixMillis, VisitId, VisitState};

use crate::error::{Numbered, Part, VaultError};
use crate::key::{Key, OfVisit};
use crate::log;
use crate::record::{self, Record};
use crate::search;
use crate::vault::Vault;
use crate::visits::state_of;

/// A [`Revision`] as it is written, without a copy of the note.
#[derive(Serialize)]
struct NewRevision<'a> {
    number: RevisionNumber,
    at: UnixMillis,
    note: &'a Note,
    provenance: Option<&'a Provenance>,
}

/// How many revisions there are, which is the newest one's number.
pub(crate) fn revision_count(connection: &Connection, id: VisitId) -> Result<u32, VaultError> {
    connection
        .prepare_cached("SELECT revisions FROM visits WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?
        .ok_or(VaultError::NoSuchVisit(id))
}

pub(crate) fn revision(
    connection: &Connection,
    (row, key): &(i64, Key<OfVisit>),
    id: VisitId,
    number: u32,
) -> Result<Revision, VaultError> {
    let damaged = VaultError::Damaged {
        what: Part::Revision(number),
    };
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT sealed FROM revisions WHERE visit = ?1 AND number = ?2")?
        .query_row((*row, number), |row| row.get(0))
        .optional()?;
    let Some(sealed) = sealed else {
        return Err(damaged);
    };
    let revision: Revision = record::open(key, id, Record::Revision(number), &sealed)?;
    if revision.number == RevisionNumber(number) {
        Ok(revision)
    } else {
        Err(damaged)
    }
}

impl Vault {
    /// Adds a revision of the note; earlier ones stay as they are.
    ///
    /// # Errors
    /// [`VaultError::NotNow`] while the visit is not recorded to its end; [`VaultError::Signed`];
    /// [`VaultError::DiskFull`]. Nothing is stored then.
    pub fn save_revision(
        &self,
        id: VisitId,
        at: UnixMillis,
        note: &Note,
        provenance: Option<&Provenance>,
    ) -> Result<RevisionNumber, VaultError> {
        let command = match provenance {
            Some(_) => Command::DraftNote,
            None => Command::EditNote,
        };
        self.may_with(command, id)?;
        self.act(Asked::SaveNote, Some(id), |transaction| {
            let (row, key) = self.find_unsigned(transaction, id)?;
            let state = state_of(transaction, id)?;
            if !matches!(state, VisitState::Recorded | VisitState::Drafted) {
                return Err(VaultError::NotNow {
                    what: Numbered::Revision,
                    state,
                });
            }
            let next = revision_count(transaction, id)? + 1;
            let number = RevisionNumber(next);
            let new = NewRevision {
                number,
                at,
                note,
                provenance,
            };
            let sealed = record::seal::<_, Revision>(&key, id, Record::Revision(next), &new)?;
            transaction
                .prepare_cached(
                    "INSERT INTO revisions (visit, number, sealed) VALUES (?1, ?2, ?3)",
                )?
                .execute((row, next, sealed))?;
            transaction
                .prepare_cached("UPDATE visits SET revisions = ?2, revised_at = ?3 WHERE row = ?1")?
                .execute((row, next, at.0))?;
            search::put_note(transaction, row, note)?;
            let note = log::note_digest(note)?;
            let act = match provenance {
                Some(provenance) => Act::DraftMade {
                    visit: id,
                    revision: number,
                    note,
                    model: log::digest(&provenance.model.sha256)?,
                },
                None => Act::NoteEdited {
                    visit: id,
                    revision: number,
                    note,
                },
            };
            Ok((number, act))
        })
    }

    /// Every revision of the note, the first one first.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if one is missing or does not open.
    pub fn revisions(&self, id: VisitId) -> Result<Vec<Revision>, VaultError> {
        let connection = self.connection();
        let found = self.find(&connection, id)?;
        let count = revision_count(&connection, id)?;
        (1..=count)
            .map(|number| revision(&connection, &found, id, number))
            .collect()
    }

    /// The newest revision of the note; `None` if there is none. A signed one is compared with what
    /// was signed.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if it is missing, does not open, or is not what was signed.
    pub fn latest_revision(&self, id: VisitId) -> Result<Option<Revision>, VaultError> {
        self.latest_revision_on(&self.connection(), id)
    }

    pub(crate) fn latest_revision_on(
        &self,
        connection: &Connection,
        id: VisitId,
    ) -> Result<Option<Revision>, VaultError> {
        let found = self.find(connection, id)?;
        if let Some((_, revision)) = self.signed_note(connection, &found, id)? {
            return Ok(Some(revision));
        }
        match revision_count(connection, id)? {
            0 => Ok(None),
            newest => revision(connection, &found, id, newest).map(Some),
        }
    }

    /// The newest revision of the note for a person who takes it out of the program, after that was
    /// entered in the log; `None`, and no entry, if there is none.
    ///
    /// # Errors
    /// Those of [`Vault::latest_revision`]; what the store answers if it cannot be entered.
    pub fn take_note(&self, id: VisitId, way: Way) -> Result<Option<Revision>, VaultError> {
        self.may_with(Command::TakeNote, id)?;
        let taken = self.commit(|transaction| {
            let newest = self.latest_revision_on(transaction, id)?;
            if let Some(revision) = &newest {
                let note = log::note_digest(&revision.note)?;
                let visit = id;
                self.note(transaction, Act::NoteTaken { visit, note, way })?;
            }
            Ok(newest)
        });
        taken.map_err(|error| self.refused(Asked::TakeNote, Some(id), error))
    }

    /// Enters in the log that a person takes a note of a visit, or a part of it, out of the program,
    /// as it stands on their screen.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`]; what the store answers if it cannot be entered. It is not to be
    /// given out then.
    pub fn enter_note_taken(&self, id: VisitId, note: &Note, way: Way) -> Result<(), VaultError> {
        self.may_with(Command::TakeNote, id)?;
        self.act(Asked::TakeNote, Some(id), |transaction| {
            state_of(transaction, id)?;
            let note = log::note_digest(note)?;
            let visit = id;
            Ok(((), Act::NoteTaken { visit, note, way }))
        })
    }
}
