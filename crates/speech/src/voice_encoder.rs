//! The voice encoder: what a voice sounds like, as a unit vector.
//!
//! Wan and others, "Generalized End-to-End Loss for Speaker Verification", 2018, with the weights
//! of Resemblyzer 0.1.4: three recurrent layers (long short-term memory) over the mel spectrum of
//! 1.6 s, a linear layer, a ReLU. Many windows go through it side by side: each step is then a
//! product of two matrices.

use std::collections::HashMap;

use candle_core::{Device, Tensor};

use crate::mel::{BANDS, Mel};
use crate::{FormatError, SpeechError};

/// Frames of 10 ms that the encoder sees at once.
pub(crate) const FRAMES: usize = 160;
/// Length of a voice vector.
pub(crate) const WIDTH: usize = 256;
const LAYERS: usize = 3;
/// Windows computed side by side; more gain nothing and hold more memory.
const TOGETHER: usize = 16;

/// A window's voice, of length one.
pub(crate) type Voice = [f32; WIDTH];

/// The network.
pub(crate) struct VoiceEncoder {
    mel: Mel,
    layers: Vec<Layer>,
    /// `[WIDTH, WIDTH]`, inputs first.
    linear: Tensor,
    linear_bias: Tensor,
}

struct Layer {
    /// `[inputs, 4 × WIDTH]`: gates in the order input, forget, cell, output.
    input: Tensor,
    /// `[WIDTH, 4 × WIDTH]`.
    hidden: Tensor,
    /// `[4 × WIDTH]`.
    bias: Tensor,
}

impl VoiceEncoder {
    /// Reads the safetensors file that `cargo xtask models` writes.
    ///
    /// # Errors
    /// [`SpeechError::SpeakerModel`] if a tensor is missing or has another shape.
    pub(crate) fn load(bytes: &[u8]) -> Result<Self, SpeechError> {
        let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
            .map_err(|_| SpeechError::SpeakerModel(FormatError::Signature))?;
        Self::from(&tensors).map_err(SpeechError::SpeakerModel)
    }

    fn from(tensors: &HashMap<String, Tensor>) -> Result<Self, FormatError> {
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
        let flipped = |name: &str, shape: &[usize]| {
            let tensor = tensor(name, shape)?;
            tensor.t().and_then(|t| t.contiguous()).map_err(wrong(name))
        };
        let gates = 4 * WIDTH;
        let layer = |number: usize| {
            let name = |what: &str| format!("lstm.{what}_l{number}");
            let inputs = if number == 0 { BANDS } else { WIDTH };
            let bias = tensor(&name("bias_ih"), &[gates])?;
            let hidden_bias = tensor(&name("bias_hh"), &[gates])?;
            Ok(Layer {
                input: flipped(&name("weight_ih"), &[gates, inputs])?,
                hidden: flipped(&name("weight_hh"), &[gates, WIDTH])?,
                bias: (bias + hidden_bias).map_err(wrong("lstm.bias"))?,
            })
        };
        Ok(Self {
            mel: Mel::new().map_err(wrong("mel"))?,
            layers: (0..LAYERS).map(layer).collect::<Result<_, _>>()?,
            linear: flipped("linear.weight", &[WIDTH, WIDTH])?,
            linear_bias: tensor("linear.bias", &[WIDTH])?,
        })
    }

    /// The mel spectrum of a piece of sound (full scale ±1), [`BANDS`] numbers per 10 ms.
    pub(crate) fn spectrum(&self, sound: &[f32]) -> Result<Vec<f32>, SpeechError> {
        self.mel.frames(sound).map_err(SpeechError::Voices)
    }

    /// The voices in windows of [`FRAMES`] × [`BANDS`] numbers each.
    pub(crate) fn voices(&self, windows: &[Vec<f32>]) -> Result<Vec<Voice>, SpeechError> {
        let mut voices = Vec::with_capacity(windows.len());
        for together in windows.chunks(TOGETHER) {
            voices.extend(self.encode(together).map_err(SpeechError::Voices)?);
        }
        Ok(voices)
    }

    fn encode(&self, windows: &[Vec<f32>]) -> candle_core::Result<Vec<Voice>> {
        let many = windows.len();
        // Time first: a step's windows lie side by side.
        let mut steps = Vec::with_capacity(FRAMES * many * BANDS);
        for frame in 0..FRAMES {
            for window in windows {
                steps.extend_from_slice(&window[frame * BANDS..(frame + 1) * BANDS]);
            }
        }
        let mut width = BANDS;
        for layer in &self.layers {
            steps = layer.run(steps, many, width)?;
            width = WIDTH;
        }
        let last = steps.split_off((FRAMES - 1) * many * WIDTH);
        let out: Vec<f32> = Tensor::from_vec(last, (many, WIDTH), &Device::Cpu)?
            .matmul(&self.linear)?
            .broadcast_add(&self.linear_bias)?
            .relu()?
            .flatten_all()?
            .to_vec1()?;
        Ok(out.as_chunks::<WIDTH>().0.iter().map(unit).collect())
    }
}

impl Layer {
    /// `[FRAMES][many][width]` to `[FRAMES][many][WIDTH]`.
    fn run(&self, steps: Vec<f32>, many: usize, width: usize) -> candle_core::Result<Vec<f32>> {
        // What comes from below needs no memory: one product for all steps.
        let below: Vec<f32> = Tensor::from_vec(steps, (FRAMES * many, width), &Device::Cpu)?
            .matmul(&self.input)?
            .broadcast_add(&self.bias)?
            .flatten_all()?
            .to_vec1()?;
        let mut out = Vec::with_capacity(FRAMES * many * WIDTH);
        let mut cell = vec![0.0; many * WIDTH];
        let mut hidden = vec![0.0; many * WIDTH];
        for step in below.chunks_exact(many * 4 * WIDTH) {
            let from_before: Vec<f32> = Tensor::from_slice(&hidden, (many, WIDTH), &Device::Cpu)?
                .matmul(&self.hidden)?
                .flatten_all()?
                .to_vec1()?;
            let sums = step.chunks_exact(4 * WIDTH);
            let sums = sums.zip(from_before.chunks_exact(4 * WIDTH));
            let state = cell.chunks_exact_mut(WIDTH);
            for ((a, b), (cell, hidden)) in sums.zip(state.zip(hidden.chunks_exact_mut(WIDTH))) {
                for i in 0..WIDTH {
                    let gate = |n: usize| a[n * WIDTH + i] + b[n * WIDTH + i];
                    cell[i] = sigmoid(gate(1)) * cell[i] + sigmoid(gate(0)) * tanh(gate(2));
                    hidden[i] = sigmoid(gate(3)) * tanh(cell[i]);
                }
            }
            out.extend_from_slice(&hidden);
        }
        Ok(out)
    }
}

fn unit(voice: &Voice) -> Voice {
    let length = voice.iter().map(|x| x * x).sum::<f32>().sqrt();
    voice.map(|x| x / length.max(1e-9))
}

fn sigmoid(x: f32) -> f32 {
    0.5 + 0.5 * tanh(0.5 * x)
}

/// Eigen's rational approximation, exact to a few units in the last place: unlike the C library's
/// it is computed for many numbers at once.
fn tanh(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let y = x * x;
    let mut above = -2.760_768_5e-16_f32;
    for factor in [
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_4e-5,
        6.372_619e-4,
        4.893_525e-3,
    ] {
        above = above * y + factor;
    }
    let mut below = 1.198_258_4e-6_f32;
    for factor in [1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3] {
        below = below * y + factor;
    }
    x * above / below
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::common;

    #[test]
    fn the_fast_tangent_is_one() {
        for n in -1000..=1000 {
            let x = n as f32 / 100.0;
            assert!((tanh(x) - x.tanh()).abs() < 2e-6, "{x}");
        }
    }

    #[test]
    fn another_file_is_refused() {
        assert!(matches!(
            VoiceEncoder::load(b"no tensors"),
            Err(SpeechError::SpeakerModel(FormatError::Signature))
        ));
    }

    #[test]
    fn a_window_has_the_same_voice_alone_and_among_others() {
        let encoder = VoiceEncoder::load(&common::model(common::VOICE_ENCODER)).unwrap();
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
