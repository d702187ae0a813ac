//! One continuous stretch of sound on its way to blocks of 100 ms.

use visit::SAMPLE_RATE;

use crate::{CaptureError, resample::Resampler};

/// Samples in a block: 100 ms.
const BLOCK: usize = SAMPLE_RATE as usize / 10;

/// Mono sound at a device's or file's own rate → blocks at 16 kHz within ±1.
pub(crate) struct Stretch {
    resampler: Resampler,
    waiting: Vec<f32>,
}

impl Stretch {
    /// For sound at `rate` frames per second.
    pub(crate) fn new(rate: u32) -> Result<Self, CaptureError> {
        Ok(Self {
            resampler: Resampler::new(rate)?,
            waiting: Vec::with_capacity(2 * BLOCK),
        })
    }

    /// Takes frames and hands each full block to `give`.
    pub(crate) fn push(
        &mut self,
        frames: &[f32],
        give: &mut dyn FnMut(Vec<f32>),
    ) -> Result<(), CaptureError> {
        self.resampler.push(frames, &mut self.waiting)?;
        while self.waiting.len() >= BLOCK {
            let rest = self.waiting.split_off(BLOCK);
            give(bounded(std::mem::replace(&mut self.waiting, rest)));
        }
        Ok(())
    }

    /// Ends the stretch: hands what is left to `give`, the last block shorter than the others.
    pub(crate) fn finish(mut self, give: &mut dyn FnMut(Vec<f32>)) -> Result<(), CaptureError> {
        self.resampler.finish(&mut self.waiting)?;
        for block in self.waiting.chunks(BLOCK) {
            give(bounded(block.to_vec()));
        }
        Ok(())
    }
}

/// Keeps the promise of ±1: a filter overshoots where a device has clipped, and a file can hold
/// anything.
fn bounded(mut block: Vec<f32>) -> Vec<f32> {
    for sample in &mut block {
        *sample = sample.clamp(-1.0, 1.0);
    }
    block
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn blocks_are_full_but_the_last() {
        let mut lengths = Vec::new();
        let mut stretch = Stretch::new(48_000).unwrap();
        let mut give = |block: Vec<f32>| lengths.push(block.len());
        for _ in 0..7 {
            stretch.push(&[0.0; 5_000], &mut give).unwrap();
        }
        stretch.finish(&mut give).unwrap();
        assert_eq!(lengths, [1600, 1600, 1600, 1600, 1600, 1600, 1600, 467]);
    }

    #[test]
    fn nothing_leaves_the_full_scale() {
        let mut loudest = 0f32;
        let mut stretch = Stretch::new(44_100).unwrap();
        let square: Vec<f32> = (0..44_100)
            .map(|n| if n / 50 % 2 == 0 { 1.0 } else { -1.0 })
            .collect();
        let mut give = |block: Vec<f32>| {
            loudest = block.iter().fold(loudest, |max, x| max.max(x.abs()));
        };
        stretch.push(&square, &mut give).unwrap();
        stretch.finish(&mut give).unwrap();
        assert_eq!(loudest, 1.0);
    }
}
