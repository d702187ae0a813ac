//! Silero voice activity detection, version 5 and 6 at 16 kHz, computed here.
//!
//! The network is small (0.7 million multiplications per 32 ms) and recurrent. whisper.cpp's own
//! implementation forgets its state at every call and leaves out the 64 samples of context that
//! the model was trained with; here both are kept from frame to frame, as in the reference
//! (snakers4/silero-vad, `tinygrad_model.py`). Weights come from whisper.cpp's ggml form.

use std::collections::HashMap;

use crate::FormatError;
use crate::ggml::{Kind, Reader, Tensor};
use crate::half;

/// Samples per judgement: 32 ms.
pub(crate) const FRAME: usize = 512;

/// Samples of the frame before that the network sees too.
const CONTEXT: usize = 64;
/// Length of the short-time Fourier transform's window, and its hop.
const WINDOW: usize = 256;
const HOP: usize = 128;
/// The input is mirrored by so much at its end.
const MIRRORED: usize = 64;
/// Frequency bins.
const BINS: usize = WINDOW / 2 + 1;
/// Columns of the spectrogram per frame.
const COLUMNS: usize = (CONTEXT + FRAME + MIRRORED - WINDOW) / HOP + 1;
/// Width of the recurrent layer.
const HIDDEN: usize = 128;

/// The network with its memory of the sound so far.
pub(crate) struct Silero {
    /// Window times sine and cosine: `[WINDOW][2 × BINS]`.
    basis: Vec<f32>,
    encoder: [Convolution; 4],
    /// Input and hidden weights of the four gates: `[2 × HIDDEN][4 × HIDDEN]`.
    gates: Vec<f32>,
    gate_bias: Vec<f32>,
    output: Vec<f32>,
    output_bias: f32,
    context: [f32; CONTEXT],
    hidden: [f32; HIDDEN],
    cell: [f32; HIDDEN],
}

/// A one-dimensional convolution of width 3 with padding 1, followed by a ReLU.
struct Convolution {
    inputs: usize,
    outputs: usize,
    stride: usize,
    /// `[3][inputs][outputs]`.
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Silero {
    /// Reads the model from whisper.cpp's ggml form.
    pub(crate) fn load(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut file = Reader::open(bytes)?;
        let kind = file.count("the model type's length", 64)?;
        file.take(kind)?;
        file.one_of("the model's version", &[5, 6])?;
        file.i32()?;
        file.i32()?;
        file.one_of("the frame's length", &[FRAME as i32])?;
        file.one_of("the context's length", &[CONTEXT as i32])?;
        let layers = file.one_of("the number of encoder layers", &[4])?;
        // Channels and widths follow; the tensors' shapes say the same and are checked below.
        for _ in 0..layers * 3 + 4 {
            file.i32()?;
        }
        let mut tensors = HashMap::new();
        while !file.at_end() {
            let tensor = file.tensor()?;
            tensors.insert(tensor.name.clone(), tensor);
        }
        let found = tensors.len();
        let mut values = |name: &str, shape: &[usize]| match tensors.remove(name) {
            Some(tensor) if tensor.shape == shape => floats(&tensor),
            Some(tensor) => Err(FormatError::Tensor(tensor.name)),
            None => Err(FormatError::Incomplete {
                found,
                expected: 15,
            }),
        };

        let basis = transposed(
            &values("_model.stft.forward_basis_buffer", &[WINDOW, 1, 2 * BINS])?,
            WINDOW,
        );
        let mut convolution = |layer: usize, inputs, outputs, stride| {
            let name = format!("_model.encoder.{layer}.reparam_conv");
            let taps = values(&format!("{name}.weight"), &[3, inputs, outputs])?;
            Ok(Convolution {
                inputs,
                outputs,
                stride,
                weight: taps_first(&taps, inputs, outputs),
                bias: values(&format!("{name}.bias"), &[outputs])?,
            })
        };
        let encoder = [
            convolution(0, BINS, 128, 1)?,
            convolution(1, 128, 64, 2)?,
            convolution(2, 64, 64, 2)?,
            convolution(3, 64, HIDDEN, 1)?,
        ];
        let shape = [HIDDEN, 4 * HIDDEN];
        let mut gates = transposed(&values("_model.decoder.rnn.weight_ih", &shape)?, HIDDEN);
        gates.extend(transposed(
            &values("_model.decoder.rnn.weight_hh", &shape)?,
            HIDDEN,
        ));
        let mut gate_bias = values("_model.decoder.rnn.bias_ih", &[4 * HIDDEN])?;
        let hidden_bias = values("_model.decoder.rnn.bias_hh", &[4 * HIDDEN])?;
        gate_bias
            .iter_mut()
            .zip(hidden_bias)
            .for_each(|(sum, bias)| *sum += bias);
        let output = values("_model.decoder.decoder.2.weight", &[HIDDEN, 1])?;
        let output_bias = values("_model.decoder.decoder.2.bias", &[1])?[0];

        Ok(Self {
            basis,
            encoder,
            gates,
            gate_bias,
            output,
            output_bias,
            context: [0.0; CONTEXT],
            hidden: [0.0; HIDDEN],
            cell: [0.0; HIDDEN],
        })
    }

    /// The probability that somebody speaks in the next 32 ms of sound (full scale ±1).
    pub(crate) fn probability(&mut self, frame: &[f32; FRAME]) -> f32 {
        let mut layer = self.magnitudes(frame);
        for convolution in &self.encoder {
            layer = convolution.apply(&layer);
        }
        self.recur(&layer);
        let speech: f32 = self
            .hidden
            .iter()
            .zip(&self.output)
            .map(|(h, w)| h.max(0.0) * w)
            .sum();
        sigmoid(speech + self.output_bias)
    }

    /// The spectrogram of context and frame: `[COLUMNS][BINS]`.
    fn magnitudes(&mut self, frame: &[f32; FRAME]) -> Vec<f32> {
        let mut sound = [0.0; CONTEXT + FRAME + MIRRORED];
        let (context, rest) = sound.split_at_mut(CONTEXT);
        let (now, mirrored) = rest.split_at_mut(FRAME);
        context.copy_from_slice(&self.context);
        now.copy_from_slice(frame);
        // Mirrored about the last sample, which is not repeated.
        for (sample, earlier) in mirrored.iter_mut().zip(frame.iter().rev().skip(1)) {
            *sample = *earlier;
        }
        self.context.copy_from_slice(&frame[FRAME - CONTEXT..]);

        let mut out = Vec::with_capacity(COLUMNS * BINS);
        for column in sound.windows(WINDOW).step_by(HOP) {
            let mut parts = [0.0; 2 * BINS];
            for (sample, row) in column.iter().zip(self.basis.chunks_exact(2 * BINS)) {
                add_scaled(&mut parts, row, *sample);
            }
            let (real, imaginary) = parts.split_at(BINS);
            out.extend(
                real.iter()
                    .zip(imaginary)
                    .map(|(r, i)| (r * r + i * i).sqrt()),
            );
        }
        out
    }

    /// One step of the long short-term memory (gates in the order input, forget, cell, output).
    fn recur(&mut self, input: &[f32]) {
        let mut sums = self.gate_bias.clone();
        let rows = self.gates.chunks_exact(4 * HIDDEN);
        for (value, row) in input.iter().chain(&self.hidden).zip(rows) {
            add_scaled(&mut sums, row, *value);
        }
        for i in 0..HIDDEN {
            let gate = |n: usize| sums[n * HIDDEN + i];
            self.cell[i] = sigmoid(gate(1)) * self.cell[i] + sigmoid(gate(0)) * gate(2).tanh();
            self.hidden[i] = sigmoid(gate(3)) * self.cell[i].tanh();
        }
    }
}

impl Convolution {
    /// Takes and gives `[columns][channels]`.
    fn apply(&self, input: &[f32]) -> Vec<f32> {
        let columns = input.len() / self.inputs;
        let mut out = Vec::with_capacity(columns.div_ceil(self.stride) * self.outputs);
        for centre in (0..columns).step_by(self.stride) {
            let mut sums = self.bias.clone();
            for (tap, weights) in self
                .weight
                .chunks_exact(self.inputs * self.outputs)
                .enumerate()
            {
                let Some(column) = (centre + tap).checked_sub(1).filter(|&c| c < columns) else {
                    continue;
                };
                let values = &input[column * self.inputs..][..self.inputs];
                for (value, row) in values.iter().zip(weights.chunks_exact(self.outputs)) {
                    add_scaled(&mut sums, row, *value);
                }
            }
            out.extend(sums.iter().map(|sum| sum.max(0.0)));
        }
        out
    }
}

/// `sums += row × scale`; runs over neighbouring outputs so that the compiler vectorises it.
fn add_scaled(sums: &mut [f32], row: &[f32], scale: f32) {
    for (sum, weight) in sums.iter_mut().zip(row) {
        *sum += weight * scale;
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// `[outputs][inputs]` to `[inputs][outputs]`.
fn transposed(values: &[f32], inputs: usize) -> Vec<f32> {
    (0..inputs)
        .flat_map(|i| values.iter().skip(i).step_by(inputs).copied())
        .collect()
}

/// `[outputs][inputs][3]` to `[3][inputs][outputs]`.
fn taps_first(values: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    for tap in 0..3 {
        for input in 0..inputs {
            out.extend((0..outputs).map(|output| values[(output * inputs + input) * 3 + tap]));
        }
    }
    out
}

fn floats(tensor: &Tensor<'_>) -> Result<Vec<f32>, FormatError> {
    let values = match tensor.kind {
        Kind::F32 => tensor
            .data
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect(),
        Kind::F16 => tensor
            .data
            .chunks_exact(2)
            .map(|b| half::to_f32(u16::from_le_bytes([b[0], b[1]])))
            .collect(),
        _ => return Err(FormatError::Tensor(tensor.name.clone())),
    };
    Ok(values)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::common;

    /// Bursts of a buzz over soft noise: no speech, but not clearly so to the model.
    fn buzz() -> Vec<f32> {
        let mut seed = 1u64;
        let sample = |n: usize| {
            seed = (seed * 1_103_515_245 + 12_345) % (1 << 31);
            let noise = (seed >> 16) as f64 / 32_768.0 - 0.5;
            let saw = |period: usize| (n % period) as f64 / period as f64 - 0.5;
            let burst = if (n / 2048) % 3 == 1 { 0.0 } else { 0.3 };
            let value = burst * saw(133) * (0.6 + saw(29)) + 0.02 * noise;
            ((value * 32_768.0).round() / 32_768.0) as f32
        };
        (0..FRAME * 24).map(sample).collect()
    }

    #[test]
    fn agrees_with_the_reference() {
        // From the reference's forward pass (silero-vad 6.2.3, `tinygrad_model.py`) in numpy over
        // the same weights, convolutions rounded to 16-bit floats as in the ggml file.
        let reference = [
            0.05475, 0.23582, 0.32724, 0.46932, 0.32941, 0.13128, 0.05538, 0.03592, 0.31961,
            0.14655, 0.12497, 0.13907, 0.07414, 0.04462, 0.04513, 0.03649, 0.09360, 0.01859,
            0.01626, 0.01438, 0.04657, 0.04217, 0.02092, 0.06346,
        ];
        let mut silero = Silero::load(&common::model(common::SILERO)).unwrap();
        for (frame, expected) in buzz().chunks_exact(FRAME).zip(reference) {
            let judged = silero.probability(frame.try_into().unwrap());
            assert!((judged - expected).abs() < 2e-4, "{judged} for {expected}");
        }
    }
}
