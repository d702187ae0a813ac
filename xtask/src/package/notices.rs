//! The licences of everything that is linked into the programs or built into the page, out of the packages themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::{places, tidy};

/// What the files are called that hold a licence or a notice.
const NAMES: [&str; 7] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "NOTICE",
    "UNLICENSE",
    "COPYRIGHT",
    "OFL",
];

/// How far below a package such a file is looked for: C libraries lie a folder or two below the crate that carries them.
const DEPTH: usize = 3;

/// Packages of the page's build of which something is in the page itself.
const PAGE: [&str; 4] = [
    "@fontsource-variable/inter",
    "@lucide/svelte",
    "@tauri-apps/api",
    "svelte",
];

/// Something foreign: what it is, its stated licence, where it lies.
struct Foreign {
    name: String,
    licence: String,
    folder: PathBuf,
}

/// The notices, one text after another, each with the packages that carry it.
///
/// # Errors
/// If something cannot be read, or a package has neither a text nor a stated licence.
pub fn text() -> Result<String> {
    let mut foreign = Vec::new();
    for package in tidy::linked()? {
        if package.source.is_none() {
            continue;
        }
        foreign.push(Foreign {
            name: format!("{} {}", package.name, package.version),
            licence: package.license.clone().unwrap_or_default(),
            folder: package
                .manifest_path
                .parent()
                .context("a manifest without a folder")?
                .as_std_path()
                .to_owned(),
        });
    }
    for name in PAGE {
        foreign.push(of_page(name)?);
    }
    foreign.push(Foreign {
        name: "Inter, the fonts of PDF exports".to_owned(),
        licence: "OFL-1.1".to_owned(),
        folder: places::root().join("crates/interchange/fonts"),
    });
    let mut text = "What is linked into Inroom's programs or built into its page, and the licences that come with it.\n\
                    The bills of material (sbom/) name everything, what only building needs among it.\n"
        .to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in &foreign {
        let found = licences_below(&one.folder, DEPTH)?;
        ensure!(
            !found.is_empty() || !one.licence.is_empty(),
            "{} has no licence",
            one.name
        );
        let none = if found.is_empty() {
            "; its package holds no text of it"
        } else {
            ""
        };
        writeln!(text, "\n{}: {}{none}", one.name, one.licence)?;
        for found in found {
            texts.entry(found).or_default().push(one.name.clone());
        }
    }
    for (licence, names) in texts {
        writeln!(
            text,
            "\n{}\n{}\n\n{licence}",
            "-".repeat(78),
            names.join(", ")
        )?;
    }
    Ok(text)
}

fn of_page(name: &str) -> Result<Foreign> {
    let folder = places::root().join("ui/node_modules").join(name);
    let manifest = fs::read_to_string(folder.join("package.json"))
        .with_context(|| format!("{name} is not among the page's packages"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
    let said = |field: &str| manifest[field].as_str().unwrap_or_default().to_owned();
    Ok(Foreign {
        name: format!("{name} {}", said("version")),
        licence: said("license"),
        folder,
    })
}

/// The texts of all licences in a folder, each once.
fn licences_below(folder: &Path, depth: usize) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        let kind = entry.file_type()?;
        let is_licence = NAMES.iter().any(|of| name.starts_with(of));
        // A source file may be called so too.
        let is_code = [".RS", ".C", ".H", ".PY"]
            .iter()
            .any(|of| name.ends_with(of));
        if kind.is_file() && is_licence && !is_code {
            let text = String::from_utf8_lossy(&fs::read(entry.path())?)
                .trim()
                .replace("\r\n", "\n");
            texts.push(text);
        } else if kind.is_dir() && depth > 1 && name != "NODE_MODULES" {
            texts.extend(licences_below(&entry.path(), depth - 1)?);
        }
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_texts_below_a_package_are_found_once_each() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("LICENSE-MIT", "one\r\n");
        write("engine/License.txt", "two");
        write("engine/deep/COPYING", "one");
        write("engine/deep/deeper/LICENSE", "three");
        write("src/license.rs", "code");
        write("README.md", "four");
        assert_eq!(licences_below(root.path(), DEPTH).unwrap(), ["one", "two"]);
    }
}
