use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{PatientText, Provenance, RevisionNumber, UnixMillis};

/// A note: the sections of its template, in the template's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The template's identifier.
    pub template: String,
    /// The sections; one without statements shows the template's words for "nothing said".
    pub sections: Vec<Section>,
    /// What was said, is medically loaded and is covered by no statement.
    pub omissions: Vec<Omission>,
}

/// One section of a note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The template section's identifier.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// The words that stand here when there is no statement.
    pub empty: String,
    /// The statements, in order.
    pub statements: Vec<Statement>,
}

/// One line of a note, with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The line.
    pub text: PatientText,
    /// Who wrote it.
    pub origin: Origin,
    /// Whether the transcript bears it out.
    pub support: Support,
    /// Why it is not wholly supported; empty when it is.
    pub reason: PatientText,
    /// The words that it rests on.
    pub evidence: Vec<Evidence>,
}

/// Who wrote a statement, and who answers for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The language model.
    Model,
    /// The language model; a person has read it and keeps it as their own word.
    Accepted,
    /// A person, in the editor.
    Person,
}

/// How far the transcript bears a statement out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// Nothing in the transcript bears it out, or something contradicts it.
    Unsupported,
    /// A part of it is borne out.
    Partial,
    /// All of it is borne out.
    Supported,
}

/// Words of the transcript that a statement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The segment's index.
    pub segment: u32,
    /// First character of the words, counted in Unicode scalar values.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// A medically loaded turn that no statement covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Omission {
    /// The segment's index.
    pub segment: u32,
    /// Its text.
    pub text: PatientText,
    /// What makes it matter.
    pub why: PatientText,
}

/// A stored version of a note. Revisions are only ever added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// 1 for the first, then without gaps.
    pub number: RevisionNumber,
    /// When it was stored.
    pub at: UnixMillis,
    /// The note as of this revision.
    pub note: Note,
    /// How it was drafted; `None` for a person's edit.
    pub provenance: Option<Provenance>,
}

impl Statement {
    /// Whether the model wrote it, the transcript does not bear it out, and no person has changed,
    /// accepted or removed it yet: a note with such a statement is not signed.
    pub fn is_unresolved(&self) -> bool {
        self.origin == Origin::Model
            && self.support == Support::Unsupported
            && !self.text.is_blank()
    }
}

impl Note {
    /// How many statements a person has yet to change, accept or remove.
    pub fn unresolved(&self) -> usize {
        let open = self.statements().filter(|one| one.is_unresolved());
        open.count()
    }

    /// Every statement, section by section.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.sections.iter().flat_map(|section| &section.statements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unsupported_line_that_nobody_answers_for_is_unresolved() {
        for (text, origin, support, open) in [
            ("Take aspirin.", Origin::Model, Support::Unsupported, true),
            (
                "Take aspirin.",
                Origin::Accepted,
                Support::Unsupported,
                false,
            ),
            ("Take aspirin.", Origin::Person, Support::Unsupported, false),
            ("Take aspirin.", Origin::Model, Support::Partial, false),
            ("Take aspirin.", Origin::Model, Support::Supported, false),
            (" ", Origin::Model, Support::Unsupported, false),
        ] {
            let statement = Statement {
                text: text.into(),
                origin,
                support,
                reason: "".into(),
                evidence: Vec::new(),
            };
            assert_eq!(statement.is_unresolved(), open, "{origin:?} {support:?}");
        }
    }
}
