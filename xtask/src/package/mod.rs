//! `cargo xtask package`: a Debian and an RPM package of everything that is shipped, built without a network once the
//! tools are there, and looked into.
//!
//! One tree is laid out as it lies on a computer, and both packages hold it. They are made by the families' own tools,
//! `dpkg-deb` and `rpmbuild`: they pack any tree, work offline, find the libraries that are needed themselves, and what
//! they have made can be asked with the same tools that will install it. cargo-deb and cargo-generate-rpm would each want
//! the list of files in a manifest of their own; Tauri's bundler packs one program and has no place for a file of `/etc`.

mod bill;
mod contents;
mod deb;
mod life;
mod listed;
mod notices;
mod rpm;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::setup::{self, Purpose};
use crate::{digest, dist, places, process, tools};
use tree::{Family, Tree};

/// Where everything of this command lies.
fn folder() -> PathBuf {
    places::target().join("package")
}

/// Builds, lays out, packs, and looks at what was packed.
///
/// # Errors
/// If a step fails, or a package does not hold what it should.
pub fn run() -> Result<()> {
    ensure!(
        cfg!(all(target_os = "linux", target_arch = "x86_64")),
        "packages are made on 64-bit x86 Linux alone"
    );
    let start = Instant::now();
    setup::install(Purpose::Package)?;
    let auditable = tools::cargo_auditable()?;
    let call = || {
        let mut command = process::as_by_hand(&auditable);
        command.arg("auditable").current_dir(places::root());
        command
    };
    let built = folder().join(format!("auditable-{}", tools::CARGO_AUDITABLE));
    let programs = built.join("dist");
    dist::build_with(&call, &built.join("workers"), &programs)?;
    let parts = parts(&programs)?;
    let made = [
        deb::make(&Tree::lay_out(Family::Debian, &parts, &folder())?)?,
        rpm::make(&Tree::lay_out(Family::RedHat, &parts, &folder())?)?,
    ];
    let mut sums = String::new();
    for package in &made {
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        sums += &format!("{}  {name}\n", digest::of_file(package)?);
        let size = fs::metadata(package)?.len();
        println!(
            "package: {} ({:.1} MB)",
            package.display(),
            size as f64 / 1e6
        );
    }
    fs::write(folder().join("SHA256SUMS"), sums)?;
    eprintln!("package: {} s", start.elapsed().as_secs());
    Ok(())
}

/// What the tree is laid out from, all of it made anew.
struct Parts {
    /// Programs, and the workers in `workers/`, stripped.
    programs: PathBuf,
    /// What the programs have written of their own command lines.
    manual: PathBuf,
    /// Bills of material.
    bills: PathBuf,
    /// The licences of what is linked.
    notices: PathBuf,
}

fn parts(built: &Path) -> Result<Parts> {
    let folder = folder().join("parts");
    let _ = fs::remove_dir_all(&folder);
    let parts = Parts {
        programs: folder.join("programs"),
        manual: folder.join("manual"),
        bills: folder.join("sbom"),
        notices: folder.join("THIRD-PARTY-NOTICES.txt"),
    };
    fs::create_dir_all(parts.programs.join("workers"))
        .with_context(|| format!("cannot make {}", parts.programs.display()))?;
    for path in tree::programs() {
        // The symbols are for whoever debugs; the list of what the program is made of stays, which is looked at below.
        process::run(
            Command::new("strip")
                .args(["--strip-unneeded", "-o"])
                .arg(parts.programs.join(&path))
                .arg(built.join(&path)),
        )?;
    }
    dist::starts(&parts.programs)?;
    for program in dist::PROGRAMS {
        process::run(
            Command::new(parts.programs.join(program))
                .arg("--write-manual")
                .arg(&parts.manual),
        )?;
    }
    bill::make(&parts.bills)?;
    for (program, path) in tree::shipped() {
        let inside = listed::of(&parts.programs.join(&path))?;
        bill::check(&parts.bills, program, &inside)
            .with_context(|| format!("the bill of material of {path}"))?;
    }
    fs::write(&parts.notices, notices::text()?)?;
    Ok(parts)
}

/// The time of the last commit: what is made twice of it has the same times.
fn epoch() -> Result<String> {
    let said = process::output(Command::new("git").current_dir(places::root()).args([
        "log",
        "-1",
        "--format=%ct",
    ]))?;
    Ok(said.trim().to_owned())
}
