//! What must not be linked into a program: no model code beside the vault, and no way to the network anywhere.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata, PackageId};

use super::layers::matches;

/// The programs that hold the vault's keys.
const MAIN: [&str; 2] = ["inroom", "inroomctl"];
/// Every shipped program.
const SHIPPED: [&str; 4] = ["inroom", "inroomctl", "inroom-worker", "inroom-verify"];

/// Code that runs models: a crash of it must not be a crash of a main program.
const MODELS: &[&str] = &["candle-*", "whisper-rs*", "tokenizers"];

/// Code that speaks to the network: HTTP, TLS, DNS, WebSocket, QUIC, RPC, SSH, mail, message queues,
/// databases of others, error reporting. `libsoup` (`soup3`) is not among them: WebKitGTK, which shows the
/// page, is built on it, and `layers.rs` keeps every crate of the house from naming it. Neither is
/// `openssl-sys`, which SQLCipher's ciphers come from; that no program has TLS of it is seen in the program
/// file (`src-tauri/tests/exported_symbols.rs`). Nor are sockets by themselves (`tokio`, `async-io`), which
/// the window system's and the keyring's crates bring; those are what the system refuses.
const NETWORK: &[&str] = &[
    "actix*",
    "async-h1",
    "async-http*",
    "async-native-tls",
    "async-nats",
    "async-tls",
    "async-tungstenite",
    "attohttpc",
    "awc",
    "aws-*",
    "axum",
    "boring*",
    "c-ares*",
    "capnp-rpc",
    "curl*",
    "dns-lookup",
    "ehttp",
    "fantoccini",
    "fastwebsockets",
    "ftp*",
    "git2",
    "grpcio*",
    "h2",
    "h3*",
    "hf-hub",
    "hickory-*",
    "http-client",
    "http-req",
    "httparse",
    "httptest",
    "hyper*",
    "igd*",
    "isahc",
    "jsonrpsee*",
    "lapin",
    "lettre",
    "libp2p*",
    "libssh*",
    "mail-send",
    "mbedtls*",
    "minreq",
    "mongodb",
    "mqtt*",
    "msquic",
    "mysql*",
    "native-tls",
    "object_store",
    "octocrab",
    "opendal",
    "openssl",
    "openssl-probe",
    "opentelemetry*",
    "paho-mqtt*",
    "poem*",
    "postgres*",
    "quiche",
    "quinn*",
    "rdkafka*",
    "redis",
    "reqwest*",
    "resolv*",
    "rocket*",
    "rouille",
    "rumqtt*",
    "russh*",
    "rustls*",
    "s2n-*",
    "salvo*",
    "schannel",
    "self_update",
    "sentry*",
    "soketto",
    "ssh2",
    "stun*",
    "suppaftp",
    "surf",
    "tarpc",
    "tauri-plugin-http",
    "tauri-plugin-updater",
    "tauri-plugin-upload",
    "tauri-plugin-websocket",
    "tide*",
    "tiny_http",
    "tokio-native-tls",
    "tokio-openssl",
    "tokio-postgres",
    "tokio-rustls",
    "tokio-tungstenite",
    "tokio-websockets",
    "tonic*",
    "trust-dns*",
    "tungstenite",
    "ureq*",
    "warp",
    "webrtc*",
    "websocket*",
    "wolfssl*",
    "ws",
    "zmq*",
];

/// Program and the names of everything that is linked into it.
pub type Trees = BTreeMap<String, BTreeSet<String>>;

/// The dependency trees of the shipped programs, without what only builds or tests them.
///
/// # Errors
/// If cargo's answer holds no resolved dependencies or lacks a program.
pub fn trees(metadata: &Metadata) -> Result<Trees> {
    let resolve = metadata
        .resolve
        .as_ref()
        .context("cargo metadata resolved nothing")?;
    let linked: BTreeMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let normal = node.deps.iter().filter(|dep| {
                dep.dep_kinds
                    .iter()
                    .any(|kind| kind.kind == DependencyKind::Normal)
            });
            (&node.id, normal.map(|dep| &dep.pkg).collect())
        })
        .collect();
    let names: BTreeMap<&PackageId, &cargo_metadata::Package> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package))
        .collect();
    let mut trees = Trees::new();
    for program in SHIPPED {
        let root = metadata
            .workspace_packages()
            .into_iter()
            .find(|package| package.name.as_str() == program);
        let mut open = vec![
            &root
                .with_context(|| format!("there is no crate {program}"))?
                .id,
        ];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            // A procedural macro runs in the compiler; what it needs is not linked.
            let package = names.get(id).context("cargo metadata is incomplete")?;
            if package
                .targets
                .iter()
                .any(cargo_metadata::Target::is_proc_macro)
                || !seen.insert(id)
            {
                continue;
            }
            open.extend(linked.get(id).into_iter().flatten().copied());
        }
        let linked = seen
            .into_iter()
            .filter_map(|id| Some(names.get(id)?.name.to_string()));
        trees.insert(program.to_owned(), linked.collect());
    }
    Ok(trees)
}

/// What is linked and must not be.
pub fn check(trees: &Trees) -> Vec<String> {
    let mut breaches = Vec::new();
    for (program, linked) in trees {
        let mut forbid = |patterns: &[&str], why: &str| {
            let found = linked
                .iter()
                .filter(|name| patterns.iter().any(|pattern| matches(pattern, name)));
            breaches.extend(found.map(|name| format!("{program} links {name}, {why}")));
        };
        forbid(NETWORK, "which speaks to the network");
        if MAIN.contains(&program.as_str()) {
            forbid(MODELS, "which belongs into the worker");
        }
    }
    breaches
}

/// Every pattern of these lists.
#[cfg(test)]
pub fn patterns() -> impl Iterator<Item = &'static str> {
    MODELS.iter().chain(NETWORK).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(program: &str, linked: &[&str]) -> Trees {
        Trees::from([(
            program.to_owned(),
            linked.iter().map(|name| (*name).to_owned()).collect(),
        )])
    }

    #[test]
    fn model_code_belongs_into_the_worker() {
        assert!(check(&tree("inroom-worker", &["candle-core", "whisper-rs-sys"])).is_empty());
        let found = check(&tree("inroomctl", &["candle-core", "serde"]));
        assert_eq!(
            found,
            ["inroomctl links candle-core, which belongs into the worker"]
        );
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(NETWORK.is_sorted());
    }

    #[test]
    fn no_program_links_network_code() {
        for program in SHIPPED {
            for name in [
                "reqwest",
                "hyper-util",
                "rustls-webpki",
                "hickory-resolver",
                "ureq",
                "tungstenite",
                "openssl",
                "tonic",
            ] {
                assert_eq!(check(&tree(program, &[name])).len(), 1, "{program} {name}");
            }
            assert!(check(&tree(program, &["http", "url", "serde"])).is_empty());
        }
    }
}
