//! Weights in blocks of 32 with eight or five bits each, as ggml defines them: `block_q8_0` and `block_q5_1` in
//! ggml-common.h, rounded as `quantize_row_q8_0_ref` and `quantize_row_q5_1_ref` in ggml-quants.c do it.

use serde::Deserialize;

use super::half;
use super::tensor::{Kind, Tensor};

/// Weights of a block.
const BLOCK: usize = 32;
/// Version of the blocks' layout times the factor that a file's header carries it with (`GGML_QNT_VERSION`,
/// `GGML_QNT_VERSION_FACTOR` in ggml.h).
const LAYOUT: usize = 2 * 1000;

/// How a model's matrices are written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum Weights {
    /// Half precision.
    #[default]
    #[serde(rename = "f16")]
    F16,
    /// Eight bits and a scale for 32: 8.5 bits a weight.
    #[serde(rename = "q8_0")]
    Q8_0,
    /// Five bits, a scale and a least value for 32: 6 bits a weight.
    #[serde(rename = "q5_1")]
    Q5_1,
}

impl Weights {
    /// The number in a file's header that stands for them (`ggml_ftype`, with the layout's version).
    pub const fn in_header(self) -> usize {
        match self {
            Self::F16 => 1,
            Self::Q8_0 => LAYOUT + 7,
            Self::Q5_1 => LAYOUT + 9,
        }
    }

    /// The number before a tensor (`ggml_type`).
    pub const fn in_tensor(self) -> usize {
        match self {
            Self::F16 => 1,
            Self::Q8_0 => 8,
            Self::Q5_1 => 7,
        }
    }

    /// The matrix's numbers in this form; `None` if its rows are no whole blocks.
    pub fn of(self, matrix: &Tensor<'_>) -> Option<Vec<u8>> {
        if !matrix.shape.last()?.is_multiple_of(BLOCK) {
            return None;
        }
        let block: fn(&[f32; BLOCK], &mut Vec<u8>) = match self {
            Self::F16 => return Some(matrix.to_kind(Kind::F16).bytes.into_owned()),
            Self::Q8_0 => q8_0,
            Self::Q5_1 => q5_1,
        };
        let single = matrix.to_kind(Kind::F32);
        let mut out = Vec::with_capacity(single.bytes.len() / 3);
        for bytes in single.bytes.as_chunks::<{ 4 * BLOCK }>().0 {
            let mut numbers = [0.0; BLOCK];
            for (number, four) in numbers.iter_mut().zip(bytes.as_chunks().0) {
                *number = f32::from_le_bytes(*four);
            }
            block(&numbers, &mut out);
        }
        Some(out)
    }
}

fn inverse(scale: f32) -> f32 {
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

/// A scale in half precision, then a signed byte for each number.
fn q8_0(numbers: &[f32; BLOCK], out: &mut Vec<u8>) {
    let largest = numbers
        .iter()
        .fold(0.0_f32, |most, number| most.max(number.abs()));
    let scale = largest / 127.0;
    out.extend(half::from_f32(scale).to_le_bytes());
    let inverse = inverse(scale);
    out.extend(
        numbers
            .iter()
            .map(|number| (number * inverse).round() as i8 as u8),
    );
}

/// A scale and the least number in half precision, the fifth bits as one little-endian number, then the lower four bits:
/// of the first sixteen numbers in the low halves of the bytes, of the others in the high halves.
fn q5_1(numbers: &[f32; BLOCK], out: &mut Vec<u8>) {
    let least = numbers.iter().copied().fold(f32::INFINITY, f32::min);
    let most = numbers.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let scale = (most - least) / 31.0;
    out.extend(half::from_f32(scale).to_le_bytes());
    out.extend(half::from_f32(least).to_le_bytes());
    let inverse = inverse(scale);
    let five = |number: f32| ((number - least) * inverse + 0.5) as u8;
    let mut fifth = 0_u32;
    for (at, number) in numbers.iter().enumerate() {
        fifth |= u32::from(five(*number) >> 4) << at;
    }
    out.extend(fifth.to_le_bytes());
    let (low, high) = numbers.split_at(BLOCK / 2);
    out.extend(
        low.iter()
            .zip(high)
            .map(|(low, high)| five(*low) & 15 | (five(*high) & 15) << 4),
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn matrix(numbers: &[f32]) -> Tensor<'_> {
        let bytes: Vec<u8> = numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        Tensor::new(vec![1, numbers.len()], Kind::F32, bytes).unwrap()
    }

    fn half_at(bytes: &[u8], at: usize) -> f32 {
        half::to_f32(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
    }

    #[test]
    fn eight_bits_keep_every_number_within_half_a_step() {
        let numbers: Vec<f32> = (0..64)
            .map(|n| ((n * 37 % 64) as f32 - 31.5) / 8.0)
            .collect();
        let bytes = Weights::Q8_0.of(&matrix(&numbers)).unwrap();
        assert_eq!(bytes.len(), 2 * 34);
        for (at, number) in numbers.iter().enumerate() {
            let block = &bytes[at / 32 * 34..][..34];
            let scale = half_at(block, 0);
            let read = scale * f32::from(block[2 + at % 32] as i8);
            assert!((read - number).abs() <= 0.51 * scale, "{read} for {number}");
        }
    }

    #[test]
    fn five_bits_keep_every_number_within_half_a_step() {
        let numbers: Vec<f32> = (0..32)
            .map(|n| ((n * 13 % 32) as f32 + 5.0) / 4.0)
            .collect();
        let bytes = Weights::Q5_1.of(&matrix(&numbers)).unwrap();
        assert_eq!(bytes.len(), 24);
        let (scale, least) = (half_at(&bytes, 0), half_at(&bytes, 2));
        let fifth = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
        for (at, number) in numbers.iter().enumerate() {
            let low = bytes[8 + at % 16] >> (at / 16 * 4) & 15;
            let five = u32::from(low) | (fifth >> at & 1) << 4;
            let read = scale * five as f32 + least;
            assert!((read - number).abs() <= 0.51 * scale, "{read} for {number}");
        }
    }

    #[test]
    fn a_block_of_zeros_stays_zero_and_rows_must_be_whole_blocks() {
        let zeros = [0.0; 32];
        assert_eq!(Weights::Q8_0.of(&matrix(&zeros)).unwrap(), [0; 34]);
        assert_eq!(Weights::Q5_1.of(&matrix(&zeros)).unwrap(), [0; 24]);
        assert_eq!(Weights::Q8_0.of(&matrix(&[1.0; 33])), None);
    }
}
