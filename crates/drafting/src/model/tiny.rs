//! Small models with random weights, written as GGUF: one for every architecture, so that each is
//! built and run in tests without its gigabytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Cursor;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

pub(crate) const VOCABULARY: usize = 320;
const WIDTH: usize = 256;
const INNER: usize = 512;
const HEAD: usize = 32;
const HEADS: usize = 8;
const LAYERS: usize = 7;
pub(crate) const WINDOW: u32 = 20;

struct Writer {
    values: Vec<(String, Value)>,
    tensors: Vec<(String, QTensor)>,
    kind: GgmlDType,
    state: u64,
}

impl Writer {
    fn random(&mut self) -> f32 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 40) as f32 / (1 << 24) as f32) * 2.0 - 1.0
    }

    fn tensor(&mut self, name: String, dims: &[usize], kind: GgmlDType, centre: f32, spread: f32) {
        let count = dims.iter().product();
        let values: Vec<f32> = (0..count)
            .map(|_| centre + spread * self.random())
            .collect();
        let values = Tensor::from_vec(values, dims, &Device::Cpu).unwrap();
        self.tensors
            .push((name, QTensor::quantize(&values, kind).unwrap()));
    }

    fn matrix(&mut self, name: &str, outputs: usize, inputs: usize) {
        let spread = (3.0 / inputs as f32).sqrt();
        self.tensor(
            format!("{name}.weight"),
            &[outputs, inputs],
            self.kind,
            0.0,
            spread,
        );
    }

    fn norm(&mut self, name: &str, length: usize) {
        self.tensor(
            format!("{name}.weight"),
            &[length],
            GgmlDType::F32,
            1.0,
            0.2,
        );
    }

    fn bias(&mut self, name: &str, length: usize) {
        self.tensor(format!("{name}.bias"), &[length], GgmlDType::F32, 0.0, 0.2);
    }

    fn value(&mut self, key: &str, value: Value) {
        self.values.push((key.to_owned(), value));
    }
}

/// The bytes of a model file with matrices of a kind and no vocabulary.
pub(crate) fn file(architecture: &str, kind: GgmlDType) -> Vec<u8> {
    file_with(architecture, kind, VOCABULARY, Vec::new())
}

/// The bytes of a model file with so many tokens and more values in its header.
pub(crate) fn file_with(
    architecture: &str,
    kind: GgmlDType,
    vocabulary: usize,
    more: Vec<(String, Value)>,
) -> Vec<u8> {
    let embedding = if vocabulary > VOCABULARY {
        GgmlDType::Q8_0
    } else {
        GgmlDType::F32
    };
    // Phi 2 has as many key heads as query heads.
    let shared = if architecture == "phi2" { HEADS } else { 2 };
    let mut w = Writer {
        values: more,
        tensors: Vec::new(),
        kind,
        state: 7,
    };
    let key = |name: &str| format!("{architecture}.{name}");
    w.value(
        "general.architecture",
        Value::String(architecture.to_owned()),
    );
    w.value("general.dtype", Value::U32(0));
    for (name, number) in [
        ("block_count", LAYERS),
        ("embedding_length", WIDTH),
        ("feed_forward_length", INNER),
        ("attention.head_count", HEADS),
        ("context_length", 2048),
        ("rope.dimension_count", HEAD),
        ("attention.key_length", HEAD),
        ("attention.value_length", HEAD),
        ("attention.sliding_window", WINDOW as usize),
        ("shortconv.l_cache", 3),
    ] {
        w.value(&key(name), Value::U32(number as u32));
    }
    let key_heads = match architecture {
        // Attention in every other layer.
        "lfm2" => Value::Array(
            (0..LAYERS)
                .map(|n| Value::U32(if n % 2 == 0 { 0 } else { shared as u32 }))
                .collect(),
        ),
        _ => Value::U32(shared as u32),
    };
    w.value(&key("attention.head_count_kv"), key_heads);
    for name in [
        "attention.layer_norm_rms_epsilon",
        "attention.layer_norm_epsilon",
    ] {
        w.value(&key(name), Value::F32(1e-6));
    }
    w.value(&key("rope.freq_base"), Value::F32(50_000.0));

    w.tensor(
        "token_embd.weight".to_owned(),
        &[vocabulary, WIDTH],
        embedding,
        0.0,
        1.0,
    );
    let output_norm = if architecture == "lfm2" {
        "token_embd_norm"
    } else {
        "output_norm"
    };
    w.norm(output_norm, WIDTH);
    if architecture == "smollm3" {
        // The embeddings serve as output, too; candle wants the vocabulary's size beside them.
        w.value(&key("vocab_size"), Value::U32(vocabulary as u32));
    } else {
        w.matrix("output", vocabulary, WIDTH);
    }
    if architecture == "phi2" {
        w.bias("output_norm", WIDTH);
        w.bias("output", vocabulary);
    }
    for layer in 0..LAYERS {
        let name = |part: &str| format!("blk.{layer}.{part}");
        w.norm(&name("attn_norm"), WIDTH);
        let (query, keys) = (HEADS * HEAD, shared * HEAD);
        let attends = architecture != "lfm2" || layer % 2 == 1;
        match architecture {
            "phi2" | "phi3" => w.matrix(&name("attn_qkv"), query + 2 * keys, WIDTH),
            _ if attends => {
                w.matrix(&name("attn_q"), query, WIDTH);
                w.matrix(&name("attn_k"), keys, WIDTH);
                w.matrix(&name("attn_v"), keys, WIDTH);
            }
            _ => {
                w.matrix(&name("shortconv.in_proj"), 3 * WIDTH, WIDTH);
                w.matrix(&name("shortconv.out_proj"), WIDTH, WIDTH);
                w.tensor(
                    name("shortconv.conv.weight"),
                    &[WIDTH, 3],
                    GgmlDType::F32,
                    0.0,
                    0.6,
                );
            }
        }
        if attends {
            w.matrix(&name("attn_output"), WIDTH, query);
        }
        match architecture {
            "phi2" => {
                w.matrix(&name("ffn_up"), INNER, WIDTH);
                for (part, length) in [
                    ("attn_norm", WIDTH),
                    ("attn_qkv", query + 2 * keys),
                    ("attn_output", WIDTH),
                    ("ffn_up", INNER),
                    ("ffn_down", WIDTH),
                ] {
                    w.bias(&name(part), length);
                }
            }
            "phi3" | "glm4" => w.matrix(&name("ffn_up"), 2 * INNER, WIDTH),
            _ => {
                w.matrix(&name("ffn_gate"), INNER, WIDTH);
                w.matrix(&name("ffn_up"), INNER, WIDTH);
            }
        }
        w.matrix(&name("ffn_down"), WIDTH, INNER);
        if architecture != "phi2" {
            w.norm(&name("ffn_norm"), WIDTH);
        }
        match architecture {
            "qwen2" | "glm4" => {
                w.bias(&name("attn_q"), query);
                w.bias(&name("attn_k"), keys);
                w.bias(&name("attn_v"), keys);
            }
            "qwen3" | "gemma3" | "lfm2" if attends => {
                w.norm(&name("attn_q_norm"), HEAD);
                w.norm(&name("attn_k_norm"), HEAD);
            }
            _ => {}
        }
        if matches!(architecture, "gemma3" | "glm4") {
            w.norm(&name("post_attention_norm"), WIDTH);
            w.norm(&name("post_ffw_norm"), WIDTH);
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    let values: Vec<(&str, &Value)> = w.values.iter().map(|(k, v)| (k.as_str(), v)).collect();
    let tensors: Vec<(&str, &QTensor)> = w.tensors.iter().map(|(k, v)| (k.as_str(), v)).collect();
    gguf_file::write(&mut bytes, &values, &tensors).unwrap();
    bytes.into_inner()
}
