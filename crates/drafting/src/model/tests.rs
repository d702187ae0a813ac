//! Our forward pass against candle's own models of the same file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{Device, IndexOp, Tensor};
use candle_transformers::models::{quantized_llama, quantized_qwen2};

use super::*;
use crate::models_on_disk;

/// Tokens of a made-up text: any numbers below the vocabulary's size do.
fn tokens(count: usize) -> Vec<u32> {
    (0..count as u32)
        .map(|n| 1000 + n * 7919 % 30_000)
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

fn ours(name: &str) -> Box<dyn LanguageModel> {
    let mut reader = models_on_disk::open(name);
    let file = File::open(&mut reader).unwrap();
    load(&file, &mut reader).unwrap()
}

fn one(model: &mut dyn LanguageModel, place: Place, tokens: &[u32]) -> Vec<f32> {
    model
        .read(&[Text { place, tokens }], true)
        .unwrap()
        .remove(0)
}

/// Greatest difference relative to the spread of the reference.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let mean = b.iter().sum::<f32>() / b.len() as f32;
    let spread = (b.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / b.len() as f32).sqrt();
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
        / spread
}

/// Reads the same text with both and writes on with both.
fn agrees(
    name: &str,
    length: usize,
    tolerance: f32,
    mut candle: impl FnMut(&Tensor, usize) -> Tensor,
) {
    let mut model = ours(name);
    let text = tokens(length);
    model.begin(length, 1, 64).unwrap();
    let mut our_logits = one(model.as_mut(), Place::Prefix, &text);
    let mut next = text.clone();
    let mut at = 0;
    for step in 0..24 {
        let input = Tensor::new(next.as_slice(), &Device::Cpu)
            .unwrap()
            .unsqueeze(0)
            .unwrap();
        let theirs: Vec<f32> = candle(&input, at)
            .i(0)
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1()
            .unwrap();
        at += next.len();
        let off = difference(&our_logits, &theirs);
        assert!(
            off < tolerance,
            "step {step}: logits differ by {off} spreads"
        );
        assert_eq!(best(&our_logits), best(&theirs), "step {step}");
        next = vec![best(&theirs)];
        our_logits = one(model.as_mut(), Place::Branch(0), &next);
    }
}

#[test]
fn llama_agrees_with_candle() {
    let mut reader = models_on_disk::open(models_on_disk::SMOLLM2);
    let content = File::open(&mut reader).unwrap().content;
    let mut candle =
        quantized_llama::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
    agrees(models_on_disk::SMOLLM2, 100, 0.05, |tokens, at| {
        candle.forward(tokens, at).unwrap()
    });
}

#[test]
fn qwen2_agrees_with_candle() {
    let mut reader = models_on_disk::open(models_on_disk::QWEN2);
    let content = File::open(&mut reader).unwrap().content;
    let mut candle =
        quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
    agrees(models_on_disk::QWEN2, 150, 0.05, |tokens, at| {
        candle.forward(tokens, at).unwrap()
    });
}
