//! Model files whose bytes are checked against a digest, and checked again as they are used.
//!
//! Checking a file and then opening it would leave a moment in which it can be exchanged, and
//! holding it whole in memory would need it twice. So one pass over the file computes its SHA-256
//! digest and keeps the digest's state at every block; later each block is hashed again, from the
//! kept state, before a byte of it is handed out. A block that differs but leads to the same next
//! state would be a collision of SHA-256 itself.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};
use visit::Sha256Hex;
use worker::protocol::{Failure, ModelFile};

/// Bytes per block.
const BLOCK: usize = 1 << 20;

/// A file that hands out only bytes that belong to its digest.
pub struct Verified<F> {
    file: F,
    /// State of the digest before each block, and at the end.
    states: Vec<Sha256>,
    length: u64,
    position: u64,
    /// The block that is held, checked.
    held: Option<usize>,
    block: Vec<u8>,
    changed: bool,
}

/// The file is not any more what was checked.
#[derive(Debug, thiserror::Error)]
#[error("the file was changed after it had been checked")]
pub struct Changed;

/// Opens a model file whose bytes have the expected digest.
///
/// # Errors
/// [`Failure::ModelUnreadable`] or [`Failure::ModelDigest`].
pub fn open(model: &ModelFile) -> Result<Verified<File>, Failure> {
    let unreadable = |error: io::Error| unreadable(model, &error);
    let (file, digest) = readable_file(model)
        .and_then(Verified::check)
        .map_err(unreadable)?;
    if digest == model.sha256 {
        Ok(file)
    } else {
        Err(wrong_digest(model))
    }
}

/// The whole file, checked while it is read.
///
/// # Errors
/// As [`open`].
pub fn read_whole(model: &ModelFile) -> Result<Vec<u8>, Failure> {
    let read = || {
        let mut file = readable_file(model)?;
        // Without memory for it the process ends, which the main process understands; an error
        // would look as if the file were at fault.
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(length);
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes: Vec<u8> = read().map_err(|error| unreadable(model, &error))?;
    if Sha256Hex::from_bytes(Sha256::digest(&bytes).into()) == model.sha256 {
        Ok(bytes)
    } else {
        Err(wrong_digest(model))
    }
}

/// What a file is called in messages: its name without its folder.
pub fn name(model: &ModelFile) -> String {
    match model.path.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => model.id.clone(),
    }
}

fn readable_file(model: &ModelFile) -> io::Result<File> {
    // A pipe or device would be waited for, perhaps forever.
    if !fs::metadata(&model.path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a file"));
    }
    File::open(&model.path)
}

fn unreadable(model: &ModelFile, error: &io::Error) -> Failure {
    Failure::ModelUnreadable {
        file: name(model),
        cause: error.to_string(),
    }
}

/// The failure that says that a file's bytes are not the expected ones.
pub fn wrong_digest(model: &ModelFile) -> Failure {
    Failure::ModelDigest { file: name(model) }
}

impl<F: Read + Seek> Verified<F> {
    /// Reads the file once and tells its digest.
    fn check(mut file: F) -> io::Result<(Self, Sha256Hex)> {
        let mut states = vec![Sha256::new()];
        let mut state = Sha256::new();
        let mut length = 0;
        let mut block = vec![0; BLOCK];
        loop {
            let bytes = read_full(&mut file, &mut block)?;
            if bytes > 0 {
                state.update(&block[..bytes]);
                states.push(state.clone());
                length += bytes as u64;
            }
            if bytes < BLOCK {
                break;
            }
        }
        let digest = Sha256Hex::from_bytes(state.finalize().into());
        let verified = Self {
            file,
            states,
            length,
            position: 0,
            held: None,
            block,
            changed: false,
        };
        Ok((verified, digest))
    }

    /// Whether reading has met bytes that are not those of the check.
    pub fn has_changed(&self) -> bool {
        self.changed
    }

    /// Makes the block at the position the one that is held; `None` at the end of the file.
    fn hold(&mut self) -> io::Result<Option<usize>> {
        if self.position >= self.length {
            return Ok(None);
        }
        let number = usize::try_from(self.position / BLOCK as u64).map_err(io::Error::other)?;
        if self.held != Some(number) {
            self.held = None;
            let start = number as u64 * BLOCK as u64;
            let bytes = (self.length - start).min(BLOCK as u64) as usize;
            self.file.seek(SeekFrom::Start(start))?;
            let found = read_full(&mut self.file, &mut self.block[..bytes])?;
            let now = self.states[number]
                .clone()
                .chain_update(&self.block[..found]);
            if now.finalize() != self.states[number + 1].clone().finalize() {
                self.changed = true;
                return Err(io::Error::new(ErrorKind::InvalidData, Changed));
            }
            self.held = Some(number);
        }
        Ok(Some(number))
    }
}

impl<F: Read + Seek> Read for Verified<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(number) = self.hold()? else {
            return Ok(0);
        };
        let start = number as u64 * BLOCK as u64;
        let from = (self.position - start) as usize;
        let to = (self.length - start).min(BLOCK as u64) as usize;
        let bytes = buffer.len().min(to - from);
        buffer[..bytes].copy_from_slice(&self.block[from..from + bytes]);
        self.position += bytes as u64;
        Ok(bytes)
    }
}

impl<F: Read + Seek> Seek for Verified<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.position = position.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::io::Write as _;

    use super::*;

    /// Two and a half blocks that differ from each other.
    fn bytes() -> Vec<u8> {
        (0..BLOCK * 5 / 2)
            .map(|n| (n / 7 + n / BLOCK) as u8)
            .collect()
    }

    fn digest(bytes: &[u8]) -> Sha256Hex {
        Sha256Hex::from_bytes(Sha256::digest(bytes).into())
    }

    struct OnDisk {
        model: ModelFile,
        _folder: tempfile::TempDir,
    }

    fn on_disk(bytes: &[u8]) -> OnDisk {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        fs::write(&path, bytes).unwrap();
        let model = ModelFile {
            id: "model".to_owned(),
            path,
            sha256: digest(bytes),
        };
        OnDisk {
            model,
            _folder: folder,
        }
    }

    /// Writes into the file in place, as an attacker with the file's rights would.
    fn overwrite(model: &ModelFile, at: usize, bytes: &[u8]) {
        let mut file = File::options().write(true).open(&model.path).unwrap();
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(bytes).unwrap();
    }

    #[test]
    fn what_is_read_is_what_is_there() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK * 5 / 2] {
            let bytes = &bytes()[..length];
            let disk = on_disk(bytes);
            let mut read = Vec::new();
            open(&disk.model).unwrap().read_to_end(&mut read).unwrap();
            assert!(read == bytes, "{length}");
            assert!(read_whole(&disk.model).unwrap() == bytes, "{length}");
        }
    }

    #[test]
    fn seeking_leads_to_the_right_bytes() {
        let bytes = bytes();
        let disk = on_disk(&bytes);
        let mut file = open(&disk.model).unwrap();
        let places =
            [BLOCK * 2 + 9, 0, BLOCK - 3, bytes.len() - 6, BLOCK].map(|place| place as u64);
        for place in places {
            assert_eq!(file.seek(SeekFrom::Start(place)).unwrap(), place);
            let mut six = [0; 6];
            file.read_exact(&mut six).unwrap();
            assert_eq!(six, bytes[place as usize..place as usize + 6], "at {place}");
        }
        assert_eq!(
            file.seek(SeekFrom::End(-4)).unwrap(),
            bytes.len() as u64 - 4
        );
        assert_eq!(
            file.seek(SeekFrom::Current(-1)).unwrap(),
            bytes.len() as u64 - 5
        );
        assert!(file.seek(SeekFrom::Current(i64::MIN)).is_err());
        file.seek(SeekFrom::End(10)).unwrap();
        assert_eq!(file.read(&mut [0; 4]).unwrap(), 0);
    }

    #[test]
    fn a_file_with_other_bytes_is_refused() {
        let disk = on_disk(&bytes());
        overwrite(&disk.model, BLOCK + 5, b"x");
        let refused = Failure::ModelDigest {
            file: "model.bin".to_owned(),
        };
        assert_eq!(open(&disk.model).err(), Some(refused.clone()));
        assert_eq!(read_whole(&disk.model).err(), Some(refused));
    }

    #[test]
    fn what_is_no_readable_file_is_said() {
        let disk = on_disk(b"x");
        let folder = disk.model.path.parent().unwrap();
        for path in [folder.join("none.bin"), folder.to_owned()] {
            let model = ModelFile {
                path,
                ..disk.model.clone()
            };
            assert!(
                matches!(open(&model), Err(Failure::ModelUnreadable { .. })),
                "{model:?}"
            );
            assert!(matches!(
                read_whole(&model),
                Err(Failure::ModelUnreadable { .. })
            ));
        }
    }

    /// Changed between check and use, at the start, in the middle, at the end, or cut off.
    #[test]
    fn a_later_change_is_noticed_before_a_byte_of_it_is_handed_out() {
        let bytes = bytes();
        for at in [0, BLOCK - 1, BLOCK + 1000, bytes.len() - 1] {
            let disk = on_disk(&bytes);
            let mut file = open(&disk.model).unwrap();
            overwrite(&disk.model, at, &[bytes[at] ^ 1]);
            let mut read = Vec::new();
            let error = file.read_to_end(&mut read).expect_err("changed");
            assert!(
                error.get_ref().is_some_and(|inner| inner.is::<Changed>()),
                "{error}"
            );
            assert!(file.has_changed());
            assert!(
                read.len() <= at / BLOCK * BLOCK && bytes.starts_with(&read),
                "at {at}"
            );
        }
        let disk = on_disk(&bytes);
        let mut file = open(&disk.model).unwrap();
        File::options()
            .write(true)
            .open(&disk.model.path)
            .unwrap()
            .set_len(10)
            .unwrap();
        assert!(file.read_to_end(&mut Vec::new()).is_err());
        assert!(file.has_changed());
    }

    #[test]
    fn bytes_that_were_handed_out_once_are_checked_again_the_next_time() {
        let bytes = bytes();
        let disk = on_disk(&bytes);
        let mut file = open(&disk.model).unwrap();
        file.read_to_end(&mut Vec::new()).unwrap();
        overwrite(&disk.model, 3, &[bytes[3] ^ 0x80]);
        file.seek(SeekFrom::Start(0)).unwrap();
        assert!(file.read(&mut [0; 8]).is_err());
    }
}
