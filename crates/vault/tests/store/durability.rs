use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::tempdir;
use vault::{KdfCost, Vault};
use visit::{VisitId, VisitState};

use crate::sample::{begin_recording, copy, folder, passphrase, scratch, second};

#[test]
fn each_chunk_is_on_disk_when_its_call_returns() {
    let (parent, vault) = scratch();
    let id = begin_recording(&vault, "A");
    for number in 0..12 {
        vault.append_chunk(id, number, &second(number)).unwrap();
        let dir = parent.path().join(format!("copy-{number}"));
        copy(&folder(&parent), &dir);
        let copy = Vault::open(&dir, &passphrase()).unwrap();
        assert_eq!(copy.recorded(id).unwrap().chunks, number + 1);
        assert_eq!(copy.chunk(id, number).unwrap(), second(number));
    }
}

const CHILD_VAULT: &str = "INROOM_VAULT_TEST_FOLDER";
const CHILD_VISIT: &str = "INROOM_VAULT_TEST_VISIT";

/// Run by the test below as a process of its own: appends chunks and tells the number of each one
/// that is stored, until it is killed.
#[test]
#[ignore = "the other test's child process"]
fn recorder() {
    let Ok(dir) = std::env::var(CHILD_VAULT) else {
        return;
    };
    let id: VisitId = std::env::var(CHILD_VISIT).unwrap().parse().unwrap();
    let vault = Vault::open(&PathBuf::from(dir), &passphrase()).unwrap();
    if vault.visit(id).unwrap().summary.state == VisitState::Prepared {
        vault.set_state(id, VisitState::Recording).unwrap();
    }
    let mut out = std::io::stdout();
    for number in vault.recorded(id).unwrap().chunks.. {
        vault.append_chunk(id, number, &second(number)).unwrap();
        writeln!(out, "\nkept {number}").unwrap();
        out.flush().unwrap();
    }
}

/// Lets a recorder run, kills it after `chunks` chunks and so many microseconds, and returns the
/// number of the last chunk that it told.
fn record_and_kill(dir: &Path, id: VisitId, chunks: usize, micros: u64) -> u32 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "durability::recorder",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CHILD_VAULT, dir)
        .env(CHILD_VISIT, id.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let number_in = |line: &str| {
        line.strip_prefix("kept ")
            .and_then(|number| number.parse().ok())
    };
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = lines
        .by_ref()
        .map_while(Result::ok)
        .filter_map(|line| number_in(&line))
        .nth(chunks)
        .unwrap();
    std::thread::sleep(Duration::from_micros(micros));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died still stands in the pipe; a last line may be cut off.
    for line in lines.map_while(Result::ok) {
        last = number_in(&line)
            .filter(|number| *number == last + 1)
            .unwrap_or(last);
    }
    last
}

#[test]
fn nothing_that_was_reported_is_lost_when_the_program_is_killed() {
    let parent = tempdir().unwrap();
    let dir = parent.path().join("vault");
    let vault = Vault::create(&dir, &passphrase(), KdfCost::LEAST).unwrap();
    let id = vault.begin_visit(crate::sample::new_visit("A")).unwrap();
    drop(vault);

    let mut random = [0; 20];
    getrandom::fill(&mut random).unwrap();
    for pair in random.chunks_exact(2) {
        let told = record_and_kill(&dir, id, usize::from(pair[0] % 16), u64::from(pair[1]) * 40);
        let vault = Vault::open(&dir, &passphrase()).unwrap();
        let chunks = vault.recorded(id).unwrap().chunks;
        // One more may have been committed and not yet told.
        assert!(
            (told + 1..=told + 2).contains(&chunks),
            "told {told}, {chunks} stored ({pair:?})"
        );
        for number in 0..chunks {
            assert_eq!(
                vault.chunk(id, number).unwrap(),
                second(number),
                "{number} ({pair:?})"
            );
        }
    }
}
