//! The decoder that llama, qwen2, qwen3, gemma3 and smollm3 share.

use std::io::{Read, Seek};

use candle_core::Result;

use super::attention::Stretch;
use super::cache::{Extent, Layer as Cache};
use super::layer::{Layer, normalised, vector};
use super::rope::{Pairing, Rope};
use super::shape::Shape;
use super::weight::Weight;
use super::{LanguageModel, ModelError, Text, kernel};
use crate::gguf::File;

/// Most rows that pass through the layers at once: enough for the products' full speed, few
/// enough that what lies between them stays small.
const CHUNK: usize = 256;

/// Most branches that grow in turns; more would need more memory than they save time.
const SIDE_BY_SIDE: usize = 8;

/// A model with its cache.
pub(super) struct Decoder {
    shape: Shape,
    embeddings: Weight,
    layers: Vec<Layer>,
    norm: Vec<f32>,
    /// `None`: the embeddings serve as output, too.
    output: Option<Weight>,
    rope: Rope,
    window_rope: Option<Rope>,
    extent: Extent,
    caches: Vec<Cache>,
}

impl Decoder {
    pub(super) fn load<R: Read + Seek>(
        file: &File,
        reader: &mut R,
        architecture: &str,
    ) -> std::result::Result<Self, ModelError> {
        Self::build(file, reader, Shape::read(file, architecture)?)
    }

    pub(super) fn build<R: Read + Seek>(
        file: &File,
        reader: &mut R,
        shape: Shape,
    ) -> std::result::Result<Self, ModelError> {
        let embeddings = Weight::read(
            file,
            reader,
            &["token_embd.weight"],
            shape.width,
            shape.vocabulary,
        )?;
        let output = match file.tensor("output.weight") {
            Some(_) => Some(Weight::read(
                file,
                reader,
                &["output.weight"],
                shape.width,
                shape.vocabulary,
            )?),
            None => None,
        };
        let norm = vector(file, reader, "output_norm.weight", shape.width)?;
        let factors = match file.tensor("rope_freqs.weight") {
            Some(_) => Some(vector(
                file,
                reader,
                "rope_freqs.weight",
                shape.rope_width / 2,
            )?),
            None => None,
        };
        let pairing = if shape.rope_neighbours {
            Pairing::Neighbours
        } else {
            Pairing::Halves
        };
        let rope = Rope::new(
            shape.rope_width,
            shape.rope_base,
            factors.as_deref(),
            shape.rope_stretch,
            pairing,
        );
        let window_rope = shape
            .window
            .map(|w| Rope::new(shape.rope_width, w.rope_base, None, 1.0, pairing));
        let layers = (0..shape.layers)
            .map(|number| Layer::read(file, reader, number, &shape))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(Self {
            shape,
            embeddings,
            layers,
            norm,
            output,
            rope,
            window_rope,
            extent: Extent::new(0, 0, 0),
            caches: Vec::new(),
        })
    }

    /// Passes one chunk through all layers; the rows after the last layer.
    fn chunk(&mut self, texts: &[Text<'_>]) -> Result<Vec<f32>> {
        let mut tokens = Vec::new();
        let mut positions = Vec::new();
        let mut stretches = Vec::new();
        for text in texts {
            if !self.extent.has_room(text.place, text.tokens.len()) {
                return Err(candle_core::Error::Msg("the cache has no room".to_owned()));
            }
            let first = self.extent.length(text.place);
            stretches.push(Stretch {
                place: text.place,
                row: tokens.len(),
                length: text.tokens.len(),
            });
            positions.extend(first..first + text.tokens.len());
            tokens.extend_from_slice(text.tokens);
        }
        let reach = positions.iter().max().map_or(0, |last| last + 1);
        self.rope.reach(reach);
        if let Some(rope) = &mut self.window_rope {
            rope.reach(reach);
        }
        let mut rows = self.embeddings.rows(&tokens)?;
        if self.shape.embedding_scale != 1.0 {
            kernel::scale(&mut rows, self.shape.embedding_scale);
        }
        for (layer, cache) in self.layers.iter().zip(&mut self.caches) {
            let rope = match &self.window_rope {
                Some(rope) if layer.windowed => rope,
                _ => &self.rope,
            };
            layer.forward(&mut rows, &positions, &stretches, &self.extent, rope, cache)?;
        }
        for text in texts {
            self.extent.grow(text.place, text.tokens.len());
        }
        Ok(rows)
    }

    /// The logits that follow from rows of the last layer.
    fn logits(&self, rows: &[f32]) -> Result<Vec<Vec<f32>>> {
        let normed = normalised(rows, &self.norm, self.shape.epsilon);
        let output = self.output.as_ref().unwrap_or(&self.embeddings);
        if self.output.is_some() || output.has_one_form() || rows.len() == self.shape.width {
            let all = output.times(normed)?.take()?;
            if rows.len() == self.shape.width {
                return Ok(vec![all]);
            }
            let all = all.chunks_exact(self.shape.vocabulary);
            return Ok(all.map(<[f32]>::to_vec).collect());
        }
        // One by one: for several rows candle would re-lay the matrix, and as the embeddings are
        // still needed in their own form, it would then be in memory twice.
        let rows = normed.chunks_exact(self.shape.width);
        rows.map(|row| output.times(row.to_vec())?.take()).collect()
    }
}

impl LanguageModel for Decoder {
    fn context(&self) -> usize {
        self.shape.context
    }

    fn side_by_side(&self) -> usize {
        SIDE_BY_SIDE
    }

    fn begin(&mut self, prefix: usize, branches: usize, tail: usize) -> Result<()> {
        let extent = Extent::new(prefix, branches, tail);
        if self.extent.slots() != extent.slots() || self.caches.is_empty() {
            self.caches.clear();
            self.caches = self
                .layers
                .iter()
                .map(|layer| layer.cache(extent.slots()))
                .collect();
        }
        self.extent = extent;
        Ok(())
    }

    fn fork(&mut self) {
        self.extent.tails.fill(0);
    }

    fn read(&mut self, texts: &[Text<'_>], want: bool) -> Result<Vec<Vec<f32>>> {
        let width = self.shape.width;
        let mut last_rows = vec![0.0; texts.len() * width];
        // Pieces of the texts, in order, until a chunk is full.
        let mut chunk: Vec<(usize, Text<'_>)> = Vec::new();
        let mut filled = 0;
        let mut pass = |this: &mut Self, chunk: &mut Vec<(usize, Text<'_>)>| -> Result<()> {
            let texts: Vec<Text<'_>> = chunk.iter().map(|(_, text)| text.clone()).collect();
            let rows = this.chunk(&texts)?;
            let mut end = 0;
            for (number, text) in chunk.drain(..) {
                end += text.tokens.len();
                let row = &rows[(end - 1) * width..end * width];
                last_rows[number * width..(number + 1) * width].copy_from_slice(row);
            }
            Ok(())
        };
        for (number, text) in texts.iter().enumerate() {
            let mut rest = text.tokens;
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(CHUNK - filled));
                chunk.push((
                    number,
                    Text {
                        place: text.place,
                        tokens: now,
                    },
                ));
                filled += now.len();
                rest = later;
                if filled == CHUNK {
                    pass(self, &mut chunk)?;
                    filled = 0;
                }
            }
        }
        if !chunk.is_empty() {
            pass(self, &mut chunk)?;
        }
        if want {
            self.logits(&last_rows)
        } else {
            Ok(Vec::new())
        }
    }
}
