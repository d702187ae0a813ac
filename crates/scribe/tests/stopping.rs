//! Stop is between the recorder and the store: a recognition that hangs is not waited for.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::Command;
use std::time::Duration;

use capture::Pace;
use capture::faulty::Script;
use common::{prepared, speech, tone};
use scribe::{Event, Recording, ScratchVault, ScribeError, Steps};
use visit::{Millis, VisitState};

/// The processes that this test has started; there is no other test beside it.
fn workers() -> Vec<String> {
    let me = std::process::id().to_string();
    let found = Command::new("pgrep")
        .args(["-P", &me, "-f", "inroom-worker.* speech$"])
        .output()
        .expect("pgrep is installed");
    let pids = String::from_utf8(found.stdout).unwrap();
    pids.lines().map(str::to_owned).collect()
}

#[test]
fn stopping_waits_for_no_model() {
    let scratch = ScratchVault::create().unwrap();
    let visit = prepared(scratch.vault());
    let script = Script::new().sound(&tone(Millis(600_000))).end();
    let open = || script.open("script", Pace::RealTime);
    let steps = Steps {
        speech: Some(speech()),
        draft: None,
    };
    let (events, heard) = crossbeam_channel::unbounded();
    let vault = scratch.vault().clone();
    let recording = Recording::start(vault, visit, open, steps, events).unwrap();
    let worker = loop {
        let next = heard.recv().unwrap();
        let kept = matches!(next, Event::Kept { .. });
        if let Some(worker) = kept.then(workers).and_then(|mut found| found.pop()) {
            break worker;
        }
    };
    // Stopped in the middle, it neither answers nor takes anything.
    let halted = Command::new("kill").args(["-STOP", &worker]).status();
    assert!(halted.unwrap().success());

    let (tell, stopped) = crossbeam_channel::bounded(1);
    std::thread::spawn(move || tell.send(recording.stop()));
    // Much longer than a commit takes.
    let work = stopped
        .recv_timeout(Duration::from_secs(30))
        .expect("the stop waits for the worker")
        .unwrap();
    assert_eq!(workers(), [worker], "the worker is as it was");
    assert_eq!(
        scratch.vault().visit(visit).unwrap().summary.state,
        VisitState::Recorded
    );
    work.end().cancel();
    let ended = work.wait().unwrap().result;
    assert!(matches!(ended, Err(ScribeError::Ended)), "{ended:?}");
}
