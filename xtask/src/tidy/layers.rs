//! Which crate of the house may rest on which, and which alone may name a foreign one.

use cargo_metadata::{DependencyKind, Metadata};

/// Each crate and the house crates that it may rest on. The tests may use everything.
const LAYERS: &[(&str, &[&str])] = &[
    ("visit", &[]),
    ("evidence", &["visit"]),
    ("governance", &["visit"]),
    ("figures", &["visit", "governance"]),
    ("capture", &["visit"]),
    ("speakers", &["visit"]),
    ("numerals", &["visit"]),
    ("speech", &["visit", "speakers"]),
    ("drafting", &["visit"]),
    ("confinement", &[]),
    ("worker", &["visit", "confinement"]),
    ("audit", &["visit"]),
    (
        "vault",
        &["visit", "audit", "speakers", "governance", "figures"],
    ),
    ("manual", &[]),
    ("inroom-verify", &["audit", "manual"]),
    ("os-keyring", &["vault"]),
    ("interchange", &["visit"]),
    (
        "inroom-worker",
        &["visit", "confinement", "worker", "speech", "drafting"],
    ),
    (
        "scribe",
        &[
            "visit",
            "evidence",
            "governance",
            "speakers",
            "numerals",
            "capture",
            "confinement",
            "worker",
            "vault",
            "interchange",
        ],
    ),
    (
        "inroomctl",
        &[
            "visit",
            "evidence",
            "governance",
            "figures",
            "capture",
            "worker",
            "vault",
            "os-keyring",
            "interchange",
            "scribe",
            "manual",
        ],
    ),
    (
        "inroom",
        &[
            "visit",
            "evidence",
            "governance",
            "capture",
            "vault",
            "os-keyring",
            "interchange",
            "scribe",
            "manual",
        ],
    ),
    ("xtask", &[]),
];

/// The crates of tests, for which there are no rules.
const TESTS: [&str; 2] = ["inroom-tests", "inroom-fuzz"];

/// Foreign crates (a trailing `*` stands for anything) and the only house crates that may name them.
const ONLY: &[(&str, &[&str])] = &[
    ("cpal", &["capture"]),
    ("whisper-rs*", &["speech"]),
    ("candle-*", &["drafting", "speech"]),
    ("tokenizers", &["drafting"]),
    ("rusqlite", &["vault"]),
    ("libsqlite3-sys", &["vault"]),
    ("age", &["vault"]),
    ("krilla", &["interchange"]),
    // WebKit speaks HTTP by it. Nobody here does.
    ("soup3*", &[]),
    ("seccompiler", &["confinement"]),
    ("landlock", &["confinement"]),
    ("skrifa", &["interchange"]),
    ("keyring-core", &["os-keyring"]),
    ("zbus-secret-service-keyring-store", &["os-keyring"]),
    ("windows-native-keyring-store", &["os-keyring"]),
    ("apple-native-keyring-store", &["os-keyring"]),
    ("tauri*", &["inroom"]),
];

/// A dependency as a manifest states it.
#[derive(Clone, Debug)]
pub struct Edge {
    from: String,
    to: String,
    house: bool,
    development: bool,
}

/// The dependencies of all crates of the workspace.
pub fn edges(metadata: &Metadata) -> Vec<Edge> {
    let packages = metadata.workspace_packages();
    let mut edges = Vec::new();
    for package in &packages {
        for dependency in &package.dependencies {
            edges.push(Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                house: dependency.path.is_some(),
                development: dependency.kind == DependencyKind::Development,
            });
        }
        // A crate without any dependency has to stand in the table too.
        edges.push(Edge {
            from: package.name.to_string(),
            to: package.name.to_string(),
            house: true,
            development: true,
        });
    }
    edges
}

/// What breaks the two tables.
pub fn check(edges: &[Edge]) -> Vec<String> {
    edges
        .iter()
        .filter(|edge| !TESTS.contains(&edge.from.as_str()))
        .filter_map(breach)
        .collect()
}

fn breach(edge: &Edge) -> Option<String> {
    let Edge { from, to, .. } = edge;
    let Some((_, below)) = LAYERS.iter().find(|(name, _)| name == from) else {
        return Some(format!(
            "crate {from} has no place in the layers (xtask/src/tidy/layers.rs)"
        ));
    };
    if edge.house {
        // A crate's own tests may use a neighbour.
        let allowed = edge.development || below.contains(&to.as_str());
        return (!allowed).then(|| format!("crate {from} must not rest on {to}"));
    }
    let (_, owners) = ONLY.iter().find(|(name, _)| matches(name, to))?;
    let owned_by = match owners {
        [] => "nobody may".to_owned(),
        owners => format!("only {} may", owners.join(" and ")),
    };
    (!owners.contains(&from.as_str()))
        .then(|| format!("crate {from} must not name {to}; {owned_by}"))
}

/// Whether a name fits a pattern whose last character may be `*`.
pub fn matches(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str, house: bool, development: bool) -> Vec<String> {
        check(&[Edge {
            from: from.into(),
            to: to.into(),
            house,
            development,
        }])
    }

    #[test]
    fn only_what_lies_below_may_be_used() {
        assert!(edge("scribe", "vault", true, false).is_empty());
        assert_eq!(
            edge("vault", "scribe", true, false),
            ["crate vault must not rest on scribe"]
        );
        assert_eq!(edge("capture", "speech", true, false).len(), 1);
        assert!(edge("speech", "capture", true, true).is_empty());
        assert!(edge("newcomer", "visit", true, false)[0].contains("no place"));
        assert!(edge(TESTS[0], "vault", true, false).is_empty());
    }

    /// A `*` anywhere else would be taken for a letter, and the pattern would fit nothing.
    #[test]
    fn a_pattern_has_its_star_at_its_end_alone() {
        let foreign = ONLY.iter().map(|(pattern, _)| *pattern);
        for pattern in foreign.chain(super::super::programs::patterns()) {
            let name = pattern.strip_suffix('*').unwrap_or(pattern);
            assert!(!name.is_empty() && !name.contains('*'), "{pattern}");
        }
    }

    #[test]
    fn a_foreign_crate_has_its_one_owner() {
        assert!(edge("vault", "rusqlite", false, false).is_empty());
        assert!(edge("os-keyring", "keyring-core", false, false).is_empty());
        for (from, to) in [
            ("scribe", "rusqlite"),
            ("inroomctl", "cpal"),
            ("scribe", "whisper-rs"),
            ("worker", "candle-core"),
            ("scribe", "tauri-plugin-x"),
            ("vault", "keyring-core"),
            ("inroomctl", "zbus-secret-service-keyring-store"),
            ("inroom", "windows-native-keyring-store"),
            ("inroom", "apple-native-keyring-store"),
            ("inroom", "soup3"),
            ("scribe", "seccompiler"),
        ] {
            assert_eq!(edge(from, to, false, false).len(), 1, "{from} {to}");
            assert_eq!(
                edge(from, to, false, true).len(),
                1,
                "{from} {to} in its tests"
            );
        }
    }
}
