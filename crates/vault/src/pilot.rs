//! The pilot's figures: from the notes that are there, the audit log, and the tombstones of what was
//! erased. They are made in here, so that whoever may see them need not see a visit.

use std::collections::BTreeMap;

use audit::{Act, Actor, Line};
use figures::pilot::{DraftOutcome, PilotFigures, VisitFigures};
use governance::Command;
use rusqlite::Transaction;
use uuid::Uuid;
use visit::{Millis, UnixMillis, VisitId, VisitState};

use crate::error::{Part, VaultError};
use crate::log::{self, End};
use crate::tombstone::{Erased, Tombstone};
use crate::vault::Vault;
use crate::visits::samples_from;

/// What the log says of a visit.
#[derive(Clone, Default)]
struct Logged {
    made_by: Option<String>,
    signed_by: Option<String>,
    ended: Option<UnixMillis>,
    signed: Option<UnixMillis>,
}

/// A visit that is there or was.
struct Known {
    id: VisitId,
    started_at: UnixMillis,
    recorded: Millis,
    signed: bool,
    erased: bool,
}

impl Vault {
    /// The figures of the visits that were begun from one moment to another; without them of those of the
    /// organisation's pilot, or of all. That they were given out is entered before.
    ///
    /// Persons stand in them only where the organisation's policy says so.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; [`VaultError::Damaged`] if a note does not open: a report that silently
    /// leaves visits out would say something else.
    pub fn pilot_figures(
        &self,
        from: Option<UnixMillis>,
        until: Option<UnixMillis>,
    ) -> Result<PilotFigures, VaultError> {
        self.may(Command::ReadPilotFigures)?;
        let organisation = self.organisation();
        let pilot = organisation.and_then(|organisation| organisation.pilot.as_ref());
        let per_person =
            organisation.is_some_and(|organisation| organisation.policy.per_person_figures);
        let until = until.unwrap_or_else(|| {
            let now = log::now();
            pilot.map_or(now, |pilot| pilot.until.0.min(now))
        });
        let (known, end) = self.commit(|transaction| {
            let mut known = there(transaction)?;
            known.extend(self.erased(transaction)?);
            let from = from.or_else(|| pilot.map(|pilot| pilot.from.0));
            known.retain(|visit| {
                from.is_none_or(|from| visit.started_at >= from) && visit.started_at < until
            });
            known.sort_by_key(|visit| visit.started_at);
            let visits = u32::try_from(known.len()).unwrap_or(u32::MAX);
            self.note(transaction, Act::PilotFiguresRead { visits, per_person })?;
            Ok((known, End::of(transaction)?))
        })?;
        let from = from.or_else(|| pilot.map(|pilot| pilot.from.0));
        let first = known.first().map_or(until, |visit| visit.started_at);
        let logged = self.logged(&end)?;
        let figures = |visit: &Known| {
            let logged = logged.get(&visit.id).cloned().unwrap_or_default();
            self.figures_of(visit, logged, per_person)
        };
        Ok(PilotFigures {
            from: from.unwrap_or(first),
            until,
            visits: known.iter().map(figures).collect::<Result<_, _>>()?,
            per_person,
        })
    }

    fn figures_of(
        &self,
        visit: &Known,
        logged: Logged,
        per_person: bool,
    ) -> Result<VisitFigures, VaultError> {
        let draft = if visit.erased {
            None
        } else {
            self.draft_outcome(visit.id)?
        };
        let took = logged.ended.zip(logged.signed);
        let took = took.and_then(|(ended, signed)| u64::try_from(signed.0 - ended.0).ok());
        let account = logged.signed_by.or(logged.made_by);
        Ok(VisitFigures {
            started_at: visit.started_at,
            account: account.filter(|_| per_person),
            recorded: visit.recorded,
            erased: visit.erased,
            signed: visit.signed || (visit.erased && logged.signed.is_some()),
            to_signature: took.map(Millis),
            draft,
        })
    }

    /// What became of the newest draft of a visit; `None` if no model wrote one. A visit that is erased in
    /// this very moment has none.
    fn draft_outcome(&self, id: VisitId) -> Result<Option<DraftOutcome>, VaultError> {
        let read = || {
            let Some(now) = self.latest_revision(id)? else {
                return Ok(None);
            };
            let mut revisions = self.revisions(id)?.into_iter().rev();
            let draft = revisions.find(|revision| revision.provenance.is_some());
            Ok(draft.map(|draft| DraftOutcome::of(&draft.note, &now.note)))
        };
        match read() {
            Err(VaultError::NoSuchVisit(_)) => Ok(None),
            read => read,
        }
    }

    /// Visits that were erased as a whole, by tombstones whose signatures are right.
    fn erased(&self, transaction: &Transaction<'_>) -> Result<Vec<Known>, VaultError> {
        let tombstones = self.tombstones_on(transaction)?;
        let whole = tombstones
            .into_iter()
            .filter(|tombstone| tombstone.erased == Erased::Visit);
        Ok(whole
            .map(
                |Tombstone {
                     visit,
                     started_at,
                     recorded,
                     ..
                 }| Known {
                    id: visit,
                    started_at,
                    recorded,
                    signed: false,
                    erased: true,
                },
            )
            .collect())
    }

    /// What the log says of each visit. A recording that went on after a pause ended when it ended last.
    fn logged(&self, end: &End) -> Result<BTreeMap<VisitId, Logged>, VaultError> {
        let mut logged: BTreeMap<VisitId, Logged> = BTreeMap::new();
        self.walk(end, &mut |line| {
            let Ok(Line::Entry(entry)) = Line::read(line) else {
                return Ok(());
            };
            let Some(id) = entry.act.visit() else {
                return Ok(());
            };
            let who = match &entry.who {
                Actor::Person { account } => Some(account.as_str().to_owned()),
                Actor::Program | Actor::Account { .. } | Actor::Emergency { .. } => None,
            };
            let visit = logged.entry(id).or_default();
            match entry.act {
                Act::VisitCreated { .. } => visit.made_by = who,
                Act::RecordingEnded { .. } => visit.ended = Some(entry.at),
                Act::NoteSigned { .. } => {
                    visit.signed_by = who;
                    visit.signed = Some(entry.at);
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(logged)
    }
}

fn there(transaction: &Transaction<'_>) -> Result<Vec<Known>, VaultError> {
    let damaged = || VaultError::Damaged {
        what: Part::Database,
    };
    let mut statement =
        transaction.prepare_cached("SELECT id, started_at, samples, state FROM visits")?;
    let mut rows = statement.query([])?;
    let mut known = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, state): (Vec<u8>, String) = (row.get(0)?, row.get(3)?);
        let state = VisitState::parse(&state).ok_or_else(damaged)?;
        known.push(Known {
            id: VisitId::from_uuid(Uuid::from_slice(&id).map_err(|_| damaged())?),
            started_at: UnixMillis(row.get(1)?),
            recorded: samples_from(row.get(2)?)?.millis(),
            signed: state == VisitState::Signed,
            erased: false,
        });
    }
    Ok(known)
}

#[cfg(test)]
mod tests;
