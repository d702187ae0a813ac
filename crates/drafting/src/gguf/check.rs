//! Walks a GGUF header without allocating what it claims to hold.

use std::io::{BufReader, Read, Seek};

use candle_core::quantized::gguf_file::{Content, TensorInfo};

/// What is wrong with a header.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// The bytes could not be read, or end too early.
    #[error("the file ends too early or cannot be read")]
    Read(#[from] std::io::Error),
    /// The first four bytes are not `GGUF`.
    #[error("it is not a GGUF file")]
    NotGguf,
    /// A version that is not known.
    #[error("GGUF version {0} is not supported (1 to 3 are)")]
    Version(u32),
    /// A count, length or nesting beyond what any model needs or the file can hold.
    #[error("the header's {what} is out of range ({value})")]
    OutOfRange {
        /// What was counted.
        what: &'static str,
        /// The claim.
        value: u64,
    },
    /// A tensor lies outside the file: the file is cut short or its header is damaged.
    #[error("tensor {0:?} lies outside the file, which is cut short or damaged")]
    TensorOutside(String),
    /// A value has an unknown type or form.
    #[error("the header is damaged")]
    Malformed,
}

/// Entries of metadata; the largest known models have a few dozen.
const MOST_ENTRIES: u64 = 16_384;
/// Tensors; the largest known models have some thousands.
const MOST_TENSORS: u64 = 65_536;
/// Elements of an array; the largest are merges of a vocabulary.
const MOST_ELEMENTS: u64 = 4_000_000;
/// Bytes of a string; the largest are chat templates.
const LONGEST_STRING: u64 = 4 << 20;
/// Bytes of a name.
const LONGEST_NAME: u64 = 4096;
/// Bytes of the whole header: in memory each element may take 32 times its size in the file.
const LONGEST_HEADER: u64 = 256 << 20;
/// Elements over all arrays, for the same reason.
const MOST_ELEMENTS_TOGETHER: u64 = 16_000_000;
/// Alignments in use are 32 and, seldom, a small multiple of it.
const LARGEST_ALIGNMENT: u64 = 1 << 20;

struct Walk<'r, R> {
    reader: BufReader<&'r mut R>,
    /// Lengths are 32 bits wide in version 1 and 64 later.
    wide: bool,
    left: u64,
    elements: u64,
}

impl<R: Read + Seek> Walk<'_, R> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], HeaderError> {
        self.left = self
            .left
            .checked_sub(N as u64)
            .ok_or(HeaderError::OutOfRange {
                what: "length",
                value: N as u64,
            })?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, HeaderError> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn u64(&mut self) -> Result<u64, HeaderError> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    fn length(&mut self) -> Result<u64, HeaderError> {
        if self.wide {
            self.u64()
        } else {
            self.u32().map(u64::from)
        }
    }

    fn count(&mut self, what: &'static str, most: u64) -> Result<u64, HeaderError> {
        let value = self.length()?;
        if value > most {
            Err(HeaderError::OutOfRange { what, value })
        } else {
            Ok(value)
        }
    }

    fn skip(&mut self, bytes: u64) -> Result<(), HeaderError> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or(HeaderError::OutOfRange {
                what: "length",
                value: bytes,
            })?;
        let step = i64::try_from(bytes).map_err(|_| HeaderError::Malformed)?;
        self.reader.seek_relative(step)?;
        Ok(())
    }

    fn string(&mut self, most: u64) -> Result<(), HeaderError> {
        let length = self.count("string length", most)?;
        self.skip(length)
    }

    fn key(&mut self) -> Result<Vec<u8>, HeaderError> {
        let length = self.count("name length", LONGEST_NAME)?;
        let mut key = Vec::new();
        for _ in 0..length {
            key.push(self.take::<1>()?[0]);
        }
        Ok(key)
    }

    fn value(&mut self, kind: u32) -> Result<(), HeaderError> {
        match kind {
            STRING => self.string(LONGEST_STRING),
            ARRAY => {
                let element = self.u32()?;
                let count = self.count("array length", MOST_ELEMENTS)?;
                self.elements += count;
                if self.elements > MOST_ELEMENTS_TOGETHER {
                    return Err(HeaderError::OutOfRange {
                        what: "array length",
                        value: self.elements,
                    });
                }
                match element {
                    STRING => (0..count).try_for_each(|_| self.string(LONGEST_STRING)),
                    // No known model nests arrays.
                    ARRAY => Err(HeaderError::Malformed),
                    scalar => self.skip(count * width(scalar)?),
                }
            }
            scalar => self.skip(width(scalar)?),
        }
    }
}

const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Bytes of a scalar value, by the format's type number.
fn width(kind: u32) -> Result<u64, HeaderError> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        _ => Err(HeaderError::Malformed),
    }
}

/// Checks every count and length of the header against the file's length and fixed bounds.
pub(super) fn walk<R: Read + Seek>(reader: &mut R, length: u64) -> Result<(), HeaderError> {
    let reader = BufReader::with_capacity(1 << 16, reader);
    let mut walk = Walk {
        reader,
        wide: true,
        left: length.min(LONGEST_HEADER),
        elements: 0,
    };
    if &walk.take::<4>()? != b"GGUF" {
        return Err(HeaderError::NotGguf);
    }
    match walk.u32()? {
        1 => walk.wide = false,
        2 | 3 => {}
        version => return Err(HeaderError::Version(version)),
    }
    let tensors = walk.count("number of tensors", MOST_TENSORS)?;
    let entries = walk.count("number of entries", MOST_ENTRIES)?;
    for _ in 0..entries {
        let key = walk.key()?;
        let kind = walk.u32()?;
        if key == b"general.alignment" {
            // The reader divides by it.
            if kind != 4 {
                return Err(HeaderError::Malformed);
            }
            let value = u64::from(walk.u32()?);
            if !value.is_power_of_two() || value > LARGEST_ALIGNMENT {
                return Err(HeaderError::OutOfRange {
                    what: "alignment",
                    value,
                });
            }
        } else {
            walk.value(kind)?;
        }
    }
    for _ in 0..tensors {
        walk.string(LONGEST_NAME)?;
        let dimensions = walk.u32()?;
        if dimensions > 4 {
            return Err(HeaderError::OutOfRange {
                what: "number of dimensions",
                value: u64::from(dimensions),
            });
        }
        for _ in 0..dimensions {
            walk.length()?;
        }
        walk.u32()?;
        walk.u64()?;
    }
    Ok(())
}

/// Bytes that a tensor takes; `None` where its dimensions make no sense.
pub(super) fn extent(info: &TensorInfo) -> Option<u64> {
    let block = info.ggml_dtype.block_size() as u64;
    let dims = info.shape.dims();
    let row = *dims.last()? as u64;
    if row == 0 || !row.is_multiple_of(block) {
        return None;
    }
    let elements = dims
        .iter()
        .try_fold(1u64, |n, &d| n.checked_mul(d as u64))?;
    (elements / block).checked_mul(info.ggml_dtype.type_size() as u64)
}

/// Checks that every tensor lies inside the file.
pub(super) fn tensors(content: &Content, length: u64) -> Result<(), HeaderError> {
    for (name, info) in &content.tensor_infos {
        let end = extent(info)
            .filter(|&bytes| bytes > 0)
            .and_then(|bytes| bytes.checked_add(info.offset))
            .and_then(|end| end.checked_add(content.tensor_data_offset));
        if end.is_none_or(|end| end > length) {
            return Err(HeaderError::TensorOutside(shown(name)));
        }
    }
    Ok(())
}

/// A name out of a file, fit to be printed.
fn shown(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_ascii_graphic())
        .take(64)
        .collect()
}
