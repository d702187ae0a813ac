//! A whole visit: from the end of the sound to the complete draft, and what it takes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::live;
use super::report::Table;
use crate::{places, process};

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

impl Peak {
    fn together(&self) -> u64 {
        self.main + self.speech + self.drafting
    }
}

/// As fast as the sound is taken.
pub const FAST: &str = "max";
/// As fast as people spoke.
const REAL_TIME: &str = "1";

/// The visit that is played in real time.
pub const PLAYED: &str = "adult-follow-up";

/// From the end of the sound to the draft, no longer than this.
const MOST_MS: u64 = 60_000;
/// All processes together, no more than this.
const MOST_BYTES: u64 = 4 << 30;

/// Takes a sample visit the whole way with the default models; where its results lie, apart for each speed.
///
/// # Errors
/// If the visit cannot be taken the whole way.
pub fn play(visit: &str, speed: &str, threads: u32) -> Result<PathBuf> {
    let output = places::target().join(format!("bench/{}.json", file_name(visit, speed)));
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

fn file_name(visit: &str, speed: &str) -> String {
    match speed {
        REAL_TIME => format!("{visit}-real-time"),
        _ => visit.to_owned(),
    }
}

/// A visit that was played in real time.
pub struct Measured {
    /// What it took.
    pub table: Table,
    /// Which limits it has broken, for people.
    pub broken: Vec<String>,
    /// How long words took meanwhile.
    pub live: Table,
    /// Where its results lie.
    pub output: PathBuf,
}

/// Plays a sample visit in real time and waits for its draft.
///
/// # Errors
/// If the visit cannot be taken the whole way or its results cannot be read.
pub fn measure(threads: u32) -> Result<Measured> {
    let output = play(PLAYED, REAL_TIME, threads)?;
    let visit: Visit = serde_json::from_str(&std::fs::read_to_string(&output)?)
        .with_context(|| format!("{} holds no draft", output.display()))?;
    Ok(Measured {
        live: live::measured(&output, PLAYED)?,
        table: table(&visit),
        broken: broken(&visit),
        output,
    })
}

fn table(visit: &Visit) -> Table {
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
        ("peak memory, together", mib(peak.together())),
    ];
    Table {
        caption: "A visit fed in real time on the command line (the window and its page are not in it): Whisper base, \
                  Qwen2.5-Coder-1.5B-Instruct Q4_K_M"
            .to_owned(),
        head: vec!["what", "measured"],
        rows: rows
            .into_iter()
            .map(|(what, measured)| vec![what.to_owned(), measured])
            .collect(),
    }
}

/// The limits that were broken.
fn broken(visit: &Visit) -> Vec<String> {
    let (draft, memory) = (
        visit.stages.stop_to_draft_ms,
        visit.peak_memory_bytes.together(),
    );
    let mut broken = Vec::new();
    if draft > MOST_MS {
        broken.push(format!(
            "{PLAYED}: the draft was complete {} after the end of the sound, more than {}",
            seconds(draft),
            seconds(MOST_MS)
        ));
    }
    if memory > MOST_BYTES {
        broken.push(format!(
            "{PLAYED}: its processes took {} together, more than {}",
            mib(memory),
            mib(MOST_BYTES)
        ));
    }
    broken
}

fn mib(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

fn seconds(ms: u64) -> String {
    format!("{:.1} s", ms as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(stop_to_draft_ms: u64, drafting: u64) -> Visit {
        Visit {
            duration_ms: 322_300,
            stages: Stages {
                stop_to_transcript_ms: 300,
                stop_to_draft_ms,
            },
            peak_memory_bytes: Peak {
                main: 1 << 20,
                speech: 1 << 30,
                drafting,
            },
        }
    }

    #[test]
    fn what_takes_more_than_it_may_is_said() {
        let rest = MOST_BYTES - (1 << 20) - (1 << 30);
        assert_eq!(broken(&visit(MOST_MS, rest)), Vec::<String>::new());
        let slow = broken(&visit(61_240, rest));
        assert_eq!(slow.len(), 1, "{slow:?}");
        assert!(slow[0].contains("61.2 s"), "{slow:?}");
        let large = broken(&visit(2_900, rest + (1 << 20)));
        assert_eq!(large.len(), 1, "{large:?}");
        assert!(large[0].contains("4097 MiB"), "{large:?}");
        let rows = table(&visit(2_900, 1 << 30)).rows;
        assert_eq!(rows[2][1], "2.9 s");
        assert_eq!(rows[6][1], "2049 MiB");
    }

    #[test]
    fn each_speed_has_a_file_of_its_own() {
        assert_ne!(file_name(PLAYED, REAL_TIME), file_name(PLAYED, FAST));
    }
}
