//! Numbers with their units, and how often something is done.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::number::{Thousandths, number_at};
use crate::stem::stem;
use crate::table::{headed, lines};
use crate::word::{Pause, Word};

/// What a number measures. Numbers of one dimension can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Dimension(&'static str);

impl Dimension {
    /// Places in an order.
    pub(crate) const ORDINAL: Self = Self("ordinal");

    /// Whether it is an amount of a medicine.
    pub(crate) fn is_dose(self) -> bool {
        matches!(
            self.0,
            "mass" | "volume" | "dose" | "puffs" | "drops" | "units"
        )
    }

    /// Whether it is a length of time.
    pub(crate) fn is_time(self) -> bool {
        matches!(self.0, "minutes" | "months")
    }
}

/// A number, with its unit where one was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// As it was said.
    pub raw: Thousandths,
    /// In the dimension's base unit.
    pub base: Thousandths,
    /// None for a bare number.
    pub dimension: Option<Dimension>,
}

impl Quantity {
    fn bare(raw: Thousandths) -> Self {
        Self {
            raw,
            base: raw,
            dimension: None,
        }
    }

    fn of(raw: Thousandths, unit: Unit) -> Self {
        let base = Thousandths(raw.0.saturating_mul(unit.factor));
        Self {
            raw,
            base,
            dimension: Some(unit.dimension),
        }
    }

    /// Whether both are the same amount; a missing unit is taken to be the other's.
    pub(crate) fn same(self, other: Self) -> bool {
        match (self.dimension, other.dimension) {
            (Some(one), Some(another)) => one == another && self.base == other.base,
            _ => self.raw == other.raw,
        }
    }

    /// Whether both were said in the same unit.
    pub(crate) fn same_unit(self, other: Self) -> bool {
        let factor = |q: Self| if q.raw.0 == 0 { 0 } else { q.base.0 / q.raw.0 };
        self.dimension == other.dimension && factor(self) == factor(other)
    }

    /// Whether one of the two could have been said in the place of the other.
    pub(crate) fn comparable(self, other: Self) -> bool {
        match (self.dimension, other.dimension) {
            (Some(one), Some(another)) => one == another,
            (None, Some(one)) | (Some(one), None) => one != Dimension::ORDINAL,
            (None, None) => true,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Unit {
    dimension: Dimension,
    factor: i64,
}

/// From `tables/units.txt`, by stem.
static UNITS: LazyLock<HashMap<String, Unit>> = LazyLock::new(|| {
    let mut units = HashMap::new();
    for line in lines(include_str!("../tables/units.txt")) {
        let (head, names) = headed(line);
        let Some((dimension, factor)) = head.split_once(' ') else {
            continue;
        };
        let Ok(factor) = factor.trim().parse() else {
            continue;
        };
        for name in names {
            units.insert(
                stem(name),
                Unit {
                    dimension: Dimension(dimension),
                    factor,
                },
            );
        }
    }
    units
});

/// How often something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frequency {
    /// So many times in each period of so many base units of time.
    Times(Thousandths, Thousandths),
    /// Once in so many base units of time.
    Every(Thousandths),
}

/// A number or a frequency and how many words it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    Quantity(Quantity, usize),
    Frequency(Frequency, usize),
}

const DAY: Thousandths = Thousandths(1_440_000);
const ONCE: Thousandths = Thousandths(1_000);

/// The number with its unit, or the frequency, that starts at `at`.
pub(crate) fn amount_at(words: &[Word], at: usize) -> Option<Amount> {
    if let Some((frequency, used)) = frequency_at(words, at) {
        return Some(Amount::Frequency(frequency, used));
    }
    if words[at].text == "twice" {
        return Some(Amount::Quantity(Quantity::bare(Thousandths(2_000)), 1));
    }
    if matches!(words[at].text.as_str(), "a" | "an") {
        if let Some((unit, used)) =
            unit_at(words, at + 1).filter(|(unit, _)| unit.dimension.is_time())
        {
            return Some(Amount::Quantity(Quantity::of(ONCE, unit), 1 + used));
        }
    }
    let found = number_at(words, at)?;
    if found.ordinal {
        let dimension = Some(Dimension::ORDINAL);
        let quantity = Quantity {
            raw: found.value,
            base: found.value,
            dimension,
        };
        return Some(Amount::Quantity(quantity, found.words));
    }
    let next = at + found.words;
    if words[next - 1].pause == Pause::None
        && let Some((unit, used)) = unit_at(words, next)
    {
        return Some(Amount::Quantity(
            Quantity::of(found.value, unit),
            found.words + used,
        ));
    }
    let counts = words[at].text != "one" || found.words > 1 || joined_range(words, next).is_some();
    let quantity = match joined_range(words, next) {
        Some(unit) => Quantity::of(found.value, unit),
        None => Quantity::bare(found.value),
    };
    // "one" without a unit is mostly a pronoun: "this one", "no one".
    counts.then_some(Amount::Quantity(quantity, found.words))
}

fn unit_at(words: &[Word], at: usize) -> Option<(Unit, usize)> {
    let unit = words
        .get(at)
        .filter(|word| !word.text.ends_with("ly"))
        .and_then(|word| UNITS.get(&word.stem))?;
    Some((*unit, 1))
}

/// The unit of the second number in "one or two tablets", "5 to 10 milligrams".
fn joined_range(words: &[Word], at: usize) -> Option<Unit> {
    let joint = words.get(at)?;
    if !matches!(joint.text.as_str(), "or" | "to" | "and") || words[at - 1].pause != Pause::None {
        return None;
    }
    words.get(at + 1)?;
    let second = number_at(words, at + 1).filter(|found| !found.ordinal)?;
    unit_at(words, at + 1 + second.words).map(|(unit, _)| unit)
}

fn period(words: &[Word], at: usize) -> Option<Thousandths> {
    let unit = UNITS.get(&words.get(at)?.stem)?;
    unit.dimension.is_time().then(|| {
        // Months and minutes have bases of their own; as periods they are told apart by sign.
        let sign = if unit.dimension.0 == "months" { -1 } else { 1 };
        Thousandths(unit.factor * 1000 * sign)
    })
}

/// "twice a day", "3 times daily", "every six hours", "weekly", "b.i.d.", "every morning".
fn frequency_at(words: &[Word], at: usize) -> Option<(Frequency, usize)> {
    let text = |i: usize| words.get(i).map_or("", |w| w.text.as_str());
    let abbreviated = [("bid", 2), ("tid", 3), ("qid", 4), ("qd", 1), ("qhs", 1)];
    for (short, times) in abbreviated {
        let spelled = short
            .chars()
            .enumerate()
            .all(|(k, c)| text(at + k).chars().eq([c]));
        if text(at) == short || spelled {
            let used = if text(at) == short { 1 } else { short.len() };
            return Some((Frequency::Times(Thousandths(times * 1000), DAY), used));
        }
    }
    match text(at) {
        "daily" | "nightly" => return Some((Frequency::Times(ONCE, DAY), 1)),
        "weekly" => return Some((Frequency::Times(ONCE, Thousandths(DAY.0 * 7)), 1)),
        "monthly" => return Some((Frequency::Times(ONCE, Thousandths(-1000)), 1)),
        "every" | "each" => return every(words, at),
        _ => {}
    }
    let (times, mut used) = match text(at) {
        "once" => (ONCE, 1),
        "twice" => (Thousandths(2_000), 1),
        _ => {
            let found = number_at(words, at).filter(|found| !found.ordinal)?;
            let next = at + found.words;
            if matches!(text(next), "times" | "time" | "x") {
                (found.value, found.words + 1)
            } else if matches!(text(next), "or" | "to") {
                // "three or four times a day": the first number shares the second's period.
                let second = number_at(words, next + 1).filter(|n| !n.ordinal)?;
                let times = next + 1 + second.words;
                if !matches!(text(times), "times" | "time" | "x") {
                    return None;
                }
                let (Frequency::Times(_, period), _) = frequency_at(words, next + 1)? else {
                    return None;
                };
                return Some((Frequency::Times(found.value, period), found.words));
            } else {
                return None;
            }
        }
    };
    if words[at + used - 1].pause > Pause::Comma {
        return None;
    }
    let of_period = match text(at + used) {
        "a" | "per" | "each" | "every" | "in" => {
            used += 1;
            if text(at + used) == "a" {
                used += 1;
            }
            period(words, at + used)
        }
        "daily" => Some(DAY),
        "weekly" => Some(Thousandths(DAY.0 * 7)),
        _ => None,
    };
    Some((Frequency::Times(times, of_period?), used + 1))
}

fn every(words: &[Word], at: usize) -> Option<(Frequency, usize)> {
    let next = words.get(at + 1)?;
    match next.text.as_str() {
        "morning" | "evening" | "night" | "noon" | "afternoon" => {
            // The time of day stays a word of its own.
            return Some((Frequency::Times(ONCE, DAY), 1));
        }
        "other" => {
            let base = period(words, at + 2)?;
            return Some((Frequency::Every(Thousandths(base.0 * 2)), 3));
        }
        _ => {}
    }
    if let Some(base) = period(words, at + 1) {
        return Some((Frequency::Times(ONCE, base), 2));
    }
    let found = number_at(words, at + 1).filter(|found| !found.ordinal)?;
    let base = period(words, at + 1 + found.words)?;
    Some((
        Frequency::Every(Thousandths(found.value.0.saturating_mul(base.0) / 1000)),
        found.words + 2,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::split;

    fn amount(text: &str) -> Amount {
        amount_at(&split(text), 0).expect(text)
    }

    #[test]
    fn the_same_amount_in_other_words() {
        let pairs = [
            ("20 mg", "twenty milligrams"),
            ("0.5 g", "500 milligrams"),
            ("1,000 mg", "one gram"),
            ("7 days", "one week"),
            ("48 hours", "two days"),
            ("10 mL", "ten milliliters"),
            ("98%", "ninety eight percent"),
            ("20 mg", "20"),
        ];
        for (one, other) in pairs {
            let (Amount::Quantity(a, _), Amount::Quantity(b, _)) = (amount(one), amount(other))
            else {
                panic!("{one} / {other}")
            };
            assert!(a.same(b), "{one} / {other}: {a:?} {b:?}");
        }
        for (one, other) in [
            ("20 mg", "20 mL"),
            ("20 mg", "40 mg"),
            ("2 weeks", "2 days"),
        ] {
            let (Amount::Quantity(a, _), Amount::Quantity(b, _)) = (amount(one), amount(other))
            else {
                panic!("{one} / {other}")
            };
            assert!(!a.same(b), "{one} / {other}");
        }
    }

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
            &["every six hours", "every 6 hours"],
            &["three times a week", "3 times per week"],
            &["every other day", "every 2 days"],
        ];
        for group in groups {
            for text in group {
                let (Amount::Frequency(a, _), Amount::Frequency(b, _)) =
                    (amount(text), amount(group[0]))
                else {
                    panic!("{text}")
                };
                assert_eq!(a, b, "{text}");
            }
        }
    }
}
