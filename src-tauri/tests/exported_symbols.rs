//! The program must not offer its own SQLite to the libraries that it loads: WebKitGTK brings one,
//! and would silently work on ours, which is SQLCipher with other settings.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

fn symbols(of_what: &str) -> String {
    let output = Command::new("nm")
        .args(["--dynamic", of_what, env!("CARGO_BIN_EXE_inroom")])
        .output()
        .expect("nm (binutils) is installed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn no_function_of_sqlite_or_openssl_is_exported() {
    let exported = symbols("--defined-only");
    let strangers: Vec<&str> = exported
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .filter(|name| {
            ["sqlite3_", "SSL_", "EVP_", "OPENSSL_", "CRYPTO_"]
                .iter()
                .any(|start| name.starts_with(start))
        })
        .collect();
    assert!(strangers.is_empty(), "exported: {strangers:?}");
}

/// The same command does show what the program takes from WebKitGTK, so it does see symbols.
#[test]
fn the_program_is_linked_to_the_web_view() {
    assert!(symbols("--undefined-only").contains("webkit_web_view_"));
}
