//! Puts the edges of words where voice begins and ends.

use std::ops::Range;

use visit::{Millis, Word};

/// The alignment places the border between two words so much too early, in the median over the
/// sample visits.
const EARLY: Millis = Millis(60);
/// A part of a word this short on the far side of a pause is the alignment's error.
const SLIVER: Millis = Millis(120);

/// Moves the words' edges later by the alignment's usual error and out of pauses. Order is kept.
pub(crate) fn fit(words: &mut [Word], pauses: &[Range<Millis>], limit: Millis) {
    for word in words.iter_mut() {
        word.start = (word.start + EARLY).min(limit);
        word.end = (word.end + EARLY).min(limit);
        for pause in pauses {
            if pause.end <= word.start || pause.start >= word.end {
                continue;
            }
            let before = pause.start - word.start;
            let after = word.end - pause.end;
            if before <= SLIVER && after > Millis(0) && after >= before {
                word.start = pause.end;
            } else if after <= SLIVER && before > Millis(0) {
                word.end = pause.start;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(start: u64, end: u64, pauses: &[(u64, u64)]) -> (u64, u64) {
        let (start, end) = (Millis(start - EARLY.0), Millis(end - EARLY.0));
        let mut words = [Word {
            start,
            end,
            text: "so".into(),
            spoken: None,
            probability: 1.0,
        }];
        let pauses: Vec<_> = pauses.iter().map(|&(a, b)| Millis(a)..Millis(b)).collect();
        fit(&mut words, &pauses, Millis(10_000));
        (words[0].start.0, words[0].end.0)
    }

    #[test]
    fn a_word_does_not_begin_or_end_in_a_pause() {
        assert_eq!(fitted(1000, 2000, &[(900, 1500)]), (1500, 2000));
        assert_eq!(fitted(1000, 2000, &[(1600, 2400)]), (1000, 1600));
        assert_eq!(
            fitted(1000, 2000, &[(800, 1300), (1700, 2100)]),
            (1300, 1700)
        );
    }

    #[test]
    fn a_sliver_beyond_a_pause_is_dropped_and_a_pause_within_a_word_is_not() {
        assert_eq!(fitted(1000, 2000, &[(1100, 1600)]), (1600, 2000));
        assert_eq!(fitted(1000, 2000, &[(1500, 1900)]), (1000, 1500));
        assert_eq!(fitted(1000, 2000, &[(1400, 1600)]), (1000, 2000));
    }

    #[test]
    fn a_word_wholly_in_a_pause_stays_where_it_is() {
        assert_eq!(fitted(1000, 1300, &[(800, 2000)]), (1000, 1300));
    }

    #[test]
    fn no_edge_goes_beyond_the_utterance() {
        assert_eq!(fitted(9_900, 10_200, &[]), (9_900, 10_000));
    }
}
