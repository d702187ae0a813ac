#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn series(count: usize, seed: usize) -> Vec<f32> {
    (0..count)
        .map(|n| (((n * 37 + seed * 101) % 211) as f32 - 105.0) / 20.0)
        .collect()
}

fn close(a: f32, b: f64, tolerance: f64) {
    assert!(
        (f64::from(a) - b).abs() <= tolerance * b.abs().max(0.05),
        "{a} is not {b}"
    );
}

#[test]
fn activations_follow_their_formulas() {
    let (gate, up) = (series(301, 1), series(301, 2));
    let (mut silu, mut gelu) = (vec![0.0; 301], vec![0.0; 301]);
    silu_times(&gate, &up, &mut silu);
    gelu_times(&gate, &up, &mut gelu);
    for n in 0..301 {
        let (g, u) = (f64::from(gate[n]), f64::from(up[n]));
        close(silu[n], g / (1.0 + (-g).exp()) * u, 1e-5);
        let inner = (2.0 / std::f64::consts::PI).sqrt() * (g + 0.044_715 * g.powi(3));
        close(gelu[n], 0.5 * g * (1.0 + inner.tanh()) * u, 1e-4);
    }
}

#[test]
fn the_exponential_is_right_over_its_whole_range() {
    for step in -860..=880 {
        let x = step as f32 / 10.0;
        for found in [exp::<512>(x), exp::<128>(x)] {
            let expected = f64::from(x).exp();
            assert!(
                (f64::from(found) / expected - 1.0).abs() < 1e-6,
                "{x}: {found}"
            );
        }
    }
    assert!(exp::<512>(-1e30) < 1e-37);
}

#[test]
fn products_are_right_for_every_count_of_rows() {
    let (depth, width, stride) = (37, 64, 40);
    let b = series(depth * width, 3);
    for rows in 1..=19 {
        let a = series(rows * stride, 4);
        let mut c = series(rows * width, 5);
        let before = c.clone();
        add_product(&a, stride, depth, &b, width, &mut c);
        for row in 0..rows {
            for column in 0..width {
                let sum: f64 = (0..depth)
                    .map(|k| f64::from(a[row * stride + k]) * f64::from(b[k * width + column]))
                    .sum();
                let expected = f64::from(before[row * width + column]) + sum;
                assert!((f64::from(c[row * width + column]) - expected).abs() < 1e-2);
            }
        }
    }
}

/// [`add_product`] at one level.
type Product = fn(&[f32], usize, usize, &[f32], usize, &mut [f32]);

#[test]
fn every_level_computes_the_same_within_rounding() {
    let depth = 64;
    for (width, rows) in [64, 96, 128]
        .into_iter()
        .flat_map(|w| (1..=11).map(move |r| (w, r)))
    {
        let (a, b) = (series(rows * depth, 6), series(depth * width, 7));
        let of = |product: Product| {
            let mut c = vec![0.0; rows * width];
            product(&a, depth, depth, &b, width, &mut c);
            c
        };
        let base = of(add_product_body::<128>);
        for other in [of(add_product_body::<256>), of(add_product_body::<512>)] {
            for (a, b) in base.iter().zip(&other) {
                assert!((a - b).abs() < 1e-3, "{width} {rows}: {a} and {b}");
            }
        }
    }
}

#[test]
fn a_running_softmax_is_a_softmax() {
    let scores = series(192, 8);
    let (mut maximum, mut sum) = (-1e30, 0.0);
    let mut weights = Vec::new();
    for block in scores.chunks(64) {
        let mut block = block.to_vec();
        let mut shrink = 1.0;
        soften(&mut block, &mut maximum, &mut sum, &mut shrink);
        weights.iter_mut().for_each(|w| *w *= shrink);
        weights.extend(block);
    }
    let total: f64 = scores.iter().map(|&s| f64::from(s).exp()).sum();
    for (weight, &score) in weights.iter().zip(&scores) {
        close(weight / sum, f64::from(score).exp() / total, 1e-4);
    }
}

#[test]
fn rotation_keeps_lengths_and_pairs() {
    let head: Vec<f32> = vec![1.0, 2.0, 3.0, 4.0];
    let (cos, sin) = ([0.6, 0.0], [0.8, 1.0]);
    let mut halves = head.clone();
    rotate_halves(&mut halves, &cos, &sin);
    assert_eq!(
        halves,
        [1.0 * 0.6 - 3.0 * 0.8, -4.0, 1.0 * 0.8 + 3.0 * 0.6, 2.0]
    );
    let mut pairs = head;
    rotate_pairs(&mut pairs, &cos, &sin);
    assert_eq!(
        pairs,
        [1.0 * 0.6 - 2.0 * 0.8, 1.0 * 0.8 + 2.0 * 0.6, -4.0, 3.0]
    );
}
