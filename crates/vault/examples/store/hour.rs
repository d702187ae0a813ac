//! One recorded hour with its transcript, committed as fast as it goes.

use std::error::Error;
use std::fs;
use std::path::Path;

use vault::{KdfCost, Vault};
use visit::{Samples, VisitState};

use crate::samples::{Dice, copy, passphrase};
use crate::{quantile, timed};

/// What the recorder commits at once: half a second.
const CHUNK: usize = 8_000;
const CHUNKS: u32 = 2 * 3600;
/// A segment every four seconds.
const CHUNKS_PER_SEGMENT: u32 = 8;

/// Resident memory of this process, in MiB; 0 where the system does not tell.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

fn mib(path: &Path) -> f64 {
    fs::metadata(path).map_or(0.0, |found| found.len() as f64 / f64::from(1 << 20))
}

pub fn measure(parent: &Path) -> Result<(), Box<dyn Error>> {
    let dir = parent.join("hour");
    let vault = Vault::create(&dir, &passphrase(), KdfCost::STANDARD)?;
    let empty = mib(&dir.join("vault.db"));
    let mut dice = Dice(1);
    let id = vault.begin_visit(dice.visit(0))?;
    vault.set_state(id, VisitState::Recording)?;
    let pcm: Vec<i16> = (0..CHUNK)
        .map(|n| (n * 7919 % 65_521) as u16 as i16)
        .collect();

    let (mut appended, mut transcribed) = (Vec::new(), Vec::new());
    let (mut first, mut most, mut log) = (0.0_f64, 0.0_f64, 0.0_f64);
    for number in 0..CHUNKS {
        let (stored, time) = timed(|| vault.append_chunk(id, number, &pcm));
        stored?;
        appended.push(time);
        if number % CHUNKS_PER_SEGMENT == CHUNKS_PER_SEGMENT - 1 {
            let settled = Samples(u64::from(number + 1) * CHUNK as u64);
            let segment = [dice.segment(number / CHUNKS_PER_SEGMENT)];
            let (stored, time) = timed(|| vault.append_segments(id, &segment, settled));
            stored?;
            transcribed.push(time);
        }
        if number % 20 == 0 {
            let now = resident();
            // The first minute fills the caches.
            if number <= 120 {
                first = now;
            }
            most = most.max(now);
            log = log.max(mib(&dir.join("vault.db-wal")));
        }
    }
    println!(
        "commit of half a second of sound\tp50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        quantile(&mut appended, 0.5),
        quantile(&mut appended, 0.99),
        quantile(&mut appended, 1.0)
    );
    println!(
        "commit of a segment with its index entries\tp50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        quantile(&mut transcribed, 0.5),
        quantile(&mut transcribed, 0.99),
        quantile(&mut transcribed, 1.0)
    );
    println!(
        "memory at the end of the first minute, growth in the hour\t{first:.0} MiB, {:.1} MiB",
        most - first
    );

    let cut_off = parent.join("cut-off");
    copy(&dir, &cut_off)?;
    let log_then = mib(&cut_off.join("vault.db-wal"));
    let (opened, entering) = timed(|| Vault::open(&cut_off, &passphrase()));
    let opened = opened?;
    let (usable, reading) = timed(|| -> Result<_, Box<dyn Error>> {
        let listed = opened.latest_visits(100)?.len();
        opened.visit(id)?;
        let segments = opened.segments(id)?.len();
        let recorded = opened.recorded(id)?;
        opened.chunk(id, recorded.chunks - 1)?;
        opened.set_state(id, VisitState::Recorded)?;
        Ok((listed, segments, recorded.chunks))
    });
    let (_, segments, chunks) = usable?;
    if (segments as u32, chunks) != (CHUNKS / CHUNKS_PER_SEGMENT, CHUNKS) {
        return Err("something was lost".into());
    }
    println!(
        "recovery of the cut-off hour to a usable visit\t{:.2} s, of them {:.2} s for the passphrase and the log of {log_then:.1} MiB",
        (entering + reading).as_secs_f64(),
        entering.as_secs_f64()
    );
    drop(opened);
    fs::remove_dir_all(&cut_off)?;

    let ((), closing) = timed(|| drop(vault));
    println!(
        "store growth in one hour\t{:.0} MiB, and a log of {log:.1} MiB at most until it is closed ({:.0} ms)",
        mib(&dir.join("vault.db")) - empty,
        closing.as_secs_f64() * 1e3
    );
    fs::remove_dir_all(&dir)?;
    Ok(())
}
