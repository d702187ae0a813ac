//! Puts words together from Whisper's tokens.

use visit::{Millis, PatientText, Word};

use crate::engine::Token;

/// Languages written without spaces, where each token that ends a character is a word.
const WITHOUT_SPACES: [&str; 6] = ["zh", "ja", "th", "lo", "my", "yue"];

/// How words are told apart in a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    Spaced,
    Unspaced,
}

impl Writing {
    pub(crate) fn of(language: &str) -> Self {
        if WITHOUT_SPACES.contains(&language) {
            Self::Unspaced
        } else {
            Self::Spaced
        }
    }

    /// The words as one line.
    pub(crate) fn line(self, words: &[Word]) -> PatientText {
        let texts: Vec<&str> = words.iter().map(|word| word.text.expose()).collect();
        texts
            .join(if self == Self::Spaced { " " } else { "" })
            .into()
    }
}

/// A word under way.
struct Part<'a> {
    bytes: Vec<u8>,
    tokens: Vec<&'a Token>,
}

impl Part<'_> {
    /// The finished word, placed in the recording; `None` if it holds nothing to read.
    fn word(self, offset: Millis, limit: Millis) -> Option<Word> {
        let text = String::from_utf8_lossy(&self.bytes);
        // A character whose second half never came.
        let text = text.replace(char::REPLACEMENT_CHARACTER, "");
        let text = text.trim();
        if !text.chars().any(char::is_alphanumeric) {
            return None;
        }
        let place = |time: u64| (offset + Millis(time)).min(limit);
        // The alignment gives punctuation the pause that it stands for.
        let spoken = |token: &&&Token| !is_punctuation(&token.bytes);
        let start = place(self.tokens.iter().find(spoken)?.start);
        let end = place(self.tokens.iter().rfind(spoken)?.end).max(start);
        // Geometric mean, so that long words are not judged worse for having more tokens.
        let logs: f32 = self
            .tokens
            .iter()
            .map(|t| t.probability.max(1e-6).ln())
            .sum();
        let probability = (logs / self.tokens.len() as f32).exp().clamp(0.0, 1.0);
        Some(Word {
            start,
            end,
            text: text.into(),
            spoken: None,
            probability,
        })
    }
}

/// Whether a token has characters and none of them is spoken.
fn is_punctuation(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    !text.is_empty() && !text.chars().any(char::is_alphanumeric)
}

/// The words of an utterance that begins at `offset` and ends at `limit` in the recording.
///
/// Punctuation clings to the word before it. Times never run backwards.
pub(crate) fn assemble(
    tokens: &[Token],
    offset: Millis,
    limit: Millis,
    writing: Writing,
) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut part: Option<Part<'_>> = None;
    let finish = |part: Option<Part<'_>>, words: &mut Vec<Word>| {
        let Some(mut word) = part.and_then(|part| part.word(offset, limit)) else {
            return;
        };
        if let Some(before) = words.last() {
            word.start = word.start.max(before.end);
            word.end = word.end.max(word.start);
        }
        words.push(word);
    };
    for token in tokens {
        let whole = part
            .as_ref()
            .is_none_or(|part| std::str::from_utf8(&part.bytes).is_ok());
        let begins = match writing {
            Writing::Spaced => token.bytes.first() == Some(&b' '),
            Writing::Unspaced => true,
        };
        if whole && begins && !is_punctuation(&token.bytes) {
            finish(part.take(), &mut words);
        }
        let part = part.get_or_insert(Part {
            bytes: Vec::new(),
            tokens: Vec::new(),
        });
        part.bytes.extend(&token.bytes);
        part.tokens.push(token);
    }
    finish(part, &mut words);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(bytes: &[u8], probability: f32, start: u64, end: u64) -> Token {
        let log_probability = probability.ln();
        Token {
            bytes: bytes.to_vec(),
            probability,
            log_probability,
            start,
            end,
        }
    }

    fn texts(words: &[Word]) -> Vec<&str> {
        words.iter().map(|word| word.text.expose()).collect()
    }

    #[test]
    fn pieces_and_punctuation_join_their_word() {
        let tokens = [
            token(b" Met", 0.9, 0, 200),
            token(b"form", 0.4, 200, 300),
            token(b"in", 0.9, 300, 400),
            token(b",", 0.9, 400, 400),
            token(b" two", 0.8, 500, 600),
            token(b".", 0.8, 600, 600),
            token(b"5", 0.8, 600, 700),
            token(b" mg", 0.7, 700, 800),
            token(b" ...", 0.1, 800, 900),
        ];
        let words = assemble(&tokens, Millis(1000), Millis(9000), Writing::Spaced);
        assert_eq!(texts(&words), ["Metformin,", "two.5", "mg ..."]);
        assert_eq!((words[0].start, words[0].end), (Millis(1000), Millis(1400)));
        let mean = (0.9f32 * 0.4 * 0.9 * 0.9).powf(0.25);
        assert!((words[0].probability - mean).abs() < 1e-6);
    }

    #[test]
    fn characters_split_between_tokens_come_whole() {
        let tokens = [
            token(b" caf", 0.9, 0, 10),
            token(&[0xc3], 0.9, 10, 20),
            token(&[0xa9], 0.9, 20, 30),
            token(b" au", 0.9, 30, 40),
        ];
        let words = assemble(&tokens, Millis(0), Millis(99), Writing::Spaced);
        assert_eq!(texts(&words), ["café", "au"]);
    }

    #[test]
    fn without_spaces_each_whole_character_run_is_a_word() {
        let tokens = [
            token("头".as_bytes(), 0.9, 0, 10),
            token(&[0xe7, 0x96], 0.9, 10, 20),
            token(&[0xbc], 0.9, 20, 30),
            token("。".as_bytes(), 0.9, 30, 30),
        ];
        let words = assemble(&tokens, Millis(0), Millis(99), Writing::Unspaced);
        assert_eq!(texts(&words), ["头", "疼。"]);
        assert_eq!(Writing::Unspaced.line(&words).expose(), "头疼。");
    }

    #[test]
    fn half_a_character_at_the_end_is_dropped() {
        let tokens = [token(b" yes", 0.9, 0, 10), token(&[0xe7], 0.9, 10, 20)];
        let words = assemble(&tokens, Millis(0), Millis(99), Writing::Spaced);
        assert_eq!(texts(&words), ["yes"]);
    }

    #[test]
    fn times_stay_in_order_and_inside_the_utterance() {
        let tokens = [
            token(b" a", 0.9, 0, 500),
            token(b" b", 0.9, 400, 450),
            token(b" c", 0.9, 600, 9000),
        ];
        let words = assemble(&tokens, Millis(100), Millis(1000), Writing::Spaced);
        let times: Vec<_> = words
            .iter()
            .map(|word| (word.start.0, word.end.0))
            .collect();
        assert_eq!(times, [(100, 600), (600, 600), (700, 1000)]);
    }

    #[test]
    fn punctuation_alone_is_no_word() {
        let tokens = [token(b" ...", 0.9, 0, 10)];
        assert_eq!(
            assemble(&tokens, Millis(0), Millis(99), Writing::Spaced),
            []
        );
    }
}
