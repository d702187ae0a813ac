//! With the instructions that every processor has.

use super::{GATES, LANES, Matrix, WIDTH, gates};

/// Every 64-bit ARM processor multiplies and adds in one instruction; for others that would be a call.
const FUSED: bool = cfg!(target_arch = "aarch64");

pub(super) fn add_product(rows: &[f32], matrix: &Matrix, sums: &mut [f32]) {
    let rows = rows.chunks_exact(matrix.inputs);
    for (row, sums) in rows.zip(sums.as_chunks_mut::<GATES>().0) {
        let panels = matrix.panels.chunks_exact(matrix.inputs);
        for (panel, sums) in panels.zip(sums.as_chunks_mut::<LANES>().0) {
            for (value, weights) in row.iter().zip(panel) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = gates::add::<FUSED>(*value, *weight, *sum);
                }
            }
        }
    }
}

pub(super) fn pass_gates(sums: &[f32; GATES], cell: &mut [f32; WIDTH], hidden: &mut [f32; WIDTH]) {
    gates::pass::<FUSED>(sums, cell, hidden);
}
