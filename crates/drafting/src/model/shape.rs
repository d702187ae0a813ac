//! The measures of a model, read from its header and checked before anything is built from them.

use super::ModelError;
use crate::gguf::{File, Metadata};

/// What the architectures that share our decoder have in common, and where they differ.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) layers: usize,
    /// Values per token.
    pub(super) width: usize,
    pub(super) query_heads: usize,
    pub(super) key_heads: usize,
    pub(super) head_width: usize,
    /// Values between the two products of the feed-forward part.
    pub(super) inner: usize,
    pub(super) vocabulary: usize,
    pub(super) context: usize,
    pub(super) epsilon: f32,
    pub(super) rope_width: usize,
    pub(super) rope_base: f64,
    /// Divides all positions (linear scaling).
    pub(super) rope_stretch: f64,
    /// Pairs of neighbours turn together (Llama) rather than halves.
    pub(super) rope_neighbours: bool,
    /// GELU instead of SiLU.
    pub(super) gelu: bool,
    /// Factor of the embeddings.
    pub(super) embedding_scale: f32,
    /// Every so many layers, one in which nothing turns: it sees no positions (SmolLM3).
    pub(super) still_every: Option<usize>,
    /// Layers that see only a window, and how wide it is.
    pub(super) window: Option<Window>,
}

/// Sliding-window layers (Gemma 3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Tokens that a row sees, itself included.
    pub(super) length: usize,
    /// Every so many layers, one sees everything.
    pub(super) every: usize,
    /// Rotary base of the layers with a window.
    pub(super) rope_base: f64,
}

/// Architectures whose forward pass is our own.
pub(super) const OWN: [&str; 5] = ["llama", "qwen2", "qwen3", "gemma3", "smollm3"];

/// A whole number of a model's header that must lie in a range.
pub(super) fn measure(
    metadata: Metadata<'_>,
    architecture: &str,
    name: &'static str,
    range: std::ops::RangeInclusive<u64>,
) -> Result<usize, ModelError> {
    let value = metadata
        .whole(&format!("{architecture}.{name}"))
        .ok_or(ModelError::Header {
            what: name,
            value: None,
        })?;
    if range.contains(&value) {
        usize::try_from(value).map_err(|_| ModelError::Header {
            what: name,
            value: Some(value),
        })
    } else {
        Err(ModelError::Header {
            what: name,
            value: Some(value),
        })
    }
}

/// The measures that every architecture has; read for the ones that candle runs, too, because
/// its loaders trust them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Basics {
    pub(super) layers: usize,
    pub(super) width: usize,
    pub(super) query_heads: usize,
    pub(super) key_heads: usize,
    pub(super) context: usize,
    pub(super) vocabulary: usize,
}

impl Basics {
    pub(super) fn read(file: &File, architecture: &str) -> Result<Self, ModelError> {
        let metadata = file.metadata();
        let get = |name, range| measure(metadata, architecture, name, range);
        let layers = get("block_count", 1..=512)?;
        let width = get("embedding_length", 32..=65_536)?;
        let query_heads = get("attention.head_count", 1..=1024)?;
        // One number per layer in models that mix layer kinds.
        let key_heads = match metadata.array(&format!("{architecture}.attention.head_count_kv")) {
            Some(per_layer) => per_layer
                .iter()
                .filter_map(crate::gguf::whole)
                .max()
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(0),
            None => get("attention.head_count_kv", 1..=1024).unwrap_or(query_heads),
        };
        if key_heads == 0 || query_heads % key_heads != 0 {
            return Err(ModelError::Header {
                what: "attention.head_count_kv",
                value: Some(key_heads as u64),
            });
        }
        let context = get("context_length", 64..=16_777_216)?;
        let table = file
            .tensor("token_embd.weight")
            .ok_or_else(|| ModelError::missing("token_embd.weight"))?;
        let &[vocabulary, table_width] = table.shape.dims() else {
            return Err(ModelError::shape("token_embd.weight"));
        };
        if table_width != width {
            return Err(ModelError::shape("token_embd.weight"));
        }
        Ok(Self {
            layers,
            width,
            query_heads,
            key_heads,
            context,
            vocabulary,
        })
    }
}

impl Shape {
    /// Reads the measures of one of [`OWN`].
    pub(super) fn read(file: &File, architecture: &str) -> Result<Self, ModelError> {
        let basics = Basics::read(file, architecture)?;
        let metadata = file.metadata();
        let key = |name: &str| format!("{architecture}.{name}");
        let head_width = match measure(metadata, architecture, "attention.key_length", 32..=1024) {
            Ok(width) => width,
            Err(ModelError::Header { value: None, .. }) => basics.width / basics.query_heads,
            Err(error) => return Err(error),
        };
        let head = |value: usize| ModelError::Header {
            what: "attention.key_length",
            value: Some(value as u64),
        };
        if head_width == 0 || head_width % 32 != 0 {
            return Err(head(head_width));
        }
        let values = metadata.whole(&key("attention.value_length"));
        if values.is_some_and(|values| values != head_width as u64) {
            return Err(head(head_width));
        }
        let inner = measure(
            metadata,
            architecture,
            "feed_forward_length",
            32..=1_048_576,
        )?;
        let rope_width = metadata
            .whole(&key("rope.dimension_count"))
            .and_then(|w| usize::try_from(w).ok())
            .unwrap_or(head_width);
        if rope_width == 0 || rope_width > head_width || !rope_width.is_multiple_of(2) {
            return Err(ModelError::Header {
                what: "rope.dimension_count",
                value: Some(rope_width as u64),
            });
        }
        let epsilon = metadata
            .real(&key("attention.layer_norm_rms_epsilon"))
            .filter(|e| (0.0..1.0).contains(e))
            .ok_or(ModelError::Header {
                what: "attention.layer_norm_rms_epsilon",
                value: None,
            })?;
        let gemma = architecture == "gemma3";
        let base = |name: &str, usual: f64| {
            metadata
                .real(&key(name))
                .filter(|b| b.is_finite() && *b > 1.0)
                .unwrap_or(usual)
        };
        let stretch = match metadata.text(&key("rope.scaling.type")) {
            Some("linear") => base("rope.scaling.factor", 1.0),
            Some("none") | None => 1.0,
            // YaRN and its kin apply beyond the original context only; see below.
            Some(_) => 1.0,
        };
        let original = metadata
            .whole(&key("rope.scaling.original_context_length"))
            .and_then(|c| usize::try_from(c).ok())
            .filter(|_| {
                metadata
                    .text(&key("rope.scaling.type"))
                    .is_some_and(|t| t != "linear")
            });
        let window = gemma.then(|| Window {
            length: metadata
                .whole(&key("attention.sliding_window"))
                .and_then(|w| usize::try_from(w).ok())
                .unwrap_or(1024)
                .max(1),
            every: 6,
            rope_base: base("rope.local_freq_base", 10_000.0),
        });
        Ok(Self {
            layers: basics.layers,
            width: basics.width,
            query_heads: basics.query_heads,
            key_heads: basics.key_heads,
            head_width,
            inner,
            vocabulary: basics.vocabulary,
            context: original.unwrap_or(basics.context).min(basics.context),
            epsilon: epsilon as f32,
            rope_width,
            rope_base: base("rope.freq_base", if gemma { 1_000_000.0 } else { 10_000.0 }),
            rope_stretch: stretch,
            rope_neighbours: matches!(architecture, "llama" | "smollm3"),
            gelu: gemma,
            embedding_scale: if gemma {
                (basics.width as f32).sqrt()
            } else {
                1.0
            },
            // Not in the header: all SmolLM3 models have it so.
            still_every: (architecture == "smollm3").then_some(4),
            window,
        })
    }
}
