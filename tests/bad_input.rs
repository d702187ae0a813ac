//! Whatever is wrong with the input, the person gets a clear error, and the program does not panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Output;

use inroom_tests::programs::{
    DRAFTING, SPEECH, TINIEST_DRAFTING, audio_fixture, inroomctl, is_root, model, visit_fixture,
};

/// A new visit whose consent is recorded, with the small models.
const NEW_VISIT: [&str; 10] = [
    "visit",
    "new",
    "--consent-asked-by",
    "Dr. Test",
    "--consent",
    "spoken",
    "--speech-model",
    SPEECH,
    "--model",
    TINIEST_DRAFTING,
];

/// Fails unless the program refused, without a panic, with these words.
fn refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(!output.status.success(), "it should have refused: {said}");
    assert!(!said.contains("panicked"), "{said}");
    for word in words {
        assert!(
            said.contains(&word.to_lowercase()),
            "{word:?} is missing in: {said}"
        );
    }
}

fn transcribe(folder: &Path, model: &Path, audio: &Path) -> Output {
    inroomctl([
        "eval".as_ref(),
        "transcribe".as_ref(),
        "--output".as_ref(),
        folder.as_os_str(),
        "--model".as_ref(),
        model.as_os_str(),
        audio.as_os_str(),
    ])
}

fn draft(folder: &Path, model: &str, lines: &str) -> (Output, String) {
    let input = folder.join("in.jsonl");
    let output = folder.join("out.jsonl");
    std::fs::write(&input, lines).unwrap();
    let ran = inroomctl([
        "eval".as_ref(),
        "draft".as_ref(),
        "--template".as_ref(),
        "patient-instructions".as_ref(),
        "--context-tokens".as_ref(),
        "2048".as_ref(),
        "--section-tokens".as_ref(),
        "40".as_ref(),
        "--model".as_ref(),
        model.as_ref(),
        "--input".as_ref(),
        input.as_os_str(),
        "--output".as_ref(),
        output.as_os_str(),
    ]);
    (ran, std::fs::read_to_string(output).unwrap_or_default())
}

/// A copy of a model's first bytes.
fn truncated(folder: &Path, id: &str, keep: usize) -> PathBuf {
    let path = folder.join(format!("{id}.truncated"));
    let bytes = std::fs::read(model(id)).unwrap();
    std::fs::write(&path, &bytes[..keep]).unwrap();
    path
}

#[test]
fn a_missing_model_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no-such-model.bin");
    refused(
        &transcribe(folder.path(), &missing, &audio_fixture("hello.flac")),
        &["no-such-model.bin"],
    );
}

#[test]
fn a_missing_drafting_model_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no-such-model.gguf");
    let line = r#"{"id":"a","dialogue":"[doctor] Hello."}"#;
    let (ran, out) = draft(folder.path(), missing.to_str().unwrap(), line);
    refused(&ran, &["no-such-model.gguf"]);
    assert_eq!(out, "");
    // One that the catalogue knows and that was not fetched.
    let ran = std::process::Command::new(inroom_tests::programs::program("inroomctl"))
        .env("INROOM_MODELS", folder.path())
        .args(["eval", "draft", "--model", DRAFTING, "--input"])
        .arg(folder.path().join("in.jsonl"))
        .arg("--output")
        .arg(folder.path().join("out.jsonl"))
        .output()
        .unwrap();
    refused(&ran, &[DRAFTING, "models fetch"]);
}

#[test]
fn a_truncated_speech_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let short = truncated(folder.path(), SPEECH, 1_000_000);
    let ran = transcribe(folder.path(), &short, &audio_fixture("hello.flac"));
    refused(&ran, &["cannot be loaded"]);
}

#[test]
fn a_truncated_drafting_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let short = truncated(folder.path(), "smollm2-135m-instruct", 9_000_000);
    let (ran, out) = draft(
        folder.path(),
        short.to_str().unwrap(),
        r#"{"id":"a","dialogue":"[doctor] Hello."}"#,
    );
    refused(&ran, &["no note could be drafted"]);
    assert!(out.contains("cannot be loaded"), "{out}");
}

/// The catalogue says which bytes `whisper-tiny.en` has; a file with other bytes in its place is
/// not loaded (invariant 4).
#[test]
fn a_model_with_another_hash_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for id in [SPEECH, "silero-vad"] {
        let real = model(id);
        let mut bytes = std::fs::read(&real).unwrap();
        if id == SPEECH {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        std::fs::write(folder.path().join(real.file_name().unwrap()), bytes).unwrap();
    }
    let ran = std::process::Command::new(inroom_tests::programs::program("inroomctl"))
        .env("INROOM_MODELS", folder.path())
        .args(["eval", "transcribe", "--model", SPEECH, "--output"])
        .arg(folder.path())
        .arg(audio_fixture("hello.flac"))
        .output()
        .unwrap();
    refused(&ran, &["SHA-256", "not loaded"]);
}

/// The same for a language model, from the line of dialogue to the line of output.
#[test]
fn a_drafting_model_with_one_other_byte_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let id = "smollm2-135m-instruct";
    let real = model(id);
    let mut bytes = std::fs::read(&real).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(folder.path().join(real.file_name().unwrap()), bytes).unwrap();
    let input = folder.path().join("in.jsonl");
    std::fs::write(&input, r#"{"id":"a","dialogue":"[doctor] Hello."}"#).unwrap();
    let output = folder.path().join("out.jsonl");
    let ran = std::process::Command::new(inroom_tests::programs::program("inroomctl"))
        .env("INROOM_MODELS", folder.path())
        .args(["eval", "draft", "--model", id, "--input"])
        .arg(&input)
        .arg("--output")
        .arg(&output)
        .output()
        .unwrap();
    refused(&ran, &["no note could be drafted"]);
    let out = std::fs::read_to_string(output).unwrap();
    assert!(
        out.contains("SHA-256") && out.contains("not loaded"),
        "{out}"
    );
}

#[test]
fn unreadable_and_empty_sound_is_told_apart_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let whisper = model(SPEECH);
    for (name, words) in [
        ("no-such-file.wav", ["no-such-file.wav"]),
        ("not-audio.wav", ["not-audio.wav"]),
        ("empty.wav", ["no sound"]),
    ] {
        refused(
            &transcribe(folder.path(), &whisper, &audio_fixture(name)),
            &words,
        );
    }
    let ran = inroomctl([
        "eval".as_ref(),
        "transcribe".as_ref(),
        "--model".as_ref(),
        whisper.as_os_str(),
        "--output".as_ref(),
        folder.path().as_os_str(),
        audio_fixture("not-audio.wav").as_os_str(),
        audio_fixture("hello.flac").as_os_str(),
    ]);
    assert!(
        ran.status.success(),
        "one good file is enough: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(folder.path().join("hello.json").is_file());
}

#[test]
fn invalid_lines_give_an_error_each_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (ran, out) = draft(
        folder.path(),
        TINIEST_DRAFTING,
        "not json\n{\"id\":\"no dialogue\"}\n{\"id\":\"empty\",\"dialogue\":\"\"}\n\
         {\"id\":\"good\",\"dialogue\":\"[doctor] Take one tablet of ibuprofen at night.\\n[patient] I will.\"}\n",
    );
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let lines: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let errors: Vec<bool> = lines.iter().map(|line| line["error"].is_string()).collect();
    assert_eq!(errors, [true, true, true, false], "{out}");
    assert_eq!(lines[3]["id"], "good");
}

#[test]
fn a_transcript_longer_than_the_context_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let turns: String = (0..72)
        .map(|n| format!("[doctor] Question number {n} about the left knee?\\n[patient] It hurts on day {n} of the month.\\n"))
        .collect();
    let (ran, out) = draft(
        folder.path(),
        DRAFTING,
        &format!("{{\"id\":\"long\",\"dialogue\":\"{turns}\"}}"),
    );
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let line: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(line["coverage"], 1.0, "{}", line["error"]);
    assert!(line["timing"]["prompt_tokens"].as_u64().unwrap() > 2048);
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.into_os_string()
    };
    let right = file("right", "correct horse battery staple\n");
    let wrong = file("wrong", "another horse battery staple\n");
    let run = |command: &[&str], passphrase: &std::ffi::OsString| {
        let mut all: Vec<&std::ffi::OsStr> = command.iter().map(|word| word.as_ref()).collect();
        all.extend(["--vault".as_ref(), vault.as_os_str()]);
        all.extend(["--passphrase-file".as_ref(), passphrase.as_os_str()]);
        inroomctl(all)
    };
    let create = [
        "vault",
        "create",
        "--without-device-secret",
        "--without-recovery-key",
    ];
    refused(&run(&["visit", "list"], &right), &["no vault"]);
    assert!(run(&create, &right).status.success());
    refused(&run(&["visit", "list"], &wrong), &["passphrase"]);
    refused(&run(&create, &right), &["already"]);
    assert!(run(&["visit", "list"], &right).status.success());
}

#[test]
fn no_microphone_is_said_and_the_visit_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let passphrase = folder.path().join("passphrase");
    std::fs::write(&passphrase, "correct horse battery staple").unwrap();
    let vault = folder.path().join("vault");
    let run = |arguments: &[&str]| {
        std::process::Command::new(inroom_tests::programs::program("inroomctl"))
            .args(arguments)
            .arg("--vault")
            .arg(&vault)
            .arg("--passphrase-file")
            .arg(&passphrase)
            .env("PULSE_SERVER", "unix:/nonexistent")
            .env("ALSA_CONFIG_PATH", "/nonexistent")
            .output()
            .unwrap()
    };
    assert!(
        run(&[
            "vault",
            "create",
            "--without-device-secret",
            "--without-recovery-key"
        ])
        .status
        .success()
    );
    let ran = run(&[&NEW_VISIT[..], &["--seconds", "1"]].concat());
    refused(&ran, &["microphone"]);
    let listed = String::from_utf8(run(&["visit", "list"]).stdout).unwrap();
    assert!(listed.contains("prepared"), "{listed}");
}

/// A full disk: the recording stops with a clear alarm, and every second that was shown as kept is
/// there. A transcript has no room either; it is written once there is some.
#[test]
fn a_full_disk_stops_the_recording_and_keeps_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
        .arg(folder.path())
        .status()
        .unwrap();
    if !mounted.success() {
        // Only root can make a small disk; the vault's own tests cover the refusal elsewhere.
        assert!(!is_root(), "root cannot mount a small file system here");
        eprintln!("not run: a small file system cannot be mounted by this user");
        return;
    }
    let passphrase = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(passphrase.path(), "correct horse battery staple").unwrap();
    let vault = folder.path().join("vault");
    let run = |arguments: &[&str]| {
        let mut all: Vec<&std::ffi::OsStr> = arguments.iter().map(|a| a.as_ref()).collect();
        let audio = visit_fixture("injured-knee.flac");
        if arguments[1] == "new" {
            all.extend(["--audio".as_ref(), audio.as_os_str()]);
        }
        all.extend(["--vault".as_ref(), vault.as_os_str()]);
        all.extend(["--passphrase-file".as_ref(), passphrase.path().as_os_str()]);
        inroomctl(all)
    };
    let created = run(&[
        "vault",
        "create",
        "--without-device-secret",
        "--without-recovery-key",
    ]);
    let recorded = run(&[&NEW_VISIT[..], &["--template", "patient-instructions"]].concat());
    let listed = String::from_utf8(run(&["visit", "list"]).stdout).unwrap();
    let id = listed.split_whitespace().next().unwrap_or_default();
    let roomier = std::process::Command::new("mount")
        .args(["-o", "remount,size=64m"])
        .arg(folder.path())
        .status()
        .unwrap();
    let models = ["--speech-model", SPEECH, "--model", "smollm2-135m-instruct"];
    let finished = run(&[&["visit", "draft", id], &models[..]].concat());
    let shown = String::from_utf8(run(&["visit", "show", id]).stdout).unwrap();
    let unmounted = std::process::Command::new("umount")
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(
        created.status.success(),
        "{}",
        String::from_utf8_lossy(&created.stderr)
    );
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&recorded.stdout),
        String::from_utf8_lossy(&recorded.stderr)
    );
    assert!(said.contains("ALARM") && said.contains("full"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(!listed.contains("0:00"), "some seconds were kept: {listed}");
    assert!(roomier.success());
    assert!(
        shown.contains("  S1 "),
        "they are written down: {shown} {}",
        String::from_utf8_lossy(&finished.stderr)
    );
    assert!(unmounted.success());
}
