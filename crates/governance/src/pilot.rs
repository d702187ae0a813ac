use serde::Deserialize;
use visit::UnixMillis;

use crate::account::Account;
use crate::moment::Moment;

/// What a pilot is limited to. A list that is not there limits nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pilot {
    /// Who takes part; everybody on the roster if it is not said.
    pub people: Option<Vec<Account>>,
    /// The kinds of visit, as the organisation calls them.
    pub kinds: Option<Vec<String>>,
    /// The templates, by their identifiers.
    pub templates: Option<Vec<String>>,
    /// The first moment of the pilot.
    pub from: Moment,
    /// The first moment after it.
    pub until: Moment,
    /// How many visits it has altogether.
    pub visits: Option<u32>,
}

/// A visit that is about to begin.
#[derive(Clone, Copy, Debug)]
pub struct VisitAsked<'a> {
    /// Who begins it.
    pub account: &'a Account,
    /// Its kind; none was chosen if `None`.
    pub kind: Option<&'a str>,
    /// The template's identifier.
    pub template: &'a str,
    /// When.
    pub at: UnixMillis,
    /// Visits of the pilot that were begun before.
    pub before: u32,
}

/// Why a visit lies outside the pilot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfScope {
    /// The pilot has not begun.
    #[error("the pilot begins on {0}; no visit was made")]
    NotYet(Moment),
    /// The pilot is over.
    #[error("the pilot ended on {0}; no visit was made")]
    Ended(Moment),
    /// The person does not take part.
    #[error("{0} does not take part in the pilot; no visit was made")]
    Person(Account),
    /// No kind was chosen, and the pilot names some.
    #[error("choose a kind of visit: {}. No visit was made", .0.join(", "))]
    NoKind(Vec<String>),
    /// Another kind of visit.
    #[error("visits of the kind {kind:?} are not part of the pilot, which has: {}. No visit was made", .listed.join(", "))]
    Kind {
        /// The kind that was asked for.
        kind: String,
        /// Those of the pilot.
        listed: Vec<String>,
    },
    /// Another template.
    #[error("the template {template:?} is not part of the pilot, which has: {}. Nothing was made", .listed.join(", "))]
    Template {
        /// The template that was asked for.
        template: String,
        /// Those of the pilot.
        listed: Vec<String>,
    },
    /// All its visits were made.
    #[error("the pilot has {0} visits, and all of them were made; no visit was made")]
    Visits(u32),
}

impl Pilot {
    /// Whether a visit lies within it.
    ///
    /// # Errors
    /// [`OutOfScope`].
    pub fn permits(&self, asked: &VisitAsked<'_>) -> Result<(), OutOfScope> {
        if asked.at < self.from.0 {
            return Err(OutOfScope::NotYet(self.from));
        }
        if asked.at >= self.until.0 {
            return Err(OutOfScope::Ended(self.until));
        }
        let takes_part = |people: &Vec<Account>| people.contains(asked.account);
        if !self.people.as_ref().is_none_or(takes_part) {
            return Err(OutOfScope::Person(asked.account.clone()));
        }
        if let Some(listed) = &self.kinds {
            let kind = asked
                .kind
                .ok_or_else(|| OutOfScope::NoKind(listed.clone()))?;
            if !listed.iter().any(|known| known == kind) {
                return Err(OutOfScope::Kind {
                    kind: kind.to_owned(),
                    listed: listed.clone(),
                });
            }
        }
        self.permits_template(asked.template)?;
        match self.visits {
            Some(most) if asked.before >= most => Err(OutOfScope::Visits(most)),
            _ => Ok(()),
        }
    }

    /// Whether notes of a template lie within it.
    ///
    /// # Errors
    /// [`OutOfScope::Template`].
    pub fn permits_template(&self, template: &str) -> Result<(), OutOfScope> {
        match &self.templates {
            Some(listed) if !listed.iter().any(|known| known == template) => {
                Err(OutOfScope::Template {
                    template: template.to_owned(),
                    listed: listed.clone(),
                })
            }
            _ => Ok(()),
        }
    }
}
