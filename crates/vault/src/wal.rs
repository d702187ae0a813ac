//! Whether SQLite's write-ahead log is whole, judged before SQLite reads it.
//!
//! SQLite reads the log up to the first frame whose checksum is wrong and ignores what comes behind it, without a
//! word: right after a crash, where that frame was being written, and wrong where the medium has gone bad, for then
//! commits that were confirmed lie behind it. Each commit is synchronised before the next one is written, so a
//! commit that stands behind a bad frame shows that the frame had been whole.
//!
//! What cannot be told from a crash: damage in the very last frame, which costs the last commit.
//!
//! Format: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>. The checksums cover what SQLCipher has
//! encrypted, so no key is needed.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The two forms of the magic number: checksums over little-endian or big-endian words.
const MAGIC: u32 = 0x377f_0682;

/// What a write-ahead log looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// SQLite will read all of it that was confirmed.
    Whole,
    /// Commits that were confirmed lie behind something that cannot be read.
    Damaged,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn word(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }
}

/// SQLite's checksum of pairs of words, each added to the other's sum.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sum(u32, u32);

impl Sum {
    fn over(self, bytes: &[u8], order: Order) -> Self {
        let (words, _) = bytes.as_chunks::<4>();
        let (pairs, _) = words.as_chunks::<2>();
        pairs.iter().fold(self, |Self(one, two), &[a, b]| {
            let one = one.wrapping_add(order.word(a)).wrapping_add(two);
            Self(one, two.wrapping_add(order.word(b)).wrapping_add(one))
        })
    }
}

/// A field of a header, which is big-endian whatever the checksums are.
fn field(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|four| four.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}

/// Judges the log of a database whose pages have so many bytes; one that is not there is whole.
///
/// # Errors
/// What reading it answers.
pub(crate) fn examine(path: &Path, page: usize) -> io::Result<State> {
    match File::open(path) {
        Ok(file) => examine_bytes(BufReader::new(file), page),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::Whole),
        Err(error) => Err(error),
    }
}

pub(crate) fn examine_bytes(mut log: impl Read, page: usize) -> io::Result<State> {
    let mut header = [0; HEADER];
    let mut frame = vec![0; FRAME_HEADER + page];
    if !fill(&mut log, &mut header)? {
        return Ok(State::Whole);
    }
    let order = if field(&header, 0) & 1 == 0 {
        Order::Little
    } else {
        Order::Big
    };
    let mut sum = Sum(0, 0).over(&header[..24], order);
    let is_sound = field(&header, 0) & !1 == MAGIC
        && field(&header, 8) as usize == page
        && sum == Sum(field(&header, 24), field(&header, 28));
    if !is_sound {
        // The header is synchronised before the first frame is written.
        let frames = fill(&mut log, &mut frame)? && frame.iter().any(|&byte| byte != 0);
        return Ok(if frames { State::Damaged } else { State::Whole });
    }
    let salts = &header[16..24];
    let mut broken = false;
    while fill(&mut log, &mut frame)? {
        let (head, content) = frame.split_at(FRAME_HEADER);
        let is_of_this_log = head[8..16] == *salts;
        if broken {
            let commits = field(head, 4) != 0;
            if is_of_this_log && commits {
                return Ok(State::Damaged);
            }
            continue;
        }
        let next = sum.over(&head[..8], order).over(content, order);
        broken = !is_of_this_log || next != Sum(field(head, 16), field(head, 20));
        sum = next;
    }
    Ok(State::Whole)
}

/// Fills the buffer; `false` where fewer bytes are left.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
