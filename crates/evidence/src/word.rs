//! Text cut into words, each with its place in the text and the pause after it.

use crate::stem::stem;

/// A word as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Lower-case letters and digits; apostrophes inside stay.
    pub text: String,
    /// The word without its ending.
    pub stem: String,
    /// First character, counted in Unicode scalar values.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// What follows it.
    pub pause: Pause,
}

/// The punctuation after a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pause {
    /// Nothing but a space.
    None,
    /// A comma, bracket or dash.
    Comma,
    /// A colon.
    Colon,
    /// A full stop, semicolon, exclamation mark or line end.
    Stop,
    /// A question mark.
    Question,
}

/// Words after which a full stop only abbreviates.
const ABBREVIATED: [&str; 8] = ["mr", "mrs", "ms", "dr", "vs", "approx", "st", "prof"];

/// Cuts a text into words.
pub(crate) fn split(text: &str) -> Vec<Word> {
    let letters: Vec<char> = text.chars().collect();
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let end = word_end(&letters, at);
        if end > at {
            words.push(word(&letters, at, end));
            at = end;
            continue;
        }
        if let Some(last) = words.last_mut() {
            let found = pause(&letters, at, last);
            last.pause = last.pause.max(found);
        }
        at += 1;
    }
    words
}

/// One past the end of the word that starts at `at`; `at` itself where none does.
fn word_end(letters: &[char], at: usize) -> usize {
    let c = letters[at];
    if matches!(c, '%' | '°') {
        return at + 1;
    }
    if !c.is_alphanumeric() {
        return at;
    }
    let is_digit = |i: usize| letters.get(i).is_some_and(|l: &char| l.is_ascii_digit());
    let mut end = at + 1;
    if c.is_ascii_digit() {
        // 7.8 and 1,000 are one word; in "20mg" and "q6h" digits and letters part, in "2nd" they do not.
        while end < letters.len() {
            match letters[end] {
                l if l.is_ascii_digit() => end += 1,
                '.' if is_digit(end + 1) => end += 1,
                ',' if (1..=3).all(|k| is_digit(end + k)) && !is_digit(end + 4) => end += 1,
                _ => break,
            }
        }
        let suffix: String = letters[end..]
            .iter()
            .take(3)
            .collect::<String>()
            .to_lowercase();
        let ordinal = ["st", "nd", "rd", "th"].iter().any(|s| {
            suffix.starts_with(s) && !suffix.chars().nth(2).is_some_and(char::is_alphanumeric)
        });
        return if ordinal { end + 2 } else { end };
    }
    while end < letters.len() {
        let inside = letters[end].is_alphanumeric()
            || (matches!(letters[end], '\'' | '\u{2019}')
                && letters.get(end + 1).is_some_and(|l| l.is_alphabetic()));
        if !inside {
            break;
        }
        end += 1;
    }
    end
}

fn word(letters: &[char], start: usize, end: usize) -> Word {
    let text: String = letters[start..end]
        .iter()
        .flat_map(|l| {
            if *l == '\u{2019}' {
                '\''.to_lowercase()
            } else {
                l.to_lowercase()
            }
        })
        .collect();
    Word {
        stem: stem(&text),
        text,
        start: position(start),
        end: position(end),
        pause: Pause::None,
    }
}

/// A transcript's segment is far below 2³² characters; what is not saturates and is then out of range of no text.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn pause(letters: &[char], at: usize, last: &Word) -> Pause {
    match letters[at] {
        '?' => Pause::Question,
        '!' | ';' | '\n' | '•' => Pause::Stop,
        ':' => Pause::Colon,
        '.' => {
            let initial =
                last.text.chars().count() == 1 && !matches!(last.text.as_str(), "i" | "a");
            let initial = initial && last.text.chars().all(char::is_alphabetic);
            if initial || ABBREVIATED.contains(&last.text.as_str()) {
                Pause::None
            } else {
                Pause::Stop
            }
        }
        ',' | '(' | ')' | '[' | ']' | '—' | '–' | '…' => Pause::Comma,
        _ => Pause::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_cut_where_a_reader_would() {
        let cases = [
            ("20mg b.i.d.", "20 mg b i d"),
            ("A1C is 7.8, up from 7.1.", "a1c is 7.8 up from 7.1"),
            ("1,000 milligrams, 2nd dose", "1,000 milligrams 2nd dose"),
            ("150/90 and 98%", "150 90 and 98 %"),
            ("McMurray’s doesn't", "mcmurray's doesn't"),
            ("follow-up X-ray", "follow up x ray"),
        ];
        for (text, expected) in cases {
            let words: Vec<_> = split(text).into_iter().map(|w| w.text).collect();
            assert_eq!(words.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn pauses_end_sentences_but_not_titles() {
        let words = split("Dr. Lind, is it sore? No. It is not");
        let pauses: Vec<_> = words.iter().map(|w| w.pause).collect();
        use Pause::{Comma, None, Question, Stop};
        assert_eq!(
            pauses,
            [None, Comma, None, None, Question, Stop, None, None, None]
        );
    }

    #[test]
    fn places_are_counted_in_characters() {
        let words = split("Über 20 mg");
        assert_eq!((words[1].start, words[1].end), (5, 7));
    }
}
