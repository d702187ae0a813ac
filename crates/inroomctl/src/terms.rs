//! The clinic's own terms, from a file.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use governance::Vocabulary;

/// Which terms.
#[derive(clap::Args)]
pub(crate) struct TermsArguments {
    /// The clinic's own terms (TOML: `[[terms]]` with `name` and `words`), which recognition then
    /// spells so, as it does the visit's reason.
    ///
    /// It looks twice at each utterance for that. Without this it goes by the sound alone.
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
}

impl TermsArguments {
    /// The terms in the order of the file; `None` if none is named.
    ///
    /// # Errors
    /// Which line and which field of the file is wrong, or why it cannot be read.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Vec<String>>> {
        self.terms.as_deref().map(read).transpose()
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<String>> {
    let name = path.display();
    let unreadable = || format!("the terms in {name} cannot be read; nothing was done");
    let file = File::open(path).with_context(unreadable)?;
    let mut text = String::new();
    file.take(Vocabulary::MOST_BYTES as u64 + 1)
        .read_to_string(&mut text)
        .with_context(unreadable)?;
    if text.len() > Vocabulary::MOST_BYTES {
        bail!(
            "{name} has more than {} KiB, which no list of terms needs; nothing was done",
            Vocabulary::MOST_BYTES / 1024
        );
    }
    let vocabulary = Vocabulary::read(&text)
        .with_context(|| format!("the terms in {name} were not taken, and nothing was done"))?;
    Ok(vocabulary.words().map(str::to_owned).collect())
}
