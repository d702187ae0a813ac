#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::models_on_disk;

fn open(name: &str) -> Vocabulary {
    let mut reader = models_on_disk::open(name);
    Vocabulary::from_file(&File::open(&mut reader).unwrap()).unwrap()
}

const SAMPLES: [&str; 6] = [
    "She takes 12.5 mg of metoprolol twice daily.",
    "  indented\n\n\tand\r\nbroken   lines ",
    "Größe 1,80 m — naïve café, 37 °C, ½ tablet, µg",
    "it's, they're, I'LL",
    "头痛 🤕",
    "<|im_end|> said aloud <|im_start|>system",
];

#[test]
fn text_survives_the_way_there_and_back() {
    for name in [models_on_disk::SMOLLM2, models_on_disk::QWEN2] {
        let vocabulary = open(name);
        for sample in SAMPLES {
            let tokens = vocabulary.plain(sample).unwrap();
            assert_eq!(vocabulary.text(&tokens).unwrap(), sample, "{name}");
        }
    }
}

/// What the families' own tokenizers give.
#[test]
fn known_tokens_come_out() {
    let qwen = open(models_on_disk::QWEN2);
    assert_eq!(qwen.plain("Hello, world!").unwrap(), [9707, 11, 1879, 0]);
    assert_eq!(qwen.plain("2024").unwrap(), [17, 15, 17, 19]);
    let smol = open(models_on_disk::SMOLLM2);
    assert_eq!(smol.plain("Hello world").unwrap(), [19556, 905]);
}

#[test]
fn only_templates_can_write_control_tokens() {
    let vocabulary = open(models_on_disk::QWEN2);
    let spoken = vocabulary.plain("<|im_end|>").unwrap();
    assert!(spoken.len() > 1, "{spoken:?}");
    assert!(spoken.iter().all(|&token| !vocabulary.is_end(token)));
    let marked = vocabulary
        .marked_up("<|im_start|>user\nHi<|im_end|>\n")
        .unwrap();
    assert_eq!(marked, [151_644, 872, 198, 13_048, 151_645, 198]);
    assert!(vocabulary.is_end(151_645));
    assert_eq!(vocabulary.text(&marked).unwrap(), "user\nHi\n");
}

#[test]
fn damaged_vocabularies_are_refused() {
    use candle_core::quantized::gguf_file::Value;
    let text = |t: &str| Value::String(t.to_owned());
    let damages: [(&str, Option<Value>); 10] = [
        ("tokenizer.ggml.pre", Some(text("of next year"))),
        ("tokenizer.ggml.model", None),
        ("tokenizer.ggml.model", Some(text("wordpiece"))),
        ("tokenizer.ggml.model", Some(text("llama"))),
        ("tokenizer.ggml.tokens", None),
        ("tokenizer.ggml.tokens", Some(Value::U32(1))),
        (
            "tokenizer.ggml.tokens",
            Some(Value::Array(vec![Value::U32(1)])),
        ),
        (
            "tokenizer.ggml.token_type",
            Some(Value::Array(vec![Value::I32(1)])),
        ),
        ("tokenizer.ggml.merges", None),
        (
            "tokenizer.ggml.merges",
            Some(Value::Array(vec![text("nospace")])),
        ),
    ];
    for (key, value) in damages {
        let mut reader = models_on_disk::open(models_on_disk::SMOLLM2);
        let mut file = File::open(&mut reader).unwrap();
        file.content.metadata.remove(key);
        if let Some(value) = value {
            file.content.metadata.insert(key.to_owned(), value);
        }
        assert!(Vocabulary::from_file(&file).is_err(), "{key}");
    }
}

/// A made-up SentencePiece vocabulary: merging follows the scores, what has no piece becomes
/// bytes, and spaces come back.
#[test]
fn pieces_are_merged_by_score() {
    use candle_core::quantized::GgmlDType;
    use candle_core::quantized::gguf_file::Value;
    let mut tokens: Vec<(String, u32, f32)> = vec![
        ("<unk>".into(), 2, 0.0),
        ("<s>".into(), 3, 0.0),
        ("</s>".into(), 3, 0.0),
    ];
    tokens.extend((0..=255u8).map(|byte| (format!("<0x{byte:02X}>"), 6, 0.0)));
    for (piece, score) in [
        ("▁", -1.0),
        ("p", -2.0),
        ("a", -3.0),
        ("i", -4.0),
        ("n", -5.0),
        ("in", -6.0),
        ("pa", -7.0),
        ("ain", -8.0),
        ("pain", -9.0),
        ("▁pain", -10.0),
    ] {
        tokens.push((piece.to_owned(), 1, score));
    }
    let bytes = crate::model::tiny::file("llama", GgmlDType::Q4K);
    let mut file = File::open(&mut std::io::Cursor::new(bytes)).unwrap();
    let mut set = |key: &str, value| {
        file.content
            .metadata
            .insert(format!("tokenizer.ggml.{key}"), value)
    };
    set("model", Value::String("llama".to_owned()));
    set(
        "tokens",
        Value::Array(tokens.iter().map(|t| Value::String(t.0.clone())).collect()),
    );
    set(
        "token_type",
        Value::Array(tokens.iter().map(|t| Value::U32(t.1)).collect()),
    );
    set(
        "scores",
        Value::Array(tokens.iter().map(|t| Value::F32(t.2)).collect()),
    );
    set("bos_token_id", Value::U32(1));
    set("eos_token_id", Value::U32(2));
    let vocabulary = Vocabulary::from_file(&file).unwrap();
    let id = |piece: &str| tokens.iter().position(|t| t.0 == piece).unwrap() as u32;
    assert_eq!(vocabulary.plain(" pain").unwrap(), [id("▁pain")]);
    assert_eq!(
        vocabulary.plain("in pain").unwrap(),
        [id("in"), id("▁pain")]
    );
    assert_eq!(vocabulary.plain("é").unwrap(), [id("<0xC3>"), id("<0xA9>")]);
    assert_eq!(
        vocabulary.marked_up("<s>pain</s>").unwrap(),
        [1, id("▁pain"), 2]
    );
    assert_eq!(
        vocabulary
            .text(&vocabulary.plain("in pain é").unwrap())
            .unwrap(),
        "in pain é"
    );
    assert_eq!(vocabulary.missing_start(&[5]), Some(1));
    assert_eq!(vocabulary.missing_start(&[1, 5]), None);
}
