//! Reading model files in the ggml form of whisper.cpp (little-endian, before GGUF).

use crate::FormatError;

/// `ggml` read as a little-endian number.
const SIGNATURE: u32 = 0x6767_6d6c;

/// Longest tensor name in any known model is below this.
const LONGEST_NAME: usize = 256;

/// A position in the bytes of a model file.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A tensor as the file describes it.
pub(crate) struct Tensor<'a> {
    pub name: String,
    pub kind: Kind,
    /// Sizes, fastest-running first.
    pub shape: Vec<usize>,
    pub data: &'a [u8],
}

/// How a tensor's values are stored: ggml's type number, values per block, bytes per block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub number: i32,
    block: usize,
    bytes: usize,
}

impl Kind {
    pub(crate) const F32: Self = Self {
        number: 0,
        block: 1,
        bytes: 4,
    };
    pub(crate) const F16: Self = Self {
        number: 1,
        block: 1,
        bytes: 2,
    };
    const ALL: [Self; 12] = [
        Self::F32,
        Self::F16,
        Self {
            number: 2,
            block: 32,
            bytes: 18,
        },
        Self {
            number: 3,
            block: 32,
            bytes: 20,
        },
        Self {
            number: 6,
            block: 32,
            bytes: 22,
        },
        Self {
            number: 7,
            block: 32,
            bytes: 24,
        },
        Self {
            number: 8,
            block: 32,
            bytes: 34,
        },
        Self {
            number: 10,
            block: 256,
            bytes: 84,
        },
        Self {
            number: 11,
            block: 256,
            bytes: 110,
        },
        Self {
            number: 12,
            block: 256,
            bytes: 144,
        },
        Self {
            number: 13,
            block: 256,
            bytes: 176,
        },
        Self {
            number: 14,
            block: 256,
            bytes: 210,
        },
    ];

    fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number == number)
    }
}

impl<'a> Reader<'a> {
    /// Begins behind the signature.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut reader = Self { bytes, at: 0 };
        match reader.u32()? {
            SIGNATURE => Ok(reader),
            _ => Err(FormatError::Signature),
        }
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let end = self
            .at
            .checked_add(length)
            .filter(|&end| end <= self.bytes.len());
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(FormatError::Truncated { at: self.at })?;
        self.at += length;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, FormatError> {
        let mut four = [0; 4];
        four.copy_from_slice(self.take(4)?);
        Ok(u32::from_le_bytes(four))
    }

    pub(crate) fn i32(&mut self) -> Result<i32, FormatError> {
        Ok(self.u32()?.cast_signed())
    }

    /// A number that counts something and is at most `most`.
    pub(crate) fn count(&mut self, field: &'static str, most: usize) -> Result<usize, FormatError> {
        let value = self.i32()?;
        usize::try_from(value)
            .ok()
            .filter(|&count| count <= most)
            .ok_or(FormatError::Field {
                field,
                value: value.into(),
            })
    }

    /// A number that must be one of `known`.
    pub(crate) fn one_of(
        &mut self,
        field: &'static str,
        known: &[i32],
    ) -> Result<i32, FormatError> {
        let value = self.i32()?;
        if known.contains(&value) {
            Ok(value)
        } else {
            Err(FormatError::Field {
                field,
                value: value.into(),
            })
        }
    }

    /// The next tensor with its values.
    pub(crate) fn tensor(&mut self) -> Result<Tensor<'a>, FormatError> {
        let dimensions = self.count("a tensor's number of dimensions", 4)?;
        let name_length = self.count("a tensor's name length", LONGEST_NAME)?;
        let number = self.i32()?;
        let mut shape = Vec::with_capacity(dimensions);
        for _ in 0..dimensions {
            shape.push(self.count("a tensor's size", i32::MAX as usize)?);
        }
        let name = String::from_utf8_lossy(self.take(name_length)?).into_owned();
        let bytes = Kind::from_number(number).and_then(|kind| {
            let values = shape
                .iter()
                .try_fold(1usize, |product, &n| product.checked_mul(n))?;
            let whole_rows = shape.first().is_some_and(|row| row % kind.block == 0);
            let length = (values / kind.block).checked_mul(kind.bytes)?;
            (whole_rows && values > 0).then_some((kind, length))
        });
        let Some((kind, length)) = bytes else {
            return Err(FormatError::Tensor(name));
        };
        Ok(Tensor {
            name,
            kind,
            shape,
            data: self.take(length)?,
        })
    }
}
