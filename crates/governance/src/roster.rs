use serde::Deserialize;
use visit::UnixMillis;

use crate::account::Account;
use crate::enrolment::Enrolment;
use crate::moment::Moment;
use crate::organisation::Organisation;
use crate::role::Role;

/// A person of the roster.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name that stands under a note.
    pub name: String,
    /// The account, of one of the organisation's domains.
    pub account: Account,
    /// What the person is there for.
    pub role: Role,
    /// The account of the operating system that the person is bound to; without it, to none.
    pub os_account: Option<String>,
    /// From when on the person is admitted.
    pub from: Moment,
    /// From when on no longer.
    pub until: Option<Moment>,
    /// That the person can enrol.
    pub enrolment: Option<Enrolment>,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// Not on the roster.
    #[error("{0} is not on your organisation's roster; your organisation can add the account")]
    Unknown(Account),
    /// Too early.
    #[error("{account} is admitted from {from} on")]
    NotYet {
        /// Who.
        account: Account,
        /// From when on.
        from: Moment,
    },
    /// No longer.
    #[error("{account} was admitted until {until}; your organisation can extend it")]
    Ended {
        /// Who.
        account: Account,
        /// Until when.
        until: Moment,
    },
    /// The person is bound to another account of the operating system.
    #[error(
        "{0} is bound to another account of this computer than the one that is signed in to it"
    )]
    OtherOsAccount(Account),
}

impl Organisation {
    /// The person with this account who is to be let in now, signed in to the computer as
    /// `os_account`.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub fn admit(
        &self,
        account: &Account,
        os_account: &str,
        now: UnixMillis,
    ) -> Result<&Person, NotAdmitted> {
        let known = self.people.iter().find(|person| person.account == *account);
        let person = known.ok_or_else(|| NotAdmitted::Unknown(account.clone()))?;
        let account = || account.clone();
        if now < person.from.0 {
            return Err(NotAdmitted::NotYet {
                account: account(),
                from: person.from,
            });
        }
        if let Some(until) = person.until.filter(|until| now >= until.0) {
            return Err(NotAdmitted::Ended {
                account: account(),
                until,
            });
        }
        match &person.os_account {
            Some(bound) if bound != os_account => Err(NotAdmitted::OtherOsAccount(account())),
            _ => Ok(person),
        }
    }
}
