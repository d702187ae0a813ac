//! An organisation's vault: it holds on to the organisation's key and to the newest document that it
//! has seen, and knows which person of the roster is signed in.
//!
//! Key, serial and digest stand in the encrypted database, where nobody without the vault key can
//! change them: files that were exchanged on the computer are noticed when the vault is opened.

use audit::{Act, Actor, Asked, PersonAccount};
use governance::minisign::PublicKey;
use governance::{
    Accepted, Account, Code, Command, ModelRole, NotApproved, NotInEmergency, Organisation, Person,
    Role, VisitAsked,
};
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use sha2::{Digest as _, Sha256};
use visit::{Sha256Hex, UnixMillis, VisitId};

use crate::account;
use crate::emergency::EmergencySession;
use crate::error::{Part, VaultError};
use crate::log;
use crate::tombstone::{Erased, Tombstone};
use crate::vault::Vault;
use crate::workstation::{Enrolment, Workstation, WorkstationError};

/// Who is signed in, and what their organisation has decided.
pub(crate) struct Session {
    pub(crate) organisation: Organisation,
    pub(crate) signed_in: SignedIn,
}

/// Who came in, and how.
pub(crate) enum SignedIn {
    /// A person of the roster.
    Person(Person),
    /// Somebody with a sealed sheet.
    Emergency(EmergencySession),
}

impl Session {
    /// The role in the table: whoever came in with a sealed sheet reads as a physician does.
    pub(crate) fn role(&self) -> Role {
        self.person().map_or(Role::Physician, |person| person.role)
    }

    pub(crate) fn person(&self) -> Option<&Person> {
        match &self.signed_in {
            SignedIn::Person(person) => Some(person),
            SignedIn::Emergency(_) => None,
        }
    }
}

/// What a vault holds on to.
struct Bound {
    key: String,
    serial: u64,
    sha256: Sha256Hex,
}

/// A document that is in force here, and the key that vouches for it.
pub(crate) struct InForce {
    pub(crate) key: PublicKey,
    pub(crate) accepted: Accepted,
}

impl InForce {
    /// The document in force on this computer, for a vault that has seen none yet.
    pub(crate) fn at(workstation: &Workstation, now: UnixMillis) -> Result<Self, VaultError> {
        let enrolment = workstation.enrolment()?;
        let enrolment = enrolment.ok_or(WorkstationError::NotEnrolled)?;
        let accepted = enrolment.in_force(None, now)?;
        Ok(Self {
            key: enrolment.key,
            accepted,
        })
    }

    /// The person who is to be let in with a code and to sign in at once.
    pub(crate) fn person_with_code(
        &self,
        account: &Account,
        code: &Code,
        now: UnixMillis,
    ) -> Result<&Person, VaultError> {
        let organisation = &self.accepted.organisation;
        let person = organisation.admit(account, &account::os_account(), now)?;
        person.enrols_with(code, now)?;
        Ok(person)
    }
}

/// The person who is to be let in with a code by somebody else. Which account of the operating system
/// they are bound to is looked at when they sign in.
pub(crate) fn newcomer_with_code<'a>(
    organisation: &'a Organisation,
    account: &Account,
    code: &Code,
    now: UnixMillis,
) -> Result<&'a Person, VaultError> {
    let mut people = organisation.people.iter();
    let known = people.find(|person| person.account == *account);
    let bound_to = known.and_then(|person| person.os_account.as_deref());
    let person = organisation.admit(account, bound_to.unwrap_or_default(), now)?;
    person.enrols_with(code, now)?;
    Ok(person)
}

fn bound(connection: &Connection) -> Result<Option<Bound>, VaultError> {
    let damaged = || VaultError::Damaged {
        what: Part::Database,
    };
    let row: Option<(String, i64, String)> = connection
        .prepare_cached("SELECT key, serial, sha256 FROM organisation")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((key, serial, sha256)) = row else {
        return Ok(None);
    };
    Ok(Some(Bound {
        key,
        serial: u64::try_from(serial).map_err(|_| damaged())?,
        sha256: Sha256Hex::try_from(sha256).map_err(|_| damaged())?,
    }))
}

/// The public key of the organisation that a vault belongs to.
pub(crate) fn bound_key(connection: &Connection) -> Result<Option<PublicKey>, VaultError> {
    let Some(bound) = bound(connection)? else {
        return Ok(None);
    };
    let key = bound.key.parse().map_err(|_| VaultError::Damaged {
        what: Part::Database,
    })?;
    Ok(Some(key))
}

/// Whether a vault belongs to an organisation.
pub(crate) fn is_bound(connection: &Connection) -> Result<bool, VaultError> {
    Ok(bound(connection)?.is_some())
}

/// SQLite's integers are signed.
fn stored(serial: u64) -> Result<i64, VaultError> {
    i64::try_from(serial).map_err(|_| VaultError::Unstorable {
        what: Part::Database,
    })
}

/// The digest of a key as the log holds it.
fn key_digest(key: &PublicKey) -> audit::Digest {
    line_digest(&key.line())
}

fn line_digest(line: &str) -> audit::Digest {
    audit::Digest::from_bytes(Sha256::digest(line).into())
}

/// Binds a vault to an organisation; answers what is to be entered.
pub(crate) fn bind(connection: &Connection, in_force: &InForce) -> Result<Act, VaultError> {
    let serial = in_force.accepted.organisation.serial;
    connection.execute(
        "INSERT INTO organisation (one, key, serial, sha256) VALUES (1, ?1, ?2, ?3)",
        (
            in_force.key.line(),
            stored(serial)?,
            in_force.accepted.sha256.as_str(),
        ),
    )?;
    Ok(Act::OrganisationBound {
        key: key_digest(&in_force.key),
        serial,
        document: log::digest(&in_force.accepted.sha256)?,
    })
}

/// Marks the code of a person as used.
///
/// # Errors
/// [`VaultError::CodeUsed`] if it was before.
pub(crate) fn use_code(connection: &Connection, person: &Person) -> Result<(), VaultError> {
    let enrolment = person.enrolment.as_ref();
    let sha256 = enrolment.map(|enrolment| enrolment.sha256.as_str());
    let marked = connection.execute(
        "INSERT INTO enrolment_codes (sha256, account) SELECT ?1, ?2
         WHERE NOT EXISTS (SELECT 1 FROM enrolment_codes WHERE sha256 = ?1)",
        (sha256, person.account.as_str()),
    )?;
    if marked == 0 {
        return Err(VaultError::CodeUsed);
    }
    Ok(())
}

/// How the log names a person.
pub(crate) fn named(account: &Account) -> PersonAccount {
    PersonAccount::new(account.as_str())
}

/// The person who is signed in, as the log names whoever does something.
pub(crate) fn actor(account: &Account) -> Actor {
    Actor::Person {
        account: named(account),
    }
}

/// Visits that were begun since then: those that are there, and those that were erased as a whole.
fn visits_since(connection: &Connection, from: UnixMillis) -> Result<u32, VaultError> {
    let there = connection
        .prepare_cached("SELECT count(*) FROM visits WHERE started_at >= ?1")?
        .query_row([from.0], |row| row.get(0))?;
    let mut statements = connection.prepare_cached("SELECT statement FROM tombstones")?;
    let mut rows = statements.query([])?;
    let mut count: u32 = there;
    while let Some(row) = rows.next()? {
        let statement: Vec<u8> = row.get(0)?;
        let tombstone: Option<Tombstone> = serde_json::from_slice(&statement).ok();
        let counts = tombstone
            .is_some_and(|found| found.erased == Erased::Visit && found.started_at >= from);
        count = count.saturating_add(u32::from(counts));
    }
    Ok(count)
}

impl Vault {
    /// The organisation's document that is in force on this computer, if this vault takes it: signed by
    /// the key that it is bound to, and no older than the newest that it has seen. A newer one comes
    /// into force here by it. `None` for a vault without an organisation.
    ///
    /// # Errors
    /// [`VaultError::OrganisationGone`], [`VaultError::OtherOrganisation`], [`VaultError::Workstation`]
    /// or [`VaultError::Document`].
    pub(crate) fn document_in_force(
        &self,
        workstation: &Workstation,
        now: UnixMillis,
    ) -> Result<Option<InForce>, VaultError> {
        self.commit(|transaction| {
            let Some(bound) = bound(transaction)? else {
                return Ok(None);
            };
            let enrolment = workstation.enrolment()?;
            let enrolment = enrolment.ok_or(VaultError::OrganisationGone)?;
            let bound = self.follow_successors(transaction, bound, &enrolment)?;
            let newest = Some((bound.serial, &bound.sha256));
            let accepted = enrolment.in_force(newest, now)?;
            self.hold_on_to(transaction, &bound, &accepted)?;
            let retention = &accepted.organisation.policy.retention;
            self.keep_for(transaction, retention, &Actor::Program)?;
            let key = enrolment.key;
            Ok(Some(InForce { key, accepted }))
        })
    }

    /// Takes the key that this computer is enrolled with in the place of the one that the vault is bound
    /// to, if that one has named it, also by others in between.
    fn follow_successors(
        &self,
        transaction: &Transaction<'_>,
        mut bound: Bound,
        enrolment: &Enrolment,
    ) -> Result<Bound, VaultError> {
        let named = enrolment.successors_of(&bound.key);
        let last = named.last().map_or(&bound.key, |(key, _)| key);
        if *last != enrolment.key.line() {
            return Err(VaultError::OtherOrganisation {
                folder: enrolment.folder.clone(),
            });
        }
        for (key, said) in named {
            transaction.execute(
                "INSERT INTO key_successions (key, successor, statement, signature)
                 VALUES (?1, ?2, ?3, ?4)",
                (&bound.key, &key, &said.statement, &said.signature),
            )?;
            transaction.execute("UPDATE organisation SET key = ?1", [&key])?;
            let replaced = Act::OrganisationKeyReplaced {
                from: line_digest(&bound.key),
                to: line_digest(&key),
                statement: line_digest(&said.statement),
            };
            self.note_by(transaction, &Actor::Program, replaced)?;
            bound.key = key;
        }
        Ok(bound)
    }

    fn hold_on_to(
        &self,
        transaction: &Transaction<'_>,
        bound: &Bound,
        accepted: &Accepted,
    ) -> Result<(), VaultError> {
        let serial = accepted.organisation.serial;
        if serial == bound.serial {
            return Ok(());
        }
        transaction.execute(
            "UPDATE organisation SET serial = ?1, sha256 = ?2",
            (stored(serial)?, accepted.sha256.as_str()),
        )?;
        let document = log::digest(&accepted.sha256)?;
        let taken = Act::DocumentTaken { serial, document };
        self.note_by(transaction, &Actor::Program, taken)
    }

    /// What the organisation has decided, in a vault that belongs to one.
    pub fn organisation(&self) -> Option<&Organisation> {
        self.session().map(|session| &session.organisation)
    }

    /// In which role whoever is signed in acts, in a vault that belongs to an organisation.
    pub fn role(&self) -> Option<Role> {
        self.session().map(Session::role)
    }

    /// Who is signed in, in a vault that belongs to an organisation; nobody in an emergency access.
    pub fn person(&self) -> Option<&Person> {
        self.session().and_then(Session::person)
    }

    /// Whether a model with this digest may be loaded for this role now, and to write this template: the
    /// organisation's document lists it, and it is neither expired nor recalled. In a vault without an
    /// organisation any may. A refusal is entered.
    ///
    /// Whoever loads the model makes sure that its bytes have this digest.
    ///
    /// # Errors
    /// [`VaultError::NotApproved`].
    pub fn approve_model(
        &self,
        sha256: &Sha256Hex,
        role: ModelRole,
        template: Option<&str>,
    ) -> Result<(), VaultError> {
        let Some(session) = self.session() else {
            return Ok(());
        };
        let approved = || {
            let approval = session.organisation.approved(sha256, role, log::now())?;
            template.map_or(Ok(()), |template| approval.writes(template))
        };
        approved()
            .map_err(|refused: NotApproved| self.refused(Asked::LoadModel, None, refused.into()))
    }

    /// Whether a visit lies within the organisation's pilot. Of its visits those are counted that were
    /// begun in this vault since the pilot's first moment, also where they were erased.
    ///
    /// # Errors
    /// [`VaultError::OutOfScope`].
    pub(crate) fn within_pilot(
        &self,
        connection: &Connection,
        kind: Option<&str>,
        template: &str,
    ) -> Result<(), VaultError> {
        let Some(session) = self.session() else {
            return Ok(());
        };
        let Some(pilot) = &session.organisation.pilot else {
            return Ok(());
        };
        let Some(person) = session.person() else {
            return Err(NotInEmergency {
                command: Command::CreateVisit,
            }
            .into());
        };
        let asked = VisitAsked {
            account: &person.account,
            kind,
            template,
            at: log::now(),
            before: visits_since(connection, pilot.from.0)?,
        };
        Ok(pilot.permits(&asked)?)
    }

    /// Whether a note of this template may be written for a visit now, where it is another one than the
    /// visit was made with: the pilot of the organisation's document says so. A refusal is entered.
    ///
    /// # Errors
    /// [`VaultError::OutOfScope`]; [`VaultError::NoSuchVisit`].
    pub fn approve_template(&self, visit: VisitId, template: &str) -> Result<(), VaultError> {
        let Some(pilot) = self.organisation().and_then(|known| known.pilot.as_ref()) else {
            return Ok(());
        };
        if self.visit(visit)?.summary.template == template {
            return Ok(());
        }
        let permitted = pilot.permits_template(template);
        permitted.map_err(|refused| self.refused(Asked::DraftNote, Some(visit), refused.into()))
    }

    /// Whether whoever is signed in may do something. In a vault without an organisation everybody who
    /// has its passphrase may. Where the vault is locked down, less. A refusal is entered.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`], [`VaultError::LockedDown`]; what the store answers when it is asked
    /// for a lockdown.
    pub fn may(&self, command: Command) -> Result<(), VaultError> {
        self.may_of(command, None)
    }

    /// [`Vault::may`] for what concerns one visit.
    pub(crate) fn may_with(&self, command: Command, visit: VisitId) -> Result<(), VaultError> {
        self.may_of(command, Some(visit))
    }

    fn may_of(&self, command: Command, visit: Option<VisitId>) -> Result<(), VaultError> {
        let role = self.session().map(Session::role);
        let allowed = || {
            if let Some(session) = self.emergency_session() {
                session.may(command)?;
            }
            if let Some(role) = role {
                governance::allowed(role, command)?;
            }
            self.while_locked_down(command, visit, role)
        };
        allowed().map_err(|refused| self.refused(log::asked(command), visit, refused))
    }
}

#[cfg(test)]
mod tests;
