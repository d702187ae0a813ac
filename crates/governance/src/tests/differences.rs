//! A document in words, and changes of its text.

use proptest::prelude::*;
use visit::Sha256Hex;

use super::{SAMPLE, account, day, sample};
use crate::edit::{self, EditError};
use crate::{Enrolment, Moment, Organisation, Person, Role, changes, facts};

const FACTS: &str = include_str!("../../tests/vectors/facts-v1.txt");

#[test]
fn a_document_is_said_in_words() {
    let facts = facts(&sample());
    let said: String = facts
        .iter()
        .map(|(what, is)| format!("{what}: {is}\n"))
        .collect();
    assert_eq!(said, FACTS);
}

#[test]
fn every_line_that_is_changed_is_a_change() {
    // Each exchange changes one thing.
    for (old, new) in [
        ("serial = 7", "serial = 8"),
        (
            "from = 2026-01-01\nuntil = 2027",
            "from = 2025-01-01\nuntil = 2027",
        ),
        ("name = \"Northside Clinic\"", "name = \"Southside Clinic\""),
        (
            ", \"care.northside.example\"]",
            ", \"care.northside.example\", \"x.example\"]",
        ),
        ("\"age1zvk", "\"age1avk"),
        ("idle_lock_minutes = 10", "idle_lock_minutes = 11"),
        ("per_person_figures = false", "per_person_figures = true"),
        ("audio = 30", "audio = 31"),
        ("draft = 90\n", ""),
        ("draft = 90\n", "draft = 90\ntranscript = 400\n"),
        ("role = \"nurse\"", "role = \"physician\""),
        ("os_account = \"ada\"\n", ""),
        ("until = 2026-07-01", "until = 2026-07-02"),
        ("until = 2026-01-15", "until = 2026-01-16"),
        (
            "kinds = [\"follow-up\", \"back pain\"]",
            "kinds = [\"follow-up, back pain\"]",
        ),
        ("visits = 200\n", ""),
        ("value = 7.5, most = 12", "value = 7.5, most = 13"),
        ("value = 91 ", "value = 91, least = 80 "),
        ("templates = [\"soap\"]\n", ""),
        (
            "reason = \"It invented doses.\"",
            "reason = \"It invents doses.\"",
        ),
        ("\"sacubitril, valsartan\"", "\"sacubitril\", \"valsartan\""),
        ("title = \"Wound\"", "title = \"Wounds\""),
        ("most_statements = 12", "most_statements = 13"),
        ("empty = \"Not looked at.\"", "empty = \"Nothing.\""),
    ] {
        assert_eq!(SAMPLE.matches(old).count(), 1, "{old}");
        let after = Organisation::read(&SAMPLE.replace(old, new)).unwrap();
        let found = changes(&sample(), &after);
        assert_eq!(found.len(), 1, "{old} -> {new}: {found:?}");
        let back = changes(&after, &sample());
        assert_eq!(
            (&back[0].before, &back[0].after),
            (&found[0].after, &found[0].before)
        );
    }
    assert_eq!(changes(&sample(), &sample()), []);
}

/// With where heads of the logs go and a sealed sheet, which the sample does not have.
fn with_heads_and_sheet() -> String {
    let sheet = format!("age1{}", "q".repeat(58));
    let audit = "[policy.audit]\nheads_folder = \"/mnt/heads\"\nsyslog = true\n";
    let emergency = format!("\n[emergency]\nrecipient = \"{sheet}\"\nminutes = 30\n");
    SAMPLE.replace(
        "[policy.retention]",
        &format!("{audit}\n[policy.retention]"),
    ) + &emergency
}

#[test]
fn heads_and_sheet_are_said_and_their_changes_are_changes() {
    let text = with_heads_and_sheet();
    let with = Organisation::read(&text).unwrap();
    assert_eq!(changes(&sample(), &with).len(), 4);
    for (old, new) in [
        ("/mnt/heads", "/mnt/others"),
        ("syslog = true\n", ""),
        ("minutes = 30", "minutes = 31"),
        ("\"age1qq", "\"age1zq"),
    ] {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        let after = Organisation::read(&text.replace(old, new)).unwrap();
        assert_eq!(changes(&with, &after).len(), 1, "{old}");
    }
}

#[test]
fn a_sheet_is_named_for_the_first_time_and_exchanged() {
    let sheet = |letter: &str, minutes| crate::Emergency {
        recipient: format!("age1{}", letter.repeat(58)),
        minutes,
    };
    let first = edit::set_emergency(SAMPLE, &sheet("q", 60)).unwrap();
    let read = Organisation::read(&first).unwrap();
    assert_eq!((read.emergency, read.serial), (Some(sheet("q", 60)), 8));
    assert!(first.starts_with(&SAMPLE.replace("serial = 7", "serial = 8")));
    let second = edit::set_emergency(&first, &sheet("z", 15)).unwrap();
    let read = Organisation::read(&second).unwrap();
    assert_eq!((read.emergency, read.serial), (Some(sheet("z", 15)), 9));
    let without = first.replace("minutes = 60\n", "");
    let third = edit::set_emergency(&without, &sheet("z", 15)).unwrap();
    assert_eq!(
        Organisation::read(&third).unwrap().emergency,
        Some(sheet("z", 15))
    );
}

#[test]
fn a_change_reads_as_a_line() {
    let after = SAMPLE
        .replace("role = \"nurse\"", "role = \"physician\"")
        .replace("draft = 90\n", "")
        .replace("os_account = \"ada\"\n", "");
    let after = Organisation::read(&after).unwrap();
    let said: Vec<String> = changes(&sample(), &after)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            "removed  person ada@northside.example, account of the computer: ada",
            "changed  person ben@care.northside.example, role: nurse -> physician",
            "changed  policy, keeps draft: 90 days -> until a person erases it",
        ]
    );
}

fn newcomer(name: &str, until: Option<&str>) -> Person {
    Person {
        name: name.to_owned(),
        account: account("fay@northside.example"),
        role: Role::Nurse,
        os_account: Some("fay".to_owned()),
        from: Moment(day("2026-04-01")),
        until: until.map(|until| Moment(day(until))),
        enrolment: Some(enrolment()),
    }
}

fn enrolment() -> Enrolment {
    Enrolment {
        sha256: Sha256Hex::from_bytes([7; 32]),
        until: Moment(day("2026-04-15T10:00:00+02:00")),
    }
}

#[test]
fn a_person_is_added_and_removed_and_the_rest_stays_as_it_was_written() {
    let fay = newcomer("Fay \"the\" O'Neil", Some("2026-05-01"));
    let added = edit::add_person(SAMPLE, &fay).unwrap();
    let read = Organisation::read(&added).unwrap();
    assert_eq!(read.people.last(), Some(&fay));
    assert_eq!(read.serial, 8);
    assert!(matches!(
        edit::add_person(&added, &fay),
        Err(EditError::Mistake(_))
    ));
    let removed = edit::remove_person(&added, &fay.account).unwrap();
    let lines = removed.replace("serial = 9", "serial = 7");
    assert_eq!(lines.trim_end(), SAMPLE.trim_end());
    // From the middle.
    let removed = edit::remove_person(SAMPLE, &account("dov@northside.example")).unwrap();
    let cut = SAMPLE.find("[[person]]\nname = \"Dov").unwrap()
        ..SAMPLE.find("[[person]]\nname = \"Eun").unwrap();
    let mut expected = SAMPLE.replace("serial = 7", "serial = 8");
    expected.replace_range(cut, "");
    assert_eq!(removed, expected);
    // Who takes part in the pilot does so by a decision of its own.
    let refused = edit::remove_person(SAMPLE, &account("ada@northside.example"));
    assert!(matches!(refused, Err(EditError::Mistake(_))));
    let refused = edit::remove_person(SAMPLE, &account("eve@northside.example"));
    assert!(matches!(refused, Err(EditError::Unknown(_))));
}

#[test]
fn a_code_is_given_anew_and_for_the_first_time() {
    for who in ["ada@northside.example", "ben@care.northside.example"] {
        let text = edit::set_enrolment(SAMPLE, &account(who), &enrolment()).unwrap();
        let read = Organisation::read(&text).unwrap();
        let person = read
            .people
            .iter()
            .find(|person| person.account.as_str() == who);
        assert_eq!(person.unwrap().enrolment, Some(enrolment()));
        assert!(text.contains("# the nurse of the pilot\nrole"), "{text}");
    }
}

#[test]
fn what_is_written_in_another_way_is_left_alone() {
    let start = SAMPLE.find("[[person]]").unwrap()..SAMPLE.find("[pilot]").unwrap();
    let mut inline = SAMPLE.to_owned();
    inline.replace_range(start, "");
    let inline = inline.replace(
        "format = 1\n",
        "format = 1\nperson = [{ name = \"A\", account = \"ada@northside.example\", role = \"nurse\", from = 2026-01-01 },\n\
         { name = \"B\", account = \"ben@care.northside.example\", role = \"nurse\", from = 2026-01-01 }]\n",
    );
    Organisation::read(&inline).unwrap();
    let who = account("ada@northside.example");
    assert!(edit::set_enrolment(&inline, &who, &enrolment()).is_err());
    assert!(edit::remove_person(&inline, &who).is_err());
    assert!(edit::add_person(&inline, &newcomer("Fay", None)).is_err());
}

#[test]
fn a_serial_has_an_end() {
    let text = edit::raise_serial(SAMPLE, 41).unwrap();
    assert_eq!(Organisation::read(&text).unwrap().serial, 42);
    let last = u64::try_from(i64::MAX).unwrap();
    assert!(matches!(
        edit::raise_serial(SAMPLE, last),
        Err(EditError::Serial)
    ));
}

proptest! {
    #[test]
    fn whoever_is_added_is_read_the_same(name in "[^\\p{C}\\p{Z}]([^\\p{C}]{0,60}[^\\p{C}\\p{Z}])?", late: bool) {
        let person = newcomer(&name, late.then_some("2027-05-01T01:02:03Z"));
        let text = edit::add_person(SAMPLE, &person).unwrap();
        let read = Organisation::read(&text).unwrap();
        prop_assert_eq!(read.people.last(), Some(&person));
    }
}
