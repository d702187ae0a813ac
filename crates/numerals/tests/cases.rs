//! What is written and what stays, line by line from `cases.txt`.
#![allow(clippy::panic)]

mod common;

use common::{check, segment};

#[test]
fn each_case_is_written_as_it_says() {
    let mut wrong = Vec::new();
    for line in include_str!("cases.txt").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((spoken, expected)) = line.split_once(" => ") else {
            panic!("no arrow in {line}");
        };
        let written = numerals::write(segment(spoken));
        check(&segment(spoken), &written);
        let expected = if expected == "=" { spoken } else { expected };
        let found = written.text.expose();
        if found != expected {
            wrong.push(format!("{spoken}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_word_keeps_what_was_spoken() {
    let written = numerals::write(segment("takes twenty five milligrams, at ninety percent"));
    let words: Vec<_> = written
        .words
        .iter()
        .map(|word| {
            (
                word.text.expose(),
                word.spoken.as_ref().map(|spoken| spoken.expose()),
            )
        })
        .collect();
    let expected = [
        ("takes", None),
        ("25", Some("twenty five")),
        ("mg,", Some("milligrams,")),
        ("at", None),
        ("90%", Some("ninety percent")),
    ];
    assert_eq!(words, expected);
}

#[test]
fn a_merged_word_is_as_long_as_its_parts_and_as_probable_as_the_least() {
    let mut spoken = segment("twenty five milligrams");
    spoken.words[1].probability = 0.25;
    let written = numerals::write(spoken.clone());
    let number = &written.words[0];
    assert_eq!(number.start, spoken.words[0].start);
    assert_eq!(number.end, spoken.words[1].end);
    assert_eq!(number.probability, 0.25);
}

/// A long pause leaves open whether it is one number, or two, or of two people.
#[test]
fn a_number_with_a_long_pause_in_it_stays() {
    let mut spoken = segment("one hundred twenty milligrams");
    for word in &mut spoken.words[2..] {
        word.start.0 += 2_000;
        word.end.0 += 2_000;
    }
    assert_eq!(numerals::write(spoken.clone()), spoken);
}

#[test]
fn a_segment_without_words_or_with_another_text_stays() {
    let mut spoken = segment("five milligrams");
    spoken.text = "fivemilligrams".into();
    assert_eq!(numerals::write(spoken.clone()), spoken);
    spoken.text = "five milligrams".into();
    spoken.words.clear();
    assert_eq!(numerals::write(spoken.clone()), spoken);
}
