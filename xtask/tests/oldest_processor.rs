//! The baseline worker on a processor of 2008 (Intel Nehalem: SSE4.2 and no AVX), which QEMU stands in for.
//!
//! Needs `cargo xtask workers`, the small models and QEMU's user emulation; `cargo xtask test` provides them.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use visit::{Samples, Sha256Hex};
use worker::protocol::{FromWorker, ModelFile, ToWorker};
use worker::{Child, Ending, Start, WorkerEvent, WorkerKind};

/// Held by each test: a script that is still open for writing in a program which another test is
/// just starting cannot be run (`ETXTBSY`).
fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn variant(name: &str) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let worker = target.join("workers").join(format!("inroom-worker-{name}"));
    assert!(
        worker.is_file(),
        "{} is missing: run `cargo xtask workers`",
        worker.display()
    );
    worker
}

fn emulator() -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join("qemu-x86_64"))
        .find(|program| program.is_file())
        .expect("qemu-x86_64 is missing: install the package qemu-user")
}

/// A program that runs a variant on the old processor; a worker is started with an empty environment.
fn emulated(folder: &Path, name: &str) -> PathBuf {
    let script = folder.join(name);
    let line = format!(
        "exec '{}' -cpu Nehalem '{}' \"$@\"",
        emulator().display(),
        variant(name).display()
    );
    fs::write(&script, format!("#!/bin/sh\n{line}\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

fn model(id: &str) -> ModelFile {
    let catalogue = fs::read_to_string(root().join("models/catalog.toml")).unwrap();
    let catalogue: toml::Table = toml::from_str(&catalogue).unwrap();
    let entry = catalogue["model"]
        .as_array()
        .unwrap()
        .iter()
        .find(|model| model["id"].as_str() == Some(id))
        .unwrap();
    let folder = std::env::var_os("INROOM_MODELS").map_or_else(
        || {
            let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            cache
                .unwrap_or_else(|| Path::new(&std::env::var_os("HOME").unwrap()).join(".cache"))
                .join("inroom/models")
        },
        PathBuf::from,
    );
    let path = folder.join(entry["file"].as_str().unwrap());
    assert!(
        path.is_file(),
        "{} is missing: run `cargo xtask models fetch --set ci`",
        path.display()
    );
    let sha256 = Sha256Hex::try_from(entry["sha256"].as_str().unwrap().to_owned()).unwrap();
    ModelFile {
        id: id.to_owned(),
        path,
        sha256,
    }
}

/// Loads the small speech models and has them hear two seconds of a hum; the events up to the end.
fn hear(binary: PathBuf) -> Vec<WorkerEvent> {
    let start = Start {
        kind: WorkerKind::Speech,
        binary,
        memory_limit: None,
        silence: Duration::from_secs(120),
    };
    let child = Child::start(&start).unwrap();
    child
        .send(&ToWorker::OpenSpeech {
            whisper: model("whisper-tiny.en"),
            voice_activity: model("silero-vad"),
            voice_encoder: Some(Box::new(model("ge2e-voice-encoder"))),
            language: Some("en".to_owned()),
            haste: visit::Haste::Live,
            threads: 2,
            from: Samples(0),
            known: Samples(0),
            phrases: Vec::new(),
        })
        .unwrap();
    let hum: Vec<i16> = (0..32_000)
        .map(|n| ((n as f32 * 0.05).sin() * 8_000.0) as i16)
        .collect();
    child
        .send(&ToWorker::Audio {
            from: Samples(0),
            pcm: hum,
        })
        .unwrap();
    child.send(&ToWorker::EndOfAudio).unwrap();
    let mut events = Vec::new();
    for event in child.events() {
        let last = matches!(
            event,
            WorkerEvent::Died(_) | WorkerEvent::Message(FromWorker::SpeechEnded)
        );
        events.push(event);
        if last {
            break;
        }
    }
    events
}

#[test]
fn the_baseline_worker_starts() {
    let _alone = alone();
    let output = Command::new(emulator())
        .args(["-cpu", "Nehalem"])
        .arg(variant("v2"))
        .arg("--version")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && said.contains("level v2"),
        "{said:?} {}",
        output.status
    );
}

#[test]
fn the_baseline_worker_loads_its_models_and_listens() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let events = hear(emulated(folder.path(), "v2"));
    let is = |wanted: fn(&FromWorker) -> bool| {
        events
            .iter()
            .any(|event| matches!(event, WorkerEvent::Message(message) if wanted(message)))
    };
    assert!(
        is(|message| matches!(message, FromWorker::Ready { .. })),
        "{events:?}"
    );
    assert!(
        is(|message| matches!(message, FromWorker::SpeechEnded)),
        "{events:?}"
    );
}

/// Candle chooses its kernels when it runs: a few tokens with the smallest model, through the crate
/// that the worker drafts with.
#[test]
fn a_language_model_reads_and_writes() {
    let _alone = alone();
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let speed = target.join("release/examples/speed");
    assert!(
        speed.is_file(),
        "{} is missing: run `cargo build --release -p drafting --examples`",
        speed.display()
    );
    let output = Command::new(emulator())
        .args(["-cpu", "Nehalem"])
        .arg(speed)
        .arg(model("smollm2-135m-instruct").path)
        .args(["2", "2", "1"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && said.contains("decode_tokens_per_second"),
        "{said:?} {}",
        output.status
    );
}

/// Shows that the emulated processor really lacks the instructions.
#[test]
fn the_avx2_worker_dies_there_when_it_computes() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let events = hear(emulated(folder.path(), "avx2"));
    let Some(WorkerEvent::Died(ending)) = events.last() else {
        panic!("it lives: {events:?}")
    };
    assert!(!matches!(ending, Ending::Hung | Ending::Asked), "{ending}");
}
