//! One block of sixteen outputs, laid out so that a vector holds four values of each output.
//!
//! The file's forms are `block_q4_K` and `block_q6_K` of ggml's `ggml-common.h`; no value changes.

use half::f16;

use super::BLOCK;
use super::columns::COLUMNS;
use crate::model::pool;

/// Outputs of a tile.
pub(super) const OUTPUTS: usize = COLUMNS;

/// A vector of bytes in two halves: four bytes of each of eight outputs, then of the other eight.
pub(super) type Bytes = [[u8; 32]; 2];
/// Two factors of each of eight outputs, then of the other eight.
pub(super) type Pairs<T> = [[T; 16]; 2];

/// Q4_K: values of four bits with a factor and a low value (6 bits each) for 32 of them.
#[repr(C, align(64))]
#[derive(Clone)]
pub(super) struct Tile4 {
    /// By 32 values, by 8 of them: the lower halves of the bytes are the first four, the upper
    /// halves the next four.
    pub(super) values: [[Bytes; 4]; 8],
    /// By 64 values: the factors of both halves.
    pub(super) scales: [Pairs<u8>; 4],
    /// By 64 values: what is taken away in both halves.
    pub(super) lows: [Pairs<u8>; 4],
    /// What the factors are multiplied with, as half-precision numbers.
    pub(super) scale: [u16; OUTPUTS],
    /// What the low values are multiplied with.
    pub(super) low: [u16; OUTPUTS],
}

/// Q6_K: values of six bits, of which 32 is taken away, with a factor (8 bits) for 16 of them.
#[repr(C, align(64))]
#[derive(Clone)]
pub(super) struct Tile6 {
    /// By 16 values, by 8 of them: the lower four bits as above.
    pub(super) values: [[Bytes; 2]; 16],
    /// By 16 values: the upper two bits of the first four are the lowest of a byte, and so on.
    pub(super) upper: [Bytes; 16],
    /// By 32 values: the factors of both halves.
    pub(super) scales: [Pairs<i8>; 8],
    /// What the factors are multiplied with.
    pub(super) scale: [u16; OUTPUTS],
}

/// A block of each of [`OUTPUTS`] outputs.
pub(super) trait Tile: Clone + Send {
    /// One whose values are all zero.
    const EMPTY: Self;
    /// Bytes of a block of the file.
    const BYTES: usize;

    /// Puts the block of one output where it belongs.
    fn put(&mut self, output: usize, block: &[u8]);

    /// The values of one output, appended.
    fn values(&self, output: usize, out: &mut Vec<f32>);
}

/// Tiles of a matrix whose rows have `blocks` blocks.
pub(super) fn laid_out<T: Tile>(bytes: &[u8], blocks: usize) -> Vec<T> {
    let mut tiles = vec![T::EMPTY; bytes.len() / T::BYTES / OUTPUTS];
    let row = blocks * T::BYTES;
    pool::over_pieces(&mut tiles, blocks, |group, tiles| {
        let rows = bytes[group * OUTPUTS * row..].chunks_exact(row);
        for (output, row) in rows.take(OUTPUTS).enumerate() {
            for (tile, block) in tiles.iter_mut().zip(row.chunks_exact(T::BYTES)) {
                tile.put(output, block);
            }
        }
    });
    tiles
}

impl Tile for Tile4 {
    const EMPTY: Self = Self {
        values: [[[[0; 32]; 2]; 4]; 8],
        scales: [[[0; 16]; 2]; 4],
        lows: [[[0; 16]; 2]; 4],
        scale: [0; OUTPUTS],
        low: [0; OUTPUTS],
    };
    const BYTES: usize = 144;

    fn put(&mut self, output: usize, block: &[u8]) {
        let (half, lane) = (output / 8, output % 8);
        self.scale[output] = two_bytes(block, 0);
        self.low[output] = two_bytes(block, 2);
        let (six_bits, values) = block[4..].split_at(12);
        for part in 0..8 {
            let (scale, low) = match part {
                0..4 => (six_bits[part] & 63, six_bits[part + 4] & 63),
                _ => (
                    six_bits[part + 4] & 15 | six_bits[part - 4] >> 6 << 4,
                    six_bits[part + 4] >> 4 | six_bits[part] >> 6 << 4,
                ),
            };
            self.scales[part / 2][half][lane * 2 + part % 2] = scale;
            self.lows[part / 2][half][lane * 2 + part % 2] = low;
            // Each 32 bytes hold 64 values: the lower halves the first 32.
            let bytes = &values[part / 2 * 32..][..32];
            for (eight, bytes) in bytes.as_chunks::<8>().0.iter().enumerate() {
                for at in 0..4 {
                    let of = |byte: u8| byte >> (part % 2 * 4) & 15;
                    self.values[part][eight][half][lane * 4 + at] =
                        of(bytes[at]) | of(bytes[at + 4]) << 4;
                }
            }
        }
    }

    fn values(&self, output: usize, out: &mut Vec<f32>) {
        let (half, lane) = (output / 8, output % 8);
        for part in 0..8 {
            let of = |pairs: &[Pairs<u8>; 4]| f32::from(pairs[part / 2][half][lane * 2 + part % 2]);
            let scale = number(self.scale[output]) * of(&self.scales);
            let low = number(self.low[output]) * of(&self.lows);
            for eight in &self.values[part] {
                let bytes = &eight[half][lane * 4..][..4];
                let values = bytes
                    .iter()
                    .map(|v| v & 15)
                    .chain(bytes.iter().map(|v| v >> 4));
                out.extend(values.map(|value| scale * f32::from(value) - low));
            }
        }
    }
}

impl Tile for Tile6 {
    const EMPTY: Self = Self {
        values: [[[[0; 32]; 2]; 2]; 16],
        upper: [[[0; 32]; 2]; 16],
        scales: [[[0; 16]; 2]; 8],
        scale: [0; OUTPUTS],
    };
    const BYTES: usize = 210;

    fn put(&mut self, output: usize, block: &[u8]) {
        let (half, lane) = (output / 8, output % 8);
        let (low, rest) = block.split_at(128);
        let (high, rest) = rest.split_at(64);
        let (scales, scale) = rest.split_at(16);
        self.scale[output] = two_bytes(scale, 0);
        for (part, &scale) in scales.iter().enumerate() {
            self.scales[part / 2][half][lane * 2 + part % 2] = scale.cast_signed();
        }
        for at in 0..BLOCK {
            // Each half of the block is four times 32 values.
            let (which, quarter, n) = (at / 128, at % 128 / 32, at % 32);
            let four = low[which * 64 + quarter % 2 * 32 + n] >> (quarter / 2 * 4) & 15;
            let two = high[which * 32 + n] >> (quarter * 2) & 3;
            let (part, group, byte) = (at / 16, at % 16 / 4, lane * 4 + at % 4);
            self.values[part][group / 2][half][byte] |= four << (group % 2 * 4);
            self.upper[part][half][byte] |= two << (group * 2);
        }
    }

    fn values(&self, output: usize, out: &mut Vec<f32>) {
        let (half, lane) = (output / 8, output % 8);
        for at in 0..BLOCK {
            let (part, group, byte) = (at / 16, at % 16 / 4, lane * 4 + at % 4);
            let four = self.values[part][group / 2][half][byte] >> (group % 2 * 4) & 15;
            let two = self.upper[part][half][byte] >> (group * 2) & 3;
            let scale = f32::from(self.scales[part / 2][half][lane * 2 + part % 2]);
            let value = f32::from(four | two << 4) - 32.0;
            out.push(number(self.scale[output]) * scale * value);
        }
    }
}

fn two_bytes(block: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([block[at], block[at + 1]])
}

fn number(half: u16) -> f32 {
    f16::from_bits(half).to_f32()
}
