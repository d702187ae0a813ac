//! The proof that nothing leaves the computer, which is had by trying alone. Each case is a process of
//! its own, this test program run again, for walls stay.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use scribe::confinement::{Gap, check, confine, confine_window};

const ROLE: &str = "INROOM_TEST_PROOF";

fn alone(role: &str, environment: &[(&str, &str)]) {
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "case", "--ignored"])
        .env_remove("WEBKIT_INSPECTOR_SERVER")
        .envs(environment.iter().copied())
        .env(ROLE, role)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success() && said.contains("1 passed"),
        "{role}: {said}"
    );
}

#[test]
fn there_is_a_proof_where_the_system_has_refused_every_attempt() {
    alone("confined", &[]);
}

#[test]
fn a_window_that_a_test_drives_has_none() {
    alone("automated", &[("WEBKIT_INSPECTOR_SERVER", "127.0.0.1:1")]);
}

#[test]
fn there_is_none_without_a_word_from_a_worker() {
    let folder = tempfile::tempdir().unwrap();
    // A program that says nothing and ends.
    std::os::unix::fs::symlink("/bin/true", folder.path().join("inroom-worker")).unwrap();
    let path = folder.path().to_str().unwrap();
    alone("unasked", &[("INROOM_WORKER_DIR", path)]);
}

#[test]
#[ignore = "run in a process of its own by the others"]
fn case() {
    match std::env::var(ROLE).as_deref() {
        Ok("confined") => {
            let check = check(&confine());
            let worker = check
                .worker()
                .expect("the worker is built (cargo xtask test does it)");
            assert!(worker.open.is_empty(), "{worker:?}");
            assert_eq!(
                check.proof().unwrap().sentence(),
                "Nothing leaves this computer."
            );
        }
        Ok("automated") => {
            let gaps = check(&confine_window()).proof().unwrap_err();
            assert!(gaps.contains(&Gap::Automated), "{gaps:?}");
            assert!(
                gaps.iter().any(|gap| matches!(gap, Gap::Engine(_))),
                "{gaps:?}"
            );
            // The worker keeps its own walls.
            assert!(
                !gaps.iter().any(|gap| matches!(gap, Gap::Worker(_))),
                "{gaps:?}"
            );
        }
        Ok("unasked") => {
            let gaps = check(&confine()).proof().unwrap_err();
            assert!(matches!(gaps[..], [Gap::Unasked(_)]), "{gaps:?}");
        }
        _ => {}
    }
}
