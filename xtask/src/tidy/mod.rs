//! `cargo xtask tidy`: rules of this house that no compiler or linter knows.

mod layers;
mod manifests;
mod programs;
mod sources;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::{places, process};

/// Checks every rule and shows every breach.
///
/// # Errors
/// If there is one, or something cannot be read.
pub fn check() -> Result<()> {
    let metadata = metadata()?;
    let mut breaches = layers::check(&layers::edges(&metadata));
    breaches.extend(programs::check(&programs::trees(&metadata)?));
    for (path, text) in files()? {
        breaches.extend(
            sources::check(&path, &text)
                .into_iter()
                .map(|breach| format!("{path}:{breach}")),
        );
        if Path::new(&path)
            .file_name()
            .is_some_and(|name| name == "Cargo.toml")
        {
            breaches.extend(manifests::check(&path, &text));
        }
    }
    for package in metadata.workspace_packages() {
        for target in &package.targets {
            let library_or_program = target.is_lib() || target.is_bin();
            if library_or_program && !manifests::MAY_BE_UNSAFE.contains(&package.name.as_str()) {
                let text = std::fs::read_to_string(&target.src_path)?;
                let path = target
                    .src_path
                    .strip_prefix(&metadata.workspace_root)
                    .unwrap_or(&target.src_path);
                breaches.extend(
                    sources::forbids_unsafe(&text).map(|breach| format!("{path}: {breach}")),
                );
            }
        }
    }
    for breach in &breaches {
        eprintln!("{breach}");
    }
    ensure!(breaches.is_empty(), "tidy: {} to mend", breaches.len());
    eprintln!("tidy: in order");
    Ok(())
}

/// Every package that is linked into a shipped program, with what cargo knows of it.
///
/// # Errors
/// If cargo does not know.
pub fn linked() -> Result<Vec<cargo_metadata::Package>> {
    let metadata = metadata()?;
    let names: std::collections::BTreeSet<String> = programs::trees(&metadata)?
        .into_values()
        .flatten()
        .collect();
    let packages = metadata.packages.into_iter();
    Ok(packages
        .filter(|package| names.contains(package.name.as_str()))
        .collect())
}

/// What cargo knows of the workspace, for the platforms that are shipped.
fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(places::root())
        .other_options(
            ["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
                .map(str::to_owned)
                .to_vec(),
        )
        .exec()
        .context("cargo metadata failed; is Cargo.lock up to date?")
}

/// Every text file of the checkout that git does not ignore, with its path from the root.
fn files() -> Result<Vec<(String, String)>> {
    let list = process::output(Command::new("git").current_dir(places::root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]))?;
    let mut files = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        match std::fs::read(places::root().join(path)) {
            Ok(bytes) => files.extend(
                String::from_utf8(bytes)
                    .ok()
                    .map(|text| (path.to_owned(), text)),
            ),
            // Deleted but not yet committed.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    #[test]
    fn this_checkout_is_in_order() {
        super::check().unwrap();
    }
}
