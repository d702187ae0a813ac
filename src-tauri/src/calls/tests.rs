#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use governance::allowed;
use vault::{Outcome, Refusal, SecretString};

use super::*;
use crate::clinic::{
    PEOPLE, account, admit_all, code, desk_in, enrol, make_without_organisation, passphrase,
};
use crate::failure::FailureCode;
use crate::ipc::Door;

fn commands(needs: Needs) -> &'static [C] {
    match needs {
        All(commands) | OneOf(commands) => commands,
    }
}

#[test]
fn every_call_of_the_window_has_its_place_in_the_table() {
    let mut calls: Vec<&str> = include_str!("../../commands.txt")
        .split_whitespace()
        .collect();
    calls.sort_unstable();
    let known: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
    assert_eq!(calls, known);
    assert_eq!(needs("no_such_call"), None);
}

#[test]
fn what_the_window_does_not_do_is_done_on_the_command_line() {
    let here: BTreeSet<C> = CALLS
        .iter()
        .flat_map(|(_, needs)| commands(*needs))
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
        C::RecordDrill,
        C::KeepVoice,
        C::ReadPilotFigures,
        C::AssessRisk,
        C::ExportHeads,
        C::SetHeadsTarget,
        C::AcknowledgeEmergency,
    ];
    assert_eq!(elsewhere, expected);
}

#[test]
fn every_call_is_made_or_refused_as_the_table_of_roles_says_and_refusals_are_entered() {
    let folder = tempfile::tempdir().unwrap();
    enrol(folder.path());
    let desk = desk_in(folder.path());
    assert!(desk.asks_for_accounts());
    let nowhere = desk.enrol_computer("medium", "").err().unwrap();
    assert_eq!(nowhere.code, FailureCode::Rejected);
    let organisation = desk.organisation().unwrap();
    assert_eq!(organisation.identity.name, "Northside Clinic");
    let typed = SecretString::from(code("ada").print());
    let refused = desk.play_sample().err().unwrap();
    assert_eq!(
        (refused.code, desk.door()),
        (FailureCode::Rejected, Door::Absent)
    );
    desk.create_for(" Ada@northside.example ", &typed, &passphrase("ada"))
        .unwrap();
    desk.lock_vault();
    assert!(desk.asks_for_accounts());
    admit_all(folder.path());

    let mut refusals = 0;
    for (name, role) in PEOPLE {
        desk.sign_in(account(name).as_str(), &passphrase(name))
            .unwrap();
        assert_eq!(desk.role(), Some(role));
        let powers = desk.powers();
        for command in C::ALL {
            assert_eq!(
                powers.contains(command),
                allowed(role, *command).is_ok(),
                "{name} {command:?}"
            );
        }
        for (call, needs) in CALLS {
            let is_allowed = |command: &C| allowed(role, *command).is_ok();
            let expected = match needs {
                All(commands) => commands.iter().all(is_allowed),
                OneOf(commands) => commands.iter().any(is_allowed),
            };
            match desk.may_call(call) {
                Ok(()) => assert!(expected, "{name} {call}"),
                Err(refused) => {
                    assert!(!expected, "{name} {call}: {}", refused.message);
                    assert_eq!(refused.code, FailureCode::Rejected);
                    assert!(refused.message.contains(role.word()), "{}", refused.message);
                    refusals += 1;
                }
            }
        }
        assert!(desk.may_call("no_such_call").is_err());
        desk.lock_vault();
        assert_eq!((desk.role(), desk.powers()), (None, Vec::new()));
    }
    desk.sign_in("eunji@northside.example", &passphrase("eunji"))
        .unwrap();
    let mut entered = 0;
    let is_refusal = Outcome::Refused(Refusal::NotForRole);
    desk.vault()
        .unwrap()
        .show_log(&mut |entry| entered += u32::from(entry.act.outcome() == is_refusal))
        .unwrap();
    assert!(refusals > 40, "{refusals}");
    assert_eq!(entered, refusals);
}

/// Without an organisation whoever has the passphrase may do everything, as ever.
#[test]
fn a_store_without_an_organisation_asks_no_role() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path());
    assert!(!desk.asks_for_accounts());
    assert_eq!(desk.organisation(), None);
    make_without_organisation(folder.path(), &passphrase("nobody"));
    desk.open_vault(&passphrase("nobody")).unwrap();
    assert_eq!(desk.powers(), C::ALL);
    for (call, _) in CALLS {
        assert!(desk.may_call(call).is_ok(), "{call}");
    }
}
