//! Measures the vault on this machine: one recorded hour, committed as fast as it goes.
//! `cargo run --release --package vault --example hour [FOLDER]`, the folder on the disk to measure.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use vault::{CHUNK_SAMPLES, KdfCost, NewVisit, SecretString, Vault};
use visit::{Consent, ConsentGiver, ConsentMethod, UnixMillis, VisitState};

const CHUNKS: u32 = 3600;

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

fn consent() -> Consent {
    Consent {
        asked_by: "nobody".into(),
        given_by: ConsentGiver::Patient,
        method: ConsentMethod::Spoken,
        wording: "measurement".to_owned(),
        wording_version: "1".to_owned(),
        at: UnixMillis(0),
    }
}

fn print_spread(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what}: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let parent = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(PathBuf::from(folder))?,
        None => tempfile::tempdir()?,
    };
    let dir = parent.path().join("vault");
    let passphrase: SecretString = "only for this measurement".into();
    let (created, create) = timed(|| Vault::create(&dir, &passphrase, KdfCost::STANDARD));
    println!(
        "create, standard cost: {:.0} ms",
        create.as_secs_f64() * 1e3
    );
    drop(created?);
    let (opened, open) = timed(|| Vault::open(&dir, &passphrase));
    println!("open, standard cost: {:.0} ms", open.as_secs_f64() * 1e3);
    let vault = opened?;

    let id = vault.begin_visit(NewVisit {
        consent: consent(),
        template: "soap".to_owned(),
        language: None,
        patient_label: "measurement".into(),
        reason: "measurement".into(),
        started_at: UnixMillis(0),
    })?;
    vault.set_state(id, VisitState::Recording)?;
    let pcm: Vec<i16> = (0..CHUNK_SAMPLES)
        .map(|n| (n * 7919 % 65_521) as u16 as i16)
        .collect();
    let mut appended = Vec::new();
    for number in 0..CHUNKS {
        let (stored, time) = timed(|| vault.append_chunk(id, number, &pcm));
        stored?;
        appended.push(time);
    }
    print_spread("append_chunk", appended);
    let mut read = Vec::new();
    for number in 0..CHUNKS {
        let (chunk, time) = timed(|| vault.chunk(id, number));
        chunk?;
        read.push(time);
    }
    print_spread("chunk", read);
    let wal = fs::metadata(dir.join("vault.db-wal"))?.len();
    let ((), close) = timed(|| drop(vault));
    println!("close: {:.0} ms", close.as_secs_f64() * 1e3);
    let size = fs::metadata(dir.join("vault.db"))?.len();
    println!(
        "one hour: {:.1} MB in vault.db, WAL {:.1} MB",
        size as f64 / 1e6,
        wal as f64 / 1e6
    );
    let (opened, open) = timed(|| Vault::open(&dir, &passphrase));
    println!(
        "open with one hour in it: {:.0} ms",
        open.as_secs_f64() * 1e3
    );
    drop(opened?);

    let scratch = parent.path().join("scratch");
    drop(Vault::create(&scratch, &passphrase, KdfCost::LEAST)?);
    let (opened, open) = timed(|| Vault::open(&scratch, &passphrase));
    println!("open, least cost: {:.1} ms", open.as_secs_f64() * 1e3);
    let vault = opened?;
    for visit in 0..10_000 {
        vault.begin_visit(NewVisit {
            consent: consent(),
            template: "soap".to_owned(),
            language: None,
            patient_label: "measurement".into(),
            reason: "measurement".into(),
            started_at: UnixMillis(visit),
        })?;
    }
    let (visits, list) = timed(|| vault.visits());
    println!(
        "list of {} visits: {:.0} ms",
        visits?.len(),
        list.as_secs_f64() * 1e3
    );
    Ok(())
}
