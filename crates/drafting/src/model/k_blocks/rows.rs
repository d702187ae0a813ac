//! What a matrix is multiplied with, rounded to whole numbers as ggml does it for these kinds.

use super::BLOCK;
use crate::model::kernel::by_level;
use crate::model::pool;

/// A block of a row: 256 numbers from -128 to 127 and the factor that they are to be multiplied with.
#[repr(C, align(64))]
#[derive(Clone)]
pub(super) struct Block {
    /// Four numbers of eight bits each, the first in the lowest byte.
    pub(super) values: [i32; BLOCK / 4],
    /// By 32 values: the sums of both halves, two numbers of sixteen bits, the first the lower.
    pub(super) sums: [i32; 8],
    /// By 64 values: the sums of both halves, likewise.
    pub(super) wide_sums: [i32; 4],
    /// By 16 values: their sum times -32, which is what Q6_K's offset adds.
    pub(super) offsets: [i32; 16],
    pub(super) factor: f32,
}

impl Block {
    const EMPTY: Self = Self {
        values: [0; BLOCK / 4],
        sums: [0; 8],
        wide_sums: [0; 4],
        offsets: [0; 16],
        factor: 0.0,
    };
}

/// Fewest blocks that one thread rounds at a time: for less it is not worth waking another.
const AT_ONCE: usize = 64;

/// Rows of blocks, one after the other.
pub(super) struct Rows {
    all: Vec<Block>,
    /// Blocks of a row.
    blocks: usize,
}

impl Rows {
    /// Rounds rows of `blocks` blocks.
    pub(super) fn round(rows: &[f32], blocks: usize) -> Self {
        let rows = rows.as_chunks::<BLOCK>().0;
        let mut all = vec![Block::EMPTY; rows.len()];
        pool::over_pieces(&mut all, AT_ONCE, |piece, all| {
            for (block, values) in all.iter_mut().zip(&rows[piece * AT_ONCE..]) {
                round(values, block);
            }
        });
        Self { all, blocks }
    }

    pub(super) fn count(&self) -> usize {
        self.all.len() / self.blocks
    }

    /// The blocks of a row.
    pub(super) fn of(&self, row: usize) -> &[Block] {
        &self.all[row * self.blocks..][..self.blocks]
    }
}

/// The value farthest from zero becomes -128, as in ggml's `quantize_row_q8_K`.
#[inline(always)]
fn round_body<const BITS: usize>(values: &[f32; BLOCK], block: &mut Block) {
    let (mut tops, mut bottoms) = ([0.0f32; 16], [0.0f32; 16]);
    for values in values.as_chunks::<16>().0 {
        for ((top, bottom), &value) in tops.iter_mut().zip(&mut bottoms).zip(values) {
            *top = if value > *top { value } else { *top };
            *bottom = if value < *bottom { value } else { *bottom };
        }
    }
    let top = tops.iter().fold(0.0f32, |a, &b| a.max(b));
    let bottom = bottoms.iter().fold(0.0f32, |a, &b| a.min(b));
    let farthest = if top > -bottom { top } else { bottom };
    if farthest == 0.0 {
        *block = Block::EMPTY;
        return;
    }
    let scale = -128.0 / farthest;
    // Adding and taking away 1.5 · 2^23 rounds to the nearest whole number.
    const ROUND: f32 = 12_582_912.0;
    let mut whole = [0i32; BLOCK];
    for (whole, &value) in whole.iter_mut().zip(values) {
        let bits = (value * scale + ROUND)
            .to_bits()
            .wrapping_sub(ROUND.to_bits());
        *whole = bits.cast_signed().min(127);
    }
    let mut bytes = [0u8; BLOCK];
    for (byte, &whole) in bytes.iter_mut().zip(&whole) {
        *byte = whole as u8;
    }
    for (value, &bytes) in block.values.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *value = i32::from_le_bytes(bytes);
    }
    let mut sums = [0; 16];
    for (sum, whole) in sums.iter_mut().zip(whole.as_chunks::<16>().0) {
        *sum = whole.iter().sum::<i32>();
    }
    let pair = |first: i32, next: i32| first & 0xffff | next << 16;
    for (part, &[first, next]) in sums.as_chunks::<2>().0.iter().enumerate() {
        block.sums[part] = pair(first, next);
    }
    for (part, &[a, b, c, d]) in sums.as_chunks::<4>().0.iter().enumerate() {
        block.wide_sums[part] = pair(a + b, c + d);
    }
    for (offset, &sum) in block.offsets.iter_mut().zip(&sums) {
        *offset = -32 * sum;
    }
    block.factor = 1.0 / scale;
}

by_level! {
    /// Rounds one block.
    fn round(values: &[f32; BLOCK], block: &mut Block) = round_body
}
