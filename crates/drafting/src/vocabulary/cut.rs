//! How a family cuts text before merging, by the file's `tokenizer.ggml.pre`. The names and the
//! patterns are llama.cpp's (`src/llama-vocab.cpp`), which takes the patterns from the families' own
//! tokenizers.

use tokenizers::SplitDelimiterBehavior;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};

use super::VocabularyError;

/// Words of Llama 3, with numbers of three digits at most.
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// The same with every digit on its own.
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// GPT-4o's, which Phi 4 mini uses: a capital letter begins a word, `'s` belongs to it.
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Mistral NeMo's and its successors'.
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const DEEPSEEK_CODER: [&str; 5] = [
    r"[\r\n]",
    r"\s?\p{L}+",
    r"\s?\p{P}+",
    "[一-龥ࠀ-一가-\u{d7ff}]+",
    r"\p{N}",
];
const DEEPSEEK_V3: [&str; 3] = [
    r"\p{N}{1,3}",
    "[一-龥\u{3040}-ゟ゠-ヿ]+",
    r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
];
/// What llama.cpp does with files that were written before the name existed.
const DEFAULT: [&str; 4] = [
    r"[\p{P}\$\+<=>\^~\|]+",
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)",
    r"\p{N}+",
    r"[0-9][0-9][0-9]",
];

/// A family's way.
#[derive(Debug)]
pub(super) struct Cut {
    way: Way,
    /// A word that is a token as it stands is not merged from its letters.
    pub(super) whole_words_first: bool,
    /// Text is composed (NFC) before.
    pub(super) composed: bool,
}

#[derive(Debug)]
enum Way {
    /// Each pattern cuts what those before it have left.
    Patterns(&'static [&'static str]),
    /// GPT-2's words, with every digit on its own.
    Digits,
    /// GPT-2's words.
    Gpt2,
}

impl Cut {
    /// # Errors
    /// [`VocabularyError::Cut`] for a name that is not known: guessing would give the model other
    /// tokens than it was trained with.
    pub(super) fn named(pre: &str) -> Result<Self, VocabularyError> {
        let way = match pre {
            "qwen2" | "deepseek-r1-qwen" | "stablelm2" | "megrez" => Way::Patterns(&[QWEN2]),
            "llama-bpe" | "llama3" | "llama-v3" | "lfm2" | "falcon3" | "pixtral" | "smaug-bpe"
            | "glm4" | "chatglm-bpe" | "dbrx" => Way::Patterns(&[LLAMA3]),
            "gpt-4o" => Way::Patterns(&[GPT4O]),
            "tekken" => Way::Patterns(&[TEKKEN]),
            "deepseek-coder" => Way::Patterns(&DEEPSEEK_CODER),
            "deepseek-v3" => Way::Patterns(&DEEPSEEK_V3),
            "default" => Way::Patterns(&DEFAULT),
            "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" | "exaone"
            | "minerva-7b" => Way::Digits,
            "gpt-2" | "gpt2" | "phi-2" | "mpt" | "olmo" | "jais" | "trillion" => Way::Gpt2,
            other => {
                let shown = other
                    .chars()
                    .filter(char::is_ascii_graphic)
                    .take(32)
                    .collect();
                return Err(VocabularyError::Cut(shown));
            }
        };
        Ok(Self {
            way,
            whole_words_first: matches!(
                pre,
                "llama-bpe" | "llama3" | "llama-v3" | "lfm2" | "falcon3" | "pixtral" | "tekken"
            ),
            composed: matches!(pre, "qwen2" | "deepseek-r1-qwen"),
        })
    }

    /// The same as a step of a tokenizer. Bytes become letters at its end.
    pub(super) fn step(&self) -> Result<Sequence, VocabularyError> {
        let bytes = ByteLevel::new(false, false, false);
        let mut steps: Vec<PreTokenizerWrapper> = Vec::new();
        match self.way {
            Way::Patterns(patterns) => {
                for pattern in patterns {
                    let pattern = SplitPattern::Regex((*pattern).to_owned());
                    let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false)
                        .map_err(|_| VocabularyError::Damaged)?;
                    steps.push(split.into());
                }
                steps.push(bytes.into());
            }
            Way::Digits => {
                steps.push(Digits::new(true).into());
                steps.push(bytes.use_regex(true).into());
            }
            Way::Gpt2 => steps.push(bytes.use_regex(true).into()),
        }
        Ok(Sequence::new(steps))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokenizers::tokenizer::{
        OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer as _,
    };

    fn pieces<'t>(pre: &str, text: &'t str) -> Vec<&'t str> {
        let mut cut = PreTokenizedString::from(text);
        let step = Cut::named(pre).unwrap().step().unwrap();
        step.pre_tokenize(&mut cut).unwrap();
        cut.get_splits(OffsetReferential::Original, OffsetType::Byte)
            .into_iter()
            .map(|(_, (start, end), _)| &text[start..end])
            .collect()
    }

    #[test]
    fn each_family_cuts_in_its_own_way() {
        let text = "It's 12345 mg,\nnoPain";
        for (names, expected) in [
            (
                &["qwen2", "deepseek-r1-qwen"][..],
                &[
                    "It", "'s", " ", "1", "2", "3", "4", "5", " mg", ",\n", "noPain",
                ][..],
            ),
            (
                &["llama-bpe", "smaug-bpe", "glm4", "lfm2", "dbrx"],
                &["It", "'s", " ", "123", "45", " mg", ",\n", "noPain"],
            ),
            (
                &["gpt-4o"],
                &["It's", " ", "123", "45", " mg", ",\n", "no", "Pain"],
            ),
            (
                &["tekken"],
                &[
                    "It", "'s", " ", "1", "2", "3", "4", "5", " mg", ",\n", "no", "Pain",
                ],
            ),
            (
                &["deepseek-coder"],
                &[
                    "It", "'", "s", " ", "1", "2", "3", "4", "5", " mg", ",", "\n", "noPain",
                ],
            ),
            (
                &["deepseek-v3"],
                &["It", "'s", " ", "123", "45", " mg", ",\n", "noPain"],
            ),
            (
                &["default"],
                &["It", "'", "s", " ", "123", "45", " mg", ",", "\n", "noPain"],
            ),
            (
                &["smollm", "starcoder"],
                &[
                    "It", "'s", " ", "1", "2", "3", "4", "5", " mg", ",", "\n", "noPain",
                ],
            ),
            (
                &["gpt-2", "phi-2"],
                &["It", "'s", " 12345", " mg", ",", "\n", "noPain"],
            ),
        ] {
            for name in names {
                assert_eq!(pieces(name, text), expected, "{name}");
            }
        }
    }

    #[test]
    fn an_unknown_way_is_named_and_not_guessed() {
        let error = Cut::named("next-year's").unwrap_err().to_string();
        assert!(error.contains("next-year's"), "{error}");
    }
}
