//! Units of measure and other things that are counted in visits.

use crate::token::Token;

/// What a unit measures, as far as it matters to how numbers before it are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Amounts of a medicine: a strength when something to take follows.
    Amount,
    Percent,
    /// Body weight, in the plural: said without "hundred", as in "one eighty pounds".
    Weight,
    /// Pressures and rates: said without "hundred" too.
    Vital,
    /// Lengths of time; "one" before them is left alone, for "one day" is mostly no number.
    Time,
    /// "three times", but not "one time".
    Times,
    /// A length that is also a part of the body.
    Foot,
    /// Anything else.
    Thing,
}

/// A unit in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub kind: Kind,
    /// How it is written; none where it stays a word.
    pub written: Option<&'static str>,
    /// How many words it takes.
    pub words: usize,
}

/// A kind, how it is written, and what it is called.
type Line = (Kind, Option<&'static str>, &'static [&'static str]);

/// Units of several words come first. ISMP: mcg and not µg, mL and not ml or cc, "units" in full, no degree sign.
const UNITS: &[Line] = &[
    (
        Kind::Vital,
        Some("mmHg"),
        &[
            "millimeters of mercury",
            "millimetres of mercury",
            "millimeter of mercury",
            "mm of mercury",
            "mmhg",
        ],
    ),
    (
        Kind::Vital,
        Some("bpm"),
        &["beats per minute", "beats a minute", "bpm"],
    ),
    (Kind::Percent, Some("%"), &["percent", "per cent"]),
    (
        Kind::Amount,
        None,
        &["international units", "international unit", "units", "unit"],
    ),
    (
        Kind::Amount,
        Some("mg"),
        &[
            "milligrams",
            "milligram",
            "milligrammes",
            "milligramme",
            "mg",
        ],
    ),
    (
        Kind::Amount,
        Some("mcg"),
        &[
            "micrograms",
            "microgram",
            "microgrammes",
            "microgramme",
            "mcg",
            "µg",
            "μg",
            "ug",
        ],
    ),
    (
        Kind::Amount,
        Some("g"),
        &["grams", "gram", "grammes", "gramme", "g"],
    ),
    (
        Kind::Amount,
        Some("mL"),
        &[
            "milliliters",
            "milliliter",
            "millilitres",
            "millilitre",
            "ml",
        ],
    ),
    (
        Kind::Amount,
        Some("dL"),
        &["deciliters", "deciliter", "decilitres", "decilitre"],
    ),
    (
        Kind::Amount,
        Some("L"),
        &["liters", "liter", "litres", "litre"],
    ),
    (
        Kind::Amount,
        Some("mEq"),
        &["milliequivalents", "milliequivalent", "meq"],
    ),
    (Kind::Weight, Some("kg"), &["kilograms", "kilogrammes"]),
    (Kind::Thing, Some("kg"), &["kilogram", "kilogramme", "kg"]),
    (
        Kind::Thing,
        Some("cm"),
        &[
            "centimeters",
            "centimeter",
            "centimetres",
            "centimetre",
            "cm",
        ],
    ),
    (
        Kind::Thing,
        Some("mm"),
        &[
            "millimeters",
            "millimeter",
            "millimetres",
            "millimetre",
            "mm",
        ],
    ),
    (Kind::Weight, None, &["pounds", "lbs", "kilos"]),
    (
        Kind::Vital,
        None,
        &["breaths per minute", "breaths a minute"],
    ),
    (
        Kind::Time,
        None,
        &[
            "minutes",
            "minute",
            "hours",
            "hour",
            "days",
            "day",
            "nights",
            "weeks",
            "week",
            "months",
            "month",
            "years",
            "year",
            "seconds",
            "year-old",
            "month-old",
            "week-old",
            "day-old",
            "year-olds",
        ],
    ),
    (Kind::Times, None, &["times", "time"]),
    (Kind::Foot, None, &["feet", "foot"]),
    (
        Kind::Thing,
        None,
        &[
            "tablets",
            "tablet",
            "pills",
            "pill",
            "capsules",
            "capsule",
            "tabs",
            "caps",
            "puffs",
            "puff",
            "drops",
            "drop",
            "sprays",
            "spray",
            "doses",
            "dose",
            "teaspoons",
            "teaspoon",
            "tablespoons",
            "tablespoon",
            "patches",
            "patch",
            "degrees",
            "degree",
            "pound",
            "ounces",
            "ounce",
            "inches",
            "inch",
            "miles",
            "mile",
            "meters",
            "meter",
            "metres",
            "metre",
            "kilo",
            "cc",
            "ccs",
            "cigarettes",
        ],
    ),
];

/// Words that make a "gram" before them no unit: Gram's stain.
const STAIN: [&str; 3] = ["stain", "negative", "positive"];

/// The unit that follows the word before `at` without a break, if one does.
pub(crate) fn unit_behind(tokens: &[Token<'_>], at: usize) -> Option<Unit> {
    let goes_on = |n: usize| {
        let before = n.checked_sub(1).and_then(|n| tokens.get(n));
        before.is_some_and(Token::is_open) && tokens.get(n).is_some_and(Token::goes_on)
    };
    UNITS.iter().find_map(|&(kind, written, names)| {
        let words = names.iter().find_map(|name| {
            let fits = |(n, word): (usize, &str)| goes_on(at + n) && tokens[at + n].core == word;
            let words = name.split(' ').count();
            name.split(' ').enumerate().all(fits).then_some(words)
        })?;
        let next = tokens.get(at + words);
        let is_stain = written == Some("g") && next.is_some_and(|next| next.is_any(&STAIN));
        (!is_stain).then_some(Unit {
            kind,
            written,
            words,
        })
    })
}

/// The unit with this name of one word.
pub(crate) fn named(name: &str) -> Option<Unit> {
    let (kind, written, _) = UNITS.iter().find(|(_, _, names)| names.contains(&name))?;
    Some(Unit {
        kind: *kind,
        written: *written,
        words: 1,
    })
}

/// Whether a word names things of which each holds a dose, more than one of them.
pub(crate) fn holds_doses(token: &Token<'_>) -> bool {
    token.is_any(&[
        "tablets",
        "pills",
        "capsules",
        "tabs",
        "caps",
        "doses",
        "patches",
        "injections",
        "vials",
        "ampules",
        "ampoules",
        "syringes",
        "pens",
        "packets",
        "sachets",
        "suppositories",
        "lozenges",
        "gummies",
        "ones",
        "bottles",
        "bags",
        "shots",
    ])
}
