use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use scribe::{Cancel, Drafter, DraftingSettings};
use serde_json::{Value, json};
use visit::Template;

use super::input::{self, Dialogue};
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

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let template = templates::find(None, arguments.template.as_deref())?;
    let mut settings = DraftingSettings::new(arguments.model.as_deref())?;
    settings.threads = arguments.threads.unwrap_or(settings.threads);
    settings.context_tokens = arguments.context_tokens.unwrap_or(settings.context_tokens);
    settings.section_tokens = arguments.section_tokens.unwrap_or(settings.section_tokens);
    let mut drafter = Drafter::new(settings);
    let text = std::fs::read(&arguments.input)
        .with_context(|| format!("{} cannot be read", arguments.input.display()))?;
    let lines = input::lines(&text);
    if lines.is_empty() {
        bail!("{} holds no line", arguments.input.display());
    }
    let mut output = File::create(&arguments.output)
        .with_context(|| format!("{} cannot be written", arguments.output.display()))?;
    let mut drafted = 0;
    for (n, line) in lines.iter().enumerate() {
        let (id, result) = match line.dialogue() {
            Ok(dialogue) => (dialogue.id.clone(), one(&mut drafter, &template, &dialogue)),
            Err(refused) => (refused.id, Err(refused.reason.into())),
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

fn one(drafter: &mut Drafter, template: &Template, dialogue: &Dialogue) -> anyhow::Result<Value> {
    let segments = scribe::parse_dialogue(&dialogue.text)?;
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
