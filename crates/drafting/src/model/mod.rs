//! Language models: our own forward pass for the architectures that matter, candle's for others.

mod attention;
mod cache;
mod decoder;
mod eight_bit;
mod foreign;
#[cfg(target_arch = "x86_64")]
mod k_blocks;
#[cfg(not(target_arch = "x86_64"))]
#[path = "k_blocks/none.rs"]
mod k_blocks;
mod kernel;
mod layer;
mod pool;
mod rope;
mod shape;
mod weight;

use std::io::{Read, Seek};

use crate::gguf::File;
pub(crate) use cache::Place;

/// Why a model cannot be built from a file whose header is sound in itself.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file could not be read.
    #[error("the file cannot be read")]
    Read(#[from] std::io::Error),
    /// A kind of model that this program cannot run.
    #[error("its architecture {0:?} is not supported; supported are {list}", list = SUPPORTED.join(", "))]
    Architecture(String),
    /// A mixture of experts. Candle's code for them needs a GPU (qwen3moe) or a form of file that
    /// converters no longer write, with a tensor for each expert (llama).
    #[error("it is a mixture of experts, which this program does not run; choose a model without")]
    Experts,
    /// A value of the header is missing or makes no sense.
    #[error("its header's {what} is missing or makes no sense ({value:?})")]
    Header {
        /// The key without the architecture's name.
        what: &'static str,
        /// What it says; `None`: nothing usable.
        value: Option<u64>,
    },
    /// A tensor that the architecture needs is not there.
    #[error("its tensor {0:?} is missing")]
    Missing(String),
    /// A tensor has another shape or kind than the header demands.
    #[error("its tensor {0:?} does not have the expected shape")]
    Shape(String),
    /// The header makes candle's loader fail in a way that it does not foresee.
    #[error("its header does not fit together")]
    Unsound,
    /// Candle refused it.
    #[error("the inference engine refused it")]
    Engine(#[from] candle_core::Error),
}

impl ModelError {
    fn missing(name: &str) -> Self {
        Self::Missing(name.to_owned())
    }

    fn shape(name: &str) -> Self {
        Self::Shape(name.to_owned())
    }
}

/// The architectures that can be run, as GGUF names them.
pub const SUPPORTED: [&str; 9] = {
    let [a, b, c, d, e] = shape::OWN;
    let [f, g, h, i] = foreign::FOREIGN;
    [a, b, c, d, e, f, g, h, i]
};

/// Whether this crate itself runs an architecture.
#[cfg(any(test, fuzzing))]
pub(crate) fn is_own(architecture: &str) -> bool {
    shape::OWN.contains(&architecture)
}

/// Tokens that follow each other in one place of the cache.
#[derive(Clone, Debug)]
pub(crate) struct Text<'t> {
    pub(crate) place: Place,
    pub(crate) tokens: &'t [u32],
}

/// A language model with a cache of what it has read.
pub(crate) trait LanguageModel: Send {
    /// Most tokens that a text may have.
    fn context(&self) -> usize;

    /// How many branches can be read in turns.
    fn side_by_side(&self) -> usize;

    /// Forgets everything and makes room for a prefix, and for branches that continue it.
    fn begin(&mut self, prefix: usize, branches: usize, tail: usize) -> candle_core::Result<()>;

    /// Forgets what the branches have read; the prefix stays.
    fn fork(&mut self);

    /// Reads texts of different places, each after what its place has read already.
    ///
    /// With `want` returns for each text the logits of the token that follows it.
    fn read(&mut self, texts: &[Text<'_>], want: bool) -> candle_core::Result<Vec<Vec<f32>>>;
}

/// Sets how many threads candle's pool has; it is made at the first computation of the process
/// and keeps its size from then on.
#[allow(unsafe_code)]
pub(crate) fn use_threads(threads: u32) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        for name in ["CANDLE_NUM_THREADS", "RAYON_NUM_THREADS"] {
            // SAFETY: candle offers no other way. The environment is changed once, before the
            // first computation; in the worker every other thread is Rust code, which reads the
            // environment only through the standard library's lock.
            unsafe { std::env::set_var(name, threads.max(1).to_string()) };
        }
    });
}

/// Builds the model of a file, for texts of at most `context` tokens.
pub(crate) fn load<R: Read + Seek>(
    file: File,
    reader: &mut R,
    context: usize,
) -> Result<Box<dyn LanguageModel>, ModelError> {
    let metadata = file.metadata();
    let architecture = metadata
        .text("general.architecture")
        .ok_or(ModelError::Header {
            what: "general.architecture",
            value: None,
        })?
        .to_owned();
    if metadata
        .whole(&format!("{architecture}.expert_count"))
        .unwrap_or(0)
        > 0
    {
        return Err(ModelError::Experts);
    }
    if shape::OWN.contains(&architecture.as_str()) {
        return Ok(Box::new(decoder::Decoder::load(
            &file,
            reader,
            &architecture,
        )?));
    }
    if foreign::FOREIGN.contains(&architecture.as_str()) {
        return Ok(Box::new(foreign::Foreign::load(
            file,
            reader,
            &architecture,
            context,
        )?));
    }
    let shown = architecture
        .chars()
        .filter(char::is_ascii_graphic)
        .take(32)
        .collect();
    Err(ModelError::Architecture(shown))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod tiny;
