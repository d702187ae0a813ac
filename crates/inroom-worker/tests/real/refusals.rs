//! What the worker refuses: wrong files, wrong messages, wrong bytes. Each refusal says why.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::running::{
    self, message, model, open_drafting, open_speech, start, until_death, worker,
};
use sha2::{Digest, Sha256};
use visit::{Samples, Sha256Hex};
use worker::frame;
use worker::protocol::{Failure, FromWorker, ModelFile, ToWorker, VERSION};
use worker::{Ending, Level, WorkerKind};

/// What a worker answers to messages that end it.
fn refusal(kind: WorkerKind, messages: &[ToWorker]) -> Failure {
    let child = worker(&start(kind));
    messages
        .iter()
        .for_each(|message| child.send(message).unwrap());
    let (mut answers, ending) = until_death(&child);
    assert_eq!(ending, Ending::Reported);
    match answers.pop() {
        Some(FromWorker::Failed(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

/// A file with these bytes, and with their digest if it is to be right.
fn file(folder: &tempfile::TempDir, bytes: &[u8], right: bool) -> ModelFile {
    let path = folder.path().join("model.bin");
    fs::write(&path, bytes).unwrap();
    let digest = if right {
        Sha256::digest(bytes).into()
    } else {
        [0; 32]
    };
    ModelFile {
        id: "x".to_owned(),
        path,
        sha256: Sha256Hex::from_bytes(digest),
    }
}

#[test]
fn hello_tells_protocol_and_level() {
    let child = worker::Child::start(&start(WorkerKind::Speech)).unwrap();
    let FromWorker::Hello { protocol, level } = message(&child) else {
        panic!("hello first")
    };
    assert_eq!(protocol, VERSION);
    assert!(Level::parse(&level).is_some(), "{level}");

    let version = Command::new(running::BINARY)
        .arg("--version")
        .output()
        .unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    assert!(
        version.contains(&format!("level {level}, protocol {protocol}")),
        "{version}"
    );
}

#[test]
fn a_missing_model_is_named() {
    let missing = ModelFile {
        id: "x".to_owned(),
        path: PathBuf::from("/nowhere/model.bin"),
        sha256: Sha256Hex::from_bytes([0; 32]),
    };
    let kinds = [
        (WorkerKind::Speech, open_speech(missing.clone(), 0)),
        (WorkerKind::Drafting, open_drafting(missing)),
    ];
    for (kind, open) in kinds {
        let failure = refusal(kind, &[open]);
        assert!(matches!(&failure, Failure::ModelUnreadable { file, .. } if file == "model.bin"));
        assert!(failure.to_string().contains("No such file"), "{failure}");
    }
}

#[test]
fn a_model_with_other_bytes_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let other = file(&folder, b"other bytes", false);
    let digest = Failure::ModelDigest {
        file: "model.bin".to_owned(),
    };
    assert_eq!(
        refusal(WorkerKind::Speech, &[open_speech(other.clone(), 0)]),
        digest
    );
    assert_eq!(
        refusal(WorkerKind::Drafting, &[open_drafting(other)]),
        digest
    );
}

/// Whoever approved a broken file by its digest is told what is wrong with it.
#[test]
fn a_truncated_model_of_the_right_digest_is_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = [
        (WorkerKind::Speech, "whisper-tiny.en"),
        (WorkerKind::Drafting, "smollm2-135m-instruct"),
    ];
    for (kind, id) in kinds {
        let mut bytes = fs::read(model(id).path).unwrap();
        let half = bytes.len() / 2;
        for length in [0, 100, half] {
            bytes.truncate(half.max(length));
            let cut = file(&folder, &bytes[..length], true);
            let open = match kind {
                WorkerKind::Speech => open_speech(cut, 0),
                WorkerKind::Drafting => open_drafting(cut),
            };
            let failure = refusal(kind, &[open]);
            assert!(
                matches!(failure, Failure::ModelFormat { .. }),
                "{id} {length}: {failure:?}"
            );
        }
    }
}

#[test]
fn an_unknown_language_is_refused() {
    let ToWorker::OpenSpeech {
        whisper,
        voice_activity,
        voice_encoder,
        haste,
        threads,
        from,
        known,
        phrases,
        ..
    } = open_speech(model("whisper-tiny.en"), 0)
    else {
        unreachable!()
    };
    let open = ToWorker::OpenSpeech {
        whisper,
        voice_activity,
        voice_encoder,
        haste,
        threads,
        from,
        known,
        phrases,
        language: Some("xx".into()),
    };
    let failure = refusal(WorkerKind::Speech, &[open]);
    assert!(
        matches!(&failure, Failure::Protocol(why) if why.contains("xx")),
        "{failure:?}"
    );
}

#[test]
fn messages_out_of_order_are_refused() {
    let open = open_speech(model("whisper-tiny.en"), 1000);
    let sound = |from, samples| ToWorker::Audio {
        from: Samples(from),
        pcm: vec![0; samples],
    };
    let cases: [(WorkerKind, &[ToWorker]); 6] = [
        (WorkerKind::Speech, &[sound(0, 10)]),
        (WorkerKind::Drafting, &[sound(0, 10)]),
        (WorkerKind::Speech, &[open.clone(), sound(0, 10)]),
        (
            WorkerKind::Speech,
            &[open.clone(), sound(1000, 10), sound(1011, 10)],
        ),
        (
            WorkerKind::Speech,
            &[open.clone(), ToWorker::EndOfAudio, sound(1000, 10)],
        ),
        (WorkerKind::Speech, &[open.clone(), open.clone()]),
    ];
    for (kind, messages) in cases {
        let failure = refusal(kind, messages);
        assert!(
            matches!(failure, Failure::Protocol(_)),
            "{kind:?} {messages:?}: {failure:?}"
        );
    }
}

#[test]
fn bytes_that_are_no_message_are_refused() {
    let mut frame = frame::encode(&ToWorker::EndOfAudio).unwrap().to_vec();
    *frame.last_mut().unwrap() = 0x7F;
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &frame] {
        let mut process = Command::new(running::BINARY)
            .arg("speech")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = process.stdin.take().unwrap();
        pipe.write_all(bytes).unwrap();
        let mut out = process.stdout.take().unwrap();
        let failure = loop {
            if let FromWorker::Failed(failure) = frame::read(&mut out).unwrap() {
                break failure;
            }
        };
        assert!(matches!(failure, Failure::Protocol(_)), "{failure:?}");
        assert!(matches!(
            frame::read::<FromWorker>(&mut out),
            Err(frame::ReadError::Closed)
        ));
        assert_eq!(process.wait().unwrap().code(), Some(1));
    }
}

#[test]
fn a_wrong_command_line_is_explained() {
    for words in [&[][..], &["dancing"], &["--memory", "much", "speech"]] {
        let output = Command::new(running::BINARY).args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(output.stdout.is_empty());
        assert!(
            String::from_utf8(output.stderr)
                .unwrap()
                .starts_with("inroom-worker: ")
        );
    }
}
