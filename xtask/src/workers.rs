//! The worker program, built once for each processor level.
//!
//! whisper.cpp fixes the instructions it uses when it is compiled, and candle chooses its own when it runs, so the variants
//! differ in whisper.cpp alone. The build script of whisper-rs-sys reads `GGML_*` but does not watch it. Of what it does
//! watch, `TARGET` in cargo's own environment is watched by nothing else and decides nothing (cargo tells build scripts the
//! real one), so that is set to the variant's name. In the one build folder cmake then recompiles only the
//! processor-specific files, and cargo the few crates from whisper-rs-sys up. The plain build's variant comes last, so that
//! a plain `cargo build` afterwards finds everything fresh.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use cargo_metadata::{MetadataCommand, PackageId};

use crate::stamp::{self, Stamp};
use crate::{places, process};

/// One variant: the end of its file name and what whisper.cpp may use.
struct Variant {
    name: &'static str,
    /// The `GGML_*` switches that are on; all others of [`SWITCHES`] are off.
    on: &'static [&'static str],
}

/// Every switch that decides about instructions. Each must follow `Level` of the crate `worker`, which decides by CPUID who
/// may run what.
const SWITCHES: [&str; 11] = [
    "SSE42",
    "AVX",
    "AVX2",
    "FMA",
    "F16C",
    "BMI2",
    "AVX_VNNI",
    "AVX512",
    "AVX512_VBMI",
    "AVX512_VNNI",
    "AVX512_BF16",
];

/// Without [`PLAIN`], which `.cargo/config.toml` describes.
const VARIANTS: [Variant; 2] = [
    // x86-64-v2: any clinic computer since about 2009.
    Variant {
        name: "v2",
        on: &["SSE42"],
    },
    // F, CD, BW, DQ, VL, VBMI and VNNI: Intel from Ice Lake, Tiger Lake and Rocket Lake on, AMD from Zen 4 on. Without BF16,
    // which the Intel ones lack and Whisper's half-precision matrices do not use.
    Variant {
        name: "avx512",
        on: &[
            "SSE42",
            "AVX",
            "AVX2",
            "FMA",
            "F16C",
            "BMI2",
            "AVX512",
            "AVX512_VBMI",
            "AVX512_VNNI",
        ],
    },
];

/// The variant of a plain `cargo build`.
const PLAIN: &str = "avx2";

/// Where the variants lie.
pub fn folder() -> PathBuf {
    places::target().join("workers")
}

/// File name of a variant.
pub fn file_name(variant: &str) -> String {
    format!("inroom-worker-{variant}{}", std::env::consts::EXE_SUFFIX)
}

/// The names of all variants, best first.
pub const NAMES: [&str; 3] = ["avx512", PLAIN, "v2"];

/// Builds every variant unless it is up to date.
///
/// # Errors
/// If a build fails.
pub fn build() -> Result<()> {
    build_with(&process::cargo, &folder())
}

/// Builds every variant unless it is up to date, with this way of calling cargo, into a folder that no other way uses.
///
/// # Errors
/// If a build fails.
pub fn build_with(cargo: &dyn Fn() -> Command, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let sources = sources()?;
    let mut environment: Vec<(&str, BTreeMap<String, String>)> = VARIANTS
        .iter()
        .map(|variant| (variant.name, variant.environment()))
        .collect();
    environment.push((PLAIN, BTreeMap::new()));
    let mut plain_is_next = false;
    for (name, environment) in environment {
        let stamp = Stamp::of_files(sources.iter().cloned())?
            .and(&format!("{environment:?}"))
            .and(&rustc());
        let kept = folder.join(format!("{name}.stamp"));
        let built = folder.join(file_name(name));
        // Another variant in the build folder has to give way to the plain one.
        if stamp.is_in(&kept) && built.is_file() && !(name == PLAIN && plain_is_next) {
            eprintln!("workers: {name} is up to date");
            continue;
        }
        plain_is_next = true;
        process::run(
            cargo()
                .args([
                    "build",
                    "--release",
                    "--workspace",
                    "--bin",
                    "inroom-worker",
                ])
                .envs(&environment),
        )?;
        let from = places::target()
            .join("release")
            .join(format!("inroom-worker{}", std::env::consts::EXE_SUFFIX));
        copy(&from, &built)?;
        stamp.keep_in(&kept)?;
    }
    Ok(())
}

/// Copies a program; a running one of that name keeps its own file.
///
/// # Errors
/// If it cannot be copied.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let unfinished = to.with_extension("new");
    fs::copy(from, &unfinished).with_context(|| format!("cannot copy {}", from.display()))?;
    fs::rename(&unfinished, to).with_context(|| format!("cannot write {}", to.display()))
}

impl Variant {
    fn environment(&self) -> BTreeMap<String, String> {
        let switch = |name: &&str| {
            let state = if self.on.contains(name) { "ON" } else { "OFF" };
            (format!("GGML_{name}"), state.to_owned())
        };
        let mut all: BTreeMap<String, String> = SWITCHES.iter().map(switch).collect();
        all.insert("GGML_NATIVE".to_owned(), "OFF".to_owned());
        all.insert("GGML_LLAMAFILE".to_owned(), "ON".to_owned());
        all.insert("TARGET".to_owned(), format!("inroom-{}", self.name));
        all
    }
}

fn rustc() -> String {
    process::version(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .unwrap_or_default()
}

/// Sources of the worker and of the house crates that it is built from, the lock file, and what sets flags.
fn sources() -> Result<Vec<PathBuf>> {
    let metadata = MetadataCommand::new()
        .current_dir(places::root())
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .context("cargo metadata failed")?;
    let resolve = metadata
        .resolve
        .as_ref()
        .context("cargo metadata resolved nothing")?;
    let needs: BTreeMap<&PackageId, &Vec<PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| (&node.id, &node.dependencies))
        .collect();
    let house: BTreeMap<&PackageId, PathBuf> = metadata
        .workspace_packages()
        .into_iter()
        .filter_map(|package| {
            Some((
                &package.id,
                package.manifest_path.parent()?.as_std_path().to_owned(),
            ))
        })
        .collect();
    let worker = metadata
        .workspace_packages()
        .into_iter()
        .find(|package| package.name.as_str() == "inroom-worker");
    let mut open = vec![&worker.context("there is no crate inroom-worker")?.id];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if house.contains_key(id) && seen.insert(id) {
            open.extend(needs.get(id).into_iter().flat_map(|ids| ids.iter()));
        }
    }
    let root = places::root();
    let mut files = vec![
        root.join("Cargo.lock"),
        root.join("Cargo.toml"),
        root.join(".cargo/config.toml"),
    ];
    for id in seen {
        files.extend(stamp::files_below(
            &house[id],
            &["tests", "benches", "examples"],
        )?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_variant_decides_about_every_instruction_set() {
        let v2 = VARIANTS[0].environment();
        assert_eq!(v2["GGML_NATIVE"], "OFF");
        let on: Vec<&str> = v2
            .iter()
            .filter(|(_, state)| *state == "ON")
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(on, ["GGML_LLAMAFILE", "GGML_SSE42"]);
        assert_ne!(v2["TARGET"], VARIANTS[1].environment()["TARGET"]);
        for variant in &VARIANTS {
            assert!(
                variant.on.iter().all(|name| SWITCHES.contains(name)),
                "{}",
                variant.name
            );
        }
    }

    /// The plain build must set exactly the same names, or a switch of a variant would stay in cmake's cache.
    #[test]
    fn the_plain_build_sets_the_same_names() {
        let config = fs::read_to_string(places::root().join(".cargo/config.toml")).unwrap();
        let config: toml::Table = toml::from_str(&config).unwrap();
        let plain: Vec<&str> = config["env"]
            .as_table()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut variant = VARIANTS[1].environment();
        variant.remove("TARGET");
        assert_eq!(
            plain.iter().collect::<BTreeSet<_>>(),
            variant
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .iter()
                .collect()
        );
        assert_eq!(config["env"]["GGML_AVX2"].as_str(), Some("ON"));
        assert_eq!(config["env"]["GGML_AVX512"].as_str(), Some("OFF"));
    }

    #[test]
    fn the_workers_sources_are_those_of_the_house_crates_below_it() {
        let sources = sources().unwrap();
        let has = |end: &str| sources.iter().any(|file| file.ends_with(end));
        assert!(
            has("crates/inroom-worker/src/main.rs")
                && has("crates/visit/src/lib.rs")
                && has("crates/speech/Cargo.toml")
        );
        assert!(!has("crates/vault/src/lib.rs"));
    }
}
