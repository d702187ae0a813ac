//! A recurrent layer with long short-term memory (Hochreiter and Schmidhuber, 1997), over many sequences side by side.
//!
//! Each step is a product of two small matrices whose weights stay in the processor's cache: with a general library, which
//! shares every product among threads, it took nearly as much time as finding the words. Here a thread has a layer to itself.
//! Which instructions it uses is chosen when the program runs.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod gates;
mod plain;

/// Length of a layer's state and of what it gives.
pub(crate) const WIDTH: usize = 256;
/// Gates in the order input, forget, cell, output.
const GATES: usize = 4 * WIDTH;
/// Sequences that are computed together: fewer take as long.
pub(crate) const TOGETHER: usize = 4;
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

    /// From `[steps][many][inputs]` to `[steps][many][WIDTH]`; `many` must be a multiple of [`TOGETHER`].
    pub(crate) fn run(&self, steps: &[f32], many: usize) -> Vec<f32> {
        match Level::of_this_processor() {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => run(
                self,
                steps,
                many,
                // SAFETY: the processor has these instructions.
                |rows, matrix, sums| unsafe { avx512::add_product(rows, matrix, sums) },
                // SAFETY: as above.
                |sums, cell, hidden| unsafe { avx512::pass_gates(sums, cell, hidden) },
            ),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => run(
                self,
                steps,
                many,
                // SAFETY: the processor has these instructions.
                |rows, matrix, sums| unsafe { avx2::add_product(rows, matrix, sums) },
                // SAFETY: as above.
                |sums, cell, hidden| unsafe { avx2::pass_gates(sums, cell, hidden) },
            ),
            Level::Plain => run(self, steps, many, plain::add_product, plain::pass_gates),
        }
    }
}

/// Which instructions a layer is computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Plain,
}

impl Level {
    fn of_this_processor() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("fma") {
            if is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Plain
    }
}

/// `add_product` adds the product of `[rows][inputs]` and a matrix to `[rows][GATES]`; `pass_gates` takes a row's sums
/// through the gates to its new state.
fn run(
    layer: &Layer,
    steps: &[f32],
    many: usize,
    add_product: impl Fn(&[f32], &Matrix, &mut [f32]),
    pass_gates: impl Fn(&[f32; GATES], &mut [f32; WIDTH], &mut [f32; WIDTH]),
) -> Vec<f32> {
    let taken = many * layer.inputs();
    let mut out = Vec::with_capacity(steps.len() / layer.inputs() * WIDTH);
    let mut cell = vec![0.0; many * WIDTH];
    let mut hidden = vec![0.0; many * WIDTH];
    let mut sums = Vec::new();
    for together in steps.chunks(STEPS * taken) {
        sums.clear();
        for _ in 0..together.len() / layer.inputs() {
            sums.extend_from_slice(&layer.bias);
        }
        // What comes from below needs no memory: one product for all steps.
        add_product(together, &layer.input, &mut sums);
        for sums in sums.chunks_exact_mut(many * GATES) {
            add_product(&hidden, &layer.hidden, sums);
            let rows = sums.as_chunks::<GATES>().0.iter();
            let states = cell.as_chunks_mut::<WIDTH>().0.iter_mut();
            let given = hidden.as_chunks_mut::<WIDTH>().0.iter_mut();
            for (sums, (cell, hidden)) in rows.zip(states.zip(given)) {
                pass_gates(sums, cell, hidden);
            }
            out.extend_from_slice(&hidden);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// With every kind of instructions that this processor has, and tiles of both heights.
    #[test]
    fn a_layer_gives_what_it_is_defined_to_give() {
        const INPUTS: usize = 40;
        let (many, length) = (3 * TOGETHER, STEPS + 3);
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
        let mut given = vec![
            layer.run(&steps, many),
            run(&layer, &steps, many, plain::add_product, plain::pass_gates),
        ];
        #[cfg(target_arch = "x86_64")]
        if Level::of_this_processor() != Level::Plain {
            given.push(run(
                &layer,
                &steps,
                many,
                // SAFETY: whichever of the two it is, the processor has these instructions.
                |rows, matrix, sums| unsafe { avx2::add_product(rows, matrix, sums) },
                // SAFETY: as above.
                |sums, cell, hidden| unsafe { avx2::pass_gates(sums, cell, hidden) },
            ));
        }
        for given in given {
            assert_eq!(given.len(), right.len());
            for (given, right) in given.iter().zip(&right) {
                assert!((given - right).abs() < 1e-4, "{given} for {right}");
            }
        }
        assert!(right.iter().any(|x| x.abs() > 0.1), "nothing but zeros");
    }
}
