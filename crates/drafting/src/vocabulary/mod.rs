//! Text to tokens and back, with the vocabulary that the model file itself carries.

mod bytes;
mod cut;
mod pieces;

use std::collections::HashMap;

use tokenizers::Tokenizer;

use crate::gguf::{File, whole};

/// Why a vocabulary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// A value of the header is missing or makes no sense.
    #[error("its header's {0} is missing or makes no sense")]
    Header(&'static str),
    /// A kind of vocabulary that is not known.
    #[error("its vocabulary is of an unknown kind ({0:?})")]
    Kind(String),
    /// Its text has to be cut in a way that is not known.
    #[error(
        "its tokenizer.ggml.pre names a way to cut text that this program does not know ({0:?}); \
         use a model of another family or a conversion with a known name"
    )]
    Cut(String),
    /// The tokenizer could not be built from it.
    #[error("its vocabulary is damaged")]
    Damaged,
}

/// Kinds of tokens, as GGUF numbers them.
mod kind {
    pub(super) const NORMAL: u64 = 1;
    pub(super) const CONTROL: u64 = 3;
    pub(super) const USER_DEFINED: u64 = 4;
    pub(super) const BYTE: u64 = 6;
}

/// Tokens that end an answer in one of the families that can be run; a file names one of them
/// as its end, and its models write others as well.
const ENDS: [&str; 13] = [
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<|end|>",
    "<end_of_turn>",
    "<eos>",
    "</s>",
    "<|user|>",
    "<|observation|>",
    "<|end_of_turn|>",
    "<|startoftext|>",
];

/// A model's vocabulary.
pub(crate) struct Vocabulary {
    tokenizer: Tokenizer,
    /// Control tokens by their text, longest first.
    controls: Vec<(String, u32)>,
    ends: Vec<u32>,
    /// The token that starts every text, where the model wants one.
    start: Option<u32>,
    names: HashMap<&'static str, String>,
    /// A space goes before text that follows a control token (SentencePiece).
    space_first: bool,
}

impl Vocabulary {
    /// Builds the tokenizer of a file.
    pub(crate) fn from_file(file: &File) -> Result<Self, VocabularyError> {
        let metadata = file.metadata();
        let tokens = metadata
            .texts("tokenizer.ggml.tokens")
            .filter(|tokens| !tokens.is_empty())
            .ok_or(VocabularyError::Header("tokenizer.ggml.tokens"))?;
        let kinds: Vec<u64> = match metadata.array("tokenizer.ggml.token_type") {
            Some(values) => values
                .iter()
                .map(|v| whole(v).unwrap_or(kind::NORMAL))
                .collect(),
            None => vec![kind::NORMAL; tokens.len()],
        };
        if kinds.len() != tokens.len() {
            return Err(VocabularyError::Header("tokenizer.ggml.token_type"));
        }
        let mut tokenizer = match metadata.text("tokenizer.ggml.model") {
            Some("gpt2") => bytes::build(file)?,
            Some("llama") => pieces::build(metadata, &tokens, &kinds)?,
            Some(other) => {
                let shown = other
                    .chars()
                    .filter(char::is_ascii_graphic)
                    .take(32)
                    .collect();
                return Err(VocabularyError::Kind(shown));
            }
            None => return Err(VocabularyError::Header("tokenizer.ggml.model")),
        };
        // What people said is never read as a control token; those come from the chat template.
        tokenizer.set_encode_special_tokens(true);

        let number = |key: &str| {
            metadata
                .whole(key)
                .and_then(|id| u32::try_from(id).ok())
                .filter(|&id| (id as usize) < tokens.len())
        };
        let mut controls: Vec<(String, u32)> = tokens
            .iter()
            .zip(&kinds)
            .enumerate()
            .filter(|(_, (text, kind))| {
                matches!(**kind, kind::CONTROL | kind::USER_DEFINED) && !text.trim().is_empty()
            })
            .map(|(id, (text, _))| ((*text).to_owned(), id as u32))
            .collect();
        controls.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.1.cmp(&b.1)));

        let start = number("tokenizer.ggml.bos_token_id");
        let end = number("tokenizer.ggml.eos_token_id");
        let mut ends: Vec<u32> = end.into_iter().collect();
        ends.extend(number("tokenizer.ggml.eot_token_id"));
        ends.extend(
            controls
                .iter()
                .filter(|(text, _)| ENDS.contains(&text.as_str()))
                .map(|&(_, id)| id),
        );
        ends.sort_unstable();
        ends.dedup();
        if ends.is_empty() {
            return Err(VocabularyError::Header("tokenizer.ggml.eos_token_id"));
        }
        let text = |id: Option<u32>| {
            id.map(|id| tokens[id as usize].to_owned())
                .unwrap_or_default()
        };
        let names = HashMap::from([("bos_token", text(start)), ("eos_token", text(end))]);
        let pieces = metadata.text("tokenizer.ggml.model") == Some("llama");
        let wants_start = metadata
            .truth("tokenizer.ggml.add_bos_token")
            .unwrap_or(pieces);
        let space_first = pieces
            && metadata
                .truth("tokenizer.ggml.add_space_prefix")
                .unwrap_or(true);
        Ok(Self {
            tokenizer,
            controls,
            ends,
            start: start.filter(|_| wants_start),
            names,
            space_first,
        })
    }

    /// Whether a token ends an answer.
    pub(crate) fn is_end(&self, token: u32) -> bool {
        self.ends.binary_search(&token).is_ok()
    }

    /// Whether a control token of this text exists.
    pub(crate) fn has_control(&self, text: &str) -> bool {
        self.controls.iter().any(|(control, _)| control == text)
    }

    /// The texts of the tokens that chat templates call `bos_token` and `eos_token`.
    pub(crate) fn names(&self) -> &HashMap<&'static str, String> {
        &self.names
    }

    /// The tokens of plain text; what looks like a control token stays text.
    pub(crate) fn plain(&self, text: &str) -> Result<Vec<u32>, VocabularyError> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let encoding = self
            .tokenizer
            .encode_fast(text, false)
            .map_err(|_| VocabularyError::Damaged)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The tokens of text out of a chat template, control tokens included.
    pub(crate) fn marked_up(&self, text: &str) -> Result<Vec<u32>, VocabularyError> {
        let mut tokens = Vec::new();
        let mut rest = text;
        let mut after_control = true;
        while !rest.is_empty() {
            let next = self
                .controls
                .iter()
                .filter_map(|(control, id)| {
                    rest.find(control.as_str()).map(|at| (at, control, *id))
                })
                .min_by_key(|&(at, control, _)| (at, std::cmp::Reverse(control.len())));
            let (plain, control) = match next {
                Some((at, control, id)) => (&rest[..at], Some((control.len(), id))),
                None => (rest, None),
            };
            if !plain.is_empty() {
                if after_control && self.space_first {
                    tokens.extend(self.plain(&format!(" {plain}"))?);
                } else {
                    tokens.extend(self.plain(plain)?);
                }
            }
            rest = &rest[plain.len()..];
            if let Some((length, id)) = control {
                tokens.push(id);
                rest = &rest[length..];
            }
            after_control = control.is_some();
        }
        Ok(tokens)
    }

    /// The token that must start a text, if the model wants one and `tokens` lack it.
    pub(crate) fn missing_start(&self, tokens: &[u32]) -> Option<u32> {
        self.start.filter(|start| tokens.first() != Some(start))
    }

    /// The text of tokens, control tokens left out.
    pub(crate) fn text(&self, tokens: &[u32]) -> Result<String, VocabularyError> {
        self.tokenizer
            .decode(tokens, true)
            .map_err(|_| VocabularyError::Damaged)
    }
}

#[cfg(test)]
mod tests;
