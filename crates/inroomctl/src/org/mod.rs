//! An organisation's document: what it decides, signed.
//!
//! These commands work on files alone. Whoever has the organisation's key decides, not a role.

mod document;
mod edit;
mod init;
mod sign;
mod successor;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use governance::{changes, facts};

pub(crate) use document::Document;
pub(crate) use sign::public_key;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make an organisation: its signing key, its recovery key and a first document.
    Init(init::Arguments),
    /// Change the document in the editor that `VISUAL` or `EDITOR` names; its serial is raised.
    Edit(DocumentArgument),
    /// Sign the document: its `.minisig` is written beside it.
    Sign(sign::SignArguments),
    /// Make another signing key, which the one of until now names as its successor: the document is
    /// signed with the new one, and workstations take no document of the old one any more.
    Successor(successor::Arguments),
    /// Find whether a workstation would take the document now, and why not.
    Verify(sign::VerifyArguments),
    /// Show what the document says. Its signature is not looked at.
    Show(DocumentArgument),
    /// Say what changed from one document to another.
    Diff(DiffArguments),
}

/// Which document.
#[derive(Args)]
pub(crate) struct DocumentArgument {
    /// The document, `organisation.toml`.
    pub(crate) document: PathBuf,
}

#[derive(Args)]
pub(crate) struct DiffArguments {
    /// The older document.
    before: PathBuf,
    /// The newer one.
    after: PathBuf,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Init(arguments) => init::run(arguments),
        Command::Edit(arguments) => edit::run(&arguments.document),
        Command::Sign(arguments) => sign::sign(arguments),
        Command::Successor(arguments) => successor::run(arguments),
        Command::Verify(arguments) => sign::verify(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Diff(arguments) => diff(arguments),
    }
}

fn show(arguments: &DocumentArgument) -> anyhow::Result<()> {
    let document = Document::open(&arguments.document)?;
    for (what, is) in facts(&document.organisation) {
        println!("{what}: {is}");
    }
    eprintln!("The signature was not looked at; `inroomctl org verify` does.");
    Ok(())
}

fn diff(arguments: &DiffArguments) -> anyhow::Result<()> {
    let [before, after] = [&arguments.before, &arguments.after].map(|path| Document::open(path));
    let changes = changes(&before?.organisation, &after?.organisation);
    for change in &changes {
        println!("{change}");
    }
    if changes.is_empty() {
        println!("both say the same");
    }
    Ok(())
}
