use audit::{Act, Asked};
use governance::Command;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::{Builder, Uuid};
use visit::{
    Consent, Millis, PatientText, Revision, RevisionNumber, Samples, Segment, StateError,
    UnixMillis, VisitId, VisitState,
};

use crate::error::{Part, VaultError};
use crate::gaps::Gap;
use crate::imports::ImportedFile;
use crate::key::{Key, OfSound, OfVisit, Wrapping};
use crate::record::{self, Record};
use crate::search;
use crate::signature::Signature;
use crate::vault::Vault;

/// What is known when a visit begins, before its first sample.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVisit {
    /// The consent to recording it.
    pub consent: Consent,
    /// The note template's identifier.
    pub template: String,
    /// What kind of visit it is, as the organisation calls it; `None` where it was not said.
    pub kind: Option<String>,
    /// The language that is spoken, as an ISO 639-1 code; `None` to have it detected.
    pub language: Option<String>,
    /// Whom the visit is for, as the clinic wants it shown.
    pub patient_label: PatientText,
    /// Why they came.
    pub reason: PatientText,
    /// Names and words that will probably be spoken, the patient's medicines above all, as a person
    /// has listed them; may be empty.
    pub expected: PatientText,
    /// When it begins.
    pub started_at: UnixMillis,
}

/// A visit as it stands in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitSummary {
    /// The visit.
    pub id: VisitId,
    /// When it began.
    pub started_at: UnixMillis,
    /// Whom it is for.
    pub patient_label: PatientText,
    /// Why they came.
    pub reason: PatientText,
    /// The note template's identifier.
    pub template: String,
    /// Where it stands.
    pub state: VisitState,
    /// It was cut off, unless something works on it now: while it was recorded, or before
    /// everything that is recorded was written down, or in the middle of its draft.
    pub unfinished: bool,
    /// Length of the recording.
    pub recorded: Millis,
    /// Whether its sound comes from a file and not from a microphone.
    pub imported: bool,
    /// Whether its sound was erased.
    pub sound_erased: bool,
    /// Whether its transcript was erased.
    pub transcript_erased: bool,
    /// Segments of the transcript in the vault.
    pub segments: u32,
    /// The newest revision of the note.
    pub revision: Option<RevisionNumber>,
    /// When the note was signed.
    pub signed_at: Option<UnixMillis>,
}

/// A visit without its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitRecord {
    /// As it stands in a list.
    pub summary: VisitSummary,
    /// The consent to recording it.
    pub consent: Consent,
    /// What kind of visit it is, as the organisation calls it; `None` where it was not said.
    pub kind: Option<String>,
    /// The language that is spoken, as an ISO 639-1 code; `None` if it is to be detected.
    pub language: Option<String>,
    /// Names and words that will probably be spoken, as a person has listed them; may be empty.
    pub expected: PatientText,
    /// The file that its sound is imported from, if it is.
    pub file: Option<ImportedFile>,
    /// Who signed the note.
    pub signature: Option<Signature>,
}

/// A visit with its content, as a person is shown it.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitContent {
    /// The visit.
    pub record: VisitRecord,
    /// The transcript.
    pub segments: Vec<Segment>,
    /// What is missing from the recording, in order.
    pub gaps: Vec<Gap>,
    /// How often a person has said who spoke, and not taken it back.
    pub corrections: u32,
    /// The newest revision of the note.
    pub revision: Option<Revision>,
}

/// What stands sealed on a visit's cover. Of a visit of an earlier version the later fields are empty.
#[derive(Serialize, Deserialize)]
pub(crate) struct Cover {
    patient_label: PatientText,
    reason: PatientText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<ImportedFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "PatientText::is_blank")]
    expected: PatientText,
}

const SUMMARY: &str = "SELECT id, wrapped_key, started_at, state, template, cover, samples, \
     segments, revisions, sound_erased, signed_at, \
     state IN ('recorded', 'drafted') AND (settled < samples \
     OR EXISTS (SELECT 1 FROM attempts WHERE attempts.visit = visits.row)), transcript_erased FROM visits";

/// The visits that were cut off in some step.
const UNFINISHED: &str = "state IN ('recording', 'paused') OR state IN ('recorded', 'drafted') \
     AND (settled < samples OR row IN (SELECT visit FROM attempts))";

/// A visit's summary as it is stored.
struct Stored {
    id: Vec<u8>,
    wrapped_key: Vec<u8>,
    started_at: i64,
    state: String,
    template: String,
    cover: Vec<u8>,
    samples: i64,
    segments: u32,
    revisions: u32,
    sound_erased: bool,
    signed_at: Option<i64>,
    work_left: bool,
    transcript_erased: bool,
}

impl Stored {
    /// From a row of [`SUMMARY`].
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            wrapped_key: row.get(1)?,
            started_at: row.get(2)?,
            state: row.get(3)?,
            template: row.get(4)?,
            cover: row.get(5)?,
            samples: row.get(6)?,
            segments: row.get(7)?,
            revisions: row.get(8)?,
            sound_erased: row.get(9)?,
            signed_at: row.get(10)?,
            work_left: row.get(11)?,
            transcript_erased: row.get(12)?,
        })
    }

    fn open(self, vault: &Vault) -> Result<VisitSummary, VaultError> {
        vault.in_time()?;
        let damaged = || VaultError::Damaged {
            what: Part::Database,
        };
        let id = VisitId::from_uuid(Uuid::from_slice(&self.id).map_err(|_| damaged())?);
        let key = record::unwrap_key(vault.wrapping(), id, &self.wrapped_key)?;
        let cover: Cover = record::open(&key, id, Record::Cover, &self.cover)?;
        let state = VisitState::parse(&self.state).ok_or_else(damaged)?;
        Ok(VisitSummary {
            id,
            started_at: UnixMillis(self.started_at),
            patient_label: cover.patient_label,
            reason: cover.reason,
            imported: cover.file.is_some(),
            template: self.template,
            state,
            unfinished: state.is_unfinished() || self.work_left,
            recorded: samples_from(self.samples)?.millis(),
            sound_erased: self.sound_erased,
            transcript_erased: self.transcript_erased,
            segments: self.segments,
            revision: (self.revisions > 0).then_some(RevisionNumber(self.revisions)),
            signed_at: self.signed_at.map(UnixMillis),
        })
    }
}

/// SQLite's integers are signed; a number of samples is not.
pub(crate) fn samples_from(stored: i64) -> Result<Samples, VaultError> {
    u64::try_from(stored)
        .map(Samples)
        .map_err(|_| VaultError::Damaged {
            what: Part::Database,
        })
}

/// The number of samples as SQLite stores it.
pub(crate) fn samples_into(samples: Samples) -> i64 {
    // 2^63 samples are 18 million years.
    i64::try_from(samples.0).unwrap_or(i64::MAX)
}

/// The state that a visit is in.
pub(crate) fn state_of(connection: &Connection, id: VisitId) -> Result<VisitState, VaultError> {
    let word: Option<String> = connection
        .prepare_cached("SELECT state FROM visits WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let word = word.ok_or(VaultError::NoSuchVisit(id))?;
    VisitState::parse(&word).ok_or(VaultError::Damaged {
        what: Part::Database,
    })
}

/// The entry of a visit that came to a state.
fn came_to(connection: &Connection, id: VisitId, state: VisitState) -> Result<Act, VaultError> {
    Ok(match state {
        VisitState::Recording => Act::RecordingBegun { visit: id },
        VisitState::Paused => Act::RecordingPaused { visit: id },
        VisitState::Recorded => {
            let samples = connection
                .prepare_cached("SELECT samples FROM visits WHERE id = ?1")?
                .query_row([id.as_bytes()], |row| row.get(0))?;
            Act::RecordingEnded {
                visit: id,
                recorded: samples_from(samples)?.millis(),
            }
        }
        VisitState::Drafted => Act::VisitDrafted { visit: id },
        // A visit comes to neither of these by a change of state.
        to @ (VisitState::Prepared | VisitState::Signed) => {
            return Err(StateError { from: to, to }.into());
        }
    })
}

/// Wraps the keys of all visits under another key.
pub(crate) fn wrap_anew(
    transaction: &Transaction<'_>,
    old: &Key<Wrapping>,
    new: &Key<Wrapping>,
) -> Result<(), VaultError> {
    let damaged = |_| VaultError::Damaged {
        what: Part::Database,
    };
    let mut rows =
        transaction.prepare("SELECT row, id, wrapped_key, wrapped_sound_key FROM visits")?;
    let mut update = transaction
        .prepare("UPDATE visits SET wrapped_key = ?2, wrapped_sound_key = ?3 WHERE row = ?1")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (number, id): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let id = VisitId::from_uuid(Uuid::from_slice(&id).map_err(damaged)?);
        let (wrapped, wrapped_sound): (Vec<u8>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
        let key: Key<OfVisit> = record::unwrap_key(old, id, &wrapped)?;
        let sound = match wrapped_sound {
            Some(wrapped) => {
                let key: Key<OfSound> = record::unwrap_key(old, id, &wrapped)?;
                Some(record::wrap_key(new, id, &key)?)
            }
            None => None,
        };
        update.execute((number, record::wrap_key(new, id, &key)?, sound))?;
    }
    Ok(())
}

impl Vault {
    /// Stores a new visit with its consent, in state [`VisitState::Prepared`] and with keys of
    /// its own.
    ///
    /// # Errors
    /// [`VaultError::ConsentIncomplete`] if it does not say who asked, with which words or in which
    /// version of them; [`VaultError::OutOfScope`] outside the organisation's pilot; any
    /// [`VaultError`]. Nothing is stored then.
    pub fn begin_visit(&self, new: NewVisit) -> Result<VisitId, VaultError> {
        self.begin(new, None)
    }

    /// Stores a new visit, whose sound comes from a file if one is named.
    pub(crate) fn begin(
        &self,
        new: NewVisit,
        file: Option<ImportedFile>,
    ) -> Result<VisitId, VaultError> {
        self.may(Command::CreateVisit)?;
        if let Some(part) = new.consent.missing() {
            return Err(VaultError::ConsentIncomplete(part));
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(VaultError::NoRandomness)?;
        let id = VisitId::from_uuid(Builder::from_random_bytes(random).into_uuid());
        let key = Key::make_random()?;
        let clear = Cover {
            patient_label: new.patient_label,
            reason: new.reason,
            file,
            kind: new.kind,
            expected: new.expected,
        };
        let cover = record::seal::<_, Cover>(&key, id, Record::Cover, &clear)?;
        let consent = record::seal::<_, Consent>(&key, id, Record::Consent, &new.consent)?;
        let wrapped_key = record::wrap_key(self.wrapping(), id, &key)?;
        let sound_key = Key::<OfSound>::make_random()?;
        let wrapped_sound_key = record::wrap_key(self.wrapping(), id, &sound_key)?;
        let (given_by, method) = (new.consent.given_by, new.consent.method);
        let begun = self.commit(|transaction| {
            self.within_pilot(transaction, clear.kind.as_deref(), &new.template)?;
            transaction
                .prepare_cached(
                    "INSERT INTO visits (row, id, wrapped_key, wrapped_sound_key, started_at, state, template, language, cover, consent, indexed)
                     VALUES (
                         max(ifnull((SELECT max(row) FROM visits), 0),
                             ifnull((SELECT max(last >> 24) FROM forgetting), 0)) + 1,
                         :id, :wrapped_key, :wrapped_sound_key, :started_at, :state, :template, :language, :cover, :consent, 1)",
                )?
                .execute(named_params! {
                    ":id": id.as_bytes(),
                    ":wrapped_key": wrapped_key,
                    ":wrapped_sound_key": wrapped_sound_key,
                    ":started_at": new.started_at.0,
                    ":state": VisitState::Prepared.as_str(),
                    ":template": new.template,
                    ":language": new.language,
                    ":cover": cover,
                    ":consent": consent,
                })?;
            let row = transaction.last_insert_rowid();
            search::put_cover(transaction, row, &clear.patient_label, &clear.reason)?;
            self.note(transaction, Act::VisitCreated { visit: id })?;
            let consent = Act::ConsentRecorded {
                visit: id,
                given_by,
                method,
            };
            self.note(transaction, consent)?;
            if let Some(file) = &clear.file {
                self.note(transaction, file.act(id)?)?;
            }
            Ok(id)
        });
        begun.map_err(|error| self.refused(Asked::CreateVisit, None, error))
    }

    /// Changes a visit's state.
    ///
    /// # Errors
    /// [`VaultError::State`] if [`VisitState::next`] does not know the change;
    /// [`VaultError::Signed`].
    pub fn set_state(&self, id: VisitId, to: VisitState) -> Result<(), VaultError> {
        if to == VisitState::Recording {
            self.may_with(Command::Record, id)?;
        }
        self.act(Asked::ChangeState, Some(id), |transaction| {
            let state = match state_of(transaction, id)? {
                VisitState::Signed => return Err(VaultError::Signed),
                state => state.next(to)?,
            };
            transaction
                .prepare_cached("UPDATE visits SET state = ?2 WHERE id = ?1")?
                .execute((id.as_bytes(), state.as_str()))?;
            Ok(((), came_to(transaction, id, state)?))
        })
    }

    /// All visits, the latest first.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn visits(&self) -> Result<Vec<VisitSummary>, VaultError> {
        self.latest_visits(u32::MAX)
    }

    /// The latest visits, at most `limit` of them. Each one's cover is unsealed for it, so a list
    /// that is shown while the vault has thousands of visits asks for as many as it shows.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn latest_visits(&self, limit: u32) -> Result<Vec<VisitSummary>, VaultError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "{SUMMARY} ORDER BY started_at DESC, row DESC LIMIT ?1"
        ))?;
        let stored = statement.query_map([limit], Stored::read)?;
        stored.map(|stored| stored?.open(self)).collect()
    }

    /// The visits that are [`VisitSummary::unfinished`], the latest first.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn unfinished_visits(&self) -> Result<Vec<VisitSummary>, VaultError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "{SUMMARY} WHERE {UNFINISHED} ORDER BY started_at DESC, row DESC"
        ))?;
        let stored = statement.query_map([], Stored::read)?;
        stored.map(|stored| stored?.open(self)).collect()
    }

    /// A visit as it stands in a list, by its row.
    pub(crate) fn summary(
        &self,
        connection: &Connection,
        row: i64,
    ) -> Result<VisitSummary, VaultError> {
        connection
            .prepare_cached(&format!("{SUMMARY} WHERE row = ?1"))?
            .query_row([row], Stored::read)?
            .open(self)
    }

    /// One visit. Of a signed one everything that was signed is found to be so.
    ///
    /// This is for the program's own work and enters nothing in the log: what a person is shown of a
    /// visit comes from [`Vault::read_visit`].
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Damaged`].
    pub fn visit(&self, id: VisitId) -> Result<VisitRecord, VaultError> {
        self.visit_on(&self.connection(), id)
    }

    /// A visit with everything that a person is shown of it, after it was entered in the log that
    /// they read it.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Damaged`]; what the store answers if it cannot be
    /// entered.
    pub fn read_visit(&self, id: VisitId) -> Result<VisitContent, VaultError> {
        self.may_with(Command::ReadVisit, id)?;
        self.act(Asked::ReadVisit, Some(id), |transaction| {
            let content = VisitContent {
                record: self.visit_on(transaction, id)?,
                segments: self.segments_on(transaction, id)?,
                corrections: self.correction_count(transaction, id)?,
                gaps: self.gaps_on(transaction, id)?,
                revision: self.latest_revision_on(transaction, id)?,
            };
            Ok((content, Act::VisitRead { visit: id }))
        })
    }

    fn visit_on(&self, connection: &Connection, id: VisitId) -> Result<VisitRecord, VaultError> {
        let found = self.find(connection, id)?;
        let signed = self.signed_note(connection, &found, id)?;
        let (row, key) = found;
        let (consent, language, cover): (Vec<u8>, Option<String>, Vec<u8>) = connection
            .prepare_cached("SELECT consent, language, cover FROM visits WHERE row = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let cover: Cover = record::open(&key, id, Record::Cover, &cover)?;
        let consent = record::open(&key, id, Record::Consent, &consent)?;
        Ok(VisitRecord {
            summary: self.summary(connection, row)?,
            consent,
            language,
            file: cover.file,
            kind: cover.kind,
            expected: cover.expected,
            signature: signed.map(|(signature, _)| signature),
        })
    }
}
