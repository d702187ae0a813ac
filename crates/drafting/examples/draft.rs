//! Drafts a note from a dialogue and shows where the time went; for work on prompts and speed.
//!
//! `cargo run --release -p drafting --example draft -- MODEL.gguf DIALOGUE.txt…`
//!
//! A dialogue has one turn a line: `[doctor] …`, `[patient] …` or `[patient_guest] …`.
//! Options: `--template FILE.toml`, `--threads N`, `--context N`, `--section-tokens N`,
//! `--penalty X`, `--json` (one line a dialogue: `{"id", "note"}`).
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::ops::ControlFlow;

use drafting::{DraftEvent, Drafter, Options, Outcome, Request};
use visit::{DraftingParameters, Millis, Role, Segment, SpeakerLabel, Template, template};

fn segments(dialogue: &str) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for line in dialogue
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let (tag, text) = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((tag, text)) => (tag, text.trim()),
            None => ("", line),
        };
        let (role, speaker) = match tag {
            "doctor" => (Role::Clinician, 1),
            "patient" => (Role::Patient, 2),
            "" => (Role::Unknown, 1),
            _ => (Role::Other, 3),
        };
        segments.push(Segment {
            index: segments.len() as u32,
            start: Millis(0),
            end: Millis(0),
            speaker: SpeakerLabel(speaker),
            role,
            text: text.into(),
            confidence: 1.0,
            words: Vec::new(),
        });
    }
    segments
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options {
        threads: 2,
        context_tokens: 8192,
    };
    let mut parameters = DraftingParameters {
        context_tokens: 8192,
        section_tokens: 320,
        repeat_penalty: 1.0,
    };
    let mut kind: Template = template::built_in()?.remove(0);
    let mut json = false;
    let mut files = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--threads" => options.threads = value()?.parse()?,
            "--context" => options.context_tokens = value()?.parse()?,
            "--section-tokens" => parameters.section_tokens = value()?.parse()?,
            "--penalty" => parameters.repeat_penalty = value()?.parse()?,
            "--template" => kind = Template::from_toml(&std::fs::read_to_string(value()?)?)?,
            "--json" => json = true,
            _ => files.push(argument),
        }
    }
    parameters.context_tokens = options.context_tokens;
    let [model, dialogues @ ..] = files.as_slice() else {
        return Err("a model file and a dialogue are needed".into());
    };
    let started = std::time::Instant::now();
    let mut drafter = Drafter::load(std::fs::File::open(model)?, &options)?;
    eprintln!(
        "{}: loaded in {:.1} s",
        drafter.architecture(),
        started.elapsed().as_secs_f64()
    );
    for path in dialogues {
        let segments = segments(&std::fs::read_to_string(path)?);
        let mut note = vec![Vec::new(); kind.sections.len()];
        let mut stops = vec![None; kind.sections.len()];
        let request = Request {
            template: &kind,
            segments: &segments,
            parameters: &parameters,
            skip_sections: &[],
        };
        let outcome = drafter.draft(&request, &mut |event| {
            match event {
                DraftEvent::Statement { section, text } => {
                    note[section as usize].push(text.expose().to_owned());
                }
                DraftEvent::SectionEnded { section, stop } => stops[section as usize] = Some(stop),
                DraftEvent::Reading { .. } | DraftEvent::Writing { .. } => {}
            }
            ControlFlow::Continue(())
        })?;
        let mut text = String::new();
        for ((section, statements), stop) in kind.sections.iter().zip(&note).zip(&stops) {
            let stop = if json {
                String::new()
            } else {
                format!("   [{stop:?}]")
            };
            text.push_str(&format!("{}{stop}\n\n", section.title));
            for statement in statements {
                text.push_str(&format!("{statement}\n"));
            }
            if statements.is_empty() {
                text.push_str(&format!("{}\n", section.empty));
            }
            text.push('\n');
        }
        if json {
            let id = std::path::Path::new(path)
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy();
            println!("{}", serde_json::json!({ "id": id, "note": text }));
        } else {
            println!("{text}");
        }
        if let Outcome::Complete(end) = outcome {
            let s = end.speed;
            eprintln!(
                "{path}: read {} tokens in {:.1} s ({:.0}/s), wrote {} in {:.1} s ({:.1}/s), {:.1} s in all; coverage {}/{}",
                s.prompt_tokens,
                f64::from(s.prefill_ms) / 1e3,
                f64::from(s.prompt_tokens) * 1e3 / f64::from(s.prefill_ms.max(1)),
                s.generated_tokens,
                f64::from(s.decode_ms) / 1e3,
                f64::from(s.generated_tokens) * 1e3 / f64::from(s.decode_ms.max(1)),
                f64::from(s.total_ms) / 1e3,
                end.coverage.read,
                end.coverage.of,
            );
        }
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
            eprintln!("{line}");
        }
    }
    Ok(())
}
