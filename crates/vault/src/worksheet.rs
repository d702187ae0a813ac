//! What the audit log says of a time in which something may have happened: which visits were touched, by
//! whom, and what of them (the facts that 45 CFR 164.402(2) and 164.404(c) ask for). Visits stand there by
//! their identifiers: who they belong to is looked up by a person whose role includes it.

use std::collections::{BTreeMap, BTreeSet};

use audit::{Act, Entry, Line, Outcome};
use governance::Command;
use serde::Serialize;
use visit::{UnixMillis, VisitId};

use crate::error::VaultError;
use crate::lockdown::Incidents;
use crate::log::End;
use crate::vault::Vault;

/// A kind of what is kept of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Label, reason, consent.
    Cover,
    /// The recording.
    Sound,
    /// The transcript.
    Transcript,
    /// The note.
    Note,
}

/// A visit that was touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TouchedVisit {
    /// Which.
    pub visit: VisitId,
    /// The first act.
    pub first: UnixMillis,
    /// The last one.
    pub last: UnixMillis,
    /// How many there were.
    pub acts: u32,
    /// By whom, as the log names them.
    pub by: BTreeSet<String>,
    /// What of it was seen, changed or taken.
    pub kinds: BTreeSet<Kind>,
    /// Whether a note left the program.
    pub left: bool,
}

/// The facts of a breach worksheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Worksheet {
    /// From then on.
    pub from: UnixMillis,
    /// Until then.
    pub until: UnixMillis,
    /// How many incidents were reported in this vault so far.
    pub reported: u32,
    /// Visits that were touched in that time.
    pub touched: Vec<TouchedVisit>,
    /// Visits that the vault holds: as many are concerned where it was lost with what opens it.
    pub kept: u32,
    /// Entries of the log that were looked at.
    pub entries: u64,
    /// What is wrong with the log; then the list may have gaps.
    pub fault: Option<String>,
}

impl Vault {
    /// What was touched from one moment to another, after it was entered that somebody looks.
    ///
    /// # Errors
    /// [`VaultError::NotForRole`]; what the store answers.
    pub fn worksheet(&self, from: UnixMillis, until: UnixMillis) -> Result<Worksheet, VaultError> {
        self.may(Command::ShowWorksheet)?;
        let Incidents { reported, .. } = self.incidents()?;
        let (end, kept) = self.commit(|transaction| {
            self.note(transaction, Act::WorksheetShown)?;
            let kept =
                transaction.query_row("SELECT count(*) FROM visits", [], |row| row.get(0))?;
            Ok((End::of(transaction)?, kept))
        })?;
        let mut touched = BTreeMap::new();
        let state = self.walk(&end, &mut |line| {
            if let Ok(Line::Entry(entry)) = Line::read(line)
                && (from..=until).contains(&entry.at)
            {
                touch(&mut touched, &entry);
            }
            Ok(())
        })?;
        Ok(Worksheet {
            from,
            until,
            reported,
            touched: touched.into_values().collect(),
            kept,
            entries: state.entries,
            fault: state.fault.map(|fault| fault.to_string()),
        })
    }
}

fn touch(touched: &mut BTreeMap<VisitId, TouchedVisit>, entry: &Entry) {
    let Some(visit) = entry.act.visit() else {
        return;
    };
    if entry.act.outcome() != Outcome::Done {
        return;
    }
    let found = touched.entry(visit).or_insert_with(|| TouchedVisit {
        visit,
        first: entry.at,
        last: entry.at,
        acts: 0,
        by: BTreeSet::new(),
        kinds: BTreeSet::new(),
        left: false,
    });
    found.first = found.first.min(entry.at);
    found.last = found.last.max(entry.at);
    found.acts = found.acts.saturating_add(1);
    found.by.insert(entry.who.to_string());
    found.kinds.extend(kinds(&entry.act));
    found.left |= matches!(entry.act, Act::NoteTaken { .. } | Act::NoteExported { .. });
}

/// What of a visit somebody has in front of them who does this.
fn kinds(act: &Act) -> &'static [Kind] {
    use Kind::{Cover, Note, Sound, Transcript};
    match act {
        Act::RecordingBegun { .. }
        | Act::RecordingPaused { .. }
        | Act::RecordingEnded { .. }
        | Act::ImportBegun { .. } => &[Sound],
        Act::VisitRead { .. } => &[Cover, Transcript, Note],
        Act::DraftMade { .. }
        | Act::VisitDrafted { .. }
        | Act::NoteEdited { .. }
        | Act::NoteSigned { .. } => &[Transcript, Note],
        Act::NoteTaken { .. } | Act::NoteExported { .. } => &[Cover, Note],
        Act::SpeakersCorrected { .. } | Act::CorrectionTakenBack { .. } => &[Transcript],
        _ => &[Cover],
    }
}
