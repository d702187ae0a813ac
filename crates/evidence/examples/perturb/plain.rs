//! Plain words, read without anything of the judge's: what the generator knows must not come from what it measures.

use numerals::{BELOW_TWENTY, TENS};

/// Lower-case words; numbers in digits, also those that were said in words.
pub fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let raw: Vec<&str> = lower
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '.' | ',' | '%')))
        .map(|word| word.trim_matches(['\'', '.', ',']))
        .filter(|word| !word.is_empty())
        .collect();
    let mut words = Vec::new();
    let mut at = 0;
    while at < raw.len() {
        let (value, used) = spoken(&raw[at..]);
        if used > 0 {
            words.push(value.to_string());
            at += used;
        } else {
            if raw[at].starts_with(|c: char| c.is_ascii_digit()) {
                let unit = raw[at]
                    .find(|c: char| c.is_alphabetic())
                    .unwrap_or(raw[at].len());
                words.push(raw[at][..unit].replace(',', ""));
                words.extend((unit < raw[at].len()).then(|| usual(&raw[at][unit..])));
            } else {
                let parts = raw[at].split(['.', ',']).filter(|part| !part.is_empty());
                words.extend(parts.map(usual));
            }
            at += 1;
        }
    }
    words
}

/// Units as they are written and as they are spoken.
fn usual(word: &str) -> String {
    match word {
        "milligram" | "milligrams" => "mg",
        "microgram" | "micrograms" => "mcg",
        "milliliter" | "milliliters" | "millilitres" => "ml",
        "percent" => "%",
        other => other,
    }
    .to_owned()
}

/// A number in words and how many it takes; 0 words where there is none.
fn spoken(words: &[&str]) -> (u32, usize) {
    let (mut value, mut used) = (0, 0);
    while let Some(word) = words.get(used) {
        let unit = BELOW_TWENTY.iter().position(|u| u == word);
        let ten = TENS.iter().position(|t| t == word);
        match (unit, ten) {
            (Some(unit), _)
                if value % 10 == 0
                    && (value % 100 == 0 || unit < 10)
                    && (unit > 0 || used == 0) =>
            {
                value += unit as u32;
            }
            (_, Some(ten)) if value % 100 == 0 => value += (ten as u32 + 2) * 10,
            _ if *word == "hundred" && (1..20).contains(&value) => value *= 100,
            _ if *word == "thousand" && (1..100).contains(&value) => value *= 1000,
            _ => break,
        }
        used += 1;
    }
    (value, used)
}

/// A word without the commonest endings.
pub fn root(word: &str) -> String {
    let word = word.trim_end_matches("'s");
    if word.len() < 5 || !word.is_ascii() {
        return word.trim_end_matches('s').to_owned();
    }
    for ending in [
        "ations", "ation", "ingly", "iness", "ness", "ings", "ing", "ies", "ied", "ed", "es", "ly",
        "s", "y", "e",
    ] {
        if let Some(root) = word.strip_suffix(ending).filter(|root| root.len() >= 3) {
            return root.to_owned();
        }
    }
    word.to_owned()
}

/// Whether a text holds a phrase as whole words.
pub fn holds(text: &str, phrase: &str) -> bool {
    place(text, phrase).is_some()
}

/// Where a phrase stands in a text as whole words, in bytes, whatever its letters' case.
pub fn place(text: &str, phrase: &str) -> Option<std::ops::Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(phrase) {
        let (start, end) = (from + found, from + found + phrase.len());
        let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '\'');
        if outside(lower[..start].chars().next_back()) && outside(lower[end..].chars().next()) {
            return Some(start..end);
        }
        from = end;
    }
    None
}

/// A text with one phrase replaced where it first stands.
pub fn replaced(text: &str, phrase: &str, by: &str) -> Option<String> {
    let at = place(text, phrase)?;
    Some(format!("{}{by}{}", &text[..at.start], &text[at.end..]))
}

/// The entries of a list of words: comma-separated, `#` begins a comment.
pub fn list(table: &'static str) -> Vec<&'static str> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .collect()
}

/// One of the choices, always the same for the same key (FNV-1a).
pub fn choose<'a, T>(choices: &'a [T], key: &str) -> Option<&'a T> {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let at = (hash >> 17) % u64::try_from(choices.len().max(1)).ok()?;
    choices.get(usize::try_from(at).ok()?)
}
