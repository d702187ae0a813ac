//! A store that refuses in the middle of a recording: for a while, and for good.
//!
//! The store is made to refuse by forbidding this process to write to files. That would take every
//! other test with it, so the test runs in a process of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::Command;
use std::time::Duration;

use capture::Pace;
use capture::faulty::Script;
use common::{prepared, tone};
use crossbeam_channel::Receiver;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use scribe::{Alarm, Event, Recording, ScratchVault, ScribeError, Steps};
use vault::{GapCause, Vault};
use visit::{Millis, SAMPLE_RATE, Samples, VisitId, VisitState};

const CHILD: &str = "INROOM_SCRIBE_TEST_REFUSING_STORE";

#[test]
fn what_a_store_refuses_for_a_while_is_held_and_what_it_refuses_for_good_can_go_on_later() {
    // A write beyond the limit is answered with an error only where its signal is ignored.
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --ignored --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
#[ignore = "the other test's child process"]
fn recorder_on_a_refusing_store() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    refused_for_a_while();
    refused_for_good();
}

/// Whether this process may write to files.
fn may_write(yes: bool) {
    let whole = getrlimit(Resource::Fsize);
    let current = if yes { whole.maximum } else { Some(1) };
    let maximum = whole.maximum;
    setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
}

fn until(heard: &Receiver<Event>, wanted: impl Fn(&Event) -> bool) {
    let patience = Duration::from_secs(120);
    while !wanted(&heard.recv_timeout(patience).expect("it should be told")) {}
}

fn recorded(vault: &Vault, visit: VisitId) -> Vec<i16> {
    let chunks = 0..vault.recorded(visit).unwrap().chunks;
    chunks
        .flat_map(|number| vault.chunk(visit, number).unwrap())
        .collect()
}

const ALONE: Steps = Steps {
    speech: None,
    draft: None,
};

/// Sound and a gap that come while the store refuses are in it afterwards, in their places.
fn refused_for_a_while() {
    let scratch = ScratchVault::create().unwrap();
    let (vault, visit) = (scratch.vault(), prepared(scratch.vault()));
    let sound = tone(Millis(60_000));
    let (before, after) = sound.split_at(2 * SAMPLE_RATE as usize);
    let script = Script::new()
        .sound(before)
        .drop_out(Millis(250))
        .sound(after)
        .end();
    let (events, heard) = crossbeam_channel::unbounded();
    let open = || script.open("script", Pace::RealTime);
    let recording = Recording::start(vault.clone(), visit, open, ALONE, events).unwrap();
    until(&heard, |event| matches!(event, Event::Kept { .. }));
    may_write(false);
    until(&heard, |event| {
        matches!(event, Event::Alarm(Alarm::StoreRefuses { .. }))
    });
    until(&heard, |event| {
        matches!(event, Event::Alarm(Alarm::Dropped { .. }))
    });
    let kept = vault.recorded(visit).unwrap().samples;
    assert!(
        kept < Samples::of(before.len()),
        "nothing is kept: {kept:?}"
    );
    assert_eq!(vault.gaps(visit).unwrap(), []);
    may_write(true);
    until(&heard, |event| *event == Event::Alarm(Alarm::StoreAgain));
    until(&heard, |event| matches!(event, Event::Kept { .. }));
    recording.stop().unwrap().wait().unwrap().result.unwrap();

    let pcm = recorded(vault, visit);
    assert!(pcm.len() > before.len());
    let whole = sound
        .iter()
        .map(|sample| (sample * 32_767.0).round() as i16);
    assert!(whole.zip(&pcm).all(|(heard, kept)| heard == *kept));
    let [gap] = vault.gaps(visit).unwrap().try_into().unwrap();
    assert_eq!(
        (gap.at, gap.length, gap.cause),
        (
            Samples::of(before.len()),
            Millis(250).samples(),
            GapCause::Dropped
        )
    );
}

/// After half a minute the recording ends and can go on when there is room again.
fn refused_for_good() {
    let scratch = ScratchVault::create().unwrap();
    let (vault, visit) = (scratch.vault(), prepared(scratch.vault()));
    let sound = tone(Millis(120_000));
    let (events, heard) = crossbeam_channel::unbounded();
    let open = || {
        Script::new()
            .sound(&sound)
            .end()
            .open("script", Pace::RealTime)
    };
    let recording = Recording::start(vault.clone(), visit, open, ALONE, events).unwrap();
    until(&heard, |event| matches!(event, Event::Kept { .. }));
    may_write(false);
    until(&heard, |event| {
        matches!(event, Event::Alarm(Alarm::StoreFailed { .. }))
    });
    until(&heard, |event| *event == Event::Interrupted);
    let ended = recording.until_end().unwrap().wait().unwrap();
    assert!(matches!(ended.result, Err(ScribeError::Interrupted)));
    may_write(true);
    let kept = vault.recorded(visit).unwrap().samples;
    assert!(vault.visit(visit).unwrap().summary.state.is_unfinished());

    let (events, _heard) = crossbeam_channel::unbounded();
    let open = || {
        Script::new()
            .sound(&sound[..SAMPLE_RATE as usize])
            .end()
            .open("script", Pace::Fastest)
    };
    let recording = Recording::start(vault.clone(), visit, open, ALONE, events).unwrap();
    let ended = recording.until_end().unwrap().wait().unwrap();
    ended.result.unwrap();
    assert_eq!(
        vault.recorded(visit).unwrap().samples,
        kept + Millis(1_000).samples()
    );
    assert_eq!(
        vault.visit(visit).unwrap().summary.state,
        VisitState::Recorded
    );
    let [gap] = vault.gaps(visit).unwrap().try_into().unwrap();
    assert_eq!((gap.at, gap.cause), (kept, GapCause::CutOff));
}
