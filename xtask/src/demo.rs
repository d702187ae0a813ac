//! `cargo xtask demo`: from a bare machine to a visit that becomes a note.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::setup::{self, Purpose};
use crate::{dist, models, places, process};

/// Prepares, builds and runs: with a display the desktop program on a demo vault, into whose recorder the first sample visit
/// plays; without one the same visit on the command line.
///
/// # Errors
/// If a step fails.
pub fn run() -> Result<()> {
    setup::install(Purpose::Build)?;
    models::fetch("default", &[])?;
    dist::build()?;
    let dist = places::dist();
    let visit = first_visit()?;
    if has_display() {
        eprintln!(
            "opening Inroom on a demo vault; start a visit and {} plays into the recorder",
            visit.display()
        );
        let mut inroom = Command::new(dist.join("inroom"));
        inroom.args(["--demo", "--demo-audio"]).arg(&visit);
        return process::run(inroom.current_dir(places::root()));
    }
    let draft = places::target().join("demo.json");
    eprintln!(
        "no display: playing {} on the command line, at the speed of the visit",
        visit.display()
    );
    process::run(
        Command::new(dist.join("inroomctl"))
            .args(["eval", "visit", "--speed", "1", "--audio"])
            .arg(&visit)
            .arg("--output")
            .arg(&draft)
            .current_dir(places::root()),
    )?;
    println!(
        "the note with its evidence and the times: {}",
        draft.display()
    );
    Ok(())
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("WAYLAND_DISPLAY") || set("DISPLAY")
}

/// The first sample visit by name.
fn first_visit() -> Result<PathBuf> {
    let folder = places::visits();
    let entries =
        std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let visits = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "flac"));
    visits
        .min()
        .with_context(|| format!("{} has no sample visit", folder.display()))
}
