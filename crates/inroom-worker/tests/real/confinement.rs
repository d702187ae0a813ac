//! What the worker has given up: life beyond its parent's, core dumps, files that were open
//! before, memory without limit.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::running::{
    self, LONG, model, open_drafting, open_speech, signal, start, until_death, worker,
};
use confinement::Report;
use worker::protocol::{Failure, FromWorker, ToWorker};
use worker::{Ending, Start, WorkerKind};

/// Waits for a process to be gone; as a zombie it is.
fn wait_until_gone(pid: u32) {
    let end = std::time::Instant::now() + LONG;
    while std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('Z'))
    }) {
        assert!(
            std::time::Instant::now() < end,
            "process {pid} is still there"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_worker_killed_from_outside_is_told_with_its_signal() {
    let child = worker(&start(WorkerKind::Drafting));
    signal("-KILL", child.pid());
    assert_eq!(until_death(&child).1, Ending::Signal(9));
}

#[test]
fn a_stopped_worker_is_taken_for_hung_and_gone() {
    let silence = Duration::from_secs(2);
    let child = worker(&Start {
        silence,
        ..start(WorkerKind::Speech)
    });
    signal("-STOP", child.pid());
    assert_eq!(until_death(&child).1, Ending::Hung);
    wait_until_gone(child.pid());
}

/// Heartbeats come although nothing is asked of the worker: it outlives twice the silence.
#[test]
fn an_idle_worker_is_not_taken_for_hung() {
    let silence = Duration::from_secs(4);
    let child = worker(&Start {
        silence,
        ..start(WorkerKind::Speech)
    });
    assert!(child.events().recv_timeout(2 * silence).is_err());
    child.send(&ToWorker::Quit).unwrap();
    assert_eq!(until_death(&child).1, Ending::Asked);
}

/// The parent-death signal belongs to the thread that starts the child; see `worker::spawn`.
#[test]
fn a_worker_outlives_the_thread_that_asked_for_it() {
    let child = std::thread::spawn(|| worker(&start(WorkerKind::Speech)))
        .join()
        .unwrap();
    child.send(&ToWorker::EndOfAudio).unwrap();
    let (messages, ending) = until_death(&child);
    assert!(
        matches!(messages[..], [FromWorker::Failed(Failure::Protocol(_))]),
        "{messages:?}"
    );
    assert_eq!(ending, Ending::Reported);
}

#[test]
fn the_end_of_its_input_ends_a_worker() {
    let mut process = Command::new(running::BINARY)
        .arg("speech")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = process.stdout.take().unwrap();
    out.read_exact(&mut [0]).unwrap();
    assert_eq!(process.try_wait().unwrap(), None);
    drop(process.stdin.take());
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

/// Not a test by itself: the program in which a worker's parent dies. It starts a worker, tells
/// its number, and waits to be killed.
#[test]
#[ignore = "run by the tests of a parent's death"]
fn parent() {
    match std::env::var("INROOM_TEST_PARENT").as_deref() {
        Ok("supervised") => {
            let child = worker(&start(WorkerKind::Speech));
            child
                .send(&open_speech(model("whisper-tiny.en"), 0))
                .unwrap();
            println!("worker {}", child.pid());
            std::thread::sleep(LONG);
        }
        Ok("shared input") => {
            // Nobody waits for it: its parent is about to die.
            #[allow(clippy::zombie_processes)]
            let mut worker = Command::new(running::BINARY)
                .args(["--parent", &std::process::id().to_string(), "speech"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            // Its first frame: from here on it is confined.
            worker
                .stdout
                .as_mut()
                .unwrap()
                .read_exact(&mut [0])
                .unwrap();
            println!("worker {}", worker.id());
            std::thread::sleep(LONG);
        }
        _ => {}
    }
}

/// Runs [`parent`] in a process of its own and kills it; the worker must go with it.
fn parent_dies(way: &str, input: impl Into<Stdio>) {
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "confinement::parent", "--ignored", "--nocapture"])
        .env("INROOM_TEST_PARENT", way)
        .stdin(input)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = BufReader::new(parent.stdout.take().unwrap())
        .lines()
        .find_map(|line| line.unwrap().split_once("worker ")?.1.parse::<u32>().ok())
        .expect("a worker was started");
    assert!(Path::new(&format!("/proc/{pid}")).exists());
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until_gone(pid);
}

#[test]
fn a_worker_dies_with_the_process_that_supervises_it() {
    parent_dies("supervised", Stdio::null());
}

/// Its input stays open here, so only the kernel's signal can end it.
#[test]
fn a_worker_dies_with_its_parent_though_its_input_stays_open() {
    let (input, mut kept) = std::io::pipe().unwrap();
    parent_dies("shared input", input);
    // Nobody is left to read it, once programs that other tests have forked meanwhile have closed their copies.
    let end = std::time::Instant::now() + LONG;
    let refused = loop {
        match kept.write_all(b"x") {
            Err(error) => break error,
            Ok(()) => assert!(std::time::Instant::now() < end, "somebody still reads"),
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(refused.kind(), std::io::ErrorKind::BrokenPipe);
}

#[test]
fn a_worker_whose_parent_has_gone_already_does_not_begin() {
    let output = Command::new(running::BINARY)
        .args(["--parent", "1", "speech"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}

#[test]
fn limits_are_set_before_the_first_message() {
    let memory_limit = Some(512 << 20);
    let child = worker(&Start {
        memory_limit,
        ..start(WorkerKind::Speech)
    });
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.pid())).unwrap();
    let limit = |name: &str| -> Vec<&str> {
        let line = limits
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("the limit");
        line.split_whitespace().take(2).collect()
    };
    assert_eq!(limit("Max core file size"), ["0", "0"]);
    assert_eq!(limit("Max data size"), ["536870912", "536870912"]);
}

#[test]
fn a_model_that_is_too_large_for_the_limit_ends_the_worker_for_want_of_memory() {
    let kinds = [
        (WorkerKind::Speech, open_speech(model("whisper-tiny.en"), 0)),
        (
            WorkerKind::Drafting,
            open_drafting(model("smollm2-135m-instruct")),
        ),
    ];
    for (kind, open) in kinds {
        let child = worker(&Start {
            memory_limit: Some(48 << 20),
            ..start(kind)
        });
        child.send(&open).unwrap();
        let (messages, ending) = until_death(&child);
        assert_eq!(ending, Ending::OutOfMemory, "{kind:?}: {messages:?}");
        assert!(
            child.peak_memory() < 100 << 20,
            "{kind:?}: {} bytes",
            child.peak_memory()
        );
    }
}

/// The state of a process or of one of its threads, as the kernel tells it.
fn status(of: &Path, field: &str) -> String {
    let status = std::fs::read_to_string(of.join("status")).unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    value.expect("the field").trim().to_owned()
}

/// Of both kinds, with their models loaded: it has tried the walls before, each thread's calls are
/// filtered, and no descriptor is a socket. What the walls refuse is tried in `crates/confinement`.
#[test]
fn a_worker_is_walled_in_before_it_reads_a_model() {
    let kinds = [
        (WorkerKind::Speech, open_speech(model("whisper-tiny.en"), 0)),
        (
            WorkerKind::Drafting,
            open_drafting(model("smollm2-135m-instruct")),
        ),
    ];
    for (kind, open) in kinds {
        let child = worker(&start(kind));
        assert_eq!(
            child.confinement(),
            None,
            "{kind:?}: nothing was opened yet"
        );
        child.send(&open).unwrap();
        running::until(&child, |message| {
            matches!(message, FromWorker::Ready { .. })
        });
        assert_eq!(child.confinement(), Some(Report::default()), "{kind:?}");
        let process = Path::new("/proc").join(child.pid().to_string());
        for thread in std::fs::read_dir(process.join("task")).unwrap() {
            let thread = thread.unwrap().path();
            assert_eq!(status(&thread, "Seccomp:"), "2", "{kind:?}: {thread:?}");
            assert_eq!(status(&thread, "NoNewPrivs:"), "1", "{kind:?}: {thread:?}");
        }
        // Who may look at them is another question; root may.
        for open in std::fs::read_dir(process.join("fd")).into_iter().flatten() {
            let what = std::fs::read_link(open.unwrap().path()).unwrap();
            assert!(
                what.to_string_lossy().starts_with("pipe:"),
                "{kind:?}: {what:?}"
            );
        }
    }
}

/// Asked for it alone, it opens nothing, says how it stands and ends.
#[test]
fn a_worker_shows_its_walls_without_a_model() {
    for kind in [WorkerKind::Speech, WorkerKind::Drafting] {
        let child = worker(&start(kind));
        child.send(&ToWorker::ShowConfinement).unwrap();
        assert_eq!(until_death(&child), (Vec::new(), Ending::Code(0)));
        assert_eq!(child.confinement(), Some(Report::default()), "{kind:?}");
    }
}

/// A descriptor that this test lets the worker inherit is closed although the worker lives.
#[test]
fn files_that_were_open_before_are_closed() {
    let (mut kept, given) = std::io::pipe().unwrap();
    let mut process = Command::new("/bin/sh")
        .args([
            "-c",
            r#"exec "$0" speech 9>&2 2>/dev/null"#,
            running::BINARY,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(given)
        .spawn()
        .unwrap();
    assert_eq!(kept.read(&mut [0]).unwrap(), 0);
    assert_eq!(process.try_wait().unwrap(), None);
    process.kill().unwrap();
    process.wait().unwrap();
}
