//! The byte-level BPE vocabulary out of a `tokenizer.json`, as whisper.cpp wants it: the bytes of each token in rank order.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    vocab: BTreeMap<String, usize>,
}

/// The ordinary tokens (those that do not look like `<|name|>`) in the order of their ids.
///
/// # Errors
/// If the file is not a byte-level BPE tokenizer.
pub fn read(tokenizer: &[u8]) -> Result<Vec<Vec<u8>>> {
    let tokenizer: Tokenizer =
        serde_json::from_slice(tokenizer).context("the tokenizer is not a tokenizer.json")?;
    let bytes = bytes_of_characters();
    let ordered: BTreeMap<usize, String> = tokenizer
        .model
        .vocab
        .into_iter()
        .filter(|(token, _)| !token.starts_with("<|"))
        .map(|(token, id)| (id, token))
        .collect();
    ordered
        .into_values()
        .map(|token| {
            token
                .chars()
                .map(|character| {
                    bytes
                        .get(&character)
                        .copied()
                        .with_context(|| format!("token {token:?} is not byte-level"))
                })
                .collect()
        })
        .collect()
}

/// GPT-2's mapping, backwards: printable Latin-1 characters stand for themselves, the other bytes for U+0100 and on.
fn bytes_of_characters() -> BTreeMap<char, u8> {
    let printable = |byte: &u8| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let plain = (0..=255_u8)
        .filter(printable)
        .map(|byte| (char::from(byte), byte));
    let moved = (0..=255_u8).filter(|byte| !printable(byte));
    let moved = moved
        .zip('\u{100}'..)
        .map(|(byte, character)| (character, byte));
    plain.chain(moved).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn tokens_come_in_id_order_as_bytes() {
        let json =
            r#"{"model": {"vocab": {"Ġthe": 2, "é": 1, "<|endoftext|>": 3, "!": 0, "Ċ": 4}}}"#;
        let expected: [&[u8]; 4] = [b"!", &[0xe9], b" the", b"\n"];
        assert_eq!(read(json.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn every_byte_has_its_character() {
        let mut bytes: Vec<u8> = bytes_of_characters().into_values().collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn other_vocabularies_are_refused() {
        assert!(read(b"{}").is_err());
        assert!(read(r#"{"model": {"vocab": {"日": 0}}}"#.as_bytes()).is_err());
    }
}
