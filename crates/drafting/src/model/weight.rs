//! A quantised weight matrix, kept once.
//!
//! Where this crate has no form of its own that is faster, candle computes. It re-lays Q4_K, Q6_K
//! and Q8_0 matrices for its fast kernels at their first use and keeps both forms. For a model of a
//! gigabyte that is a second gigabyte, so the file's form is given back here as soon as candle no
//! longer reads it.

use std::borrow::Cow;
use std::io::{Read, Seek};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use candle_core::quantized::{GgmlDType, QMatMul, QStorage, QTensor, QuantizedType};
use candle_core::{CpuStorage, Module, Result, Tensor};

use super::ModelError;
use super::eight_bit::{self, EightBit};
use super::k_blocks::KBlocks;
use crate::gguf::File;

/// Candle's fast kernels for Q8_0 want inputs that are a multiple of this.
const FAST_INPUTS: usize = 256;
/// Values of a block of Q5_0 and Q8_0.
const BLOCK: usize = 32;
/// Rows from which candle uses the re-laid form of Q6_K.
const FEW_ROWS: usize = 2;
/// Rows from which it may use another form, for many.
const MANY_ROWS: usize = 32;

/// The blocks of a matrix as the file has them, until they are released.
struct Blocks {
    kept: RwLock<Option<Box<dyn QuantizedType>>>,
    kind: GgmlDType,
    /// Whether a product was computed from this form rather than from the re-laid one.
    read_directly: AtomicBool,
}

/// Both halves of a matrix share the blocks: candle owns one, [`Weight`] releases through the other.
#[derive(Clone)]
struct SharedBlocks(Arc<Blocks>);

impl SharedBlocks {
    fn with<T>(&self, f: impl FnOnce(&dyn QuantizedType) -> Result<T>) -> Result<T> {
        match self
            .0
            .kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_deref()
        {
            Some(blocks) => f(blocks),
            None => Err(candle_core::Error::Msg(
                "weights used after their release".to_owned(),
            )),
        }
    }

    fn look<T>(&self, released: T, f: impl FnOnce(&dyn QuantizedType) -> T) -> T {
        self.0
            .kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_deref()
            .map_or(released, f)
    }
}

impl QuantizedType for SharedBlocks {
    fn dtype(&self) -> GgmlDType {
        self.0.kind
    }

    fn matmul_t(&self, mkn: (usize, usize, usize), lhs: &[f32], dst: &mut [f32]) -> Result<()> {
        self.0.read_directly.store(true, Ordering::Relaxed);
        self.with(|blocks| blocks.matmul_t(mkn, lhs, dst))
    }

    fn matmul_t_f16(
        &self,
        mkn: (usize, usize, usize),
        lhs: &[half::f16],
        dst: &mut [half::f16],
    ) -> Result<()> {
        self.0.read_directly.store(true, Ordering::Relaxed);
        self.with(|blocks| blocks.matmul_t_f16(mkn, lhs, dst))
    }

    fn embedding(&self, ids: &[u32], rows: usize, hidden: usize) -> Result<CpuStorage> {
        self.0.read_directly.store(true, Ordering::Relaxed);
        self.with(|blocks| blocks.embedding(ids, rows, hidden))
    }

    fn dequantize(&self, elem_count: usize) -> Result<CpuStorage> {
        self.with(|blocks| blocks.dequantize(elem_count))
    }

    fn storage_size_in_bytes(&self) -> usize {
        self.look(0, |blocks| blocks.storage_size_in_bytes())
    }

    /// Candle reads through this pointer while it re-lays the matrix, which happens only inside
    /// [`Kept::settle`]; after a release the size above is 0, so nothing is read through it.
    fn as_ptr(&self) -> *const u8 {
        let nothing = std::ptr::NonNull::<u64>::dangling()
            .as_ptr()
            .cast_const()
            .cast();
        self.look(nothing, |blocks| blocks.as_ptr())
    }

    fn block_size(&self) -> usize {
        self.0.kind.block_size()
    }

    /// Model weights are never written: they come from a file.
    fn from_float(&mut self, _: &[f32]) {}

    /// Model weights are never written: they come from a file.
    fn from_float_imatrix(&mut self, _: &[f32], _: &[f32], _: usize) {}

    fn size(&self) -> usize {
        self.storage_size_in_bytes()
    }
}

/// A matrix of `outputs` × `inputs` that rows of `inputs` values are multiplied with.
pub(super) struct Weight {
    form: Form,
    pub(super) outputs: usize,
    pub(super) inputs: usize,
}

enum Form {
    KBlocks(KBlocks),
    EightBit(EightBit),
    Candle(Kept),
}

/// A matrix as candle keeps it.
struct Kept {
    product: QMatMul,
    blocks: Option<SharedBlocks>,
    /// Inputs that the matrix is kept with: zeros may have been added to each row.
    inputs: usize,
    /// A product of fewer rows is padded with zeros.
    fewest_rows: usize,
}

impl Weight {
    /// Reads the named matrices and stacks their outputs; they must share their input width.
    ///
    /// Matrices of different kinds cannot be stacked; the caller asks with [`stackable`] first.
    pub(super) fn read<R: Read + Seek>(
        file: &File,
        reader: &mut R,
        names: &[&str],
        inputs: usize,
        outputs: usize,
    ) -> std::result::Result<Self, ModelError> {
        let mut bytes = Vec::new();
        let mut kind = None;
        let mut rows = 0;
        for name in names {
            let info = file.tensor(name).ok_or_else(|| ModelError::missing(name))?;
            let &[n, k] = info.shape.dims() else {
                return Err(ModelError::shape(name));
            };
            if k != inputs || kind.is_some_and(|kind| kind != info.ggml_dtype) {
                return Err(ModelError::shape(name));
            }
            kind = Some(info.ggml_dtype);
            rows += n;
            let part = file.bytes(reader, info)?;
            if bytes.is_empty() {
                bytes = part;
            } else {
                bytes.extend_from_slice(&part);
            }
        }
        let (Some(kind), true) = (kind, rows == outputs) else {
            return Err(ModelError::shape(
                names.first().copied().unwrap_or_default(),
            ));
        };
        if eight_bit::suits(kind, inputs) {
            return Ok(Self {
                form: Form::EightBit(EightBit::new(kind, &bytes, inputs)),
                outputs,
                inputs,
            });
        }
        if let Some(matrix) = KBlocks::new(kind, &bytes, outputs, inputs) {
            return Ok(Self {
                form: Form::KBlocks(matrix),
                outputs,
                inputs,
            });
        }
        let (kind, bytes, kept_inputs) = relaid(kind, bytes, inputs);
        let blocks = SharedBlocks(Arc::new(Blocks {
            kept: RwLock::new(Some(kind.from_data(Cow::Owned(bytes)))),
            kind,
            read_directly: AtomicBool::new(false),
        }));
        let tensor = QTensor::new(
            QStorage::Cpu(Box::new(blocks.clone())),
            (outputs, kept_inputs),
        )?;
        // Matrices of plain floating-point numbers become a tensor here, which holds its own copy.
        let product = QMatMul::from_qtensor(tensor)?;
        let blocks = match product {
            QMatMul::QTensor(_) => Some(blocks),
            QMatMul::Tensor(_) | QMatMul::TensorF16(_) => None,
        };
        Ok(Self {
            form: Form::Candle(Kept {
                product,
                blocks,
                inputs: kept_inputs,
                fewest_rows: 1,
            }),
            outputs,
            inputs,
        })
    }

    /// Lets candle re-lay the matrix now, and gives the file's form back if nothing reads it any
    /// more. Afterwards only [`Weight::times`] may be used.
    ///
    /// Candle has one re-laid form for few rows and, on some processors, another for many: both
    /// are made here, before the form that they are made from goes.
    pub(super) fn settle(&mut self) -> Result<()> {
        match &mut self.form {
            Form::KBlocks(_) | Form::EightBit(_) => Ok(()),
            Form::Candle(kept) => kept.settle(self.inputs),
        }
    }

    /// Whether products of one row and of several are computed from the same form of the matrix.
    pub(super) fn has_one_form(&self) -> bool {
        !matches!(self.form, Form::Candle(_))
    }

    /// The product with each row of `inputs` values: as many rows of `outputs` values.
    pub(super) fn times(&self, rows: Vec<f32>) -> Result<Product> {
        let kept = match &self.form {
            Form::KBlocks(matrix) => return Ok(Product::Own(matrix.times(&rows))),
            Form::EightBit(matrix) => return Ok(Product::Own(matrix.times(&rows))),
            Form::Candle(kept) => kept,
        };
        let values = rows.len() / self.inputs * self.outputs;
        let tensor = kept.times(rows, self.inputs)?;
        Ok(Product::Candle { tensor, values })
    }

    /// One row of the matrix for each number: a token's embedding.
    pub(super) fn rows(&self, numbers: &[u32]) -> Result<Vec<f32>> {
        let row: &dyn Fn(usize, &mut Vec<f32>) = match &self.form {
            Form::KBlocks(matrix) => &|number, rows| matrix.row(number, rows),
            Form::EightBit(matrix) => &|number, rows| matrix.row(number, rows),
            Form::Candle(kept) => {
                let numbers = Tensor::new(numbers, &candle_core::Device::Cpu)?;
                let rows = kept.product.embedding(&numbers)?;
                return rows.narrow(1, 0, self.inputs)?.flatten_all()?.to_vec1();
            }
        };
        let mut rows = Vec::with_capacity(numbers.len() * self.inputs);
        for &number in numbers {
            let number = number as usize;
            if number >= self.outputs {
                return Err(candle_core::Error::Msg(format!("there is no row {number}")));
            }
            row(number, &mut rows);
        }
        Ok(rows)
    }
}

impl Kept {
    fn settle(&mut self, inputs: usize) -> Result<()> {
        let Some(blocks) = &self.blocks else {
            return Ok(());
        };
        for rows in [FEW_ROWS, MANY_ROWS] {
            self.times(vec![0.0; rows * inputs], inputs)?;
        }
        if !blocks.0.read_directly.load(Ordering::Relaxed) {
            *blocks
                .0
                .kept
                .write()
                .unwrap_or_else(PoisonError::into_inner) = None;
            self.fewest_rows = FEW_ROWS;
        }
        Ok(())
    }

    /// The product with each row of `inputs` values, and of rows of zeros after them.
    fn times(&self, rows: Vec<f32>, inputs: usize) -> Result<Tensor> {
        let count = (rows.len() / inputs).max(self.fewest_rows);
        let rows = widened(rows, inputs, self.inputs, count);
        let rows = Tensor::from_vec(rows, (count, self.inputs), &candle_core::Device::Cpu)?;
        self.product.forward(&rows)
    }
}

/// Rows of `from` values as `count` rows of `to` values, filled up with zeros.
fn widened(mut rows: Vec<f32>, from: usize, to: usize, count: usize) -> Vec<f32> {
    if from == to {
        rows.resize(count * to, 0.0);
        return rows;
    }
    let mut wide = vec![0.0; count * to];
    for (wide, row) in wide.chunks_exact_mut(to).zip(rows.chunks_exact(from)) {
        wide[..from].copy_from_slice(row);
    }
    wide
}

/// The result of [`Weight::times`].
pub(super) enum Product {
    Own(Vec<f32>),
    /// The first `values` values of a tensor.
    Candle {
        tensor: Tensor,
        values: usize,
    },
}

impl Product {
    /// Looks at the values, row by row.
    pub(super) fn read<T>(&self, f: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
        let (tensor, values) = match self {
            Self::Own(values) => return f(values),
            Self::Candle { tensor, values } => (tensor, *values),
        };
        let (storage, layout) = tensor.storage_and_layout();
        match (&*storage, layout.contiguous_offsets()) {
            (candle_core::Storage::Cpu(CpuStorage::F32(all)), Some((start, _))) => {
                f(&all[start..start + values])
            }
            _ => Err(candle_core::Error::Msg(
                "a product is not on the processor".to_owned(),
            )),
        }
    }

    /// The values themselves.
    pub(super) fn take(self) -> Result<Vec<f32>> {
        match self {
            Self::Own(values) => Ok(values),
            candle @ Self::Candle { .. } => candle.read(|values| Ok(values.to_vec())),
        }
    }
}

/// Whether the matrices are of one kind, so that their outputs can be stacked.
pub(super) fn stackable(file: &File, names: &[&str]) -> bool {
    let mut kinds = names
        .iter()
        .map(|name| file.tensor(name).map(|info| info.ggml_dtype));
    kinds
        .next()
        .is_some_and(|first| first.is_some() && kinds.all(|kind| kind == first))
}

/// A matrix of rows of `inputs` values in the form that candle computes with fastest: its kind, its
/// bytes and its inputs, added zeros included. No value changes.
///
/// Candle has only scalar code for Q5_0. Its values are whole numbers of five bits times a factor,
/// which Q8_0 holds exactly, in half as much memory again and several times as fast.
fn relaid(kind: GgmlDType, bytes: Vec<u8>, inputs: usize) -> (GgmlDType, Vec<u8>, usize) {
    let relay: fn(&[u8], &mut Vec<u8>) = match kind {
        GgmlDType::Q5_0 => q5_0_as_q8_0,
        GgmlDType::Q8_0 if !inputs.is_multiple_of(FAST_INPUTS) => |block, out| out.extend(block),
        _ => return (kind, bytes, inputs),
    };
    let to = GgmlDType::Q8_0;
    let kept = inputs.next_multiple_of(FAST_INPUTS);
    let zeros = vec![0; (kept - inputs) / BLOCK * to.type_size()];
    let row = inputs / BLOCK * kind.type_size();
    let mut out = Vec::with_capacity(bytes.len() / row * (kept / BLOCK) * to.type_size());
    for row in bytes.chunks_exact(row) {
        for block in row.chunks_exact(kind.type_size()) {
            relay(block, &mut out);
        }
        out.extend(&zeros);
    }
    (to, out, kept)
}

/// One block: a factor (two bytes), fifth bits (four bytes), lower four bits of 32 values.
fn q5_0_as_q8_0(block: &[u8], out: &mut Vec<u8>) {
    let [d0, d1, h0, h1, h2, h3, low @ ..] = block else {
        return;
    };
    let high = u32::from_le_bytes([*h0, *h1, *h2, *h3]);
    let value = |low: u8, at: usize| {
        let fifth = u8::try_from(high >> at & 1).unwrap_or(0) << 4;
        (low | fifth).wrapping_sub(16)
    };
    out.extend([*d0, *d1]);
    out.extend(low.iter().enumerate().map(|(at, low)| value(low & 15, at)));
    out.extend(
        low.iter()
            .enumerate()
            .map(|(at, low)| value(low >> 4, at + 16)),
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn numbers(kind: GgmlDType, bytes: Vec<u8>, count: usize) -> Vec<f32> {
        match kind.from_data(bytes.into()).dequantize(count) {
            Ok(CpuStorage::F32(values)) => values,
            _ => panic!("not plain numbers"),
        }
    }

    #[test]
    fn relaying_changes_no_value() {
        let (outputs, inputs) = (3, 96);
        let plain: Vec<f32> = (0..outputs * inputs)
            .map(|n| ((n * 37 % 101) as f32 - 50.0) * 0.31)
            .collect();
        let plain = Tensor::from_vec(plain, (outputs, inputs), &candle_core::Device::Cpu).unwrap();
        for kind in [GgmlDType::Q5_0, GgmlDType::Q8_0] {
            let blocks = QTensor::quantize(&plain, kind).unwrap();
            let bytes = blocks.data().unwrap().into_owned();
            let before = numbers(kind, bytes.clone(), outputs * inputs);
            let (kind, bytes, kept) = relaid(kind, bytes, inputs);
            assert_eq!((kind, kept), (GgmlDType::Q8_0, 256));
            let after = numbers(kind, bytes, outputs * kept);
            for (before, after) in before.chunks(inputs).zip(after.chunks(kept)) {
                assert_eq!(before, &after[..inputs]);
                assert!(after[inputs..].iter().all(|added| *added == 0.0));
            }
        }
    }

    #[test]
    fn what_is_fast_already_stays_as_it_is() {
        for (kind, inputs) in [(GgmlDType::Q4K, 768), (GgmlDType::Q8_0, 512)] {
            let (same, bytes, kept) = relaid(kind, vec![1, 2, 3], inputs);
            assert_eq!((same, bytes, kept), (kind, vec![1, 2, 3], inputs));
        }
    }
}
