//! The microphone goes away in the middle of a visit: the visit goes on, with alarms, and what is
//! missing is marked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use inroom_tests::programs::program;
use inroom_tests::sound::SoundSystem;

/// A program that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads lines until one holds these words.
fn wait_for(said: &Receiver<String>, words: &str) -> String {
    loop {
        let line = said
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("waited in vain for: {words}"));
        if line.contains(words) {
            return line;
        }
    }
}

/// The loss of a microphone is told, and another takes its place.
fn goes_on_from(said: &Receiver<String>, name: &str) {
    wait_for(said, "ALARM: no sound comes");
    let back = wait_for(said, "ALARM: sound comes again");
    assert!(
        back.contains(&format!("another microphone, {name}")),
        "{back}"
    );
    (0..3).for_each(|_| drop(wait_for(said, "kept ")));
}

#[test]
fn a_visit_outlives_its_sound_system_and_its_microphone() {
    let mut sound = SoundSystem::start();
    let folder = tempfile::tempdir().unwrap();
    let passphrase = folder.path().join("passphrase");
    std::fs::write(&passphrase, "quiet river under seven bridges").unwrap();
    let environment = sound.environment("pulseaudio");
    let inroomctl = |arguments: &[&str]| {
        let mut command = Command::new(program("inroomctl"));
        command
            .args(arguments)
            .arg("--vault")
            .arg(folder.path().join("vault"))
            .arg("--passphrase-file")
            .arg(&passphrase)
            .envs(environment.clone());
        command
    };
    let create = [
        "vault",
        "create",
        "--without-device-secret",
        "--without-recovery-key",
    ];
    assert!(inroomctl(&create).status().unwrap().success());
    let mut recording = inroomctl(&[
        "visit",
        "new",
        "--consent-asked-by",
        "Dr. Okafor",
        "--consent",
        "spoken",
        "--record-only",
    ])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let lines = BufReader::new(recording.stdout.take().unwrap()).lines();
    let (tell, said) = channel();
    let reader = std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });

    wait_for(&said, "recording from RoomMicrophone");
    wait_for(&said, "kept 2.");
    sound.crash();
    wait_for(&said, "ALARM: no sound comes");
    sound.restart();
    wait_for(&said, "ALARM: sound comes again");
    (0..3).for_each(|_| drop(wait_for(&said, "kept ")));

    sound.move_to_another_room();
    goes_on_from(&said, "CorridorMicrophone");

    sound.choose_another_microphone();
    goes_on_from(&said, "HeadsetMicrophone");

    // Stop is taken while the microphone is away for good, too.
    sound.crash();
    wait_for(&said, "ALARM: no sound comes");
    recording.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(recording.wait().unwrap().success());
    reader.join().unwrap();

    let listed = String::from_utf8(inroomctl(&["visit", "list"]).output().unwrap().stdout).unwrap();
    assert!(listed.contains("recorded"), "{listed}");
    let id = listed.split_whitespace().next().unwrap();
    let shown = inroomctl(&["visit", "show", id]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let marked = shown
        .lines()
        .filter(|line| line.contains("of sound are missing here (none came from the microphone)"));
    // A starved computer may have missed sound once more.
    assert!(marked.count() >= 3, "{shown}");
}
