//! With AVX2.
#![allow(unsafe_code)]
// Indices over arrays of fixed size: so they become registers.
#![allow(clippy::needless_range_loop)]

use std::arch::x86_64::*;

use super::{GATES, LANES, Lanes, Matrix, WIDTH, gates};

/// Registers that hold half of the outputs of a row that are computed together.
const PARTS: usize = 2;
/// Numbers that a register holds.
const HELD: usize = 8;

#[target_feature(enable = "avx2,fma")]
pub(super) fn add_product(rows: &[f32], matrix: &Matrix, sums: &mut [f32]) {
    let many = sums.len() / GATES;
    for (group, panel) in matrix.panels.chunks_exact(matrix.inputs).enumerate() {
        let mut row = 0;
        while row < many {
            // As many rows as the registers hold.
            row += add_tile::<4>(rows, row, panel, group, sums);
        }
    }
}

/// `ROWS` rows from `row` on; how many that was.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn add_tile<const ROWS: usize>(
    rows: &[f32],
    row: usize,
    panel: &[Lanes],
    group: usize,
    sums: &mut [f32],
) -> usize {
    let inputs = panel.len();
    let mut taken = [&rows[..inputs]; ROWS];
    for n in 0..ROWS {
        taken[n] = &rows[(row + n) * inputs..][..inputs];
    }
    for half in 0..2 {
        let mut tile = [[_mm256_setzero_ps(); PARTS]; ROWS];
        for (input, weights) in panel.iter().enumerate() {
            let weights = &weights.as_chunks::<HELD>().0[half * PARTS..][..PARTS];
            for n in 0..ROWS {
                let value = _mm256_set1_ps(taken[n][input]);
                for part in 0..PARTS {
                    tile[n][part] = _mm256_fmadd_ps(value, loaded(&weights[part]), tile[n][part]);
                }
            }
        }
        for n in 0..ROWS {
            let at = (row + n) * GATES + group * LANES + half * LANES / 2;
            let sums = &mut sums[at..][..LANES / 2];
            for (part, sums) in sums.as_chunks_mut::<HELD>().0.iter_mut().enumerate() {
                store(sums, _mm256_add_ps(loaded(sums), tile[n][part]));
            }
        }
    }
    ROWS
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn pass_gates(sums: &[f32; GATES], cell: &mut [f32; WIDTH], hidden: &mut [f32; WIDTH]) {
    gates::pass::<true>(sums, cell, hidden);
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn loaded(numbers: &[f32; HELD]) -> __m256 {
    // SAFETY: the array holds exactly the numbers that are read.
    unsafe { _mm256_loadu_ps(numbers.as_ptr()) }
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn store(numbers: &mut [f32; HELD], register: __m256) {
    // SAFETY: the array holds exactly the numbers that are written.
    unsafe { _mm256_storeu_ps(numbers.as_mut_ptr(), register) };
}
