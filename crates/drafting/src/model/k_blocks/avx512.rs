//! Products for processors with AVX-512 and its instructions for eight-bit products (VNNI).
#![allow(unsafe_code)]
// Indices over arrays of fixed size: so they become registers.
#![allow(clippy::needless_range_loop)]

use std::arch::x86_64::*;

use super::columns::Columns;
use super::rows::{Block, Rows};
use super::tile::{Bytes, OUTPUTS, Pairs, Tile4, Tile6};
use super::{AHEAD, KBlocks, Tiles};

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn products(matrix: &KBlocks, group: usize, rows: &Rows, out: &mut Columns<'_>) {
    let mut row = 0;
    while row < rows.count() {
        // As many rows at a time as the registers hold.
        row += match (rows.count() - row, row) {
            (8.., 0) => strip::<8, true>(matrix, group, rows, row, out),
            (8.., _) => strip::<8, false>(matrix, group, rows, row, out),
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
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
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
    let mut sums = [_mm512_setzero_ps(); ROWS];
    for block in 0..matrix.blocks {
        let mut blocks = [&all[0][block]; ROWS];
        for n in 1..ROWS {
            blocks[n] = &all[n][block];
        }
        match &matrix.tiles {
            Tiles::Four(tiles) => four::<ROWS, FIRST>(&tiles[first + block], blocks, &mut sums),
            Tiles::Six(tiles) => six::<ROWS, FIRST>(&tiles[first + block], blocks, &mut sums),
        }
    }
    for n in 0..ROWS {
        let mut values = [0.0; OUTPUTS];
        // SAFETY: the array holds exactly the 16 numbers that are written.
        unsafe { _mm512_storeu_ps(values.as_mut_ptr(), sums[n]) };
        out.put(row + n, &values);
    }
    ROWS
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn four<const ROWS: usize, const FIRST: bool>(
    tile: &Tile4,
    rows: [&Block; ROWS],
    sums: &mut [__m512; ROWS],
) {
    let four_bits = _mm512_set1_epi8(15);
    let mut whole = [_mm512_setzero_si512(); ROWS];
    let mut low = [_mm512_setzero_si512(); ROWS];
    for pair in 0..4 {
        let scales = widened_unsigned(&tile.scales[pair]);
        let scales = [
            _mm512_and_si512(scales, _mm512_set1_epi32(0xffff)),
            _mm512_srli_epi32::<16>(scales),
        ];
        for half in 0..2 {
            let part = pair * 2 + half;
            let mut sum = [_mm512_setzero_si512(); ROWS];
            for eight in 0..4 {
                let bytes = &tile.values[part][eight];
                if FIRST {
                    ask_for(bytes);
                }
                let bytes = loaded(bytes);
                let first = _mm512_and_si512(bytes, four_bits);
                let next = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), four_bits);
                let at = part * 8 + eight * 2;
                for n in 0..ROWS {
                    sum[n] =
                        _mm512_dpbusd_epi32(sum[n], first, _mm512_set1_epi32(rows[n].values[at]));
                    sum[n] = _mm512_dpbusd_epi32(
                        sum[n],
                        next,
                        _mm512_set1_epi32(rows[n].values[at + 1]),
                    );
                }
            }
            for n in 0..ROWS {
                let scaled = _mm512_mullo_epi32(sum[n], scales[half]);
                whole[n] = _mm512_add_epi32(whole[n], scaled);
            }
        }
        let lows = widened_unsigned(&tile.lows[pair]);
        for n in 0..ROWS {
            low[n] = _mm512_dpwssd_epi32(low[n], lows, _mm512_set1_epi32(rows[n].wide_sums[pair]));
        }
    }
    let scale = numbers(&tile.scale);
    let low_scale = numbers(&tile.low);
    for n in 0..ROWS {
        let factor = _mm512_set1_ps(rows[n].factor);
        let values = _mm512_mul_ps(scale, factor);
        let lows = _mm512_mul_ps(low_scale, factor);
        sums[n] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(whole[n]), values, sums[n]);
        sums[n] = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(low[n]), lows, sums[n]);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn six<const ROWS: usize, const FIRST: bool>(
    tile: &Tile6,
    rows: [&Block; ROWS],
    sums: &mut [__m512; ROWS],
) {
    let four_bits = _mm512_set1_epi8(15);
    let two_bits = _mm512_set1_epi8(48);
    let mut whole = [_mm512_setzero_si512(); ROWS];
    for pair in 0..8 {
        let scales = widened_signed(&tile.scales[pair]);
        let scales = [
            _mm512_srai_epi32::<16>(_mm512_slli_epi32::<16>(scales)),
            _mm512_srai_epi32::<16>(scales),
        ];
        for half in 0..2 {
            let part = pair * 2 + half;
            let [first, next] = &tile.values[part];
            if FIRST {
                ask_for(first);
                ask_for(next);
                ask_for(&tile.upper[part]);
            }
            let (first, next) = (loaded(first), loaded(next));
            let upper = loaded(&tile.upper[part]);
            let both = |low, high| {
                let low = _mm512_and_si512(low, four_bits);
                _mm512_or_si512(low, _mm512_and_si512(high, two_bits))
            };
            let values = [
                both(first, _mm512_slli_epi16::<4>(upper)),
                both(_mm512_srli_epi16::<4>(first), _mm512_slli_epi16::<2>(upper)),
                both(next, upper),
                both(_mm512_srli_epi16::<4>(next), _mm512_srli_epi16::<2>(upper)),
            ];
            for n in 0..ROWS {
                let mut sum = _mm512_set1_epi32(rows[n].offsets[part]);
                for group in 0..4 {
                    let row = _mm512_set1_epi32(rows[n].values[part * 4 + group]);
                    sum = _mm512_dpbusd_epi32(sum, values[group], row);
                }
                let scaled = _mm512_mullo_epi32(sum, scales[half]);
                whole[n] = _mm512_add_epi32(whole[n], scaled);
            }
        }
    }
    let scale = numbers(&tile.scale);
    for n in 0..ROWS {
        let values = _mm512_mul_ps(scale, _mm512_set1_ps(rows[n].factor));
        sums[n] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(whole[n]), values, sums[n]);
    }
}

#[inline(always)]
fn ask_for(bytes: &Bytes) {
    let ahead = std::ptr::from_ref(bytes).cast::<i8>().wrapping_add(AHEAD);
    // SAFETY: a hint, which reads nothing and for which any address will do.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(ahead) };
}

#[target_feature(enable = "avx512f")]
#[inline]
fn loaded(bytes: &Bytes) -> __m512i {
    // SAFETY: the arrays hold exactly the 64 bytes that are read.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn widened_unsigned(pairs: &Pairs<u8>) -> __m512i {
    // SAFETY: the arrays hold exactly the 32 bytes that are read.
    _mm512_cvtepu8_epi16(unsafe { _mm256_loadu_si256(pairs.as_ptr().cast()) })
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn widened_signed(pairs: &Pairs<i8>) -> __m512i {
    // SAFETY: the arrays hold exactly the 32 bytes that are read.
    _mm512_cvtepi8_epi16(unsafe { _mm256_loadu_si256(pairs.as_ptr().cast()) })
}

/// Half-precision numbers as single-precision ones.
#[target_feature(enable = "avx512f")]
#[inline]
fn numbers(halves: &[u16; OUTPUTS]) -> __m512 {
    // SAFETY: the array holds exactly the 32 bytes that are read.
    _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(halves.as_ptr().cast()) })
}
