//! Models that IT has put down for every account of the computer, with the real worker, in a namespace where
//! /etc holds nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use inroom_tests::programs::{SPEECH, audio_fixture, is_root, model, program};

/// Puts the models that recognition needs into a folder; with one byte changed where that is asked for.
fn lay_models(folder: &Path, is_changed: bool) {
    std::fs::create_dir_all(folder).unwrap();
    for id in [SPEECH, "silero-vad"] {
        let real = model(id);
        let mut bytes = std::fs::read(&real).unwrap();
        if is_changed && id == SPEECH {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        std::fs::write(folder.join(real.file_name().unwrap()), bytes).unwrap();
    }
}

/// Transcribes a short sound where /etc/inroom/models holds what lies in `machine`, and the account's own
/// folder is `own`. `None` where the system lets nobody but root mount anything.
fn transcribe(machine: &Path, own: &Path, out: &Path) -> Option<Output> {
    let in_namespace = |script: &str| {
        let mut unshare = Command::new("unshare");
        if !is_root() {
            unshare.args(["--user", "--map-root-user"]);
        }
        unshare
            .args(["--mount", "sh", "-ec"])
            .arg(format!("mount -t tmpfs tmpfs /etc; {script}"))
            .args(["sh".as_ref(), machine.as_os_str(), out.as_os_str()])
            .arg(program("inroomctl"))
            .arg(audio_fixture("hello.flac"))
            .env("INROOM_MODELS", own)
            .output()
            .unwrap()
    };
    if !in_namespace("true").status.success() {
        assert!(!is_root(), "root cannot mount anything here");
        return None;
    }
    Some(in_namespace(&format!(
        "mkdir -p /etc/inroom/models; find \"$1\" -type f -exec ln -s {{}} /etc/inroom/models/ ';'; \
         \"$3\" eval transcribe --model {SPEECH} --output \"$2\" \"$4\""
    )))
}

#[test]
fn every_account_uses_the_models_for_the_whole_computer_whatever_it_has_itself() {
    let root = tempfile::tempdir().unwrap();
    let [good, changed, empty] = ["good", "changed", "empty"].map(|name| root.path().join(name));
    lay_models(&good, false);
    lay_models(&changed, true);
    std::fs::create_dir(&empty).unwrap();
    let out = root.path().join("out");
    for own in [&empty, &changed] {
        let Some(ran) = transcribe(&good, own, &out) else {
            return;
        };
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{said}");
        let words = std::fs::read_to_string(out.join("hello.txt")).unwrap();
        assert!(!words.trim().is_empty());
        std::fs::remove_dir_all(&out).unwrap();
    }
    // What IT has put down is taken as it is: a good one of the account's own does not stand in for it.
    let ran = transcribe(&changed, &good, &out).unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success() && said.contains("SHA-256"), "{said}");
    // Without any for the whole computer, the account's own are used.
    let ran = transcribe(&empty, &good, &out).unwrap();
    assert!(ran.status.success());
}
