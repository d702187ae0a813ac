//! The RPM package.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use super::contents::{self, Entry};
use super::tree::{SETTINGS, Tree};
use super::{epoch, folder, life};
use crate::{digest, places, process};

/// What the package tools have to find that the programs need. More may come with them.
const LIBRARIES: [&str; 4] = [
    "libasound.so.2",
    "libgomp.so.1",
    "libgtk-3.so.0",
    "libwebkit2gtk-4.1.so.0",
];

/// Makes the package and looks into it.
///
/// # Errors
/// If it cannot be made, or is not what was laid out.
pub fn make(tree: &Tree) -> Result<PathBuf> {
    tree.set_modes()?;
    let version = env!("CARGO_PKG_VERSION");
    let package = folder().join(format!("inroom-{version}-1.x86_64.rpm"));
    pack(&tree.root, version, &files(tree), &package)?;
    check(&package, tree)?;
    let newer = folder().join("redhat/newer.rpm");
    life::red_hat(&package, &|version| {
        pack(&tree.root, version, &files(tree), &newer)?;
        Ok(newer.clone())
    })?;
    Ok(package)
}

/// The `%files` of a tree: each with its mode, all of root's.
fn files(tree: &Tree) -> String {
    let mut text = String::new();
    for folder in &tree.folders {
        let _ = writeln!(text, "%dir %attr(0755, root, root) {folder}");
    }
    for file in &tree.files {
        let mode = if file.runs { "0755" } else { "0644" };
        let mark = match file.path.as_str() {
            SETTINGS => "%config(noreplace) ",
            path if path.starts_with("/usr/share/doc/") => "%doc ",
            _ => "",
        };
        let _ = writeln!(text, "{mark}%attr({mode}, root, root) {}", file.path);
    }
    text
}

fn pack(root: &Path, version: &str, files: &str, package: &Path) -> Result<()> {
    let work = folder().join("redhat/work");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)?;
    let spec = fs::read_to_string(places::root().join("packaging/inroom.spec"))?
        .replace("{version}", version)
        .replace("{files}", files);
    let place = work.join("inroom.spec");
    fs::write(&place, spec)?;
    // It removes what it packs, when it is done.
    let copy = work.join("root");
    process::run(
        Command::new("cp")
            .args(["-a", "--reflink=auto"])
            .arg(root)
            .arg(&copy),
    )?;
    process::run(
        Command::new("rpmbuild")
            .env("SOURCE_DATE_EPOCH", epoch()?)
            .args(["-bb", "--quiet", "--target", "x86_64"])
            .arg("--define")
            .arg(format!("_topdir {}", work.display()))
            .arg("--define")
            .arg(format!("_rpmdir {}", work.display()))
            .args(["--define", "_rpmfilename made.rpm", "--buildroot"])
            .arg(&copy)
            .arg(&place),
    )?;
    fs::rename(work.join("made.rpm"), package)
        .with_context(|| format!("rpmbuild left no {}", package.display()))?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

fn check(package: &Path, tree: &Tree) -> Result<()> {
    let ask = |what: &[&str]| {
        process::output(
            Command::new("rpm")
                .args(["--query", "--package"])
                .args(what)
                .arg(package),
        )
    };
    let form = "[%{FILEMODES:perms}\\t%{FILEUSERNAME}/%{FILEGROUPNAME}\\t%{FILENAMES}\\t%{FILEDIGESTS}\\n]";
    let mut listed = Vec::new();
    for line in ask(&["--queryformat", form])?.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let [mode, owner, path, sum] = words[..] else {
            bail!("rpm says {line:?}");
        };
        if tree.files.iter().any(|file| file.path == path) {
            ensure!(
                sum == digest::of_file(&tree.on_disk(path))?,
                "{path} is not what was laid out"
            );
        }
        listed.push(Entry {
            path: path.to_owned(),
            mode: mode.to_owned(),
            owner: owner.to_owned(),
        });
    }
    let faults = contents::faults(&listed, tree);
    ensure!(
        faults.is_empty(),
        "{}: {}",
        package.display(),
        faults.join("; ")
    );
    let scripts = ask(&["--scripts", "--triggers"])?;
    ensure!(scripts.trim().is_empty(), "it runs {scripts}");
    ensure!(
        ask(&["--configfiles"])?.trim() == SETTINGS,
        "its settings are not {SETTINGS} alone"
    );
    let needs = ask(&["--requires"])?;
    for library in LIBRARIES {
        ensure!(
            needs.lines().any(|need| need.starts_with(library)),
            "{library} is not among what the programs need: {needs}"
        );
    }
    Ok(())
}
