//! How long words take to the screen while people speak and the note is written ahead.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::report::Table;
use crate::places;

/// Final segments that came within so many milliseconds are of one utterance.
const TOGETHER: u64 = 100;

#[derive(Deserialize)]
struct Output {
    lines: Vec<Line>,
}

/// A line as it stood on the screen; times in milliseconds from the start of the recording.
#[derive(Deserialize)]
struct Line {
    at_ms: u64,
    start_ms: u64,
    /// Where the last word ended; none of a provisional line.
    end_ms: Option<u64>,
    text: String,
}

#[derive(Deserialize)]
struct Turn {
    words: Vec<Spoken>,
}

/// A word as it was spoken; times in seconds.
#[derive(Deserialize)]
struct Spoken {
    start: f64,
    end: f64,
    text: String,
}

/// The table for what `inroomctl eval visit` has written of a sample visit that it played in real
/// time.
pub fn measured(output: &Path, visit: &str) -> Result<Table> {
    let output: Output = serde_json::from_str(&std::fs::read_to_string(output)?)?;
    let words = places::visits().join(format!("{visit}.words.json"));
    let turns: Vec<Turn> = serde_json::from_str(&std::fs::read_to_string(words)?)?;
    let mut spoken: Vec<Spoken> = turns.into_iter().flat_map(|turn| turn.words).collect();
    spoken.sort_by(|a, b| a.start.total_cmp(&b.start));

    let all: Vec<&Line> = output.lines.iter().collect();
    let finals: Vec<&Line> = all
        .iter()
        .copied()
        .filter(|line| line.end_ms.is_some())
        .collect();
    let in_any = latencies(&spoken, &all);
    let in_final = latencies(&spoken, &finals);
    let after_utterance = after_utterances(&finals);
    let row = |what: &str, latencies: &[f64]| -> Result<Vec<String>> {
        let at = |share| percentile(latencies, share).context("nothing was recognised");
        let cell = |share| Ok::<_, anyhow::Error>(format!("{:.2} s", at(share)?));
        Ok(vec![
            what.to_owned(),
            cell(0.5)?,
            cell(0.95)?,
            latencies.len().to_string(),
        ])
    };
    Ok(Table {
        caption: format!(
            "Words on the screen while a voiced visit of {} spoken words is fed in real time and the note is written \
             ahead on the same cores: Whisper base, Qwen2.5-Coder-1.5B-Instruct Q4_K_M; {} provisional lines",
            spoken.len(),
            all.len() - finals.len(),
        ),
        head: vec!["time", "p50", "p95", "measured on"],
        rows: vec![
            row(
                "from a word's end to a line that holds it, provisional or final",
                &in_any,
            )?,
            row(
                "from a word's end to the final line that holds it",
                &in_final,
            )?,
            row(
                "from an utterance's last word to its final lines",
                &after_utterance,
            )?,
        ],
    })
}

/// For each spoken word that stood in a line, the seconds from its end to the first such line.
fn latencies(spoken: &[Spoken], lines: &[&Line]) -> Vec<f64> {
    let mut first: Vec<Option<f64>> = vec![None; spoken.len()];
    for line in lines {
        let at = line.at_ms as f64 / 1000.0;
        // The line's first word may be put a little late.
        let from = line.start_ms as f64 / 1000.0 - 0.5;
        let to = line.end_ms.map_or(at, |end| end as f64 / 1000.0 + 0.5);
        let begin = spoken.partition_point(|word| word.start < from);
        let end = begin.max(spoken.partition_point(|word| word.start < to));
        let shown: Vec<String> = line.text.split_whitespace().map(plain).collect();
        let said: Vec<String> = spoken[begin..end].iter().map(|w| plain(&w.text)).collect();
        for place in common(&said, &shown) {
            let latency = at - spoken[begin + place].end;
            first[begin + place].get_or_insert(latency);
        }
    }
    first.into_iter().flatten().collect()
}

/// Places in `said` of the words of a longest common subsequence.
fn common(said: &[String], shown: &[String]) -> Vec<usize> {
    let mut longest = vec![vec![0_usize; shown.len() + 1]; said.len() + 1];
    for (n, word) in said.iter().enumerate().rev() {
        for (m, other) in shown.iter().enumerate().rev() {
            longest[n][m] = if word == other {
                longest[n + 1][m + 1] + 1
            } else {
                longest[n + 1][m].max(longest[n][m + 1])
            };
        }
    }
    let (mut n, mut m) = (0, 0);
    let mut places = Vec::new();
    while n < said.len() && m < shown.len() {
        if said[n] == shown[m] {
            places.push(n);
            (n, m) = (n + 1, m + 1);
        } else if longest[n + 1][m] >= longest[n][m + 1] {
            n += 1;
        } else {
            m += 1;
        }
    }
    places
}

/// For each utterance the seconds from its last word's end to its final segments.
fn after_utterances(finals: &[&Line]) -> Vec<f64> {
    finals
        .chunk_by(|a, b| b.at_ms - a.at_ms <= TOGETHER)
        .filter_map(|utterance| {
            let end = utterance.iter().filter_map(|line| line.end_ms).max()?;
            Some((utterance.last()?.at_ms as f64 - end as f64) / 1000.0)
        })
        .collect()
}

fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied()
}

/// Small letters and digits alone.
fn plain(word: &str) -> String {
    let letters = word.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(start: f64, text: &str) -> Spoken {
        Spoken {
            start,
            end: start + 0.5,
            text: text.to_owned(),
        }
    }

    fn line(at_ms: u64, start_ms: u64, end_ms: Option<u64>, text: &str) -> Line {
        Line {
            at_ms,
            start_ms,
            end_ms,
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_word_counts_from_its_end_to_the_first_line_that_holds_it() {
        let said = [
            spoken(1.0, "My"),
            spoken(2.0, "left"),
            spoken(3.0, "knee"),
            spoken(9.0, "my"),
        ];
        let lines = [
            line(3_000, 1_000, None, "My lift"),
            line(4_000, 1_000, None, "My left knee"),
            line(5_000, 1_000, Some(3_500), "My left knee."),
        ];
        let all: Vec<&Line> = lines.iter().collect();
        assert_eq!(latencies(&said, &all), [1.5, 1.5, 0.5]);
        assert_eq!(latencies(&said, &all[2..]), [3.5, 2.5, 1.5]);
    }

    #[test]
    fn segments_that_come_together_are_one_utterance() {
        let lines = [
            line(5_000, 1_000, Some(2_000), "One."),
            line(5_050, 2_000, Some(4_050), "Two."),
            line(9_000, 6_000, Some(7_000), "Three."),
        ];
        assert_eq!(
            after_utterances(&lines.iter().collect::<Vec<_>>()),
            [1.0, 2.0]
        );
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), Some(10.0));
        assert_eq!(percentile(&values, 0.95), Some(19.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
