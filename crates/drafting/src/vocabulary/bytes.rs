//! Byte-level vocabularies (GPT-2's kind): candle builds the tokenizer, the way in which text is
//! cut before merging is set here for the families that candle does not know.

use candle_core::quantized::tokenizer::TokenizerFromGguf as _;
use tokenizers::normalizers::NFC;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{SplitDelimiterBehavior, Tokenizer};

use super::VocabularyError;
use crate::gguf::File;

/// Words of Llama 3's tokenizer; Qwen 2's differs only in cutting every digit.
const WORDS: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{DIGITS}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// How a family cuts text before merging.
enum Cut {
    /// Words, with at most this many digits together.
    Words(&'static str),
    /// GPT-2's words, with every digit on its own.
    Digits,
    /// GPT-2's words.
    Gpt2,
}

/// By the file's `tokenizer.ggml.pre`; the names are llama.cpp's.
fn cut(pre: &str) -> Cut {
    match pre {
        "qwen2" | "qwen3" | "deepseek-r1-qwen" | "qwen35" => Cut::Words("{1}"),
        "llama-bpe" | "llama3" | "llama-v3" | "lfm2" | "smaug-bpe" | "glm4" | "chatglm-bpe"
        | "dbrx" | "falcon3" | "pixtral" => Cut::Words("{1,3}"),
        "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" | "exaone" => Cut::Digits,
        _ => Cut::Gpt2,
    }
}

pub(super) fn build(file: &File) -> Result<Tokenizer, VocabularyError> {
    let mut tokenizer =
        Tokenizer::from_gguf(&file.content).map_err(|_| VocabularyError::Damaged)?;
    let pre = file
        .metadata()
        .text("tokenizer.ggml.pre")
        .unwrap_or("gpt-2");
    let bytes = ByteLevel::new(false, false, false);
    let parts: Vec<PreTokenizerWrapper> = match cut(pre) {
        Cut::Words(digits) => {
            let pattern = SplitPattern::Regex(WORDS.replace("{DIGITS}", digits));
            let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false)
                .map_err(|_| VocabularyError::Damaged)?;
            vec![split.into(), bytes.into()]
        }
        Cut::Digits => vec![Digits::new(true).into(), bytes.use_regex(true).into()],
        Cut::Gpt2 => vec![bytes.use_regex(true).into()],
    };
    tokenizer.with_pre_tokenizer(Some(Sequence::new(parts)));
    if pre.starts_with("qwen") || pre == "deepseek-r1-qwen" {
        tokenizer
            .with_normalizer(Some(NFC))
            .map_err(|_| VocabularyError::Damaged)?;
    }
    tokenizer.with_decoder(Some(bytes));
    Ok(tokenizer)
}
