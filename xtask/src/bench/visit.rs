//! A whole visit: from the end of the sound to the complete draft, and what it takes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;

use super::live;
use super::report::Table;
use crate::{places, process};

const VISIT: &str = "adult-follow-up";

#[derive(Deserialize)]
struct Visit {
    duration_ms: u64,
    stages: Stages,
    peak_memory_bytes: Peak,
}

#[derive(Deserialize)]
struct Stages {
    stop_to_transcript_ms: u64,
    stop_to_draft_ms: u64,
}

#[derive(Deserialize)]
struct Peak {
    main: u64,
    speech: u64,
    drafting: u64,
}

/// Takes a sample visit the whole way with the default models; where its results lie.
pub fn play(visit: &str, speed: &str, threads: u32) -> Result<PathBuf> {
    let output = places::target().join(format!("bench/{visit}.json"));
    if let Some(folder) = output.parent() {
        std::fs::create_dir_all(folder)?;
    }
    process::run(
        Command::new(places::dist().join("inroomctl"))
            .args(["eval", "visit", "--speed", speed, "--threads"])
            .arg(threads.to_string())
            .arg("--audio")
            .arg(places::visits().join(format!("{visit}.flac")))
            .arg("--output")
            .arg(&output),
    )?;
    Ok(output)
}

/// Plays a sample visit in real time and waits for its draft: what it took, and how long words took
/// meanwhile.
pub fn measure(threads: u32) -> Result<(Table, Table)> {
    let output = play(VISIT, "1", threads)?;
    let live = live::measured(&output, VISIT)?;
    let visit: Visit = serde_json::from_str(&std::fs::read_to_string(output)?)?;
    let mib = |bytes: u64| format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20));
    let seconds = |ms: u64| format!("{:.1} s", ms as f64 / 1000.0);
    let peak = &visit.peak_memory_bytes;
    let rows = [
        ("recording", seconds(visit.duration_ms)),
        (
            "stop to complete transcript",
            seconds(visit.stages.stop_to_transcript_ms),
        ),
        (
            "stop to complete draft with evidence",
            seconds(visit.stages.stop_to_draft_ms),
        ),
        ("peak memory, main process", mib(peak.main)),
        ("peak memory, speech worker", mib(peak.speech)),
        ("peak memory, drafting worker", mib(peak.drafting)),
        (
            "peak memory, together",
            mib(peak.main + peak.speech + peak.drafting),
        ),
    ];
    let table = Table {
        caption: "A visit fed in real time: Whisper base, Qwen2.5-Coder-1.5B-Instruct Q4_K_M"
            .to_owned(),
        head: vec!["what", "measured"],
        rows: rows
            .into_iter()
            .map(|(what, measured)| vec![what.to_owned(), measured])
            .collect(),
    };
    Ok((table, live))
}
