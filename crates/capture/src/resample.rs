//! Any sample rate → 16 kHz.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};
use visit::SAMPLE_RATE;

use crate::CaptureError;

/// Output block of the transform, in samples. 512 puts the filter's edge at 7.7 kHz and costs
/// 16 ms of delay, which is taken out again.
const BLOCK: usize = 512;

/// Most input frames that the shortest common period with 16 kHz may have. Every rate below it is converted, and above
/// it those that devices have (192 kHz: 12 frames; 176.4 kHz: 441); the transform of 590,263 Hz would take a second.
const LONGEST_PERIOD: u32 = 100_000;

/// Converts one continuous stretch of mono sound to 16 kHz.
///
/// A synchronous FFT resampler with a squared Blackman-Harris window: the ratio is a ratio of
/// whole numbers, so that n input frames give n · 16000 / rate samples (rounded) however long the
/// stretch, and the first output sample stands where the first input frame stood.
pub(crate) struct Resampler {
    rate: u32,
    /// Nothing to convert at 16 kHz.
    engine: Option<Fft<f32>>,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    block: Vec<f32>,
    /// Output that is only the filter's delay, still to be left out.
    delay: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// For sound at `rate` frames per second.
    ///
    /// # Errors
    /// [`CaptureError::ImpossibleRate`] for zero and for rates that no device or file has.
    pub(crate) fn new(rate: u32) -> Result<Self, CaptureError> {
        let impossible = CaptureError::ImpossibleRate { rate };
        let period = rate / common_divisor(rate, SAMPLE_RATE).max(1);
        if !(1_000..=1_000_000).contains(&rate) || period > LONGEST_PERIOD {
            return Err(impossible);
        }
        let engine = if rate == SAMPLE_RATE {
            None
        } else {
            let chunk = (BLOCK * rate as usize).div_ceil(SAMPLE_RATE as usize);
            let engine = Fft::new_custom(
                rate as usize,
                SAMPLE_RATE as usize,
                chunk,
                1,
                1,
                WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            )
            .map_err(|_| impossible)?;
            Some(engine)
        };
        let (delay, block) = engine
            .as_ref()
            .map_or((0, 0), |e| (e.output_delay(), e.output_frames_max()));
        Ok(Self {
            rate,
            engine,
            pending: Vec::new(),
            block: vec![0.0; block],
            delay,
            taken: 0,
            given: 0,
        })
    }

    /// Takes `input` and appends what is ready to `out`.
    pub(crate) fn push(&mut self, input: &[f32], out: &mut Vec<f32>) -> Result<(), CaptureError> {
        self.taken += input.len() as u64;
        if self.engine.is_none() {
            self.given += input.len() as u64;
            out.extend_from_slice(input);
            return Ok(());
        }
        let mut rest = input;
        while !rest.is_empty() {
            let wanted = self.chunk() - self.pending.len();
            let (now, later) = rest.split_at(wanted.min(rest.len()));
            self.pending.extend_from_slice(now);
            rest = later;
            if self.pending.len() == self.chunk() {
                self.convert(out)?;
            }
        }
        Ok(())
    }

    /// Ends the stretch: appends what was still inside, to exactly the length of the input.
    pub(crate) fn finish(mut self, out: &mut Vec<f32>) -> Result<(), CaptureError> {
        let total = samples_for(self.taken, self.rate);
        while self.given < total {
            self.pending.resize(self.chunk(), 0.0);
            self.convert(out)?;
        }
        out.truncate(out.len() - (self.given - total) as usize);
        Ok(())
    }

    fn chunk(&self) -> usize {
        self.engine.as_ref().map_or(0, Fft::input_frames_next)
    }

    fn convert(&mut self, out: &mut Vec<f32>) -> Result<(), CaptureError> {
        let Some(engine) = self.engine.as_mut() else {
            return Ok(());
        };
        let frames_in = self.pending.len();
        let frames_out = self.block.len();
        let size = |_| CaptureError::ImpossibleRate { rate: self.rate };
        let from = InterleavedSlice::new(&self.pending, 1, frames_in).map_err(size)?;
        let mut to = InterleavedSlice::new_mut(&mut self.block, 1, frames_out).map_err(size)?;
        let (_, made) = engine
            .process_into_buffer(&from, &mut to, None)
            .map_err(CaptureError::Conversion)?;
        self.pending.clear();
        let skip = self.delay.min(made);
        self.delay -= skip;
        out.extend_from_slice(&self.block[skip..made]);
        self.given += (made - skip) as u64;
        Ok(())
    }
}

/// Euclid's.
fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// How many 16 kHz samples `frames` at `rate` are, rounded to the nearest.
pub(crate) fn samples_for(frames: u64, rate: u32) -> u64 {
    let rate = u64::from(rate);
    (frames * u64::from(SAMPLE_RATE) + rate / 2) / rate
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::f64::consts::TAU;

    /// Found by the fuzzer: a WAV file that claims 590,263 Hz took as long as a minute of real sound.
    #[test]
    fn rates_of_devices_are_converted_and_endless_transforms_refused() {
        for rate in [
            8_000, 11_127, 44_056, 44_100, 96_000, 99_991, 176_400, 192_000, 384_000, 768_000,
        ] {
            assert!(Resampler::new(rate).is_ok(), "{rate}");
        }
        for rate in [0, 999, 590_263, 999_983, 1_000_001] {
            let refused = matches!(
                Resampler::new(rate),
                Err(CaptureError::ImpossibleRate { .. })
            );
            assert!(refused, "{rate}");
        }
    }

    fn tone(hertz: f64, rate: u32, frames: usize) -> Vec<f32> {
        (0..frames)
            .map(|n| (0.5 * (TAU * hertz * n as f64 / f64::from(rate)).sin()) as f32)
            .collect()
    }

    fn convert(input: &[f32], rate: u32, piece: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut out = Vec::new();
        for part in input.chunks(piece) {
            resampler.push(part, &mut out).unwrap();
        }
        resampler.finish(&mut out).unwrap();
        out
    }

    /// Root mean square in decibels against the 0.5 amplitude of the tones, ends left out.
    fn level(sound: &[f32]) -> f64 {
        let inner = &sound[1600..sound.len() - 1600];
        let mean = inner.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / inner.len() as f64;
        20.0 * (mean.sqrt() / (0.5 / 2f64.sqrt())).log10()
    }

    #[test]
    fn what_16_khz_cannot_hold_is_gone() {
        for rate in [44_100, 48_000, 96_000, 192_000] {
            for hertz in [9_000.0, 10_000.0, 12_000.0, 20_000.0] {
                let out = convert(&tone(hertz, rate, rate as usize * 2), rate, 1024);
                let db = level(&out);
                assert!(db < -100.0, "{hertz} Hz at {rate} only {db:.1} dB down");
            }
        }
    }

    #[test]
    fn speech_frequencies_pass_unchanged() {
        for rate in [
            8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000,
        ] {
            for hertz in [100.0, 1_000.0, 3_000.0, 7_000.0] {
                if hertz > f64::from(rate) * 0.4375 {
                    continue;
                }
                let db = level(&convert(&tone(hertz, rate, rate as usize * 2), rate, 441));
                assert!(db.abs() < 0.1, "{hertz} Hz at {rate} off by {db:.3} dB");
            }
        }
    }

    #[test]
    fn output_stands_where_input_stood() {
        for rate in [8_000, 16_000, 44_100, 48_000] {
            let out = convert(&tone(440.0, rate, rate as usize), rate, 777);
            let want = tone(440.0, SAMPLE_RATE, SAMPLE_RATE as usize);
            let worst = out[800..15_200]
                .iter()
                .zip(&want[800..15_200])
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 1e-3, "at {rate}: off by {worst}");
        }
    }

    #[test]
    fn length_is_exact_over_an_hour() {
        for rate in [8_000_u32, 11_025, 44_100, 48_000] {
            let mut resampler = Resampler::new(rate).unwrap();
            let mut out = Vec::new();
            let mut total = 0u64;
            let (second, mut fed) = (vec![0.1; rate as usize + 1], 0u64);
            // An hour and a bit, in pieces that never line up with the blocks.
            for _ in 0..3_600 {
                resampler.push(&second, &mut out).unwrap();
                fed += second.len() as u64;
                total += out.len() as u64;
                out.clear();
            }
            resampler.finish(&mut out).unwrap();
            total += out.len() as u64;
            assert_eq!(total, samples_for(fed, rate), "at {rate}");
        }
    }

    #[test]
    fn short_and_empty_stretches_keep_their_length() {
        for frames in [0, 1, 2, 3, 479, 1535, 1536, 1537] {
            let out = convert(&vec![0.2; frames], 48_000, 100);
            assert_eq!(out.len() as u64, samples_for(frames as u64, 48_000));
        }
    }

    #[test]
    fn impossible_rates_are_refused() {
        for rate in [0, 1, 4_000_000_000] {
            assert!(matches!(
                Resampler::new(rate),
                Err(CaptureError::ImpossibleRate { .. })
            ));
        }
    }
}
