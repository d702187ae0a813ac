//! What the page may do, compared with a golden file: whoever widens it has to change that file.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(HERE).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The capabilities as the build has resolved them, the policy and the switches, line by line.
fn powers() -> String {
    let config = json("tauri.conf.json");
    let mut lines = String::new();
    for (name, capability) in json("gen/schemas/capabilities.json").as_object().unwrap() {
        writeln!(lines, "capability {name}").unwrap();
        for (field, value) in capability.as_object().unwrap() {
            match value {
                Value::Array(items) => {
                    for item in items {
                        writeln!(lines, "  {field}: {item}").unwrap();
                    }
                }
                other => writeln!(lines, "  {field}: {other}").unwrap(),
            }
        }
    }
    let app = &config["app"];
    writeln!(lines, "content security policy").unwrap();
    for (directive, sources) in app["security"]["csp"].as_object().unwrap() {
        writeln!(lines, "  {directive} {}", sources.as_str().unwrap()).unwrap();
    }
    for (name, value) in [
        ("global Tauri object", &app["withGlobalTauri"]),
        (
            "asset protocol",
            &app["security"]["assetProtocol"]["enable"],
        ),
        ("frozen prototypes", &app["security"]["freezePrototype"]),
        ("capabilities in force", &app["security"]["capabilities"]),
        ("plugins", &config["plugins"]),
    ] {
        writeln!(lines, "{name}: {value}").unwrap();
    }
    let manifest = text("../Cargo.toml");
    for line in manifest.lines().filter(|line| line.starts_with("tauri")) {
        writeln!(lines, "dependency {line}").unwrap();
    }
    lines
}

#[test]
fn the_page_may_do_what_the_golden_file_says_and_nothing_else() {
    let (now, golden) = (powers(), text("tests/golden/page-powers.txt"));
    assert!(
        now == golden,
        "the page's powers differ from tests/golden/page-powers.txt:\n{now}"
    );
}

/// The build makes one permission for each of the program's commands; the page has each of them.
#[test]
fn every_command_is_the_programs_own() {
    let mut commands: Vec<String> = text("commands.txt")
        .lines()
        .map(|name| format!("allow-{}", name.replace('_', "-")))
        .collect();
    // Zooming by keyboard is the one thing that the page asks of Tauri itself.
    commands.push("core:webview:allow-set-webview-zoom".to_owned());
    let capability = json("capabilities/main.json");
    let permissions: Vec<&str> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p.as_str().unwrap())
        .collect();
    assert_eq!(permissions, commands);
    assert_eq!(
        std::fs::read_dir(Path::new(HERE).join("capabilities"))
            .unwrap()
            .count(),
        1
    );
}

/// A release has no developer tools unless a feature of Tauri's brings them; the window refuses them, too.
#[test]
fn developer_tools_are_off() {
    let window = text("src/window.rs");
    assert!(window.contains("        .devtools(false)\n"), "{window}");
    assert_eq!(window.matches("devtools").count(), 1);
    for manifest in ["Cargo.toml", "../Cargo.toml"] {
        assert!(!text(manifest).contains("devtools"), "{manifest}");
    }
    assert!(json("tauri.conf.json")["app"]["windows"][0]["devtools"] != true);
}

#[test]
fn no_plugin_is_linked() {
    let manifests = text("Cargo.toml") + &text("../Cargo.toml");
    assert!(
        !manifests.contains("tauri-plugin"),
        "a plugin brings commands of its own"
    );
}
