#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use candle_core::quantized::QTensor;
use candle_core::{CpuStorage, Device, Tensor};

use super::*;

const KINDS: [GgmlDType; 2] = [GgmlDType::Q4K, GgmlDType::Q6K];

fn series(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    (0..count)
        .map(|n| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let value = (state >> 40) as f32 / (1 << 23) as f32 - 1.0;
            value * (1.0 + (n / 100 % 7) as f32)
        })
        .collect()
}

/// A matrix in this form and its values as candle reads them.
fn matrix(kind: GgmlDType, outputs: usize, inputs: usize) -> Option<(KBlocks, Vec<f32>)> {
    let plain = Tensor::from_vec(series(outputs * inputs, 1), (outputs, inputs), &Device::Cpu);
    let bytes = QTensor::quantize(&plain.unwrap(), kind).unwrap();
    let bytes = bytes.data().unwrap().into_owned();
    let this = KBlocks::new(kind, &bytes, outputs, inputs)?;
    match kind.from_data(bytes.into()).dequantize(outputs * inputs) {
        Ok(CpuStorage::F32(values)) => Some((this, values)),
        _ => panic!("not plain numbers"),
    }
}

/// The rounded numbers of a block.
fn numbers(block: &rows::Block) -> Vec<i8> {
    let bytes = block.values.iter().flat_map(|value| value.to_le_bytes());
    bytes.map(u8::cast_signed).collect()
}

/// The levels that this processor has.
fn levels() -> Vec<Level> {
    match Level::of_this_processor() {
        Some(Level::Avx512) => vec![Level::Avx2, Level::Avx512],
        Some(Level::Avx2) => vec![Level::Avx2],
        None => Vec::new(),
    }
}

#[test]
fn no_value_changes() {
    for kind in KINDS {
        let Some((this, expected)) = matrix(kind, 32, 512) else {
            return;
        };
        let mut found = Vec::new();
        (0..32).for_each(|number| this.row(number, &mut found));
        assert_eq!(found, expected, "{kind:?}");
    }
}

/// Against the sum of the products of the rounded rows in double precision.
#[test]
fn products_are_right_at_every_level_for_every_number_of_rows() {
    let (outputs, inputs) = (48, 768);
    for kind in KINDS {
        let Some((mut this, weights)) = matrix(kind, outputs, inputs) else {
            return;
        };
        for count in [0, 1, 2, 3, 4, 5, 7, 8, 9, 19] {
            let plain = series(count * inputs, 7);
            let rows = Rows::round(&plain, this.blocks);
            let rounded: Vec<f64> = (0..count)
                .flat_map(|row| rows.of(row))
                .flat_map(|block| {
                    let values = numbers(block).into_iter();
                    values.map(|v| f64::from(v) * f64::from(block.factor))
                })
                .collect();
            let mut before: Option<Vec<f32>> = None;
            for level in levels() {
                this.level = level;
                let found = this.times(&plain);
                assert_eq!(found.len(), count * outputs);
                for (number, found) in found.iter().enumerate() {
                    let (row, output) = (number / outputs, number % outputs);
                    let pairs = rounded[row * inputs..][..inputs]
                        .iter()
                        .zip(&weights[output * inputs..]);
                    let (mut exact, mut size) = (0.0, 0.0);
                    for (x, w) in pairs {
                        exact += x * f64::from(*w);
                        size += (x * f64::from(*w)).abs();
                    }
                    let off = (f64::from(*found) - exact).abs();
                    assert!(off <= size * 1e-6, "{kind:?} {level:?} {count}: {off}");
                }
                // To the last bit the same on every processor.
                assert!(before.is_none_or(|before| before == found), "{kind:?}");
                before = Some(found);
            }
        }
    }
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    for kind in KINDS {
        let Some((this, _)) = matrix(kind, 16, 512) else {
            return;
        };
        let rows = series(13 * 512, 3);
        let alone: Vec<f32> = rows.chunks(512).flat_map(|row| this.times(row)).collect();
        assert_eq!(this.times(&rows), alone, "{kind:?}");
    }
}

/// Values at the ends of what the instructions hold.
#[test]
fn the_largest_values_do_not_overflow() {
    for (kind, block) in [(GgmlDType::Q4K, 144), (GgmlDType::Q6K, 210)] {
        // All bits set, and 1 as factor of the factors.
        let mut bytes = vec![0xff; block * 16];
        for block in bytes.chunks_exact_mut(block) {
            let (first, one) = (if kind == GgmlDType::Q4K { 0 } else { 208 }, [0, 0x3c]);
            block[first..first + 2].copy_from_slice(&one);
            if kind == GgmlDType::Q4K {
                block[2..4].copy_from_slice(&[0, 0]);
            } else {
                block[192..208].fill(0x80);
            }
        }
        let Some(mut this) = KBlocks::new(kind, &bytes, 16, 256) else {
            return;
        };
        let value = if kind == GgmlDType::Q4K {
            15.0 * 63.0
        } else {
            31.0 * -128.0
        };
        for level in levels() {
            this.level = level;
            for sign in [1.0, -1.0] {
                let found = this.times(&[sign; 256]);
                assert_eq!(found, [sign * value * 256.0; 16], "{kind:?} {level:?}");
            }
        }
    }
}

#[test]
fn rows_are_rounded_to_the_nearest() {
    let mut plain = series(512, 5);
    plain[256..].fill(0.0);
    let rows = Rows::round(&plain, 2);
    let [first, zero] = rows.of(0) else {
        panic!("two blocks");
    };
    assert_eq!(numbers(zero), [0; 256]);
    assert_eq!(zero.factor, 0.0);
    let rounded = numbers(first);
    for (&rounded, plain) in rounded.iter().zip(&plain) {
        let off = (f32::from(rounded) * first.factor - plain).abs();
        // The largest value of the other sign can miss by one.
        let steps = if rounded == 127 { 1.0 } else { 0.5 };
        assert!(off <= first.factor.abs() * steps * 1.001);
    }
    let sum = |range: std::ops::Range<usize>| -> i32 {
        rounded[range].iter().map(|&v| i32::from(v)).sum()
    };
    let pair = |pairs: &[i32], part: usize| pairs[part / 2] << (16 * (1 - part % 2)) >> 16;
    for part in 0..16 {
        let sum = sum(part * 16..part * 16 + 16);
        assert_eq!(pair(&first.sums, part), sum);
        assert_eq!(first.offsets[part], -32 * sum);
    }
    for part in 0..8 {
        let sum = sum(part * 32..part * 32 + 32);
        assert_eq!(pair(&first.wide_sums, part), sum);
    }
}
