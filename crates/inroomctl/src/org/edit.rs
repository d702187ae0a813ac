//! Changing a document in a person's own editor.

use std::ffi::OsString;
use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use governance::{Organisation, changes, edit};

use scribe::organisation::{read_document, write_public};

use super::Document;

pub(crate) fn run(path: &Path) -> anyhow::Result<()> {
    let document = Document::open(path)?;
    let copy = copy_of(path);
    let unfinished = copy.exists();
    if unfinished {
        eprintln!(
            "{} is there from an earlier edit that did not come to its end; it is opened again",
            copy.display()
        );
    } else {
        write_public(&copy, &document.text)?;
    }
    let (text, organisation) = loop {
        open_editor(&copy)?;
        let text = read_document(&copy)?;
        match Organisation::read(&text) {
            Ok(organisation) => break (text, organisation),
            Err(mistake) => {
                eprintln!("{mistake}");
                if !again()? {
                    bail!(
                        "{} was left as it is; what you wrote stays in {} for the next edit",
                        path.display(),
                        copy.display()
                    );
                }
            }
        }
    };
    let changes = changes(&document.organisation, &organisation);
    if text == document.text {
        println!("nothing was changed");
    } else {
        // A serial that the person has raised stays.
        let before = document.organisation.serial;
        let text = if organisation.serial > before {
            text
        } else {
            edit::raise_serial(&text, before)?
        };
        document.exchange(&text)?;
        for change in changes
            .iter()
            .filter(|change| change.what != "document, serial")
        {
            println!("{change}");
        }
        let now = Organisation::read(&text)?;
        println!(
            "{} has serial {} now; sign it with `inroomctl org sign`",
            path.display(),
            now.serial
        );
    }
    fs::remove_file(&copy).with_context(|| format!("{} cannot be removed", copy.display()))
}

fn copy_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".edit");
    name.into()
}

fn open_editor(file: &Path) -> anyhow::Result<()> {
    let set = |name: &str| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.trim().is_empty())
    };
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| {
        let usual = if cfg!(windows) { "notepad" } else { "vi" };
        usual.to_owned()
    });
    // As git takes it: a program and perhaps its options.
    let mut words = editor.split_whitespace().map(OsString::from);
    let program = words
        .next()
        .context("there is no editor; name one in EDITOR")?;
    let ended = Command::new(&program)
        .args(words)
        .arg(file)
        .status()
        .with_context(|| format!("the editor {editor:?} cannot be started; name one in EDITOR"))?;
    ensure!(
        ended.success(),
        "the editor ended with an error; the document was left as it is"
    );
    Ok(())
}

/// Whether a person wants to put a mistake right at once.
fn again() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    eprint!("Put it right now? [Y/n] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(!answer.trim().eq_ignore_ascii_case("n"))
}
