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
    ("admit_person", All(&[C::AdmitPerson])),
    ("back_up", All(&[C::BackUp])),
    ("cancel_draft", All(&[C::DraftNote])),
    // Who spoke is a part of what a draft is made from: whoever may edit the note may correct it.
    ("correct_speaker", All(&[C::EditNote])),
    ("create_vault", All(&[C::CreateVault])),
    ("draft", All(&[C::DraftNote])),
    // Before there is a store: the check code of the recovery sheet decides, not a role.
    ("enrol_computer", All(&[])),
    ("erase_visit", OneOf(&[C::WithdrawConsent, C::Discard])),
    ("export_log", All(&[C::ExportLog])),
    ("export_note", All(&[C::TakeNote])),
    ("import_recording", All(&[C::CreateVisit, C::Record])),
    ("judge_statement", All(&[C::DraftNote])),
    ("lift_lockdown", All(&[C::LiftLockdown])),
    ("list_visits", All(&[C::ListVisits])),
    ("listen", All(&[])),
    ("lock_vault", All(&[C::LockVault])),
    ("make_pack", All(&[C::MakeIncidentPack])),
    ("note_text", All(&[C::TakeNote])),
    ("open_vault", All(&[C::OpenVault])),
    ("pause", All(&[C::Record])),
    // A scratch store, before there is another.
    ("play_sample", All(&[])),
    ("prepare_visit", All(&[C::CreateVisit])),
    ("quit", All(&[])),
    ("read_incident", All(&[C::ReportIncident])),
    ("read_log", All(&[C::ShowLog])),
    ("read_retention", All(&[C::ReadRetention])),
    ("read_visit", All(&[C::ReadVisit])),
    ("read_worksheet", All(&[C::ShowWorksheet])),
    // Who is on the roster and which models are approved: nothing of a visit.
    ("read_workstation", All(&[C::OpenVault])),
    ("record", All(&[C::Record])),
    ("report_incident", All(&[C::ReportIncident])),
    ("resume", All(&[C::Record])),
    ("save_note", All(&[C::EditNote])),
    ("search_visits", All(&[C::SearchVisits])),
    ("set_preferences", All(&[])),
    ("set_retention", All(&[C::ChangeRetention])),
    // Before there is a store, as `create_vault` is for who has no organisation yet.
    ("set_up_practice", All(&[])),
    ("sign_note", All(&[C::SignNote])),
    ("sound_sources", All(&[])),
    ("startup", All(&[])),
    ("stop", All(&[C::Record])),
    ("take_correction_back", All(&[C::EditNote])),
    ("take_document", All(&[C::TakeDocument])),
    ("write_lift_statement", All(&[C::LiftLockdown])),
];

/// What a call needs; `None` for one that is not known.
pub fn needs(call: &str) -> Option<Needs> {
    let found = CALLS.iter().find(|(name, _)| *name == call);
    found.map(|(_, needs)| *needs)
}

#[cfg(test)]
mod tests;
