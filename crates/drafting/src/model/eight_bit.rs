//! Products with matrices of eight-bit blocks, for which candle has no fast code: Q4_1 and Q5_1 on every
//! processor, Q5_0 and Q8_0 on those with AVX2 and no instruction for such products (VNNI).
//!
//! A block is 32 whole numbers of eight bits with one factor, and for Q4_1 and Q5_1 a low value that
//! is added to each; the file's values are held exactly. What a matrix is multiplied with is
//! rounded to such blocks too, as ggml does it for these kinds.

use candle_core::quantized::GgmlDType;
use half::f16;

use super::pool::over_pieces;

/// Values of a block.
pub(super) const BLOCK: usize = 32;
/// Outputs that one thread computes at a time: their weights stay in its first cache.
const OUTPUTS_AT_ONCE: usize = 16;

/// A matrix of `outputs` rows of `inputs` values.
pub(super) struct EightBit {
    values: Vec<[[i8; 16]; 2]>,
    factors: Vec<f32>,
    /// Empty where all are zero.
    lows: Vec<f32>,
    inputs: usize,
}

/// Whether this is the fastest form of such a matrix on this processor.
pub(super) fn suits(kind: GgmlDType, inputs: usize) -> bool {
    let kind_suits = match kind {
        GgmlDType::Q4_1 | GgmlDType::Q5_1 => true,
        GgmlDType::Q5_0 | GgmlDType::Q8_0 => is_plain_avx2(),
        _ => false,
    };
    kind_suits && inputs > 0 && inputs.is_multiple_of(BLOCK)
}

#[cfg(target_arch = "x86_64")]
fn is_plain_avx2() -> bool {
    has_avx2() && !is_x86_feature_detected!("avx512vnni") && !is_x86_feature_detected!("avxvnni")
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn is_plain_avx2() -> bool {
    false
}

/// Rows of activations as blocks of whole numbers from -127 to 127.
struct Rows {
    values: Vec<[[i16; 16]; 2]>,
    factors: Vec<f32>,
    /// Factor times the sum of the numbers, by block.
    sums: Vec<f32>,
    count: usize,
}

impl Rows {
    fn round(rows: &[f32], inputs: usize) -> Self {
        let blocks = rows.as_chunks::<BLOCK>().0;
        let mut rounded = Self {
            values: vec![[[0; 16]; 2]; blocks.len()],
            factors: vec![0.0; blocks.len()],
            sums: vec![0.0; blocks.len()],
            count: rows.len() / inputs,
        };
        for (at, block) in blocks.iter().enumerate() {
            let top = block.iter().fold(0.0f32, |top, value| top.max(value.abs()));
            let factor = top / 127.0;
            let inverse = if top > 0.0 { 127.0 / top } else { 0.0 };
            let mut sum = 0;
            for (to, value) in rounded.values[at].as_flattened_mut().iter_mut().zip(block) {
                *to = (value * inverse).round() as i16;
                sum += i32::from(*to);
            }
            rounded.factors[at] = factor;
            rounded.sums[at] = factor * sum as f32;
        }
        rounded
    }
}

impl EightBit {
    /// From the file's blocks of a kind that [`suits`].
    pub(super) fn new(kind: GgmlDType, bytes: &[u8], inputs: usize) -> Self {
        let count = bytes.len() / kind.type_size();
        let has_lows = matches!(kind, GgmlDType::Q4_1 | GgmlDType::Q5_1);
        let mut this = Self {
            values: Vec::with_capacity(count),
            factors: Vec::with_capacity(count),
            lows: Vec::with_capacity(if has_lows { count } else { 0 }),
            inputs,
        };
        for block in bytes.chunks_exact(kind.type_size()) {
            let half = |at: usize| f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
            let mut values = [0; BLOCK];
            match kind {
                GgmlDType::Q8_0 => values.copy_from_slice(&block[2..]),
                GgmlDType::Q5_0 => {
                    five_bits(&block[2..], &mut values);
                    values.iter_mut().for_each(|v| *v = v.wrapping_sub(16));
                }
                GgmlDType::Q5_1 => five_bits(&block[4..], &mut values),
                _ => four_bits(&block[4..], &mut values),
            }
            let (first, second) = values.split_at(16);
            let signed = |half: &[u8]| std::array::from_fn(|at| half[at] as i8);
            this.values.push([signed(first), signed(second)]);
            this.factors.push(half(0));
            if has_lows {
                this.lows.push(half(2));
            }
        }
        this
    }

    fn blocks(&self) -> usize {
        self.inputs / BLOCK
    }

    fn outputs(&self) -> usize {
        self.values.len() / self.blocks()
    }

    /// The row of this number, appended.
    pub(super) fn row(&self, number: usize, out: &mut Vec<f32>) {
        for block in number * self.blocks()..(number + 1) * self.blocks() {
            let (factor, low) = (
                self.factors[block],
                self.lows.get(block).copied().unwrap_or(0.0),
            );
            let values = self.values[block].as_flattened();
            out.extend(values.iter().map(|&v| f32::from(v) * factor + low));
        }
    }

    /// The product with each row of `inputs` values: as many rows of outputs.
    pub(super) fn times(&self, rows: &[f32]) -> Vec<f32> {
        let rows = Rows::round(rows, self.inputs);
        let (outputs, count) = (self.outputs(), rows.count);
        if count == 0 {
            return Vec::new();
        }
        // Output by output, so that a thread's part is in one piece.
        let mut across = vec![0.0; outputs * count];
        over_pieces(&mut across, OUTPUTS_AT_ONCE * count, |number, part| {
            products(self, number * OUTPUTS_AT_ONCE, &rows, part);
        });
        if count == 1 {
            return across;
        }
        let mut out = vec![0.0; across.len()];
        over_pieces(&mut out, outputs, |row, out| {
            for (out, values) in out.iter_mut().zip(across.chunks_exact(count)) {
                *out = values[row];
            }
        });
        out
    }
}

/// Lower and upper halves of 16 bytes: values 0 to 15 and 16 to 31.
fn four_bits(bytes: &[u8], values: &mut [u8; BLOCK]) {
    for (at, byte) in bytes.iter().take(16).enumerate() {
        values[at] = byte & 15;
        values[at + 16] = byte >> 4;
    }
}

/// The fifth bits of 32 values in four bytes, then the other four as above.
fn five_bits(bytes: &[u8], values: &mut [u8; BLOCK]) {
    let [h0, h1, h2, h3, low @ ..] = bytes else {
        return;
    };
    four_bits(low, values);
    let high = u32::from_le_bytes([*h0, *h1, *h2, *h3]);
    for (at, value) in values.iter_mut().enumerate() {
        *value |= if high >> at & 1 == 1 { 16 } else { 0 };
    }
}

/// Products of the outputs from number `first` on with all rows, output by output.
#[allow(unsafe_code)]
fn products(weights: &EightBit, first: usize, rows: &Rows, out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: just found on this processor.
        return unsafe { avx2::products(weights, first, rows, out) };
    }
    let blocks = weights.blocks();
    for (output, out) in (first..).zip(out.chunks_exact_mut(rows.count)) {
        for (row, out) in out.iter_mut().enumerate() {
            let mut sum = 0.0;
            for block in 0..blocks {
                let (w, x) = (output * blocks + block, row * blocks + block);
                let pairs = weights.values[w].as_flattened().iter();
                let whole: i32 = pairs
                    .zip(rows.values[x].as_flattened())
                    .map(|(&w, &x)| i32::from(w) * i32::from(x))
                    .sum();
                sum += whole as f32 * (weights.factors[w] * rows.factors[x]);
            }
            *out = sum + lows_part(weights, output, rows, row);
        }
    }
}

/// What the low values of an output add to its product with a row.
fn lows_part(weights: &EightBit, output: usize, rows: &Rows, row: usize) -> f32 {
    if weights.lows.is_empty() {
        return 0.0;
    }
    let of = |number: usize| number * weights.blocks()..(number + 1) * weights.blocks();
    let pairs = weights.lows[of(output)].iter().zip(&rows.sums[of(row)]);
    pairs.map(|(low, sum)| low * sum).sum()
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{EightBit, Rows, lows_part};

    /// With a single row the weights come from memory faster than the processor asks for them by
    /// itself; so far ahead, in bytes.
    const AHEAD: usize = 4096;

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn products(weights: &EightBit, first: usize, rows: &Rows, out: &mut [f32]) {
        let (count, outputs) = (rows.count, out.len() / rows.count);
        let mut row = 0;
        while row < count {
            let left = count - row;
            // As many sums at a time as the registers hold.
            let done = match left {
                4.. => strip::<2, 4>(weights, first, rows, row, outputs, out),
                2.. => strip::<4, 2>(weights, first, rows, row, outputs, out),
                _ => strip::<4, 1>(weights, first, rows, row, outputs, out),
            };
            row += done;
        }
    }

    /// `ROWS` rows from `row` on with all outputs, `OUTPUTS` at a time; how many rows that was.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn strip<const OUTPUTS: usize, const ROWS: usize>(
        weights: &EightBit,
        first: usize,
        rows: &Rows,
        row: usize,
        outputs: usize,
        out: &mut [f32],
    ) -> usize {
        let mut at = 0;
        while at < outputs {
            if at + OUTPUTS <= outputs {
                tile::<OUTPUTS, ROWS>(weights, first, rows, row, at, out);
                at += OUTPUTS;
            } else {
                tile::<1, ROWS>(weights, first, rows, row, at, out);
                at += 1;
            }
        }
        ROWS
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn tile<const OUTPUTS: usize, const ROWS: usize>(
        weights: &EightBit,
        first: usize,
        rows: &Rows,
        row: usize,
        at: usize,
        out: &mut [f32],
    ) {
        let blocks = weights.blocks();
        let of = |number: usize| number * blocks..(number + 1) * blocks;
        let w: [_; OUTPUTS] = std::array::from_fn(|n| &weights.values[of(first + at + n)]);
        let wf: [_; OUTPUTS] = std::array::from_fn(|n| &weights.factors[of(first + at + n)]);
        let x: [_; ROWS] = std::array::from_fn(|n| &rows.values[of(row + n)]);
        let xf: [_; ROWS] = std::array::from_fn(|n| &rows.factors[of(row + n)]);
        let mut sums = [[_mm256_setzero_ps(); ROWS]; OUTPUTS];
        for block in 0..blocks {
            let mut wide = [[_mm256_setzero_si256(); 2]; OUTPUTS];
            let mut factors = [_mm256_setzero_ps(); OUTPUTS];
            for n in 0..OUTPUTS {
                let [low, high] = &w[n][block];
                if ROWS == 1 {
                    ask_for(low);
                }
                wide[n] = [widened(low), widened(high)];
                factors[n] = _mm256_set1_ps(wf[n][block]);
            }
            for m in 0..ROWS {
                let [low, high] = &x[m][block];
                let (low, high) = (loaded(low), loaded(high));
                let factor = _mm256_set1_ps(xf[m][block]);
                for n in 0..OUTPUTS {
                    let whole = _mm256_add_epi32(
                        _mm256_madd_epi16(wide[n][0], low),
                        _mm256_madd_epi16(wide[n][1], high),
                    );
                    let scale = _mm256_mul_ps(factors[n], factor);
                    sums[n][m] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole), scale, sums[n][m]);
                }
            }
        }
        for n in 0..OUTPUTS {
            for m in 0..ROWS {
                let lows = lows_part(weights, first + at + n, rows, row + m);
                out[(at + n) * rows.count + row + m] = total(sums[n][m]) + lows;
            }
        }
    }

    #[inline(always)]
    fn ask_for(values: &[i8; 16]) {
        let ahead = std::ptr::from_ref(values).cast::<i8>().wrapping_add(AHEAD);
        // SAFETY: a hint, which reads nothing and for which any address will do.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(ahead) };
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn widened(values: &[i8; 16]) -> __m256i {
        // SAFETY: the array holds exactly the 16 bytes that are read.
        _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(values.as_ptr().cast()) })
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn loaded(values: &[i16; 16]) -> __m256i {
        // SAFETY: the array holds exactly the 32 bytes that are read.
        unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn total(sums: __m256) -> f32 {
        let four = _mm_add_ps(
            _mm256_castps256_ps128(sums),
            _mm256_extractf128_ps::<1>(sums),
        );
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use candle_core::quantized::QTensor;
    use candle_core::{CpuStorage, Device, Tensor};

    use super::*;

    const KINDS: [GgmlDType; 4] = [
        GgmlDType::Q4_1,
        GgmlDType::Q5_0,
        GgmlDType::Q5_1,
        GgmlDType::Q8_0,
    ];

    fn series(count: usize, seed: usize) -> Vec<f32> {
        (0..count)
            .map(|n| (((n * 37 + seed * 101) % 211) as f32 - 90.0) / 20.0)
            .collect()
    }

    /// A matrix in this form and its values as candle reads them.
    fn matrix(kind: GgmlDType, outputs: usize, inputs: usize) -> (EightBit, Vec<f32>) {
        let plain = series(outputs * inputs, 1);
        let plain = Tensor::from_vec(plain, (outputs, inputs), &Device::Cpu).unwrap();
        let bytes = QTensor::quantize(&plain, kind).unwrap();
        let bytes = bytes.data().unwrap().into_owned();
        let this = EightBit::new(kind, &bytes, inputs);
        match kind.from_data(bytes.into()).dequantize(outputs * inputs) {
            Ok(CpuStorage::F32(values)) => (this, values),
            _ => panic!("not plain numbers"),
        }
    }

    #[test]
    fn no_value_changes() {
        for kind in KINDS {
            let (this, expected) = matrix(kind, 3, 96);
            let mut found = Vec::new();
            (0..3).for_each(|number| this.row(number, &mut found));
            let same = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5;
            assert!(found.iter().zip(&expected).all(same), "{kind:?}");
        }
    }

    /// Against the sum of the products in double precision: what is multiplied with is rounded to
    /// 1/254 of the largest value of its block.
    #[test]
    fn products_are_right_for_every_number_of_rows_and_outputs() {
        let inputs = 96;
        for kind in KINDS {
            for outputs in [1, 2, 5, 16, 39] {
                let (this, weights) = matrix(kind, outputs, inputs);
                for count in [0, 1, 2, 3, 4, 5, 7, 9] {
                    let rows = series(count * inputs, 7);
                    let found = this.times(&rows);
                    assert_eq!(found.len(), count * outputs);
                    for (number, found) in found.iter().enumerate() {
                        let (row, output) = (number / outputs, number % outputs);
                        let pairs = rows[row * inputs..][..inputs]
                            .iter()
                            .zip(&weights[output * inputs..]);
                        let (mut exact, mut size) = (0.0, 0.0);
                        for (x, w) in pairs {
                            exact += f64::from(*x) * f64::from(*w);
                            size += f64::from(w.abs()) * 6.05 / 254.0;
                        }
                        let off = (f64::from(*found) - exact).abs();
                        assert!(off <= size, "{kind:?} {outputs} {count}: {off}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_of_zeros_gives_zeros() {
        let (this, _) = matrix(GgmlDType::Q4_1, 4, 64);
        assert_eq!(this.times(&[0.0; 64]), [0.0; 4]);
    }
}
