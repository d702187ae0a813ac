//! Inroom without a window: visits, evaluation and the work of IT.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks by printing"
)]

mod backups;
mod eval;
mod log;
mod memory;
mod passphrase;
mod progress;
mod retention;
mod speed;
mod templates;
mod vaults;
mod visits;

use clap::{Parser, Subcommand};

/// Listens to a medical visit on this computer, drafts the note and shows what each line rests on.
#[derive(Parser)]
#[command(name = "inroomctl", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure drafting, transcription or a whole visit on files, in a scratch vault.
    #[command(subcommand)]
    Eval(eval::Command),
    /// Record, list, show, draft and export visits of a vault.
    #[command(subcommand)]
    Visit(visits::Command),
    /// Make a vault and change the ways into it.
    #[command(subcommand)]
    Vault(vaults::Command),
    /// Show, check and export the audit log.
    #[command(subcommand)]
    Audit(log::Command),
    /// List the microphones of this computer.
    Microphones,
}

fn main() -> std::process::ExitCode {
    scribe::keep_memory_private();
    let done = match Arguments::parse().command {
        Command::Eval(command) => eval::run(command),
        Command::Visit(command) => visits::run(command),
        Command::Vault(command) => vaults::run(&command),
        Command::Audit(command) => log::run(&command),
        Command::Microphones => microphones(),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // The alternate form prints the chain of causes on one line.
            eprintln!("inroomctl: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn microphones() -> anyhow::Result<()> {
    for microphone in capture::microphones()? {
        let mark = if microphone.is_default { "*" } else { " " };
        println!("{mark} {}\t{}", microphone.id, microphone.name);
    }
    Ok(())
}
