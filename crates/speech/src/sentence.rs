//! Splits an utterance's words into sentences.

use visit::{Millis, Word};

/// A sentence longer than this is split at its longest pause.
const LONGEST: Millis = Millis(15_000);
/// Shortened words whose full stop ends no sentence.
const SHORTENED: [&str; 12] = [
    "dr.", "mr.", "mrs.", "ms.", "st.", "vs.", "prof.", "jr.", "sr.", "e.g.", "i.e.", "approx.",
];

/// The words in groups of one sentence each; a long sentence in several.
pub(crate) fn split(words: Vec<Word>) -> Vec<Vec<Word>> {
    let mut sentences = Vec::new();
    let mut current: Vec<Word> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let ends = words.peek().is_none_or(|next| ends_sentence(&word, next));
        current.push(word);
        if ends {
            shorten(std::mem::take(&mut current), &mut sentences);
        }
    }
    sentences
}

fn ends_sentence(word: &Word, next: &Word) -> bool {
    let text = word
        .text
        .expose()
        .trim_end_matches(['"', '\'', '”', '’', ')', '」', '』']);
    let Some(mark) = text.chars().last() else {
        return false;
    };
    match mark {
        '?' | '!' | '。' | '？' | '！' => true,
        '.' => {
            let shortened = SHORTENED.contains(&text.to_lowercase().as_str());
            let initial = text.chars().count() == 2 && text.starts_with(char::is_uppercase);
            let goes_on = next.text.expose().starts_with(char::is_lowercase);
            !(shortened || initial || goes_on || text.ends_with(".."))
        }
        _ => false,
    }
}

/// Halves a sentence at its longest pause until every part is short enough.
fn shorten(sentence: Vec<Word>, out: &mut Vec<Vec<Word>>) {
    let length = match (sentence.first(), sentence.last()) {
        (Some(first), Some(last)) => last.end - first.start,
        _ => return,
    };
    // The pause before each word; of equal pauses, the one nearest the middle.
    let middle = sentence.len() as f32 / 2.0;
    let pauses = sentence.windows(2).enumerate().map(|(at, pair)| {
        let off_middle = ((at + 1) as f32 - middle).abs() as u64;
        (
            pair[1].start - pair[0].end,
            std::cmp::Reverse(off_middle),
            at + 1,
        )
    });
    match pauses.max() {
        Some((_, _, at)) if length > LONGEST => {
            let mut sentence = sentence;
            let rest = sentence.split_off(at);
            shorten(sentence, out);
            shorten(rest, out);
        }
        _ => out.push(sentence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of 200 ms; `|` stands for a pause of a second.
    fn spoken(text: &str) -> Vec<Word> {
        let mut now = 0;
        let mut words = Vec::new();
        for token in text.split_whitespace() {
            if token == "|" {
                now += 1_000;
                continue;
            }
            let (start, end) = (Millis(now), Millis(now + 200));
            words.push(Word {
                start,
                end,
                text: token.into(),
                spoken: None,
                probability: 1.0,
            });
            now += 200;
        }
        words
    }

    fn check(text: &str, expected: &[&str]) {
        let sentences = split(spoken(text));
        let lines: Vec<String> = sentences
            .iter()
            .map(|s| {
                s.iter()
                    .map(|w| w.text.expose())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn sentences_end_at_their_marks() {
        check(
            "It hurts. Where? \"Here.\" Okay",
            &["It hurts.", "Where?", "\"Here.\"", "Okay"],
        );
    }

    #[test]
    fn shortened_words_initials_and_numbers_do_not_end_one() {
        check("Dr. Moore saw J. Smith.", &["Dr. Moore saw J. Smith."]);
        check("About 5 mg. twice a day.", &["About 5 mg. twice a day."]);
        check("I was... Well, no.", &["I was... Well, no."]);
    }

    #[test]
    fn a_long_sentence_is_split_at_its_longest_pause() {
        let early = "so ".repeat(20);
        let late = "and then ".repeat(30);
        let text = format!("{early}| {late}");
        let sentences = split(spoken(&text));
        assert_eq!(sentences[0].len(), 20);
        for sentence in &sentences {
            let (first, last) = (&sentence[0], &sentence[sentence.len() - 1]);
            assert!(last.end - first.start <= LONGEST);
        }
        assert_eq!(sentences.iter().map(Vec::len).sum::<usize>(), 80);
    }

    #[test]
    fn no_words_give_no_sentence() {
        assert!(split(Vec::new()).is_empty());
    }
}
