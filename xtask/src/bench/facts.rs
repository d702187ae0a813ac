//! What the notes of the sample visits hold of what they should, and what they must not claim.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::report::Table;
use super::visit;
use crate::places;

/// The sample visits.
const VISITS: [&str; 3] = ["adult-follow-up", "injured-knee", "child-with-parent"];

#[derive(Deserialize)]
struct Visit {
    draft: Draft,
}

#[derive(Deserialize)]
struct Draft {
    note: String,
}

/// How many facts of a visit fared how, and the claims that its note must not make.
#[derive(Debug, Default, PartialEq)]
struct Score {
    held: usize,
    missed: usize,
    wrong: usize,
    claims: Vec<String>,
}

/// Takes every sample visit the whole way, as fast as it is taken, and counts; the table, and what
/// is claimed that must not be.
pub fn measure(threads: u32) -> Result<(Table, Vec<String>)> {
    let mut rows = Vec::new();
    let mut claims = Vec::new();
    for name in VISITS {
        let output = visit::play(name, "max", threads)?;
        let visit: Visit = serde_json::from_str(&std::fs::read_to_string(&output)?)
            .with_context(|| format!("{} holds no draft", output.display()))?;
        let note = output.with_extension("txt");
        std::fs::write(&note, visit.draft.note)?;
        let score = read(&score(name, &note)?);
        ensure!(score.held + score.missed > 0, "{name} has no facts");
        rows.push(vec![
            name.to_owned(),
            score.held.to_string(),
            score.missed.to_string(),
            score.wrong.to_string(),
            score.claims.len().to_string(),
        ]);
        claims.extend(score.claims.iter().map(|claim| format!("{name}: {claim}")));
    }
    let table = Table {
        caption: "Facts of the sample visits in their notes: Whisper base, \
                  Qwen2.5-Coder-1.5B-Instruct Q4_K_M"
            .to_owned(),
        head: vec![
            "visit",
            "held",
            "missed",
            "wrong",
            "claimed and must not be",
        ],
        rows,
    };
    Ok((table, claims))
}

/// What the scorer beside the sample visits says of a note, a fact a line.
fn score(visit: &str, note: &Path) -> Result<String> {
    let folder = places::visits();
    // It fails where something is wrong or claimed; here that is counted.
    let output = Command::new("python3")
        .arg(folder.join("score_facts.py"))
        .arg(folder.join(format!("{visit}.facts.json")))
        .arg(note)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start python3")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn read(said: &str) -> Score {
    let mut score = Score::default();
    for line in said.lines() {
        match line.split_once(' ') {
            Some(("held", _)) => score.held += 1,
            Some(("missed", _)) => score.missed += 1,
            Some(("wrong", _)) => score.wrong += 1,
            Some(("CLAIMED", claim)) => score.claims.push(claim.trim().to_owned()),
            _ => {}
        }
    }
    score
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_facts_are_counted_as_the_scorer_says_them() {
        for name in VISITS {
            let note = places::visits().join(format!("{name}.note.txt"));
            let score = read(&score(name, &note).unwrap());
            assert!(score.held > 10, "{name}: {score:?}");
            assert_eq!((score.missed, score.wrong, score.claims.len()), (0, 0, 0));
        }
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("note.txt");
        std::fs::write(&note, "She heard no pop.\nThe right knee injury.\n").unwrap();
        let score = read(&score("injured-knee", &note).unwrap());
        assert!(score.wrong > 0 && score.missed > 0, "{score:?}");
        assert!(score.claims[0].starts_with("wrong-knee"), "{score:?}");
    }
}
