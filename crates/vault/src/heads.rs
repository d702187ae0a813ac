//! Where signed heads of the audit log go, so that whoever has the vault cannot write the log anew
//! unnoticed (P6.2 of the security properties). In an organisation's vault its document says it. What
//! is to go, and what has arrived, stands here; `scribe` takes it there.

use std::path::PathBuf;

use audit::{Act, Actor, Asked, Digest, HeadsTarget, Line, NotSent, PublicKey};
use governance::Command;
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use sha2::{Digest as _, Sha256};
use visit::UnixMillis;

use crate::error::{Part, VaultError};
use crate::vault::Vault;

/// Most heads that go in one parcel.
const MOST_IN_A_PARCEL: u32 = 500;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Where signed heads go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadsTo {
    /// A folder, by its whole path.
    pub folder: Option<PathBuf>,
    /// Whether to the computer's system log.
    pub syslog: bool,
}

/// How far heads have got to one of the places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadsState {
    /// Where to.
    pub target: HeadsTarget,
    /// How many entries the newest head there speaks of; 0 if none has arrived.
    pub entries: u64,
    /// When it arrived.
    pub at: Option<UnixMillis>,
    /// How many heads wait.
    pub waiting: u32,
    /// Why they do, if they were tried.
    pub failed: Option<NotSent>,
}

/// Heads that are to go to one of the places.
#[derive(Clone, Debug)]
pub struct HeadsParcel {
    /// Where to.
    pub target: HeadsTarget,
    /// The folder; none for the system log.
    pub folder: Option<PathBuf>,
    /// The public key of the vault's log.
    pub key: PublicKey,
    /// The line that an exported log begins with: it names that key.
    pub first_line: String,
    /// The heads, each as a line of an exported log.
    pub lines: Vec<String>,
    head: i64,
    entries: u64,
}

/// What the vault has noted of a place.
struct Sent {
    head: i64,
    entries: i64,
    at: Option<i64>,
    failed: Option<NotSent>,
}

impl HeadsTo {
    fn place(&self, target: HeadsTarget) -> Option<String> {
        match target {
            HeadsTarget::Folder => Some(self.folder.as_ref()?.to_string_lossy().into_owned()),
            HeadsTarget::Syslog => self.syslog.then(String::new),
        }
    }
}

impl Vault {
    /// Where signed heads of the log go: as the organisation's document says, or what was set here in a
    /// vault without an organisation.
    ///
    /// # Errors
    /// What the store answers.
    pub fn heads_to(&self) -> Result<HeadsTo, VaultError> {
        if let Some(organisation) = self.organisation() {
            let policy = &organisation.policy.audit;
            return Ok(HeadsTo {
                folder: policy.heads_folder.as_ref().map(PathBuf::from),
                syslog: policy.syslog,
            });
        }
        let found: Option<(Option<String>, bool)> = self
            .connection()
            .prepare_cached("SELECT folder, syslog FROM heads_target")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(
            found.map_or_else(HeadsTo::default, |(folder, syslog)| HeadsTo {
                folder: folder.map(PathBuf::from),
                syslog,
            }),
        )
    }

    /// Says where signed heads go from now on. The next ones are tried there.
    ///
    /// # Errors
    /// [`VaultError::OrganisationDecides`] in an organisation's vault; [`VaultError::NotAWholePath`].
    /// They go where they went before then.
    pub fn set_heads_to(&self, to: &HeadsTo) -> Result<(), VaultError> {
        self.may(Command::SetHeadsTarget)?;
        let asked = Asked::SetHeadsTarget;
        if self.session().is_some() {
            let decided = VaultError::OrganisationDecides(
                "the organisation's document says where signed heads of the audit log go \
                 (policy.audit)",
            );
            return Err(self.refused(asked, None, decided));
        }
        if to
            .folder
            .as_ref()
            .is_some_and(|folder| !folder.is_absolute())
        {
            return Err(VaultError::NotAWholePath);
        }
        self.act(asked, None, |transaction| {
            let folder = to.place(HeadsTarget::Folder);
            transaction.execute(
                "INSERT OR REPLACE INTO heads_target (one, folder, syslog) VALUES (1, ?1, ?2)",
                (&folder, to.syslog),
            )?;
            let folder = folder.map(|folder| Digest::from_bytes(Sha256::digest(folder).into()));
            let syslog = to.syslog;
            Ok(((), Act::HeadsTargetChanged { folder, syslog }))
        })
    }

    /// How far heads have got to each of the places.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers.
    pub fn heads_state(&self) -> Result<Vec<HeadsState>, VaultError> {
        self.may(Command::ExportHeads)?;
        let to = self.heads_to()?;
        let connection = self.connection();
        let places = HeadsTarget::ALL
            .into_iter()
            .filter_map(|target| Some((target, to.place(target)?)));
        places
            .map(|(target, place)| {
                let sent = sent_to(&connection, target, &place)?;
                let waiting = connection
                    .prepare_cached("SELECT count(*) FROM audit_heads WHERE number > ?1")?
                    .query_row([sent.head], |row| row.get(0))?;
                Ok(HeadsState {
                    target,
                    entries: u64::try_from(sent.entries).unwrap_or(0),
                    at: sent.at.map(UnixMillis),
                    waiting,
                    failed: sent.failed,
                })
            })
            .collect()
    }

    /// Signs how far the log has come, if entries were added since the last head and that is a day old.
    ///
    /// # Errors
    /// What the store answers.
    pub fn sign_daily_head(&self, now: UnixMillis) -> Result<(), VaultError> {
        self.commit(|transaction| {
            let newest: Option<String> = transaction
                .prepare_cached("SELECT line FROM audit_heads ORDER BY number DESC LIMIT 1")?
                .query_row([], |row| row.get(0))
                .optional()?;
            let is_young = newest.is_some_and(|line| match Line::read(&line) {
                Ok(Line::Head(head)) => (0..DAY_MILLIS).contains(&(now.0 - head.at.0)),
                _ => false,
            });
            if is_young {
                return Ok(());
            }
            self.sign_head(transaction)
        })
    }

    /// Signs how far the log has come now, for an export that a person asks for.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers.
    pub fn sign_head_now(&self) -> Result<(), VaultError> {
        self.may(Command::ExportHeads)?;
        self.commit(|transaction| self.sign_head(transaction))
    }

    /// The heads that have not arrived yet, for each of the places that has some. Of a place that none
    /// has gone to before, the newest alone: it speaks of all entries before it.
    ///
    /// # Errors
    /// What the store answers.
    pub fn heads_waiting(&self) -> Result<Vec<HeadsParcel>, VaultError> {
        let to = self.heads_to()?;
        let connection = self.connection();
        let mut parcels = Vec::new();
        for target in HeadsTarget::ALL {
            let Some(place) = to.place(target) else {
                continue;
            };
            let sent = sent_to(&connection, target, &place)?;
            let mut statement = connection.prepare_cached(
                "SELECT number, entries, line FROM audit_heads WHERE number > ?1
                 ORDER BY number LIMIT ?2",
            )?;
            let mut rows = statement.query((sent.head, MOST_IN_A_PARCEL))?;
            let mut parcel = HeadsParcel {
                target,
                folder: to.folder.clone().filter(|_| target == HeadsTarget::Folder),
                key: self.log_key(),
                first_line: Line::first(self.log_key()).text(),
                lines: Vec::new(),
                head: 0,
                entries: 0,
            };
            while let Some(row) = rows.next()? {
                parcel.head = row.get(0)?;
                parcel.entries = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
                parcel.lines.push(row.get(2)?);
            }
            if !parcel.lines.is_empty() {
                parcels.push(parcel);
            }
        }
        Ok(parcels)
    }

    /// Notes whether a parcel has arrived. A failure, another one than before, and that it works again
    /// are entered; all others are not.
    ///
    /// # Errors
    /// What the store answers; the heads wait on then.
    pub fn note_heads(
        &self,
        parcel: &HeadsParcel,
        arrived: Result<(), NotSent>,
        now: UnixMillis,
    ) -> Result<(), VaultError> {
        let place = parcel.folder.as_ref();
        let place = place.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
        self.commit(|transaction| {
            let target = parcel.target;
            let before = sent_to(transaction, target, &place)?;
            let (next, failed) = match arrived {
                Ok(()) => (
                    Sent {
                        head: parcel.head,
                        entries: i64::try_from(parcel.entries).unwrap_or(i64::MAX),
                        at: Some(now.0),
                        failed: None,
                    },
                    None,
                ),
                Err(failed) => (
                    Sent {
                        failed: Some(failed),
                        ..before
                    },
                    Some(failed),
                ),
            };
            let is_news = before.failed != failed || (failed.is_none() && before.at.is_none());
            store(transaction, target, &place, &next)?;
            if !is_news {
                return Ok(());
            }
            let entries = u64::try_from(next.entries).unwrap_or(0);
            let act = Act::HeadsExported {
                target,
                entries,
                failed,
            };
            self.note_by(transaction, &Actor::Program, act)
        })
    }
}

fn sent_to(connection: &Connection, target: HeadsTarget, place: &str) -> Result<Sent, VaultError> {
    let found: Option<(i64, i64, Option<i64>, Option<String>)> = connection
        .prepare_cached(
            "SELECT head, entries, sent_at, failed FROM heads_sent WHERE target = ?1 AND place = ?2",
        )?
        .query_row((target.word(), place), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((head, entries, at, failed)) = found else {
        let newest: i64 = connection
            .prepare_cached("SELECT ifnull(max(number), 0) FROM audit_heads")?
            .query_row([], |row| row.get(0))?;
        return Ok(Sent {
            head: newest.saturating_sub(1),
            entries: 0,
            at: None,
            failed: None,
        });
    };
    let known = |word: &str| NotSent::ALL.into_iter().find(|known| known.word() == word);
    let failed = match failed {
        None => None,
        Some(word) => Some(known(&word).ok_or(VaultError::Damaged {
            what: Part::Database,
        })?),
    };
    Ok(Sent {
        head,
        entries,
        at,
        failed,
    })
}

fn store(
    transaction: &Transaction<'_>,
    target: HeadsTarget,
    place: &str,
    sent: &Sent,
) -> Result<(), VaultError> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO heads_sent (target, place, head, entries, sent_at, failed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            target.word(),
            place,
            sent.head,
            sent.entries,
            sent.at,
            sent.failed.map(NotSent::word),
        ))?;
    Ok(())
}
