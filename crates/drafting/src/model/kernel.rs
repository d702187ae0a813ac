//! The arithmetic between the quantised products, compiled for three processor levels and chosen
//! at run time: the program must start on any x86-64-v2 machine and still use what the CPU has.
//!
//! Every function computes each value in one fixed order, so results do not depend on threads.

/// Declares a function that runs the same body compiled for the level of this processor.
macro_rules! by_level {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $body:ident) => {
        $(#[$doc])*
        #[allow(unsafe_code)]
        $vis fn $name($($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
                fn avx512($($arg: $ty),*) {
                    $body::<512>($($arg),*);
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) {
                    $body::<256>($($arg),*);
                }
                match $crate::model::kernel::level() {
                    // SAFETY: `level` has found exactly these features on this processor.
                    $crate::model::kernel::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::model::kernel::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::model::kernel::Level::Base => {}
                }
            }
            $body::<128>($($arg),*);
        }
    };
}

#[cfg(target_arch = "x86_64")]
pub(super) use by_level;

#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) enum Level {
    Base,
    Avx2,
    Avx512,
}

#[cfg(target_arch = "x86_64")]
pub(super) fn level() -> Level {
    static LEVEL: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
    *LEVEL.get_or_init(|| {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq");
        match (avx512, avx2) {
            (true, _) => Level::Avx512,
            (false, true) => Level::Avx2,
            (false, false) => Level::Base,
        }
    })
}

/// `a · b + c`, fused where the processor can: without the instruction a fused product is a call.
#[inline(always)]
fn madd<const BITS: usize>(a: f32, b: f32, c: f32) -> f32 {
    if BITS >= 256 {
        a.mul_add(b, c)
    } else {
        a * b + c
    }
}

/// e to the x by range reduction and a polynomial (Cephes `expf`, relative error below 2e-7);
/// written without branches so that it becomes vector code.
#[inline(always)]
fn exp<const BITS: usize>(x: f32) -> f32 {
    let x = x.clamp(-87.3, 88.3);
    // Adding and taking away 1.5 · 2^23 rounds to the nearest whole number.
    const ROUND: f32 = 12_582_912.0;
    let shifted = madd::<BITS>(x, std::f32::consts::LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let r = madd::<BITS>(whole, -0.693_359_4, x);
    let r = madd::<BITS>(whole, 2.121_944_4e-4, r);
    let mut p = 1.987_569_2e-4_f32;
    p = madd::<BITS>(p, r, 1.398_2e-3);
    p = madd::<BITS>(p, r, 8.333_452e-3);
    p = madd::<BITS>(p, r, 4.166_579_6e-2);
    p = madd::<BITS>(p, r, 1.666_666_5e-1);
    p = madd::<BITS>(p, r, 0.5);
    p = madd::<BITS>(p, r * r, r + 1.0);
    // The low bits of `shifted` hold the whole number: put it into the exponent.
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
    f32::from_bits(p.to_bits().wrapping_add(exponent))
}

/// Sum over eight running sums, so that it becomes vector code.
#[inline(always)]
fn sum_of<const BITS: usize>(values: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0f32; 16];
    let (blocks, rest) = values.as_chunks::<16>();
    for block in blocks {
        for (sum, &value) in sums.iter_mut().zip(block) {
            *sum = f(value, *sum);
        }
    }
    for (sum, &value) in sums.iter_mut().zip(rest) {
        *sum = f(value, *sum);
    }
    sums.iter().sum()
}

#[inline(always)]
fn rms_norm_body<const BITS: usize>(row: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let squares = sum_of::<BITS>(row, |v, sum| madd::<BITS>(v, v, sum));
    let scale = 1.0 / (squares / row.len() as f32 + epsilon).sqrt();
    for ((out, &value), &weight) in out.iter_mut().zip(row).zip(weight) {
        *out = value * scale * weight;
    }
}

by_level! {
    /// Root-mean-square normalisation (Zhang and Sennrich, 2019) of one row.
    pub(super) fn rms_norm(row: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) = rms_norm_body
}

#[inline(always)]
fn silu_times_body<const BITS: usize>(gate: &[f32], up: &[f32], out: &mut [f32]) {
    for ((out, &gate), &up) in out.iter_mut().zip(gate).zip(up) {
        *out = gate / (1.0 + exp::<BITS>(-gate)) * up;
    }
}

by_level! {
    /// SwiGLU's middle: `silu(gate) · up`.
    pub(super) fn silu_times(gate: &[f32], up: &[f32], out: &mut [f32]) = silu_times_body
}

#[inline(always)]
fn gelu_times_body<const BITS: usize>(gate: &[f32], up: &[f32], out: &mut [f32]) {
    const ROOT_TWO_OVER_PI: f32 = 0.797_884_6;
    for ((out, &x), &up) in out.iter_mut().zip(gate).zip(up) {
        let inner = ROOT_TWO_OVER_PI * madd::<BITS>(0.044_715 * x * x, x, x);
        // tanh(y) = 1 − 2 / (e^2y + 1)
        let tanh = 1.0 - 2.0 / (exp::<BITS>(2.0 * inner) + 1.0);
        *out = 0.5 * x * (1.0 + tanh) * up;
    }
}

by_level! {
    /// GeGLU's middle: `gelu(gate) · up` with the tanh form of GELU.
    pub(super) fn gelu_times(gate: &[f32], up: &[f32], out: &mut [f32]) = gelu_times_body
}

#[inline(always)]
fn rotate_halves_body<const BITS: usize>(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (first, second) = head.split_at_mut(cos.len());
    for (((a, b), &cos), &sin) in first.iter_mut().zip(second).zip(cos).zip(sin) {
        let (x, y) = (*a, *b);
        *a = x * cos - y * sin;
        *b = x * sin + y * cos;
    }
}

by_level! {
    /// Rotary position of one head, pairs `i` and `i + n/2` (the NeoX layout).
    pub(super) fn rotate_halves(head: &mut [f32], cos: &[f32], sin: &[f32]) = rotate_halves_body
}

#[inline(always)]
fn rotate_pairs_body<const BITS: usize>(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    for ((pair, &cos), &sin) in head.as_chunks_mut::<2>().0.iter_mut().zip(cos).zip(sin) {
        let [x, y] = *pair;
        *pair = [x * cos - y * sin, x * sin + y * cos];
    }
}

by_level! {
    /// Rotary position of one head, pairs `2i` and `2i + 1` (Llama's layout in GGUF).
    pub(super) fn rotate_pairs(head: &mut [f32], cos: &[f32], sin: &[f32]) = rotate_pairs_body
}

/// A block of `ROWS` × `COLUMNS` of `a · b` added to `c`, kept in registers meanwhile.
///
/// Written with indices over arrays of fixed size: so it becomes the intended vector code.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn block<const ROWS: usize, const COLUMNS: usize, const BITS: usize>(
    a: [&[f32]; ROWS],
    b: &[f32],
    width: usize,
    c: &mut [f32],
) {
    let depth = a[0].len();
    let mut sums = [[0.0f32; COLUMNS]; ROWS];
    for row in 0..ROWS {
        assert_eq!(a[row].len(), depth);
        sums[row].copy_from_slice(&c[row * width..][..COLUMNS]);
    }
    if depth == 0 {
        return;
    }
    assert!(b.len() >= (depth - 1) * width + COLUMNS);
    for step in 0..depth {
        let mut values = [0.0f32; COLUMNS];
        values.copy_from_slice(&b[step * width..][..COLUMNS]);
        for row in 0..ROWS {
            let factor = a[row][step];
            for column in 0..COLUMNS {
                sums[row][column] = madd::<BITS>(factor, values[column], sums[row][column]);
            }
        }
    }
    for row in 0..ROWS {
        c[row * width..][..COLUMNS].copy_from_slice(&sums[row]);
    }
}

/// Three matrices, row by row: `a` has rows of `depth` values, `stride` apart; `b` and `c` have
/// rows of `width` values.
#[derive(Clone, Copy)]
struct Shape {
    stride: usize,
    depth: usize,
    width: usize,
}

#[inline(always)]
fn add_blocks<const ROWS: usize, const COLUMNS: usize, const BITS: usize>(
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    shape: Shape,
) {
    let Shape { stride, width, .. } = shape;
    let rows = c.len() / width;
    for column in (0..width).step_by(COLUMNS) {
        let b = &b[column..];
        let mut row = 0;
        while row + ROWS <= rows {
            let c = &mut c[row * width + column..];
            some_rows::<ROWS, COLUMNS, BITS>(&a[row * stride..], b, c, shape);
            row += ROWS;
        }
        if row < rows {
            let c = &mut c[row * width + column..];
            last_rows::<COLUMNS, BITS>(rows - row, &a[row * stride..], b, c, shape);
        }
    }
}

/// Up to seven rows, together: alone, each sum would wait for the one before it.
#[inline(always)]
fn last_rows<const COLUMNS: usize, const BITS: usize>(
    rows: usize,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    shape: Shape,
) {
    match rows {
        1 => some_rows::<1, COLUMNS, BITS>(a, b, c, shape),
        2 => some_rows::<2, COLUMNS, BITS>(a, b, c, shape),
        3 => some_rows::<3, COLUMNS, BITS>(a, b, c, shape),
        4 => some_rows::<4, COLUMNS, BITS>(a, b, c, shape),
        5 => some_rows::<5, COLUMNS, BITS>(a, b, c, shape),
        6 => some_rows::<6, COLUMNS, BITS>(a, b, c, shape),
        _ => some_rows::<7, COLUMNS, BITS>(a, b, c, shape),
    }
}

#[inline(always)]
fn some_rows<const ROWS: usize, const COLUMNS: usize, const BITS: usize>(
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    Shape {
        stride,
        depth,
        width,
    }: Shape,
) {
    let a = std::array::from_fn(|i| &a[i * stride..][..depth]);
    block::<ROWS, COLUMNS, BITS>(a, b, width, c);
}

#[inline(always)]
fn add_product_body<const BITS: usize>(
    a: &[f32],
    stride: usize,
    depth: usize,
    b: &[f32],
    width: usize,
    c: &mut [f32],
) {
    let shape = Shape {
        stride,
        depth,
        width,
    };
    // As many running sums as the registers of the level hold.
    match BITS {
        // A single token's: whole rows of keys at a time, as they come from memory.
        512 if (1..=6).contains(&(c.len() / width)) && width.is_multiple_of(64) => {
            for column in (0..width).step_by(64) {
                let rows = c.len() / width;
                last_rows::<64, BITS>(rows, a, &b[column..], &mut c[column..], shape);
            }
        }
        512 => add_blocks::<8, 32, BITS>(a, b, c, shape),
        256 => add_blocks::<6, 16, BITS>(a, b, c, shape),
        _ => add_blocks::<4, 8, BITS>(a, b, c, shape),
    }
}

by_level! {
    /// Adds `a · b` to `c`, all row by row: `a` has rows of `depth` values, `stride` apart; `b`
    /// has `depth` rows and `c` as many as it holds, both of `width` values, a multiple of 32.
    pub(super) fn add_product(
        a: &[f32], stride: usize, depth: usize, b: &[f32], width: usize, c: &mut [f32],
    ) = add_product_body
}

#[inline(always)]
fn soften_body<const BITS: usize>(
    scores: &mut [f32],
    maximum: &mut f32,
    sum: &mut f32,
    shrink: &mut f32,
) {
    let mut tops = [f32::NEG_INFINITY; 16];
    let (blocks, rest) = scores.as_chunks::<16>();
    for block in blocks {
        for (top, &score) in tops.iter_mut().zip(block) {
            *top = if score > *top { score } else { *top };
        }
    }
    for (top, &score) in tops.iter_mut().zip(rest) {
        *top = if score > *top { score } else { *top };
    }
    let top = tops
        .iter()
        .fold(*maximum, |a, &b| if b > a { b } else { a });
    *shrink = exp::<BITS>(*maximum - top);
    for score in scores.iter_mut() {
        *score = exp::<BITS>(*score - top);
    }
    let added = sum_of::<BITS>(scores, |v, sum| v + sum);
    *sum = madd::<BITS>(*sum, *shrink, added);
    *maximum = top;
}

by_level! {
    /// One step of a running softmax (Milakov and Gimelshein, 2018): turns scores into weights
    /// relative to the new `maximum`; `shrink` is what earlier weights must be multiplied with.
    pub(super) fn soften(
        scores: &mut [f32], maximum: &mut f32, sum: &mut f32, shrink: &mut f32,
    ) = soften_body
}

#[inline(always)]
fn scale_body<const BITS: usize>(values: &mut [f32], factor: f32) {
    for value in values {
        *value *= factor;
    }
}

by_level! {
    /// Multiplies every value.
    pub(super) fn scale(values: &mut [f32], factor: f32) = scale_body
}

#[inline(always)]
fn add_body<const BITS: usize>(values: &mut [f32], more: &[f32]) {
    for (value, &more) in values.iter_mut().zip(more) {
        *value += more;
    }
}

by_level! {
    /// Adds value by value.
    pub(super) fn add(values: &mut [f32], more: &[f32]) = add_body
}

#[cfg(test)]
#[path = "kernel_tests.rs"]
mod tests;
