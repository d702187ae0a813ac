use audit::{Act, Asked, Format, Version, Way};
use governance::Command;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use visit::{
    Note, Provenance, Revision, RevisionNumber, Sha256Hex, UnixMillis, VisitId, VisitState,
};

use crate::canonical;
use crate::error::{Numbered, Part, VaultError};
use crate::key::{Key, OfVisit};
use crate::log;
use crate::record::{self, Record};
use crate::search;
use crate::vault::Vault;
use crate::visits::{VisitRecord, state_of};

/// A [`Revision`] as it is written, without a copy of the note.
#[derive(Serialize)]
struct NewRevision<'a> {
    number: RevisionNumber,
    at: UnixMillis,
    note: &'a Note,
    provenance: Option<&'a Provenance>,
}

/// What a document of a note is made from.
#[derive(Clone, Debug)]
pub struct ToExport {
    /// The visit.
    pub record: VisitRecord,
    /// The newest revision of its note.
    pub revision: Revision,
    /// Digest of that revision's canonical form, as a signature names it.
    pub note_sha256: Sha256Hex,
    /// The newest revision that was drafted; `None` if a person wrote all of them.
    pub draft: Option<Revision>,
}

/// A note as a document that is about to leave.
#[derive(Clone, Copy)]
pub struct Exported<'a> {
    /// The revision that it holds.
    pub revision: RevisionNumber,
    /// As what.
    pub format: Format,
    /// Whether the bytes are encrypted to a recipient.
    pub encrypted: bool,
    /// What leaves.
    pub bytes: &'a [u8],
}

/// The version of this program.
pub(crate) fn program() -> Result<Version, VaultError> {
    let number = |text: &str| {
        text.parse().map_err(|_| VaultError::Unstorable {
            what: Part::AuditLog,
        })
    };
    Ok(Version {
        major: number(env!("CARGO_PKG_VERSION_MAJOR"))?,
        minor: number(env!("CARGO_PKG_VERSION_MINOR"))?,
        patch: number(env!("CARGO_PKG_VERSION_PATCH"))?,
    })
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

    /// What a document of a visit's note is made from. It is entered when it leaves
    /// ([`Vault::enter_note_exported`]), and here only if it is refused.
    ///
    /// # Errors
    /// [`VaultError::NoNote`]; those of [`Vault::visit`] and [`Vault::revisions`].
    pub fn note_to_export(&self, id: VisitId) -> Result<ToExport, VaultError> {
        self.may_with(Command::TakeNote, id)?;
        let read = || {
            let record = self.visit(id)?;
            let revision = self.latest_revision(id)?.ok_or(VaultError::NoNote)?;
            let mut revisions = self.revisions(id)?.into_iter().rev();
            Ok(ToExport {
                record,
                note_sha256: canonical::digest(&revision.note),
                draft: revisions.find(|one| one.provenance.is_some()),
                revision,
            })
        };
        read().map_err(|error| self.refused(Asked::TakeNote, Some(id), error))
    }

    /// Enters in the log that the newest revision of a visit's note leaves the program as a document,
    /// and answers with the SHA-256 digest of the bytes that leave.
    ///
    /// # Errors
    /// [`VaultError::NoNote`]; [`VaultError::NotNewest`] if the document holds an older revision;
    /// those of [`Vault::latest_revision`]; what the store answers if it cannot be entered. It is not
    /// to be given out then.
    pub fn enter_note_exported(
        &self,
        id: VisitId,
        exported: &Exported<'_>,
        way: Way,
    ) -> Result<Sha256Hex, VaultError> {
        self.may_with(Command::TakeNote, id)?;
        self.act(Asked::TakeNote, Some(id), |transaction| {
            let newest = self.latest_revision_on(transaction, id)?;
            let newest = newest.ok_or(VaultError::NoNote)?;
            if newest.number != exported.revision {
                return Err(VaultError::NotNewest {
                    read: exported.revision.0,
                    newest: newest.number.0,
                });
            }
            let file = Sha256Hex::from_bytes(Sha256::digest(exported.bytes).into());
            let act = Act::NoteExported {
                visit: id,
                revision: newest.number,
                note: log::note_digest(&newest.note)?,
                format: exported.format,
                encrypted: exported.encrypted,
                file: log::digest(&file)?,
                program: program()?,
                way,
            };
            Ok((file, act))
        })
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
