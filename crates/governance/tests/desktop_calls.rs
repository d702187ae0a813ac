//! Every call of the window stands for a command of the table of roles, or needs no role.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use governance::Command as C;

/// What each call lets a person do; nothing for what shows and changes nothing of the vault.
const CALLS: &[(&str, &[C])] = &[
    ("back_up", &[C::BackUp]),
    ("cancel_draft", &[C::DraftNote]),
    // Who spoke is a part of what a draft is made from: whoever may edit the note may correct it.
    ("correct_speaker", &[C::EditNote]),
    ("create_vault", &[C::CreateVault]),
    ("draft", &[C::DraftNote]),
    ("erase_visit", &[C::WithdrawConsent, C::Discard]),
    ("import_recording", &[C::CreateVisit, C::Record]),
    ("judge_statement", &[C::DraftNote]),
    ("list_visits", &[C::ListVisits]),
    ("listen", &[]),
    ("lock_vault", &[C::LockVault]),
    ("note_text", &[C::TakeNote]),
    ("open_vault", &[C::OpenVault]),
    ("pause", &[C::Record]),
    ("prepare_visit", &[C::CreateVisit]),
    ("quit", &[]),
    ("read_retention", &[C::ReadRetention]),
    ("read_visit", &[C::ReadVisit]),
    ("record", &[C::Record]),
    ("resume", &[C::Record]),
    ("save_note", &[C::EditNote]),
    ("search_visits", &[C::SearchVisits]),
    ("set_preferences", &[]),
    ("set_retention", &[C::ChangeRetention]),
    ("sign_note", &[C::SignNote]),
    ("sound_sources", &[]),
    ("startup", &[]),
    ("stop", &[C::Record]),
    ("take_correction_back", &[C::EditNote]),
];

#[test]
fn every_call_of_the_window_has_its_place_in_the_table() {
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src-tauri/commands.txt");
    let list = std::fs::read_to_string(list).unwrap();
    let mut calls: Vec<&str> = list.split_whitespace().collect();
    calls.sort_unstable();
    let known: BTreeMap<_, _> = CALLS.iter().copied().collect();
    assert_eq!(calls, known.keys().copied().collect::<Vec<_>>());
}

#[test]
fn what_the_window_does_not_do_is_done_on_the_command_line() {
    let here: BTreeSet<C> = CALLS
        .iter()
        .flat_map(|(_, commands)| *commands)
        .copied()
        .collect();
    let elsewhere: Vec<C> = C::ALL
        .iter()
        .copied()
        .filter(|command| !here.contains(command))
        .collect();
    let expected = [
        C::ChangePassphrase,
        C::ChangeWays,
        C::RotateKey,
        C::Recover,
        C::Restore,
        C::ShowLog,
        C::ExportLog,
    ];
    assert_eq!(elsewhere, expected);
}
