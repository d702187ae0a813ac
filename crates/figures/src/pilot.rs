//! A pilot in figures: what was recorded, how long the signature took, what became of the drafts.
//!
//! Nothing here holds a word of a visit, nor says which visit a figure is of.

mod csv;
mod page;
mod plot;
mod report;

use serde::Serialize;
use visit::{Millis, Note, Origin, Statement, Support, UnixMillis};

use crate::words;

pub use report::{Report, Row};

/// The figures of some visits, as a vault gives them out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PilotFigures {
    /// Visits that were begun from then on.
    pub from: UnixMillis,
    /// Visits that were begun before then.
    pub until: UnixMillis,
    /// A visit each, the earliest first.
    pub visits: Vec<VisitFigures>,
    /// Whether the figures may be given for each person.
    pub per_person: bool,
}

/// The figures of one visit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VisitFigures {
    /// When it was begun.
    pub started_at: UnixMillis,
    /// Who signed it, or made it if nobody has; `None` where the figures are not given for each person, or
    /// where it is not known.
    pub account: Option<String>,
    /// Length of the recording.
    pub recorded: Millis,
    /// Whether all of it was erased: then what became of its draft is not known.
    pub erased: bool,
    /// Whether its note is signed.
    pub signed: bool,
    /// From the end of the recording to the signature, where both are in the audit log.
    pub to_signature: Option<Millis>,
    /// What became of the draft, where a model wrote one.
    pub draft: Option<DraftOutcome>,
}

/// What became of a model's draft.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DraftOutcome {
    /// How much of it stands in the note now, from 0 to 1: [`words::kept`] of their lines.
    pub kept: f64,
    /// Its lines that the transcript did not bear out.
    pub unsupported: Lines,
    /// Turns that were offered as left out.
    pub omissions_offered: u32,
    /// Those that a line of a person rests on now.
    pub omissions_taken: u32,
}

/// Lines of a draft that the transcript did not bear out, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// How many there were.
    pub found: u32,
    /// A person rewrote them.
    pub edited: u32,
    /// A person kept them as their own word.
    pub accepted: u32,
    /// They do not stand in the note any more, or were rewritten past recognition.
    pub removed: u32,
    /// The transcript bears them out after it was corrected.
    pub borne_out: u32,
    /// Nobody has answered for them yet.
    pub open: u32,
}

impl Lines {
    /// Adds those of another draft.
    pub const fn add(&mut self, other: &Self) {
        self.found += other.found;
        self.edited += other.edited;
        self.accepted += other.accepted;
        self.removed += other.removed;
        self.borne_out += other.borne_out;
        self.open += other.open;
    }
}

/// How much of a line has to be in another for it to be the same line, rewritten.
const REWRITTEN: f64 = 0.5;

impl DraftOutcome {
    /// From the draft as the model wrote it, and the note as it is now.
    pub fn of(draft: &Note, now: &Note) -> Self {
        let offered = draft.omissions.iter();
        let taken = offered.filter(|omission| {
            now.statements().any(|line| {
                let rests_on = |evidence: &visit::Evidence| evidence.segment == omission.segment;
                line.origin == Origin::Person && line.evidence.iter().any(rests_on)
            })
        });
        Self {
            kept: words::kept(&all_words(draft), &all_words(now)),
            unsupported: fates(draft, now),
            omissions_offered: count(draft.omissions.len()),
            omissions_taken: count(taken.count()),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn all_words(note: &Note) -> Vec<String> {
    let lines = note.statements();
    lines
        .flat_map(|line| words::words(line.text.expose()))
        .collect()
}

/// A line and the section that it stands in.
type Placed<'n> = (&'n str, &'n Statement);

fn placed(note: &Note) -> Vec<Placed<'_>> {
    let sections = note.sections.iter();
    sections
        .flat_map(|section| {
            let lines = section.statements.iter();
            lines.map(|line| (section.id.as_str(), line))
        })
        .collect()
}

fn same(one: &Statement, other: &Statement) -> bool {
    one.text.expose().trim() == other.text.expose().trim()
}

/// A line that stands there with the same words is the same line; of the others, a line that a person
/// wrote in the same section is the rewritten one that it is most like.
fn fates(draft: &Note, now: &Note) -> Lines {
    let (before, mut left) = (placed(draft), placed(now));
    let mut lines = Lines::default();
    let mut gone = Vec::new();
    for (section, line) in before.iter().filter(|(_, line)| line.is_unresolved()) {
        lines.found += 1;
        let Some(at) = left.iter().position(|(_, other)| same(line, other)) else {
            gone.push((*section, *line));
            continue;
        };
        let (_, found) = left.remove(at);
        match found.origin {
            Origin::Accepted | Origin::Person => lines.accepted += 1,
            Origin::Model if found.support == Support::Unsupported => lines.open += 1,
            Origin::Model => lines.borne_out += 1,
        }
    }
    let is_new = |(_, line): &Placed<'_>| {
        line.origin == Origin::Person && !before.iter().any(|(_, old)| same(old, line))
    };
    left.retain(is_new);
    for (section, line) in gone {
        let old = words::words(line.text.expose());
        let alike = left
            .iter()
            .enumerate()
            .filter(|(_, (place, _))| *place == section);
        let best = alike
            .map(|(at, (_, new))| (at, words::kept(&old, &words::words(new.text.expose()))))
            .filter(|(_, share)| *share >= REWRITTEN)
            .max_by(|(_, one), (_, other)| one.total_cmp(other));
        match best {
            Some((at, _)) => {
                left.remove(at);
                lines.edited += 1;
            }
            None => lines.removed += 1,
        }
    }
    lines
}

#[cfg(test)]
mod tests;
