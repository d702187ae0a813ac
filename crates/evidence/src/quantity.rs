//! Numbers with their units.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::frequency::{Frequency, frequency_at};
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

    /// A number of units.
    pub(crate) fn of(raw: Thousandths, unit: Unit) -> Self {
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

/// A unit of measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
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

/// A number or a frequency and how many words it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    Quantity(Quantity, usize),
    Frequency(Frequency, usize),
}

/// The number with its unit, or the frequency, that starts at `at`.
pub(crate) fn amount_at(words: &[Word], at: usize) -> Option<Amount> {
    if let Some((frequency, used)) = frequency_at(words, at) {
        return Some(Amount::Frequency(frequency, used));
    }
    if words[at].text == "twice" {
        return Some(Amount::Quantity(Quantity::bare(Thousandths(2_000)), 1));
    }
    if matches!(words[at].text.as_str(), "a" | "an")
        && let Some((unit, used)) =
            unit_at(words, at + 1).filter(|(unit, _)| unit.dimension.is_time())
    {
        return Some(Amount::Quantity(
            Quantity::of(Thousandths(1_000), unit),
            1 + used,
        ));
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
    let counts = words[at].text != "one" || found.words > 1 || joins_number(words, next);
    let quantity = match joined_range(words, next) {
        Some(unit) => Quantity::of(found.value, unit),
        None => Quantity::bare(found.value),
    };
    // "one" without a unit is mostly a pronoun: "this one", "no one".
    counts.then_some(Amount::Quantity(quantity, found.words))
}

/// A unit of time, by its stem.
pub(crate) fn time(stem: &str) -> Option<Unit> {
    UNITS
        .get(stem)
        .copied()
        .filter(|unit| unit.dimension.is_time())
}

fn unit_at(words: &[Word], at: usize) -> Option<(Unit, usize)> {
    let unit = words
        .get(at)
        .filter(|word| !word.text.ends_with("ly"))
        .and_then(|word| UNITS.get(&word.stem))?;
    Some((*unit, 1))
}

/// Whether "or" or "to" joins another number: "one or two glasses".
fn joins_number(words: &[Word], at: usize) -> bool {
    let joint = words
        .get(at)
        .is_some_and(|joint| matches!(joint.text.as_str(), "or" | "to"));
    joint
        && words[at - 1].pause == Pause::None
        && words.get(at + 1).is_some()
        && number_at(words, at + 1).is_some_and(|found| !found.ordinal)
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
}
