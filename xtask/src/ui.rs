//! The interface: its packages, its build, its checks.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::stamp::{self, Stamp};
use crate::tools::Node;
use crate::{places, process};

fn folder() -> PathBuf {
    places::root().join("ui")
}

/// Installs the pinned packages unless they are there. A package's own install script does not run.
fn packages(node: &Node) -> Result<()> {
    let modules = folder().join("node_modules");
    let stamp = Stamp::of_files([
        folder().join("package.json"),
        folder().join("package-lock.json"),
    ])?;
    let kept = modules.join(".stamp");
    if stamp.is_in(&kept) {
        return Ok(());
    }
    process::run(
        node.npm(&folder())
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
    )?;
    stamp.keep_in(&kept)
}

/// Builds `ui/dist`, which the desktop program embeds, unless it is up to date.
///
/// # Errors
/// If Node cannot be had, a package cannot be fetched, or the build fails.
pub fn build() -> Result<()> {
    let sources = stamp::files_below(&folder(), &["node_modules", "dist"])?;
    let stamp = Stamp::of_files(sources)?;
    let built = folder().join("dist");
    let kept = places::target().join("ui.stamp");
    if stamp.is_in(&kept) && built.join("index.html").is_file() {
        eprintln!("ui: up to date");
        return Ok(());
    }
    let node = Node::find()?;
    packages(&node)?;
    process::run(node.npm(&folder()).args(["run", "build"]))?;
    fs::create_dir_all(places::target()).context("cannot make the build folder")?;
    stamp.keep_in(&kept)
}

/// Types and style of the interface.
///
/// # Errors
/// If something is found.
pub fn check() -> Result<()> {
    let node = Node::find()?;
    packages(&node)?;
    process::run(node.npm(&folder()).args(["run", "check"]))?;
    process::run(node.npm(&folder()).args(["run", "lint"]))
}

/// The interface's own tests.
///
/// # Errors
/// If one fails.
pub fn test() -> Result<()> {
    let node = Node::find()?;
    packages(&node)?;
    process::run(node.npm(&folder()).args(["run", "test"]))
}
