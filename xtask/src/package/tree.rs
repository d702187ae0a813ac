//! What lies where on a computer on which the package is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::Parts;
use crate::{dist, places, process, workers};

/// Whose packages they are: of the few places in which the families differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Debian, Ubuntu.
    Debian,
    /// Red Hat, Fedora, SUSE.
    RedHat,
}

/// The whole, laid out in a folder that stands for `/`.
pub struct Tree {
    /// That folder.
    pub root: PathBuf,
    /// Folders that are the package's own, empty ones among them.
    pub folders: Vec<&'static str>,
    /// Every file.
    pub files: Vec<Placed>,
}

/// A file of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its path on the computer.
    pub path: String,
    /// Whether it can be run.
    pub runs: bool,
}

/// Where the programs find their workers (`crates/worker/src/locate.rs`).
const WORKERS: &str = "/usr/lib/inroom/workers";
const DOCUMENTS: &str = "/usr/share/doc/inroom";
/// What is there for a person to change; the package tools know it as such.
pub const SETTINGS: &str = "/etc/inroom/README";

/// Folders that nothing else puts there.
const FOLDERS: [&str; 7] = [
    "/etc/inroom",
    "/etc/inroom/models",
    "/usr/lib/inroom",
    WORKERS,
    DOCUMENTS,
    "/usr/share/doc/inroom/models",
    "/usr/share/doc/inroom/sbom",
];

/// Without these a package is not one of Inroom, however it was laid out.
pub const NEEDED: [&str; 29] = [
    "/etc/inroom/README",
    "/usr/bin/inroom",
    "/usr/bin/inroom-verify",
    "/usr/bin/inroomctl",
    "/usr/lib/inroom/workers/inroom-worker-avx2",
    "/usr/lib/inroom/workers/inroom-worker-avx512",
    "/usr/lib/inroom/workers/inroom-worker-v2",
    "/usr/share/applications/inroom.desktop",
    "/usr/share/bash-completion/completions/inroom",
    "/usr/share/bash-completion/completions/inroom-verify",
    "/usr/share/bash-completion/completions/inroomctl",
    "/usr/share/doc/inroom/IT.md",
    "/usr/share/doc/inroom/LICENSE",
    "/usr/share/doc/inroom/THIRD-PARTY-NOTICES.txt.gz",
    "/usr/share/doc/inroom/copyright",
    "/usr/share/doc/inroom/models/catalog.toml",
    "/usr/share/doc/inroom/sbom/inroom-page.cdx.json",
    "/usr/share/doc/inroom/sbom/inroom-verify.cdx.json",
    "/usr/share/doc/inroom/sbom/inroom-worker.cdx.json",
    "/usr/share/doc/inroom/sbom/inroom.cdx.json",
    "/usr/share/doc/inroom/sbom/inroomctl.cdx.json",
    "/usr/share/fish/vendor_completions.d/inroomctl.fish",
    "/usr/share/icons/hicolor/128x128/apps/inroom.png",
    "/usr/share/icons/hicolor/scalable/apps/inroom.svg",
    "/usr/share/man/man1/inroom-verify.1.gz",
    "/usr/share/man/man1/inroom.1.gz",
    "/usr/share/man/man1/inroomctl-visit-new.1.gz",
    "/usr/share/man/man1/inroomctl-workstation-enrol.1.gz",
    "/usr/share/man/man1/inroomctl.1.gz",
];

/// Every program as it lies among the built ones.
pub fn programs() -> Vec<String> {
    shipped().into_iter().map(|(_, path)| path).collect()
}

/// The crate of every program, and the program as it lies among the built ones.
pub fn shipped() -> Vec<(&'static str, String)> {
    let main = dist::PROGRAMS.map(|name| (name, name.to_owned()));
    let workers = workers::NAMES.map(|variant| {
        (
            "inroom-worker",
            format!("workers/{}", workers::file_name(variant)),
        )
    });
    main.into_iter().chain(workers).collect()
}

impl Tree {
    /// Lays it out anew.
    ///
    /// # Errors
    /// If something is missing or cannot be copied.
    pub(super) fn lay_out(family: Family, parts: &Parts, below: &Path) -> Result<Self> {
        let name = match family {
            Family::Debian => "debian",
            Family::RedHat => "redhat",
        };
        let mut tree = Self {
            root: below.join(name).join("root"),
            folders: FOLDERS.to_vec(),
            files: Vec::new(),
        };
        let _ = fs::remove_dir_all(&tree.root);
        for folder in FOLDERS {
            fs::create_dir_all(tree.on_disk(folder))?;
        }
        tree.programs(parts)?;
        tree.manual(parts, family)?;
        tree.desktop()?;
        tree.documents(parts)?;
        tree.put(&places::root().join("packaging/etc-readme.txt"), SETTINGS)?;
        tree.files.sort_by(|one, other| one.path.cmp(&other.path));
        for needed in NEEDED {
            ensure!(
                tree.files.iter().any(|file| file.path == needed),
                "{needed} was not laid out"
            );
        }
        Ok(tree)
    }

    /// Where something of the computer lies in the tree.
    pub fn on_disk(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    fn programs(&mut self, parts: &Parts) -> Result<()> {
        for program in dist::PROGRAMS {
            self.put(
                &parts.programs.join(program),
                &format!("/usr/bin/{program}"),
            )?;
        }
        for variant in workers::NAMES {
            let file = workers::file_name(variant);
            let from = parts.programs.join("workers").join(&file);
            self.put(&from, &format!("{WORKERS}/{file}"))?;
        }
        for file in &mut self.files {
            file.runs = true;
        }
        Ok(())
    }

    fn manual(&mut self, parts: &Parts, family: Family) -> Result<()> {
        for page in files_in(&parts.manual.join("man1"))? {
            let to = format!("/usr/share/man/man1/{}", file_name(&page)?);
            self.put_packed(&page, &to)?;
        }
        let zsh = match family {
            Family::Debian => "/usr/share/zsh/vendor-completions",
            Family::RedHat => "/usr/share/zsh/site-functions",
        };
        for (shell, folder) in [
            ("bash", "/usr/share/bash-completion/completions"),
            ("fish", "/usr/share/fish/vendor_completions.d"),
            ("zsh", zsh),
        ] {
            for script in files_in(&parts.manual.join("completions").join(shell))? {
                self.put(&script, &format!("{folder}/{}", file_name(&script)?))?;
            }
        }
        Ok(())
    }

    fn desktop(&mut self) -> Result<()> {
        let entry = places::root().join("packaging/inroom.desktop");
        process::run(Command::new("desktop-file-validate").arg(&entry))?;
        self.put(&entry, "/usr/share/applications/inroom.desktop")?;
        let icons = places::root().join("src-tauri/icons");
        for (icon, size, end) in [
            ("32x32.png", "32x32", "png"),
            ("128x128.png", "128x128", "png"),
            ("icon.svg", "scalable", "svg"),
        ] {
            self.put(
                &icons.join(icon),
                &format!("/usr/share/icons/hicolor/{size}/apps/inroom.{end}"),
            )?;
        }
        Ok(())
    }

    fn documents(&mut self, parts: &Parts) -> Result<()> {
        let root = places::root();
        for page in [
            "IT.md",
            "KNOWN_ISSUES.md",
            "LICENSE",
            "README.md",
            "SECURITY.md",
        ] {
            self.put(&root.join(page), &format!("{DOCUMENTS}/{page}"))?;
        }
        self.put(
            &root.join("packaging/copyright"),
            &format!("{DOCUMENTS}/copyright"),
        )?;
        self.put_packed(
            &parts.notices,
            &format!("{DOCUMENTS}/THIRD-PARTY-NOTICES.txt"),
        )?;
        for bill in files_in(&parts.bills)? {
            self.put(&bill, &format!("{DOCUMENTS}/sbom/{}", file_name(&bill)?))?;
        }
        let models = root.join("models");
        self.put(
            &models.join("catalog.toml"),
            &format!("{DOCUMENTS}/models/catalog.toml"),
        )?;
        for card in files_in(&models.join("cards"))? {
            self.put(&card, &format!("{DOCUMENTS}/models/{}", file_name(&card)?))?;
        }
        Ok(())
    }

    /// Copies a file to its place.
    fn put(&mut self, from: &Path, to: &str) -> Result<()> {
        let place = self.on_disk(to);
        fs::create_dir_all(place.parent().context("a file without a folder")?)?;
        fs::copy(from, &place).with_context(|| format!("cannot copy {}", from.display()))?;
        self.files.push(Placed {
            path: to.to_owned(),
            runs: false,
        });
        Ok(())
    }

    /// Copies a file to its place and packs it there, always into the same bytes.
    fn put_packed(&mut self, from: &Path, to: &str) -> Result<()> {
        self.put(from, to)?;
        process::output(
            Command::new("gzip")
                .args(["--best", "--no-name", "--force"])
                .arg(self.on_disk(to)),
        )?;
        if let Some(last) = self.files.last_mut() {
            last.path += ".gz";
        }
        Ok(())
    }

    /// Sets the modes that the package tools take over: whoever makes the package may have a narrow mask.
    ///
    /// # Errors
    /// If one cannot be set.
    pub fn set_modes(&self) -> Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let mut open = vec![self.root.clone()];
        while let Some(folder) = open.pop() {
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    open.push(entry.path());
                }
            }
        }
        for file in &self.files {
            let mode = if file.runs { 0o755 } else { 0o644 };
            fs::set_permissions(self.on_disk(&file.path), fs::Permissions::from_mode(mode))?;
        }
        Ok(())
    }
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "{} is empty", folder.display());
    Ok(files)
}

fn file_name(path: &Path) -> Result<&str> {
    path.file_name()
        .and_then(|name| name.to_str())
        .context("a file without a name")
}
