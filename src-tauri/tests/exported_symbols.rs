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

/// SQLCipher takes its ciphers from OpenSSL, which is compiled in. OpenSSL's way to the network is not.
#[test]
fn no_tls_is_compiled_in() {
    let output = Command::new("nm")
        .arg(env!("CARGO_BIN_EXE_inroom"))
        .output()
        .expect("nm (binutils) is installed");
    let all = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = all
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    assert!(names.contains(&"EVP_CIPHER_CTX_new"), "no ciphers are seen");
    let network = [
        "SSL_CTX_new",
        "SSL_new",
        "SSL_connect",
        "TLS_client_method",
        "DTLS_client_method",
        "BIO_new_connect",
        "BIO_new_ssl_connect",
    ];
    let found: Vec<_> = names.iter().filter(|name| network.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// The same command does show what the program takes from WebKitGTK, so it does see symbols.
#[test]
fn the_program_is_linked_to_the_web_view() {
    assert!(symbols("--undefined-only").contains("webkit_web_view_"));
}
