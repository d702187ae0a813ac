//! Reading numbers and slices out of a byte buffer, with the end of the buffer as an error.

use anyhow::{Context as _, Result};

/// A reader over bytes in memory.
#[derive(Debug)]
pub struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    /// A reader at the start of `all`.
    pub const fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// If fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let end = self
            .at
            .checked_add(count)
            .filter(|end| *end <= self.all.len());
        let end = end.with_context(|| {
            format!(
                "the file ends at byte {} where {count} more were expected",
                self.all.len()
            )
        })?;
        let bytes = &self.all[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    /// The next `N` bytes, for `from_le_bytes`.
    ///
    /// # Errors
    /// If fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    /// An unsigned byte.
    ///
    /// # Errors
    /// At the end.
    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// A little-endian 16-bit number.
    ///
    /// # Errors
    /// At the end.
    pub fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// A little-endian 32-bit number.
    ///
    /// # Errors
    /// At the end.
    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A little-endian 64-bit number.
    ///
    /// # Errors
    /// At the end.
    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// The bytes up to and without the next line feed, which is passed.
    ///
    /// # Errors
    /// If there is none.
    pub fn line(&mut self) -> Result<&'a [u8]> {
        let length = self.all[self.at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .context("a line has no end")?;
        let line = self.take(length)?;
        self.at += 1;
        Ok(line)
    }
}
