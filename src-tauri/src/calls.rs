//! What each call of the page lets a person do, by the table of roles.

use governance::Command as C;

use self::Needs::{All, OneOf};

/// The commands that a role has to include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// All of these; none for what shows and changes nothing of the store.
    All(&'static [C]),
    /// One of these, depending on what is asked for.
    OneOf(&'static [C]),
}

/// Every call.
const CALLS: &[(&str, Needs)] = &[
    ("back_up", All(&[C::BackUp])),
    ("cancel_draft", All(&[C::DraftNote])),
    // Who spoke is a part of what a draft is made from: whoever may edit the note may correct it.
    ("correct_speaker", All(&[C::EditNote])),
    ("create_vault", All(&[C::CreateVault])),
    ("draft", All(&[C::DraftNote])),
    // Before there is a store: the check code of the recovery sheet decides, not a role.
    ("enrol_computer", All(&[])),
    ("erase_visit", OneOf(&[C::WithdrawConsent, C::Discard])),
    ("export_note", All(&[C::TakeNote])),
    ("import_recording", All(&[C::CreateVisit, C::Record])),
    ("judge_statement", All(&[C::DraftNote])),
    ("list_visits", All(&[C::ListVisits])),
    ("listen", All(&[])),
    ("lock_vault", All(&[C::LockVault])),
    ("note_text", All(&[C::TakeNote])),
    ("open_vault", All(&[C::OpenVault])),
    ("pause", All(&[C::Record])),
    ("prepare_visit", All(&[C::CreateVisit])),
    ("quit", All(&[])),
    ("read_retention", All(&[C::ReadRetention])),
    ("read_visit", All(&[C::ReadVisit])),
    ("record", All(&[C::Record])),
    ("report_incident", All(&[C::ReportIncident])),
    ("resume", All(&[C::Record])),
    ("save_note", All(&[C::EditNote])),
    ("search_visits", All(&[C::SearchVisits])),
    ("set_preferences", All(&[])),
    ("set_retention", All(&[C::ChangeRetention])),
    ("sign_note", All(&[C::SignNote])),
    ("sound_sources", All(&[])),
    ("startup", All(&[])),
    ("stop", All(&[C::Record])),
    ("take_correction_back", All(&[C::EditNote])),
];

/// What a call needs; `None` for one that is not known.
pub fn needs(call: &str) -> Option<Needs> {
    let found = CALLS.iter().find(|(name, _)| *name == call);
    found.map(|(_, needs)| *needs)
}

#[cfg(test)]
mod tests;
