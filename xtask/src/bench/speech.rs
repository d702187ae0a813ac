//! Speech recognition beside faster-whisper and whisper.cpp: same Whisper model, same recording.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::peers::Peers;
use super::report::Table;
use crate::{places, process};

const VISIT: &str = "injured-knee";

#[derive(Deserialize)]
struct Heard {
    wall_seconds: f64,
    peak_memory_bytes: u64,
    text: String,
}

/// Measures each once, one after the other.
pub fn measure(peers: &Peers, threads: u32) -> Result<Table> {
    let fixtures = places::root().join("tests/fixtures/visits");
    let audio = fixtures.join(format!("{VISIT}.flac"));
    let wav = peers.folder().join("visit.wav");
    process::run(Command::new("sox").arg(&audio).arg(&wav))?;
    let reference = spoken(&fixtures.join(format!("{VISIT}.words.json")))?;
    let seconds = wav_seconds(&wav)?;
    let threads_text = threads.to_string();
    let ct2 = peers.folder().join("whisper-base-ct2");
    let faster = |beam: &str| {
        peers.run::<Heard>(
            "faster_whisper_peer",
            include_str!("peers/faster_whisper_peer.py"),
            &[
                &ct2.display().to_string(),
                &audio.display().to_string(),
                &threads_text,
                beam,
            ],
        )
    };
    let model = crate::models::file_of("whisper-base")?;
    let greedy = faster("1")?;
    let beam = faster("5")?;
    let cpp = peers.run::<Heard>(
        "whisper_cpp",
        include_str!("peers/whisper_cpp.py"),
        &[
            &model.display().to_string(),
            &wav.display().to_string(),
            &threads_text,
        ],
    )?;
    let ours = inroom(&audio, threads)?;
    let row = |name: &str, heard: &Heard| {
        vec![
            name.to_owned(),
            format!("{:.3}", heard.wall_seconds / seconds),
            format!("{:.2}", heard.wall_seconds / ours.wall_seconds),
            format!("{:.0}", heard.peak_memory_bytes as f64 / f64::from(1 << 20)),
            format!("{:.1} %", 100.0 * word_error_rate(&reference, &heard.text)),
        ]
    };
    Ok(Table {
        caption: format!(
            "Speech: Whisper base on a voiced visit of {seconds:.0} s, whole file at once"
        ),
        head: vec![
            "program",
            "real-time factor",
            "time, Inroom = 1",
            "peak memory, MiB",
            "word error rate",
        ],
        rows: vec![
            row("Inroom", &ours),
            row("faster-whisper int8, greedy", &greedy),
            row("faster-whisper int8, beam 5", &beam),
            row("whisper.cpp (pywhispercpp)", &cpp),
        ],
    })
}

fn inroom(audio: &Path, threads: u32) -> Result<Heard> {
    #[derive(Deserialize)]
    struct Transcript {
        timing: Timing,
        peak_memory_bytes: Peak,
    }
    #[derive(Deserialize)]
    struct Timing {
        wall_ms: u64,
    }
    #[derive(Deserialize)]
    struct Peak {
        speech: u64,
        main: u64,
    }
    let folder = places::target().join("bench");
    process::run(
        Command::new(places::dist().join("inroomctl"))
            .args([
                "eval",
                "transcribe",
                "--model",
                "whisper-base",
                "--language",
                "en",
                "--threads",
            ])
            .arg(threads.to_string())
            .arg("--output")
            .arg(&folder)
            .arg(audio),
    )?;
    let json = std::fs::read_to_string(folder.join(format!("{VISIT}.json")))?;
    let transcript: Transcript = serde_json::from_str(&json)?;
    Ok(Heard {
        wall_seconds: transcript.timing.wall_ms as f64 / 1000.0,
        peak_memory_bytes: transcript.peak_memory_bytes.speech + transcript.peak_memory_bytes.main,
        text: std::fs::read_to_string(folder.join(format!("{VISIT}.txt")))?,
    })
}

/// The words that were spoken, turn by turn.
fn spoken(path: &Path) -> Result<String> {
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let turns = json
        .as_array()
        .or_else(|| json["turns"].as_array())
        .context("no turns")?;
    let texts: Vec<&str> = turns
        .iter()
        .filter_map(|turn| turn["text"].as_str())
        .collect();
    Ok(texts.join(" "))
}

/// Length of a 16-bit mono WAV file at 16 kHz, from its size.
fn wav_seconds(wav: &Path) -> Result<f64> {
    Ok((std::fs::metadata(wav)?.len() - 44) as f64 / 32_000.0)
}

/// Word error rate: edits per spoken word, letters and digits alone compared.
fn word_error_rate(reference: &str, heard: &str) -> f64 {
    let (reference, heard) = (words(reference), words(heard));
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (n, spoken) in reference.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = n + 1;
        for (m, recognised) in heard.iter().enumerate() {
            let replaced = diagonal + usize::from(spoken != recognised);
            diagonal = row[m + 1];
            row[m + 1] = replaced.min(row[m] + 1).min(row[m + 1] + 1);
        }
    }
    row[heard.len()] as f64 / reference.len().max(1) as f64
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split_whitespace()
        .map(|word| {
            word.chars()
                .filter(|c| c.is_alphanumeric())
                .collect::<String>()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_counts_once_per_spoken_word() {
        assert_eq!(
            word_error_rate("the left knee hurts", "The left knee hurts."),
            0.0
        );
        assert_eq!(
            word_error_rate("the left knee hurts", "the right knee"),
            0.5
        );
        assert_eq!(word_error_rate("a b", "a x b"), 0.5);
    }
}
