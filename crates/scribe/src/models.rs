//! The models that the program knows, and where their files lie.

mod cards;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use visit::Sha256Hex;
use worker::protocol::ModelFile;

const CATALOGUE: &str = include_str!("../../../models/catalog.toml");

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelRole {
    /// Recognises speech.
    Speech,
    /// Tells speech from other sound.
    VoiceActivity,
    /// Drafts notes.
    Drafting,
    /// Tells speakers apart.
    Speaker,
    /// Compares sentences by meaning.
    Sentence,
    /// A list of medical terms.
    Terms,
}

impl ModelRole {
    /// What an organisation approves it for; `None` for what is not loaded in a visit.
    pub const fn approved_as(self) -> Option<governance::ModelRole> {
        match self {
            Self::Speech => Some(governance::ModelRole::Speech),
            Self::VoiceActivity => Some(governance::ModelRole::VoiceActivity),
            Self::Drafting => Some(governance::ModelRole::Drafting),
            Self::Speaker => Some(governance::ModelRole::Speaker),
            Self::Sentence | Self::Terms => None,
        }
    }
}

/// A model of the catalogue; what the fetch tool alone needs is left out.
#[derive(Clone, Debug, Deserialize)]
pub struct KnownModel {
    /// Short name.
    pub id: String,
    /// What it is for.
    pub role: ModelRole,
    /// What people call it.
    pub name: String,
    /// File name.
    pub file: String,
    /// Digest of the file; a model without one cannot be loaded.
    pub sha256: Option<Sha256Hex>,
    /// Its licence (SPDX).
    pub licence: String,
    /// Where it officially comes from.
    pub origin: String,
    pub(crate) card: String,
}

impl KnownModel {
    /// The text of its card.
    pub fn card(&self) -> &'static str {
        let mut cards = cards::CARDS.iter();
        let found = cards.find(|(path, _)| *path == self.card);
        found.map_or("", |(_, text)| text)
    }
}

#[derive(Deserialize)]
struct Catalogue {
    model: Vec<KnownModel>,
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The built-in list is wrong.
    #[error("the program's list of models is damaged; install the program again")]
    Catalogue(#[source] toml::de::Error),
    /// Neither a known model nor a file.
    #[error(
        "{0:?} is neither a known model nor a file; `cargo xtask models list` shows the known ones"
    )]
    Unknown(String),
    /// The list has no digest for it.
    #[error("the model {0} stands in the list without a digest and cannot be loaded")]
    NoDigest(String),
    /// Known but not on this computer.
    #[error(
        "the model {id} is not on this computer: {} is missing; copy it there (IT: for all accounts into \
         {}), or run `cargo xtask models fetch`",
        path.display(),
        machine_folder().unwrap_or_default().display()
    )]
    Missing {
        /// Its short name.
        id: String,
        /// Where it should lie.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("the model file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

/// The catalogue that comes with the program.
///
/// # Errors
/// [`ModelError::Catalogue`] if it is damaged, which a test of this crate excludes.
pub fn catalogue() -> Result<Vec<KnownModel>, ModelError> {
    parse(CATALOGUE)
}

/// Reads a catalogue's text.
pub(crate) fn parse(text: &str) -> Result<Vec<KnownModel>, ModelError> {
    toml::from_str::<Catalogue>(text)
        .map(|catalogue| catalogue.model)
        .map_err(ModelError::Catalogue)
}

/// Where IT puts model files for every account of the computer, beside the organisation's document. It is
/// looked at first, and like that document it is not to be chosen by whoever starts the program.
pub fn machine_folder() -> Option<PathBuf> {
    vault::MACHINE_FOLDER.map(|folder| Path::new(folder).join("models"))
}

/// The folders in which model files are looked for, in this order.
pub fn folders() -> Vec<PathBuf> {
    machine_folder().into_iter().chain([folder()]).collect()
}

/// The account's own folder of model files: `INROOM_MODELS`, else in the user's cache folder.
pub fn folder() -> PathBuf {
    let set = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("INROOM_MODELS").unwrap_or_else(|| {
        let home = set("HOME")
            .or_else(|| set("USERPROFILE"))
            .unwrap_or_else(|| PathBuf::from("."));
        set("XDG_CACHE_HOME")
            .unwrap_or_else(|| home.join(".cache"))
            .join("inroom")
            .join("models")
    })
}

/// The file behind a catalogue identifier or a path, with the digest that its bytes must have.
///
/// A catalogue model is taken from the first of [`folders`] that has it, by its listed digest, unread. A path
/// is read once to know its digest.
///
/// # Errors
/// [`ModelError`], which says what to do.
pub fn resolve(id_or_path: &str) -> Result<ModelFile, ModelError> {
    resolve_in(&folders(), &catalogue()?, id_or_path)
}

/// The first of these models that is on this computer: what IT has put down for all accounts goes before a
/// better one of the account's own. If none is there, the error names the first.
pub(crate) fn first_of(ids: &[&str]) -> Result<ModelFile, ModelError> {
    first_in(&folders(), &catalogue()?, ids)
}

fn first_in(
    folders: &[PathBuf],
    known: &[KnownModel],
    ids: &[&str],
) -> Result<ModelFile, ModelError> {
    let found = folders.iter().find_map(|folder| {
        let folder = std::slice::from_ref(folder);
        ids.iter().find_map(|id| resolve_in(folder, known, id).ok())
    });
    let first = ids.first().copied().unwrap_or_default();
    found.map_or_else(|| resolve_in(folders, known, first), Ok)
}

fn resolve_in(
    folders: &[PathBuf],
    known: &[KnownModel],
    id_or_path: &str,
) -> Result<ModelFile, ModelError> {
    if let Some(model) = known.iter().find(|model| model.id == id_or_path) {
        let sha256 = model
            .sha256
            .clone()
            .ok_or_else(|| ModelError::NoDigest(model.id.clone()))?;
        let mut places = folders.iter().map(|folder| folder.join(&model.file));
        let Some(path) = places.clone().find(|path| path.is_file()) else {
            return Err(ModelError::Missing {
                id: model.id.clone(),
                path: places.next_back().unwrap_or_default(),
            });
        };
        return Ok(ModelFile {
            id: model.id.clone(),
            path: absolute(path),
            sha256,
        });
    }
    let path = PathBuf::from(id_or_path);
    if !path.is_file() {
        return Err(ModelError::Unknown(id_or_path.to_owned()));
    }
    let sha256 = digest_of(&path).map_err(|cause| ModelError::Unreadable {
        path: path.clone(),
        cause,
    })?;
    let id = known
        .iter()
        .find(|model| model.sha256.as_ref() == Some(&sha256))
        .map(|model| model.id.clone())
        .or_else(|| Some(path.file_name()?.to_string_lossy().into_owned()))
        .unwrap_or_default();
    Ok(ModelFile {
        id,
        path: absolute(path),
        sha256,
    })
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// SHA-256 of a file, read in blocks.
///
/// # Errors
/// The operating system's, if the file cannot be read.
pub fn digest_of(path: &Path) -> std::io::Result<Sha256Hex> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut block = vec![0_u8; 1 << 20];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(Sha256Hex::from_bytes(digest.finalize().into())),
            n => digest.update(&block[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_catalogue_names_the_models_that_the_program_uses() {
        let known = catalogue().expect("valid");
        for (id, role) in [
            ("whisper-base", ModelRole::Speech),
            ("whisper-tiny.en", ModelRole::Speech),
            ("silero-vad", ModelRole::VoiceActivity),
            ("qwen2.5-coder-0.5b-instruct", ModelRole::Drafting),
            ("qwen2.5-coder-1.5b-instruct", ModelRole::Drafting),
        ] {
            let model = known.iter().find(|model| model.id == id).expect(id);
            assert_eq!(model.role, role, "{id}");
            assert!(model.sha256.is_some(), "{id} has a digest");
        }
    }

    #[test]
    fn every_model_of_the_catalogue_has_its_card() {
        for model in catalogue().expect("valid") {
            let card = model.card();
            assert!(card.contains(&format!("`{}`", model.id)), "{}", model.id);
        }
    }

    #[test]
    fn a_model_without_digest_or_file_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let model = |id: &str, sha256: Option<&str>| KnownModel {
            id: id.to_owned(),
            role: ModelRole::Speech,
            name: id.to_owned(),
            licence: "MIT".to_owned(),
            origin: "a test".to_owned(),
            card: String::new(),
            file: format!("{id}.bin"),
            sha256: sha256.map(|hex| Sha256Hex::try_from(hex.to_owned()).unwrap()),
        };
        let known = [
            model("listed", None),
            model("absent", Some(&"ab".repeat(32))),
        ];
        let folders = [folder.path().to_owned()];
        let error = |name: &str| resolve_in(&folders, &known, name).unwrap_err();
        assert!(matches!(error("listed"), ModelError::NoDigest(_)));
        assert!(matches!(error("absent"), ModelError::Missing { .. }));
        assert!(matches!(error("no such thing"), ModelError::Unknown(_)));
    }

    #[test]
    fn a_path_is_known_by_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any name.bin");
        std::fs::write(&path, b"abc").unwrap();
        // FIPS 180-4, example B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let known = [KnownModel {
            id: "letters".to_owned(),
            role: ModelRole::Speech,
            name: "Letters".to_owned(),
            licence: "MIT".to_owned(),
            origin: "a test".to_owned(),
            card: String::new(),
            file: "x".to_owned(),
            sha256: Some(Sha256Hex::try_from(abc.to_owned()).unwrap()),
        }];
        let file = resolve_in(&[], &known, path.to_str().unwrap()).unwrap();
        assert_eq!((file.id.as_str(), file.sha256.as_str()), ("letters", abc));
        let file = resolve_in(&[], &[], path.to_str().unwrap()).unwrap();
        assert_eq!(file.id, "any name.bin");
    }

    /// Whatever an account has put into its own folder, or names with `INROOM_MODELS`.
    #[test]
    fn what_it_has_put_down_for_the_whole_computer_goes_first() {
        let root = tempfile::tempdir().unwrap();
        let folders = ["machine", "own"].map(|name| root.path().join(name));
        let model = |id: &str| KnownModel {
            id: id.to_owned(),
            role: ModelRole::Speech,
            name: id.to_owned(),
            licence: "MIT".to_owned(),
            origin: "a test".to_owned(),
            card: String::new(),
            file: format!("{id}.bin"),
            sha256: Some(Sha256Hex::try_from("ab".repeat(32)).unwrap()),
        };
        let known = [model("better"), model("smaller")];
        let first = || first_in(&folders, &known, &["better", "smaller"]);
        match first().unwrap_err() {
            ModelError::Missing { id, path } => {
                assert_eq!(
                    (id.as_str(), path),
                    ("better", folders[1].join("better.bin"))
                );
            }
            other => panic!("{other}"),
        }
        for folder in &folders {
            std::fs::create_dir(folder).unwrap();
        }
        std::fs::write(folders[1].join("better.bin"), b"own").unwrap();
        assert_eq!(first().unwrap().path, folders[1].join("better.bin"));
        std::fs::write(folders[0].join("smaller.bin"), b"machine").unwrap();
        assert_eq!(first().unwrap().path, folders[0].join("smaller.bin"));
        std::fs::write(folders[0].join("better.bin"), b"machine").unwrap();
        let found = resolve_in(&folders, &known, "better").unwrap();
        assert_eq!(found.path, folders[0].join("better.bin"));
        #[cfg(target_os = "linux")]
        assert_eq!(super::folders()[0], Path::new("/etc/inroom/models"));
    }
}
