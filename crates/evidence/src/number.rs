//! Numbers, written in digits or in words.

use crate::word::{Pause, Word};

/// A number in thousandths: exact for every number that is spoken in a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Thousandths(pub i64);

/// A number and how many words it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub value: Thousandths,
    pub words: usize,
    /// Whether it counts places in an order (second, 3rd).
    pub ordinal: bool,
}

const UNITS: [&str; 20] = [
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
const ORDINALS: [&str; 11] = [
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth",
];

/// The number that starts at `at`.
pub(crate) fn number_at(words: &[Word], at: usize) -> Option<Found> {
    let text = words[at].text.as_str();
    if let Some(found) = digits(text) {
        return Some(with_half(words, at, found));
    }
    if let Some(place) = ORDINALS
        .iter()
        .position(|o| *o == text)
        .filter(|place| *place > 0)
    {
        return Some(Found {
            value: whole(place as i64),
            words: 1,
            ordinal: true,
        });
    }
    if text == "couple" {
        return Some(Found {
            value: whole(2),
            words: 1,
            ordinal: false,
        });
    }
    if let Some((fraction, used)) = decimals(words, at) {
        return Some(Found {
            value: Thousandths(fraction),
            words: used,
            ordinal: false,
        });
    }
    let (value, used) = spoken(words, at)?;
    let mut found = Found {
        value: whole(value),
        words: used,
        ordinal: false,
    };
    if let Some((fraction, used)) = decimals(words, at + used) {
        found.value.0 += fraction;
        found.words += used;
    }
    Some(with_half(words, at, found))
}

fn whole(value: i64) -> Thousandths {
    Thousandths(value.saturating_mul(1000))
}

fn digits(text: &str) -> Option<Found> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = text.replace(',', "");
    let (number, ordinal) = match plain.trim_end_matches(|c: char| c.is_ascii_alphabetic()) {
        cut if cut.len() < plain.len() => (cut.to_owned(), true),
        _ => (plain, false),
    };
    let (integer, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let integer: i64 = integer.parse().ok().filter(|n| *n < 1_000_000_000)?;
    let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(Found {
        value: Thousandths(integer * 1000 + thousandths),
        words: 1,
        ordinal,
    })
}

fn below_twenty(words: &[Word], at: usize) -> Option<i64> {
    let text = words.get(at)?.text.as_str();
    UNITS
        .iter()
        .position(|unit| *unit == text)
        .map(|n| n as i64)
}

/// A number below a hundred in words.
fn below_hundred(words: &[Word], at: usize) -> Option<(i64, usize)> {
    if let Some(n) = below_twenty(words, at) {
        return Some((n, 1));
    }
    let text = words.get(at)?.text.as_str();
    let tens = TENS
        .iter()
        .position(|ten| *ten == text && !ten.is_empty())? as i64
        * 10;
    let joined = words[at].pause == Pause::None;
    match below_twenty(words, at + 1).filter(|n| joined && (1..10).contains(n)) {
        Some(unit) => Some((tens + unit, 2)),
        None => Some((tens, 1)),
    }
}

/// A whole number in words: "one hundred and twenty", "one forty eight", "twenty nineteen".
fn spoken(words: &[Word], at: usize) -> Option<(i64, usize)> {
    let is = |i: usize, text: &str| words.get(i).is_some_and(|w| w.text == text);
    let joined = |i: usize| words.get(i).is_some_and(|w| w.pause == Pause::None);
    let (first, mut used) = if is(at, "a") && (is(at + 1, "hundred") || is(at + 1, "thousand")) {
        (1, 1)
    } else {
        below_hundred(words, at)?
    };
    let mut total = first;
    if joined(at + used - 1) && is(at + used, "thousand") {
        total *= 1000;
        used += 1;
        if let Some((more, n)) = below_hundred(words, at + used).filter(|_| joined(at + used - 1)) {
            let hundred = joined(at + used + n - 1) && is(at + used + n, "hundred");
            total += if hundred { more * 100 } else { more };
            used += n + usize::from(hundred);
        }
        return Some((total, used));
    }
    if joined(at + used - 1) && is(at + used, "hundred") {
        total *= 100;
        used += 1;
        let and = usize::from(is(at + used, "and"));
        if joined(at + used - 1)
            && let Some((more, n)) = below_hundred(words, at + used + and)
        {
            total += more;
            used += and + n;
        }
        return Some((total, used));
    }
    // "one forty eight" is 148, "twenty nineteen" the year 2019.
    if joined(at + used - 1)
        && let Some((more, n)) = below_hundred(words, at + used)
        && more >= 10
        && ((1..10).contains(&first) || (first == 19 || first == 20))
    {
        return Some((first * 100 + more, used + n));
    }
    Some((total, used))
}

/// "point seven five", in thousandths.
fn decimals(words: &[Word], at: usize) -> Option<(i64, usize)> {
    if words.get(at)?.text != "point" {
        return None;
    }
    let (mut fraction, mut place, mut used) = (0, 100, 1);
    while place > 0 {
        let Some(digit) = below_twenty(words, at + used).filter(|n| *n < 10) else {
            break;
        };
        fraction += digit * place;
        place /= 10;
        used += 1;
    }
    (used > 1).then_some((fraction, used))
}

/// "six and a half".
fn with_half(words: &[Word], at: usize, found: Found) -> Found {
    let follows = ["and", "a", "half"].iter().enumerate().all(|(k, text)| {
        words
            .get(at + found.words + k)
            .is_some_and(|w| w.text == *text)
    });
    if follows && !found.ordinal {
        Found {
            value: Thousandths(found.value.0 + 500),
            words: found.words + 3,
            ..found
        }
    } else {
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::split;

    #[test]
    fn numbers_are_read_in_digits_and_words() {
        let cases = [
            ("20", 20_000, 1),
            ("7.8", 7_800, 1),
            ("1,000", 1_000_000, 1),
            ("0.125", 125, 1),
            ("twenty", 20_000, 1),
            ("twenty five", 25_000, 2),
            ("one hundred and forty eight", 148_000, 5),
            ("a hundred and one point eight", 101_800, 6),
            ("one forty eight", 148_000, 3),
            ("twenty nineteen", 2_019_000, 2),
            ("seven point two five", 7_250, 4),
            ("six and a half", 6_500, 4),
            ("two thousand five hundred", 2_500_000, 4),
            ("third", 3_000, 1),
            ("2nd", 2_000, 1),
        ];
        for (text, value, length) in cases {
            let found = number_at(&split(text), 0).expect(text);
            assert_eq!((found.value.0, found.words), (value, length), "{text}");
        }
        for text in ["knee", "point", "hundred", "99999999999999999999"] {
            assert!(number_at(&split(text), 0).is_none(), "{text}");
        }
    }
}
