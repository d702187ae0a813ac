//! The models of a computer, and what an organisation decides about them.

mod decide;
mod list;
mod propose;

use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the model files of this computer, and whether the organisation's document approves them.
    List(list::Arguments),
    /// Make a dossier of a model for those who decide: card, digest, licence, provenance, scorecard, and the
    /// approval to be signed.
    ///
    /// The model is measured unless `--evaluation` names what was measured before.
    Propose(Box<propose::Arguments>),
    /// Put the approval of a dossier into the document; it is in force once the document is signed.
    Approve(decide::ApproveArguments),
    /// Recall a model in the document: once that is signed and in force, the model is not loaded any more.
    Recall(decide::RecallArguments),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::List(arguments) => list::run(arguments),
        Command::Propose(arguments) => propose::run(arguments),
        Command::Approve(arguments) => decide::approve(arguments),
        Command::Recall(arguments) => decide::recall(arguments),
    }
}
