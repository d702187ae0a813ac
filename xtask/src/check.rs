//! `cargo xtask check`: everything that is checked without running the program.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::setup::{self, Purpose};
use crate::{places, process, tidy, tools, ui};

/// A check: fine, or what is wrong.
type Check = fn() -> Result<()>;

/// Formatting, the house's rules, licences and origins of dependencies, the interface's types and style, and clippy.
/// The quick ones come first; each runs even if one before it has failed.
///
/// # Errors
/// If one fails.
pub fn run() -> Result<()> {
    setup::install(Purpose::Build)?;
    let checks: [(&str, Check); 5] = [
        ("format", format),
        ("tidy", tidy::check),
        ("dependencies", dependencies),
        ("interface", interface),
        ("clippy", clippy),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        eprintln!("check: {name}");
        if let Err(error) = check() {
            eprintln!("{error:#}");
            failed.push(name);
        }
    }
    ensure!(failed.is_empty(), "check: {} failed", failed.join(", "));
    eprintln!("check: in order");
    Ok(())
}

fn format() -> Result<()> {
    process::run(process::cargo().args(["fmt", "--all", "--check"]))
}

/// Licences, bans and sources need only the lock file; advisories need a database, which not every machine can fetch.
fn dependencies() -> Result<()> {
    let deny = tools::cargo_deny()?;
    let deny = || {
        let mut command = Command::new(&deny);
        command
            .current_dir(places::root())
            .args(["--workspace", "--locked"]);
        command
    };
    process::run(deny().args(["check", "licenses", "bans", "sources"]))?;
    if process::succeeds(deny().args(["fetch", "db"])) {
        process::run(deny().args(["check", "--disable-fetch", "advisories"]))?;
    } else {
        eprintln!("advisories: not checked, for the database cannot be fetched from here");
    }
    Ok(())
}

fn interface() -> Result<()> {
    ui::build()?;
    ui::check()
}

fn clippy() -> Result<()> {
    process::run(process::cargo().args([
        "clippy",
        "--release",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}
