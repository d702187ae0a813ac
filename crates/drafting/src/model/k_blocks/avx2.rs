//! Products for processors with AVX2.
#![allow(unsafe_code)]
// Indices over arrays of fixed size: so they become registers.
#![allow(clippy::needless_range_loop)]

use std::arch::x86_64::*;

use super::columns::Columns;
use super::rows::{Block, Rows};
use super::tile::{OUTPUTS, Tile4, Tile6};
use super::{AHEAD, KBlocks, Tiles};

/// Sums of both halves of the outputs, by row.
type Sums<const ROWS: usize> = [[__m256; ROWS]; 2];

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn products(matrix: &KBlocks, group: usize, rows: &Rows, out: &mut Columns<'_>) {
    let mut row = 0;
    while row < rows.count() {
        // As many rows at a time as the registers hold.
        row += match (rows.count() - row, row) {
            (4.., 0) => strip::<4, true>(matrix, group, rows, row, out),
            (4.., _) => strip::<4, false>(matrix, group, rows, row, out),
            (2.., 0) => strip::<2, true>(matrix, group, rows, row, out),
            (2.., _) => strip::<2, false>(matrix, group, rows, row, out),
            (_, 0) => strip::<1, true>(matrix, group, rows, row, out),
            _ => strip::<1, false>(matrix, group, rows, row, out),
        };
    }
}

/// `ROWS` rows from `row` on; how many that was. `FIRST`: the weights come from memory.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn strip<const ROWS: usize, const FIRST: bool>(
    matrix: &KBlocks,
    group: usize,
    rows: &Rows,
    row: usize,
    out: &mut Columns<'_>,
) -> usize {
    // Loops rather than `from_fn`, which is compiled without these instructions and would be called.
    let mut all = [rows.of(row); ROWS];
    for n in 1..ROWS {
        all[n] = rows.of(row + n);
    }
    let first = group * matrix.blocks;
    let mut sums: Sums<ROWS> = [[_mm256_setzero_ps(); ROWS]; 2];
    for block in 0..matrix.blocks {
        let mut blocks = [&all[0][block]; ROWS];
        for n in 1..ROWS {
            blocks[n] = &all[n][block];
        }
        for half in 0..2 {
            match &matrix.tiles {
                Tiles::Four(tiles) => {
                    let tile = &tiles[first + block];
                    four::<ROWS, FIRST>(tile, half, blocks, &mut sums[half]);
                }
                Tiles::Six(tiles) => {
                    let tile = &tiles[first + block];
                    six::<ROWS, FIRST>(tile, half, blocks, &mut sums[half]);
                }
            }
        }
    }
    for n in 0..ROWS {
        let mut values = [0.0; OUTPUTS];
        let (first, next) = values.split_at_mut(8);
        // SAFETY: the slice holds exactly the 8 numbers that are written.
        unsafe { _mm256_storeu_ps(first.as_mut_ptr(), sums[0][n]) };
        // SAFETY: as above.
        unsafe { _mm256_storeu_ps(next.as_mut_ptr(), sums[1][n]) };
        out.put(row + n, &values);
    }
    ROWS
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn four<const ROWS: usize, const FIRST: bool>(
    tile: &Tile4,
    side: usize,
    rows: [&Block; ROWS],
    sums: &mut [__m256; ROWS],
) {
    let four_bits = _mm256_set1_epi8(15);
    let mut whole = [_mm256_setzero_si256(); ROWS];
    let mut low = [_mm256_setzero_si256(); ROWS];
    for pair in 0..4 {
        let scales = _mm256_cvtepu8_epi16(loaded_half(&tile.scales[pair][side]));
        for (half, scale) in doubled(scales).into_iter().enumerate() {
            let part = pair * 2 + half;
            // Sixteen bits hold the sum of 16 products of up to 15 · 128.
            let mut sum = [_mm256_setzero_si256(); ROWS];
            for eight in 0..4 {
                let bytes = &tile.values[part][eight];
                if FIRST && side == 0 {
                    ask_for(bytes);
                }
                let bytes = loaded(&bytes[side]);
                let first = _mm256_and_si256(bytes, four_bits);
                let next = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), four_bits);
                let at = part * 8 + eight * 2;
                for n in 0..ROWS {
                    let first = _mm256_maddubs_epi16(first, _mm256_set1_epi32(rows[n].values[at]));
                    let next =
                        _mm256_maddubs_epi16(next, _mm256_set1_epi32(rows[n].values[at + 1]));
                    sum[n] = _mm256_add_epi16(sum[n], _mm256_add_epi16(first, next));
                }
            }
            for n in 0..ROWS {
                whole[n] = _mm256_add_epi32(whole[n], _mm256_madd_epi16(sum[n], scale));
            }
        }
        let lows = _mm256_cvtepu8_epi16(loaded_half(&tile.lows[pair][side]));
        for n in 0..ROWS {
            let product = _mm256_madd_epi16(lows, _mm256_set1_epi32(rows[n].wide_sums[pair]));
            low[n] = _mm256_add_epi32(low[n], product);
        }
    }
    let scale = numbers(&tile.scale, side);
    let low_scale = numbers(&tile.low, side);
    for n in 0..ROWS {
        let factor = _mm256_set1_ps(rows[n].factor);
        let values = _mm256_mul_ps(scale, factor);
        let lows = _mm256_mul_ps(low_scale, factor);
        sums[n] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole[n]), values, sums[n]);
        sums[n] = _mm256_fnmadd_ps(_mm256_cvtepi32_ps(low[n]), lows, sums[n]);
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn six<const ROWS: usize, const FIRST: bool>(
    tile: &Tile6,
    side: usize,
    rows: [&Block; ROWS],
    sums: &mut [__m256; ROWS],
) {
    let four_bits = _mm256_set1_epi8(15);
    let two_bits = _mm256_set1_epi8(48);
    let mut whole = [_mm256_setzero_si256(); ROWS];
    let mut sums_by_factor = [_mm256_setzero_si256(); ROWS];
    for pair in 0..8 {
        let scales = _mm256_cvtepi8_epi16(loaded_half_signed(&tile.scales[pair][side]));
        for (half, scale) in doubled(scales).into_iter().enumerate() {
            let part = pair * 2 + half;
            let [first, next] = &tile.values[part];
            if FIRST && side == 0 {
                ask_for(first);
                ask_for(next);
                ask_for(&tile.upper[part]);
            }
            let (first, next) = (loaded(&first[side]), loaded(&next[side]));
            let upper = loaded(&tile.upper[part][side]);
            let both = |low, high| {
                let low = _mm256_and_si256(low, four_bits);
                _mm256_or_si256(low, _mm256_and_si256(high, two_bits))
            };
            let values = [
                both(first, _mm256_slli_epi16::<4>(upper)),
                both(_mm256_srli_epi16::<4>(first), _mm256_slli_epi16::<2>(upper)),
                both(next, upper),
                both(_mm256_srli_epi16::<4>(next), _mm256_srli_epi16::<2>(upper)),
            ];
            for n in 0..ROWS {
                // Sixteen bits hold the sum of 4 products of up to 63 · 128.
                for two in 0..2 {
                    let at = part * 4 + two * 2;
                    let sum = _mm256_add_epi16(
                        _mm256_maddubs_epi16(
                            values[two * 2],
                            _mm256_set1_epi32(rows[n].values[at]),
                        ),
                        _mm256_maddubs_epi16(
                            values[two * 2 + 1],
                            _mm256_set1_epi32(rows[n].values[at + 1]),
                        ),
                    );
                    whole[n] = _mm256_add_epi32(whole[n], _mm256_madd_epi16(sum, scale));
                }
            }
        }
        for n in 0..ROWS {
            let product = _mm256_madd_epi16(scales, _mm256_set1_epi32(rows[n].sums[pair]));
            sums_by_factor[n] = _mm256_add_epi32(sums_by_factor[n], product);
        }
    }
    let scale = numbers(&tile.scale, side);
    for n in 0..ROWS {
        // Less 32 for each value.
        let offset = _mm256_slli_epi32::<5>(sums_by_factor[n]);
        let whole = _mm256_cvtepi32_ps(_mm256_sub_epi32(whole[n], offset));
        let values = _mm256_mul_ps(scale, _mm256_set1_ps(rows[n].factor));
        sums[n] = _mm256_fmadd_ps(whole, values, sums[n]);
    }
}

#[inline(always)]
fn ask_for(bytes: &[[u8; 32]; 2]) {
    let ahead = std::ptr::from_ref(bytes).cast::<i8>().wrapping_add(AHEAD);
    // SAFETY: a hint, which reads nothing and for which any address will do.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(ahead) };
}

#[target_feature(enable = "avx2")]
#[inline]
fn loaded(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the array holds exactly the 32 bytes that are read.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn loaded_half(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the array holds exactly the 16 bytes that are read.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn loaded_half_signed(bytes: &[i8; 16]) -> __m128i {
    // SAFETY: the array holds exactly the 16 bytes that are read.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Of pairs of 16-bit numbers: each first one twice, each second one twice.
#[target_feature(enable = "avx2")]
#[inline]
fn doubled(pairs: __m256i) -> [__m256i; 2] {
    let first = _mm256_set1_epi64x(0x0504_0504_0100_0100);
    let next = _mm256_set1_epi64x(0x0706_0706_0302_0302);
    let upper = _mm256_set_epi64x(0x0808_0808_0808_0808, 0, 0x0808_0808_0808_0808, 0);
    [
        _mm256_shuffle_epi8(pairs, _mm256_add_epi8(first, upper)),
        _mm256_shuffle_epi8(pairs, _mm256_add_epi8(next, upper)),
    ]
}

/// Half-precision numbers of one side as single-precision ones.
#[target_feature(enable = "avx2,f16c")]
#[inline]
fn numbers(halves: &[u16; OUTPUTS], side: usize) -> __m256 {
    let halves = &halves[side * 8..][..8];
    // SAFETY: the slice holds exactly the 16 bytes that are read.
    _mm256_cvtph_ps(unsafe { _mm_loadu_si128(halves.as_ptr().cast()) })
}
