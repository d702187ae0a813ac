//! Numbers that the recogniser has written in digits itself.

use crate::number::Number;

/// The number that a word in digits stands for: "5", "2.5", ".5", "1,500".
pub(crate) fn read(core: &str) -> Option<Number> {
    let (whole, decimals) = core.split_once('.').unwrap_or((core, ""));
    let whole = match whole {
        "" if !decimals.is_empty() => 0,
        plain => without_commas(plain)?.parse().ok()?,
    };
    if decimals.is_empty() {
        return (!core.ends_with('.')).then_some(Number::whole(whole));
    }
    Number::with_decimals(whole, decimals)
}

/// The digits, if commas stand between thousands only; at most nine.
fn without_commas(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let is_grouped = text.contains(',');
    let good = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let first_fits = good(first) && (!is_grouped || first.len() <= 3);
    if !first_fits || !groups.all(|group| good(group) && group.len() == 3) {
        return None;
    }
    let digits = text.replace(',', "");
    (digits.len() <= 9).then_some(digits)
}

/// The same digits with a zero before the decimal point. With `is_dose` also without zeros at a fraction's end:
/// behind a measured value they tell its precision, behind a dose they make it ten times as large.
pub(crate) fn tidied(core: &str, is_dose: bool) -> String {
    let mut text = core.to_owned();
    if text.starts_with('.') {
        text.insert(0, '0');
    }
    if is_dose && text.contains('.') {
        text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// Whether a word in digits may have a unit behind it: "5", "1,500", "5-10", "120/80".
pub(crate) fn takes_unit(core: &str) -> bool {
    core.ends_with(|c: char| c.is_ascii_digit())
        && core
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '–' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read() {
        for (text, expected) in [
            ("5", Some("5")),
            ("2.50", Some("2.5")),
            (".5", Some("0.5")),
            ("1,500", Some("1,500")),
            ("1500", Some("1,500")),
            ("15,00", None),
            ("1234,567", None),
            (",5", None),
            ("5.", None),
            ("120/80", None),
            ("1.2.3", None),
            ("...5", None),
            ("1234567890", None),
        ] {
            assert_eq!(
                read(text).map(Number::written).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn zeros_that_mislead_go() {
        for (text, is_dose, expected) in [
            (".5", false, "0.5"),
            ("5.0", true, "5"),
            ("5.0", false, "5.0"),
            ("0.50", true, "0.5"),
            ("100", true, "100"),
        ] {
            assert_eq!(tidied(text, is_dose), expected);
        }
    }
}
