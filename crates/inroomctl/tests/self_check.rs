//! The self-check says its sentence where it was proved, and nowhere else.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

const SENTENCE: &str = "Nothing leaves this computer.";

fn self_check(workers: Option<&Path>) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inroomctl"));
    command.arg("self-check").env_remove("INROOM_WORKER_DIR");
    command.envs(workers.map(|folder| ("INROOM_WORKER_DIR", folder)));
    let done = command.output().unwrap();
    let said = [&done.stdout[..], &done.stderr[..]].concat();
    (done, String::from_utf8(said).unwrap())
}

/// A worker program that says these bytes and ends.
fn stand_in(folder: &Path, says: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("inroom-worker");
    std::fs::write(&path, format!("#!/bin/sh\nprintf '{says}'\nexit 0\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn it_is_said_where_the_real_program_and_worker_were_refused() {
    let (done, said) = self_check(None);
    assert!(done.status.success(), "{said}");
    assert!(said.contains(SENTENCE), "{said}");
    assert!(
        said.contains("this program was refused everything"),
        "{said}"
    );
    assert!(said.contains("a worker was refused everything"), "{said}");
}

#[test]
fn it_is_not_said_where_a_worker_gets_through_or_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let hello = worker::frame::encode(&worker::protocol::FromWorker::Hello {
        protocol: worker::protocol::VERSION,
        level: "v2".to_owned(),
    });
    let hello = octal(&hello.unwrap());
    // Variant, no missing wall, one attempt that got through: the first.
    let report = worker::protocol::FromWorker::Confined(confinement::Report {
        missing: Vec::new(),
        open: vec![confinement::Attempt::Internet6],
    });
    let open = octal(&worker::frame::encode(&report).unwrap());
    for (says, reason) in [
        (
            format!("{hello}{open}"),
            "lets a worker open an internet socket (version 6)",
        ),
        (hello, "no worker could be asked"),
    ] {
        stand_in(folder.path(), &says);
        let (done, said) = self_check(Some(folder.path()));
        assert!(!done.status.success(), "{said}");
        assert!(said.contains(reason), "{said}");
        assert!(!said.contains(SENTENCE), "{said}");
    }
}

fn octal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:03o}")).collect()
}
