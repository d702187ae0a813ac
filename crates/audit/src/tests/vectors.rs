//! Logs are kept for years: what this version writes has to read the same in later ones.

use super::*;
use crate::canonical;

const LINES: &str = include_str!("../../tests/vectors/log-v1.jsonl");
const BYTES: &str = include_str!("../../tests/vectors/canonical-v1.txt");

#[test]
fn the_first_versions_log_is_written_the_same_and_in_order() {
    let log = log(acts().len(), 10);
    let written: Vec<String> = log.iter().map(Line::text).collect();
    assert_eq!(written, LINES.lines().collect::<Vec<_>>());
    let mut export = Export::new(Some(public_key()), None);
    for line in LINES.lines() {
        export.line(line).unwrap();
    }
    let (verified, _) = export.end().unwrap();
    assert_eq!((verified.entries, verified.heads), (acts().len() as u64, 3));
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

/// Written once, when the version was new; never again.
#[test]
#[ignore = "made the vectors"]
fn write_the_vectors() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let join = |lines: Vec<String>| lines.join("\n") + "\n";
    let lines = log(acts().len(), 10);
    let texts = join(lines.iter().map(Line::text).collect());
    let forms = lines.iter().filter_map(|line| match line {
        Line::Entry(entry) => Some(form(entry)),
        _ => None,
    });
    std::fs::write(folder.join("log-v1.jsonl"), texts).unwrap();
    std::fs::write(folder.join("canonical-v1.txt"), join(forms.collect())).unwrap();
}

#[test]
fn every_act_reads_as_a_sentence() {
    for act in acts() {
        let text = act.to_string();
        assert!(text.len() > 8 && !text.contains('{'), "{text}");
    }
}
