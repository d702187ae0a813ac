use std::path::{Path, PathBuf};

use anyhow::Context as _;
use governance::Organisation;
use scribe::organisation::{read_document, write_public};

/// A document as it lies on the disk.
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) organisation: Organisation,
}

impl Document {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let text = read_document(path)?;
        let organisation = Organisation::read(&text)
            .with_context(|| format!("{} is not in order", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            text,
            organisation,
        })
    }

    /// Puts another text in the document's place.
    pub(crate) fn exchange(&self, text: &str) -> anyhow::Result<()> {
        Ok(write_public(&self.path, text)?)
    }
}
