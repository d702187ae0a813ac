//! The model file: a GGUF header that was checked before anything of its size was believed.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 1 to 3.

mod check;
mod metadata;

use std::io::{BufReader, Read, Seek, SeekFrom};

use candle_core::quantized::gguf_file::{Content, TensorInfo};

pub use check::HeaderError;
pub(crate) use metadata::{Metadata, whole};

/// A checked header; every tensor that it names lies inside the file.
pub(crate) struct File {
    /// Candle's view of the header.
    pub(crate) content: Content,
}

impl File {
    /// Reads and checks the header; the tensors stay where they are.
    pub(crate) fn open<R: Read + Seek>(reader: &mut R) -> Result<Self, HeaderError> {
        let length = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        check::walk(reader, length)?;
        reader.rewind()?;
        let content =
            Content::read(&mut BufReader::new(&mut *reader)).map_err(|_| HeaderError::Malformed)?;
        check::tensors(&content, length)?;
        Ok(Self { content })
    }

    /// The typed values of the header.
    pub(crate) fn metadata(&self) -> Metadata<'_> {
        Metadata::new(&self.content)
    }

    /// Where a tensor lies and what it is.
    pub(crate) fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.content.tensor_infos.get(name)
    }

    /// The bytes of a tensor, as they stand in the file.
    pub(crate) fn bytes<R: Read + Seek>(
        &self,
        reader: &mut R,
        info: &TensorInfo,
    ) -> std::io::Result<Vec<u8>> {
        // `open` has checked that the product does not overflow and lies inside the file.
        let length = check::extent(info).unwrap_or(0);
        let mut bytes = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
        reader.seek(SeekFrom::Start(
            self.content.tensor_data_offset + info.offset,
        ))?;
        reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
