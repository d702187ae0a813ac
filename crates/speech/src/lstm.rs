//! A recurrent layer with long short-term memory (Hochreiter and Schmidhuber, 1997), over many sequences side by side.
//!
//! Each step is a product of two small matrices whose weights stay in the processor's cache: with a general library, which
//! shares every product among threads, it took more time than finding the words did. Here a thread has a layer to itself,
//! and the loops are plain ones that the compiler turns into the widest instructions that it may use; which it may is chosen
//! when the program runs.
#![allow(unsafe_code)]

/// Length of a layer's state and of what it gives.
pub(crate) const WIDTH: usize = 256;
/// Gates in the order input, forget, cell, output.
const GATES: usize = 4 * WIDTH;
/// Outputs that are computed together.
const LANES: usize = 32;
/// Steps whose share from below is computed in one product.
const STEPS: usize = 16;

/// Outputs that are computed together.
type Lanes = [f32; LANES];

/// A layer's weights.
pub(crate) struct Layer {
    input: Matrix,
    hidden: Matrix,
    bias: Vec<f32>,
}

/// A matrix from `inputs` numbers to [`GATES`].
struct Matrix {
    /// For each group of [`LANES`] outputs the weights of all inputs.
    panels: Vec<Lanes>,
    inputs: usize,
}

impl Matrix {
    /// From `[GATES][inputs]`.
    fn new(weights: &[f32], inputs: usize) -> Self {
        let mut panels = Vec::with_capacity(GATES / LANES * inputs);
        for group in weights.chunks_exact(LANES * inputs) {
            for input in 0..inputs {
                panels.push(std::array::from_fn(|lane| group[lane * inputs + input]));
            }
        }
        Self { panels, inputs }
    }
}

impl Layer {
    /// From weights as PyTorch keeps them: `input` is `[4 × WIDTH][inputs]`, `hidden` `[4 × WIDTH][WIDTH]`, `bias`
    /// `[4 × WIDTH]`. The lengths must be these.
    pub(crate) fn new(input: &[f32], hidden: &[f32], bias: Vec<f32>) -> Self {
        let inputs = input.len() / GATES;
        Self {
            input: Matrix::new(input, inputs),
            hidden: Matrix::new(hidden, WIDTH),
            bias,
        }
    }

    /// Numbers that it takes for each step of a sequence.
    pub(crate) fn inputs(&self) -> usize {
        self.input.inputs
    }

    /// From `[steps][many][inputs]` to `[steps][many][WIDTH]`.
    pub(crate) fn run(&self, steps: &[f32], many: usize) -> Vec<f32> {
        #[cfg(target_arch = "x86_64")]
        {
            let fused = is_x86_feature_detected!("fma");
            if fused && is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has these instructions.
                return unsafe { with_avx512(self, steps, many) };
            }
            if fused && is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has these instructions.
                return unsafe { with_avx2(self, steps, many) };
            }
        }
        // Of the others every 64-bit ARM processor multiplies and adds in one instruction.
        run::<{ cfg!(target_arch = "aarch64") }, 2>(self, steps, many)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
fn with_avx512(layer: &Layer, steps: &[f32], many: usize) -> Vec<f32> {
    run::<true, 8>(layer, steps, many)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2(layer: &Layer, steps: &[f32], many: usize) -> Vec<f32> {
    run::<true, 2>(layer, steps, many)
}

/// `FUSED`: a product is added in one instruction; `ROWS`: so many rows of sums fit into the registers.
#[inline(always)]
fn run<const FUSED: bool, const ROWS: usize>(
    layer: &Layer,
    steps: &[f32],
    many: usize,
) -> Vec<f32> {
    let taken = many * layer.inputs();
    let mut out = Vec::with_capacity(steps.len() / layer.inputs().max(1) * WIDTH);
    let mut cell = vec![0.0; many * WIDTH];
    let mut hidden = vec![0.0; many * WIDTH];
    let mut sums = Vec::new();
    for together in steps.chunks(STEPS * taken) {
        sums.clear();
        for _ in 0..together.len() / layer.inputs() {
            sums.extend_from_slice(&layer.bias);
        }
        add_product::<FUSED, ROWS>(together, &layer.input, &mut sums);
        for sums in sums.chunks_exact_mut(many * GATES) {
            add_product::<FUSED, ROWS>(&hidden, &layer.hidden, sums);
            let rows = sums.as_chunks::<GATES>().0.iter();
            let states = cell.as_chunks_mut::<WIDTH>().0.iter_mut();
            let given = hidden.as_chunks_mut::<WIDTH>().0.iter_mut();
            for (sums, (cell, hidden)) in rows.zip(states.zip(given)) {
                pass_gates::<FUSED>(sums, cell, hidden);
            }
            out.extend_from_slice(&hidden);
        }
    }
    out
}

/// Adds the product of `[rows][inputs]` and a matrix to `[rows][GATES]`.
#[inline(always)]
fn add_product<const FUSED: bool, const ROWS: usize>(
    rows: &[f32],
    matrix: &Matrix,
    sums: &mut [f32],
) {
    let inputs = matrix.inputs;
    let many = sums.len() / GATES;
    for (group, panel) in matrix.panels.chunks_exact(inputs).enumerate() {
        let mut row = 0;
        while row + ROWS <= many {
            add_tile::<FUSED, ROWS>(rows, row, panel, sums, group);
            row += ROWS;
        }
        while row < many {
            add_tile::<FUSED, 1>(rows, row, panel, sums, group);
            row += 1;
        }
    }
}

#[inline(always)]
fn add_tile<const FUSED: bool, const ROWS: usize>(
    rows: &[f32],
    row: usize,
    panel: &[Lanes],
    sums: &mut [f32],
    group: usize,
) {
    let inputs = panel.len();
    let mut taken = [&rows[..inputs]; ROWS];
    let mut tile = [[0.0; LANES]; ROWS];
    for n in 0..ROWS {
        taken[n] = &rows[(row + n) * inputs..][..inputs];
        tile[n].copy_from_slice(&sums[(row + n) * GATES + group * LANES..][..LANES]);
    }
    for (input, weights) in panel.iter().enumerate() {
        for n in 0..ROWS {
            let value = taken[n][input];
            for lane in 0..LANES {
                tile[n][lane] = add::<FUSED>(value, weights[lane], tile[n][lane]);
            }
        }
    }
    for n in 0..ROWS {
        sums[(row + n) * GATES + group * LANES..][..LANES].copy_from_slice(&tile[n]);
    }
}

#[inline(always)]
fn pass_gates<const FUSED: bool>(
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
fn add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
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

    /// Numbers between -0.1 and 0.1.
    fn numbers(seed: usize, many: usize) -> Vec<f32> {
        let value = |n: usize| ((n * 7919 + seed * 104_729) % 2003) as f32 * 1e-4 - 0.1;
        (0..many).map(value).collect()
    }

    /// The layer's definition, one number at a time, with the C library's functions.
    fn defined(steps: &[f32], many: usize, inputs: usize, weights: [&[f32]; 3]) -> Vec<f32> {
        let [input, hidden, bias] = weights;
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let dot = |a: &[f32], b: &[f64]| -> f64 {
            let products = a.iter().zip(b).map(|(a, b)| f64::from(*a) * b);
            products.sum()
        };
        let mut out = vec![0.0; steps.len() / inputs * WIDTH];
        for sequence in 0..many {
            let (mut cell, mut given) = (vec![0.0; WIDTH], vec![0.0; WIDTH]);
            for step in 0..steps.len() / inputs / many {
                let at = step * many + sequence;
                let below: Vec<f64> = steps[at * inputs..][..inputs]
                    .iter()
                    .map(|x| f64::from(*x))
                    .collect();
                let gate = |n: usize| {
                    dot(&input[n * inputs..][..inputs], &below)
                        + dot(&hidden[n * WIDTH..][..WIDTH], &given)
                        + f64::from(bias[n])
                };
                let gates: Vec<f64> = (0..GATES).map(gate).collect();
                for i in 0..WIDTH {
                    cell[i] = sigmoid(gates[WIDTH + i]) * cell[i]
                        + sigmoid(gates[i]) * gates[2 * WIDTH + i].tanh();
                    given[i] = sigmoid(gates[3 * WIDTH + i]) * cell[i].tanh();
                    out[at * WIDTH + i] = given[i] as f32;
                }
            }
        }
        out
    }

    /// With every kind of instructions that this processor has, and a number of sequences that fills no tile.
    #[test]
    fn a_layer_gives_what_it_is_defined_to_give() {
        const INPUTS: usize = 40;
        let (many, length) = (11, STEPS + 3);
        let weights = [
            numbers(1, GATES * INPUTS),
            numbers(2, GATES * WIDTH),
            numbers(3, GATES),
        ];
        let layer = Layer::new(&weights[0], &weights[1], weights[2].clone());
        let mut steps = numbers(4, length * many * INPUTS);
        steps.iter_mut().for_each(|x| *x *= 20.0);
        let weights = [&weights[0][..], &weights[1], &weights[2]];
        let right = defined(&steps, many, INPUTS, weights);
        let given = [
            layer.run(&steps, many),
            run::<false, 2>(&layer, &steps, many),
            run::<true, 8>(&layer, &steps, many),
        ];
        for given in given {
            assert_eq!(given.len(), right.len());
            for (given, right) in given.iter().zip(&right) {
                assert!((given - right).abs() < 1e-4, "{given} for {right}");
            }
        }
        assert!(right.iter().any(|x| x.abs() > 0.1), "nothing but zeros");
    }
}
