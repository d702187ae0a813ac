//! What holds for any words.
#![allow(clippy::unwrap_used)]

mod common;

use common::{check, segment};
use proptest::prelude::*;

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// A number in words; `and` stands between hundreds and what follows them.
fn spelled(n: u64, and: &str, hyphen: &str) -> String {
    let rest = |n: u64, joint: &str| match n {
        0 => String::new(),
        n => format!("{joint}{}", spelled(n, and, hyphen)),
    };
    match n {
        0..20 => ONES[n as usize].to_owned(),
        20..100 => format!("{}{}", TENS[n as usize / 10], rest(n % 10, hyphen)),
        100..1_000 => format!("{} hundred{}", ONES[n as usize / 100], rest(n % 100, and)),
        1_000..1_000_000 => {
            let joint = if n % 1_000 < 100 { and } else { " " };
            format!(
                "{} thousand{}",
                spelled(n / 1_000, and, hyphen),
                rest(n % 1_000, joint)
            )
        }
        _ => format!(
            "{} million{}",
            spelled(n / 1_000_000, and, hyphen),
            rest(n % 1_000_000, " ")
        ),
    }
}

fn written(text: &str) -> String {
    numerals::write(segment(text)).text.expose().to_owned()
}

/// The value of digits before " mg".
fn value(written: &str) -> Option<u64> {
    written.strip_suffix(" mg")?.replace(',', "").parse().ok()
}

#[test]
fn every_number_up_to_a_million_keeps_its_value() {
    for n in 0..=1_000_000 {
        let (and, hyphen) = if n % 2 == 0 {
            (" and ", "-")
        } else {
            (" ", " ")
        };
        let spoken = format!("{} milligrams", spelled(n, and, hyphen));
        assert_eq!(value(&written(&spoken)), Some(n), "{spoken}");
    }
}

/// Words that numbers, and what looks like numbers, are made of.
const VOCABULARY: &[&str] = &[
    "a",
    "an",
    "and",
    "or",
    "to",
    "over",
    "out",
    "of",
    "point",
    "oh",
    "per",
    "half",
    "quarter",
    "the",
    "at",
    "in",
    "since",
    "between",
    "age",
    "may",
    "March",
    "old",
    "year",
    "years",
    "day",
    "hours",
    "times",
    "minute",
    "beats",
    "mercury",
    "tablets",
    "tablet",
    "foot",
    "pounds",
    "units",
    "milligrams",
    "milligram,",
    "micrograms.",
    "mg",
    "µg",
    "ML",
    "gram",
    "grams",
    "kilograms",
    "millimeters",
    "percent",
    "degrees",
    "zero",
    "one",
    "two",
    "three",
    "five",
    "nine",
    "ten",
    "twelve",
    "fifteen",
    "nineteen",
    "twenty",
    "twenty-five",
    "thirty",
    "eighty",
    "hundred",
    "thousand",
    "million",
    "first",
    "second",
    "5",
    "80",
    "2.5",
    "5.0",
    ".5",
    "1,500",
    "120/80",
    "10%",
    "five,",
    "twenty.",
    "(ten)",
    "fifty-two-year-old",
    "five-milligram",
    "right",
    "left",
    "both",
    "knee",
    "I",
    "this",
    "—",
    "\"two\"",
    "5 %",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_row_of_such_words_is_kept(words in prop::collection::vec(prop::sample::select(VOCABULARY), 1..14)) {
        let spoken = segment(&words.join(" "));
        check(&spoken, &numerals::write(spoken.clone()));
    }
}

/// Beside the written "100" the second half would read as a number of its own.
#[test]
fn what_is_written_is_not_read_anew() {
    let spoken = segment("a hundred out point zero year");
    check(&spoken, &numerals::write(spoken.clone()));
}

proptest! {
    #[test]
    fn any_text_is_kept(text: String) {
        let spoken = segment(&text);
        check(&spoken, &numerals::write(spoken.clone()));
    }

    /// A dose is written with the value that was spoken, or not at all.
    #[test]
    fn decimals_keep_their_value(whole in 0_u64..200, digits in prop::collection::vec(0_usize..10, 1..5)) {
        let said: Vec<&str> = digits.iter().map(|digit| ONES[*digit]).collect();
        let spoken = format!("{} point {} milligrams", spelled(whole, " and ", " "), said.join(" "));
        let decimals: String = digits.iter().map(ToString::to_string).collect();
        let found: f64 = written(&spoken).strip_suffix(" mg").unwrap().parse().unwrap();
        let expected: f64 = format!("{whole}.{decimals}").parse().unwrap();
        prop_assert_eq!(found, expected);
    }
}
