//! The decoder of exported logs as a function of any bytes: it ends with a value or a typed error.

use crate::{Export, Line};

/// A log; what is read of a line is, written again, the same.
pub fn export(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let mut export = Export::new(None, Vec::new());
    let mut whole = true;
    for text in text.lines() {
        if let Ok(line) = Line::read(text) {
            assert_eq!(line.text(), text, "another line");
        }
        whole = whole && export.line(text).is_ok();
    }
    if whole {
        let _ = export.end();
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpus_is_read_without_a_panic() {
        replay("audit", super::export);
    }
}
