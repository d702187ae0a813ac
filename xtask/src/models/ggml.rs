//! Writer of the ggml container that whisper.cpp reads: a magic number, 32-bit little-endian header fields,
//! then tensors, each with rank, length of its name, number type, sizes (fastest first), name and data.

use super::tensor::{Kind, Tensor};

/// First four bytes of every such file.
const MAGIC: u32 = 0x6767_6d6c;

/// A ggml file while it is written.
#[derive(Debug)]
pub struct Ggml {
    bytes: Vec<u8>,
}

impl Ggml {
    /// A file with the magic number in it.
    pub fn new() -> Self {
        Self {
            bytes: MAGIC.to_le_bytes().to_vec(),
        }
    }

    /// Header numbers.
    pub fn numbers(&mut self, numbers: impl IntoIterator<Item = usize>) {
        self.bytes.extend(
            numbers
                .into_iter()
                .flat_map(|number| (number as u32).to_le_bytes()),
        );
    }

    /// Bytes with their length before them.
    pub fn counted(&mut self, bytes: &[u8]) {
        self.numbers([bytes.len()]);
        self.bytes.extend(bytes);
    }

    /// Numbers without anything before them.
    pub fn floats(&mut self, floats: &[f32]) {
        self.bytes
            .extend(floats.iter().flat_map(|float| float.to_le_bytes()));
    }

    /// A tensor, its numbers converted to `kind`.
    pub fn tensor(&mut self, name: &str, tensor: &Tensor<'_>, kind: Kind) {
        let code = match kind {
            Kind::F32 => 0,
            Kind::F16 => 1,
        };
        self.raw(name, &tensor.shape, code, &tensor.to_kind(kind).bytes);
    }

    /// A tensor whose numbers are in the form that has this code (`ggml_type`).
    pub fn raw(&mut self, name: &str, shape: &[usize], code: usize, bytes: &[u8]) {
        self.numbers([shape.len(), name.len(), code]);
        self.numbers(shape.iter().rev().copied());
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(bytes);
    }

    /// The finished file.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_tensor_is_written_fastest_dimension_first() {
        let numbers: Vec<u8> = [1.0_f32, 2.0]
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        let tensor = Tensor::new(vec![2, 1], Kind::F32, numbers).unwrap();
        let mut file = Ggml::new();
        file.tensor("ab", &tensor, Kind::F16);
        let expected: &[u8] = &[
            b'l', b'm', b'g', b'g', // magic
            2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, // rank, length of the name, half precision
            1, 0, 0, 0, 2, 0, 0, 0, // sizes
            b'a', b'b', 0x00, 0x3c, 0x00, 0x40,
        ];
        assert_eq!(file.finish(), expected);
    }
}
