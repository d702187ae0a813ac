//! The voice encoder: what a voice sounds like, as a unit vector.
//!
//! Wan and others, "Generalized End-to-End Loss for Speaker Verification", 2018, with the weights
//! of Resemblyzer 0.1.4: three recurrent layers (`lstm`) over the mel spectrum of 1.6 s, a linear
//! layer, a ReLU. Many windows go through it side by side: each step is then a product of two
//! matrices.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::thread;

use candle_core::{Device, Tensor};

pub(crate) use crate::lstm::WIDTH;
use crate::lstm::{Layer, TOGETHER};
use crate::mel::{BANDS, Mel};
use crate::{FormatError, SpeechError};

/// Frames of 10 ms that the encoder sees at once.
pub(crate) const FRAMES: usize = 160;
const LAYERS: usize = 3;
/// Most windows that a thread computes side by side; more gain nothing and hold more memory.
const MOST: usize = 16;

/// A window's voice, of length one.
pub(crate) type Voice = [f32; WIDTH];

/// The network.
pub(crate) struct VoiceEncoder {
    mel: Mel,
    layers: Vec<Layer>,
    /// `[WIDTH, WIDTH]`, inputs first.
    linear: Tensor,
    linear_bias: Tensor,
    threads: usize,
}

impl VoiceEncoder {
    /// Reads the safetensors file that `cargo xtask models` writes; `threads` are to compute.
    ///
    /// # Errors
    /// [`SpeechError::SpeakerModel`] if a tensor is missing or has another shape.
    pub(crate) fn load(bytes: &[u8], threads: usize) -> Result<Self, SpeechError> {
        let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
            .map_err(|_| SpeechError::SpeakerModel(FormatError::Signature))?;
        Self::from(&tensors, threads).map_err(SpeechError::SpeakerModel)
    }

    fn from(tensors: &HashMap<String, Tensor>, threads: usize) -> Result<Self, FormatError> {
        let tensor = |name: &str, shape: &[usize]| match tensors.get(name) {
            Some(tensor) if tensor.dims() == shape => Ok(tensor.clone()),
            Some(_) => Err(FormatError::Tensor(name.to_owned())),
            None => Err(FormatError::Incomplete {
                found: tensors.len(),
                expected: 4 * LAYERS + 2,
            }),
        };
        let wrong = |name: &str| {
            let name = name.to_owned();
            move |_| FormatError::Tensor(name)
        };
        let numbers = |name: &str, shape: &[usize]| -> Result<Vec<f32>, FormatError> {
            let all = tensor(name, shape)?.flatten_all();
            all.and_then(|all| all.to_vec1()).map_err(wrong(name))
        };
        let gates = 4 * WIDTH;
        let layer = |number: usize| {
            let name = |what: &str| format!("lstm.{what}_l{number}");
            let inputs = if number == 0 { BANDS } else { WIDTH };
            let below = numbers(&name("bias_ih"), &[gates])?;
            let before = numbers(&name("bias_hh"), &[gates])?;
            Ok(Layer::new(
                &numbers(&name("weight_ih"), &[gates, inputs])?,
                &numbers(&name("weight_hh"), &[gates, WIDTH])?,
                below.iter().zip(&before).map(|(a, b)| a + b).collect(),
            ))
        };
        let linear = tensor("linear.weight", &[WIDTH, WIDTH])?;
        let flipped = linear.t().and_then(|linear| linear.contiguous());
        Ok(Self {
            mel: Mel::new().map_err(wrong("mel"))?,
            layers: (0..LAYERS).map(layer).collect::<Result<_, _>>()?,
            linear: flipped.map_err(wrong("linear.weight"))?,
            linear_bias: tensor("linear.bias", &[WIDTH])?,
            threads: threads.max(1),
        })
    }

    /// The mel spectrum of a piece of sound (full scale ±1), [`BANDS`] numbers per 10 ms.
    pub(crate) fn spectrum(&self, sound: &[f32]) -> Result<Vec<f32>, SpeechError> {
        self.mel.frames(sound).map_err(SpeechError::Voices)
    }

    /// The voices in windows of [`FRAMES`] × [`BANDS`] numbers each.
    pub(crate) fn voices(&self, windows: &[Vec<f32>]) -> Result<Vec<Voice>, SpeechError> {
        let share = windows.len().div_ceil(self.threads);
        let share = share.clamp(1, MOST).next_multiple_of(TOGETHER);
        let mut voices = Vec::with_capacity(windows.len());
        for at_once in windows.chunks(share * self.threads) {
            thread::scope(|scope| {
                let mut shares = at_once.chunks(share);
                let own = shares.next();
                let others: Vec<_> = shares
                    .map(|windows| scope.spawn(|| self.encode(windows)))
                    .collect();
                voices.extend(own.map_or(Ok(Vec::new()), |windows| self.encode(windows))?);
                for other in others {
                    match other.join() {
                        Ok(more) => voices.extend(more?),
                        Err(panic) => resume_unwind(panic),
                    }
                }
                Ok(())
            })
            .map_err(SpeechError::Voices)?;
        }
        Ok(voices)
    }

    fn encode(&self, windows: &[Vec<f32>]) -> candle_core::Result<Vec<Voice>> {
        let many = windows.len().next_multiple_of(TOGETHER);
        // Time first: a step's windows lie side by side, those that make up the number stay empty.
        let mut steps = vec![0.0; FRAMES * many * BANDS];
        for (frame, step) in steps.chunks_exact_mut(many * BANDS).enumerate() {
            for (row, window) in step.chunks_exact_mut(BANDS).zip(windows) {
                row.copy_from_slice(&window[frame * BANDS..][..BANDS]);
            }
        }
        for layer in &self.layers {
            steps = layer.run(&steps, many);
        }
        let last = &steps[(FRAMES - 1) * many * WIDTH..][..windows.len() * WIDTH];
        let out: Vec<f32> = Tensor::from_slice(last, (windows.len(), WIDTH), &Device::Cpu)?
            .matmul(&self.linear)?
            .broadcast_add(&self.linear_bias)?
            .relu()?
            .flatten_all()?
            .to_vec1()?;
        Ok(out.as_chunks::<WIDTH>().0.iter().map(unit).collect())
    }
}

fn unit(voice: &Voice) -> Voice {
    let length = voice.iter().map(|x| x * x).sum::<f32>().sqrt();
    voice.map(|x| x / length.max(1e-9))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::common;

    #[test]
    fn another_file_is_refused() {
        assert!(matches!(
            VoiceEncoder::load(b"no tensors", 1),
            Err(SpeechError::SpeakerModel(FormatError::Signature))
        ));
    }

    #[test]
    fn a_window_has_the_same_voice_alone_and_among_others() {
        let encoder = VoiceEncoder::load(&common::model(common::VOICE_ENCODER), 2).unwrap();
        let window = |seed: usize| -> Vec<f32> {
            let value = |n: usize| ((n * 7919 + seed * 104_729) % 1000) as f32 * 1e-5;
            (0..FRAMES * BANDS).map(value).collect()
        };
        let three = encoder.voices(&[window(1), window(2), window(3)]).unwrap();
        let alone = encoder.voices(&[window(2)]).unwrap();
        let length: f32 = three[1].iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-4);
        for (a, b) in three[1].iter().zip(&alone[0]) {
            assert!((a - b).abs() < 1e-4);
        }
    }
}
