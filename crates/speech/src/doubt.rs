//! Keeps out what nobody said.
//!
//! Whisper was trained on subtitles: over noise it writes the phrases that subtitles end with,
//! and it can fall into a loop. What is merely unclear stays, with its low probability.

use visit::Word;

use crate::engine::Decoded;

/// Below this mean log probability a second, wider search is worth its time (OpenAI's limit for
/// a retry is -1; most of what lies between is mended by the beam).
const UNSURE: f32 = -0.7;
/// Noise: Whisper says that there is no speech and does not trust its own words.
const NO_SPEECH: f32 = 0.6;
const NO_TRUST: f32 = -0.8;
/// Longest phrase, in words, whose repetition is looked for.
const LONGEST_PHRASE: usize = 12;
/// A known phantom counts as one below this geometric mean of the words' probabilities.
const PHANTOM_TRUST: f32 = 0.6;

/// Several words in a row to which no sound belongs are made up below this confidence.
const TIMELESS_TRUST: f32 = 0.7;

/// What Whisper writes over sound without words, in small letters without punctuation.
const PHANTOMS: [&str; 16] = [
    "you",
    "bye",
    "bye bye",
    "so",
    "oh",
    "the end",
    "thank you",
    "thank you very much",
    "thank you for watching",
    "thanks for watching",
    "thank you so much for watching",
    "please subscribe",
    "see you next time",
    "subtitles by the amaraorg community",
    "im going to go ahead and get started",
    "ill see you in the next video",
];

/// Whether another search is likely to do better.
pub(crate) fn wants_second_look(decoded: &Decoded, words: &[Word]) -> bool {
    decoded.mean_log_probability() < UNSURE || repetition(words).is_some()
}

/// Whether the second result is to be preferred to the first.
pub(crate) fn is_better(second: (&Decoded, &[Word]), first: (&Decoded, &[Word])) -> bool {
    match (
        repetition(first.1).is_some(),
        repetition(second.1).is_some(),
    ) {
        (true, false) => true,
        (false, true) => false,
        _ => second.0.mean_log_probability() > first.0.mean_log_probability(),
    }
}

/// The words that somebody said, as far as can be told.
pub(crate) fn believable(decoded: &Decoded, mut words: Vec<Word>) -> Vec<Word> {
    if decoded.no_speech > NO_SPEECH && decoded.mean_log_probability() < NO_TRUST {
        return Vec::new();
    }
    while let Some(repeated) = repetition(&words) {
        words.drain(repeated);
    }
    let timeless = |word: &Word| word.start == word.end;
    words = words
        .chunk_by(|a, b| timeless(a) == timeless(b))
        .filter(|run| run.len() < 2 || !timeless(&run[0]) || confidence(run) >= TIMELESS_TRUST)
        .flatten()
        .cloned()
        .collect();
    if confidence(&words) < PHANTOM_TRUST || decoded.no_speech > NO_SPEECH {
        let said: Vec<String> = words.iter().map(said).collect();
        if PHANTOMS.contains(&said.join(" ").as_str()) {
            return Vec::new();
        }
    }
    words
}

/// Geometric mean of the words' probabilities; 0 without words.
pub(crate) fn confidence(words: &[Word]) -> f32 {
    if words.is_empty() {
        return 0.0;
    }
    let logs: f32 = words
        .iter()
        .map(|word| word.probability.max(1e-6).ln())
        .sum();
    (logs / words.len() as f32).exp()
}

/// The repetitions of a phrase that stands there more often than people repeat themselves: the
/// words after its first occurrence.
fn repetition(words: &[Word]) -> Option<std::ops::Range<usize>> {
    let said: Vec<String> = words.iter().map(said).collect();
    for start in 0..said.len() {
        for length in 1..=LONGEST_PHRASE.min((said.len() - start) / 2) {
            let phrase = &said[start..start + length];
            let times = said[start..]
                .chunks_exact(length)
                .take_while(|c| *c == phrase)
                .count();
            if times >= more_than_said(length) {
                return Some(start + length..start + times * length);
            }
        }
    }
    None
}

/// How often a phrase of so many words comes before it is no longer believed.
fn more_than_said(length: usize) -> usize {
    match length {
        1 => 8,
        2 => 5,
        3..=4 => 4,
        _ => 3,
    }
}

fn said(word: &Word) -> String {
    plain(word.text.expose())
}

/// Small letters and digits alone.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use visit::Millis;

    use super::*;
    use crate::engine::Token;

    fn words(text: &str, probability: f32) -> Vec<Word> {
        let word = |text: &str| Word {
            start: Millis(0),
            end: Millis(200),
            text: text.into(),
            spoken: None,
            probability,
        };
        text.split_whitespace().map(word).collect()
    }

    fn decoded(mean: f32, no_speech: f32) -> Decoded {
        let token = Token {
            bytes: b" x".to_vec(),
            probability: mean.exp(),
            log_probability: mean,
            start: 0,
            end: 0,
        };
        Decoded {
            tokens: vec![token],
            no_speech,
        }
    }

    fn kept(text: &str, probability: f32, no_speech: f32) -> String {
        let words = believable(
            &decoded(probability.ln(), no_speech),
            words(text, probability),
        );
        words
            .iter()
            .map(|word| word.text.expose())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn what_people_say_stays() {
        for text in [
            "No, no, no, no, it does not hurt.",
            "I don't know, I don't know.",
            "Thank you.",
            "Seventy over seventy, seventy over seventy.",
        ] {
            assert_eq!(kept(text, 0.9, 0.1), text);
        }
    }

    #[test]
    fn unclear_speech_stays_too() {
        assert_eq!(
            kept("metoprolol twenty five", 0.3, 0.2),
            "metoprolol twenty five"
        );
    }

    #[test]
    fn loops_are_cut_to_one_occurrence() {
        let looped = "My knee hurts. ".to_owned() + &"It is very bad. ".repeat(9) + "Yes.";
        assert_eq!(
            kept(&looped, 0.9, 0.1),
            "My knee hurts. It is very bad. Yes."
        );
        assert_eq!(kept(&"okay ".repeat(40), 0.9, 0.1), "okay");
    }

    #[test]
    fn noise_gives_no_words() {
        assert_eq!(kept("the wind is blowing", 0.3, 0.9), "");
    }

    #[test]
    fn phantoms_go_only_where_trust_is_low() {
        assert_eq!(kept("Thanks for watching!", 0.5, 0.1), "");
        assert_eq!(kept("Thank you.", 0.95, 0.9), "");
        assert_eq!(kept("Thank you.", 0.95, 0.1), "Thank you.");
    }

    #[test]
    fn a_loop_or_low_trust_asks_for_a_second_look_and_the_loop_loses() {
        let fine = (decoded(-0.2, 0.0), words("It hurts.", 0.8));
        let looped = (decoded(-0.1, 0.0), words(&"it hurts ".repeat(6), 0.9));
        let unsure = (decoded(-1.2, 0.0), words("It huts.", 0.3));
        assert!(!wants_second_look(&fine.0, &fine.1));
        assert!(wants_second_look(&looped.0, &looped.1));
        assert!(wants_second_look(&unsure.0, &unsure.1));
        assert!(is_better((&fine.0, &fine.1), (&looped.0, &looped.1)));
        assert!(!is_better((&looped.0, &looped.1), (&unsure.0, &unsure.1)));
        assert!(is_better((&fine.0, &fine.1), (&unsure.0, &unsure.1)));
    }

    #[test]
    fn unsure_words_without_sound_go() {
        let mut heard = words("ask not and so my", 0.6);
        for (number, word) in heard.iter_mut().enumerate() {
            word.end = Millis(if number < 2 { 300 } else { 0 });
        }
        let kept = believable(&decoded(-0.5, 0.0), heard.clone());
        assert_eq!(kept, heard[..2]);
        heard.iter_mut().for_each(|word| word.probability = 0.9);
        assert_eq!(believable(&decoded(-0.1, 0.0), heard.clone()), heard);
    }
}
