//! The recorder and what goes on around it, with scripted sources and the real speech worker.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use capture::faulty::Script;
use capture::{CaptureError, Pace, Source};
use common::{prepared, speech, tone};
use crossbeam_channel::Receiver;
use scribe::{Alarm, Event, Recording, ScratchVault, ScribeError, Steps, Work, clock};
use vault::{Erased, ErasureReason, GapCause, Step, Vault};
use visit::{Millis, Samples, VisitId, VisitState};

fn steps() -> Steps {
    Steps {
        speech: Some(speech()),
        draft: None,
    }
}

fn start(
    vault: &Arc<Vault>,
    open: impl FnOnce() -> Result<Box<dyn Source>, CaptureError>,
) -> (VisitId, Recording, Receiver<Event>) {
    let visit = prepared(vault);
    let (events, heard) = crossbeam_channel::unbounded();
    let recording = Recording::start(vault.clone(), visit, open, steps(), events).unwrap();
    (visit, recording, heard)
}

#[test]
fn what_is_told_as_kept_is_in_the_vault() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let script = Script::new().sound(&tone(Millis(5_300))).end();
    let open = || script.open("script", Pace::Fastest);
    let (visit, recording, heard) = start(vault, open);
    let mut kept = Vec::new();
    let mut levels = 0;
    for event in heard {
        match event {
            Event::Kept { recorded } => {
                assert!(vault.recorded(visit).unwrap().samples.millis() >= recorded);
                kept.push(recorded);
            }
            Event::Level { dbfs, .. } => {
                levels += 1;
                assert!((-18.0..-15.0).contains(&dbfs), "{dbfs}");
            }
            _ => {}
        }
    }
    let halves = (1..=10).map(|n| Millis(500 * n)).chain([Millis(5_300)]);
    assert_eq!(kept, halves.collect::<Vec<_>>());
    assert_eq!(levels, 53);
    recording
        .until_end()
        .unwrap()
        .wait()
        .unwrap()
        .result
        .unwrap();
    assert_eq!(
        vault.visit(visit).unwrap().summary.state,
        VisitState::Recorded
    );
    assert_eq!(vault.settled(visit).unwrap(), Millis(5_300).samples());
    assert!(
        vault.segments(visit).unwrap().is_empty(),
        "a tone has no words"
    );
}

#[test]
fn gaps_are_told_and_marked_where_they_are() {
    let scratch = ScratchVault::create().unwrap();
    let script = Script::new()
        .sound(&tone(Millis(1_500)))
        .drop_out(Millis(250))
        .sound(&tone(Millis(1_000)))
        .stall(Millis(3_000))
        .sound(&tone(Millis(700)))
        .silence(Millis(12_000))
        .sound(&tone(Millis(300)))
        .replaced(Millis(2_000), "Spare microphone")
        .sound(&tone(Millis(100)))
        .end();
    let open = || script.open("script", Pace::Fastest);
    let (visit, recording, heard) = start(scratch.vault(), open);
    let mut alarms = Vec::new();
    let mut told = Vec::new();
    for event in heard {
        match event {
            // How full this computer's disk is, is no matter of this test.
            Event::Alarm(Alarm::DiskLow { .. } | Alarm::DiskShort { .. } | Alarm::DiskEnough) => {}
            Event::Alarm(alarm) => alarms.push(alarm),
            Event::Gap { at, missing, cause } => told.push((at, missing, cause)),
            _ => {}
        }
    }
    assert_eq!(
        alarms,
        [
            Alarm::Dropped {
                missing: Millis(250)
            },
            Alarm::Stalled { reason: None },
            Alarm::Recovered {
                missing: Millis(3_000),
                device: None,
            },
            Alarm::Silent,
            Alarm::SignalAgain {
                silent: Millis(12_000)
            },
            Alarm::Stalled { reason: None },
            Alarm::Recovered {
                missing: Millis(2_000),
                device: Some("Spare microphone".to_owned()),
            },
        ]
    );
    recording.until_end().unwrap().wait().unwrap();
    let gaps: Vec<(Millis, Millis, GapCause)> = scratch
        .vault()
        .gaps(visit)
        .unwrap()
        .into_iter()
        .map(|gap| (gap.at.millis(), gap.length.millis(), gap.cause))
        .collect();
    assert_eq!(
        gaps,
        [
            (Millis(1_500), Millis(250), GapCause::Dropped),
            (Millis(2_500), Millis(3_000), GapCause::Stalled),
            (Millis(3_200), Millis(12_000), GapCause::Silent),
            (Millis(15_500), Millis(2_000), GapCause::Stalled),
        ]
    );
    assert_eq!(told, gaps, "what is shown is what is stored");
}

#[test]
fn a_source_that_fails_ends_the_recording_and_keeps_what_it_gave() {
    let scratch = ScratchVault::create().unwrap();
    let script = Script::new()
        .sound(&tone(Millis(2_400)))
        .fail("the microphone was unplugged");
    let open = || script.open("script", Pace::Fastest);
    let (visit, recording, heard) = start(scratch.vault(), open);
    let told = heard.into_iter().any(|event| {
        event
            == Event::Alarm(Alarm::SourceFailed {
                message: "the microphone was unplugged".to_owned(),
            })
    });
    assert!(told);
    recording
        .until_end()
        .unwrap()
        .wait()
        .unwrap()
        .result
        .expect_err("it can go on");
    let summary = scratch.vault().visit(visit).unwrap().summary;
    assert_eq!(
        (summary.state, summary.recorded),
        (VisitState::Paused, Millis(2_400))
    );
}

#[test]
fn a_pause_commits_what_was_said_before_and_leaves_out_what_is_said_meanwhile() {
    let scratch = ScratchVault::create().unwrap();
    let script = Script::new().sound(&tone(Millis(60_000))).end();
    let open = || script.open("script", Pace::RealTime);
    let (visit, recording, heard) = start(scratch.vault(), open);
    let wait_for = |wanted: &dyn Fn(&Event) -> bool| {
        let patience = std::time::Duration::from_secs(20);
        while !wanted(&heard.recv_timeout(patience).expect("it should be told")) {}
    };
    wait_for(&|event| matches!(event, Event::Kept { recorded } if recorded.0 >= 1_000));
    recording.pause().unwrap();
    wait_for(&|event| {
        *event
            == Event::State {
                visit,
                state: VisitState::Paused,
            }
    });
    let paused = scratch.vault().recorded(visit).unwrap().samples;
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(scratch.vault().recorded(visit).unwrap().samples, paused);
    recording.resume().unwrap();
    wait_for(&|event| {
        *event
            == Event::State {
                visit,
                state: VisitState::Recording,
            }
    });
    wait_for(&|event| matches!(event, Event::Kept { .. }));
    recording.stop().unwrap().wait().unwrap().result.unwrap();
    let recorded = scratch.vault().recorded(visit).unwrap().samples;
    assert!(recorded > paused && recorded < Samples(60 * 16_000));
}

#[test]
fn a_recording_needs_no_model() {
    let scratch = ScratchVault::create().unwrap();
    let script = Script::new().sound(&tone(Millis(2_400))).end();
    let open = || script.open("script", Pace::Fastest);
    let visit = prepared(scratch.vault());
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: None,
        draft: None,
    };
    let recording = Recording::start(scratch.vault().clone(), visit, open, steps, events).unwrap();
    let outcome = recording.until_end().unwrap().wait().unwrap();
    assert!(matches!(outcome.result, Ok(None)));
    assert_eq!(outcome.speech_peak_memory, 0, "no worker was started");
    let kept = |event: &Event| matches!(event, Event::Kept { .. });
    assert_eq!(heard.into_iter().filter(kept).count(), 5);
    let summary = scratch.vault().visit(visit).unwrap().summary;
    assert_eq!(
        (summary.state, summary.recorded),
        (VisitState::Recorded, Millis(2_400))
    );
}

/// The store as a killed program leaves it: chunks, and a state that says "recording".
#[test]
fn a_recording_that_was_cut_off_can_be_finished() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let visit = prepared(vault);
    vault.set_state(visit, VisitState::Recording).unwrap();
    let hello = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/audio/hello.flac");
    let mut pcm: Vec<i16> = Vec::new();
    for block in capture::decode_file(&hello).unwrap() {
        pcm.extend(block.unwrap().iter().map(|s| (s * 32_767.0) as i16));
    }
    for (number, chunk) in (0_u32..).zip(pcm.chunks(16_000)) {
        vault.append_chunk(visit, number, chunk).unwrap();
    }
    assert!(vault.visits().unwrap()[0].state.is_unfinished());

    // The program has died of it twice: the visit opens without it, and then it is tried again.
    assert_eq!(vault.begin_step(visit, Step::Transcribe).unwrap(), 0);
    assert_eq!(vault.begin_step(visit, Step::Transcribe).unwrap(), 1);
    let work = || {
        let (events, heard) = crossbeam_channel::unbounded();
        let work = Work::on_recorded(vault.clone(), visit, steps(), events).unwrap();
        drop(heard);
        work.wait().unwrap().result
    };
    assert!(matches!(work(), Err(ScribeError::LeftOut { times: 2, .. })));
    assert_eq!(vault.chunk(visit, 0).unwrap(), pcm[..16_000]);
    assert_eq!(vault.segments(visit).unwrap(), []);
    work().unwrap();
    assert_eq!(
        vault.visit(visit).unwrap().summary.state,
        VisitState::Recorded
    );
    let words: String = vault
        .segments(visit)
        .unwrap()
        .iter()
        .map(|s| s.text.expose().to_lowercase())
        .collect();
    let expected = std::fs::read_to_string(hello.with_extension("txt"))
        .unwrap()
        .to_lowercase();
    let known = expected
        .split_whitespace()
        .filter(|word| words.contains(word.trim_matches('.')))
        .count();
    assert!(
        known * 10 >= expected.split_whitespace().count() * 7,
        "{words}"
    );
}

/// The store as a killed program leaves it, and a microphone that is opened once more.
#[test]
fn a_recording_that_was_cut_off_can_go_on() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let visit = prepared(vault);
    vault.set_state(visit, VisitState::Recording).unwrap();
    let second: Vec<i16> = (0..16_000).map(|n| n as i16).collect();
    vault.append_chunk(visit, 0, &second).unwrap();
    vault.append_chunk(visit, 1, &second[..5_000]).unwrap();

    let script = Script::new().sound(&tone(Millis(1_500))).end();
    let open = || script.open("script", Pace::Fastest);
    let (events, heard) = crossbeam_channel::unbounded();
    let recording = Recording::start(vault.clone(), visit, open, steps(), events).unwrap();
    let kept: Vec<Millis> = heard
        .into_iter()
        .filter_map(|event| match event {
            Event::Kept { recorded } => Some(recorded),
            _ => None,
        })
        .collect();
    recording.until_end().unwrap().wait().unwrap();
    let before = Samples(21_000).millis().0;
    assert_eq!(
        kept,
        [before + 500, before + 1_000, before + 1_500].map(Millis)
    );
    assert_eq!(vault.chunk(visit, 0).unwrap(), second);
    assert_eq!(vault.chunk(visit, 1).unwrap(), second[..5_000]);
    assert_eq!(vault.recorded(visit).unwrap().chunks, 5);
    let [gap] = vault.gaps(visit).unwrap().try_into().unwrap();
    assert_eq!((gap.at, gap.cause), (Samples(21_000), GapCause::CutOff));
}

/// A program that quits is not one that died: however often it quits, no step is left out.
#[test]
fn work_that_is_ended_in_order_does_not_count_as_a_death() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let script = Script::new().sound(&tone(Millis(120_000))).end();
    let open = || script.open("script", Pace::Fastest);
    let alone = Steps {
        speech: None,
        draft: None,
    };
    let (events, _heard) = crossbeam_channel::unbounded();
    let visit = prepared(vault);
    let recording = Recording::start(vault.clone(), visit, open, alone, events).unwrap();
    recording.until_end().unwrap().wait().unwrap();
    for _ in 0..3 {
        let (events, heard) = crossbeam_channel::unbounded();
        let work = Work::on_recorded(vault.clone(), visit, steps(), events).unwrap();
        work.end().cancel();
        let result = work.wait().unwrap().result;
        assert!(matches!(result, Err(ScribeError::Ended)), "{result:?}");
        let failed = |event: &Event| matches!(event, Event::WorkerFailed { .. });
        assert!(!heard.into_iter().any(|event| failed(&event)));
    }
    assert_eq!(vault.begin_step(visit, Step::Transcribe).unwrap(), 0);
}

/// Consent withdrawn in the middle: the recording ends by itself, and nothing of it is left.
#[test]
fn a_visit_that_is_erased_while_it_is_recorded_stops_and_is_gone() {
    let scratch = ScratchVault::create().unwrap();
    let script = Script::new().sound(&tone(Millis(60_000))).end();
    let open = || script.open("script", Pace::RealTime);
    let (visit, recording, heard) = start(scratch.vault(), open);
    for event in &heard {
        if matches!(event, Event::Kept { .. }) {
            break;
        }
    }
    let reason = ErasureReason::ConsentWithdrawn;
    scratch
        .vault()
        .erase(visit, Erased::Visit, reason, clock::now())
        .unwrap();
    let alarmed = heard
        .into_iter()
        .any(|event| matches!(event, Event::Alarm(Alarm::StoreFailed { .. })));
    assert!(alarmed, "whoever records is told that nothing is kept");
    recording.until_end().unwrap().wait().unwrap();
    assert!(scratch.vault().visits().unwrap().is_empty());
    let [tombstone] = scratch.vault().tombstones().unwrap().try_into().unwrap();
    assert_eq!((tombstone.visit, tombstone.reason), (visit, reason));
}
