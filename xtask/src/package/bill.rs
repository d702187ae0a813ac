//! Bills of material in CycloneDX 1.5 (<https://cyclonedx.org/docs/1.5/json/>): one for each program, by CycloneDX's own
//! tool for cargo, and one for the page, by npm. C libraries are in them as the crates that carry their sources
//! (`openssl-src`, `sqlcipher-src`, `whisper-rs-sys`).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::tree;
use crate::{places, process, tools};

/// The page's bill among the programs'.
pub const PAGE: &str = "inroom-page";
/// Name of the files that the tool leaves beside each manifest.
const UNSORTED: &str = "inroom-bill-of-material";

/// File name of a bill.
pub fn file_name(of: &str) -> String {
    format!("{of}.cdx.json")
}

/// Writes a bill for every program and one for the page.
///
/// # Errors
/// If a tool fails, or writes something else.
pub fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let root = places::root();
    let time = time()?;
    let mut cyclonedx = process::as_by_hand(tools::cargo_cyclonedx()?);
    cyclonedx
        .current_dir(&root)
        .env("CARGO_NET_OFFLINE", "true")
        .args(["cyclonedx", "--quiet", "--all", "--format", "json"])
        .args(["--spec-version", "1.5"])
        .args(["--target", "x86_64-unknown-linux-gnu"])
        .args(["--override-filename", UNSORTED]);
    let done = process::run(&mut cyclonedx);
    // It writes beside every manifest of the checkout, which is left as it was.
    let left = left_behind(&root)?;
    for path in &left {
        let program = path.parent().and_then(Path::file_name);
        let program = match program.and_then(|name| name.to_str()) {
            Some("src-tauri") => "inroom",
            Some(other) => other,
            None => continue,
        };
        if done.is_ok() && tree::shipped().iter().any(|(name, _)| *name == program) {
            let text = fs::read_to_string(path)?;
            let text = without_place(&text, &root.canonicalize()?);
            fs::write(folder.join(file_name(program)), timed(&text, &time)?)?;
        }
        fs::remove_file(path)?;
    }
    done?;
    let npm = process::output(tools::Node::find()?.npm(&root.join("ui")).args([
        "sbom",
        "--sbom-format",
        "cyclonedx",
        "--sbom-type",
        "application",
    ]))?;
    fs::write(folder.join(file_name(PAGE)), timed(&npm, &time)?)?;
    let names = components(&folder.join(file_name(PAGE)))?;
    for package in ["svelte", "@tauri-apps/api", "@fontsource-variable/inter"] {
        ensure!(
            names.iter().any(|(name, _)| name == package),
            "the page's bill of material lacks {package}"
        );
    }
    Ok(())
}

/// The time of the last commit as the bills write it.
fn time() -> Result<String> {
    let said = process::output(
        Command::new("git")
            .current_dir(places::root())
            .env("TZ", "UTC")
            .args([
                "log",
                "-1",
                "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
                "--format=%cd",
            ]),
    )?;
    Ok(said.trim().to_owned())
}

/// A bill of this time and without its random number, so that it is the same whenever it is made of the same. Addresses
/// that the format does not take for one (npm hands on `git@host:path`) are left out.
fn timed(bill: &str, time: &str) -> Result<String> {
    let mut bill: Value = serde_json::from_str(bill)?;
    if let Some(fields) = bill.as_object_mut() {
        fields.remove("serialNumber");
    }
    bill["metadata"]["timestamp"] = time.into();
    let parts = bill.get_mut("components").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        let references = part.get_mut("externalReferences");
        if let Some(references) = references.and_then(Value::as_array_mut) {
            references.retain(|one| one["url"].as_str().is_some_and(|url| url.contains("://")));
        }
    }
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

fn left_behind(root: &Path) -> Result<Vec<PathBuf>> {
    let name = format!("{UNSORTED}.json");
    let manifests = process::output(Command::new("git").current_dir(root).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        "*Cargo.toml",
    ]))?;
    Ok(manifests
        .split('\0')
        .filter_map(|manifest| Some(root.join(manifest).parent()?.join(&name)))
        .filter(|path| path.is_file())
        .collect())
}

/// A bill says what is in a program, not where somebody's checkout lay.
fn without_place(text: &str, root: &Path) -> String {
    text.replace(&format!("path+file://{}", root.display()), "path+file://")
}

/// Name and version of everything in a bill.
fn components(path: &Path) -> Result<BTreeSet<(String, String)>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let bill: Value = serde_json::from_str(&text)?;
    ensure!(
        bill["bomFormat"] == "CycloneDX" && bill["specVersion"] == "1.5",
        "{} is no bill of material in CycloneDX 1.5",
        path.display()
    );
    let named = |component: &Value| {
        let group = component["group"].as_str();
        let name = component["name"].as_str()?;
        let name = group.map_or_else(|| name.to_owned(), |group| format!("{group}/{name}"));
        Some((name, component["version"].as_str()?.to_owned()))
    };
    let whole = std::iter::once(&bill["metadata"]["component"]);
    let parts = bill["components"].as_array().into_iter().flatten();
    whole
        .chain(parts)
        .map(|component| {
            named(component)
                .with_context(|| format!("{} has a part without a name", path.display()))
        })
        .collect()
}

/// Holds a program's bill against the list in the program itself and against what cargo says of it.
///
/// # Errors
/// If anything is missing in the bill, or a part of it has no licence.
pub fn check(folder: &Path, program: &str, inside: &BTreeSet<(String, String)>) -> Result<()> {
    let path = folder.join(file_name(program));
    let bill = components(&path)?;
    let linked = tree_of(program)?;
    lacks_nothing(&bill, inside, "is in the program")?;
    lacks_nothing(&bill, &linked, "is in cargo's tree")?;
    lacks_nothing(
        inside,
        &linked,
        "is in cargo's tree and not in the program's own list",
    )?;
    let text = fs::read_to_string(&path)?;
    let place = places::root().canonicalize()?;
    ensure!(
        !text.contains(&place.display().to_string()),
        "it names the folder of this checkout"
    );
    let bill: Value = serde_json::from_str(&text)?;
    let parts = bill["components"].as_array().into_iter().flatten();
    for part in parts {
        ensure!(
            part["licenses"].as_array().is_some_and(|of| !of.is_empty()),
            "{} has no licence in it",
            part["name"]
        );
    }
    Ok(())
}

/// Name and version of everything that cargo links into a program or builds it with.
fn tree_of(program: &str) -> Result<BTreeSet<(String, String)>> {
    let said = process::output(process::cargo().args([
        "tree",
        "--locked",
        "--offline",
        "--package",
        program,
        "--edges",
        "normal,build",
        "--target",
        "x86_64-unknown-linux-gnu",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    said.lines().map(name_and_version).collect()
}

/// `serde v1.0.229 (proc-macro)` as (serde, 1.0.229).
fn name_and_version(line: &str) -> Result<(String, String)> {
    let mut words = line.split(' ');
    match (
        words.next(),
        words.next().and_then(|word| word.strip_prefix('v')),
    ) {
        (Some(name), Some(version)) => Ok((name.to_owned(), version.to_owned())),
        _ => bail!("cargo tree says {line:?}"),
    }
}

fn lacks_nothing(
    bill: &BTreeSet<(String, String)>,
    wanted: &BTreeSet<(String, String)>,
    why: &str,
) -> Result<()> {
    let missing: Vec<String> = wanted
        .difference(bill)
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    ensure!(
        missing.is_empty(),
        "{} {why} and is missing",
        missing.join(", ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<(String, String)> {
        names
            .iter()
            .map(|name| ((*name).to_owned(), "1.0.0".to_owned()))
            .collect()
    }

    #[test]
    fn what_is_in_the_program_and_not_in_its_bill_is_named() {
        assert!(lacks_nothing(&set(&["a", "b"]), &set(&["a"]), "is there").is_ok());
        let said = lacks_nothing(&set(&["a"]), &set(&["a", "b"]), "is there").unwrap_err();
        assert_eq!(said.to_string(), "b 1.0.0 is there and is missing");
    }

    #[test]
    fn a_line_of_cargo_tree_is_a_name_and_a_version() {
        let expected = ("serde".to_owned(), "1.0.229".to_owned());
        assert_eq!(name_and_version("serde v1.0.229 (*)").unwrap(), expected);
        assert!(name_and_version("[build-dependencies]").is_err());
    }

    #[test]
    fn a_bill_is_read_as_names_and_versions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let write = |version: &str| {
            let text = format!(
                r#"{{"bomFormat":"CycloneDX","specVersion":"{version}",
                "metadata":{{"component":{{"name":"a","version":"1.0.0"}}}},
                "components":[{{"name":"b","version":"1.0.0"}}]}}"#
            );
            fs::write(&path, text).unwrap();
        };
        write("1.5");
        assert_eq!(components(&path).unwrap(), set(&["a", "b"]));
        write("1.2");
        assert!(components(&path).is_err());
        let references = r#"[{"url":"git@host:path"},{"url":"https://host/path"}]"#;
        let bill = format!(
            r#"{{"serialNumber":"x","metadata":{{"timestamp":"y"}},
            "components":[{{"name":"b"}},{{"externalReferences":{references}}}]}}"#
        );
        let bill = timed(&bill, "z").unwrap();
        let expected = serde_json::json!({
            "metadata": {"timestamp": "z"},
            "components": [{"name": "b"}, {"externalReferences": [{"url": "https://host/path"}]}],
        });
        assert_eq!(serde_json::from_str::<Value>(&bill).unwrap(), expected);
        let text = "path+file:///srv/x/y/crates/a#1";
        assert_eq!(
            without_place(text, Path::new("/srv/x/y")),
            "path+file:///crates/a#1"
        );
    }
}
