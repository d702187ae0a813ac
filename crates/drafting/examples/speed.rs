//! Measures how fast a model reads and writes; `cargo xtask bench drafting` runs it.
//!
//! `cargo run --release -p drafting --example speed -- MODEL.gguf THREADS READ WRITE` prints one
//! JSON object: the best of three.
#![allow(clippy::print_stdout)]

use drafting::{Drafter, Options};

const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, threads, read, write] = arguments.as_slice() else {
        return Err("usage: speed MODEL.gguf THREADS READ WRITE".into());
    };
    let (read, write): (usize, usize) = (read.parse()?, write.parse()?);
    let options = Options {
        threads: threads.parse()?,
        context_tokens: u32::try_from(read + write)?,
    };
    let mut drafter = Drafter::load(std::fs::File::open(model)?, &options)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(drafter.speed(read, write)?);
    }
    let best = |times: &mut dyn Iterator<Item = f64>| times.fold(f64::INFINITY, f64::min);
    let read_seconds = best(&mut rounds.iter().map(|round| round.read.as_secs_f64()));
    let write_seconds = best(&mut rounds.iter().map(|round| round.write.as_secs_f64()));
    println!(
        "{}",
        serde_json::json!({
            "prefill_tokens_per_second": read as f64 / read_seconds,
            "decode_tokens_per_second": write as f64 / write_seconds,
            "peak_memory_bytes": peak_memory(),
        })
    );
    Ok(())
}

/// Largest resident memory of this process in bytes; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|kib| kib.trim().parse::<u64>().ok())
        .map_or(0, |kib| kib * 1024)
}
