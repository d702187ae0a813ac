use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use scribe::{Cancel, Drafter, DraftingSettings};
use serde::Deserialize;
use serde_json::{Value, json};
use visit::Template;

use super::outcome;
use crate::progress::Progress;
use crate::templates;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A dialogue a line: {"id": …, "dialogue": "[doctor] …\n[patient] …"}
    #[arg(long, value_name = "IN.jsonl")]
    input: PathBuf,
    /// A note a line, written as soon as it is done.
    #[arg(long, value_name = "OUT.jsonl")]
    output: PathBuf,
    /// The note template.
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// The language model: an identifier of the catalogue or a GGUF file.
    #[arg(long, value_name = "PATH_OR_ID")]
    model: Option<String>,
    /// Threads; all cores when not given.
    #[arg(long, value_name = "N")]
    threads: Option<u32>,
    /// Tokens of context; a longer dialogue is read in parts.
    #[arg(long, value_name = "N")]
    context_tokens: Option<u32>,
    /// Most tokens for one section.
    #[arg(long, value_name = "N")]
    section_tokens: Option<u32>,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    dialogue: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let template = templates::find(arguments.template.as_deref())?;
    let mut settings = DraftingSettings::new(arguments.model.as_deref())?;
    settings.threads = arguments.threads.unwrap_or(settings.threads);
    settings.context_tokens = arguments.context_tokens.unwrap_or(settings.context_tokens);
    settings.section_tokens = arguments.section_tokens.unwrap_or(settings.section_tokens);
    let mut drafter = Drafter::new(settings);
    let lines = read_lines(&arguments.input)?;
    let mut output = File::create(&arguments.output)
        .with_context(|| format!("{} cannot be written", arguments.output.display()))?;
    let mut drafted = 0;
    for (n, line) in lines.iter().enumerate() {
        let (id, result) = match serde_json::from_str::<Line>(line) {
            Ok(line) => (line.id.clone(), one(&mut drafter, &template, &line)),
            Err(error) => (
                format!("line {}", n + 1),
                Err(anyhow::Error::new(error).context("the line is not a dialogue")),
            ),
        };
        let entry = match result {
            Ok(Value::Object(mut note)) => {
                drafted += 1;
                note.insert("id".to_owned(), json!(id));
                Value::Object(note)
            }
            Ok(other) => other,
            Err(error) => json!({ "id": id, "error": format!("{error:#}") }),
        };
        writeln!(output, "{entry}")
            .and_then(|()| output.flush())
            .context("the output cannot be written")?;
        eprintln!("{} of {}: {id} {}", n + 1, lines.len(), summary(&entry));
    }
    if drafted == 0 {
        bail!(
            "no note could be drafted; the reasons stand in {}",
            arguments.output.display()
        );
    }
    Ok(())
}

fn read_lines(input: &Path) -> anyhow::Result<Vec<String>> {
    let file = File::open(input).with_context(|| format!("{} cannot be read", input.display()))?;
    let lines: Result<Vec<String>, _> = BufReader::new(file)
        .lines()
        .filter(|line| !line.as_ref().is_ok_and(|l| l.trim().is_empty()))
        .collect();
    let lines = lines.with_context(|| format!("{} is not text in UTF-8", input.display()))?;
    if lines.is_empty() {
        bail!("{} holds no line", input.display());
    }
    Ok(lines)
}

fn one(drafter: &mut Drafter, template: &Template, line: &Line) -> anyhow::Result<Value> {
    let segments = scribe::parse_dialogue(&line.dialogue)?;
    let mut progress = Progress::new(Some(template), false);
    let drafted = drafter.draft(template, &segments, &Cancel::default(), &mut |event| {
        progress.show(&event)
    });
    progress.done();
    Ok(outcome::draft(&drafted?))
}

fn summary(entry: &Value) -> String {
    match (&entry["error"], &entry["timing"]) {
        (Value::String(error), _) => error.clone(),
        (_, timing) => format!(
            "{} tokens read, {} written, {} ms",
            timing["prompt_tokens"], timing["generated_tokens"], timing["total_ms"]
        ),
    }
}
