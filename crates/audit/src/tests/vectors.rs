//! Logs are kept for years: what this version writes has to read the same in later ones.

use super::*;
use crate::canonical;

const LINES: &str = include_str!("../../tests/vectors/log-v1.jsonl");
/// Acts of the first version, which stand first among all.
const FIRST: usize = 29;
const BYTES: &str = include_str!("../../tests/vectors/canonical-v1.txt");

#[test]
fn the_first_versions_log_is_written_the_same_and_in_order() {
    let log = log(FIRST, 10);
    let written: Vec<String> = log.iter().map(Line::text).collect();
    assert_eq!(written, LINES.lines().collect::<Vec<_>>());
    let mut export = Export::new(Some(public_key()), Vec::new());
    for line in LINES.lines() {
        export.line(line).unwrap();
    }
    let (verified, _) = export.end().unwrap();
    assert_eq!((verified.entries, verified.heads), (FIRST as u64, 3));
}

#[test]
fn the_first_versions_canonical_bytes_are_the_same() {
    let log = log(FIRST, usize::MAX);
    let forms = log.iter().filter_map(|line| match line {
        Line::Entry(entry) => Some(form(entry)),
        _ => None,
    });
    assert_eq!(forms.collect::<Vec<_>>(), BYTES.lines().collect::<Vec<_>>());
}

/// Acts that came later keep their bytes as well.
#[test]
fn later_acts_keep_their_bytes() {
    let later: Vec<String> = acts()[FIRST..]
        .iter()
        .map(|act| {
            let event = Event {
                at: UnixMillis(1_760_000_000_000),
                who: Actor::Program,
                act: act.clone(),
            };
            let line = Entry::after(0, &origin(&public_key()), event);
            form(&line)
        })
        .collect();
    let begin = "010000000000000000c02cc89901000001";
    let imported = format!("{begin}1f{}{}", "c3".repeat(16), "d4".repeat(32));
    let corrected = format!("{begin}20{}0203", "c3".repeat(16));
    let taken_back = format!("{begin}21{}", "c3".repeat(16));
    let ada = format!("0d{}", hex(b"ada@a.example"));
    let bound = format!(
        "{begin}22{}0700000000000000{}",
        "a1".repeat(32),
        "d4".repeat(32)
    );
    let taken = format!("{begin}230800000000000000{}", "a1".repeat(32));
    let exported = format!(
        "{begin}28{}03000000{}0301{}01000000020000000300000001",
        "c3".repeat(16),
        "a1".repeat(32),
        "e5".repeat(32)
    );
    let expected = [
        format!("{begin}1e"),
        imported,
        corrected,
        taken_back,
        bound,
        taken,
        format!("{begin}24{ada}"),
        format!("{begin}25{ada}"),
        format!("{begin}26036164610e02000000"),
        exported,
        format!("{begin}29"),
        format!("{begin}2a"),
        format!("{begin}2b0200000003"),
        format!("{begin}2c02000000{}", "a1".repeat(32)),
        format!("{begin}2d{}01", "a1".repeat(32)),
        format!("{begin}2e013cf0000000000000e8030000"),
        format!("{begin}2f"),
        format!("{begin}3e"),
        format!("{begin}3f"),
        format!("{begin}32c800000001"),
        format!("{begin}30140000000200000007000000"),
        format!("{begin}35020c0000000000000004"),
        format!("{begin}3601{}01", "a1".repeat(32)),
        format!("{begin}3700"),
        format!(
            "{begin}38{}02{}e803000000000000",
            "a1".repeat(32),
            "d4".repeat(32)
        ),
        format!("{begin}39{}", "a1".repeat(32)),
        format!("{begin}3a{}", "a1".repeat(32)),
        format!(
            "{begin}3b{}{}{}",
            "a1".repeat(32),
            "d4".repeat(32),
            "e5".repeat(32)
        ),
    ];
    assert_eq!(later, expected);
}

#[test]
fn a_persons_account_keeps_its_bytes_and_its_line() {
    let event = Event {
        at: UnixMillis(1_760_000_000_000),
        who: Actor::Person {
            account: PersonAccount::new("ada@a.example"),
        },
        act: Act::VaultOpened,
    };
    let entry = Entry::after(0, &origin(&public_key()), event);
    let begin = "010000000000000000c02cc899010000030d";
    assert_eq!(form(&entry), format!("{begin}{}03", hex(b"ada@a.example")));
    let line = Line::Entry(entry).text();
    assert!(
        line.contains(r#""who":{"person":{"account":"ada@a.example"}}"#),
        "{line}"
    );
    assert_eq!(Line::read(&line).unwrap().text(), line);
}

#[test]
fn an_emergency_keeps_its_bytes_and_its_line() {
    let event = Event {
        at: UnixMillis(1_760_000_000_000),
        who: Actor::Emergency {
            sheet: Digest::from_bytes([0xA1; 32]),
        },
        act: Act::VaultOpened,
    };
    let entry = Entry::after(0, &origin(&public_key()), event);
    let begin = "010000000000000000c02cc89901000004";
    assert_eq!(form(&entry), format!("{begin}{}03", "a1".repeat(32)));
    let line = Line::Entry(entry).text();
    assert!(
        line.contains(r#""who":{"emergency":{"sheet":"a1a1"#),
        "{line}"
    );
    assert_eq!(Line::read(&line).unwrap().text(), line);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn form(entry: &Entry) -> String {
    let Entry { at, who, act, .. } = entry.clone();
    let mut bytes = Vec::new();
    canonical::push(&mut bytes, entry.number, &Event { at, who, act });
    hex(&bytes)
}

#[test]
fn every_act_reads_as_a_sentence() {
    for act in acts() {
        let text = act.to_string();
        assert!(text.len() > 8 && !text.contains('{'), "{text}");
    }
}
