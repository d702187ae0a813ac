//! Products with matrices of ggml's K blocks, Q4_K and Q6_K, on x86-64 processors with AVX2.
//!
//! Candle keeps such matrices in a form that is up to half as large again as the file's. When a text
//! is written, every weight is read for every token, so the bytes are what counts: here they stay
//! within three per cent of the file's, laid out so that one instruction multiplies four values of
//! sixteen outputs (of eight without AVX-512), and are read in one stream.
//!
//! Sums within a block are whole numbers and exact; those of blocks are added in one order. So a
//! product does not depend on the processor, on the threads or on what else is multiplied with it.

use candle_core::quantized::GgmlDType;

mod avx2;
mod avx512;
mod columns;
mod rows;
mod tile;

use columns::{Columns, over_columns};
use rows::Rows;
use tile::{OUTPUTS, Tile as _, Tile4, Tile6};

/// Values of a block of the file.
const BLOCK: usize = 256;

/// The weights of the first rows come from memory, faster than the processor asks for them by
/// itself; so far ahead, in bytes.
const AHEAD: usize = 4096;

/// The tiles of a matrix: for each group of [`OUTPUTS`] outputs one after the other.
enum Tiles {
    Four(Vec<Tile4>),
    Six(Vec<Tile6>),
}

/// A matrix of `outputs` rows of `inputs` values.
pub(super) struct KBlocks {
    tiles: Tiles,
    /// Blocks of a row.
    blocks: usize,
    outputs: usize,
    level: Level,
}

/// Which instructions the products are computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Avx2,
    Avx512,
}

impl Level {
    fn of_this_processor() -> Option<Self> {
        let avx2 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c");
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vnni");
        match (avx512, avx2) {
            (true, true) => Some(Self::Avx512),
            (false, true) => Some(Self::Avx2),
            _ => None,
        }
    }
}

impl KBlocks {
    /// From the file's blocks; `None` where this is not the fastest form of such a matrix.
    pub(super) fn new(
        kind: GgmlDType,
        bytes: &[u8],
        outputs: usize,
        inputs: usize,
    ) -> Option<Self> {
        let level = Level::of_this_processor()?;
        let fits = outputs.is_multiple_of(OUTPUTS) && inputs.is_multiple_of(BLOCK) && inputs > 0;
        if !fits || bytes.len() != outputs * inputs / BLOCK * kind.type_size() {
            return None;
        }
        let blocks = inputs / BLOCK;
        let tiles = match kind {
            GgmlDType::Q4K => Tiles::Four(tile::laid_out(bytes, blocks)),
            GgmlDType::Q6K => Tiles::Six(tile::laid_out(bytes, blocks)),
            _ => return None,
        };
        Some(Self {
            tiles,
            blocks,
            outputs,
            level,
        })
    }

    /// The row of this number, appended.
    pub(super) fn row(&self, number: usize, out: &mut Vec<f32>) {
        let first = number / OUTPUTS * self.blocks;
        for at in first..first + self.blocks {
            match &self.tiles {
                Tiles::Four(tiles) => tiles[at].values(number % OUTPUTS, out),
                Tiles::Six(tiles) => tiles[at].values(number % OUTPUTS, out),
            }
        }
    }

    /// The product with each row of `inputs` values: as many rows of outputs.
    pub(super) fn times(&self, rows: &[f32]) -> Vec<f32> {
        let rows = Rows::round(rows, self.blocks);
        let mut out = vec![0.0; rows.count() * self.outputs];
        over_columns(&mut out, self.outputs, |group, columns| {
            self.products(group, &rows, columns);
        });
        out
    }

    /// Products of one group of outputs with all rows.
    #[allow(unsafe_code)]
    fn products(&self, group: usize, rows: &Rows, out: &mut Columns<'_>) {
        match self.level {
            // SAFETY: a level is only given to a matrix if the processor has it.
            Level::Avx512 => unsafe { avx512::products(self, group, rows, out) },
            // SAFETY: as above.
            Level::Avx2 => unsafe { avx2::products(self, group, rows, out) },
        }
    }
}

#[cfg(test)]
mod tests;
