//! Byte-level vocabularies (GPT-2's kind): candle builds the tokenizer, the way in which text is
//! cut before merging is set here.

use candle_core::quantized::tokenizer::TokenizerFromGguf as _;
use tokenizers::models::ModelWrapper;
use tokenizers::normalizers::NFC;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{Tokenizer, normalizers};

use super::VocabularyError;
use super::cut::Cut;
use crate::gguf::File;

pub(super) fn build(file: &File) -> Result<Tokenizer, VocabularyError> {
    let pre = file
        .metadata()
        .text("tokenizer.ggml.pre")
        .unwrap_or("gpt-2");
    let cut = Cut::named(pre)?;
    let mut tokenizer =
        Tokenizer::from_gguf(&file.content).map_err(|_| VocabularyError::Damaged)?;
    if cut.whole_words_first
        && let ModelWrapper::BPE(bpe) = tokenizer.get_model()
    {
        let mut bpe = bpe.clone();
        bpe.ignore_merges = true;
        tokenizer.with_model(bpe);
    }
    tokenizer.with_pre_tokenizer(Some(cut.step()?));
    let normalizer = cut
        .composed
        .then_some(normalizers::NormalizerWrapper::NFC(NFC));
    tokenizer
        .with_normalizer(normalizer)
        .map_err(|_| VocabularyError::Damaged)?;
    tokenizer.with_decoder(Some(ByteLevel::new(false, false, false)));
    Ok(tokenizer)
}
