//! Logs are kept for years: what this version writes has to read the same in later ones.

use super::*;
use crate::canonical;

const LINES: &str = include_str!("../../tests/vectors/log-v1.jsonl");
/// With the acts that came later.
const LATER_LINES: &str = include_str!("../../tests/vectors/log-v1-with-speakers.jsonl");
const BYTES: &str = include_str!("../../tests/vectors/canonical-v1.txt");

#[test]
fn the_first_versions_log_is_written_the_same_and_in_order() {
    check_lines(LINES, FIRST_ACTS);
    check_lines(LATER_LINES, acts().len());
}

fn check_lines(lines: &str, acts: usize) {
    let log = log(acts, 10);
    let written: Vec<String> = log.iter().map(Line::text).collect();
    assert_eq!(written, lines.lines().collect::<Vec<_>>());
    let mut export = Export::new(Some(public_key()), None);
    for line in lines.lines() {
        export.line(line).unwrap();
    }
    let (verified, _) = export.end().unwrap();
    assert_eq!(
        (verified.entries, verified.heads),
        (acts as u64, acts.div_ceil(10) as u64)
    );
}

#[test]
fn the_first_versions_canonical_bytes_are_the_same() {
    let log = log(acts().len(), usize::MAX);
    let forms = log.iter().filter_map(|line| match line {
        Line::Entry(entry) => Some(form(entry)),
        _ => None,
    });
    assert_eq!(forms.collect::<Vec<_>>(), BYTES.lines().collect::<Vec<_>>());
}

fn form(entry: &Entry) -> String {
    let Entry { at, who, act, .. } = entry.clone();
    let mut bytes = Vec::new();
    canonical::push(&mut bytes, entry.number, &Event { at, who, act });
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_act_reads_as_a_sentence() {
    for act in acts() {
        let text = act.to_string();
        assert!(text.len() > 8 && !text.contains('{'), "{text}");
    }
}
