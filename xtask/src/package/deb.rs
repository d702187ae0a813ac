//! The Debian package.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::tree::{SETTINGS, Tree};
use super::{contents, epoch, folder, life};
use crate::{digest, places, process};

/// What the package tools have to find that the programs need. More may come with them.
const LIBRARIES: [&str; 4] = [
    "libasound2",
    "libgomp1",
    "libgtk-3-0",
    "libwebkit2gtk-4.1-0",
];

/// What is beside the files: descriptions, and what runs when the package is removed.
const BESIDE: [&str; 4] = ["conffiles", "control", "md5sums", "postrm"];

/// Makes the package and looks into it.
///
/// # Errors
/// If it cannot be made, or is not what was laid out.
pub fn make(tree: &Tree) -> Result<PathBuf> {
    let depends = depends(tree)?;
    for library in LIBRARIES {
        ensure!(
            depends
                .split(", ")
                .any(|one| one.split(' ').next() == Some(library)),
            "{library} is not among what the programs need: {depends}"
        );
    }
    let package = folder().join(format!("inroom_{}_amd64.deb", env!("CARGO_PKG_VERSION")));
    pack(
        &tree.root,
        env!("CARGO_PKG_VERSION"),
        &depends,
        "xz",
        &package,
        &|| tree.set_modes(),
    )?;
    check(&package, tree)?;
    let newer = folder().join("debian/newer.deb");
    life::debian(&package, &|version| {
        pack(&tree.root, version, &depends, "none", &newer, &|| {
            tree.set_modes()
        })?;
        Ok(newer.clone())
    })?;
    Ok(package)
}

/// Packs a tree in which everything but the descriptions lies.
///
/// # Errors
/// If a tool fails.
pub fn pack(
    root: &Path,
    version: &str,
    depends: &str,
    compression: &str,
    package: &Path,
    set_modes: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let beside = root.join("DEBIAN");
    let _ = fs::remove_dir_all(&beside);
    let sums = process::output(Command::new("sh").current_dir(root).args([
        "-c",
        "find . -type f -printf '%P\\0' | sort -z | xargs -0 md5sum",
    ]))?;
    let kibibytes = process::output(
        Command::new("du")
            .args(["-sk", "--apparent-size"])
            .arg(root),
    )?;
    let kibibytes = kibibytes.split_whitespace().next().unwrap_or_default();
    fs::create_dir_all(&beside)?;
    let packaging = places::root().join("packaging");
    let control = fs::read_to_string(packaging.join("control.txt"))?
        .replace("{version}", version)
        .replace("{kibibytes}", kibibytes)
        .replace("{depends}", depends);
    fs::write(beside.join("control"), control)?;
    fs::write(beside.join("md5sums"), sums)?;
    fs::write(beside.join("conffiles"), format!("{SETTINGS}\n"))?;
    fs::copy(packaging.join("postrm.sh"), beside.join("postrm"))?;
    set_modes()?;
    process::run(Command::new("chmod").arg("755").arg(beside.join("postrm")))?;
    process::run(
        Command::new("dpkg-deb")
            .env("SOURCE_DATE_EPOCH", epoch()?)
            .args(["--root-owner-group", &format!("-Z{compression}"), "--build"])
            .arg(root)
            .arg(package),
    )
}

/// What the programs need, with the oldest version that has it.
fn depends(tree: &Tree) -> Result<String> {
    // It wants to stand in a folder of sources.
    let scratch = tempfile::tempdir()?;
    fs::create_dir(scratch.path().join("debian"))?;
    fs::write(
        scratch.path().join("debian/control"),
        "Source: inroom\n\nPackage: inroom\nArchitecture: amd64\n",
    )?;
    let programs = tree.files.iter().filter(|file| file.runs);
    let said = process::output(
        Command::new("dpkg-shlibdeps")
            .current_dir(scratch.path())
            .arg("-O")
            .args(programs.map(|file| tree.on_disk(&file.path).canonicalize().unwrap_or_default())),
    )?;
    let depends = said
        .lines()
        .find_map(|line| line.strip_prefix("shlibs:Depends="));
    depends
        .map(str::to_owned)
        .context("dpkg-shlibdeps has found nothing that is needed")
}

fn check(package: &Path, tree: &Tree) -> Result<()> {
    let ask = |what: &str| process::output(Command::new("dpkg-deb").arg(what).arg(package));
    let faults = contents::faults(&contents::of_tar(&ask("--contents")?), tree);
    ensure!(
        faults.is_empty(),
        "{}: {}",
        package.display(),
        faults.join("; ")
    );
    let unpacked = tempfile::tempdir()?;
    process::run(
        Command::new("dpkg-deb")
            .arg("--raw-extract")
            .arg(package)
            .arg(unpacked.path()),
    )?;
    let beside: BTreeSet<String> = fs::read_dir(unpacked.path().join("DEBIAN"))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    ensure!(
        beside.iter().map(String::as_str).eq(BESIDE),
        "beside the files there is {beside:?}"
    );
    let script = fs::read(unpacked.path().join("DEBIAN/postrm"))?;
    ensure!(
        script == fs::read(places::root().join("packaging/postrm.sh"))?,
        "the script is another one"
    );
    for file in &tree.files {
        let inside = unpacked.path().join(file.path.trim_start_matches('/'));
        ensure!(
            digest::of_file(&inside)? == digest::of_file(&tree.on_disk(&file.path))?,
            "{} is not what was laid out",
            file.path
        );
    }
    Ok(())
}
