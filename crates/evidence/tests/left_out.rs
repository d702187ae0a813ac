//! What a note leaves out is found, and what it holds is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{note, sample};
use evidence::omissions;

/// Takes the lines with `gone` out of a good note; the turn that says `said` has to be offered, among the first `rank`.
#[test]
fn what_is_taken_out_of_a_good_note_is_offered() {
    let cases = [
        ("adult-follow-up", "penicillin", "I have penicillin here", 3),
        (
            "adult-follow-up",
            "semaglutide",
            "weekly injection, semaglutide",
            3,
        ),
        ("adult-follow-up", "lisinopril", "raise the lisinopril", 4),
        ("adult-follow-up", "stroke", "he had the stroke", 4),
        ("injured-knee", "codeine", "Codeine", 3),
        ("injured-knee", "naproxen", "take naproxen", 3),
        ("injured-knee", "levothyroxine", "levothyroxine", 3),
        ("child-with-parent", "peanuts", "peanuts", 3),
        (
            "child-with-parent",
            "Amoxicillin liquid",
            "10 milliliters, twice a day",
            4,
        ),
        ("child-with-parent", "albuterol", "albuterol inhaler", 3),
    ];
    for (visit, gone, said, rank) in cases {
        let segments = sample(visit);
        let kept: Vec<String> = note(visit)
            .into_iter()
            .filter(|line| !line.contains(gone))
            .collect();
        let kept: Vec<&str> = kept.iter().map(String::as_str).collect();
        let found = omissions(&kept, &segments);
        let place = found
            .iter()
            .position(|omission| omission.text.expose().contains(said));
        assert!(
            place.is_some_and(|place| place < rank),
            "{visit}, {gone}: {place:?} of {}",
            found.len()
        );
    }
}

#[test]
fn a_good_note_leaves_little_out() {
    for (visit, most) in [
        ("adult-follow-up", 3),
        ("injured-knee", 3),
        ("child-with-parent", 3),
    ] {
        let lines = note(visit);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let found = omissions(&lines, &sample(visit));
        let shown: Vec<String> = found
            .iter()
            .map(|o| format!("{} [{}]", o.text.expose(), o.why.expose()))
            .collect();
        assert!(found.len() <= most, "{visit}: {shown:#?}");
    }
}

#[test]
fn small_talk_is_no_omission() {
    let found = omissions(&[], &sample("adult-follow-up"));
    for idle in [
        "crossword",
        "tomatoes are",
        "stretching anyway",
        "finish the crossword",
    ] {
        let offered = found
            .iter()
            .any(|omission| omission.text.expose().contains(idle));
        assert!(!offered, "{idle}");
    }
}
