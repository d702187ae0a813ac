//! The mel spectrum that the voice encoder sees.
//!
//! As librosa computes it for Resemblyzer (`audio.wav_to_mel_spectrogram`): 40 bands of power over
//! 25 ms every 10 ms, Hann window, mirror-free edges, Slaney's scale and area norm, no logarithm.

use candle_core::{Device, Result, Tensor};

/// Bands of a frame.
pub(crate) const BANDS: usize = 40;
/// Samples from one frame to the next: 10 ms.
pub(crate) const HOP: usize = 160;
/// Samples under the window: 25 ms.
const WINDOW: usize = 400;
const BINS: usize = WINDOW / 2 + 1;
const SAMPLE_RATE: f64 = visit::SAMPLE_RATE as f64;

/// Windowed sine and cosine, and the bands' weights.
pub(crate) struct Mel {
    /// `[WINDOW, 2 × BINS]`: cosines, then sines.
    basis: Tensor,
    /// `[BINS, BANDS]`.
    bands: Tensor,
}

impl Mel {
    pub(crate) fn new() -> Result<Self> {
        let turn = std::f64::consts::TAU / WINDOW as f64;
        let mut basis = Vec::with_capacity(WINDOW * 2 * BINS);
        for n in 0..WINDOW {
            let hann = 0.5 - 0.5 * (turn * n as f64).cos();
            let angle = |bin: usize| turn * ((n * bin) % WINDOW) as f64;
            basis.extend((0..BINS).map(|bin| (hann * angle(bin).cos()) as f32));
            basis.extend((0..BINS).map(|bin| (hann * angle(bin).sin()) as f32));
        }
        Ok(Self {
            basis: Tensor::from_vec(basis, (WINDOW, 2 * BINS), &Device::Cpu)?,
            bands: Tensor::from_vec(bands(), (BINS, BANDS), &Device::Cpu)?,
        })
    }

    /// The frames of a piece of sound, `[frames][BANDS]` in one row: one for each [`HOP`] that
    /// begins in it, each window centred on its frame's beginning.
    pub(crate) fn frames(&self, sound: &[f32]) -> Result<Vec<f32>> {
        let frames = sound.len().div_ceil(HOP);
        let mut windows = vec![0.0; frames * WINDOW];
        for (frame, window) in windows.chunks_exact_mut(WINDOW).enumerate() {
            let from = (frame * HOP).saturating_sub(WINDOW / 2);
            let at = (WINDOW / 2).saturating_sub(frame * HOP);
            let heard = &sound[from..sound.len().min(frame * HOP + WINDOW / 2)];
            window[at..at + heard.len()].copy_from_slice(heard);
        }
        let parts = Tensor::from_vec(windows, (frames, WINDOW), &Device::Cpu)?
            .matmul(&self.basis)?
            .sqr()?;
        let power = (parts.narrow(1, 0, BINS)? + parts.narrow(1, BINS, BINS)?)?;
        power.matmul(&self.bands)?.flatten_all()?.to_vec1()
    }
}

/// Triangles between neighbouring centres on Slaney's mel scale, each of area one.
fn bands() -> Vec<f32> {
    let top = mel(SAMPLE_RATE / 2.0);
    let edge = |n: usize| hertz(top * n as f64 / (BANDS + 1) as f64);
    let mut weights = vec![0.0; BINS * BANDS];
    for (bin, row) in weights.chunks_exact_mut(BANDS).enumerate() {
        let frequency = SAMPLE_RATE / 2.0 * bin as f64 / (BINS - 1) as f64;
        for (band, weight) in row.iter_mut().enumerate() {
            let (low, centre, high) = (edge(band), edge(band + 1), edge(band + 2));
            let rising = (frequency - low) / (centre - low);
            let falling = (high - frequency) / (high - centre);
            *weight = (rising.min(falling).max(0.0) * 2.0 / (high - low)) as f32;
        }
    }
    weights
}

/// Slaney's scale: linear up to 1 kHz, logarithmic above.
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 {
        hertz * 3.0 / 200.0
    } else {
        15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4_f64.ln()
    }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 {
        mel * 200.0 / 3.0
    } else {
        1000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_tone_lies_in_its_band() {
        let tone = |n: u32| (f64::from(n) * std::f64::consts::TAU * 1000.0 / SAMPLE_RATE).sin();
        let sound: Vec<f32> = (0..8_000).map(|n| tone(n) as f32).collect();
        let frames = Mel::new().unwrap().frames(&sound).unwrap();
        assert_eq!(frames.len(), 50 * BANDS);
        let middle = &frames[25 * BANDS..26 * BANDS];
        let loudest = (0..BANDS).max_by(|&a, &b| middle[a].total_cmp(&middle[b]));
        let centre = |band: usize| hertz(mel(8000.0) * (band + 1) as f64 / 41.0);
        let nearest = (0..BANDS).min_by(|&a, &b| {
            let off = |band| (centre(band) - 1000.0).abs();
            off(a).total_cmp(&off(b))
        });
        assert_eq!(loudest, nearest);
    }

    #[test]
    fn the_scale_goes_both_ways() {
        for frequency in [0.0, 440.0, 1000.0, 1001.0, 7999.0] {
            assert!((hertz(mel(frequency)) - frequency).abs() < 1e-9);
        }
    }
}
