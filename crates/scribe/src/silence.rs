//! A source that delivers samples without a signal, as a muted microphone does.

use visit::{SAMPLE_RATE, Samples};

/// Below this a sample is digital silence: two steps of 16 bits. The noise of a quiet room through
/// a microphone that is open lies ten times higher.
const FLOOR: f32 = 2.0 / 32_768.0;

/// Silence of this length is told: people pause for less, and even then their room is heard.
const PATIENCE: Samples = Samples(10 * SAMPLE_RATE as u64);

/// Watches for silence that no room has.
#[derive(Default)]
pub(crate) struct Silence {
    /// Where in the recording the present stretch began.
    since: Option<Samples>,
    told: bool,
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// There has been no signal for [`PATIENCE`].
    Silent,
    /// There is a signal again, or the sound ended.
    Over {
        /// Where the stretch began.
        at: Samples,
        /// How long it was.
        length: Samples,
    },
}

impl Silence {
    /// Takes a block of sound (full scale ±1) that stands at `at` in the recording.
    pub(crate) fn take(&mut self, at: Samples, sound: &[f32]) -> Option<Change> {
        if sound.iter().any(|sample| sample.abs() >= FLOOR) {
            return self.end(at);
        }
        let since = *self.since.get_or_insert(at);
        let lasting = at + Samples::of(sound.len()) - since;
        if self.told || lasting < PATIENCE {
            return None;
        }
        self.told = true;
        Some(Change::Silent)
    }

    /// The stretch of sound ends at `at`.
    pub(crate) fn end(&mut self, at: Samples) -> Option<Change> {
        let told = std::mem::take(&mut self.told);
        let since = self.since.take()?;
        told.then(|| Change::Over {
            at: since,
            length: at - since,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: usize = SAMPLE_RATE as usize;

    /// Plays seconds of sound of the given loudness and collects what is told.
    fn told(seconds: &[f32]) -> Vec<Change> {
        let mut silence = Silence::default();
        let mut at = Samples(0);
        let mut changes = Vec::new();
        for &loudness in seconds {
            for tenth in vec![loudness; SECOND].chunks(SECOND / 10) {
                changes.extend(silence.take(at, tenth));
                at = at + Samples::of(tenth.len());
            }
        }
        changes.extend(silence.end(at));
        changes
    }

    #[test]
    fn ten_seconds_without_a_signal_are_told_once_and_so_is_their_end() {
        let mut seconds = vec![0.1; 2];
        seconds.extend([0.0; 13]);
        seconds.extend([0.1; 2]);
        let over = Change::Over {
            at: Samples(2 * SECOND as u64),
            length: Samples(13 * SECOND as u64),
        };
        assert_eq!(told(&seconds), [Change::Silent, over]);
    }

    #[test]
    fn a_shorter_pause_and_a_quiet_room_are_not_told() {
        let mut seconds = vec![0.0; 9];
        seconds.push(0.01);
        seconds.extend([0.0; 9]);
        assert_eq!(told(&seconds), []);
        // -66 dB below full scale.
        assert_eq!(told(&[0.000_5; 60]), []);
    }

    #[test]
    fn the_last_bit_of_a_muted_converter_is_no_signal() {
        assert_eq!(told(&[1.0 / 32_768.0; 12])[0], Change::Silent);
    }
}
