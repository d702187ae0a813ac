//! Everything that is done to this checkout: `cargo xtask COMMAND`.

#![forbid(unsafe_code)]
// A command-line program speaks on standard output and standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod check;
mod demo;
mod digest;
mod dist;
mod fuzz;
mod models;
mod package;
mod places;
mod process;
mod progress;
mod setup;
mod stamp;
mod test;
mod tidy;
mod tools;
mod torture;
mod ui;
mod validators;
mod wheels;
mod workers;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::setup::Purpose;

/// What can be done with this checkout of Inroom.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prepare this machine, build, and run a sample visit
    Demo,
    /// Prepare this machine, fetch the small models, and run every test
    Test {
        /// Handed on to `cargo test`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Formatting, house rules, dependencies, interface, clippy
    Check,
    /// Measure Inroom beside its peers on this machine
    Bench(bench::Arguments),
    /// Kill a recorder at random moments, make every storage operation go wrong, and look at what is left
    Torture(torture::Arguments),
    /// Give every decoder what nobody would write, for ten minutes each
    Fuzz(fuzz::Arguments),
    /// Do everything that the programs can do under a trace of their system calls, and look for planted words (as root)
    Canary,
    /// The house rules alone
    Tidy,
    /// Build everything that is shipped into target/dist
    Dist,
    /// Build a Debian and an RPM package of everything that is shipped, and look into them
    Package,
    /// Build the worker for every processor level into target/workers
    Workers,
    /// Build the interface
    Ui,
    /// Install the system packages that are missing
    Setup {
        /// Those that the tests need as well
        #[arg(long)]
        test: bool,
    },
    /// Fetch what exports are held against in the tests, and print its Python
    Validators,
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
        Command::Demo => demo::run(),
        Command::Test { arguments } => test::run(&arguments),
        Command::Check => check::run(),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Torture(arguments) => torture::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Canary => test::canary(),
        Command::Tidy => tidy::check(),
        Command::Dist => dist::build(),
        Command::Package => package::run(),
        Command::Workers => workers::build(),
        Command::Ui => ui::build(),
        Command::Setup { test } => {
            setup::install(if test { Purpose::Test } else { Purpose::Build })
        }
        Command::Validators => {
            println!("{}", validators::python()?.display());
            Ok(())
        }
        Command::Models(Models::Fetch { set, ids }) => models::fetch(&set, &ids),
        Command::Models(Models::Path { id }) => {
            println!("{}", models::file_of(&id)?.display());
            Ok(())
        }
        Command::Models(Models::List) => models::list(),
    }
}
