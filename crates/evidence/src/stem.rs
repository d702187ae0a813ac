//! Words without their endings: enough of English for the same word to be recognised in another form.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::table::lines;

/// The forms that endings do not explain, from `tables/irregular.txt`.
static IRREGULAR: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    lines(include_str!("../tables/irregular.txt"))
        .filter_map(|line| line.split_once(':'))
        .flat_map(|(word, forms)| forms.split(',').map(move |form| (form.trim(), word.trim())))
        .collect()
});

/// The stem of a lower-case word. Two forms of one word have the same stem; a stem is not itself a word.
pub(crate) fn stem(word: &str) -> String {
    let word = word
        .strip_suffix("'s")
        .unwrap_or(word)
        .trim_end_matches('\'');
    let word = IRREGULAR.get(word).copied().unwrap_or(word);
    if word.len() < 4 || !word.is_ascii() || word.bytes().any(|b| b.is_ascii_digit()) {
        return word.to_owned();
    }
    let word = without_plural(word);
    let word = without_ending(&word);
    finish(word)
}

fn without_plural(word: &str) -> String {
    if let Some(root) = word.strip_suffix("ies").filter(|root| root.len() > 1) {
        return format!("{root}y");
    }
    for (ending, kept) in [
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("zes", "z"),
    ] {
        if let Some(root) = word.strip_suffix(ending) {
            return format!("{root}{kept}");
        }
    }
    let plain = ["ss", "us", "is"]
        .iter()
        .any(|ending| word.ends_with(ending));
    match word.strip_suffix('s') {
        Some(root) if !plain => root.to_owned(),
        _ => word.to_owned(),
    }
}

fn without_ending(word: &str) -> String {
    if let Some(root) = word.strip_suffix("ied").filter(|root| root.len() > 1) {
        return format!("{root}y");
    }
    let has_vowel = |root: &str| root.bytes().any(|b| b"aeiouy".contains(&b));
    for ending in ["iness", "ness", "ing", "ed", "ly"] {
        let Some(root) = word.strip_suffix(ending) else {
            continue;
        };
        if root.len() < 3 || !has_vowel(root) || (ending == "ed" && root.ends_with('e')) {
            continue;
        }
        return if ending == "iness" {
            format!("{root}y")
        } else {
            root.to_owned()
        };
    }
    word.to_owned()
}

/// Doubled last letters, a silent e and y against i are what is left between two forms.
fn finish(mut word: String) -> String {
    let bytes = word.as_bytes();
    let n = bytes.len();
    let doubled = |n: usize| bytes[n - 1] == bytes[n - 2] && !b"aeiou".contains(&bytes[n - 1]);
    if n > 3 && (doubled(n) || bytes[n - 1] == b'e') {
        word.pop();
    }
    if word.len() > 3 && word.ends_with('y') {
        word.pop();
        word.push('i');
    }
    word
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_one_word_share_a_stem() {
        let cases: [&[&str]; 14] = [
            &["take", "takes", "taking", "took", "taken"],
            &["swell", "swelling", "swelled", "swollen"],
            &["deny", "denies", "denied", "denying"],
            &["stop", "stops", "stopped", "stopping"],
            &["breathe", "breathing"],
            &["dizzy", "dizziness"],
            &["numb", "numbness"],
            &["allergy", "allergies"],
            &["infection", "infections"],
            &["patient", "patient's"],
            &["knee", "knees"],
            &["give", "gave", "giving"],
            &["dose", "doses", "dosed"],
            &["foot", "feet"],
        ];
        for forms in cases {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
    }

    #[test]
    fn other_words_keep_apart() {
        for (a, b) in [
            ("diabetes", "diabetic"),
            ("pus", "pu"),
            ("red", "re"),
            ("need", "ne"),
        ] {
            assert_ne!(stem(a), stem(b), "{a} {b}");
        }
    }
}
