//! The stretch of sound that is not settled yet.

use std::collections::VecDeque;

/// Samples from some position on; what is behind it is gone.
pub(crate) struct Sound {
    from: u64,
    pcm: VecDeque<i16>,
}

impl Sound {
    pub(crate) fn starting_at(from: u64) -> Self {
        Self {
            from,
            pcm: VecDeque::new(),
        }
    }

    pub(crate) fn append(&mut self, pcm: &[i16]) {
        self.pcm.extend(pcm);
    }

    /// The position behind the last sample.
    pub(crate) fn end(&self) -> u64 {
        self.from + self.pcm.len() as u64
    }

    /// The samples of a stretch at full scale ±1; what is not there is silence.
    pub(crate) fn between(&self, start: u64, end: u64) -> impl Iterator<Item = f32> {
        (start..end).map(|position| {
            let index = position
                .checked_sub(self.from)
                .and_then(|i| usize::try_from(i).ok());
            let sample = index.and_then(|index| self.pcm.get(index));
            sample.map_or(0.0, |&sample| f32::from(sample) / 32_768.0)
        })
    }

    /// Forgets what lies before a position.
    pub(crate) fn forget_before(&mut self, position: u64) {
        let length = position
            .saturating_sub(self.from)
            .min(self.pcm.len() as u64);
        self.pcm.drain(..length as usize);
        self.from += length;
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.pcm.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Sound;

    #[test]
    fn forgetting_keeps_positions() {
        let mut sound = Sound::starting_at(100);
        sound.append(&[0, 16_384, -16_384]);
        sound.forget_before(101);
        assert_eq!(sound.held(), 2);
        assert_eq!(sound.end(), 103);
        let heard: Vec<f32> = sound.between(100, 104).collect();
        assert_eq!(heard, [0.0, 0.5, -0.5, 0.0]);
    }
}
