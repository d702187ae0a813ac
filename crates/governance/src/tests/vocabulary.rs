//! A file of terms: what is taken, and what is refused with its line and its field.

use crate::Vocabulary;

const SAMPLE: &str = "\
# What our clinic says.
[[terms]]
name = \"Medicines\"
words = [
  \"apixaban\",
  \"metoprolol succinate\",
]

[[terms]]
name = \"Diagnoses\"
words = [\"A1c\", \"Sjögren\"]
";

#[test]
fn terms_come_in_the_order_of_the_file() {
    let vocabulary = Vocabulary::read(SAMPLE).unwrap();
    let words: Vec<&str> = vocabulary.words().collect();
    assert_eq!(
        words,
        ["apixaban", "metoprolol succinate", "A1c", "Sjögren"]
    );
}

#[test]
fn each_mistake_is_named_with_its_line_and_its_field() {
    let long = format!("\"{}\"", "ö".repeat(61));
    for (old, new, line, field, words) in [
        ("\"apixaban\"", "\"\"", 5, "terms[1].words[1]", "1 to 60"),
        ("\"apixaban\"", &long, 5, "terms[1].words[1]", "1 to 60"),
        (
            "\"apixaban\"",
            "\"a\\u0000b\"",
            5,
            "terms[1].words[1]",
            "one line",
        ),
        ("\"apixaban\"", "\" - \"", 5, "terms[1].words[1]", "1 to 60"),
        ("\"apixaban\"", "\"-\"", 5, "terms[1].words[1]", "letter"),
        ("\"apixaban\"", "7", 5, "terms[1].words[1]", "invalid type"),
        ("\"A1c\"", "\"Apixaban\"", 11, "terms[2].words[1]", "twice"),
        (
            "[\"A1c\", \"Sjögren\"]",
            "[]",
            11,
            "terms[2].words",
            "empty",
        ),
        (
            "\"Diagnoses\"",
            "\"Medicines\"",
            10,
            "terms[2].name",
            "twice",
        ),
        (
            "name = \"Medicines\"",
            "title = \"x\"",
            3,
            "terms[1].title",
            "unknown field",
        ),
        ("name = \"Medicines\"", "", 2, "terms", "missing field"),
        ("words = [\n", "words = [[\n", 13, "", ""),
    ] {
        assert!(SAMPLE.contains(old), "{old}");
        let text = SAMPLE.replacen(old, new, 1);
        let mistake = Vocabulary::read(&text).expect_err(new).to_string();
        assert!(
            mistake.contains(field) && mistake.contains(words),
            "{new}: {mistake}"
        );
        if !field.is_empty() {
            assert!(mistake.starts_with(&format!("line {line}, ")), "{mistake}");
        }
    }
    let none = Vocabulary::read("terms = []")
        .expect_err("none")
        .to_string();
    assert!(none.starts_with("line 1, terms: "), "{none}");
    assert!(Vocabulary::read("").is_err());
}

#[test]
fn five_hundred_terms_are_taken_and_no_more() {
    let file = |many: usize| {
        let words: Vec<String> = (1..=many).map(|n| format!("\"term {n}\",\n")).collect();
        format!(
            "[[terms]]\nname = \"All\"\nwords = [\n{}]\n",
            words.concat()
        )
    };
    assert_eq!(Vocabulary::read(&file(500)).unwrap().words().count(), 500);
    let mistake = Vocabulary::read(&file(501)).expect_err("more").to_string();
    assert!(
        mistake.starts_with("line 504, terms[1].words[501]: at most 500"),
        "{mistake}"
    );
}
