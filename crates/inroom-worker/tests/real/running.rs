//! The real worker program, started as the main process starts it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use visit::{Haste, Sha256Hex};
use worker::protocol::{FromWorker, ModelFile, ToWorker};
use worker::{Child, Ending, Start, WorkerEvent, WorkerKind};

/// Long enough for every event of these tests on any machine.
pub const LONG: Duration = Duration::from_secs(300);

pub const BINARY: &str = env!("CARGO_BIN_EXE_inroom-worker");

pub fn start(kind: WorkerKind) -> Start {
    Start {
        kind,
        binary: BINARY.into(),
        memory_limit: None,
        silence: Duration::from_secs(10),
    }
}

/// A worker that has said hello.
pub fn worker(start: &Start) -> Child {
    let child = Child::start(start).expect("started");
    assert!(matches!(message(&child), FromWorker::Hello { .. }));
    child
}

/// The next event, which must be a message.
pub fn message(child: &Child) -> FromWorker {
    match child.events().recv_timeout(LONG).expect("an event") {
        WorkerEvent::Message(message) => message,
        WorkerEvent::Died(ending) => panic!("the worker {ending}"),
    }
}

/// What comes until the end, and the end.
pub fn until_death(child: &Child) -> (Vec<FromWorker>, Ending) {
    let mut messages = Vec::new();
    loop {
        match child.events().recv_timeout(LONG).expect("an event") {
            WorkerEvent::Message(message) => messages.push(message),
            WorkerEvent::Died(ending) => return (messages, ending),
        }
    }
}

/// What comes up to the first message that is the last one wanted.
pub fn until(child: &Child, last: impl Fn(&FromWorker) -> bool) -> Vec<FromWorker> {
    let mut messages = Vec::new();
    loop {
        let message = message(child);
        let done = last(&message);
        messages.push(message);
        if done {
            return messages;
        }
    }
}

pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([name, &pid.to_string()])
        .status()
        .expect("kill");
    assert!(sent.success());
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// A fetched model.
pub fn model(id: &str) -> ModelFile {
    let text = std::fs::read_to_string(repository("models/catalog.toml")).expect("catalogue");
    let catalogue: toml::Table = text.parse().expect("TOML");
    let entries = catalogue["model"].as_array().expect("models");
    let entry = entries
        .iter()
        .find(|entry| entry["id"].as_str() == Some(id))
        .expect("the model");
    let text = |field: &str| entry[field].as_str().expect("text").to_owned();
    let folder = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let cache = folder("INROOM_MODELS")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("inroom/models")))
        .or_else(|| folder("HOME").map(|home| home.join(".cache/inroom/models")))
        .expect("a home folder");
    let path = cache.join(text("file"));
    assert!(
        path.is_file(),
        "{id} is missing: run cargo xtask models fetch --set ci"
    );
    ModelFile {
        id: id.to_owned(),
        path,
        sha256: Sha256Hex::try_from(text("sha256")).expect("a digest"),
    }
}

pub fn open_speech(whisper: ModelFile, from: u64) -> ToWorker {
    ToWorker::OpenSpeech {
        whisper,
        voice_activity: model("silero-vad"),
        voice_encoder: Some(Box::new(model("ge2e-voice-encoder"))),
        language: Some("en".to_owned()),
        haste: Haste::Live,
        threads: 1,
        from: visit::Samples(from),
        known: visit::Samples(from),
        phrases: Vec::new(),
    }
}

pub fn open_drafting(model: ModelFile) -> ToWorker {
    ToWorker::OpenDrafting {
        model,
        threads: 1,
        context_tokens: 2048,
    }
}
