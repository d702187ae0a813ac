//! With AVX-512.
#![allow(unsafe_code)]
// Indices over arrays of fixed size: so they become registers.
#![allow(clippy::needless_range_loop)]

use std::arch::x86_64::*;

use super::{GATES, LANES, Lanes, Matrix, WIDTH, gates};

/// Registers that hold the outputs of a row that are computed together.
const PARTS: usize = 2;
/// Numbers that a register holds.
const HELD: usize = 16;

#[target_feature(enable = "avx512f,fma")]
pub(super) fn add_product(rows: &[f32], matrix: &Matrix, sums: &mut [f32]) {
    let many = sums.len() / GATES;
    for (group, panel) in matrix.panels.chunks_exact(matrix.inputs).enumerate() {
        let mut row = 0;
        while row < many {
            // As many rows at a time as the registers hold.
            row += match many - row {
                8.. => add_tile::<8>(rows, row, panel, group, sums),
                _ => add_tile::<4>(rows, row, panel, group, sums),
            };
        }
    }
}

/// `ROWS` rows from `row` on; how many that was.
#[target_feature(enable = "avx512f,fma")]
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
    let mut tile = [[_mm512_setzero_ps(); PARTS]; ROWS];
    for (input, weights) in panel.iter().enumerate() {
        let weights = weights.as_chunks::<HELD>().0;
        for n in 0..ROWS {
            let value = _mm512_set1_ps(taken[n][input]);
            for part in 0..PARTS {
                tile[n][part] = _mm512_fmadd_ps(value, loaded(&weights[part]), tile[n][part]);
            }
        }
    }
    for n in 0..ROWS {
        let sums = &mut sums[(row + n) * GATES + group * LANES..][..LANES];
        for (part, sums) in sums.as_chunks_mut::<HELD>().0.iter_mut().enumerate() {
            store(sums, _mm512_add_ps(loaded(sums), tile[n][part]));
        }
    }
    ROWS
}

#[target_feature(enable = "avx512f,fma")]
pub(super) fn pass_gates(sums: &[f32; GATES], cell: &mut [f32; WIDTH], hidden: &mut [f32; WIDTH]) {
    gates::pass::<true>(sums, cell, hidden);
}

#[target_feature(enable = "avx512f,fma")]
#[inline]
fn loaded(numbers: &[f32; HELD]) -> __m512 {
    // SAFETY: the array holds exactly the numbers that are read.
    unsafe { _mm512_loadu_ps(numbers.as_ptr()) }
}

#[target_feature(enable = "avx512f,fma")]
#[inline]
fn store(numbers: &mut [f32; HELD], register: __m512) {
    // SAFETY: the array holds exactly the numbers that are written.
    unsafe { _mm512_storeu_ps(numbers.as_mut_ptr(), register) };
}
