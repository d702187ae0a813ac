//! Ten thousand visits: listing, opening, searching.

use std::error::Error;
use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use vault::{KdfCost, Vault, VaultError};
use visit::{Samples, UnixMillis, VisitId, VisitState};

use crate::samples::{Dice, copy, passphrase, word};
use crate::{quantile, timed};

const VISITS: u32 = 10_000;
const SEGMENTS: u32 = 40;
const REPEATS: usize = 25;
/// What the recorder commits at once: half a second.
const CHUNK: usize = 8_000;

/// Each visit with a transcript of five hundred words and a note.
fn fill(vault: &Vault) -> Result<Vec<VisitId>, VaultError> {
    let mut dice = Dice(2);
    (0..VISITS)
        .map(|number| {
            let id = vault.begin_visit(dice.visit(i64::from(number)))?;
            vault.set_state(id, VisitState::Recording)?;
            let segments: Vec<_> = (0..SEGMENTS).map(|index| dice.segment(index)).collect();
            vault.append_segments(id, &segments, Samples(0))?;
            vault.set_state(id, VisitState::Recorded)?;
            vault.save_revision(id, UnixMillis(0), &dice.note(), None)?;
            Ok(id)
        })
        .collect()
}

fn repeated<T>(
    mut work: impl FnMut(usize) -> Result<T, VaultError>,
) -> Result<(T, Vec<Duration>), VaultError> {
    let (mut last, first) = timed(|| work(0));
    let mut times = vec![first];
    for round in 1..REPEATS {
        let (done, time) = timed(|| work(round));
        last = Ok(done?);
        times.push(time);
    }
    Ok((last?, times))
}

fn tell(what: &str, found: usize, mut times: Vec<Duration>) {
    println!(
        "{what}, {found} found\tp50 {:.1} ms, longest {:.1} ms",
        quantile(&mut times, 0.5),
        quantile(&mut times, 1.0)
    );
}

pub fn measure(parent: &Path) -> Result<(), Box<dyn Error>> {
    let dir = parent.join("thousands");
    let ids = {
        // Fifty thousand commits need no disk to wait for, where memory can be had as a folder.
        let made = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir_in(parent))?;
        let vault = Vault::create(&made.path().join("vault"), &passphrase(), KdfCost::STANDARD)?;
        let ids = fill(&vault)?;
        drop(vault);
        copy(&made.path().join("vault"), &dir)?;
        ids
    };
    let size = fs::metadata(dir.join("vault.db"))?.len() as f64 / f64::from(1 << 20);
    let (vault, opening) = timed(|| Vault::open(&dir, &passphrase()));
    let vault = vault?;
    println!(
        "vault of {VISITS} visits: size, opening\t{size:.0} MiB, {:.2} s",
        opening.as_secs_f64()
    );
    let (found, times) = repeated(|_| vault.latest_visits(100))?;
    tell("list, as shown at first", found.len(), times);
    let (found, times) = repeated(|_| vault.visits())?;
    tell("list of all", found.len(), times);
    let (found, times) = repeated(|round| {
        let id = ids[round * 397 % ids.len()];
        vault.visit(id)?;
        vault.latest_revision(id)?;
        vault.segments(id)
    })?;
    tell(
        "a visit with transcript and note, segments",
        found.len(),
        times,
    );
    let (content, times) = repeated(|round| vault.read_visit(ids[round * 397 % ids.len()]))?;
    tell(
        "the same with its entry in the audit log, as a person reads it, segments",
        content.segments.len(),
        times,
    );
    let common = [word(0), word(1), word(2)];
    let (rare, rarer) = (word(6_000), word(7_990));
    for (what, query) in [
        ("search: the most common word", common[0].clone()),
        ("search: the most common longer word", word(20)),
        ("search: a rare word", rare.clone()),
        ("search: one letter", "s".to_owned()),
        ("search: two letters", "me".to_owned()),
        ("search: three common words", common.join(" ")),
        (
            "search: a common and a rare word",
            format!("{} {rare}", common[0]),
        ),
        ("search: two rare words", format!("{rare} {rarer}")),
        (
            "search: a phrase of common words",
            format!("\"{} {}\"", common[0], common[1]),
        ),
        ("search: a patient", "patient 4711".to_owned()),
    ] {
        let (found, times) = repeated(|_| vault.search(&query, 100))?;
        tell(what, found.len(), times);
    }
    erasing(&vault, ids[VISITS as usize / 2])
}

/// Erases a visit while another one is recorded, ten times as fast as it is heard.
fn erasing(vault: &Vault, erased: VisitId) -> Result<(), Box<dyn Error>> {
    let recorded = vault.begin_visit(Dice(3).visit(i64::from(VISITS)))?;
    vault.set_state(recorded, VisitState::Recording)?;
    let is_done = AtomicBool::new(false);
    let (erasing, mut waits) = thread::scope(|scope| {
        let recorder = scope.spawn(|| {
            let mut waits = Vec::new();
            for number in 0.. {
                if is_done.load(Ordering::Acquire) {
                    break;
                }
                let (stored, time) = timed(|| vault.append_chunk(recorded, number, &[7; CHUNK]));
                stored?;
                waits.push(time);
                thread::sleep(Duration::from_millis(50).saturating_sub(time));
            }
            Ok::<_, VaultError>(waits)
        });
        let (done, time) = timed(|| {
            let reason = vault::ErasureReason::Discarded;
            vault.erase(erased, vault::Erased::Visit, reason, UnixMillis(0))
        });
        is_done.store(true, Ordering::Release);
        let waits = recorder.join().unwrap_or_else(|panic| resume_unwind(panic));
        done.map(|_| time)
            .and_then(|time| waits.map(|waits| (time, waits)))
    })?;
    println!(
        "erasing one of them, index and log included, while another is recorded\t{:.0} ms",
        erasing.as_secs_f64() * 1e3
    );
    println!(
        "commit of half a second of sound meanwhile\tp50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        quantile(&mut waits, 0.5),
        quantile(&mut waits, 0.99),
        quantile(&mut waits, 1.0)
    );
    Ok(())
}
