//! Measures the store on this machine; `cargo xtask bench store` runs it and makes a table of it.
//! `cargo run --release --package vault --example store [FOLDER [entries]]`, the folder on the disk to
//! measure; with `entries` the audit log alone.
//! Each line is what was measured, a tab, and the figures.
#![allow(clippy::print_stdout)]

#[path = "store/entries.rs"]
mod entries;
#[path = "store/hour.rs"]
mod hour;
#[path = "store/samples.rs"]
mod samples;
#[path = "store/thousands.rs"]
mod thousands;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// The time below which this share of the times lies, in milliseconds.
fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    let at = ((times.len().saturating_sub(1)) as f64 * share) as usize;
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn main() -> Result<(), Box<dyn Error>> {
    let parent = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(PathBuf::from(folder))?,
        None => tempfile::tempdir()?,
    };
    if std::env::args_os()
        .nth(2)
        .is_some_and(|only| only == "entries")
    {
        return entries::measure(parent.path());
    }
    hour::measure(parent.path())?;
    thousands::measure(parent.path())?;
    entries::measure(parent.path())
}
