use std::collections::HashSet;

use scribe::clock;
use tauri::State;
use vault::{ErasureReason, NewVisit, Vault, VisitContent, VisitSummary};
use visit::{Consent, PatientText, VisitId};

use crate::desk::{self, Desk};
use crate::failure::{Failure, FailureCode};
use crate::ipc::{
    Activity, EraseRequest, ListRequest, MissingSound, NewVisitRequest, SavedNote, SearchRequest,
    VisitRequest, VisitRow, VisitView,
};

/// Most characters of a patient label, a reason, a name or a query.
const LONGEST: usize = 200;

/// Most characters of the words that are expected: more than recognition has room for.
const MOST_EXPECTED: usize = 2000;

/// The latest visits, after those that were cut off, however old they are.
#[tauri::command(async)]
pub fn list_visits(desk: State<'_, Desk>, request: ListRequest) -> Result<Vec<VisitRow>, Failure> {
    let vault = desk.vault()?;
    Ok(unfinished_first(
        rows(&desk, vault.unfinished_visits()?),
        rows(&desk, vault.latest_visits(request.limit)?),
    ))
}

/// Of the first list those that nothing is being done about, then the others of the second.
fn unfinished_first(cut_off: Vec<VisitRow>, latest: Vec<VisitRow>) -> Vec<VisitRow> {
    let mut list: Vec<VisitRow> = cut_off.into_iter().filter(|row| row.unfinished).collect();
    let first: HashSet<VisitId> = list.iter().map(|row| row.id).collect();
    list.extend(latest.into_iter().filter(|row| !first.contains(&row.id)));
    list
}

/// The latest visits that hold what is looked for.
#[tauri::command(async)]
pub fn search_visits(
    desk: State<'_, Desk>,
    request: SearchRequest,
) -> Result<Vec<VisitRow>, Failure> {
    check_length(&request.query)?;
    let limit = request.limit as usize;
    let visits = desk.vault()?.search(request.query.expose(), limit)?;
    Ok(rows(&desk, visits))
}

/// One visit with its content, after it was entered in the audit log that it is read.
#[tauri::command(async)]
pub fn read_visit(desk: State<'_, Desk>, request: VisitRequest) -> Result<VisitView, Failure> {
    let id = request.visit;
    let VisitContent {
        record,
        segments,
        gaps,
        corrections,
        revision,
    } = desk.vault()?.read_visit(id)?;
    let saved = revision.map(|revision| SavedNote {
        number: revision.number,
        at: revision.at,
        drafted: revision.provenance.is_some(),
        unresolved: u32::try_from(revision.note.unresolved()).unwrap_or(u32::MAX),
        note: revision.note,
    });
    let gaps = gaps.into_iter().map(|gap| MissingSound {
        at: gap.at.millis(),
        missing: gap.length.millis(),
        cause: gap.cause,
    });
    Ok(VisitView {
        row: row(&desk, record.summary),
        consent: record.consent,
        source: desk.underway.device(id),
        segments,
        corrections,
        gaps: gaps.collect(),
        saved,
        signature: record.signature,
    })
}

/// Makes a visit, with its consent, before anything is heard.
#[tauri::command(async)]
pub fn prepare_visit(desk: State<'_, Desk>, request: NewVisitRequest) -> Result<VisitId, Failure> {
    let vault = desk.vault()?;
    Ok(vault.begin_visit(new_visit(&vault, request)?)?)
}

/// What the store is told of a visit that begins now.
pub(super) fn new_visit(vault: &Vault, request: NewVisitRequest) -> Result<NewVisit, Failure> {
    for text in [
        &request.patient_label,
        &request.reason,
        &request.consent.asked_by,
    ] {
        check_length(text)?;
    }
    if request.expected.expose().chars().count() > MOST_EXPECTED {
        let message = format!(
            "What will probably be spoken holds {MOST_EXPECTED} characters at most. Nothing was stored; shorten the list."
        );
        return Err(Failure::new(FailureCode::Rejected, message));
    }
    let template = desk::template(vault.organisation(), &request.template)?;
    let now = clock::now();
    Ok(NewVisit {
        consent: Consent {
            asked_by: request.consent.asked_by,
            given_by: request.consent.given_by,
            method: request.consent.method,
            wording: scribe::consent::WORDING.to_owned(),
            wording_version: scribe::consent::VERSION.to_owned(),
            at: now,
        },
        template: template.id,
        kind: request.kind,
        language: request.language,
        patient_label: request.patient_label,
        reason: request.reason,
        expected: request.expected,
        started_at: now,
    })
}

/// Erases parts of a visit, or all of it, for good. If it is being recorded or worked on, that
/// ends first: what a patient no longer agrees to does not wait for a transcript.
#[tauri::command(async)]
pub fn erase_visit(desk: State<'_, Desk>, request: EraseRequest) -> Result<(), Failure> {
    let vault = desk.vault()?;
    if request.reason == ErasureReason::Retention {
        let message = "Only the program itself erases because a time is over. Nothing was erased.";
        return Err(Failure::new(FailureCode::Rejected, message));
    }
    desk.underway.abandon(request.visit)?;
    vault.erase_parts(request.visit, &request.erased, request.reason, clock::now())?;
    Ok(())
}

pub(super) fn check_length(text: &PatientText) -> Result<(), Failure> {
    if text.expose().chars().count() > LONGEST {
        return Err(Failure::new(
            FailureCode::Rejected,
            format!(
                "Patient label, reason, names and what is searched for hold {LONGEST} characters at most. Nothing was stored; shorten the text."
            ),
        ));
    }
    Ok(())
}

fn rows(desk: &Desk, visits: Vec<VisitSummary>) -> Vec<VisitRow> {
    visits.into_iter().map(|visit| row(desk, visit)).collect()
}

fn row(desk: &Desk, summary: VisitSummary) -> VisitRow {
    let activity = desk.underway.activity(summary.id);
    // One that was erased meanwhile, or that does not open, is told of when it is opened.
    let vault = desk.vault().ok();
    let due = vault.and_then(|vault| vault.due(summary.id).ok());
    VisitRow {
        transcript_erased: summary.transcript_erased,
        will_be_erased: due.unwrap_or_default(),
        unfinished: activity == Activity::None && summary.unfinished,
        id: summary.id,
        started_at: summary.started_at,
        patient_label: summary.patient_label,
        reason: summary.reason,
        template: summary.template,
        state: summary.state,
        recorded: summary.recorded,
        imported: summary.imported,
        sound_erased: summary.sound_erased,
        segments: summary.segments,
        revision: summary.revision,
        activity,
    }
}
