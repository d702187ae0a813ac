#![allow(clippy::unwrap_used, clippy::panic)]
use tempfile::TempDir;
use visit::{Consent, ConsentGiver, ConsentMethod, UnixMillis};

use super::*;
use crate::{KdfCost, NewVisit};

fn scratch() -> (TempDir, Vault) {
    let parent = tempfile::tempdir().unwrap();
    let passphrase = "a long enough passphrase".into();
    let vault = Vault::create(&parent.path().join("v"), &passphrase, KdfCost::LEAST).unwrap();
    (parent, vault)
}

/// A visit with so many chunks, each of which holds its number.
fn recording(vault: &Vault, chunks: u32) -> VisitId {
    let consent = Consent {
        asked_by: "Ada".into(),
        given_by: ConsentGiver::Patient,
        method: ConsentMethod::Written,
        wording: "May I?".to_owned(),
        wording_version: "1".to_owned(),
        at: UnixMillis(0),
    };
    let id = vault
        .begin_visit(NewVisit {
            consent,
            template: "soap".to_owned(),
            kind: None,
            language: None,
            patient_label: "A".into(),
            reason: "B".into(),
            expected: "".into(),
            started_at: UnixMillis(0),
        })
        .unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    (0..chunks).for_each(|n| vault.append_chunk(id, n, &[n as i16; 160]).unwrap());
    id
}

/// Does to the database what only somebody who has its key can do.
fn tamper(vault: &Vault, sql: &str) {
    let statements = format!("DROP TRIGGER chunks_never_change; {sql}");
    vault.connection().execute_batch(&statements).unwrap();
}

#[test]
fn chunks_that_change_places_or_vanish_are_noticed() {
    for (case, sql, damaged) in [
        (
            "swapped within a visit",
            "UPDATE chunks SET number = 100 + number WHERE visit = 1 AND number < 2;
             UPDATE chunks SET number = 101 - number WHERE visit = 1 AND number >= 100;",
            vec![0, 1],
        ),
        (
            "taken from another visit",
            "UPDATE chunks SET sealed = (SELECT sealed FROM chunks WHERE visit = 2 AND number = 1)
             WHERE visit = 1 AND number = 1;",
            vec![1],
        ),
        (
            "played twice",
            "UPDATE chunks SET sealed = (SELECT sealed FROM chunks WHERE visit = 1 AND number = 1)
             WHERE visit = 1 AND number = 2;",
            vec![2],
        ),
        (
            "shortened",
            "UPDATE chunks SET sealed = substr(sealed, 1, length(sealed) - 2)
             WHERE visit = 1 AND number = 0;",
            vec![0],
        ),
        (
            "cut off at the end",
            "DELETE FROM chunks WHERE visit = 1 AND number = 2;",
            vec![2],
        ),
        ("left alone", "", vec![]),
    ] {
        let (_parent, vault) = scratch();
        let (id, other) = (recording(&vault, 3), recording(&vault, 3));
        tamper(&vault, sql);
        for number in 0..3 {
            match vault.chunk(id, number) {
                Ok(pcm) => {
                    assert!(!damaged.contains(&number), "{case}: chunk {number} opens");
                    assert_eq!(pcm, [number as i16; 160], "{case}");
                }
                Err(VaultError::Damaged {
                    what: Part::Chunk(named),
                }) => {
                    assert!(
                        named == number && damaged.contains(&number),
                        "{case}: {number}"
                    );
                }
                Err(error) => panic!("{case}: {error}"),
            }
            assert_eq!(
                vault.chunk(other, number).unwrap(),
                [number as i16; 160],
                "{case}"
            );
        }
    }
}

#[test]
fn what_is_recorded_cannot_be_changed_in_place() {
    let (_parent, vault) = scratch();
    recording(&vault, 1);
    let connection = vault.connection();
    assert!(
        connection
            .execute("UPDATE chunks SET number = 1", [])
            .is_err()
    );
    connection
        .execute(
            "INSERT INTO revisions (visit, number, sealed) VALUES (1, 1, x'')",
            [],
        )
        .unwrap();
    assert!(
        connection
            .execute("UPDATE revisions SET sealed = x'00'", [])
            .is_err()
    );
}

/// SQLite's own limit on pages gives the error that a full disk gives.
#[test]
fn a_full_store_is_told_and_costs_nothing() {
    let (_parent, vault) = scratch();
    let id = recording(&vault, 3);
    let limit = |pages: u32| {
        vault
            .connection()
            .pragma_update(None, "max_page_count", pages)
            .unwrap();
    };
    limit(1);
    let mut number = 3;
    let error = loop {
        match vault.append_chunk(id, number, &[number as i16; 160]) {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, VaultError::DiskFull), "{error:?}");
    assert_eq!(vault.recorded(id).unwrap().chunks, number);
    limit(1_000_000);
    vault
        .append_chunk(id, number, &[number as i16; 160])
        .unwrap();
    (0..=number).for_each(|n| assert_eq!(vault.chunk(id, n).unwrap(), [n as i16; 160]));
}
