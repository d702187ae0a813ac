//! A package's life on a computer: installed, updated, removed, purged, in a folder that stands for the whole computer.
//! What people and IT have there stays as long as it should.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::process;

/// What lies on the computer besides the package: an account's vault, and what IT has put down for all accounts.
const VAULT: &str = "home/ada/.local/share/Inroom/vault/keys.json";
const MACHINE: [&str; 4] = [
    "etc/inroom/organisation.pub",
    "etc/inroom/organisation.toml",
    "etc/inroom/organisation.toml.minisig",
    "etc/inroom/models/speech.bin",
];
/// Of the package: what has to come and go with it.
const PROGRAM: &str = "usr/bin/inroomctl";
const WORKER: &str = "usr/lib/inroom/workers/inroom-worker-v2";

/// A later version than any that is made.
const NEWER: &str = "9999.0.0";

/// Packs the same tree once more with another version.
type Repack<'a> = dyn Fn(&str) -> Result<PathBuf> + 'a;

/// Installs, updates, removes and purges the Debian package.
///
/// # Errors
/// If a step fails, or something is there that should not be, or is not that should.
pub fn debian(package: &Path, newer: &Repack<'_>) -> Result<()> {
    let computer = Computer::new()?;
    for folder in ["info", "updates", "triggers"] {
        fs::create_dir_all(computer.path("var/lib/dpkg").join(folder))?;
    }
    fs::write(computer.path("var/lib/dpkg/status"), "")?;
    let dpkg = |what: &str, of: &Path| {
        computer.run(
            Command::new("dpkg")
                .arg("--root")
                .arg(computer.0.path())
                .args([
                    "--log=/dev/null",
                    "--force-depends",
                    "--force-script-chrootless",
                ])
                .args(["--force-not-root", "--force-bad-path", what])
                .arg(of),
        )
    };
    dpkg("--install", package)?;
    computer.in_use()?;
    let newer = newer(NEWER)?;
    dpkg("--install", &newer)?;
    computer.updated()?;
    fs::remove_file(&newer)?;
    dpkg("--remove", Path::new("inroom"))?;
    computer.removed()?;
    dpkg("--purge", Path::new("inroom"))?;
    computer.has(&[VAULT])?;
    computer.lacks(&["etc/inroom"])
}

/// Installs, updates and erases the RPM package.
///
/// # Errors
/// As [`debian`].
pub fn red_hat(package: &Path, newer: &Repack<'_>) -> Result<()> {
    let computer = Computer::new()?;
    let rpm = |what: &str, of: &Path| {
        computer.run(
            Command::new("rpm")
                .arg("--root")
                .arg(computer.0.path())
                .args(["--nodeps", "--noplugins", what])
                .arg(of),
        )
    };
    rpm("--install", package)?;
    computer.in_use()?;
    let newer = newer(NEWER)?;
    rpm("--upgrade", &newer)?;
    computer.updated()?;
    fs::remove_file(&newer)?;
    rpm("--erase", Path::new("inroom"))?;
    computer.removed()
}

fn is_root() -> Result<bool> {
    Ok(process::output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// A program that believes to be root.
fn mapped(program: &OsStr) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user"]).arg(program);
    command
}

/// The folder that stands for a computer.
struct Computer(tempfile::TempDir);

impl Computer {
    fn new() -> Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    fn path(&self, of: &str) -> PathBuf {
        self.0.path().join(of)
    }

    /// Runs as root, or as what looks like it: the tools give every file to root.
    fn run(&self, command: &mut Command) -> Result<()> {
        if is_root()? {
            return process::run(command);
        }
        process::run(mapped(command.get_program()).args(command.get_args()))
    }

    /// The package is there; people and IT put down what is theirs, and a part of the package is older than it was.
    fn in_use(&self) -> Result<()> {
        self.has(&[PROGRAM, WORKER, "etc/inroom/README"])?;
        for theirs in MACHINE.iter().chain([&VAULT]) {
            let path = self.path(theirs);
            fs::create_dir_all(path.parent().context("a file without a folder")?)?;
            fs::write(path, theirs)?;
        }
        for old in [PROGRAM, WORKER] {
            fs::write(self.path(old), "of the version before")?;
        }
        Ok(())
    }

    /// Program and worker were exchanged together, and nothing else.
    fn updated(&self) -> Result<()> {
        for new in [PROGRAM, WORKER] {
            ensure!(
                fs::read(self.path(new))? != b"of the version before",
                "the update has left the old {new}"
            );
        }
        self.has_theirs()
    }

    fn removed(&self) -> Result<()> {
        self.has_theirs()?;
        self.lacks(&[PROGRAM, "usr/lib/inroom", "usr/share/doc/inroom"])
    }

    fn has_theirs(&self) -> Result<()> {
        let theirs: BTreeMap<&str, Option<String>> = MACHINE
            .into_iter()
            .chain([VAULT])
            .map(|path| (path, fs::read_to_string(self.path(path)).ok()))
            .collect();
        for (path, content) in theirs {
            ensure!(
                content.as_deref() == Some(path),
                "{path} is gone or altered"
            );
        }
        Ok(())
    }

    fn has(&self, paths: &[&str]) -> Result<()> {
        match paths.iter().find(|path| !self.path(path).exists()) {
            Some(path) => bail!("{path} is not there"),
            None => Ok(()),
        }
    }

    fn lacks(&self, paths: &[&str]) -> Result<()> {
        match paths.iter().find(|path| self.path(path).exists()) {
            Some(path) => bail!("{path} is still there"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::deb;
    use super::*;

    /// A package with the true scripts and hardly a file; and one whose script takes too much.
    #[test]
    fn removing_keeps_what_is_theirs_and_purging_takes_the_computers_alone() {
        if !is_root().unwrap() && !process::succeeds(&mut mapped("true".as_ref())) {
            eprintln!("not run: only root may give files to root here");
            return;
        }
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("root");
        for file in [PROGRAM, WORKER, "etc/inroom/README"] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "new").unwrap();
        }
        let package = |name: &str, version: &str| -> Result<PathBuf> {
            let package = scratch.path().join(name);
            deb::pack(&root, version, "libc6", "none", &package, &|| Ok(()))?;
            Ok(package)
        };
        let made = package("one.deb", "0.0.1").unwrap();
        debian(&made, &|version| package("two.deb", version)).unwrap();

        let script = root.join("DEBIAN/postrm");
        let greedy = fs::read_to_string(&script).unwrap() + "rm -rf \"$DPKG_ROOT/home\"\n";
        let spoiled = scratch.path().join("spoiled.deb");
        fs::write(&script, greedy).unwrap();
        process::run(
            Command::new("dpkg-deb")
                .args(["--root-owner-group", "-Znone", "--build"])
                .arg(&root)
                .arg(&spoiled),
        )
        .unwrap();
        let said = debian(&made, &|_| Ok(spoiled.clone()));
        assert!(said.unwrap_err().to_string().contains("home"));
    }
}
