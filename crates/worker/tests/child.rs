//! How the main process gets along with workers that misbehave. Each of the scripts in
//! `stand_ins/` does one thing that a real worker should never do; the real one is tested in
//! `crates/inroom-worker/tests`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::time::{Duration, Instant};

use confinement::{Attempt, Report, Wall};
use visit::Samples;
use worker::protocol::{FromWorker, ToWorker};
use worker::{Child, Ending, SendError, SpawnError, Start, WorkerEvent, WorkerKind};

/// Long enough for every event of these tests on any machine.
const LONG: Duration = Duration::from_secs(60);

fn start(stand_in: &str) -> Start {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins");
    Start {
        kind: WorkerKind::Speech,
        binary: folder.join(format!("{stand_in}.sh")),
        memory_limit: None,
        silence: LONG,
    }
}

fn next(child: &Child) -> WorkerEvent {
    child.events().recv_timeout(LONG).expect("an event")
}

fn ending(child: &Child) -> Ending {
    loop {
        if let WorkerEvent::Died(ending) = next(child) {
            assert!(
                child.events().recv_timeout(LONG).is_err(),
                "death is the last event"
            );
            return ending;
        }
    }
}

#[test]
fn each_way_to_fail_has_its_ending() {
    let place = "crates/speech/src/engine.rs:12:34".to_owned();
    let level = "avx999".to_owned();
    let cases = [
        ("garbled", Ending::Garbled),
        ("other_version", Ending::OtherVersion),
        ("other_hello", Ending::OtherVersion),
        ("other_processor", Ending::OtherProcessor { level }),
        ("exits", Ending::Code(7)),
        ("torn", Ending::Code(0)),
        ("panics", Ending::Panicked { place }),
        ("out_of_memory", Ending::OutOfMemory),
    ];
    for (stand_in, expected) in cases {
        let child = Child::start(&start(stand_in)).expect("started");
        assert_eq!(ending(&child), expected, "{stand_in}");
    }
}

/// It is kept for whoever asks, and is no event.
#[test]
fn what_a_worker_says_of_its_walls_is_known_after_its_end() {
    let child = Child::start(&start("walls")).expect("started");
    assert!(matches!(
        next(&child),
        WorkerEvent::Message(FromWorker::Hello { .. })
    ));
    assert_eq!(ending(&child), Ending::Code(0));
    let report = Report {
        missing: vec![Wall::Files],
        open: vec![Attempt::Internet4],
    };
    assert_eq!(child.confinement(), Some(report));
}

#[test]
fn a_silent_worker_is_taken_for_hung() {
    let silence = Duration::from_millis(300);
    let child = Child::start(&Start {
        silence,
        ..start("silent")
    })
    .expect("started");
    assert_eq!(ending(&child), Ending::Hung);
}

#[test]
fn a_killed_worker_says_so_and_takes_no_more() {
    let child = Child::start(&start("deaf")).expect("started");
    assert!(matches!(
        next(&child),
        WorkerEvent::Message(FromWorker::Hello { .. })
    ));
    child.kill();
    assert_eq!(ending(&child), Ending::Killed);
    // The pipe breaks at the next write; from then on nothing is taken.
    let deadline = Instant::now() + LONG;
    while !matches!(child.send(&ToWorker::EndOfAudio), Err(SendError::Gone)) {
        assert!(Instant::now() < deadline, "it still takes messages");
        std::thread::yield_now();
    }
}

#[test]
fn only_an_end_that_was_asked_for_is_one() {
    let child = Child::start(&start("quits")).expect("started");
    child.send(&ToWorker::Quit).unwrap();
    assert_eq!(ending(&child), Ending::Asked);
    let child = Child::start(&start("quits")).expect("started");
    child.send(&ToWorker::EndOfAudio).unwrap();
    assert_eq!(ending(&child), Ending::Code(0));
}

/// The pipe holds 64 KiB; a caller that had to wait for the worker would never come back here.
#[test]
fn sending_never_waits_for_the_worker_and_has_a_limit() {
    let child = Child::start(&start("deaf")).expect("started");
    let message = ToWorker::Audio {
        from: Samples(0),
        pcm: vec![i16::MIN; 4 << 20],
    };
    let error = loop {
        match child.send(&message) {
            Ok(()) => assert!(child.unsent_bytes() > 0),
            Err(error) => break error,
        }
    };
    assert!(
        matches!(error, SendError::Full { bytes } if bytes > 256 << 20),
        "{error}"
    );
    child.kill();
    assert_eq!(ending(&child), Ending::Killed);
}

/// Four thousand messages wait, then the worker does; and its silence is not held against it.
#[test]
fn a_flood_is_held_back() {
    let silence = Duration::from_secs(3);
    let child = Child::start(&Start {
        silence,
        ..start("flood")
    })
    .expect("started");
    let deadline = Instant::now() + LONG;
    while !child.events().is_full() {
        assert!(Instant::now() < deadline, "{} came", child.events().len());
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(2 * silence);
    let taken = child.events().try_iter().take(5000).count();
    assert!(taken >= 4096, "{taken}");
    for _ in 0..10_000 {
        assert!(matches!(next(&child), WorkerEvent::Message(_)));
    }
    child.kill();
    assert_eq!(ending(&child), Ending::Killed);
}

#[test]
fn nothing_of_the_environment_is_passed_on() {
    assert!(
        std::env::vars_os().count() > 1,
        "cargo sets many for a test"
    );
    let child = Child::start(&start("environment")).expect("started");
    assert_eq!(ending(&child), Ending::Code(0));
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let missing = start("none");
    let error = Child::start(&missing).err().expect("not there");
    assert!(matches!(&error, SpawnError::Start { binary, .. } if *binary == missing.binary));
    assert!(error.to_string().contains("none.sh"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_dropped_worker_is_gone_and_its_peak_memory_was_known() {
    let child = Child::start(&start("deaf")).expect("started");
    next(&child);
    // The stand-in becomes another program after its hello: at that moment it has a page at most.
    let deadline = Instant::now() + LONG;
    while child.peak_memory() < 100 << 10 {
        assert!(Instant::now() < deadline, "{} bytes", child.peak_memory());
        std::thread::yield_now();
    }
    let process = format!("/proc/{}", child.pid());
    assert!(Path::new(&process).exists());
    let events = child.events().clone();
    drop(child);
    assert_eq!(
        events.recv_timeout(LONG),
        Ok(WorkerEvent::Died(Ending::Killed))
    );
    assert!(!Path::new(&process).exists());
}
