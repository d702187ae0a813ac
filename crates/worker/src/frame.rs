//! Frames: four bytes of length and two of version, little-endian, then one message in postcard.
//!
//! The length counts the message alone. Reading never allocates more than a mebibyte beyond what
//! has really arrived, so a false length costs nothing. Buffers are overwritten after use, for
//! they hold what was said in the room.

use std::io::{self, ErrorKind, Read, Write};

use postcard::experimental::serialized_size;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::protocol::VERSION;

/// Most bytes that a message may have. The largest that is really sent is the transcript of a
/// whole visit with the times of its words: some 20 bytes a word, so 200 KiB an hour.
pub const LARGEST: usize = 64 << 20;

/// Bytes before the message.
const HEADER: usize = 6;

/// Bytes that are allocated on a length's word alone.
const ON_TRUST: usize = 1 << 20;

/// Why no message could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The other side closed the pipe between two frames.
    #[error("the other side closed the pipe")]
    Closed,
    /// The pipe ended inside a frame.
    #[error("the pipe ended inside a frame")]
    Torn,
    /// The frame claims more than [`LARGEST`].
    #[error("a frame of {bytes} bytes was announced, more than the {LARGEST} that are allowed")]
    TooLarge {
        /// Bytes announced.
        bytes: u32,
    },
    /// The other side speaks another version of the protocol.
    #[error("the other side speaks version {theirs} of the protocol, this one version {VERSION}")]
    OtherVersion {
        /// The version in the frame.
        theirs: u16,
    },
    /// The bytes are no message.
    #[error("a frame holds no valid message")]
    Malformed(#[source] postcard::Error),
    /// A message was followed by more bytes in the same frame.
    #[error("a frame holds {bytes} bytes after its message")]
    Surplus {
        /// How many.
        bytes: usize,
    },
    /// The operating system reported an error.
    #[error("the pipe cannot be read")]
    Io(#[source] io::Error),
}

/// Why a message could not be put into a frame.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// It has more than [`LARGEST`] bytes.
    #[error("a message of {bytes} bytes is larger than the {LARGEST} that are allowed")]
    TooLarge {
        /// Bytes of the message.
        bytes: usize,
    },
    /// It has no form in bytes, such as a path that is not Unicode.
    #[error("a message cannot be written as bytes")]
    Form(#[source] postcard::Error),
}

/// Why a message could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It does not fit into a frame.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The operating system reported an error.
    #[error("the pipe cannot be written")]
    Io(#[from] io::Error),
}

/// A whole frame that holds the message.
///
/// # Errors
/// [`EncodeError`].
pub fn encode<M: Serialize>(message: &M) -> Result<Zeroizing<Vec<u8>>, EncodeError> {
    let bytes = serialized_size(message).map_err(EncodeError::Form)?;
    let length = match u32::try_from(bytes) {
        Ok(length) if bytes <= LARGEST => length,
        _ => return Err(EncodeError::TooLarge { bytes }),
    };
    // The exact size from the start: a buffer that grows leaves copies behind.
    let mut frame = Zeroizing::new(vec![0; HEADER + bytes]);
    frame[..4].copy_from_slice(&length.to_le_bytes());
    frame[4..HEADER].copy_from_slice(&VERSION.to_le_bytes());
    postcard::to_slice(message, &mut frame[HEADER..]).map_err(EncodeError::Form)?;
    Ok(frame)
}

/// Writes one frame and flushes.
///
/// # Errors
/// [`WriteError`]; after one from the pipe nothing more can be written.
pub fn write<M: Serialize>(to: &mut impl Write, message: &M) -> Result<(), WriteError> {
    let frame = encode(message)?;
    to.write_all(&frame)?;
    to.flush()?;
    Ok(())
}

/// Reads one frame; waits until it is there.
///
/// # Errors
/// [`ReadError`]; after any, what follows in the pipe cannot be understood.
pub fn read<M: DeserializeOwned>(from: &mut impl Read) -> Result<M, ReadError> {
    let mut header = [0; HEADER];
    let first = loop {
        match from.read(&mut header) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(ReadError::Io(error)),
            Ok(0) => return Err(ReadError::Closed),
            Ok(bytes) => break bytes,
        }
    };
    fill(from, &mut header[first..])?;
    let [a, b, c, d, e, f] = header;
    // The length first: stray text has an impossible one, and must not pass for another version.
    let bytes = u32::from_le_bytes([a, b, c, d]);
    if bytes as usize > LARGEST {
        return Err(ReadError::TooLarge { bytes });
    }
    let theirs = u16::from_le_bytes([e, f]);
    if theirs != VERSION {
        return Err(ReadError::OtherVersion { theirs });
    }
    let body = body(from, bytes as usize)?;
    match postcard::take_from_bytes(&body) {
        Ok((message, [])) => Ok(message),
        Ok((_, surplus)) => Err(ReadError::Surplus {
            bytes: surplus.len(),
        }),
        Err(error) => Err(ReadError::Malformed(error)),
    }
}

fn body(from: &mut impl Read, length: usize) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let mut body = Zeroizing::new(vec![0; length.min(ON_TRUST)]);
    fill(from, &mut body)?;
    while body.len() < length {
        let mut larger = Zeroizing::new(vec![0; length.min(2 * body.len())]);
        let (known, fresh) = larger.split_at_mut(body.len());
        known.copy_from_slice(&body);
        fill(from, fresh)?;
        body = larger;
    }
    Ok(body)
}

fn fill(from: &mut impl Read, buffer: &mut [u8]) -> Result<(), ReadError> {
    from.read_exact(buffer).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => ReadError::Torn,
        _ => ReadError::Io(error),
    })
}
