//! Labelled statements: true ones, and true ones with one thing changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod common;

use std::collections::BTreeMap;

use common::{dialogue, sample, written};
use evidence::Transcript;
use visit::{Segment, Support};

const CASES: &str = include_str!("cases.txt");

fn fits(wanted: char, support: Support) -> bool {
    match wanted {
        '+' => support == Support::Supported,
        '~' => support == Support::Partial,
        '-' => support == Support::Unsupported,
        '!' => support != Support::Supported,
        '?' => support != Support::Unsupported,
        other => panic!("no such verdict: {other}"),
    }
}

#[test]
fn every_case_gets_its_verdict() {
    judge_all(<[Segment]>::to_vec);
}

#[test]
fn every_case_gets_its_verdict_where_numbers_and_units_are_written() {
    judge_all(written);
}

/// Judges every case on the transcript as it is read.
fn judge_all(read: impl Fn(&[Segment]) -> Vec<Segment>) {
    let mut transcript = Transcript::new(&[]);
    let mut inline: Option<String> = None;
    let (mut wrong, mut kinds) = (Vec::new(), BTreeMap::<String, (usize, usize)>::new());
    for line in CASES
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(visit) = line.strip_prefix("visit ") {
            transcript = Transcript::new(&read(&sample(visit)));
            continue;
        }
        if line == "lines" {
            inline = Some(String::new());
            continue;
        }
        let Some((label, statement)) = line.split_once('|') else {
            let text = inline
                .as_mut()
                .expect("transcript lines stand behind \"lines\"");
            text.push_str(line);
            text.push('\n');
            continue;
        };
        if let Some(text) = inline.take() {
            transcript = Transcript::new(&read(&dialogue(&text)));
        }
        let (wanted, kind) = (label.chars().next().unwrap(), label[1..].trim().to_owned());
        let judgement = transcript.judge(statement.trim());
        let count = kinds.entry(kind.clone()).or_default();
        count.1 += 1;
        if fits(wanted, judgement.support) {
            count.0 += 1;
        } else {
            wrong.push(format!(
                "{wanted} {kind}: {} → {:?} [{}]",
                statement.trim(),
                judgement.support,
                judgement.reason.expose()
            ));
        }
        assert_eq!(
            judgement.reason.is_blank(),
            judgement.support == Support::Supported,
            "{statement}"
        );
    }
    let total: usize = kinds.values().map(|(_, all)| all).sum();
    println!("{total} cases; right by kind: {kinds:?}");
    assert!(total >= 100);
    assert!(
        wrong.is_empty(),
        "{} of {total} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
