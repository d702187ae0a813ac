//! Checks an exported audit log: that no entry was changed, taken away, added or moved since it was
//! signed. It needs the file alone, and a public key or an earlier head that were kept elsewhere to
//! say more than that the file fits together with itself.
//!
//! Exit codes: 0, the log is in order; 1, it is not, and the first bad entry is named; 2, it could
//! not be checked.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks by printing"
)]

mod check;
mod lines;

use std::path::PathBuf;
use std::process::ExitCode;

use audit::{PublicKey, Verified};
use clap::{CommandFactory as _, Parser};

use check::CheckError;

const NOT_IN_ORDER: u8 = 1;
const NOT_CHECKED: u8 = 2;

/// Checks an audit log that `inroomctl audit export` has written.
#[derive(Parser)]
#[command(name = "inroom-verify", version)]
struct Arguments {
    /// The exported log.
    file: PathBuf,
    /// The vault's public key, as `inroomctl audit export` says it: 64 hexadecimal digits, kept where
    /// nobody who could change the log could change them.
    #[arg(long, value_name = "HEX")]
    key: Option<PublicKey>,
    /// Signed heads that were kept elsewhere: an earlier export, the file in the folder that heads are
    /// exported to, or this vault's lines of a system log. The log must hold what each of them speaks of.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

fn main() -> ExitCode {
    let asked = std::env::args_os().skip(1);
    if let Some(done) = manual::written_if_asked(Arguments::command, asked) {
        return done.map_or_else(
            |error| {
                eprintln!("inroom-verify: the manual was not written: {error}");
                ExitCode::FAILURE
            },
            |()| ExitCode::SUCCESS,
        );
    }
    let arguments = Arguments::parse();
    match check::check(&arguments.file, arguments.key, arguments.head.as_deref()) {
        Ok((verified, key)) => {
            in_order(&verified, &key, &arguments);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("inroom-verify: {error}");
            ExitCode::from(match error {
                CheckError::Fault { .. } => NOT_IN_ORDER,
                CheckError::Unreadable { .. } | CheckError::NoHead { .. } => NOT_CHECKED,
            })
        }
    }
}

fn in_order(verified: &Verified, key: &PublicKey, arguments: &Arguments) {
    println!(
        "in order: {} entries, {} signed heads, nothing changed, missing, added or moved",
        verified.entries, verified.heads
    );
    println!("the last entry's hash is {}", verified.last.hash);
    if arguments.key.is_none() {
        println!(
            "signed with the key {key}, which the file itself names: compare it with the one that \
             was kept when the vault was made, or give that one with --key"
        );
    }
    if arguments.head.is_none() {
        println!(
            "entries after the last one may have been cut off before: --head with an earlier export \
             shows it as far as that goes"
        );
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    /// As in the page for IT.
    #[test]
    fn every_command_line_of_the_page_for_it_is_one_of_the_program() {
        let page = include_str!("../../../IT.md");
        let lines: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with("inroom-verify "))
            .collect();
        assert!(!lines.is_empty());
        for line in lines {
            if let Err(error) = Arguments::try_parse_from(line.split(' ')) {
                panic!("{line}: {error}");
            }
        }
    }
}
