//! libFuzzer as a library, and the fuzz targets that are linked with it.
//!
//! As cargo-fuzz does it, but on the stable compiler and without a sanitizer (all that is fuzzed is safe Rust), and with
//! everything that is not the house's own taken as the tests have built it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use cargo_metadata::{CargoOpt, MetadataCommand};

use super::at_once;
use crate::{places, process};

/// The package that has libFuzzer's source in it.
const SOURCE: &str = "libfuzzer-sys";

/// The programs of the targets, by their order.
///
/// # Errors
/// If something does not build.
pub fn build(targets: &[String]) -> Result<Vec<PathBuf>> {
    let library = library()?;
    let mut build = process::cargo();
    // With the features of the whole workspace, as the tests build it, so that nothing foreign is compiled once more.
    build.args(["build", "--release", "--workspace", "--features"]);
    build.arg("inroom-fuzz/engine");
    for target in targets {
        build.args(["--bin", &program(target)]);
    }
    build
        .env("RUSTC_WORKSPACE_WRAPPER", super::home().join("rustc.sh"))
        .env("INROOM_LIBFUZZER", library);
    process::run(&mut build)?;
    let programs = places::target().join("release");
    let path = |target: &String| programs.join(program(target));
    Ok(targets.iter().map(path).collect())
}

fn program(target: &str) -> String {
    format!("fuzz-{target}")
}

/// The folder with the library, which is compiled if it is not there.
fn library() -> Result<PathBuf> {
    let metadata = MetadataCommand::new()
        .current_dir(places::root())
        .features(CargoOpt::SomeFeatures(vec![
            "inroom-fuzz/source".to_owned(),
        ]))
        .other_options(
            ["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
                .map(str::to_owned)
                .to_vec(),
        )
        .exec()
        .context("cargo metadata failed; is Cargo.lock up to date?")?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == SOURCE)
        .context("the source of libFuzzer is not among the dependencies")?;
    let manifest = package.manifest_path.as_std_path();
    let source = manifest.with_file_name("libfuzzer");
    let folder = super::scratch().join(format!("engine-{}", package.version));
    let library = folder.join("libinroom-libfuzzer.a");
    if !library.is_file() {
        fs::create_dir_all(&folder)?;
        compile(&sources(&source)?, &folder, &library)?;
    }
    Ok(folder)
}

/// All of it but its `main`.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_main = path.file_stem().is_some_and(|name| name == "FuzzerMain");
        if path.extension().is_some_and(|kind| kind == "cpp") && !is_main {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

fn compile(sources: &[PathBuf], folder: &Path, library: &Path) -> Result<()> {
    let objects: Vec<PathBuf> = sources
        .iter()
        .filter_map(|source| Some(folder.join(source.file_name()?).with_extension("o")))
        .collect();
    let jobs: Vec<_> = sources.iter().zip(&objects).collect();
    at_once(&jobs, |(source, object)| {
        let mut compiler = Command::new("c++");
        compiler.args(["-std=c++17", "-O2", "-fno-omit-frame-pointer", "-w", "-c"]);
        process::run(compiler.arg(source).arg("-o").arg(object))
    })?;
    let unfinished = library.with_extension("part");
    let _ = fs::remove_file(&unfinished);
    let mut archive = Command::new("ar");
    process::run(archive.arg("crs").arg(&unfinished).args(&objects))?;
    fs::rename(&unfinished, library).context("cannot move the library into place")
}
