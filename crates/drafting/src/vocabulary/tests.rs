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
            assert!(tokens.iter().all(|&t| (t as usize) < vocabulary.size()));
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
