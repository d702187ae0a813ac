//! What a worker wrote to its error stream: kept in a small ring, never shown or logged as it
//! stands, and only searched for two known lines.

use std::collections::VecDeque;
use std::io::Read;

/// What the worker writes when a thread of it panics, before `FILE:LINE:COLUMN`.
pub const PANIC_MARK: &str = "inroom-worker: panic at ";

/// Bytes that are kept.
const KEPT: usize = 16 << 10;

/// The last bytes of an error stream.
#[derive(Default)]
pub(crate) struct LastWords(VecDeque<u8>);

impl LastWords {
    /// Reads until the stream ends.
    pub(crate) fn of(mut stream: impl Read) -> Self {
        let mut words = Self::default();
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return words,
                Ok(bytes) => words.hear(&buffer[..bytes]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                // A stream that cannot be read has nothing more to say.
                Err(_) => return words,
            }
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
        let surplus = self.0.len().saturating_sub(KEPT);
        self.0.drain(..surplus);
    }

    /// Where in the program a panic happened, if that was said.
    pub(crate) fn panic_place(&self) -> Option<String> {
        let text = self.text();
        let place = text
            .lines()
            .find_map(|line| line.strip_prefix(PANIC_MARK))?;
        // Only what a source position can consist of: the stream is not trusted.
        let is_position = |c: char| c.is_ascii_alphanumeric() || "/\\._-:".contains(c);
        (place.len() <= 200 && place.chars().all(is_position)).then(|| place.to_owned())
    }

    /// Whether an allocation failed: the words of Rust's allocation error handler, of the C++
    /// runtime and of ggml.
    pub(crate) fn tell_of_lack_of_memory(&self) -> bool {
        let text = self.text();
        [
            "memory allocation of",
            "bad_alloc",
            "failed to allocate",
            "Cannot allocate memory",
        ]
        .iter()
        .any(|words| text.contains(words))
    }

    fn text(&self) -> String {
        let bytes: Vec<u8> = self.0.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_kept() {
        let mut long = vec![b'x'; 3 * KEPT];
        long.extend(b"\nmemory allocation of 12 bytes failed");
        let words = LastWords::of(long.as_slice());
        assert_eq!(words.0.len(), KEPT);
        assert!(words.tell_of_lack_of_memory());
        assert!(!LastWords::of(&b"all is well"[..]).tell_of_lack_of_memory());
    }

    #[test]
    fn a_panic_tells_its_place_and_nothing_else() {
        let said = |text: String| LastWords::of(text.as_bytes()).panic_place();
        assert_eq!(
            said(format!("noise\n{PANIC_MARK}src/main.rs:3:5\nmore")).as_deref(),
            Some("src/main.rs:3:5")
        );
        assert_eq!(said(format!("{PANIC_MARK}she takes metformin")), None);
        assert_eq!(said("no panic".to_owned()), None);
    }
}
