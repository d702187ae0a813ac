use audit::{Act, Actor, Asked};
use governance::Command;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use visit::{Days, Due, Holding, Retained, Retention, UnixMillis, VisitId, VisitState};

use crate::error::{Part, VaultError};
use crate::log;
use crate::notes::{revision, revision_count};
use crate::tombstone::{Erased, ErasureReason, Tombstone};
use crate::vault::Vault;

/// What [`Holding`] is made of, for each visit.
const HOLDING: &str = "SELECT id, state, signed_at, revisions, revised_at, segments, \
     samples > 0 AND NOT sound_erased, \
     settled < samples OR EXISTS (SELECT 1 FROM attempts WHERE attempts.visit = visits.row) \
     FROM visits";

struct Stored {
    id: [u8; 16],
    revisions: u32,
    state: Option<VisitState>,
    holding: Holding,
}

impl Stored {
    /// From a row of [`HOLDING`].
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let state = VisitState::parse(&row.get::<_, String>(1)?);
        Ok(Self {
            id: row.get(0)?,
            revisions: row.get(3)?,
            state,
            holding: Holding {
                state: state.unwrap_or(VisitState::Prepared),
                signed_at: row.get::<_, Option<i64>>(2)?.map(UnixMillis),
                revised_at: row.get::<_, Option<i64>>(4)?.map(UnixMillis),
                transcript: row.get::<_, u32>(5)? > 0,
                audio: row.get(6)?,
                unfinished: row.get(7)?,
            },
        })
    }
}

fn read_policy(connection: &Connection) -> Result<Retention, VaultError> {
    let damaged = || VaultError::Damaged {
        what: Part::Database,
    };
    let days = |what: Retained| {
        let days: Option<u32> = connection
            .prepare_cached("SELECT days FROM retention WHERE what = ?1")?
            .query_row([what.as_str()], |row| row.get(0))
            .optional()?
            .ok_or_else(damaged)?;
        days.map(Days::try_from).transpose().map_err(|_| damaged())
    };
    Ok(Retention {
        audio: days(Retained::Audio)?,
        transcript: days(Retained::Transcript)?,
        draft: days(Retained::Draft)?,
    })
}

/// Answers what is to be entered.
fn store_policy(connection: &Connection, policy: &Retention) -> Result<Act, VaultError> {
    for what in Retained::ALL {
        let days = policy.of(what).map(u32::from);
        connection.execute(
            "INSERT OR REPLACE INTO retention (what, days) VALUES (?1, ?2)",
            (what.as_str(), days),
        )?;
    }
    let days = |kept: Option<Days>| kept.map(u32::from);
    Ok(Act::RetentionChanged {
        audio: days(policy.audio),
        transcript: days(policy.transcript),
        draft: days(policy.draft),
    })
}

impl Vault {
    /// How long what is kept of a visit is kept.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub fn retention(&self) -> Result<Retention, VaultError> {
        read_policy(&self.connection())
    }

    /// Changes how long what is kept of a visit is kept; it holds for all visits, also earlier ones.
    ///
    /// # Errors
    /// [`VaultError::OrganisationDecides`] in an organisation's vault; [`VaultError::DiskFull`]. The
    /// policy is the one before then.
    pub fn set_retention(&self, policy: &Retention) -> Result<(), VaultError> {
        self.may(Command::ChangeRetention)?;
        if self.session().is_some() {
            let decided = VaultError::OrganisationDecides(
                "the organisation's document says how long everything is kept (policy.retention)",
            );
            return Err(self.refused(Asked::ChangeRetention, None, decided));
        }
        self.act(Asked::ChangeRetention, None, |transaction| {
            Ok(((), store_policy(transaction, policy)?))
        })
    }

    /// Has everything kept as long as the organisation's document says, and enters it if that is another
    /// time than before.
    pub(crate) fn keep_for(
        &self,
        transaction: &Transaction<'_>,
        policy: &Retention,
        who: &Actor,
    ) -> Result<(), VaultError> {
        if read_policy(transaction)? == *policy {
            return Ok(());
        }
        let changed = store_policy(transaction, policy)?;
        self.note_by(transaction, who, changed)
    }

    /// What of a visit will be erased, and when.
    ///
    /// # Errors
    /// [`VaultError::NoSuchVisit`], [`VaultError::Damaged`].
    pub fn due(&self, id: VisitId) -> Result<Vec<Due>, VaultError> {
        let connection = self.connection();
        self.due_on(&connection, id)
    }

    fn due_on(&self, connection: &Connection, id: VisitId) -> Result<Vec<Due>, VaultError> {
        let policy = read_policy(connection)?;
        let stored = connection
            .prepare_cached(&format!("{HOLDING} WHERE id = ?1"))?
            .query_row([id.as_bytes()], Stored::read)
            .optional()?
            .ok_or(VaultError::NoSuchVisit(id))?;
        self.due_of(connection, &policy, &stored)
    }

    fn due_of(
        &self,
        connection: &Connection,
        policy: &Retention,
        stored: &Stored,
    ) -> Result<Vec<Due>, VaultError> {
        let mut holding = stored.holding;
        holding.state = stored.state.ok_or(VaultError::Damaged {
            what: Part::Database,
        })?;
        if stored.revisions == 0 {
            holding.revised_at = None;
        } else if holding.revised_at.is_none() && policy.draft.is_some() {
            let id = VisitId::from_uuid(uuid::Uuid::from_bytes(stored.id));
            let found = self.find(connection, id)?;
            let newest = revision_count(connection, id)?;
            holding.revised_at = Some(revision(connection, &found, id, newest)?.at);
        }
        Ok(policy.due(&holding))
    }

    /// The visits of which something is due to be erased.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if the policy cannot be read. A visit that does not open is among the
    /// answers: [`Vault::erase_due`] says what is wrong with it.
    pub fn visits_due(&self, now: UnixMillis) -> Result<Vec<VisitId>, VaultError> {
        let connection = self.connection();
        let policy = read_policy(&connection)?;
        let mut statement = connection.prepare_cached(&format!(
            "{HOLDING} WHERE state IN ('recorded', 'drafted', 'signed') ORDER BY row"
        ))?;
        let mut due = Vec::new();
        for stored in statement.query_map([], Stored::read)? {
            let stored = stored?;
            let is_due = match self.due_of(&connection, &policy, &stored) {
                Ok(all) => all.iter().any(|due| due.at <= now),
                Err(_) => true,
            };
            if is_due {
                due.push(VisitId::from_uuid(uuid::Uuid::from_bytes(stored.id)));
            }
        }
        Ok(due)
    }

    /// Erases what is due of a visit. Whether it is due is decided in the transaction that erases it,
    /// and a signature is verified before it counts.
    ///
    /// # Errors
    /// Those of [`Vault::erase`]; [`VaultError::Damaged`] if what is kept of the visit does not open
    /// or was not signed as it says: nothing is erased then.
    pub fn erase_due(&self, id: VisitId, now: UnixMillis) -> Result<Vec<Tombstone>, VaultError> {
        // What is evidence now is kept until the lockdown is lifted.
        if self.incidents()?.locked_down() {
            return Ok(Vec::new());
        }
        let erased = self.commit(|transaction| {
            let found = self.find(transaction, id)?;
            self.signed_note(transaction, &found, id)?;
            self.due_on(transaction, id)?
                .into_iter()
                .filter(|due| due.at <= now)
                .map(|due| {
                    let erased = match due.what {
                        Retained::Audio => Erased::Sound,
                        Retained::Transcript => Erased::Transcript,
                        Retained::Draft => Erased::Draft,
                    };
                    self.erase_in(transaction, id, erased, ErasureReason::Retention, now)
                })
                .collect::<Result<Vec<_>, _>>()
        });
        let erased = erased.inspect_err(|error| {
            if let Some(reason) = log::refusal(error) {
                self.note_refused(&Actor::Program, Asked::Erase, Some(id), reason);
            }
        })?;
        if !erased.is_empty() {
            self.forget()?;
        }
        Ok(erased)
    }
}

#[cfg(test)]
mod tests;
