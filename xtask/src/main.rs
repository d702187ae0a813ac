//! Everything that is done to this checkout: `cargo xtask COMMAND`.

#![forbid(unsafe_code)]
// A command-line program speaks on standard output and standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod models;
mod places;
mod progress;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// What can be done with this checkout of Inroom.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fetch, find and list model files
    #[command(subcommand)]
    Models(Models),
}

#[derive(Subcommand)]
enum Models {
    /// Fetch the models of a set, or those named
    Fetch {
        /// ci (small, for tests), default (for use), or all
        #[arg(long, default_value = "default")]
        set: String,
        /// Models by id, instead of a set
        ids: Vec<String>,
    },
    /// Print where a fetched model lies
    Path {
        /// Its id
        id: String,
    },
    /// Print the catalogue
    List,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Models(Models::Fetch { set, ids }) => models::fetch(&set, &ids),
        Command::Models(Models::Path { id }) => models::path(&id),
        Command::Models(Models::List) => models::list(),
    }
}
