#![allow(clippy::unwrap_used)]
use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;

use super::{FRAME_HEADER, HEADER, State, examine, examine_bytes};

const PAGE: usize = 4096;
const FRAME: usize = FRAME_HEADER + PAGE;

/// A log with three commits of one frame each, and its folder.
fn log() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; CREATE TABLE t (x); PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
    for x in 0..3 {
        connection
            .execute("INSERT INTO t VALUES (?1)", [x])
            .unwrap();
    }
    let log = fs::read(path.with_extension("db-wal")).unwrap();
    assert_eq!(log.len(), HEADER + 3 * FRAME);
    std::mem::forget(connection);
    (folder, path.with_extension("db-wal"), log)
}

fn judged(log: &[u8]) -> State {
    examine_bytes(log, PAGE).unwrap()
}

#[test]
fn what_sqlite_has_written_is_whole_wherever_it_was_cut_off() {
    let (_folder, path, log) = log();
    assert_eq!(examine(&path, PAGE).unwrap(), State::Whole);
    for length in 0..log.len() {
        assert_eq!(judged(&log[..length]), State::Whole, "{length} bytes");
    }
    assert_eq!(
        examine(&path.with_extension("none"), PAGE).unwrap(),
        State::Whole
    );
}

/// Also of a frame of an earlier log that is half overwritten.
#[test]
fn a_frame_that_was_being_written_is_no_damage() {
    let (_folder, _path, log) = log();
    for at in HEADER + 2 * FRAME..log.len() {
        let mut torn = log.clone();
        torn[at] ^= 0x41;
        assert_eq!(judged(&torn), State::Whole, "byte {at}");
    }
    let mut stale = log.clone();
    stale.extend_from_slice(&log[HEADER..HEADER + FRAME]);
    let salts = stale.len() - FRAME + 8;
    stale[salts] ^= 1;
    stale[HEADER + 2 * FRAME + 100] ^= 1;
    assert_eq!(judged(&stale), State::Whole);
}

#[test]
fn any_other_flipped_byte_is_damage() {
    let (_folder, _path, log) = log();
    for at in 0..HEADER + 2 * FRAME {
        let mut flipped = log.clone();
        flipped[at] ^= 0x41;
        // The number of the checkpoint and the version are covered by the header's checksum too.
        assert_eq!(judged(&flipped), State::Damaged, "byte {at}");
    }
}

#[test]
fn a_header_without_frames_or_with_zeros_alone_loses_nothing() {
    let (_folder, _path, log) = log();
    let mut header = log[..HEADER].to_vec();
    header[0] ^= 1;
    assert_eq!(judged(&header), State::Whole);
    assert_eq!(judged(&vec![0; HEADER + FRAME]), State::Whole);
}
