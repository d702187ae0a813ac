//! One layer of the decoder: attention and feed-forward, each added to what came in.

use std::io::{Read, Seek};

use candle_core::Result;

use super::attention::{self, Heads, Stretch};
use super::cache::{Extent, Layer as Cache};
use super::rope::{Pairing, Rope};
use super::shape::Shape;
use super::weight::{Weight, stackable};
use super::{ModelError, kernel, pool};
use crate::gguf::File;

/// Rows of one piece of the work between products.
const ROWS: usize = 8;

/// Products that share their input; stacked into one where their kinds allow it.
struct Stack {
    parts: Vec<Weight>,
}

impl Stack {
    fn read<R: Read + Seek>(
        file: &File,
        reader: &mut R,
        names: &[(String, usize)],
        inputs: usize,
    ) -> std::result::Result<Self, ModelError> {
        let mut parts = Vec::new();
        let mut rest = names;
        while !rest.is_empty() {
            let all: Vec<&str> = rest.iter().map(|(name, _)| name.as_str()).collect();
            let count = (1..=all.len())
                .rev()
                .find(|&n| stackable(file, &all[..n]))
                .unwrap_or(1);
            let outputs = rest[..count].iter().map(|(_, outputs)| outputs).sum();
            let mut weight = Weight::read(file, reader, &all[..count], inputs, outputs)?;
            weight.settle()?;
            parts.push(weight);
            rest = &rest[count..];
        }
        Ok(Self { parts })
    }

    /// Per row the outputs of all parts, one after the other.
    fn times(&self, rows: Vec<f32>) -> Result<Vec<f32>> {
        let [first, rest @ ..] = self.parts.as_slice() else {
            return Ok(Vec::new());
        };
        if rest.is_empty() {
            return first.times(rows)?.take();
        }
        let count = rows.len() / first.inputs;
        let total: usize = self.parts.iter().map(|part| part.outputs).sum();
        let mut out = vec![0.0; count * total];
        let mut at = 0;
        for part in &self.parts {
            part.times(rows.clone())?.read(|values| {
                for (out, values) in out
                    .chunks_exact_mut(total)
                    .zip(values.chunks_exact(part.outputs))
                {
                    out[at..at + part.outputs].copy_from_slice(values);
                }
                Ok(())
            })?;
            at += part.outputs;
        }
        Ok(out)
    }
}

/// The weights of one layer.
pub(super) struct Layer {
    heads: Heads,
    epsilon: f32,
    gelu: bool,
    inner: usize,
    attention_norm: Vec<f32>,
    queries_keys_values: Stack,
    bias: Option<Vec<f32>>,
    query_norm: Option<Vec<f32>>,
    key_norm: Option<Vec<f32>>,
    attention_out: Weight,
    after_attention_norm: Option<Vec<f32>>,
    inner_norm: Vec<f32>,
    gate_up: Stack,
    down: Weight,
    after_inner_norm: Option<Vec<f32>>,
    /// Whether queries and keys turn with their positions.
    turns: bool,
    /// Whether this layer sees only a window (and turns at the window's base).
    pub(super) windowed: bool,
}

/// A vector of the file as plain numbers.
pub(super) fn vector<R: Read + Seek>(
    file: &File,
    reader: &mut R,
    name: &str,
    length: usize,
) -> std::result::Result<Vec<f32>, ModelError> {
    let info = file.tensor(name).ok_or_else(|| ModelError::missing(name))?;
    if info.shape.dims() != [length] {
        return Err(ModelError::shape(name));
    }
    let bytes = file.bytes(reader, info)?;
    let blocks = info.ggml_dtype.from_data(bytes.into());
    match blocks.dequantize(length)? {
        candle_core::CpuStorage::F32(values) => Ok(values),
        _ => Err(ModelError::shape(name)),
    }
}

/// A vector that some models of an architecture have and others lack.
fn optional_vector<R: Read + Seek>(
    file: &File,
    reader: &mut R,
    name: &str,
    length: usize,
) -> std::result::Result<Option<Vec<f32>>, ModelError> {
    match file.tensor(name) {
        Some(_) => vector(file, reader, name, length).map(Some),
        None => Ok(None),
    }
}

impl Layer {
    pub(super) fn read<R: Read + Seek>(
        file: &File,
        reader: &mut R,
        number: usize,
        shape: &Shape,
    ) -> std::result::Result<Self, ModelError> {
        let name = |part: &str| format!("blk.{number}.{part}");
        let (width, head) = (shape.width, shape.head_width);
        let (query, key) = (shape.query_heads * head, shape.key_heads * head);
        let windowed = shape
            .window
            .is_some_and(|w| !(number + 1).is_multiple_of(w.every));

        let mut bias = Vec::new();
        for (part, length) in [
            ("attn_q.bias", query),
            ("attn_k.bias", key),
            ("attn_v.bias", key),
        ] {
            if let Some(values) = optional_vector(file, reader, &name(part), length)? {
                bias.extend(values);
            }
        }
        let bias = match bias.len() {
            0 => None,
            n if n == query + 2 * key => Some(bias),
            _ => return Err(ModelError::missing(&name("attn_k.bias"))),
        };
        let parts = [
            ("attn_q.weight", query),
            ("attn_k.weight", key),
            ("attn_v.weight", key),
        ]
        .map(|(part, outputs)| (name(part), outputs));
        let queries_keys_values = Stack::read(file, reader, &parts, width)?;
        let parts = ["ffn_gate.weight", "ffn_up.weight"].map(|part| (name(part), shape.inner));
        let gate_up = Stack::read(file, reader, &parts, width)?;
        let mut single = |part: &str, inputs, outputs| {
            let mut weight = Weight::read(file, reader, &[&name(part)], inputs, outputs)?;
            weight.settle()?;
            Ok::<_, ModelError>(weight)
        };
        let attention_out = single("attn_output.weight", query, width)?;
        let down = single("ffn_down.weight", shape.inner, width)?;
        Ok(Self {
            heads: Heads {
                queries: shape.query_heads,
                keys: shape.key_heads,
                width: head,
                scale: 1.0 / (head as f32).sqrt(),
                window: shape.window.filter(|_| windowed).map(|w| w.length),
            },
            epsilon: shape.epsilon,
            gelu: shape.gelu,
            inner: shape.inner,
            attention_norm: vector(file, reader, &name("attn_norm.weight"), width)?,
            queries_keys_values,
            bias,
            query_norm: optional_vector(file, reader, &name("attn_q_norm.weight"), head)?,
            key_norm: optional_vector(file, reader, &name("attn_k_norm.weight"), head)?,
            attention_out,
            after_attention_norm: optional_vector(
                file,
                reader,
                &name("post_attention_norm.weight"),
                width,
            )?,
            inner_norm: vector(file, reader, &name("ffn_norm.weight"), width)?,
            gate_up,
            down,
            after_inner_norm: optional_vector(file, reader, &name("post_ffw_norm.weight"), width)?,
            turns: shape
                .still_every
                .is_none_or(|every| !(number + 1).is_multiple_of(every)),
            windowed,
        })
    }

    /// Values that the cache keeps per position, keys and values each.
    pub(super) fn cache(&self, slots: usize) -> Cache {
        Cache::new(self.heads.keys, self.heads.width, slots)
    }

    /// Passes the rows through; `positions` are those of the rows in the text.
    pub(super) fn forward(
        &self,
        rows: &mut [f32],
        positions: &[usize],
        stretches: &[Stretch],
        extent: &Extent,
        rope: &Rope,
        cache: &mut Cache,
    ) -> Result<()> {
        let Heads {
            queries,
            keys,
            width,
            ..
        } = self.heads;
        let normed = normalised(rows, &self.attention_norm, self.epsilon);
        let mut mixed = self.queries_keys_values.times(normed)?;
        let mixed_width = (queries + 2 * keys) * width;
        pool::over_pieces(&mut mixed, ROWS * mixed_width, |piece, mixed| {
            for (row, mixed) in mixed.chunks_exact_mut(mixed_width).enumerate() {
                if let Some(bias) = &self.bias {
                    kernel::add(mixed, bias);
                }
                let (cos, sin) = rope.at(positions[piece * ROWS + row]);
                let (query, rest) = mixed.split_at_mut(queries * width);
                let turned = [
                    (query, &self.query_norm),
                    (&mut rest[..keys * width], &self.key_norm),
                ];
                for (heads, norm) in turned {
                    for head in heads.chunks_exact_mut(width) {
                        if let Some(norm) = norm {
                            let plain = head.to_vec();
                            kernel::rms_norm(&plain, norm, self.epsilon, head);
                        }
                        let head = &mut head[..rope.width()];
                        match rope.pairing {
                            _ if !self.turns => {}
                            Pairing::Halves => kernel::rotate_halves(head, cos, sin),
                            Pairing::Neighbours => kernel::rotate_pairs(head, cos, sin),
                        }
                    }
                }
            }
        });
        let mut attended = Vec::with_capacity(positions.len() * queries * width);
        for mixed in mixed.chunks_exact(mixed_width) {
            attended.extend_from_slice(&mixed[..queries * width]);
        }
        for stretch in stretches {
            let first = extent.next(stretch.place);
            for token in 0..stretch.length {
                let mixed = &mixed[(stretch.row + token) * mixed_width..][..mixed_width];
                let (key, value) = mixed[queries * width..].split_at(keys * width);
                cache.store(first + token, key, value);
            }
        }
        drop(mixed);
        attention::attend(self.heads, cache, extent, stretches, &mut attended);
        self.attention_out.times(attended)?.read(|values| {
            add_back(
                rows,
                values,
                self.after_attention_norm.as_deref(),
                self.epsilon,
                self.width(),
            );
            Ok(())
        })?;

        let normed = normalised(rows, &self.inner_norm, self.epsilon);
        let both = self.gate_up.times(normed)?;
        let mut inner = vec![0.0; positions.len() * self.inner];
        pool::over_pieces(&mut inner, self.inner, |row, out| {
            let (gate, up) = both[row * 2 * self.inner..][..2 * self.inner].split_at(self.inner);
            if self.gelu {
                kernel::gelu_times(gate, up, out);
            } else {
                kernel::silu_times(gate, up, out);
            }
        });
        drop(both);
        self.down.times(inner)?.read(|values| {
            add_back(
                rows,
                values,
                self.after_inner_norm.as_deref(),
                self.epsilon,
                self.width(),
            );
            Ok(())
        })
    }

    fn width(&self) -> usize {
        self.attention_norm.len()
    }
}

/// Normalised copies of rows.
pub(super) fn normalised(rows: &[f32], weight: &[f32], epsilon: f32) -> Vec<f32> {
    let width = weight.len();
    let mut out = vec![0.0; rows.len()];
    pool::over_pieces(&mut out, ROWS * width, |piece, out| {
        let rows = &rows[piece * ROWS * width..];
        for (out, row) in out.chunks_exact_mut(width).zip(rows.chunks_exact(width)) {
            kernel::rms_norm(row, weight, epsilon, out);
        }
    });
    out
}

/// Adds a part's output to the rows, normalised first where the architecture does so.
fn add_back(rows: &mut [f32], values: &[f32], norm: Option<&[f32]>, epsilon: f32, width: usize) {
    match norm {
        None => pool::over_pieces(rows, ROWS * width, |piece, rows| {
            kernel::add(rows, &values[piece * ROWS * width..][..rows.len()]);
        }),
        Some(norm) => {
            let normed = normalised(values, norm, epsilon);
            kernel::add(rows, &normed);
        }
    }
}
