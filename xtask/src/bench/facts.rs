//! What the notes of the sample visits hold of what they should, and what they must not claim.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::report::Table;
use super::score::Score;
use super::visit;

/// The sample visits that are taken as fast as they go.
const VISITS: [&str; 3] = ["adult-follow-up", "injured-knee", "child-with-parent"];

#[derive(Deserialize)]
struct Visit {
    draft: Draft,
}

#[derive(Deserialize)]
struct Draft {
    /// The text as it leaves the program: without the model's unsupported lines.
    note: String,
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
struct Statement {
    text: String,
}

impl Draft {
    /// Every statement, as the window and the vault show them, a line each.
    fn whole(&self) -> String {
        let statements = self.sections.iter().flat_map(|section| &section.statements);
        statements
            .map(|statement| format!("{}\n", statement.text))
            .collect()
    }
}

/// Both texts of one draft, scored.
struct Scores {
    exported: Score,
    whole: Score,
}

/// Takes every sample visit the whole way, as fast as it is taken, and scores these drafts and that of the visit that was
/// played in real time (`real_time`: its name, and where its results lie); the table, and what the exported
/// texts claim that must not be.
///
/// # Errors
/// If a visit cannot be taken the whole way or scored.
pub fn measure(threads: u32, real_time: (&str, &Path)) -> Result<(Table, Vec<String>)> {
    let mut runs = vec![(
        format!("{}, in real time", real_time.0),
        scores(real_time.0, real_time.1)?,
    )];
    for name in VISITS {
        let output = visit::play(name, visit::FAST, threads)?;
        runs.push((name.to_owned(), scores(name, &output)?));
    }
    let claims = runs
        .iter()
        .flat_map(|(run, scores)| {
            let claimed = scores.exported.claimed.iter();
            claimed.map(move |(claim, line)| format!("{run}: {claim}: {line}"))
        })
        .collect();
    Ok((table(&runs), claims))
}

/// Scores what a run has left, and leaves both texts beside it.
fn scores(visit: &str, output: &Path) -> Result<Scores> {
    let run: Visit = serde_json::from_str(&std::fs::read_to_string(output)?)
        .with_context(|| format!("{} holds no draft", output.display()))?;
    let score = |ending: &str, text: String| -> Result<Score> {
        let path = output.with_extension(ending);
        std::fs::write(&path, text)?;
        Score::of(visit, &path)
    };
    Ok(Scores {
        whole: score("whole.txt", run.draft.whole())?,
        exported: score("txt", run.draft.note)?,
    })
}

fn table(runs: &[(String, Scores)]) -> Table {
    Table {
        caption: "Facts of the sample visits in their notes, by their names in the facts files, in the text that \
                  leaves the program (without the model's unsupported lines) and in the whole draft (every \
                  statement, as the window and the vault show it): Whisper base, \
                  Qwen2.5-Coder-1.5B-Instruct Q4_K_M"
            .to_owned(),
        head: vec![
            "visit",
            "text",
            "held",
            "missed",
            "wrong",
            "claimed and must not be",
        ],
        rows: runs.iter().flat_map(|(run, scores)| rows(run, scores)).collect(),
    }
}

fn rows(run: &str, scores: &Scores) -> [Vec<String>; 2] {
    let Scores { exported, whole } = scores;
    [
        vec![
            run.to_owned(),
            "exported".to_owned(),
            listed(exported.held.iter()),
            listed(exported.missed.iter()),
            listed(names(&exported.wrong)),
            listed(names(&exported.claimed)),
        ],
        vec![
            run.to_owned(),
            "whole draft".to_owned(),
            listed(whole.held.iter()),
            listed(whole.missed.iter()),
            marked(&whole.wrong, &exported.wrong),
            marked(&whole.claimed, &exported.claimed),
        ],
    ]
}

/// How many, and which.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() {
        return "0".to_owned();
    }
    format!("{}: {}", names.len(), names.join(", "))
}

fn names(found: &[(String, String)]) -> impl Iterator<Item = &String> {
    found.iter().map(|(name, _)| name)
}

/// The same of the whole draft, with how many stand there in lines alone that are marked unsupported: those that the
/// exported text, which is the same without these lines, does not have.
fn marked(whole: &[(String, String)], exported: &[(String, String)]) -> String {
    let all = listed(names(whole));
    if whole.is_empty() {
        return all;
    }
    let marked = names(whole).filter(|name| !names(exported).any(|other| other == *name));
    format!("{all} ({} marked unsupported)", marked.count())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A draft in the form of `inroomctl eval visit`.
    fn results(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("injured-knee.json");
        let statement =
            |text: &str, support: &str| serde_json::json!({"text": text, "support": support});
        let results = serde_json::json!({"draft": {
            "note": "HISTORY OF PRESENT ILLNESS\nShe heard a pop.\nThe knee locks.\n",
            "sections": [
                {"statements": [statement("She heard a pop.", "supported"), statement("The knee locks.", "partial")]},
                {"statements": [statement("MRI of the right knee.", "unsupported")]},
            ],
        }});
        std::fs::write(&path, results.to_string()).unwrap();
        path
    }

    #[test]
    fn the_whole_draft_is_scored_beside_the_exported_text() {
        let folder = tempfile::tempdir().unwrap();
        let scores = scores("injured-knee", &results(folder.path())).unwrap();
        let table = table(&[("injured-knee".to_owned(), scores)]);
        let [exported, whole] = &table.rows[..] else {
            unreachable!("a run has two rows")
        };
        assert!(table.rows.iter().all(|row| row.len() == table.head.len()));
        assert_eq!(exported[..3], ["injured-knee", "exported", "1: pop"]);
        assert!(
            exported[3].starts_with("19: twist, swelling"),
            "{exported:?}"
        );
        assert_eq!(exported[4..], ["0", "1: locking"]);
        assert_eq!(whole[..3], ["injured-knee", "whole draft", "1: pop"]);
        assert_eq!(whole[4], "1: mri (1 marked unsupported)");
        assert_eq!(whole[5], "2: wrong-knee, locking (1 marked unsupported)");
    }

    #[test]
    fn results_without_a_draft_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("injured-knee.json");
        std::fs::write(&path, "{\"error\": \"there is no draft\"}").unwrap();
        assert!(scores("injured-knee", &path).is_err());
    }
}
