//! Our forward pass against candle's own models of the same file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Cursor;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Value;
use candle_core::{Device, Tensor};
use candle_transformers::models::smol::quantized_smollm3::QuantizedModelForCausalLM;
use candle_transformers::models::{
    quantized_gemma3, quantized_llama, quantized_qwen2, quantized_qwen3,
};

use super::*;
use crate::models_on_disk;
use crate::vocabulary::Vocabulary;

fn tokens(count: usize) -> Vec<u32> {
    (0..count as u32)
        .map(|n| n * 7919 % tiny::VOCABULARY as u32)
        .collect()
}

fn best(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (token, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = token;
        }
    }
    best as u32
}

fn open(bytes: &[u8]) -> Box<dyn LanguageModel> {
    let mut reader = Cursor::new(bytes);
    let file = File::open(&mut reader).unwrap();
    load(file, &mut reader, 1024).unwrap()
}

fn one(model: &mut dyn LanguageModel, place: Place, tokens: &[u32]) -> Vec<f32> {
    model
        .read(&[Text { place, tokens }], true)
        .unwrap()
        .remove(0)
}

fn row(tokens: &[u32]) -> Tensor {
    Tensor::new(tokens, &Device::Cpu)
        .unwrap()
        .unsqueeze(0)
        .unwrap()
}

fn values(logits: &Tensor) -> Vec<f32> {
    logits.flatten_all().unwrap().to_vec1().unwrap()
}

/// Greatest difference, in units of the reference's standard deviation.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().all(|v| v.is_finite()));
    let mean = b.iter().sum::<f32>() / b.len() as f32;
    let spread = (b.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / b.len() as f32).sqrt();
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
        / spread
}

/// With matrices of plain numbers nothing is rounded, so the same mathematics must come out.
#[test]
fn own_architectures_compute_what_candle_computes() {
    let text = tokens(90);
    for architecture in shape::OWN {
        let bytes = tiny::file(architecture, GgmlDType::F32);
        let mut reader = Cursor::new(&bytes);
        let file = File::open(&mut reader).unwrap();
        let mut measures = shape::Shape::read(&file, architecture).unwrap();
        // Candle's Gemma 3 has SiLU where the model has GELU; all else is compared.
        assert_eq!(measures.gelu, architecture == "gemma3");
        measures.gelu = false;
        let mut model = decoder::Decoder::build(&file, &mut reader, measures).unwrap();
        model.begin(text.len(), 1, 8).unwrap();
        let ours = one(&mut model, Place::Prefix, &text);
        let next = one(&mut model, Place::Branch(0), &[5]);

        let mut content = file.content;
        let (input, more) = (row(&text), row(&[5]));
        let (theirs, their_next) = match architecture {
            "llama" => {
                let mut candle =
                    quantized_llama::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu)
                        .unwrap();
                (
                    candle.forward(&input, 0).unwrap(),
                    candle.forward(&more, text.len()).ok(),
                )
            }
            "qwen2" => {
                let mut candle =
                    quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu)
                        .unwrap();
                (
                    candle.forward(&input, 0).unwrap(),
                    candle.forward(&more, text.len()).ok(),
                )
            }
            "qwen3" => {
                let mut candle =
                    quantized_qwen3::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu)
                        .unwrap();
                (
                    candle.forward(&input, 0).unwrap(),
                    candle.forward(&more, text.len()).ok(),
                )
            }
            "smollm3" => {
                let file = tempfile::NamedTempFile::new().unwrap();
                std::fs::write(file.path(), &bytes).unwrap();
                let mut candle =
                    QuantizedModelForCausalLM::from_gguf(file.path(), &Device::Cpu, true).unwrap();
                (
                    candle.forward(&input, 0).unwrap(),
                    candle.forward(&more, text.len()).ok(),
                )
            }
            _ => {
                // Candle's window is one token wider than the header says, and it forgets the
                // window after the first pass.
                content.metadata.insert(
                    "gemma3.attention.sliding_window".to_owned(),
                    Value::U32(tiny::WINDOW - 1),
                );
                let mut candle =
                    quantized_gemma3::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu)
                        .unwrap();
                (candle.forward(&input, 0).unwrap(), None)
            }
        };
        // Candle rounds SmolLM3's output matrix to eight bits.
        let tolerance = if architecture == "smollm3" {
            0.05
        } else {
            2e-3
        };
        let off = difference(&ours, &values(&theirs));
        assert!(off < tolerance, "{architecture}: {off}");
        if let Some(theirs) = their_next {
            let off = difference(&next, &values(&theirs));
            assert!(off < tolerance, "{architecture}, next token: {off}");
        }
    }
}

/// How a text is cut into passes changes nothing, nor does what other branches read in between.
#[test]
fn passes_and_branches_do_not_change_results() {
    let text = tokens(600);
    // Between quantised matrices values are rounded to eight bits, and a last bit can tip one.
    for (architecture, kind) in [
        ("llama", GgmlDType::F32),
        ("gemma3", GgmlDType::F32),
        ("smollm3", GgmlDType::F32),
        ("qwen2", GgmlDType::Q4K),
        ("llama", GgmlDType::Q6K),
        ("qwen3", GgmlDType::Q5_0),
        ("phi2", GgmlDType::F32),
        ("phi3", GgmlDType::F32),
        ("glm4", GgmlDType::F32),
        ("lfm2", GgmlDType::F32),
    ] {
        let bytes = tiny::file(architecture, kind);
        let mut model = open(&bytes);
        let tolerance = if kind == GgmlDType::F32 { 2e-3 } else { 0.1 };
        // At once.
        model.begin(text.len(), 0, 0).unwrap();
        let whole = one(model.as_mut(), Place::Prefix, &text);
        // In uneven passes.
        model.begin(text.len(), 0, 0).unwrap();
        let mut last = Vec::new();
        let mut at = 0;
        // Candle's lfm2 begins with two tokens at least (see foreign.rs).
        let lengths: &[usize] = match architecture {
            "lfm2" => &[3, 61, 64, 65, 256, 151],
            _ => &[1, 2, 61, 64, 65, 256, 151],
        };
        for &length in lengths {
            last = one(model.as_mut(), Place::Prefix, &text[at..at + length]);
            at += length;
        }
        assert_eq!(at, text.len());
        let off = difference(&last, &whole);
        assert!(off < tolerance, "{architecture} {kind:?} in passes: {off}");
        // As branches of a shared prefix, one after the other and, where possible, in turns.
        model.begin(500, 3, 100).unwrap();
        one(model.as_mut(), Place::Prefix, &text[..500]);
        let mut ends = Vec::new();
        if model.side_by_side() > 1 {
            let other = tokens(90);
            let both = model.read(
                &[
                    Text {
                        place: Place::Branch(0),
                        tokens: &other,
                    },
                    Text {
                        place: Place::Branch(2),
                        tokens: &text[500..570],
                    },
                ],
                true,
            );
            assert_eq!(both.unwrap().len(), 2);
            let both = model.read(
                &[
                    Text {
                        place: Place::Branch(0),
                        tokens: &other[..7],
                    },
                    Text {
                        place: Place::Branch(2),
                        tokens: &text[570..],
                    },
                ],
                true,
            );
            ends.push(both.unwrap().remove(1));
        }
        for _ in 0..2 {
            model.fork();
            one(model.as_mut(), Place::Branch(0), &text[500..570]);
            ends.push(one(model.as_mut(), Place::Branch(0), &text[570..]));
        }
        for end in ends {
            let off = difference(&end, &whole);
            assert!(
                off < tolerance,
                "{architecture} {kind:?} as a branch: {off}"
            );
        }
    }
}

#[test]
fn what_cannot_be_run_is_refused_with_what_can() {
    let refused = |bytes: &[u8]| {
        let mut reader = Cursor::new(bytes);
        let file = File::open(&mut reader).unwrap();
        load(file, &mut reader, 64).err().unwrap().to_string()
    };
    let unknown = refused(&tiny::file("mamba", GgmlDType::F32));
    assert!(unknown.contains("\"mamba\""), "{unknown}");
    for name in SUPPORTED {
        assert!(unknown.contains(name), "{name} is missing in: {unknown}");
    }
    let experts = ("llama.expert_count".to_owned(), Value::U32(8));
    let experts = tiny::file_with("llama", GgmlDType::F32, tiny::VOCABULARY, vec![experts]);
    let told = refused(&experts);
    assert!(told.contains("mixture of experts"), "{told}");
}

#[test]
fn a_full_cache_is_an_error() {
    let mut model = open(&tiny::file("llama", GgmlDType::F32));
    model.begin(64, 1, 64).unwrap();
    let text = tokens(65);
    assert!(
        model
            .read(
                &[Text {
                    place: Place::Prefix,
                    tokens: &text
                }],
                false
            )
            .is_err()
    );
}

/// Root mean square of the difference, in units of the reference's standard deviation.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let count = b.len() as f32;
    let mean = b.iter().sum::<f32>() / count;
    let spread = (b.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count).sqrt();
    (a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / count).sqrt() / spread
}

/// Reads a text with both and writes on with both. Activations are rounded to eight bits on the
/// way, where a last bit can tip a value: logits agree on their own scale, the tokens exactly.
fn agrees(name: &str, mut candle: impl FnMut(&Tensor, usize) -> Tensor) {
    let mut reader = models_on_disk::open(name);
    let file = File::open(&mut reader).unwrap();
    let vocabulary = Vocabulary::from_file(&file).unwrap();
    let mut model = load(file, &mut reader, 1024).unwrap();
    let text = "Vital signs at three visits. Visit 1: blood pressure 148/92, pulse 80, weight 92 kg. \
                Visit 2: blood pressure 148/92, pulse 80, weight 92 kg. Visit 3: blood pressure";
    let text = vocabulary.plain(text).unwrap();
    model.begin(text.len(), 1, 64).unwrap();
    let mut ours = one(model.as_mut(), Place::Prefix, &text);
    let mut next = text;
    let mut at = 0;
    for step in 0..20 {
        let theirs = values(&candle(&row(&next), at));
        at += next.len();
        let off = distance(&ours, &theirs);
        assert!(off < 0.2, "step {step}: logits differ by {off}");
        assert_eq!(best(&ours), best(&theirs), "step {step}");
        next = vec![best(&theirs)];
        ours = one(model.as_mut(), Place::Branch(0), &next);
    }
}

#[test]
fn smollm2_agrees_with_candle() {
    let mut reader = models_on_disk::open(models_on_disk::SMOLLM2);
    let content = File::open(&mut reader).unwrap().content;
    let mut candle =
        quantized_llama::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
    agrees(models_on_disk::SMOLLM2, |tokens, at| {
        candle.forward(tokens, at).unwrap()
    });
}

#[test]
fn qwen2_agrees_with_candle() {
    let mut reader = models_on_disk::open(models_on_disk::QWEN2);
    let content = File::open(&mut reader).unwrap().content;
    let mut candle =
        quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
    agrees(models_on_disk::QWEN2, |tokens, at| {
        candle.forward(tokens, at).unwrap()
    });
}
