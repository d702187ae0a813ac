//! An hour goes the whole way of a recording, through the built programs: how the memory of the main
//! process and of the speech worker grows from its first minute on.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::{places, process};

/// Sample visits that are played one after the other, and again, until the hour is over.
const VISITS: [&str; 3] = ["adult-follow-up", "child-with-parent", "injured-knee"];
const MINUTES: usize = 60;
const PASSPHRASE: &str = "correct horse battery staple";
/// How often the memory is looked at.
const LOOKS: Duration = Duration::from_millis(100);

/// The rows of the table: what, and the measured.
///
/// # Errors
/// If the hour cannot be made, or a program fails on it.
pub fn measure(threads: u32) -> Result<Vec<Vec<String>>> {
    let folder = places::target().join("bench/hour");
    // What an earlier run has left is not a new vault.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).context("there is no room for the hour")?;
    let sound = make(&folder)?;
    let program = places::dist().join("inroomctl");

    let (vault, passphrase) = (folder.join("vault"), folder.join("passphrase"));
    fs::write(&passphrase, PASSPHRASE)?;
    let on_vault = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.args(words).arg("--vault").arg(&vault);
        command.arg("--passphrase-file").arg(&passphrase);
        command
    };
    process::run(&mut on_vault(&[
        "vault",
        "create",
        "--without-device-secret",
        "--without-recovery-key",
    ]))?;
    let mut record = on_vault(&["visit", "new", "--record-only", "--speed", "60"]);
    record
        .args(["--consent-asked-by", "nobody", "--consent", "spoken"])
        .arg("--audio")
        .arg(&sound);
    let recorded = watch(&mut record, "kept ")?;

    let mut transcribe = Command::new(&program);
    transcribe
        .args(["eval", "transcribe", "--language", "en", "--threads"])
        .arg(threads.to_string())
        .arg("--output")
        .arg(folder.join("transcript"))
        .arg(&sound);
    // Its scratch vault has a key that takes no memory worth a word.
    let transcribed = watch(&mut transcribe, "")?;

    let row = |what: &str, looks: &[f64]| -> Result<Vec<String>> {
        let (first, most) = growth(looks).with_context(|| format!("{what} was not seen"))?;
        Ok(vec![
            format!("memory of {what} after its first minute, growth from there on"),
            format!("{first:.0} MiB, {:.1} MiB at most", most - first),
        ])
    };
    let rows = vec![
        row(
            "the main process that records an hour at sixty times the speed",
            &recorded.main,
        )?,
        row(
            "the main process that also recognises it, as fast as it goes",
            &transcribed.main,
        )?,
        row("the speech worker of that hour", &transcribed.worker)?,
    ];
    fs::remove_dir_all(&folder)?;
    Ok(rows)
}

/// An hour of speech as one file.
fn make(folder: &Path) -> Result<PathBuf> {
    let sound = folder.join("hour.flac");
    let visits = VISITS.map(|visit| places::visits().join(format!("{visit}.flac")));
    // Each is longer than four minutes, so that this many are longer than an hour.
    process::run(
        Command::new("sox")
            .args(visits.iter().cycle().take(MINUTES / 4 + 1))
            .arg(&sound)
            .args(["trim", "0", &(MINUTES * 60).to_string()]),
    )?;
    let length = process::output(Command::new("soxi").arg("-D").arg(&sound))?;
    let seconds: f64 = length.trim().parse().context("soxi tells no length")?;
    ensure!(
        seconds + 1.0 > (MINUTES * 60) as f64,
        "the sample visits make {seconds} s and no hour"
    );
    Ok(sound)
}

/// Resident memory at each look, in MiB.
#[derive(Default)]
struct Looks {
    main: Vec<f64>,
    worker: Vec<f64>,
}

/// Runs a program to its end and looks at its memory and its speech worker's meanwhile; from its first
/// line with this beginning on, as before that the passphrase's key takes memory that it gives back.
fn watch(command: &mut Command, from: &'static str) -> Result<Looks> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("inroomctl does not start")?;
    let said = child.stdout.take().context("inroomctl has no output")?;
    let has_begun = Arc::new(AtomicBool::new(from.is_empty()));
    let begins = has_begun.clone();
    // Ends with the program; nothing waits for it.
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            if line.starts_with(from) {
                begins.store(true, Ordering::Relaxed);
            }
        }
    });
    let mut looks = Looks::default();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if has_begun.load(Ordering::Relaxed) {
            // One that ends between the question and the answer has no memory to tell.
            looks.main.extend(resident(child.id()));
            looks
                .worker
                .extend(worker_of(child.id()).and_then(resident));
        }
        std::thread::sleep(LOOKS);
    };
    ensure!(status.success(), "inroomctl ended with {status}");
    Ok(looks)
}

/// The memory after the first of sixty parts of the looks, which stands for the first minute of an hour
/// that is taken at an even speed, and the most from there on.
fn growth(looks: &[f64]) -> Option<(f64, f64)> {
    let (_, rest) = looks.split_at(looks.len() / MINUTES);
    let first = *rest.first()?;
    Some((first, rest.iter().copied().fold(first, f64::max)))
}

/// Resident memory of a process, in MiB; `None` where the system does not tell.
fn resident(process: u32) -> Option<f64> {
    let kib: f64 = status(process, "VmRSS:")?
        .trim_end_matches("kB")
        .trim()
        .parse()
        .ok()?;
    Some(kib / 1024.0)
}

/// The worker that a process has started.
fn worker_of(parent: u32) -> Option<u32> {
    let parent = parent.to_string();
    fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(|&process| {
            status(process, "PPid:").as_deref() == Some(&parent)
                && status(process, "Name:").is_some_and(|name| name.starts_with("inroom-worker"))
        })
}

/// A line of what the system tells of a process (proc_pid_status(5)).
fn status(process: u32, field: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_counts_from_the_first_minute_on() {
        // What the start takes and gives back is no growth.
        let mut looks = vec![90.0, 20.0];
        looks.extend(vec![22.0; 116]);
        looks.extend([25.0, 24.0]);
        assert_eq!(growth(&looks), Some((22.0, 25.0)));
        assert_eq!(growth(&[]), None);
        assert_eq!(growth(&[7.0]), Some((7.0, 7.0)));
    }
}
