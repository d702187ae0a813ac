//! The material: dialogues with the notes that people wrote about them.

use std::path::Path;

use visit::{Millis, Role, Segment, SpeakerLabel};

use crate::csv;

/// A dialogue and its reference note.
pub struct Visit {
    /// From which collection.
    pub source: &'static str,
    pub turns: Vec<Turn>,
    /// The reference note, or the section of one.
    pub reference: String,
    /// Every third dialogue of a collection is kept apart: no rule and no table may be made for it.
    pub held_out: bool,
}

/// What one person said.
#[derive(Clone)]
pub struct Turn {
    pub role: Role,
    pub text: String,
}

/// Why the material cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("{0} cannot be read: {1}")]
    Read(String, #[source] std::io::Error),
    #[error("{0} is not the JSON that was expected: {1}")]
    Json(String, #[source] serde_json::Error),
    #[error("{0} has no column {1}")]
    Column(String, &'static str),
}

/// Reads MTS-Dialog, the training part of ACI-Bench and PriMock57 from the folder that holds all three.
pub fn read(folder: &Path) -> Result<Vec<Visit>, Unusable> {
    let mut visits = table(
        &folder.join("mts-dialog/train.csv"),
        "MTS-Dialog",
        "section_text",
    )?;
    visits.extend(table(
        &folder.join("aci-bench/train.csv"),
        "ACI-Bench",
        "note",
    )?);
    visits.extend(cases(&folder.join("primock57/cases"))?);
    Ok(visits)
}

fn text(path: &Path) -> Result<String, Unusable> {
    std::fs::read_to_string(path).map_err(|e| Unusable::Read(path.display().to_string(), e))
}

fn table(path: &Path, source: &'static str, note: &'static str) -> Result<Vec<Visit>, Unusable> {
    let records = csv::records(&text(path)?);
    let column = |name: &'static str| {
        let found = records
            .first()
            .and_then(|names| names.iter().position(|n| n == name));
        found.ok_or_else(|| Unusable::Column(path.display().to_string(), name))
    };
    let (dialogue, note) = (column("dialogue")?, column(note)?);
    let whole = records
        .iter()
        .skip(1)
        .filter(|r| r.len() > dialogue.max(note));
    Ok(whole
        .enumerate()
        .map(|(n, record)| visit(source, n, &record[dialogue], &record[note]))
        .collect())
}

fn cases(folder: &Path) -> Result<Vec<Visit>, Unusable> {
    let shown = folder.display().to_string();
    let entries = std::fs::read_dir(folder).map_err(|e| Unusable::Read(shown.clone(), e))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Unusable::Read(shown, e))?;
    paths.sort();
    let mut visits = Vec::new();
    for (n, path) in paths.iter().enumerate() {
        let case: serde_json::Value = serde_json::from_str(&text(path)?)
            .map_err(|e| Unusable::Json(path.display().to_string(), e))?;
        let field = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
        visits.push(visit("PriMock57", n, &field("source"), &field("reference")));
    }
    Ok(visits)
}

fn visit(source: &'static str, n: usize, dialogue: &str, reference: &str) -> Visit {
    let turns = dialogue.lines().filter_map(turn).collect();
    Visit {
        source,
        turns,
        reference: reference.to_owned(),
        held_out: n % 3 == 2,
    }
}

/// `[doctor] …` or `Doctor: …`; a line that names nobody is left out.
fn turn(line: &str) -> Option<Turn> {
    let (speaker, text) = match line.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => line.split_once(':')?,
    };
    let role = match speaker.trim().to_lowercase().as_str() {
        "doctor" | "docotr" => Role::Clinician,
        "patient" => Role::Patient,
        _ => Role::Other,
    };
    let text = text.trim().to_owned();
    (!text.is_empty() && speaker.len() < 20).then_some(Turn { role, text })
}

/// The turns as the transcript that the judge reads.
pub fn segments(turns: &[Turn]) -> Vec<Segment> {
    let segment = |(n, turn): (usize, &Turn)| Segment {
        index: u32::try_from(n).unwrap_or(u32::MAX),
        start: Millis(0),
        end: Millis(0),
        speaker: SpeakerLabel(match turn.role {
            Role::Clinician => 1,
            Role::Patient => 2,
            _ => 3,
        }),
        role: turn.role,
        text: turn.text.as_str().into(),
        confidence: 1.0,
        words: Vec::new(),
    };
    turns.iter().enumerate().map(segment).collect()
}
