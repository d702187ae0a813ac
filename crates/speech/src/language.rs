//! Which language is spoken, where nobody has said.

/// Speech to listen to before the answer is final, in samples: 5 s.
const ENOUGH: u64 = 80_000;
/// A clearer answer is taken after 2 s.
const ENOUGH_WHEN_CLEAR: u64 = 32_000;
const CLEAR: f32 = 0.8;

/// Adds up what is heard until the language is clear.
#[derive(Default)]
pub(crate) struct Listening {
    heard: u64,
    /// Probability of each language times samples heard.
    weights: Vec<f64>,
}

impl Listening {
    /// Takes the probabilities for an utterance of so many samples; gives the likeliest language
    /// so far, and whether that is the answer.
    pub(crate) fn hear(&mut self, likely: &[f32], samples: u64) -> (usize, bool) {
        self.heard += samples;
        self.weights.resize(likely.len(), 0.0);
        for (weight, p) in self.weights.iter_mut().zip(likely) {
            *weight += f64::from(*p) * samples as f64;
        }
        let best = self
            .weights
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1));
        let (language, weight) = best.map_or((0, 0.0), |(number, weight)| (number, *weight));
        let share = weight / self.heard.max(1) as f64;
        let clear = self.heard >= ENOUGH_WHEN_CLEAR && share >= f64::from(CLEAR);
        (language, clear || self.heard >= ENOUGH)
    }
}

#[cfg(test)]
mod tests {
    use super::Listening;

    #[test]
    fn a_clear_language_is_settled_after_two_seconds() {
        let mut listening = Listening::default();
        assert_eq!(listening.hear(&[0.1, 0.9], 20_000), (1, false));
        assert_eq!(listening.hear(&[0.1, 0.9], 20_000), (1, true));
    }

    #[test]
    fn an_unclear_one_takes_five_seconds_and_long_speech_counts_more() {
        let mut listening = Listening::default();
        assert_eq!(listening.hear(&[0.9, 0.1], 8_000), (0, false));
        assert_eq!(listening.hear(&[0.3, 0.7], 48_000), (1, false));
        assert_eq!(listening.hear(&[0.4, 0.6], 32_000), (1, true));
    }
}
