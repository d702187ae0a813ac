//! A log of 10,000 entries, changed in every way that there is: the first bad entry is named.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

const ENTRIES: usize = 10_000;
/// Entries between two heads.
const HEADS: usize = 50;

static LOG: LazyLock<Vec<Line>> = LazyLock::new(|| log(ENTRIES, HEADS));
/// The same without heads but the last: there is nothing but the chain.
static BARE: LazyLock<Vec<Line>> = LazyLock::new(|| log(ENTRIES, usize::MAX));

/// Where in the lines an entry stands.
fn place_of(lines: &[Line], number: u64) -> usize {
    let is_it = |line: &Line| matches!(line, Line::Entry(entry) if entry.number == number);
    lines.iter().position(is_it).unwrap()
}

fn entry(line: &mut Line) -> &mut Entry {
    match line {
        Line::Entry(entry) => entry,
        other => panic!("{other:?}"),
    }
}

fn first_bad(lines: &[Line]) -> Option<u64> {
    check(lines).unwrap_err().first_bad()
}

/// Gives every entry from this place on the hash that it should have, as whoever changes a log and
/// knows its format can.
fn chain_anew(lines: &mut [Line]) {
    let (mut number, mut hash) = (0, origin(&public_key()));
    for line in lines {
        if let Line::Entry(entry) = line {
            let Entry { at, who, act, .. } = entry.clone();
            *entry = Entry::after(number, &hash, Event { at, who, act });
            (number, hash) = (entry.number, entry.hash);
        }
    }
}

#[test]
fn an_untouched_log_is_in_order() {
    for log in [&*LOG, &*BARE] {
        let verified = check(log).unwrap();
        assert_eq!(verified.entries, ENTRIES as u64);
        assert_eq!(verified.last.entries, ENTRIES as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_entry_is_named(number in 1..=ENTRIES as u64, what in 0..4, bare: bool) {
        let mut lines = if bare { BARE.clone() } else { LOG.clone() };
        let place = place_of(&lines, number);
        let changed = entry(&mut lines[place]);
        match what {
            0 => changed.at.0 += 1,
            1 => changed.who = Actor::Account { name: AccountName::new("eve"), id: Some(1000) },
            2 => changed.act = Act::Searched { found: 6 },
            _ => changed.hash = Digest::from_bytes([0; 32]),
        }
        prop_assert_eq!(check(&lines), Err(Fault::Changed { number }));
    }

    #[test]
    fn a_deleted_entry_is_named(number in 1..=ENTRIES as u64, bare: bool) {
        let mut lines = if bare { BARE.clone() } else { LOG.clone() };
        lines.remove(place_of(&lines, number));
        prop_assert_eq!(first_bad(&lines), Some(number));
    }

    #[test]
    fn an_added_entry_is_named(number in 1..=ENTRIES as u64, from in 1..=ENTRIES as u64, renumbered: bool) {
        let mut lines = LOG.clone();
        let mut added = lines[place_of(&lines, from)].clone();
        if renumbered {
            entry(&mut added).number = number;
        }
        prop_assume!(renumbered || from != number);
        lines.insert(place_of(&lines, number), added);
        // A copy of the very entry that belongs there is right; the second one is not.
        let expected = if renumbered && from == number { number + 1 } else { number };
        prop_assert_eq!(first_bad(&lines), Some(expected));
    }

    #[test]
    fn the_first_of_two_exchanged_entries_is_named(a in 1..=ENTRIES as u64, b in 1..=ENTRIES as u64, renumbered: bool) {
        prop_assume!(a != b);
        let mut lines = LOG.clone();
        let (at_a, at_b) = (place_of(&lines, a), place_of(&lines, b));
        lines.swap(at_a, at_b);
        if renumbered {
            entry(&mut lines[at_a]).number = a;
            entry(&mut lines[at_b]).number = b;
        }
        prop_assert_eq!(first_bad(&lines), Some(a.min(b)));
    }

    #[test]
    fn a_cut_off_end_is_named(left in 0..ENTRIES as u64, with_head: bool) {
        let mut lines = LOG.clone();
        lines.truncate(place_of(&lines, left + 1));
        let Some(Line::Head(newest)) = LOG.last() else { panic!("no head") };
        let ends_with_head = matches!(lines.last(), Some(Line::Head(_)));
        if with_head {
            // Its own last head is put behind what is left.
            lines.push(Line::Head(*newest));
            prop_assert_eq!(first_bad(&lines), Some(left + 1));
            lines.pop();
        }
        if !ends_with_head {
            prop_assert_eq!(first_bad(&lines), Some(left + 1));
        }
        // Cut off right behind an earlier head it is a log that is in order, and only the head that
        // was kept elsewhere tells.
        let mut export = Export::new(None, vec![*newest]);
        for line in &lines {
            export.line(&line.text()).unwrap();
        }
        prop_assert_eq!(export.end().unwrap_err(), Fault::BehindKept { entries: left, kept: ENTRIES as u64 });
    }

    #[test]
    fn a_log_that_was_chained_anew_is_not_the_one_that_was_signed(number in 1..=ENTRIES as u64) {
        let mut lines = LOG.clone();
        let place = place_of(&lines, number);
        entry(&mut lines[place]).act = Act::VaultLocked;
        prop_assume!(lines[place] != LOG[place]);
        chain_anew(&mut lines);
        let from = (number - 1) / HEADS as u64 * HEADS as u64 + 1;
        let to = from + HEADS as u64 - 1;
        prop_assert_eq!(check(&lines), Err(Fault::Rewritten { from, to }));
    }
}

/// Whoever has the signing key can write the end of a log anew; a head that left before shows it.
#[test]
fn a_log_that_was_signed_anew_is_not_the_one_whose_head_was_kept() {
    let mut lines = log(100, 10);
    let kept = match &lines[place_of(&lines, 60) + 1] {
        Line::Head(head) => *head,
        other => panic!("{other:?}"),
    };
    let place = place_of(&lines, 55);
    entry(&mut lines[place]).at.0 += 1;
    chain_anew(&mut lines);
    let mut hash = Digest::from_bytes([0; 32]);
    for line in &mut lines {
        match line {
            Line::Entry(entry) => hash = entry.hash,
            Line::Head(head) => {
                let (entries, at) = (head.entries, head.at);
                *head = sign(Head { entries, at, hash });
            }
            Line::Log(_) => {}
        }
    }
    assert_eq!(check(&lines).unwrap().entries, 100);
    // Heads that left after that are of the new log, and do not hide it.
    let Some(Line::Head(newest)) = lines.last() else {
        panic!("no head")
    };
    for kept in [vec![kept], vec![kept, *newest], vec![*newest, kept, kept]] {
        let mut export = Export::new(None, kept);
        let found = lines
            .iter()
            .find_map(|line| export.line(&line.text()).err());
        assert_eq!(found, Some(Fault::Rewritten { from: 51, to: 60 }));
    }
    let mut export = Export::new(None, vec![*newest]);
    assert!(lines.iter().all(|line| export.line(&line.text()).is_ok()));
}

#[test]
fn a_head_is_signed_and_in_its_place() {
    let lines = log(30, 10);
    let heads: Vec<usize> = (0..lines.len())
        .filter(|&at| matches!(lines[at], Line::Head(_)))
        .collect();
    let [first, second, _] = heads[..] else {
        panic!("{heads:?}")
    };

    let mut moved = lines.clone();
    let head = moved.remove(first);
    moved.insert(second - 1, head);
    let after = 20;
    assert_eq!(
        check(&moved),
        Err(Fault::HeadOutOfPlace { entries: 10, after })
    );

    let mut forged = lines.clone();
    if let Line::Head(head) = &mut forged[second] {
        head.at.0 += 1;
    }
    assert_eq!(check(&forged), Err(Fault::NotSigned { entries: 20 }));

    let mut unsigned = lines;
    unsigned.pop();
    assert_eq!(check(&unsigned), Err(Fault::Truncated { number: 31 }));
}

/// Nothing can be added to a line that its hash does not cover.
#[test]
fn a_line_is_written_in_one_way_only() {
    let lines = log(3, 10);
    let text = lines[2].text();
    let spaced = text.replacen(':', ": ", 1);
    let added = text.replacen("\"at\"", "\"by\":\"eve\",\"at\"", 1);
    let moved =
        text.replacen("\"number\":2,", "", 1)
            .replacen(",\"hash\"", ",\"number\":2,\"hash\"", 1);
    assert_eq!(Line::read(&text).unwrap(), lines[2]);
    for other in [spaced, added, moved, String::new(), "{}".to_owned()] {
        assert_ne!(other, text);
        assert_eq!(Line::read(&other), Err(LineError::Malformed), "{other}");
    }
}

#[test]
fn a_log_of_another_vault_or_a_newer_program_or_no_log_is_told() {
    let lines = log(3, 10);
    let first = |text: &str, key| Export::new(key, Vec::new()).line(text);
    let other = PublicKey::from_bytes(SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes());
    let found = public_key();
    assert_eq!(
        first(&lines[0].text(), Some(other)),
        Err(Fault::OtherKey { found })
    );
    let newer = lines[0]
        .text()
        .replace("\"version\":1", "\"version\":2,\"more\":0");
    let error = LineError::NewerVersion { found: 2 };
    let number = 1;
    assert_eq!(first(&newer, None), Err(Fault::Line { number, error }));
    let error = LineError::NotALog;
    for text in ["Dear Sir", &lines[1].text()] {
        assert_eq!(first(text, None), Err(Fault::Line { number, error }));
    }
    assert!(Export::new(None, Vec::new()).end().is_err());
    // An entry of another log does not begin this one.
    let key = other;
    let stolen = [Line::first(key), lines[1].clone()];
    let mut export = Export::new(Some(key), Vec::new());
    let found = stolen
        .iter()
        .find_map(|line| export.line(&line.text()).err());
    assert_eq!(found, Some(Fault::Changed { number: 1 }));
}
