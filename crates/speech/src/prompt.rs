//! What Whisper is told before it listens: phrases that may be spoken, so that it spells them as
//! they are written there.
//!
//! Whisper takes its prompt for what was said before and goes on in its manner: a list makes it
//! write lists, and over noise it writes down what nobody has said. So what it hears with the
//! prompt is never taken as it is. The words are those of the sound alone; where the same sound,
//! with the prompt in mind, gives one of its phrases, and gives it more surely, the words there
//! that look like it are spelled like it.

use visit::{Millis, PatientText, Word};

use crate::doubt::{confidence, plain};

/// Half of the text context of all Whisper models, less the token that announces a prompt:
/// whisper.cpp drops what is more from the front.
const MOST_TOKENS: usize = 448 / 2 - 1;
/// A longer phrase, in bytes, is passed over: no term is so long.
const LONGEST_PHRASE: usize = 400;
/// How far the two readings may disagree about when a word is spoken.
const SLACK: Millis = Millis(700);
/// A phrase may have been heard as so many more words than it has.
const MORE_WORDS: usize = 2;

/// The prompt of a recording.
#[derive(Default)]
pub(crate) struct Prompt {
    tokens: Vec<i32>,
    /// The phrases that are in it.
    phrases: Vec<Vec<Spelling>>,
}

/// A word of a phrase.
struct Spelling {
    written: String,
    /// In small letters without punctuation.
    plain: String,
}

impl Prompt {
    /// As many of the phrases as there is room for, those that come first before the others; one
    /// that does not fit is passed over. The first stands at the prompt's end, next to what is
    /// said.
    pub(crate) fn fitted(phrases: &[PatientText], tokenize: impl Fn(&str) -> Vec<i32>) -> Self {
        let mut room = MOST_TOKENS;
        let mut parts = Vec::new();
        let mut prompt = Self::default();
        for phrase in phrases {
            let phrase = phrase.expose();
            let spellings = spellings(phrase);
            let unusable = phrase.len() > LONGEST_PHRASE || phrase.chars().any(char::is_control);
            if unusable || spellings.is_empty() {
                continue;
            }
            let end = if parts.is_empty() { '.' } else { ',' };
            let tokens = tokenize(&format!(" {}{end}", phrase.trim()));
            if let Some(left) = room.checked_sub(tokens.len()) {
                room = left;
                parts.push(tokens);
                prompt.phrases.push(spellings);
            }
        }
        prompt.tokens = parts.into_iter().rev().flatten().collect();
        prompt
    }

    /// The tokens; at most [`MOST_TOKENS`].
    pub(crate) fn tokens(&self) -> &[i32] {
        &self.tokens
    }

    /// How many of the phrases are in it.
    pub(crate) fn taken(&self) -> usize {
        self.phrases.len()
    }

    /// The words of the sound alone, with the phrases' spelling where `told`, the same sound with
    /// the prompt in mind, bears that out.
    pub(crate) fn respell(&self, mut alone: Vec<Word>, told: &[Word]) -> Vec<Word> {
        let mut at = 0;
        while at < told.len() {
            let Some(phrase) = self.phrase_at(&told[at..]) else {
                at += 1;
                continue;
            };
            let heard = &told[at..at + phrase.len()];
            at += phrase.len();
            let Some(run) = like(phrase, heard, &alone) else {
                continue;
            };
            if confidence(heard) > confidence(&alone[run.clone()]) {
                let begins = run.start == 0 || ends_sentence(&alone[run.start - 1]);
                let words = spelled(phrase, heard, &alone[run.clone()], begins);
                alone.splice(run, words);
            }
        }
        alone
    }

    /// The longest phrase that these words begin with.
    fn phrase_at(&self, words: &[Word]) -> Option<&[Spelling]> {
        let begins = |phrase: &&Vec<Spelling>| {
            phrase.len() <= words.len()
                && phrase
                    .iter()
                    .zip(words)
                    .all(|(spelling, word)| spelling.plain == plain(word.text.expose()))
        };
        let found = self.phrases.iter().filter(begins);
        found.max_by_key(|phrase| phrase.len()).map(Vec::as_slice)
    }
}

fn spellings(phrase: &str) -> Vec<Spelling> {
    let spelling = |word: &str| Spelling {
        written: word.to_owned(),
        plain: plain(word),
    };
    let words = phrase.split_whitespace().map(spelling);
    words.filter(|word| !word.plain.is_empty()).collect()
}

/// The words, spoken at about this time, that are spelled most like the phrase: at most half of
/// its letters differ. `None` if there are none, or if they are spelled as it is.
fn like(phrase: &[Spelling], heard: &[Word], alone: &[Word]) -> Option<std::ops::Range<usize>> {
    let (first, last) = (heard.first()?, heard.last()?);
    let near =
        |word: &Word| word.end.0 + SLACK.0 >= first.start.0 && word.start.0 <= last.end.0 + SLACK.0;
    let from = alone.iter().position(near)?;
    let to = alone.iter().rposition(near)? + 1;
    let letters =
        |words: &[Word]| -> String { words.iter().map(|word| plain(word.text.expose())).collect() };
    let wanted: String = phrase.iter().map(|word| word.plain.as_str()).collect();
    let runs = (from..to).flat_map(|start| {
        let longest = (start + phrase.len() + MORE_WORDS).min(to);
        (start + 1..=longest).map(move |end| start..end)
    });
    let (distance, _, run) = runs
        .map(|run| {
            (
                distance(&wanted, &letters(&alone[run.clone()])),
                run.len(),
                run,
            )
        })
        .min_by_key(|(distance, length, _)| (*distance, *length))?;
    let same = distance == 0 && run.len() == phrase.len();
    (!same && 2 * distance <= wanted.chars().count()).then_some(run)
}

/// The phrase in the place of these words; `begins`: it begins a sentence.
fn spelled(phrase: &[Spelling], heard: &[Word], run: &[Word], begins: bool) -> Vec<Word> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else {
        return Vec::new();
    };
    let (start, length) = (first.start.0, last.end.0.saturating_sub(first.start.0));
    let share = |part: usize| Millis(start + length * part as u64 / phrase.len() as u64);
    let tail = last.text.expose();
    let end = &tail[tail.trim_end_matches(|c: char| !c.is_alphanumeric()).len()..];
    let word = |(place, (spelling, heard)): (usize, (&Spelling, &Word))| {
        let one_to_one = run.len() == phrase.len();
        let same = run
            .get(place)
            .filter(|word| one_to_one && plain(word.text.expose()) == spelling.plain);
        if let Some(word) = same {
            return word.clone();
        }
        let mut text = spelling.written.clone();
        if place == 0 && begins {
            text = capitalised(&text);
        }
        if place + 1 == phrase.len() {
            text.push_str(end);
        }
        Word {
            start: share(place),
            end: share(place + 1),
            text: text.into(),
            spoken: None,
            probability: heard.probability,
        }
    };
    phrase.iter().zip(heard).enumerate().map(word).collect()
}

fn ends_sentence(word: &Word) -> bool {
    word.text.expose().ends_with(['.', '?', '!'])
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Letters to change, add or leave out between two texts (Levenshtein 1966).
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let mut column: Vec<usize> = (0..=one.len()).collect();
    for (number, letter) in (1..).zip(other.chars()) {
        let mut diagonal = std::mem::replace(&mut column[0], number);
        for (row, expected) in (1..).zip(&one) {
            let changed = diagonal + usize::from(*expected != letter);
            diagonal = column[row];
            column[row] = changed.min(column[row] + 1).min(column[row - 1] + 1);
        }
    }
    column[one.len()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn phrases(all: &[&str]) -> Vec<PatientText> {
        all.iter().map(|&phrase| phrase.into()).collect()
    }

    /// With a token for each byte.
    fn prompt(all: &[&str]) -> Prompt {
        let bytes = |text: &str| text.bytes().map(i32::from).collect();
        Prompt::fitted(&phrases(all), bytes)
    }

    fn text(prompt: &Prompt) -> String {
        let letter = |&token: &i32| char::from(u8::try_from(token).unwrap());
        prompt.tokens().iter().map(letter).collect()
    }

    /// A word each half second.
    fn words(text: &str, probability: f32) -> Vec<Word> {
        let word = |(n, text): (usize, &str)| Word {
            start: Millis(500 * n as u64),
            end: Millis(500 * n as u64 + 400),
            text: text.into(),
            spoken: None,
            probability,
        };
        text.split_whitespace().enumerate().map(word).collect()
    }

    /// What comes of what the sound alone says, at 0.6, and of what it says with these phrases in
    /// mind, at 0.8.
    fn respelled(alone: &str, told: &str) -> String {
        let prompt = prompt(&["amoxicillin", "chest pain", "MiraLAX", "levothyroxine"]);
        let found = prompt.respell(words(alone, 0.6), &words(told, 0.8));
        let times: Vec<u64> = found.iter().flat_map(|w| [w.start.0, w.end.0]).collect();
        assert!(times.is_sorted(), "{times:?}");
        let texts: Vec<&str> = found.iter().map(|word| word.text.expose()).collect();
        texts.join(" ")
    }

    #[test]
    fn the_first_phrase_stands_next_to_what_is_said() {
        let prompt = prompt(&["Knee pain", "naproxen", "meniscus"]);
        assert_eq!(text(&prompt), " meniscus, naproxen, Knee pain.");
        assert_eq!(prompt.taken(), 3);
        assert_eq!(text(&Prompt::default()), "");
    }

    #[test]
    fn what_comes_first_has_the_room_and_what_does_not_fit_is_passed_over() {
        let long = "l".repeat(MOST_TOKENS - 10);
        let prompt = prompt(&[&long, "too long for it", "short", "none"]);
        assert_eq!(text(&prompt), format!(" short, {long}."));
        assert_eq!(prompt.tokens().len(), MOST_TOKENS - 1);
    }

    #[test]
    fn what_is_no_phrase_is_passed_over() {
        let long = "l".repeat(LONGEST_PHRASE + 1);
        let none = prompt(&["", " ", "--", "a\0b", "a\nb", &long]);
        assert_eq!(none.taken(), 0);
    }

    #[test]
    fn a_phrase_that_was_misspelled_is_spelled_as_it_is_written() {
        for (alone, told, expected) in [
            (
                "She is allergic to a moxacillin. But he had it.",
                "she is allergic to amoxicillin, but he had it,",
                "She is allergic to amoxicillin. But he had it.",
            ),
            (
                "Just leave othiroxine, 50 micrograms.",
                "just levothyroxine, 50 micrograms",
                "Just levothyroxine, 50 micrograms.",
            ),
            ("Moxicillin.", "amoxicillin", "Amoxicillin."),
            ("Well. Merry lax?", "well, miralax", "Well. MiraLAX?"),
            ("Any jest pain?", "any chest pain", "Any chest pain?"),
        ] {
            assert_eq!(respelled(alone, told), expected);
        }
    }

    #[test]
    fn nothing_else_changes() {
        for (alone, told) in [
            ("", "amoxicillin, chest pain, levothyroxine"),
            ("Oh.", "amoxicillin"),
            ("I take it every day.", "i take amoxicillin every day"),
            ("Chest pain? No.", "chest pain, no, miralax"),
            ("The pain is in my jest.", "the kg mg is a list, of words"),
            (
                "A moxacillin and six seven eight nine.",
                "and and and and and amoxicillin",
            ),
        ] {
            assert_eq!(respelled(alone, told), alone);
        }
    }

    #[test]
    fn what_the_sound_alone_says_more_surely_stays() {
        let prompt = prompt(&["Celebrex"]);
        let sure = words("I take Celexa.", 0.9);
        let told = words("i take celebrex", 0.8);
        assert_eq!(prompt.respell(sure.clone(), &told), sure);
        let unsure = words("I take Celexa.", 0.5);
        assert_ne!(prompt.respell(unsure.clone(), &told), unsure);
    }

    #[test]
    fn distances_count_letters() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ä", "a"), 1);
    }
}
