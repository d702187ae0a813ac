use visit::template::TemplateError;

use crate::moment::Moment;

/// What is wrong in a document, and where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, {field}: {wrong}")]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: usize,
    /// The field, such as `person[2].account`: entries of a list are counted from 1.
    pub field: String,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What can be wrong.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// Not TOML, an unknown or a missing field, or a value of the wrong kind, in the TOML reader's
    /// words.
    #[error("{0}")]
    Form(String),
    /// Made for another version.
    #[error("this program reads format 1, not {0}")]
    Format(u32),
    /// Serials begin with 1.
    #[error("the serial begins with 1")]
    Serial,
    /// It would end before it begins.
    #[error("it must lie after its beginning, {0}")]
    Order(Moment),
    /// A text is missing, too long, or not one line of print.
    #[error("a text of 1 to {0} characters in one line is needed")]
    Text(usize),
    /// A list that is there has to have something in it.
    #[error("the list is empty; fill it, or leave it out where it may be left out")]
    Empty,
    /// Twice the same.
    #[error("{0:?} stands here twice")]
    Twice(String),
    /// Nothing that is spoken.
    #[error("a term has at least one letter or digit")]
    NoLetter,
    /// Too many terms.
    #[error("at most {0} terms are taken; leave out what is rarely spoken")]
    ManyTerms(usize),
    /// Not a domain.
    #[error("{0:?} is not a domain, such as clinic.example, in lower case")]
    Domain(String),
    /// Anybody gets an account there.
    #[error("anybody can get an account of {0}: name domains of your own")]
    Personal(String),
    /// The account is not of the organisation.
    #[error("{0} is not one of the organisation's domains")]
    ForeignDomain(String),
    /// Not an age recipient.
    #[error("a recovery key's public part, age1…, is needed")]
    RecoveryKey,
    /// The recovery key opens everything for ever, and is not for an emergency.
    #[error("the sheet of an emergency has a key of its own, another than the recovery key")]
    SameAsRecoveryKey,
    /// An access that ends at once, or hardly ever.
    #[error("an emergency access lasts 1 to {0} minutes")]
    EmergencyMinutes(u32),
    /// Where a folder lies has to be clear whoever looks.
    #[error("the whole path of the folder is needed, from its beginning: /… or a drive or \\\\…")]
    WholePath,
    /// The window would never lock, or all the time.
    #[error("1 to {0} minutes are needed")]
    IdleLock(u32),
    /// A pilot without visits.
    #[error("at least one visit is needed")]
    NoVisits,
    /// Not on the roster.
    #[error("{0} is not on the roster")]
    Stranger(String),
    /// No such template.
    #[error("there is no template {0:?}, neither of the program nor in this document")]
    UnknownTemplate(String),
    /// A figure beyond its limit: such a model is not approved.
    #[error("the figure {0:?} lies beyond the limit that was set for it")]
    Figure(String),
    /// A template that cannot be used.
    #[error("{0}")]
    Template(TemplateError),
}

impl Wrong {
    /// In the TOML reader's words, which quote the document: what does something to a terminal is
    /// written as its escape.
    pub(crate) fn form(error: &toml::de::Error) -> Self {
        let mut words = String::new();
        for character in error.message().chars() {
            if character.is_control() {
                words.extend(character.escape_default());
            } else {
                words.push(character);
            }
        }
        Self::Form(words)
    }
}
