//! Texts compared word by word.
//!
//! A word is a run of letters and digits, in lower case, with the apostrophes inside it: so neither
//! punctuation nor capitals count.

/// Hesitations, which recognition leaves out and which nobody misses.
const HESITATIONS: [&str; 6] = ["um", "uh", "hm", "hmm", "mm", "mhm"];

/// The words of a text.
pub fn words(text: &str) -> Vec<String> {
    let text = text.replace('\u{2019}', "'").to_lowercase();
    text.split(|character: char| !character.is_alphanumeric() && character != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of what was said, without hesitations.
pub fn spoken(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.retain(|word| !HESITATIONS.contains(&word.as_str()));
    words
}

/// Levenshtein's distance: the least number of words that are to be put in, left out or exchanged to
/// make one list the other (V. I. Levenshtein, 1966).
pub fn distance<T: PartialEq>(one: &[T], other: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.iter().enumerate() {
        // The field above and to the left of the next one.
        let mut corner = at;
        let mut before = at + 1;
        for (above, right) in row.iter_mut().skip(1).zip(other) {
            let exchanged = corner + usize::from(left != right);
            corner = *above;
            before = exchanged.min(*above + 1).min(before + 1);
            *above = before;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// How much of one text is in another: 1 less the distance in words over the words of the longer one.
/// 1 for two texts without a word.
pub fn kept(draft: &[String], signed: &[String]) -> f64 {
    match draft.len().max(signed.len()) {
        0 => 1.0,
        longer => 1.0 - distance(draft, signed) as f64 / longer as f64,
    }
}

/// Errors of recognition: words put in, left out and exchanged, and the words that were said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordErrors {
    /// Words put in, left out or exchanged.
    pub wrong: usize,
    /// Words that were said.
    pub said: usize,
}

impl WordErrors {
    /// What was heard compared with what was said; hesitations count in neither.
    pub fn between(said: &str, heard: &str) -> Self {
        let (said, heard) = (spoken(said), spoken(heard));
        Self {
            wrong: distance(&said, &heard),
            said: said.len(),
        }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            wrong: self.wrong + other.wrong,
            said: self.said + other.said,
        }
    }

    /// The word error rate, in per cent; `None` if nothing was said.
    pub fn per_cent(self) -> Option<f64> {
        (self.said > 0).then(|| 100.0 * self.wrong as f64 / self.said as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_as_counted_by_hand() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "a b", 2),
            ("a b", "", 2),
            ("a b c", "a b c", 0),
            ("a b c", "a x c", 1),
            ("a b c", "a c", 1),
            ("a b c", "a b b c", 1),
            ("k i t t e n", "s i t t i n g", 3),
            ("s a t u r d a y", "s u n d a y", 3),
        ] {
            assert_eq!(
                distance(&words(one), &words(other)),
                expected,
                "{one:?} {other:?}"
            );
        }
    }

    #[test]
    fn neither_punctuation_nor_capitals_nor_hesitations_are_words() {
        assert_eq!(
            words("The patient\u{2019}s leg: \u{201C}5.5 mg\u{201D}, 'now'."),
            ["the", "patient's", "leg", "5", "5", "mg", "now"]
        );
        let errors = WordErrors::between("Um, no. The left one.", "No the right one");
        assert_eq!(errors, WordErrors { wrong: 1, said: 4 });
        assert_eq!(errors.per_cent(), Some(25.0));
        assert_eq!(WordErrors::between("Um.", "yes").per_cent(), None);
    }

    #[test]
    fn the_share_that_is_kept_is_of_the_longer_text() {
        let share = |draft: &str, signed: &str| kept(&words(draft), &words(signed));
        assert_eq!(share("", ""), 1.0);
        assert_eq!(share("a b c d", "a b c d"), 1.0);
        assert_eq!(share("a b c d", "a b c"), 0.75);
        assert_eq!(share("a b", "a b c d e f g h"), 0.25);
        assert_eq!(share("a b", "c d"), 0.0);
    }

    proptest! {
        #[test]
        fn it_is_a_distance(
            one in proptest::collection::vec(0_u8..4, 0..12),
            other in proptest::collection::vec(0_u8..4, 0..12),
            third in proptest::collection::vec(0_u8..4, 0..12),
        ) {
            let between = distance(&one, &other);
            prop_assert_eq!(between, distance(&other, &one));
            prop_assert_eq!(between == 0, one == other);
            prop_assert!(between <= one.len().max(other.len()));
            prop_assert!(between >= one.len().abs_diff(other.len()));
            prop_assert!(between <= distance(&one, &third) + distance(&third, &other));
        }
    }
}
