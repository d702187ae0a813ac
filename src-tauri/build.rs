//! Ties the page, its permissions and the program together.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=commands.txt");
    println!("cargo::rerun-if-changed=../ui/dist/index.html");
    if !Path::new("../ui/dist/index.html").is_file() {
        println!("cargo::error=the page is not built: run `npm ci && npm run build` in ui/ first");
        return ExitCode::FAILURE;
    }
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|os| os == "linux") {
        // The program holds SQLCipher, and WebKitGTK brings an SQLite of its own. If ours were
        // exported, the dynamic linker would bind WebKit's calls to it.
        println!("cargo::rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }
    let commands: Vec<&'static str> = include_str!("commands.txt").lines().collect();
    let manifest = tauri_build::AppManifest::new().commands(commands.leak());
    match tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={}", format!("{error:#}").replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}
