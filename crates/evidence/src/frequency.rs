//! How often something is done.

use crate::number::{Thousandths, number_at};
use crate::quantity::{Quantity, time};
use crate::word::{Pause, Word};

/// How often something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frequency {
    /// So many times in each period.
    Times(Thousandths, Quantity),
    /// Once in each period.
    Every(Quantity),
}

/// Abbreviations of prescriptions that say how many times a day.
const A_DAY: [(&str, i64); 5] = [("bid", 2), ("tid", 3), ("qid", 4), ("qd", 1), ("qhs", 1)];
const ONCE: Thousandths = Thousandths(1_000);

/// "twice a day", "3 times daily", "every six hours", "weekly", "b.i.d.", "every morning", and how many words it takes.
pub(crate) fn frequency_at(words: &[Word], at: usize) -> Option<(Frequency, usize)> {
    let text = text(words, at);
    let once = |period| Some((Frequency::Times(ONCE, period?), 1));
    match text {
        "daily" | "nightly" => once(one("day")),
        "weekly" => once(one("week")),
        "monthly" => once(one("month")),
        "every" | "each" => every(words, at),
        _ => abbreviated(words, at).or_else(|| times(words, at)),
    }
}

fn text(words: &[Word], at: usize) -> &str {
    words.get(at).map_or("", |word| word.text.as_str())
}

/// One of a unit of time.
fn one(unit: &str) -> Option<Quantity> {
    time(unit).map(|unit| Quantity::of(ONCE, unit))
}

fn period(words: &[Word], at: usize) -> Option<Quantity> {
    one(&words.get(at)?.stem)
}

/// "b.i.d.", "BID", "q6h", "q 6 h".
fn abbreviated(words: &[Word], at: usize) -> Option<(Frequency, usize)> {
    for (short, times) in A_DAY {
        let mut letters = short.chars().enumerate();
        let spelled = letters.all(|(k, c)| text(words, at + k).chars().eq([c]));
        if text(words, at) == short || spelled {
            let used = if spelled { short.len() } else { 1 };
            return Some((
                Frequency::Times(Thousandths(times * 1000), one("day")?),
                used,
            ));
        }
    }
    let hour = time("hour")?;
    let every = |number: &str| {
        let hours: i64 = number
            .parse()
            .ok()
            .filter(|hours| (1..=168).contains(hours))?;
        Some(Frequency::Every(Quantity::of(
            Thousandths(hours * 1000),
            hour,
        )))
    };
    if let Some(number) = text(words, at)
        .strip_prefix('q')
        .and_then(|rest| rest.strip_suffix('h'))
    {
        return Some((every(number)?, 1));
    }
    let apart = text(words, at) == "q" && matches!(text(words, at + 2), "h" | "hours");
    apart.then(|| Some((every(text(words, at + 1))?, 3)))?
}

/// "once a day", "two times daily"; in "three or four times a day" the first number shares the second's period.
fn times(words: &[Word], at: usize) -> Option<(Frequency, usize)> {
    let counts = |at: usize| matches!(text(words, at), "times" | "time" | "x");
    let (times, used) = match text(words, at) {
        "once" => (ONCE, 1),
        "twice" => (Thousandths(2_000), 1),
        _ => {
            let found = number_at(words, at).filter(|found| !found.ordinal)?;
            let next = at + found.words;
            if matches!(text(words, next), "or" | "to") {
                let second = number_at(words, next + 1).filter(|second| !second.ordinal)?;
                let of = next + 1 + second.words;
                let (period, _) = in_period(words, of + 1).filter(|_| counts(of))?;
                return Some((Frequency::Times(found.value, period), found.words));
            }
            if !counts(next) {
                return None;
            }
            (found.value, found.words + 1)
        }
    };
    if words[at + used - 1].pause > Pause::Comma {
        return None;
    }
    let (period, more) = in_period(words, at + used)?;
    Some((Frequency::Times(times, period), used + more))
}

/// "a day", "per week", "in a day", "daily".
fn in_period(words: &[Word], at: usize) -> Option<(Quantity, usize)> {
    match text(words, at) {
        "a" | "per" | "each" | "every" => Some((period(words, at + 1)?, 2)),
        "in" if text(words, at + 1) == "a" => Some((period(words, at + 2)?, 3)),
        "daily" => Some((one("day")?, 1)),
        "weekly" => Some((one("week")?, 1)),
        _ => None,
    }
}

/// "every day", "every other day", "every six hours", "every morning".
fn every(words: &[Word], at: usize) -> Option<(Frequency, usize)> {
    match text(words, at + 1) {
        // The time of day stays a word of its own.
        "morning" | "evening" | "night" | "noon" | "afternoon" => {
            return Some((Frequency::Times(ONCE, one("day")?), 1));
        }
        "other" => {
            let unit = time(&words.get(at + 2)?.stem)?;
            return Some((Frequency::Every(Quantity::of(Thousandths(2_000), unit)), 3));
        }
        _ => {}
    }
    if let Some(period) = period(words, at + 1) {
        return Some((Frequency::Times(ONCE, period), 2));
    }
    let found = words.get(at + 1).and_then(|_| number_at(words, at + 1));
    let found = found.filter(|found| !found.ordinal)?;
    let unit = time(&words.get(at + 1 + found.words)?.stem)?;
    Some((
        Frequency::Every(Quantity::of(found.value, unit)),
        found.words + 2,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::split;

    #[test]
    fn the_same_frequency_in_other_words() {
        let groups: [&[&str]; 5] = [
            &[
                "twice a day",
                "two times daily",
                "2 times a day",
                "BID",
                "b.i.d.",
                "twice daily",
                "2x a day",
            ],
            &[
                "once a day",
                "daily",
                "every day",
                "each day",
                "once daily",
                "every morning",
            ],
            &["every six hours", "every 6 hours", "q6h", "q 6 h", "q.6 h."],
            &["three times a week", "3 times per week"],
            &["every other day", "every 2 days"],
        ];
        for group in groups {
            for text in group {
                let read =
                    |text: &str| frequency_at(&split(text), 0).map(|(frequency, _)| frequency);
                assert_eq!(read(text), read(group[0]), "{text}");
                assert!(read(text).is_some(), "{text}");
            }
        }
    }
}
