//! `cargo xtask fuzz`: every decoder of bytes from disk, pipe or import, given what nobody would write.

mod engine;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};

use crate::setup::{self, Purpose};
use crate::{places, process};

/// Resident memory that a target may have; a decoder needs a small part of it.
const MOST_MEMORY_MIB: u32 = 512;
/// Seconds that one input may take.
const LONGEST_INPUT: u32 = 10;

/// Arguments of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub struct Arguments {
    /// How long each target is fuzzed
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// The targets; if none is named all of them, and every byte of a small vault is flipped
    targets: Vec<String>,
}

/// Fuzzes the targets; without a choice of them it flips the bytes of a vault, too.
///
/// # Errors
/// If something does not build or an input is found that a decoder does not bear.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::install(Purpose::Build)?;
    let known = targets()?;
    for target in &arguments.targets {
        ensure!(
            known.contains(target),
            "there is no target {target}; there are {}",
            known.join(", ")
        );
    }
    if arguments.targets.is_empty() {
        fuzz(&known, arguments.seconds)?;
        every_byte()
    } else {
        fuzz(&arguments.targets, arguments.seconds)
    }
}

/// Fuzzes every target for so many seconds.
///
/// # Errors
/// As [`run`].
pub fn all(seconds: u32) -> Result<()> {
    fuzz(&targets()?, seconds)
}

/// Where targets and corpora lie.
fn home() -> PathBuf {
    places::root().join("fuzz")
}

/// What fuzzing leaves behind.
fn scratch() -> PathBuf {
    places::target().join("fuzz")
}

fn targets() -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for entry in fs::read_dir(home().join("targets"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a file without a name")?;
        targets.push(name.to_string_lossy().into_owned());
    }
    targets.sort();
    Ok(targets)
}

fn fuzz(targets: &[String], seconds: u32) -> Result<()> {
    let programs = engine::build(targets)?;
    let jobs: Vec<_> = targets.iter().zip(&programs).collect();
    eprintln!("fuzz: {} targets, {seconds} s each", jobs.len());
    at_once(&jobs, |(target, program)| one(target, program, seconds))
}

/// Fuzzes one target; says in a line what was tried.
fn one(target: &str, program: &Path, seconds: u32) -> Result<()> {
    let grown = scratch().join("corpus").join(target);
    let crashes = scratch().join("crashes");
    let log = scratch().join(format!("{target}.log"));
    fs::create_dir_all(&grown)?;
    fs::create_dir_all(&crashes)?;
    let status = Command::new(program)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={LONGEST_INPUT}"))
        .arg(format!("-rss_limit_mb={MOST_MEMORY_MIB}"))
        .arg("-print_final_stats=1")
        .arg(format!("-artifact_prefix={}/{target}-", crashes.display()))
        // What is found goes to the first folder; the corpus of the checkout is only read.
        .args([&grown, &home().join("corpus").join(target)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log)?)
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if !status.success() {
        let lines: Vec<&str> = text.lines().collect();
        let end = lines[lines.len().saturating_sub(40)..].join("\n");
        bail!(
            "{target}: {status}\n{end}\nThe input lies in {}; mend the decoder and put the input into fuzz/corpus/{target}",
            crashes.display()
        );
    }
    eprintln!("fuzz: {target}: {}", told(&text));
    Ok(())
}

/// What libFuzzer says at its end: inputs tried, places of the code reached.
fn told(log: &str) -> String {
    let after = |mark: &str| {
        let found = log.rsplit_once(mark).map(|(_, rest)| rest);
        found
            .and_then(|rest| rest.split_whitespace().next())
            .unwrap_or("?")
            .to_owned()
    };
    format!(
        "{} inputs, {} places reached, {} MiB at most",
        after("stat::number_of_executed_units:"),
        after(" cov:"),
        after("stat::peak_rss_mb:")
    )
}

/// Does the jobs, as many at once as there are processors; each is done even if one before it has failed.
fn at_once<J: Sync>(jobs: &[J], work: impl Fn(&J) -> Result<()> + Sync) -> Result<()> {
    let waiting = Mutex::new(jobs.iter());
    let failures = Mutex::new(Vec::new());
    let next = || waiting.lock().ok()?.next();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(job) = next() {
                    if let Err(error) = work(job)
                        && let Ok(mut failures) = failures.lock()
                    {
                        failures.push(format!("{error:#}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// Every byte of a small vault, flipped in turn: keys file, database and write-ahead log.
fn every_byte() -> Result<()> {
    process::run(
        process::cargo()
            // Built as all tests are, with the whole workspace's features.
            .args(["test", "--release", "--workspace", "--test", "store"])
            .args(["damage::", "--", "--nocapture"])
            .env("INROOM_EVERY_BYTE", "1"),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_target_has_a_program_and_a_corpus() {
        let manifest = fs::read_to_string(home().join("Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(targets.len() > 10, "{targets:?}");
        for target in &targets {
            assert!(
                manifest.contains(&format!("path = \"targets/{target}.rs\"")),
                "{target}"
            );
            let corpus = fs::read_dir(home().join("corpus").join(target)).unwrap();
            assert!(corpus.count() > 0, "{target}");
        }
    }

    #[test]
    fn the_end_of_a_log_is_told() {
        let log = "#8 INITED cov: 30 ft: 31\n#900 DONE   cov: 41 ft: 50 corp: 3/9b\n\
            stat::number_of_executed_units: 900\nstat::peak_rss_mb:              37\n";
        assert_eq!(told(log), "900 inputs, 41 places reached, 37 MiB at most");
        assert_eq!(told(""), "? inputs, ? places reached, ? MiB at most");
    }

    #[test]
    fn all_jobs_are_done_and_failures_told() {
        let done = Mutex::new(0);
        let failed = at_once(&[1, 2, 3], |job| {
            *done.lock().unwrap() += job;
            ensure!(*job != 2, "job {job}");
            Ok(())
        });
        assert_eq!(failed.unwrap_err().to_string(), "job 2");
        assert_eq!(*done.lock().unwrap(), 6);
    }
}
