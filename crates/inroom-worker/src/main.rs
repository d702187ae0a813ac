//! `inroom-worker speech` and `inroom-worker drafting`: the child processes that host the models.
//!
//! Started by the main program, never by a person. Frames come in on the standard input and go
//! out on the standard output; see `worker::protocol`. `--version` tells which build this is.

mod confine;
mod hearing;
mod pipes;
mod verified;
mod writing;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use confinement::worker::Walls;
use worker::protocol::{Failure, FromWorker, ToWorker, VERSION};
use worker::{PANIC_MARK, WorkerKind};

use crate::pipes::{Inbox, Outbox};

/// The processor level that the speech engine was compiled for, by the same settings from which
/// its build script takes it: `.cargo/config.toml` for a plain build, `cargo xtask workers` for
/// the others. Without them the level is not known, and the main program does not use the worker.
const LEVEL: &str = match (
    is_on(option_env!("GGML_NATIVE")),
    is_on(option_env!("GGML_AVX2")),
    is_on(option_env!("GGML_AVX512")),
) {
    (Some(false), Some(_), Some(true)) => "avx512",
    (Some(false), Some(true), Some(false)) => "avx2",
    (Some(false), Some(false), Some(false)) => "v2",
    _ => "unknown",
};

const fn is_on(setting: Option<&str>) -> Option<bool> {
    match setting {
        Some(word) => match word.as_bytes() {
            b"ON" => Some(true),
            b"OFF" => Some(false),
            _ => None,
        },
        None => None,
    }
}

fn main() -> ExitCode {
    match Order::read(std::env::args().skip(1)) {
        Ok(Order::Version) => version(),
        Ok(Order::Work {
            kind,
            parent,
            memory,
        }) => match work(kind, parent, memory) {
            Ok(never) => match never {},
            Err(error) => complain(&error),
        },
        Err(error) => complain(&error),
    }
}

fn version() -> ExitCode {
    let line = format!(
        "inroom-worker {} (level {LEVEL}, protocol {VERSION})\n",
        env!("CARGO_PKG_VERSION")
    );
    match std::io::stdout().write_all(line.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn complain(error: &anyhow::Error) -> ExitCode {
    // Nothing has been read yet, so there is nothing of a patient in it.
    let _ = writeln!(std::io::stderr(), "inroom-worker: {error:#}");
    ExitCode::from(2)
}

fn work(
    kind: WorkerKind,
    parent: Option<u32>,
    memory: Option<u64>,
) -> anyhow::Result<std::convert::Infallible> {
    confine::confine(parent, memory).context("the process cannot be confined")?;
    tell_only_the_place_of_a_panic();
    let out = Outbox::new(confine::take_standard_output().context("no standard output")?);
    out.send(&FromWorker::Hello {
        protocol: VERSION,
        level: LEVEL.to_owned(),
    });
    #[cfg(unix)]
    if kind == WorkerKind::Drafting {
        confine::give_way().context("the priority cannot be lowered")?;
    }
    // From here on nothing is opened but the models.
    let walls = confinement::worker::confine();
    let inbox = Inbox::open(&out).context("a thread cannot be started")?;
    let failure = inbox.next().and_then(|first| match (first, kind) {
        (ToWorker::ShowConfinement, _) => show(walls, &out),
        (first, WorkerKind::Speech) => hearing::hear(first, &inbox, &out, walls),
        (first, WorkerKind::Drafting) => writing::write(first, &inbox, &out, walls),
    });
    match failure {
        Err(failure) => out.fail(failure),
        Ok(never) => Ok(never),
    }
}

/// Tries the walls, says what came of it, and ends.
fn show<N>(mut walls: Walls, out: &Outbox) -> Result<N, Failure> {
    walls.read_only(&[]);
    out.send(&FromWorker::Confined(walls.report()));
    confine::exit_now(0)
}

/// A panic's message may quote what was being worked on, so only its place is written.
fn tell_only_the_place_of_a_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let mut err = std::io::stderr();
        let _ = match panic.location() {
            Some(place) => writeln!(err, "{PANIC_MARK}{place}"),
            None => writeln!(err, "{PANIC_MARK}unknown:0:0"),
        };
    }));
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Version,
    Work {
        kind: WorkerKind,
        /// The process to end with.
        parent: Option<u32>,
        /// Most bytes of memory.
        memory: Option<u64>,
    },
}

impl Order {
    fn read(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let (mut parent, mut memory) = (None, None);
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .with_context(|| format!("{word} needs a number"))
            };
            match word.as_str() {
                "--version" => return Ok(Self::Version),
                "--parent" => parent = Some(value()?.parse().context("--parent is no number")?),
                "--memory" => memory = Some(value()?.parse().context("--memory is no number")?),
                mode => {
                    let kind = [WorkerKind::Speech, WorkerKind::Drafting]
                        .into_iter()
                        .find(|kind| kind.as_str() == mode)
                        .with_context(|| format!("{mode:?} is no mode of this program"))?;
                    return Ok(Self::Work {
                        kind,
                        parent,
                        memory,
                    });
                }
            }
        }
        bail!("this program is started by Inroom itself; --version tells which build it is")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_command_line_is_read() {
        let read = |line: &str| Order::read(line.split_whitespace().map(str::to_owned));
        assert_eq!(read("--version").unwrap(), Order::Version);
        assert_eq!(
            read("speech").unwrap(),
            Order::Work {
                kind: WorkerKind::Speech,
                parent: None,
                memory: None
            }
        );
        assert_eq!(
            read("--parent 7 --memory 1024 drafting").unwrap(),
            Order::Work {
                kind: WorkerKind::Drafting,
                parent: Some(7),
                memory: Some(1024)
            }
        );
        for bad in [
            "",
            "sing",
            "--parent",
            "--parent x speech",
            "--memory -1 speech",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_compiled_level_is_one_that_the_main_program_knows() {
        assert!(worker::Level::parse(LEVEL).is_some(), "{LEVEL}");
    }
}
