//! The conductor's decoders as functions of any bytes.

use crate::{dialogue, models};

/// The list of models.
pub fn catalogue(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = models::parse(text);
    }
}

/// A transcript that is imported as text.
pub fn dialogue(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(segments) = dialogue::parse(text) {
        assert!(!segments.is_empty(), "a dialogue without a turn");
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpora_are_read_without_a_panic() {
        replay("catalogue", super::catalogue);
        replay("dialogue", super::dialogue);
    }
}
