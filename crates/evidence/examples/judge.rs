//! Judges the lines of a note against a dialogue and prints verdict, reason and the words found.
//!
//! `judge DIALOGUE.txt NOTE.txt`: the dialogue has one turn a line, with or without a `[speaker]` before it.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use visit::{Millis, Role, Segment, SpeakerLabel, Support};

fn main() -> ExitCode {
    let mut files = std::env::args().skip(1).map(std::fs::read_to_string);
    let (Some(Ok(dialogue)), Some(Ok(note))) = (files.next(), files.next()) else {
        println!("usage: judge DIALOGUE.txt NOTE.txt");
        return ExitCode::FAILURE;
    };
    let segments: Vec<Segment> = dialogue
        .lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .map(segment)
        .collect();
    let transcript = evidence::Transcript::new(&segments);
    let mut counts = [0; 3];
    let mut covered = Vec::new();
    for line in note.lines().filter(|line| !line.trim().is_empty()) {
        let judgement = transcript.judge(line);
        counts[judgement.support as usize] += 1;
        let mark = match judgement.support {
            Support::Supported => "+",
            Support::Partial => "~",
            Support::Unsupported => "-",
        };
        println!("{mark} {line}");
        if !judgement.reason.is_blank() {
            println!("      because: {}", judgement.reason.expose());
        }
        for words in &judgement.evidence {
            let Some(segment) = segments.iter().find(|s| s.index == words.segment) else {
                continue;
            };
            let text: String = segment
                .text
                .expose()
                .chars()
                .take(words.end as usize)
                .skip(words.start as usize)
                .collect();
            println!("      {:>4}: {text}", words.segment);
        }
        covered.extend(judgement.evidence);
    }
    println!(
        "supported {}, partial {}, unsupported {}",
        counts[2], counts[1], counts[0]
    );
    for omission in transcript.omissions(&covered, &segments).iter().take(10) {
        println!(
            "left out {:>4}: {} [{}]",
            omission.segment,
            omission.text.expose(),
            omission.why.expose()
        );
    }
    ExitCode::SUCCESS
}

fn segment((n, line): (usize, &str)) -> Segment {
    let (speaker, role, text) = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some(("doctor", text)) => (1, Role::Clinician, text),
        Some(("patient", text)) => (2, Role::Patient, text),
        Some((_, text)) => (3, Role::Other, text),
        None => (1, Role::Unknown, line),
    };
    Segment {
        index: u32::try_from(n).unwrap_or(u32::MAX),
        start: Millis(0),
        end: Millis(0),
        speaker: SpeakerLabel(speaker),
        role,
        text: text.trim().into(),
        confidence: 1.0,
        words: Vec::new(),
    }
}
