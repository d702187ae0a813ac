//! Another number, unit, frequency, length of time or date than was said.

use regex::{Captures, Regex};

use crate::plain::{choose, holds, words};

/// The first match of a pattern, rewritten; none where the rewriting gives none.
fn rewritten(
    text: &str,
    pattern: &str,
    by: impl Fn(&Captures<'_>) -> Option<String>,
) -> Option<String> {
    let pattern = Regex::new(pattern).ok()?;
    pattern.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let by = by(&found)?;
        Some(format!(
            "{}{by}{}",
            &text[..whole.start()],
            &text[whole.end()..]
        ))
    })
}

const UNIT: &str = "mg|milligrams?|mcg|micrograms?|g|grams?|ml|milliliters?|units?|tablets?|pills?|puffs?|capsules?";

/// A number near `value` that was never said.
fn other_number(value: &str, spoken: &str) -> Option<String> {
    let said = words(spoken);
    let number: f64 = value.replace(',', "").parse().ok()?;
    let mut candidates = vec![
        number * 2.0,
        number / 2.0,
        number + 1.0,
        number * 10.0,
        number + 5.0,
        number - 1.0,
    ];
    candidates.extend([number + 10.0, number * 3.0, number + 20.0]);
    let shown: Vec<String> = candidates
        .into_iter()
        .filter(|n| *n > 0.0 && (n.fract() == 0.0 || number.fract() != 0.0 || *n < 5.0))
        .map(|n| {
            if n.fract() == 0.0 {
                format!("{n:.0}")
            } else {
                format!("{n:.1}")
            }
        })
        .filter(|n| !said.contains(n) && n.as_str() != value)
        .collect();
    choose(&shown, value).cloned()
}

const IN_WORDS: &str = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|a couple of|a few";

fn digits(text: &str) -> String {
    match text {
        "a couple of" => "2".to_owned(),
        "a few" => "3".to_owned(),
        _ => words(text).into_iter().next().unwrap_or_default(),
    }
}

pub fn dose(text: &str, spoken: &str) -> Option<String> {
    let pattern = format!(r"(?i)\b(\d[\d,]*(?:\.\d+)?|{IN_WORDS})(\s*)({UNIT})\b");
    rewritten(text, &pattern, |found| {
        let other = other_number(&digits(&found[1].to_lowercase()), spoken)?;
        Some(format!("{other} {}", &found[3]))
    })
}

pub fn unit(text: &str, spoken: &str) -> Option<String> {
    let pattern = r"(?i)\b(\d[\d,]*(?:\.\d+)?)(\s*)(mg|milligrams?|mcg|micrograms?|ml|units?|tablets?|pounds|kilograms|percent|inches)\b";
    rewritten(text, pattern, |found| {
        let choices: &[&str] = match found[3].to_lowercase().as_str() {
            "mg" | "milligram" | "milligrams" => &["mcg", "g", "mL", "units"],
            "mcg" | "microgram" | "micrograms" => &["mg"],
            "ml" => &["mg", "L"],
            "unit" | "units" => &["mL", "mg"],
            "tablet" | "tablets" => &["mg", "mL"],
            "pounds" => &["kilograms"],
            "kilograms" => &["pounds"],
            "percent" => &["mg"],
            _ => &["feet"],
        };
        let other = choose(choices, text)?;
        let shown = format!("{} {other}", &found[1]);
        (!holds(spoken, &shown.to_lowercase())).then_some(shown)
    })
}

/// A number that is no dose, no time and no year: a measurement, an age, a count.
pub fn number(text: &str, spoken: &str) -> Option<String> {
    let after = format!(r"(?i)^[\s-]*({UNIT}|minutes?|hours?|days?|weeks?|months?|times?)\b");
    let after = Regex::new(&after).ok()?;
    let pattern = Regex::new(r"\b\d+(?:\.\d+)?\b").ok()?;
    pattern.find_iter(text).find_map(|found| {
        let year = found.as_str().len() == 4
            && (found.as_str().starts_with("19") || found.as_str().starts_with("20"));
        let named = text[..found.start()].ends_with(|c: char| c.is_alphabetic() || c == '-');
        if year || named || after.is_match(&text[found.end()..]) {
            return None;
        }
        let other = other_number(found.as_str(), spoken)?;
        Some(format!(
            "{}{other}{}",
            &text[..found.start()],
            &text[found.end()..]
        ))
    })
}

pub fn frequency(text: &str, spoken: &str) -> Option<String> {
    const OTHER: [(&str, &str); 22] = [
        ("once a day", "three times a day"),
        ("twice a day", "three times a day"),
        ("two times a day", "four times a day"),
        ("three times a day", "once a day"),
        ("four times a day", "twice a day"),
        ("once daily", "three times daily"),
        ("twice daily", "once daily"),
        ("three times daily", "twice daily"),
        ("every day", "every week"),
        ("every other day", "every day"),
        ("every night", "every four hours"),
        ("every morning", "three times a day"),
        ("once a week", "once a day"),
        ("twice a week", "twice a day"),
        ("a day", "a week"),
        ("per day", "per week"),
        ("a week", "a month"),
        ("per week", "per month"),
        ("bid", "tid"),
        ("b.i.d", "t.i.d"),
        ("weekly", "daily"),
        ("daily", "weekly"),
    ];
    OTHER.iter().find_map(|(said, other)| {
        let counted = !matches!(*said, "a day" | "per day" | "a week" | "per week")
            || Regex::new(&format!(
                r"(?i)\d \w+ {said}|times {said}|(one|two|three|four|five) \w+ {said}"
            ))
            .ok()?
            .is_match(text);
        (counted && !holds(spoken, other)).then(|| crate::plain::replaced(text, said, other))?
    })
}

/// How long, how long ago, or in how long.
pub fn duration(text: &str, spoken: &str) -> Option<String> {
    let pattern = format!(r"(?i)\b(\d+|{IN_WORDS})\s+(minute|hour|day|week|month|year)(s?)\b");
    let old = Regex::new(r"(?i)^[\s-]*(old|of age)").ok()?;
    let pattern_of = Regex::new(&pattern).ok()?;
    if pattern_of
        .find(text)
        .is_some_and(|found| old.is_match(&text[found.end()..]))
    {
        return None;
    }
    rewritten(text, &pattern, |found| {
        let unit = found[2].to_lowercase();
        let number = digits(&found[1].to_lowercase());
        let other_unit = match unit.as_str() {
            "minute" => "hours",
            "hour" => "days",
            "day" => "weeks",
            "week" => "months",
            "month" => "weeks",
            _ => "months",
        };
        let shown = if *choose(&[true, false], text)? {
            format!("{number} {other_unit}")
        } else {
            format!("{} {unit}s", other_number(&number, spoken)?)
        };
        (!words(spoken).join(" ").contains(&shown)).then_some(shown)
    })
}

pub fn date(text: &str, spoken: &str) -> Option<String> {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    const MONTHS: [&str; 11] = [
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    for names in [&DAYS[..], &MONTHS[..]] {
        let Some(said) = names.iter().find(|name| holds(text, name)) else {
            continue;
        };
        let others: Vec<&&str> = names.iter().filter(|name| !holds(spoken, name)).collect();
        let other = choose(&others, text)?;
        let (first, rest) = other.split_at(1);
        return crate::plain::replaced(text, said, &format!("{}{rest}", first.to_uppercase()));
    }
    rewritten(text, r"\b(19|20)\d\d\b", |found| {
        let year: u32 = found[0].parse().ok()?;
        let choices: Vec<u32> = [year + 1, year - 1, year - 4]
            .into_iter()
            .filter(|y| !words(spoken).contains(&y.to_string()))
            .collect();
        choose(&choices, text).map(u32::to_string)
    })
}
