//! The language model beside llama.cpp: same GGUF file, same counts of tokens.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::peers::Peers;
use super::report::Table;
use crate::{places, process};

const MODEL: &str = "qwen2.5-coder-1.5b-instruct";

/// Tokens read before the writing is measured.
const READ: [u32; 2] = [1000, 3000];
const WRITE: u32 = 64;

#[derive(Deserialize)]
struct Speed {
    prefill_tokens_per_second: f64,
    decode_tokens_per_second: f64,
    peak_memory_bytes: u64,
}

/// Measures each at each length, one after the other.
pub fn measure(peers: &Peers, threads: u32) -> Result<Table> {
    let model = crate::models::file_of(MODEL)?.display().to_string();
    let example = build_example()?;
    let mut rows = Vec::new();
    for read in READ {
        let arguments = [
            model.clone(),
            threads.to_string(),
            read.to_string(),
            WRITE.to_string(),
        ];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let peer: Speed = peers.run("llama", include_str!("peers/llama.py"), &arguments)?;
        let ours = inroom(&example, &arguments)?;
        for (name, speed) in [("Inroom", &ours), ("llama.cpp (cyllama)", &peer)] {
            rows.push(vec![
                format!("{name}, {read} tokens"),
                format!("{:.0}", speed.prefill_tokens_per_second),
                format!(
                    "{:.2}",
                    speed.prefill_tokens_per_second / peer.prefill_tokens_per_second
                ),
                format!("{:.1}", speed.decode_tokens_per_second),
                format!(
                    "{:.2}",
                    speed.decode_tokens_per_second / peer.decode_tokens_per_second
                ),
                format!("{:.0}", speed.peak_memory_bytes as f64 / f64::from(1 << 20)),
            ]);
        }
    }
    Ok(Table {
        caption: format!(
            "Drafting: {MODEL}, Q4_K_M, best of three; {WRITE} tokens written at that depth"
        ),
        head: vec![
            "program",
            "reading, tokens/s",
            "llama.cpp = 1",
            "writing, tokens/s",
            "llama.cpp = 1",
            "peak memory, MiB",
        ],
        rows,
    })
}

/// Builds the drafting crate's own example, which uses the model code as the worker does.
fn build_example() -> Result<PathBuf> {
    // With the features of the whole workspace, so that nothing below it is compiled again.
    let build = ["build", "--release", "--workspace", "--example", "speed"];
    process::run(process::cargo().args(build))?;
    let name = format!("speed{}", std::env::consts::EXE_SUFFIX);
    Ok(places::target().join("release/examples").join(name))
}

fn inroom(example: &Path, arguments: &[&str]) -> Result<Speed> {
    let output = Command::new(example)
        .args(arguments)
        .output()
        .with_context(|| format!("{} cannot be run", example.display()))?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(said.lines().last().unwrap_or_default()).with_context(|| said.into_owned())
}
