use crossbeam_channel::{Receiver, unbounded};
use scribe::{Event, Recording};
use tauri::{AppHandle, Manager as _, State};
use visit::VisitId;

use crate::desk::{self, Desk};
use crate::failure::{Failure, FailureCode};
use crate::ipc::{RecordRequest, SoundSource};

/// Where sound can come from.
#[tauri::command(async)]
pub fn sound_sources(desk: State<'_, Desk>) -> Result<Vec<SoundSource>, Failure> {
    desk.sound_sources()
}

/// Starts recording a prepared visit, or goes on with one that was cut off; answers what the source
/// of sound is called. A model that is missing is told as an alarm: what is said now is recorded all
/// the same, and can be written down later.
#[tauri::command(async)]
pub fn record(
    app: AppHandle,
    desk: State<'_, Desk>,
    request: RecordRequest,
) -> Result<String, Failure> {
    let vault = desk.vault()?;
    let visit = request.visit;
    let (steps, missing) = desk::possible_steps(&vault.visit(visit)?.summary.template)?;
    let (events, heard) = unbounded();
    let told = events.clone();
    let device = desk.underway.start_recording(visit, || {
        let open = || desk.open_source(request.source.as_deref());
        Ok(Recording::start(vault, visit, open, steps, events)?)
    })?;
    for event in missing {
        let _ = told.send(event);
    }
    drop(told);
    pass_on(app, visit, heard)?;
    Ok(device)
}

/// Passes a visit's events on to the page until its work has ended.
pub(super) fn pass_on(
    app: AppHandle,
    visit: VisitId,
    events: Receiver<Event>,
) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("events".to_owned())
        .spawn(move || {
            let desk = app.state::<Desk>();
            for event in events {
                desk.underway.heard(visit, &event);
                desk.tell(desk::about(visit, event));
            }
            desk.underway.ended(visit);
        })
        .map(drop)
        .map_err(|cause| {
            Failure::new(
                FailureCode::Work,
                format!(
                    "The visit goes on, but cannot be shown: no thread could be started ({cause})."
                ),
            )
        })
}

/// Closes the microphone for a while.
#[tauri::command(async)]
pub fn pause(desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.underway.order(Recording::pause)
}

/// Opens the microphone again.
#[tauri::command(async)]
pub fn resume(desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.underway.order(Recording::resume)
}

/// Ends the recording; transcript and note follow by themselves.
#[tauri::command(async)]
pub fn stop(desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.underway
        .stop_recording()
        .unwrap_or_else(|| Err(Failure::not_recording()))
}
