//! What was found, as a table, as JSON and back.

use std::path::Path;

use anyhow::{Context as _, ensure};
use governance::{Figure, ModelRole, Moment, Scorecard};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use visit::Sha256Hex;

use crate::log::instant;
use scribe::organisation::read_document as read;

/// A model's scorecard with what stands behind it.
pub(crate) struct Evaluation {
    pub(crate) id: String,
    pub(crate) sha256: Sha256Hex,
    pub(crate) role: ModelRole,
    pub(crate) scorecard: Scorecard,
    /// What was found in each sample.
    pub(crate) details: Value,
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    model: String,
    sha256: Sha256Hex,
    role: String,
    program: String,
    measured: String,
    hardware: String,
    figures: Vec<WrittenFigure>,
    details: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFigure {
    name: String,
    value: f64,
    most: Option<f64>,
    least: Option<f64>,
}

impl Evaluation {
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        let Scorecard {
            measured,
            hardware,
            figures,
        } = &self.scorecard;
        let figures = figures.iter().map(|figure| WrittenFigure {
            name: figure.name.clone(),
            value: figure.value,
            most: figure.most,
            least: figure.least,
        });
        let written = Written {
            model: self.id.clone(),
            sha256: self.sha256.clone(),
            role: self.role.to_string(),
            program: concat!("inroom ", env!("CARGO_PKG_VERSION")).to_owned(),
            measured: measured.to_string(),
            hardware: hardware.clone(),
            figures: figures.collect(),
            details: self.details.clone(),
        };
        let mut text = serde_json::to_string_pretty(&written)?;
        text.push('\n');
        Ok(text)
    }

    /// An evaluation that was made before, of the model with this digest.
    pub(crate) fn open(path: &Path, sha256: &Sha256Hex) -> anyhow::Result<Self> {
        let written: Written = serde_json::from_str(&read(path)?).with_context(|| {
            format!(
                "{} is not what `inroomctl evaluate --json` writes",
                path.display()
            )
        })?;
        ensure!(
            written.sha256 == *sha256,
            "{} is of another model, {}; nothing was proposed",
            path.display(),
            written.sha256.as_str()
        );
        let role = ModelRole::ALL
            .into_iter()
            .find(|role| role.word() == written.role)
            .with_context(|| format!("{:?} is no role of a model", written.role))?;
        let figures = written.figures.into_iter().map(|figure| Figure {
            name: figure.name,
            value: figure.value,
            most: figure.most,
            least: figure.least,
        });
        Ok(Self {
            id: written.model,
            sha256: written.sha256,
            role,
            scorecard: Scorecard {
                measured: Moment(instant(&written.measured).map_err(anyhow::Error::msg)?),
                hardware: written.hardware,
                figures: figures.collect(),
            },
            details: written.details,
        })
    }

    /// The figures that lie beyond their limits.
    pub(crate) fn beyond(&self) -> Vec<&Figure> {
        let figures = self.scorecard.figures.iter();
        figures.filter(|figure| !figure.holds()).collect()
    }

    pub(crate) fn print(&self) {
        println!("model     {} ({})", self.id, self.role);
        println!("sha256    {}", self.sha256.as_str());
        println!("hardware  {}", self.scorecard.hardware);
        println!("measured  {}\n", self.scorecard.measured);
        let figures = &self.scorecard.figures;
        let widest = figures
            .iter()
            .map(|figure| figure.name.chars().count())
            .max();
        let widest = widest.unwrap_or_default();
        for figure in figures {
            let verdict = match (figure.holds(), figure.most.or(figure.least)) {
                (false, _) => "BEYOND ITS LIMIT",
                (true, Some(_)) => "holds",
                (true, None) => "",
            };
            println!(
                "{:<widest$}  {:>9}  {:<12}  {verdict}",
                figure.name,
                figure.value,
                limit(figure)
            );
        }
        println!("\nThe limits are proposals: `inroomctl models propose --limit` sets others.");
    }
}

/// A figure's limits in a few characters.
pub(crate) fn limit(figure: &Figure) -> String {
    let one = |sign: &str, limit: Option<f64>| limit.map(|limit| format!("{sign} {limit}"));
    let both = [one("≤", figure.most), one("≥", figure.least)];
    both.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use visit::UnixMillis;

    use super::*;

    #[test]
    fn what_is_written_reads_the_same_for_its_own_model_alone() {
        let evaluation = Evaluation {
            id: "a-model".to_owned(),
            sha256: Sha256Hex::from_bytes([7; 32]),
            role: ModelRole::VoiceActivity,
            scorecard: Scorecard {
                measured: Moment(UnixMillis(1_790_000_000_000)),
                hardware: "two cores".to_owned(),
                figures: vec![Figure {
                    name: "a \"figure\"".to_owned(),
                    value: 3.25,
                    most: Some(4.0),
                    least: None,
                }],
            },
            details: serde_json::json!({ "samples": [] }),
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evaluation.json");
        std::fs::write(&path, evaluation.json().unwrap()).unwrap();
        let found = Evaluation::open(&path, &evaluation.sha256).unwrap();
        assert_eq!(found.scorecard, evaluation.scorecard);
        assert_eq!((found.id, found.role), (evaluation.id, evaluation.role));
        assert_eq!(found.details, evaluation.details);
        let other = Sha256Hex::from_bytes([8; 32]);
        let refused = Evaluation::open(&path, &other).err().unwrap().to_string();
        assert!(refused.contains("another model"), "{refused}");
    }
}
