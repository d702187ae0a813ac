//! Entries are only ever added, and whoever changes them all the same is found out.

use audit::Line;

use super::*;

#[test]
fn the_database_takes_no_change_of_an_entry_or_a_head() {
    let (_parent, vault) = scratch();
    signed(&vault);
    for statement in [
        "UPDATE audit_entries SET line = '' WHERE number = 2",
        "DELETE FROM audit_entries WHERE number = 2",
        "DELETE FROM audit_entries",
        "INSERT OR REPLACE INTO audit_entries (number, line) VALUES (2, '')",
        "INSERT INTO audit_entries (number, line) VALUES (5000, '')",
        "UPDATE audit_heads SET line = ''",
        "DELETE FROM audit_heads",
        "INSERT OR REPLACE INTO audit_heads (number, entries, line) VALUES (1, 2, '')",
    ] {
        let done = vault.connection().execute(statement, []);
        assert!(done.is_err(), "{statement}");
    }
    assert_eq!(export(&vault).1, None);
}

#[test]
fn an_exported_log_is_in_order_and_ends_with_its_head() {
    let (parent, vault) = scratch();
    signed(&vault);
    drop(vault);
    let vault = open(&folder_of(&parent)).unwrap();
    let (log, fault) = export(&vault);
    assert_eq!(fault, None);
    assert_eq!(check(&log, &vault), Ok(count(&vault) as u64));
    let heads: Vec<u64> = log
        .lines()
        .filter_map(|line| match Line::read(line) {
            Ok(Line::Head(head)) => Some(head.entries),
            _ => None,
        })
        .collect();
    let all = entries(&vault);
    let signed_after: Vec<&Act> = heads
        .iter()
        .map(|&entries| &all[entries as usize - 1].act)
        .collect();
    assert!(
        matches!(
            signed_after[..],
            [Act::NoteSigned { .. }, Act::VaultLocked, Act::LogExported]
        ),
        "{signed_after:?}"
    );
}

/// Does to the log what only somebody who has the vault's keys can do, and says what is found.
fn found_after(manipulation: &str) -> Fault {
    let (parent, vault) = scratch();
    signed(&vault);
    drop(vault);
    let vault = open(&folder_of(&parent)).unwrap();
    vault
        .connection()
        .execute_batch(
            "DROP TRIGGER audit_entries_never_change; DROP TRIGGER audit_entries_stay;
             DROP TRIGGER audit_heads_stay;",
        )
        .unwrap();
    vault.connection().execute_batch(manipulation).unwrap();
    let shown = vault.show_log(&mut |_| ()).unwrap().fault.unwrap();
    let (log, fault) = export(&vault);
    assert_eq!(check(&log, &vault).unwrap_err(), fault.clone().unwrap());
    if !manipulation.contains("number > 6") {
        assert_eq!(fault.unwrap(), shown);
    }
    shown
}

#[test]
fn what_was_changed_taken_away_or_exchanged_is_named() {
    assert_eq!(
        found_after(
            "UPDATE audit_entries SET line = replace(line, 'recording_begun', 'visit_read')
             WHERE line LIKE '%recording_begun%'"
        ),
        Fault::Changed { number: 5 }
    );
    assert_eq!(
        found_after("DELETE FROM audit_entries WHERE number = 4"),
        Fault::Missing {
            number: 4,
            found: 5
        }
    );
    assert_eq!(
        found_after(
            "UPDATE audit_entries SET number = -1 WHERE number = 4;
             UPDATE audit_entries SET number = 4 WHERE number = 5;
             UPDATE audit_entries SET number = 5 WHERE number = -1;"
        ),
        Fault::Missing {
            number: 4,
            found: 5
        }
    );
    let cut = "DELETE FROM audit_entries WHERE number > 6";
    let fault = found_after(cut);
    // Entry 7 is the one that somebody has looked.
    assert_eq!(fault.first_bad(), Some(8), "{fault}");
}

#[test]
fn a_vault_of_an_earlier_version_begins_its_log_when_it_is_opened() {
    let (parent, vault) = scratch();
    signed(&vault);
    vault
        .connection()
        .execute_batch(
            "DROP TABLE audit_entries; DROP TABLE audit_heads; DROP TABLE corrections;
             DROP TABLE organisation; DROP TABLE enrolment_codes; DROP TABLE lockdown;
             DROP TABLE heads_target; DROP TABLE heads_sent; DROP TABLE emergencies;
             DROP TABLE key_successions; DROP TABLE voice_prints;
             PRAGMA user_version = 6;",
        )
        .unwrap();
    drop(vault);
    let vault = open(&folder_of(&parent)).unwrap();
    let acts = acts_after(&vault, 0);
    assert_eq!(acts, [Act::LogBegun { visits: 1 }, Act::VaultOpened]);
    assert_eq!(export(&vault).1, None);
}
