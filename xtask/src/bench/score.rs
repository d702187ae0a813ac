//! What the scorer beside the sample visits says of a text.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::places;

/// The facts of a visit by how they fared in a text, by their names in the facts file.
#[derive(Debug, Default, PartialEq)]
pub struct Score {
    /// Facts that it holds.
    pub held: Vec<String>,
    /// Facts that it does not mention.
    pub missed: Vec<String>,
    /// Facts that it states wrongly, with the line.
    pub wrong: Vec<(String, String)>,
    /// Claims that it must not make, with the line.
    pub claimed: Vec<(String, String)>,
}

impl Score {
    /// Has the text in a file, a statement a line, compared with the facts of a sample visit.
    ///
    /// # Errors
    /// If the scorer cannot be run or finds no facts.
    pub fn of(visit: &str, text: &Path) -> Result<Self> {
        let folder = places::visits();
        // It fails where something is wrong or claimed; here that is counted.
        let output = Command::new("python3")
            .arg(folder.join("score_facts.py"))
            .arg(folder.join(format!("{visit}.facts.json")))
            .arg(text)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start python3")?;
        let score = Self::read(&String::from_utf8_lossy(&output.stdout));
        let facts = score.held.len() + score.missed.len() + score.wrong.len();
        ensure!(facts > 0, "{visit} has no facts");
        Ok(score)
    }

    /// From the scorer's lines: how it fared, the name, the line of the text.
    fn read(said: &str) -> Self {
        let mut score = Self::default();
        for line in said.lines() {
            let Some((fared, rest)) = line.split_once(' ') else {
                continue;
            };
            let rest = rest.trim_start();
            let (name, words) = rest.split_once(' ').unwrap_or((rest, ""));
            let both = || (name.to_owned(), words.trim().to_owned());
            match fared {
                "held" => score.held.push(name.to_owned()),
                "missed" => score.missed.push(name.to_owned()),
                "wrong" => score.wrong.push(both()),
                "CLAIMED" => score.claimed.push(both()),
                _ => {}
            }
        }
        score
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_facts_are_named_as_the_scorer_says_them() {
        for name in ["adult-follow-up", "injured-knee", "child-with-parent"] {
            let note = places::visits().join(format!("{name}.note.txt"));
            let score = Score::of(name, &note).unwrap();
            assert!(score.held.len() > 10, "{name}: {score:?}");
            let bad = score.missed.len() + score.wrong.len() + score.claimed.len();
            assert_eq!(bad, 0, "{name}: {score:?}");
        }
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("note.txt");
        std::fs::write(&note, "She heard no pop.\nThe right knee injury.\n").unwrap();
        let score = Score::of("injured-knee", &note).unwrap();
        let wrong = ("pop".to_owned(), "She heard no pop.".to_owned());
        assert!(score.wrong.contains(&wrong), "{score:?}");
        assert!(score.missed.contains(&"motion".to_owned()), "{score:?}");
        let claim = ("wrong-knee".to_owned(), "The right knee injury.".to_owned());
        assert_eq!(score.claimed, [claim]);
        assert!(Score::of("no-such-visit", &note).is_err());
    }
}
