//! From what a model writes to statements: markup is taken off, sentences are told apart, and
//! words about the transcript instead of the visit are left out.

/// A finished piece of the model's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'t> {
    /// The words, markup included.
    pub(crate) text: &'t str,
    /// Bytes of the model's text that it takes, its end included.
    pub(crate) length: usize,
    /// Whether a line ends with it.
    pub(crate) ends_line: bool,
}

/// Words before whose full stop no sentence ends.
const ABBREVIATIONS: [&str; 16] = [
    "dr", "mr", "mrs", "ms", "st", "vs", "no", "approx", "e.g", "i.e", "etc", "prof", "jr", "sr",
    "fig", "dept",
];

/// The first finished piece: up to the end of a line, or of a sentence that another follows.
pub(crate) fn next_piece(text: &str) -> Option<Piece<'_>> {
    let (line, rest_of_line) = match text.find('\n') {
        Some(end) => (&text[..end], end + 1),
        None => (text, 0),
    };
    if let Some(end) = sentence_end(line) {
        let length = end + line[end..].len() - line[end..].trim_start().len();
        return Some(Piece {
            text: &line[..end],
            length,
            ends_line: false,
        });
    }
    (rest_of_line > 0).then_some(Piece {
        text: line,
        length: rest_of_line,
        ends_line: true,
    })
}

/// Where the first sentence of a line ends, if another one begins after it.
fn sentence_end(line: &str) -> Option<usize> {
    for (at, mark) in line
        .char_indices()
        .filter(|(_, c)| matches!(c, '.' | '!' | '?'))
    {
        let after = &line[at + 1..];
        let next = after.trim_start();
        let begins = next.chars().next().is_some_and(|c| c.is_uppercase());
        // One word after the mark must be whole, or it may still grow into something else.
        if after.len() == next.len() || !begins || !next.contains(char::is_whitespace) {
            continue;
        }
        let word = line[..at]
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or_default();
        let word = word
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        let initial = word.chars().count() == 1 && !word.chars().all(char::is_numeric);
        let number =
            !word.is_empty() && word.chars().all(char::is_numeric) && line[..at].trim() == word;
        if mark == '.' && (initial || number || ABBREVIATIONS.contains(&word.as_str())) {
            continue;
        }
        return Some(at + 1);
    }
    None
}

/// Takes bullets, numbering, headings' signs and emphasis off; `starts_line`: whether the piece
/// begins a line.
pub(crate) fn bare(piece: &str, starts_line: bool) -> String {
    let mut text = piece.trim();
    if starts_line {
        loop {
            let before = text;
            text = text
                .trim_start_matches(['#', '>', '*', '-', '•', '–', '—', '·', '+', '|', ' ', '\t']);
            text = without_number(text);
            text = text
                .strip_prefix("[ ]")
                .or_else(|| text.strip_prefix("[x]"))
                .unwrap_or(text);
            if text == before {
                break;
            }
        }
    }
    let text = text.replace("**", "").replace("__", "").replace('`', "");
    let text = text.trim_matches(['*', '_', '|', ' ', '\t', '"', '“', '”']);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without `1.`, `2)` or `(3)` before the words; `1.5 mg` and `10 days` stay whole.
fn without_number(text: &str) -> &str {
    let inner = text.strip_prefix('(').unwrap_or(text);
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 2 {
        return text;
    }
    let rest = &inner[digits..];
    match rest.strip_prefix(['.', ')']) {
        Some(words) if words.is_empty() || words.starts_with(char::is_whitespace) => {
            words.trim_start()
        }
        _ => text,
    }
}

/// Lower-case words of a text, for comparing.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '/' | '%' | '\'')))
        .map(|word| word.trim_matches(['.', '\'', '/']).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whole lines that mean that there is nothing to note.
const NOTHING: [&str; 22] = [
    "no",
    "yes",
    "ok",
    "okay",
    "good",
    "denied",
    "none",
    "nothing",
    "n/a",
    "na",
    "not applicable",
    "not discussed",
    "not mentioned",
    "not stated",
    "nothing said",
    "nothing was said",
    "no statement",
    "no statements",
    "not provided",
    "unknown",
    "no information",
    "empty",
];

/// Parts of lines that speak about the transcript instead of the visit.
const ABOUT_THE_TRANSCRIPT: [&str; 18] = [
    "not mentioned",
    "not discussed",
    "not stated",
    "not specified",
    "not provided",
    "not documented",
    "not addressed",
    "not explicitly",
    "no information",
    "no mention of",
    "does not mention",
    "did not mention",
    "was mentioned in the",
    "were mentioned in the",
    "the transcript",
    "this section",
    "the conversation",
    "as an ai",
];

/// Whether a line notes nothing about the visit.
pub(crate) fn notes_nothing(line: &str) -> bool {
    let lower = line.to_lowercase();
    let bare = lower.trim_end_matches(['.', ':', '!']).trim();
    !bare.chars().any(char::is_alphanumeric)
        || NOTHING.contains(&bare)
        || ABOUT_THE_TRANSCRIPT.iter().any(|part| lower.contains(part))
}

/// A heading before a line's words, such as `Plan: …`, and the words.
pub(crate) fn heading(line: &str) -> Option<(&str, &str)> {
    let (heading, rest) = line.split_once(':')?;
    // Times and ratios have a digit before the colon.
    let plain = heading
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, ' ' | '/' | '&' | '-' | '\''));
    (plain && !heading.trim().is_empty() && heading.split_whitespace().count() <= 5)
        .then(|| (heading.trim(), rest.trim()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn pieces(mut text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let mut starts_line = true;
        while let Some(piece) = next_piece(text) {
            all.push(bare(piece.text, starts_line));
            starts_line = piece.ends_line;
            text = &text[piece.length..];
        }
        all
    }

    #[test]
    fn sentences_and_lines_end_pieces() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "One line.\nAnother one\nunfinished",
                &["One line.", "Another one"],
            ),
            ("He walks. She runs. Th", &["He walks."]),
            ("He walks. She runs.\n", &["He walks.", "She runs."]),
            ("Seen by Dr. Smith today.\n", &["Seen by Dr. Smith today."]),
            (
                "Takes 2.5 mg b.i.d. Denies pain now.\n",
                &["Takes 2.5 mg b.i.d.", "Denies pain now."],
            ),
            (
                "Vitamin D. Recheck in May.\n",
                &["Vitamin D. Recheck in May."],
            ),
            ("1. Start aspirin.\n", &["Start aspirin."]),
        ];
        for (text, expected) in cases {
            assert_eq!(pieces(text), expected, "{text:?}");
        }
    }

    #[test]
    fn markup_comes_off_and_words_stay() {
        for (line, expected) in [
            ("- **Blood pressure:** 140/90", "Blood pressure: 140/90"),
            ("1. Start 2.5 mg", "Start 2.5 mg"),
            ("(2) Rest", "Rest"),
            ("10 days of rest", "10 days of rest"),
            ("2.5 mg daily", "2.5 mg daily"),
            ("### Plan", "Plan"),
            ("* *Aspirin* 81 mg", "Aspirin* 81 mg"),
            ("- [ ] Call back", "Call back"),
            ("\"Knee pain\"", "Knee pain"),
            ("  -   a   b  ", "a b"),
        ] {
            assert_eq!(bare(line, true), expected, "{line:?}");
        }
        assert_eq!(bare("- 5 degrees", false), "- 5 degrees");
    }

    #[test]
    fn empty_talk_is_told_from_findings() {
        for line in [
            "None.",
            "N/A",
            "Not discussed",
            "---",
            "The transcript does not mention allergies.",
        ] {
            assert!(notes_nothing(line), "{line}");
        }
        for line in [
            "No known drug allergies.",
            "None of the joints are swollen.",
            "Denies fever.",
        ] {
            assert!(!notes_nothing(line), "{line}");
        }
    }

    #[test]
    fn headings_are_words_before_a_colon() {
        assert_eq!(heading("Plan: rest"), Some(("Plan", "rest")));
        assert_eq!(heading("Chief Complaint:"), Some(("Chief Complaint", "")));
        assert_eq!(heading("Seen at 10:30"), None);
    }
}
