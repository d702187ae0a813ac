//! The configuration of the installers for Windows and macOS, as far as it can be checked without either.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use serde_json::Value;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What is shipped beside the window.
const PROGRAMS: [&str; 5] = [
    "inroomctl",
    "inroom-verify",
    "workers/inroom-worker-v2",
    "workers/inroom-worker-avx2",
    "workers/inroom-worker-avx512",
];

fn json(path: &str) -> Value {
    let text = std::fs::read_to_string(Path::new(HERE).join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// As `tauri bundle --config` lays one file over another (RFC 7396).
fn lay_over(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                lay_over(below.entry(name).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}

/// The whole configuration, which Tauri itself has read: a field that it does not know is an error.
fn read_by_tauri(over: &str) -> Value {
    let mut whole = json("tauri.conf.json");
    lay_over(&mut whole, json(over));
    serde_json::from_value::<tauri::Config>(whole.clone())
        .unwrap_or_else(|e| panic!("{over}: {e}"));
    whole["bundle"].clone()
}

fn is_there(path: &Value) {
    let path = path.as_str().unwrap();
    assert!(Path::new(HERE).join(path).is_file(), "{path}");
}

#[test]
fn the_installers_for_windows_hold_every_program_and_need_no_network() {
    let bundle = read_by_tauri("bundle/windows.json");
    let resources = bundle["resources"].as_object().unwrap();
    for program in PROGRAMS {
        let from = format!("../target/dist/{program}.exe");
        // The workers lie beside the window, where it looks for them.
        assert_eq!(resources[&from], format!("{program}.exe"));
    }
    let windows = &bundle["windows"];
    assert_eq!(windows["webviewInstallMode"]["type"], "offlineInstaller");
    assert_eq!(windows["allowDowngrades"], false);
    assert_eq!(windows["nsis"]["installMode"], "perMachine");
    is_there(&windows["nsis"]["installerHooks"]);
    is_there(&bundle["licenseFile"]);
}

#[test]
fn the_image_for_macos_holds_every_program_and_asks_for_the_microphone() {
    let bundle = read_by_tauri("bundle/macos.json");
    let files = bundle["macOS"]["files"].as_object().unwrap();
    for program in PROGRAMS {
        assert_eq!(
            files[&format!("MacOS/{program}")],
            format!("../target/dist/{program}")
        );
    }
    is_there(&bundle["macOS"]["entitlements"]);
    let info = std::fs::read_to_string(Path::new(HERE).join("Info.plist")).unwrap();
    assert!(info.contains("NSMicrophoneUsageDescription"));
}

/// Debian's and Red Hat's are made by `cargo xtask package`; Tauri's would lack the workers.
#[test]
fn tauri_makes_no_package_for_linux() {
    let targets = json("tauri.conf.json")["bundle"]["targets"].clone();
    assert_eq!(targets, serde_json::json!(["msi", "nsis", "dmg"]));
}
