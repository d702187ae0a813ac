//! Erasing on the command line: nothing goes without a second word, what is asked for goes, and what
//! was there is still known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Output;

use inroom_tests::programs::{SPEECH, TINIEST_DRAFTING, audio_fixture, inroomctl};

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

#[test]
fn a_visit_is_erased_in_two_steps_and_leaves_a_tombstone() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, passphrase) = (
        folder.path().join("vault"),
        folder.path().join("passphrase"),
    );
    std::fs::write(&passphrase, "correct horse battery staple").unwrap();
    let run = |arguments: &[&str]| {
        let mut all: Vec<&std::ffi::OsStr> = arguments.iter().map(|a| a.as_ref()).collect();
        all.extend(["--vault".as_ref(), vault.as_os_str()]);
        all.extend(["--passphrase-file".as_ref(), passphrase.as_os_str()]);
        inroomctl(all)
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
    let sound = audio_fixture("hello.flac");
    let recorded = run(&[
        "visit",
        "new",
        "--consent-asked-by",
        "Dr. Test",
        "--consent",
        "spoken",
        "--patient",
        "Room 4",
        "--audio",
        sound.to_str().unwrap(),
        "--speech-model",
        SPEECH,
        "--model",
        TINIEST_DRAFTING,
        "--template",
        "soap",
    ]);
    assert!(recorded.status.success(), "{}", said(&recorded));
    let told = said(&recorded);
    let id = told
        .lines()
        .find_map(|line| line.strip_prefix("visit "))
        .unwrap();
    let short = &id[..8];

    let erase = ["visit", "erase", id, "--reason", "consent-withdrawn"];
    for refused in [
        run(&erase),
        run(&[&erase[..], &["--confirm", "no"]].concat()),
    ] {
        assert!(!refused.status.success());
        assert!(
            said(&refused).contains("nothing was erased"),
            "{}",
            said(&refused)
        );
    }
    assert!(said(&run(&["visit", "list"])).contains("Room 4"));

    let confirmed = [&erase[..], &["--confirm", short]].concat();
    let silenced = run(&[&confirmed[..], &["--sound-only"]].concat());
    assert!(silenced.status.success(), "{}", said(&silenced));
    assert!(said(&run(&["visit", "list"])).contains("(sound erased)"));
    assert!(said(&run(&["visit", "show", id])).contains("TRANSCRIPT"));
    // The note can be written again from the transcript that is kept.
    let models = ["--speech-model", SPEECH, "--model", TINIEST_DRAFTING];
    let drafted = run(&[&["visit", "draft", id], &models[..]].concat());
    assert!(drafted.status.success(), "{}", said(&drafted));

    assert!(run(&confirmed).status.success());
    let listed = said(&run(&["visit", "list"]));
    assert!(!listed.contains("Room 4"), "{listed}");
    assert!(
        listed.contains(id) && listed.contains("consent withdrawn"),
        "{listed}"
    );
    let shown = run(&["visit", "show", id]);
    assert!(!shown.status.success() && said(&shown).contains("not in this vault"));
}
