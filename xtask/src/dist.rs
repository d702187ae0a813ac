//! The set of programs as it is shipped.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::{places, process, ui, workers};

/// Programs that lie at the top of the set.
pub const PROGRAMS: [&str; 3] = ["inroom", "inroomctl", "inroom-verify"];

/// Builds everything that is shipped and lays it out in `target/dist`, runnable from there: the programs, and the worker's
/// variants in `workers/`.
///
/// # Errors
/// If something does not build.
pub fn build() -> Result<()> {
    let dist = places::dist();
    build_with(&process::cargo, &workers::folder(), &dist)?;
    println!("dist: {}", dist.display());
    Ok(())
}

/// The same with this way of calling cargo, into folders that no other way uses.
///
/// # Errors
/// If something does not build.
pub fn build_with(call: &dyn Fn() -> Command, workers: &Path, dist: &Path) -> Result<()> {
    ui::build()?;
    workers::build_with(call, workers)?;
    let mut cargo = call();
    cargo.args(["build", "--release", "--workspace"]);
    for program in PROGRAMS {
        cargo.args(["--bin", program]);
    }
    process::run(&mut cargo)?;
    fs::create_dir_all(dist.join("workers"))
        .with_context(|| format!("cannot make {}", dist.display()))?;
    for program in PROGRAMS {
        let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        workers::copy(
            &places::target().join("release").join(&file),
            &dist.join(&file),
        )?;
    }
    for variant in workers::NAMES {
        let file = workers::file_name(variant);
        workers::copy(&workers.join(&file), &dist.join("workers").join(&file))?;
    }
    starts(dist)
}

/// Whether what lies there can be started: every program, which needs no display to say its version, and the workers that
/// this processor runs.
///
/// # Errors
/// If one does not start or says another version.
pub fn starts(dist: &Path) -> Result<()> {
    let programs = PROGRAMS
        .iter()
        .map(|program| dist.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)));
    let workers = workers::NAMES
        .into_iter()
        .filter(|variant| runs_here(variant))
        .map(|variant| dist.join("workers").join(workers::file_name(variant)));
    for program in programs.chain(workers) {
        let said = process::output(Command::new(&program).arg("--version"))?;
        ensure!(
            said.contains(env!("CARGO_PKG_VERSION")),
            "{} says it is {said:?}",
            program.display()
        );
    }
    Ok(())
}

/// Whether this processor has what a worker's variant was built for; every one has that of `v2`.
#[cfg(target_arch = "x86_64")]
fn runs_here(variant: &str) -> bool {
    match variant {
        "avx512" => {
            std::arch::is_x86_feature_detected!("avx512vnni")
                && std::arch::is_x86_feature_detected!("avx512vbmi")
        }
        "avx2" => std::arch::is_x86_feature_detected!("avx2"),
        _ => true,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn runs_here(variant: &str) -> bool {
    variant == "v2"
}
