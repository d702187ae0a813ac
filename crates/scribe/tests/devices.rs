//! A visit whose microphone, memory or disk gives trouble.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs::File;
use std::path::{Path, PathBuf};

use capture::Pace;
use capture::faulty::Script;
use common::{prepared, speech, tone};
use scribe::{Alarm, Event, Recording, ScratchVault, ScribeError, Steps};
use vault::GapCause;
use visit::{Millis, Samples, Sha256Hex, VisitState};
use worker::protocol::ModelFile;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/audio")
        .join(name)
}

fn decoded(name: &str) -> Vec<f32> {
    let blocks = capture::decode_file(&fixture(name)).unwrap();
    blocks.flat_map(Result::unwrap).collect()
}

/// The device is away when a person has had enough: nothing is waited for.
#[test]
fn stop_works_while_the_microphone_is_away() {
    let scratch = ScratchVault::create().unwrap();
    let script = Script::new().sound(&tone(Millis(1_200))).stall_for_good();
    let open = || script.open("script", Pace::Fastest);
    let visit = prepared(scratch.vault());
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: None,
        draft: None,
    };
    let recording = Recording::start(scratch.vault().clone(), visit, open, steps, events).unwrap();
    while heard.recv().unwrap() != Event::Alarm(Alarm::Stalled { reason: None }) {}
    assert!(!recording.is_over(), "the visit goes on without sound");
    recording.stop().unwrap().wait().unwrap();
    let summary = scratch.vault().visit(visit).unwrap().summary;
    assert_eq!(
        (summary.state, summary.recorded),
        (VisitState::Recorded, Millis(1_200))
    );
}

/// Words are said before and after a gap of half a minute: each stands in the transcript at its
/// place in the recording, and the gap is marked between them.
#[test]
fn the_transcript_keeps_its_times_after_a_gap() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let hello = decoded("hello.flac");
    let script = Script::new()
        .sound(&hello)
        .stall(Millis(30_000))
        .sound(&hello)
        .end();
    let open = || script.open("script", Pace::Fastest);
    let visit = prepared(vault);
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: Some(speech()),
        draft: None,
    };
    let recording = Recording::start(vault.clone(), visit, open, steps, events).unwrap();
    drop(heard);
    let work = recording.until_end().unwrap();
    work.wait().unwrap().result.unwrap();

    let first = Samples::of(hello.len());
    let [gap] = vault.gaps(visit).unwrap().try_into().unwrap();
    assert_eq!(
        (gap.at, gap.length, gap.cause),
        (first, Millis(30_000).samples(), GapCause::Stalled)
    );
    let recorded = vault.recorded(visit).unwrap().samples;
    assert_eq!(recorded, first + first, "the gap itself takes no time");
    let segments = vault.segments(visit).unwrap();
    let (before, after): (Vec<_>, Vec<_>) = segments
        .iter()
        .partition(|segment| segment.start < gap.at.millis());
    for part in [&before, &after] {
        let text: String = part
            .iter()
            .map(|segment| segment.text.expose().to_lowercase())
            .collect();
        assert!(!text.trim().is_empty(), "{segments:?}");
    }
    assert!(after.iter().all(|s| s.end <= recorded.millis()));
}

/// A model that no computer has room for: it is refused with the reason, and the recording goes on.
#[cfg(target_os = "linux")]
#[test]
fn a_model_that_does_not_fit_is_refused_while_the_recording_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.bin");
    // A file with nothing in it, which takes no room on the disk.
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let mut speech = speech();
    speech.whisper = ModelFile {
        id: "huge".to_owned(),
        path,
        sha256: Sha256Hex::from_bytes([0; 32]),
    };
    let scratch = ScratchVault::create().unwrap();
    let visit = prepared(scratch.vault());
    let script = Script::new().sound(&tone(Millis(60_000))).end();
    let open = || script.open("script", Pace::RealTime);
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: Some(speech),
        draft: None,
    };
    let recording = Recording::start(scratch.vault().clone(), visit, open, steps, events).unwrap();
    let told = heard
        .iter()
        .find_map(|event| match event {
            Event::WorkerFailed { message, .. } => Some(message),
            _ => None,
        })
        .unwrap();
    assert!(
        told.contains("huge needs") && told.contains("are free") && told.contains("not loaded"),
        "{told}"
    );
    let then = scratch.vault().recorded(visit).unwrap().chunks;
    let goes_on = heard
        .iter()
        .filter(|event| matches!(event, Event::Kept { .. }))
        .take(3);
    assert_eq!(goes_on.count(), 3);
    let outcome = recording.stop().unwrap().wait().unwrap();
    assert!(matches!(outcome.result, Err(ScribeError::NoMemory { .. })));
    assert!(scratch.vault().recorded(visit).unwrap().chunks > then);
}
