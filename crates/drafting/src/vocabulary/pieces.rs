//! SentencePiece vocabularies (Llama 2's, Phi 3's and Gemma's kind), which GGUF keeps as pieces
//! with scores: merging the best pair first is byte-pair encoding with the merges that the
//! pieces themselves imply.

use std::collections::HashMap;

use tokenizers::decoders::DecoderWrapper;
use tokenizers::decoders::byte_fallback::ByteFallback;
use tokenizers::decoders::fuse::Fuse;
use tokenizers::decoders::sequence::Sequence;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::Replace;
use tokenizers::{AddedToken, Tokenizer};

use super::{VocabularyError, kind};
use crate::gguf::Metadata;

/// SentencePiece's sign for a space.
const SPACE: &str = "▁";

/// The merges that lead to each piece, best piece first.
fn merges(tokens: &[&str], kinds: &[u64], scores: &[f32]) -> Vec<(String, String)> {
    let usable = |id: usize| matches!(kinds[id], kind::NORMAL | kind::USER_DEFINED);
    let ids: HashMap<&str, usize> = tokens
        .iter()
        .enumerate()
        .filter(|(id, _)| usable(*id))
        .map(|(id, t)| (*t, id))
        .collect();
    let mut found = Vec::new();
    for (id, token) in tokens.iter().enumerate() {
        if !usable(id) {
            continue;
        }
        let first = found.len();
        for (at, _) in token.char_indices().skip(1) {
            let (left, right) = token.split_at(at);
            if let (Some(&l), Some(&r)) = (ids.get(left), ids.get(right)) {
                found.push((scores[id], l, r, left, right));
            }
        }
        found[first..].sort_by_key(|&(_, l, r, _, _)| (l, r));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found
        .into_iter()
        .map(|(_, _, _, l, r)| (l.to_owned(), r.to_owned()))
        .collect()
}

pub(super) fn build(
    metadata: Metadata<'_>,
    tokens: &[&str],
    kinds: &[u64],
) -> Result<Tokenizer, VocabularyError> {
    let scores = metadata
        .reals("tokenizer.ggml.scores")
        .filter(|scores| scores.len() == tokens.len())
        .ok_or(VocabularyError::Header("tokenizer.ggml.scores"))?;
    let vocabulary = tokens
        .iter()
        .enumerate()
        .map(|(id, t)| ((*t).to_owned(), id as u32));
    let mut builder = BPE::builder()
        .vocab_and_merges(
            vocabulary.collect::<Vocab>(),
            merges(tokens, kinds, &scores),
        )
        .byte_fallback(kinds.contains(&kind::BYTE))
        .fuse_unk(true);
    let unknown = metadata
        .whole("tokenizer.ggml.unknown_token_id")
        .and_then(|id| usize::try_from(id).ok())
        .and_then(|id| tokens.get(id));
    if let Some(unknown) = unknown {
        builder = builder.unk_token((*unknown).to_owned());
    }
    let mut tokenizer = Tokenizer::new(builder.build().map_err(|_| VocabularyError::Damaged)?);
    let spaces = Replace::new(" ", SPACE).map_err(|_| VocabularyError::Damaged)?;
    tokenizer
        .with_normalizer(Some(spaces))
        .map_err(|_| VocabularyError::Damaged)?;
    let back = Replace::new(SPACE, " ").map_err(|_| VocabularyError::Damaged)?;
    let steps: Vec<DecoderWrapper> =
        vec![back.into(), ByteFallback::new().into(), Fuse::new().into()];
    tokenizer.with_decoder(Some(Sequence::new(steps)));
    let controls: Vec<AddedToken> = tokens
        .iter()
        .zip(kinds)
        .filter(|(text, kind)| **kind == kind::CONTROL && !text.is_empty())
        .map(|(text, _)| AddedToken::from((*text).to_owned(), true))
        .collect();
    tokenizer
        .add_special_tokens(controls)
        .map_err(|_| VocabularyError::Damaged)?;
    Ok(tokenizer)
}
