//! Architectures that candle's own models run, behind the same trait as ours.
//!
//! They are slower and read one text at a time. Their caches cannot be cut back, but what was
//! read is kept by cloning a model with its cache, where the model can be cloned.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use candle_core::quantized::gguf_file::Value;
use candle_core::{DType, Device, Result, Tensor};
use candle_transformers::models::{quantized_glm4, quantized_lfm2, quantized_phi, quantized_phi3};

use super::shape::Basics;
use super::{LanguageModel, ModelError, Place, Text};
use crate::gguf::File;

/// Architectures that candle runs for us.
pub(super) const FOREIGN: [&str; 4] = ["phi2", "phi3", "glm4", "lfm2"];

/// Tokens at a time; candle's attention makes a matrix of this times the text's length.
const CHUNK: usize = 256;

/// Longest text that candle's tables for phi2 are made for.
const PHI2_CONTEXT: usize = 4096;

enum Engine {
    Phi2(quantized_phi::ModelWeights),
    Phi3(quantized_phi3::ModelWeights),
    Glm4(quantized_glm4::ModelWeights),
    Lfm2(quantized_lfm2::ModelWeights),
}

impl Engine {
    fn forward(&mut self, tokens: &Tensor, at: usize) -> Result<Tensor> {
        match self {
            Self::Phi2(model) => model.forward(tokens, at),
            Self::Phi3(model) => model.forward(tokens, at),
            Self::Glm4(model) => model.forward(tokens, at),
            Self::Lfm2(model) => model.forward(tokens, at),
        }
    }

    /// A copy with its own cache; the weights are shared. Some caches share memory beyond what
    /// the original has read, so copies are used one after the other, never in turns.
    fn copy(&self) -> Option<Self> {
        match self {
            Self::Phi2(model) => Some(Self::Phi2(model.clone())),
            Self::Phi3(model) => Some(Self::Phi3(model.clone())),
            Self::Glm4(model) => Some(Self::Glm4(model.clone())),
            Self::Lfm2(_) => None,
        }
    }
}

/// One of candle's models.
pub(super) struct Foreign {
    /// Has read the prefix and nothing else, if it can be copied.
    engine: Engine,
    /// Has read the prefix and the branch.
    branch: Option<Engine>,
    prefix: Vec<u32>,
    tail: usize,
    /// Whether the engine itself has read a branch and must read the prefix again.
    strayed: bool,
    context: usize,
}

impl Foreign {
    pub(super) fn load<R: Read + Seek>(
        file: File,
        reader: &mut R,
        architecture: &str,
        context: usize,
    ) -> std::result::Result<Self, ModelError> {
        let basics = Basics::read(&file, architecture)?;
        let mut context = context.min(basics.context);
        if architecture == "phi2" {
            context = context.min(PHI2_CONTEXT);
        }
        // Candle reserves tables and caches for the context that the header names.
        let room = u32::try_from(context).map_err(|_| ModelError::Header {
            what: "context_length",
            value: None,
        })?;
        let mut content = file.content;
        content
            .metadata
            .insert(format!("{architecture}.context_length"), Value::U32(room));
        let device = Device::Cpu;
        // Candle's loaders check shapes, but a header can still make one of them panic.
        let engine = catch_unwind(AssertUnwindSafe(|| match architecture {
            "phi2" => {
                quantized_phi::ModelWeights::from_gguf(content, reader, &device).map(Engine::Phi2)
            }
            "phi3" => quantized_phi3::ModelWeights::from_gguf(false, content, reader, &device)
                .map(Engine::Phi3),
            "glm4" => quantized_glm4::ModelWeights::from_gguf(content, reader, &device, DType::F32)
                .map(Engine::Glm4),
            _ => {
                quantized_lfm2::ModelWeights::from_gguf(content, reader, &device).map(Engine::Lfm2)
            }
        }))
        .map_err(|_| ModelError::Unsound)??;
        Ok(Self {
            engine,
            branch: None,
            prefix: Vec::new(),
            tail: 0,
            strayed: false,
            context,
        })
    }

    fn feed(engine: &mut Engine, mut tokens: &[u32], mut at: usize) -> Result<Vec<f32>> {
        let mut logits = Vec::new();
        while !tokens.is_empty() {
            // Candle's lfm2 forgets its convolutions' state before a text of several tokens, and
            // only before such a one: a first text has at least two, later ones are read one by one.
            let most = match engine {
                Engine::Lfm2(_) if at > 0 => 1,
                _ => CHUNK,
            };
            let (chunk, rest) = tokens.split_at(most.min(tokens.len()));
            let input = Tensor::new(chunk, &Device::Cpu)?.unsqueeze(0)?;
            let output = engine.forward(&input, at)?;
            logits = output.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
            at += chunk.len();
            tokens = rest;
        }
        Ok(logits)
    }
}

impl LanguageModel for Foreign {
    fn context(&self) -> usize {
        self.context
    }

    fn side_by_side(&self) -> usize {
        1
    }

    fn begin(&mut self, _prefix: usize, _branches: usize, _tail: usize) -> Result<()> {
        self.prefix.clear();
        self.strayed = false;
        self.fork();
        Ok(())
    }

    fn fork(&mut self) {
        self.branch = None;
        self.tail = 0;
    }

    fn read(&mut self, texts: &[Text<'_>], _want: bool) -> Result<Vec<Vec<f32>>> {
        let mut all = Vec::new();
        for text in texts {
            let logits = match text.place {
                // At position 0 candle's models forget what they had read before.
                Place::Prefix => {
                    let logits = Self::feed(&mut self.engine, text.tokens, self.prefix.len())?;
                    self.prefix.extend_from_slice(text.tokens);
                    logits
                }
                Place::Branch(_) => {
                    let at = self.prefix.len() + self.tail;
                    self.tail += text.tokens.len();
                    match self.engine.copy() {
                        Some(copy) => {
                            let engine = self.branch.get_or_insert(copy);
                            Self::feed(engine, text.tokens, at)?
                        }
                        None => {
                            if at == self.prefix.len() && self.strayed {
                                Self::feed(&mut self.engine, &self.prefix, 0)?;
                            }
                            self.strayed = true;
                            Self::feed(&mut self.engine, text.tokens, at)?
                        }
                    }
                }
            };
            all.push(logits);
        }
        Ok(all)
    }
}
