//! A sound that is like itself at one place only, and a search for it.

use std::f64::consts::TAU;

const SECONDS: f64 = 2.0;
const FROM_HERTZ: f64 = 120.0;
const TO_HERTZ: f64 = 6_000.0;

/// The sweep at a time in seconds; silence outside of it.
fn at(time: f64) -> f64 {
    if !(0.0..SECONDS).contains(&time) {
        return 0.0;
    }
    let steepness = (TO_HERTZ / FROM_HERTZ).ln() / SECONDS;
    0.5 * (TAU * FROM_HERTZ / steepness * ((steepness * time).exp() - 1.0)).sin()
}

/// The sweep at `rate` samples per second, begun `shift` samples earlier.
pub fn sweep(rate: u32, shift: f64) -> Vec<f32> {
    (0..(SECONDS * f64::from(rate)) as usize)
        .map(|n| at((n as f64 + shift) / f64::from(rate)) as f32)
        .collect()
}

/// Where in `recording` (16 kHz) the sweep begins, and how like it that place is (1: the same but
/// for loudness).
pub fn find(recording: &[f32]) -> (usize, f64) {
    let whole = sweep(16_000, 0.0);
    // A piece from the middle finds the place; it has a little of every speech frequency.
    let piece = &whole[12_000..16_000];
    let last = recording.len().saturating_sub(whole.len());
    let place = (0..=last)
        .max_by(|a, b| {
            let here = |start: usize| product(piece, &recording[start + 12_000..]);
            here(*a).total_cmp(&here(*b))
        })
        .unwrap_or(0);
    // The devices' clocks are not in step to a fraction of a sample.
    let likeness = (-12..=12)
        .map(|twelfths| {
            let shifted = sweep(16_000, f64::from(twelfths) / 12.0);
            let heard = &recording[place..];
            product(&shifted, heard)
                / (product(&shifted, &shifted)
                    * product(&heard[..shifted.len()], &heard[..shifted.len()]))
                .sqrt()
        })
        .fold(0.0, f64::max);
    (place, likeness)
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| f64::from(*x) * f64::from(*y))
        .sum()
}
