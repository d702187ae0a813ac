use serde::Deserialize;
use visit::{Retention, Template};

use crate::approval::{Approval, Recall};
use crate::emergency::Emergency;
use crate::mistake::{Mistake, Wrong};
use crate::moment::Moment;
use crate::pilot::Pilot;
use crate::place::Places;
use crate::roster::Person;
use crate::rules;

/// Minutes without a touch until the window locks, where no organisation's document says it.
pub const IDLE_LOCK_MINUTES: u32 = 15;

/// What an organisation has decided, as `organisation.toml` says it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The version of this form: 1.
    pub format: u32,
    /// Counts the versions of the document; a workstation takes no smaller one than it has seen.
    pub serial: u64,
    /// From when on it holds.
    pub from: Moment,
    /// From when on it no longer does.
    pub until: Moment,
    /// Who decides here.
    #[serde(rename = "organisation")]
    pub identity: Identity,
    /// What holds for everybody.
    pub policy: Policy,
    /// The roster: who is admitted.
    #[serde(default, rename = "person")]
    pub people: Vec<Person>,
    /// The sealed sheet that opens a vault in an emergency; without it there is none.
    pub emergency: Option<Emergency>,
    /// What visits are limited to; without it they are not.
    pub pilot: Option<Pilot>,
    /// Models that may be loaded.
    #[serde(default, rename = "model")]
    pub models: Vec<Approval>,
    /// Models that may not, whatever was approved.
    #[serde(default, rename = "recall")]
    pub recalls: Vec<Recall>,
    /// Words that are to be recognised.
    #[serde(default)]
    pub terms: Vec<Terms>,
    /// Note templates besides those that come with the program.
    #[serde(default, rename = "template")]
    pub templates: Vec<Template>,
}

/// Who the organisation is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// The domains of its accounts, each by itself: one below it is another.
    pub domains: Vec<String>,
    /// The public part of its recovery key, `age1…`, to which its vaults are entrusted.
    pub recovery_key: String,
}

/// What holds for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Minutes without a key or a click until the window locks.
    pub idle_lock_minutes: u32,
    /// Whether the pilot's figures may be given for each person.
    pub per_person_figures: bool,
    /// How long what is kept of a visit is kept.
    pub retention: Retention,
    /// Where signed heads of the vaults' audit logs go.
    #[serde(default)]
    pub audit: HeadsPolicy,
}

/// Where signed heads of an audit log go, out of the reach of whoever has the vault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadsPolicy {
    /// The whole path of a folder, best one that lies on another computer.
    pub heads_folder: Option<String>,
    /// Whether they go to the computer's system log.
    #[serde(default)]
    pub syslog: bool,
}

/// A list of words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What the list is called.
    pub name: String,
    /// The words: names of medicines, places, colleagues.
    pub words: Vec<String>,
}

impl Organisation {
    /// Reads a document and finds whether it makes sense. Whether it is signed is another question:
    /// [`crate::accept()`] asks both.
    ///
    /// # Errors
    /// [`Mistake`]: what is wrong in the earliest line that is.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let places = Places::of(text)?;
        let organisation: Self = toml::from_str(text)
            .map_err(|error| places.mistake_at(error.span(), Wrong::form(&error)))?;
        rules::broken(&organisation)
            .into_iter()
            .map(|(field, wrong)| places.mistake_of(&field, wrong))
            .min_by_key(|mistake| mistake.line)
            .map_or(Ok(organisation), Err)
    }
}
