//! Retention on the command line: what holds is said, and only what is named changes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Output;

use inroom_tests::programs::inroomctl;

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

#[test]
fn the_policy_is_shown_changed_and_enforced() {
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
    let done = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    done(&[
        "vault",
        "create",
        "--without-device-secret",
        "--without-recovery-key",
    ]);
    let policy = done(&["vault", "retention", "show"]);
    assert!(policy.contains("audio       30 days from"), "{policy}");
    assert!(policy.contains("draft       kept"), "{policy}");

    done(&[
        "vault",
        "retention",
        "set",
        "--audio",
        "keep",
        "--draft",
        "90",
    ]);
    let policy = done(&["vault", "retention", "show"]);
    assert!(policy.contains("audio       kept"), "{policy}");
    assert!(policy.contains("transcript  kept"), "{policy}");
    assert!(policy.contains("draft       90 days"), "{policy}");
    for wrong in ["soon", "-1", "36501"] {
        let refused = run(&["vault", "retention", "set", &format!("--audio={wrong}")]);
        assert!(!refused.status.success(), "{wrong}");
    }
    assert!(done(&["vault", "retention", "run"]).contains("nothing was due"));
}
