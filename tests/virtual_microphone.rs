//! The whole job without a window: a sample visit is played into a virtual microphone while
//! `inroomctl` records it, and note and transcript stand in the vault afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use inroom_tests::programs::{DRAFTING, SPEECH, program, visit_fixture};
use inroom_tests::sound::SoundSystem;

#[test]
fn a_visit_heard_by_a_microphone_stands_in_the_vault() {
    let sound = SoundSystem::start();
    let folder = tempfile::tempdir().unwrap();
    let passphrase = folder.path().join("passphrase");
    std::fs::write(&passphrase, "quiet river under seven bridges").unwrap();
    let models = std::path::absolute(scribe::models::folder()).unwrap();
    let inroomctl = |arguments: &[&str]| {
        let mut command = Command::new(program("inroomctl"));
        command
            .args(arguments)
            .arg("--vault")
            .arg(folder.path().join("vault"))
            .arg("--passphrase-file")
            .arg(&passphrase)
            .envs(sound.environment("pulseaudio"))
            .env("INROOM_MODELS", &models);
        command
    };
    assert!(
        inroomctl(&[
            "vault",
            "create",
            "--without-device-secret",
            "--without-recovery-key"
        ])
        .status()
        .unwrap()
        .success()
    );
    let mut recording = inroomctl(&[
        "visit",
        "new",
        "--consent-asked-by",
        "Dr. Okafor",
        "--consent",
        "spoken",
        "--patient",
        "Room 4",
        "--language",
        "en",
        "--template",
        "soap",
        "--speech-model",
        SPEECH,
        "--model",
        DRAFTING,
    ])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let mut said = BufReader::new(recording.stdout.take().unwrap());
    let mut said_text = String::new();
    while !said_text.contains("recording from") {
        let read = said.read_line(&mut said_text).unwrap();
        assert!(read > 0, "it ended before it recorded: {said_text}");
    }
    // The first callback of an idle sink can take seconds.
    std::thread::sleep(std::time::Duration::from_secs(4));
    sound.play(&visit_fixture("injured-knee.flac"), 75);
    recording.stdin.take().unwrap().write_all(b"\n").unwrap();
    said.read_to_string(&mut said_text).unwrap();
    assert!(recording.wait().unwrap().success(), "{said_text}");
    assert!(
        said_text.contains("RoomMicrophone"),
        "the device is named: {said_text}"
    );

    let listed = String::from_utf8(inroomctl(&["visit", "list"]).output().unwrap().stdout).unwrap();
    assert!(
        listed.contains("drafted") && listed.contains("Room 4"),
        "{listed}"
    );
    let id = listed.split_whitespace().next().unwrap();
    let shown =
        String::from_utf8(inroomctl(&["visit", "show", id]).output().unwrap().stdout).unwrap();
    let lower = shown.to_lowercase();
    assert!(
        lower.contains("basketball") && lower.contains("knee"),
        "{shown}"
    );
    let exported =
        String::from_utf8(inroomctl(&["visit", "export", id]).output().unwrap().stdout).unwrap();
    assert!(
        exported.starts_with("SOAP note\n\nSUBJECTIVE"),
        "{exported}"
    );
}
