//! The words that numbers are made of.

use crate::number::Number;

/// A part of a spoken number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    /// Zero to nine.
    Digit(u64),
    /// Ten to nineteen.
    Teen(u64),
    /// Twenty, thirty, … ninety.
    Tens(u64),
    Hundred,
    Thousand,
    Million,
    /// The "a" of "a hundred".
    A,
    /// The "and" of "a hundred and five".
    And,
    Point,
    /// Zero, as it is said within numbers: "one oh five".
    Oh,
    /// A number in digits.
    Figures(Number),
}

/// The words of 0 to 19, each at its value.
pub const BELOW_TWENTY: [&str; 20] = [
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
/// The words of 20, 30 and so on to 90.
pub const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

impl Atom {
    /// The part of a number that a lower-case word always is.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let place = |words: &[&str]| words.iter().position(|other| *other == word);
        if let Some(value) = place(&BELOW_TWENTY) {
            let value = value as u64;
            return Some(if value < 10 {
                Self::Digit(value)
            } else {
                Self::Teen(value)
            });
        }
        if let Some(place) = place(&TENS) {
            return Some(Self::Tens(20 + 10 * place as u64));
        }
        match word {
            "hundred" => Some(Self::Hundred),
            "thousand" => Some(Self::Thousand),
            "million" => Some(Self::Million),
            _ => None,
        }
    }

    /// Whether it multiplies what stands before it.
    pub(crate) fn is_magnitude(self) -> bool {
        matches!(self, Self::Hundred | Self::Thousand | Self::Million)
    }
}

/// Words that count or order and are never written in digits; next to a number they make it doubtful.
const DOUBTFUL: [&str; 24] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "half", "halves", "quarter", "quarters", "thirds", "fourths", "fifths",
    "dozen", "billion", "double", "triple", "o'clock",
];

/// Whether a lower-case word makes a number next to it doubtful: ordinals, fractions, what has digits in it.
pub(crate) fn is_doubtful(word: &str) -> bool {
    DOUBTFUL.contains(&word)
        || word.ends_with("teenth")
        || word.ends_with("tieth")
        || matches!(
            word,
            "hundredth" | "thousandth" | "hundredths" | "thousandths"
        )
        || word.bytes().any(|byte| byte.is_ascii_digit())
}
