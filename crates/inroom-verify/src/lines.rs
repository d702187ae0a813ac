use std::io::{self, BufRead, Read};

use audit::MOST_LINE_BYTES;

/// Gives out a file's lines one by one and never holds more than one; a longer line than any log has
/// is given out cut, which no log takes.
pub(crate) struct Lines<R> {
    from: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) const fn new(from: R) -> Self {
        Self {
            from,
            line: Vec::new(),
        }
    }

    /// The next line without its line feed; `None` at the end. What is not UTF-8 comes out as a line
    /// that no log has.
    ///
    /// # Errors
    /// What the medium answers.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<&str>> {
        self.line.clear();
        let most = MOST_LINE_BYTES as u64 + 1;
        let read = (&mut self.from)
            .take(most)
            .read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        Ok(Some(str::from_utf8(line).unwrap_or("")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_never_longer_than_it_may_be() {
        let text = format!("one\ntwo\n{}\n\u{fffd}", "x".repeat(3 * MOST_LINE_BYTES));
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(b"\xff\n");
        let mut lines = Lines::new(&bytes[..]);
        assert_eq!(lines.next_line().unwrap(), Some("one"));
        assert_eq!(lines.next_line().unwrap(), Some("two"));
        let mut long = 0;
        while let Some(line) = lines.next_line().unwrap() {
            assert!(line.len() <= MOST_LINE_BYTES + 1);
            long += line.len();
        }
        assert_eq!(long, 3 * MOST_LINE_BYTES);
    }
}
