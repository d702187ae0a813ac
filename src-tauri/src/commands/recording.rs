use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use scribe::{Event, Import, Recording, Steps};
use tauri::{AppHandle, Manager as _, State};
use visit::VisitId;

use super::visits;
use crate::desk::{self, Desk};
use crate::failure::{Failure, FailureCode};
use crate::ipc::{ImportRequest, RecordRequest, SoundSource};

/// Where sound can come from.
#[tauri::command(async)]
pub fn sound_sources(desk: State<'_, Desk>) -> Result<Vec<SoundSource>, Failure> {
    desk.sound_sources()
}

/// Starts recording a prepared visit, or goes on with one that was cut off; answers what the source
/// of sound is called. An import goes on in its file. A model that is missing is told as an alarm: what
/// is said now is recorded all the same, and can be written down later.
#[tauri::command(async)]
pub fn record(
    app: AppHandle,
    desk: State<'_, Desk>,
    request: RecordRequest,
) -> Result<String, Failure> {
    let vault = desk.vault()?;
    let visit = request.visit;
    let summary = vault.visit(visit)?.summary;
    let template = summary.template.as_str();
    if summary.imported {
        let import = Import::resume(vault, visit, None)?;
        return run(app, &desk, (visit, template), |steps, events| {
            Ok(import.start(steps, events)?)
        });
    }
    run(app, &desk, (visit, template), |steps, events| {
        let open = || desk.open_source(request.source.as_deref());
        Ok(Recording::start(vault, visit, open, steps, events)?)
    })
}

/// Makes a visit of an existing recording and starts to read it. A file that is no recording makes no
/// visit.
#[tauri::command(async)]
pub fn import_recording(
    app: AppHandle,
    desk: State<'_, Desk>,
    request: ImportRequest,
) -> Result<VisitId, Failure> {
    desk.not_in_a_sample()?;
    let vault = desk.vault()?;
    if desk.underway.is_recording() {
        return Err(Failure::new(
            FailureCode::Busy,
            "Another visit is being recorded. Stop it before you import a recording.",
        ));
    }
    let file = from_the_root(request.file.expose())?;
    let new = visits::new_visit(&vault, request.visit)?;
    let template = new.template.clone();
    let import = Import::begin(vault, new, &file)?;
    let visit = import.visit();
    run(app, &desk, (visit, template.as_str()), |steps, events| {
        Ok(import.start(steps, events)?)
    })?;
    Ok(visit)
}

/// The path that a person has named, perhaps between quotation marks, as file managers copy it.
fn from_the_root(named: &str) -> Result<PathBuf, Failure> {
    let named = named.trim();
    let bare = named
        .strip_prefix(['"', '\''])
        .and_then(|rest| rest.strip_suffix(['"', '\'']))
        .unwrap_or(named);
    if Path::new(bare).is_absolute() {
        return Ok(PathBuf::from(bare));
    }
    Err(Failure::new(
        FailureCode::Rejected,
        "Name the file with its whole path, such as /media/recorder/visit.m4a. Nothing was imported.",
    ))
}

/// Starts a recording with the steps that there are models for, and passes on what it tells.
fn run(
    app: AppHandle,
    desk: &Desk,
    (visit, template): (VisitId, &str),
    start: impl FnOnce(Steps, Sender<Event>) -> Result<Recording, Failure>,
) -> Result<String, Failure> {
    let (steps, missing) = desk::possible_steps(desk.vault()?.organisation(), template)?;
    let (events, heard) = unbounded();
    let told = events.clone();
    let device = desk
        .underway
        .start_recording(visit, || start(steps, events))?;
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
            let mut sparing = Sparing::default();
            for event in events {
                desk.underway.heard(visit, &event);
                sparing.pass(event, Instant::now(), |event| {
                    desk.tell(desk::about(visit, event));
                });
            }
            desk.underway.ended(visit);
            desk.lock_when_done();
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

/// A file is read many times as fast as it plays: of the half seconds that are kept, the page is told
/// ten times a second, and before anything else is.
#[derive(Default)]
struct Sparing {
    told: Option<Instant>,
    held: Option<Event>,
}

impl Sparing {
    const PAUSE: Duration = Duration::from_millis(100);

    fn pass(&mut self, event: Event, now: Instant, mut tell: impl FnMut(Event)) {
        if matches!(event, Event::Kept { .. }) {
            if self.told.is_some_and(|told| now - told < Self::PAUSE) {
                self.held = Some(event);
                return;
            }
            self.told = Some(now);
            self.held = None;
        } else if let Some(held) = self.held.take() {
            tell(held);
        }
        tell(event);
    }
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

/// Ends the recording; transcript and note follow by themselves. An import can be gone on with.
#[tauri::command(async)]
pub fn stop(desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.underway
        .stop_recording()
        .unwrap_or_else(|| Err(Failure::not_recording()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use visit::Millis;

    use super::*;

    #[test]
    fn of_what_is_kept_in_quick_succession_the_last_is_told_before_anything_else() {
        let (mut sparing, begin, mut told) = (Sparing::default(), Instant::now(), Vec::new());
        let kept = |at| Event::Kept {
            recorded: Millis(at),
        };
        for (after, event) in [
            (0, kept(500)),
            (5, kept(1_000)),
            (9, kept(1_500)),
            (12, Event::Interrupted),
            (50, kept(2_000)),
            (120, kept(2_500)),
            (600, kept(3_000)),
        ] {
            let now = begin + Duration::from_millis(after);
            sparing.pass(event, now, |event| told.push(event));
        }
        let expected = [
            kept(500),
            kept(1_500),
            Event::Interrupted,
            kept(2_500),
            kept(3_000),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_file_is_named_from_the_root_on() {
        for named in [
            "/a/b c.m4a",
            " /a/b c.m4a\n",
            "\"/a/b c.m4a\"",
            "'/a/b c.m4a'",
        ] {
            let path = from_the_root(named).unwrap();
            assert_eq!(path, Path::new("/a/b c.m4a"), "{named}");
        }
        for named in ["", "b.m4a", "\"", "~/b.m4a"] {
            let refused = from_the_root(named).err().unwrap();
            assert_eq!(refused.code, FailureCode::Rejected, "{named}");
        }
    }
}
