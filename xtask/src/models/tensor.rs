//! A tensor as the model files carry it: shape, number type, little-endian bytes.

use std::borrow::Cow;

use anyhow::{Result, ensure};

use super::half;

/// Number type of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floating point.
    F32,
    /// 16-bit floating point (binary16).
    F16,
}

impl Kind {
    /// Bytes of one number.
    pub const fn width(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

/// A tensor; `shape` has the slowest dimension first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<'a> {
    /// Sizes, slowest dimension first.
    pub shape: Vec<usize>,
    /// Number type.
    pub kind: Kind,
    /// The numbers, little-endian, fastest dimension last.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> Tensor<'a> {
    /// A tensor over these bytes.
    ///
    /// # Errors
    /// If the bytes are not as many as the shape says.
    pub fn new(shape: Vec<usize>, kind: Kind, bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self> {
        let bytes = bytes.into();
        let numbers = shape
            .iter()
            .try_fold(1_usize, |product, size| product.checked_mul(*size));
        let expected = numbers.and_then(|numbers| numbers.checked_mul(kind.width()));
        ensure!(
            expected == Some(bytes.len()),
            "{} bytes do not fill the shape {shape:?}",
            bytes.len()
        );
        Ok(Self { shape, kind, bytes })
    }

    /// The same numbers under another shape.
    ///
    /// # Errors
    /// If the shapes hold different numbers of elements.
    pub fn reshaped(&self, shape: Vec<usize>) -> Result<Self> {
        Self::new(shape, self.kind, self.bytes.clone())
    }

    /// Rows `from..to` of the slowest dimension.
    ///
    /// # Errors
    /// If there are not that many.
    pub fn rows(&self, from: usize, to: usize) -> Result<Tensor<'_>> {
        let all = self.shape.first().copied().unwrap_or(0);
        ensure!(
            from <= to && to <= all && all > 0,
            "rows {from}..{to} of {all}"
        );
        let row = self.bytes.len() / all;
        let mut shape = self.shape.clone();
        shape[0] = to - from;
        Tensor::new(shape, self.kind, &self.bytes[from * row..to * row])
    }

    /// The numbers as this type; half precision is rounded to nearest, ties to even.
    pub fn to_kind(&self, kind: Kind) -> Tensor<'_> {
        let bytes = match (self.kind, kind) {
            (Kind::F32, Kind::F32) | (Kind::F16, Kind::F16) => Cow::Borrowed(&*self.bytes),
            (Kind::F16, Kind::F32) => self
                .bytes
                .as_chunks()
                .0
                .iter()
                .flat_map(|pair| half::to_f32(u16::from_le_bytes(*pair)).to_le_bytes())
                .collect(),
            (Kind::F32, Kind::F16) => self
                .bytes
                .as_chunks()
                .0
                .iter()
                .flat_map(|four| half::from_f32(f32::from_le_bytes(*four)).to_le_bytes())
                .collect(),
        };
        Tensor {
            shape: self.shape.clone(),
            kind,
            bytes,
        }
    }
}
