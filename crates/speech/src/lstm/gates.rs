//! What the gates of a layer do, in loops that the compiler turns into the instructions that its caller may use.

use super::{GATES, WIDTH};

/// A row's sums through the gates: the state forgets and takes in, and some of it is given out.
#[inline(always)]
pub(super) fn pass<const FUSED: bool>(
    sums: &[f32; GATES],
    cell: &mut [f32; WIDTH],
    hidden: &mut [f32; WIDTH],
) {
    for i in 0..WIDTH {
        let gate = |n: usize| sums[n * WIDTH + i];
        let kept = sigmoid::<FUSED>(gate(1)) * cell[i];
        cell[i] = add::<FUSED>(sigmoid::<FUSED>(gate(0)), tanh::<FUSED>(gate(2)), kept);
        hidden[i] = sigmoid::<FUSED>(gate(3)) * tanh::<FUSED>(cell[i]);
    }
}

#[inline(always)]
fn sigmoid<const FUSED: bool>(x: f32) -> f32 {
    0.5 + 0.5 * tanh::<FUSED>(0.5 * x)
}

/// Eigen's rational approximation, exact to a few units in the last place: unlike the C library's
/// it is computed for many numbers at once.
#[inline(always)]
fn tanh<const FUSED: bool>(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let y = x * x;
    let mut above = -2.760_768_5e-16_f32;
    for factor in [
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_4e-5,
        6.372_619e-4,
        4.893_525e-3,
    ] {
        above = add::<FUSED>(above, y, factor);
    }
    let mut below = 1.198_258_4e-6_f32;
    for factor in [1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3] {
        below = add::<FUSED>(below, y, factor);
    }
    x * above / below
}

/// `a × b + c`.
#[inline(always)]
pub(super) fn add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_tangent_is_one() {
        for n in -1000..=1000 {
            let x = n as f32 / 100.0;
            assert!((tanh::<false>(x) - x.tanh()).abs() < 2e-6, "{x}");
            assert!((tanh::<true>(x) - x.tanh()).abs() < 2e-6, "{x}");
        }
    }
}
