//! Rules for the crates' manifests.

use toml::{Table, Value};

/// Crates with a place that needs `unsafe`: the processor's instructions for the language model and for voices, the system
/// calls that confine a worker, and libFuzzer. The workspace's lints deny it elsewhere in them too; all other crates forbid it.
pub const MAY_BE_UNSAFE: [&str; 4] = ["drafting", "speech", "inroom-worker", "inroom-fuzz"];

/// What breaks the rules in one manifest.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let manifest: Table = match toml::from_str(text) {
        Ok(manifest) => manifest,
        Err(error) => return vec![format!("{path}: {error}")],
    };
    if manifest.contains_key("workspace") {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    let inherits = |value: Option<&Value>| {
        value.and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true))
    };
    if !inherits(manifest.get("lints")) {
        breaches.push(format!("{path}: does not take the workspace's lints"));
    }
    for field in ["version", "edition", "license", "publish"] {
        if !inherits(
            manifest
                .get("package")
                .and_then(|package| package.get(field)),
        ) {
            breaches.push(format!("{path}: does not take {field} from the workspace"));
        }
    }
    for (name, dependency) in dependencies(&manifest) {
        if !inherits(Some(dependency)) {
            breaches.push(format!(
                "{path}: {name} does not take its version from the workspace"
            ));
        }
    }
    breaches
}

fn dependencies(manifest: &Table) -> Vec<(&String, &Value)> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    std::iter::once(manifest)
        .chain(targets)
        .flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()))
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
        [package]
        name = \"a\"
        version.workspace = true
        edition.workspace = true
        license.workspace = true
        publish.workspace = true
        [lints]
        workspace = true
        [dependencies]
        serde.workspace = true
        visit = { workspace = true, features = [\"x\"] }
    ";

    #[test]
    fn versions_and_lints_come_from_the_workspace() {
        assert!(check("a", GOOD).is_empty());
        for (what, wrong) in [
            ("lints", GOOD.replace("[lints]", "[lint]")),
            (
                "edition",
                GOOD.replace("edition.workspace = true", "edition = \"2021\""),
            ),
            (
                "serde",
                GOOD.replace("serde.workspace = true", "serde = \"1\""),
            ),
            (
                "libc",
                format!("{GOOD}\n[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\""),
            ),
            (
                "tempfile",
                format!("{GOOD}\n[dev-dependencies]\ntempfile = \"3\""),
            ),
            ("expected", format!("{GOOD}\n[")),
        ] {
            let found = check("a", &wrong);
            assert_eq!(found.len(), 1, "{what}: {found:?}");
            assert!(found[0].contains(what), "{what}: {found:?}");
        }
    }
}
