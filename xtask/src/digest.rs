//! SHA-256 of files and streams.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// Bytes read at once.
const BLOCK: usize = 1 << 20;

/// SHA-256 of a file in lower-case hexadecimal.
///
/// # Errors
/// If it cannot be read.
pub fn of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut through = Through::new(io::sink());
    through
        .copy(&mut file, &mut |_| ())
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(through.finish().1)
}

/// SHA-256 of bytes in lower-case hexadecimal.
pub fn of(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes on and digests what passes.
pub struct Through<W> {
    inner: W,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> Through<W> {
    /// Nothing has passed yet.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            digest: Sha256::new(),
            bytes: 0,
        }
    }

    /// Passes everything on from a reader; `passed` hears of each block's size.
    ///
    /// # Errors
    /// Those of reader and writer.
    pub fn copy(&mut self, from: &mut dyn Read, passed: &mut dyn FnMut(u64)) -> io::Result<()> {
        let mut block = vec![0; BLOCK];
        loop {
            match from.read(&mut block) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    self.write_all(&block[..count])?;
                    passed(count as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The writer, the digest in hexadecimal, the number of bytes.
    pub fn finish(self) -> (W, String, u64) {
        (
            self.inner,
            hex(self.digest.finalize().as_slice()),
            self.bytes,
        )
    }
}

impl<W: Write> Write for Through<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.digest.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_stream_has_the_digest_of_its_bytes() {
        let mut through = Through::new(Vec::new());
        let mut passed = 0;
        through
            .copy(&mut &b"abc"[..], &mut |count| passed += count)
            .unwrap();
        let (bytes, digest, count) = through.finish();
        assert_eq!((bytes.as_slice(), count, passed), (&b"abc"[..], 3, 3));
        // FIPS 180-4, example 1.
        assert_eq!(
            digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(of(b"abc"), digest);
    }
}
