//! Diarization error rate of transcripts' speaker turns (NIST RT-09 evaluation plan): missed,
//! falsely heard and confused speech over all speech, with the mapping of speakers that suits
//! best, overlapped speech counted, and 0.25 s around each edge of the reference left out.
//!
//! `cargo run --release -p speech --example der -- REFERENCE.rttm HYPOTHESIS.rttm …` scores pairs;
//! of a reference that holds several recordings, those lines count that carry the hypothesis's name.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// Frames of 10 ms around each edge of the reference that are not scored.
const COLLAR: usize = 25;

/// Which frames of 10 ms each speaker speaks in.
type Speech = BTreeMap<String, Vec<bool>>;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let (pairs, rest) = files.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        eprintln!("pairs of REFERENCE.rttm HYPOTHESIS.rttm are needed");
        return ExitCode::FAILURE;
    }
    let mut whole = Score::default();
    let mut rates = Vec::new();
    println!("{:32} speakers   miss  false  wrong    DER", "");
    for [reference, hypothesis] in pairs {
        let name = Path::new(hypothesis).file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let read = |path: &str| std::fs::read_to_string(path);
        let (Ok(reference), Ok(hypothesis)) = (read(reference), read(hypothesis)) else {
            eprintln!("{name}: a file cannot be read");
            return ExitCode::FAILURE;
        };
        let score = score(&speech(&reference, &name), &speech(&hypothesis, ""));
        score.print(&name);
        rates.push(score.rate());
        whole.add(&score);
    }
    whole.print("together");
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    println!("mean of the recordings {:.1} %", mean * 100.0);
    ExitCode::SUCCESS
}

#[derive(Default)]
struct Score {
    speech: usize,
    missed: usize,
    false_speech: usize,
    confused: usize,
    speakers: (usize, usize),
}

impl Score {
    fn rate(&self) -> f64 {
        (self.missed + self.false_speech + self.confused) as f64 / self.speech.max(1) as f64
    }

    fn add(&mut self, other: &Self) {
        self.speech += other.speech;
        self.missed += other.missed;
        self.false_speech += other.false_speech;
        self.confused += other.confused;
    }

    fn print(&self, name: &str) {
        let share = |part: usize| part as f64 * 100.0 / self.speech.max(1) as f64;
        println!(
            "{name:32} {} of {}   {:5.1}  {:5.1}  {:5.1}  {:5.1}",
            self.speakers.1,
            self.speakers.0,
            share(self.missed),
            share(self.false_speech),
            share(self.confused),
            self.rate() * 100.0
        );
    }
}

/// The turns of a file; of one recording only if any line carries its name.
fn speech(text: &str, name: &str) -> Speech {
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() >= 8 && fields[0] == "SPEAKER")
        .collect();
    let named = lines.iter().any(|fields| fields[1] == name);
    let mut speech = Speech::new();
    for fields in lines.iter().filter(|fields| !named || fields[1] == name) {
        let hundredths = |field: &str| (field.parse::<f64>().unwrap_or(0.0) * 100.0).round();
        let start = hundredths(fields[3]) as usize;
        let end = start + hundredths(fields[4]) as usize;
        let frames = speech.entry(fields[7].to_owned()).or_default();
        if frames.len() < end {
            frames.resize(end, false);
        }
        frames[start..end].fill(true);
    }
    speech
}

fn score(reference: &Speech, hypothesis: &Speech) -> Score {
    let length = |speech: &Speech| speech.values().map(Vec::len).max().unwrap_or(0);
    let length = length(reference).max(length(hypothesis));
    let mut scored = vec![true; length];
    for frames in reference.values() {
        let at = |frame: usize| frames.get(frame).copied().unwrap_or(false);
        for edge in (0..=frames.len()).filter(|&n| at(n) != (n > 0 && at(n - 1))) {
            scored[edge.saturating_sub(COLLAR)..(edge + COLLAR).min(length)].fill(false);
        }
    }
    let speaks = |frames: &Vec<bool>, at: usize| frames.get(at).copied().unwrap_or(false);
    let mut score = Score {
        speakers: (reference.len(), hypothesis.len()),
        ..Score::default()
    };
    let mut shared = vec![vec![0_usize; hypothesis.len()]; reference.len()];
    let mut matched_at_best = 0;
    for frame in (0..length).filter(|&frame| scored[frame]) {
        let said = |speech: &Speech| -> Vec<usize> {
            let all = speech.values().enumerate();
            all.filter(|(_, frames)| speaks(frames, frame))
                .map(|(n, _)| n)
                .collect()
        };
        let (real, found) = (said(reference), said(hypothesis));
        score.speech += real.len();
        score.missed += real.len().saturating_sub(found.len());
        score.false_speech += found.len().saturating_sub(real.len());
        matched_at_best += real.len().min(found.len());
        for &r in &real {
            found.iter().for_each(|&f| shared[r][f] += 1);
        }
    }
    score.confused = matched_at_best - best_mapping(&shared, 0, &mut vec![false; hypothesis.len()]);
    score
}

/// Most frames that a mapping of the remaining speakers onto free ones shares.
fn best_mapping(shared: &[Vec<usize>], from: usize, taken: &mut Vec<bool>) -> usize {
    let Some(row) = shared.get(from) else {
        return 0;
    };
    let mut best = best_mapping(shared, from + 1, taken);
    for (to, frames) in row.iter().enumerate() {
        if !taken[to] {
            taken[to] = true;
            best = best.max(frames + best_mapping(shared, from + 1, taken));
            taken[to] = false;
        }
    }
    best
}
