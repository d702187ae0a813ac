//! A recorder is killed with `kill -9` at random moments. Each time the vault opens, every second that
//! was told as kept is there unchanged, less than one second of what was heard is lost, and no file is
//! left over.
//!
//! `cargo xtask torture` runs this with 500 kills; as one of the tests it does 30.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use inroom_tests::programs::program;
use vault::{KdfCost, SecretString, Vault};
use visit::{VisitId, VisitState};

const PASSPHRASE: &str = "correct horse battery staple";
const RATE: usize = 16_000;
/// Sound for one recording, in seconds; longer than any of them lives.
const SOUND: usize = 30;
/// The latest moment of a kill, after the program's start.
const LATEST: Duration = Duration::from_millis(3_500);

/// A sample that tells by its value where it stands.
fn sample(at: usize) -> i16 {
    (at as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0].into()
}

/// As 16-bit PCM at 16 kHz, mono: the header's 44 bytes, then the samples.
fn write_wav(path: &Path) {
    let data = (SOUND * RATE * 2) as u32;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + data).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    for half in [1_u16, 1] {
        wav.extend(half.to_le_bytes());
    }
    wav.extend((RATE as u32).to_le_bytes());
    wav.extend((RATE as u32 * 2).to_le_bytes());
    for half in [2_u16, 16] {
        wav.extend(half.to_le_bytes());
    }
    wav.extend(b"data");
    wav.extend(data.to_le_bytes());
    (0..SOUND * RATE).for_each(|at| wav.extend(sample(at).to_le_bytes()));
    std::fs::write(path, wav).unwrap();
}

/// What a recorder said until it was killed.
struct Killed {
    visit: Option<VisitId>,
    /// Seconds that it told as kept last.
    told: f64,
    /// Seconds that it had heard, if it had told at least one second: counted on from there.
    heard: Option<f64>,
}

fn record_and_kill(vault: &Path, passphrase: &Path, sound: &Path, after: Duration) -> Killed {
    let mut recorder = Command::new(program("inroomctl"))
        .args(["visit", "new", "--record-only", "--speed", "1"])
        .args(["--consent-asked-by", "Dr. Test", "--consent", "spoken"])
        .arg("--audio")
        .arg(sound)
        .arg("--vault")
        .arg(vault)
        .arg("--passphrase-file")
        .arg(passphrase)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let out = BufReader::new(recorder.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let lines = out.lines().map_while(Result::ok);
        lines.map(|line| (Instant::now(), line)).collect::<Vec<_>>()
    });
    std::thread::sleep(after.saturating_sub(started.elapsed()));
    let killed_at = Instant::now();
    recorder.kill().unwrap();
    recorder.wait().unwrap();
    let lines = reader.join().unwrap();
    let kept: Vec<(Instant, f64)> = lines
        .iter()
        .filter_map(|(at, line)| {
            let seconds = line.strip_prefix("kept ")?.strip_suffix(" s")?;
            Some((*at, seconds.parse().ok()?))
        })
        .collect();
    Killed {
        visit: lines
            .iter()
            .find_map(|(_, line)| line.strip_prefix("visit ")?.parse().ok()),
        told: kept.last().map_or(0.0, |(_, seconds)| *seconds),
        heard: kept
            .first()
            .map(|(at, seconds)| seconds + killed_at.saturating_duration_since(*at).as_secs_f64()),
    }
}

/// Compares what the vault holds of a visit with what was played; returns its seconds.
fn check(vault: &Vault, visit: VisitId) -> f64 {
    let recorded = vault.recorded(visit).unwrap();
    let state = vault.visit(visit).unwrap().summary.state;
    assert!(
        matches!(state, VisitState::Prepared | VisitState::Recording),
        "{state:?}"
    );
    let mut at = 0;
    for number in 0..recorded.chunks {
        for found in vault.chunk(visit, number).unwrap() {
            // The way through floating point may move the last bit.
            let off = i32::from(found) - i32::from(sample(at));
            assert!(off.abs() <= 1, "sample {at} is {off} off");
            at += 1;
        }
    }
    assert_eq!(at as u64, recorded.samples.0);
    at as f64 / RATE as f64
}

fn refuse_orphans(folder: &Path) {
    const KNOWN: [&str; 5] = [
        "keys.json",
        "vault.db",
        "vault.db-shm",
        "vault.db-wal",
        "vault.lock",
    ];
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(KNOWN.contains(&name.as_str()), "{name} was left over");
    }
}

fn random(most: u128) -> u128 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u128::from(u64::from_le_bytes(bytes)) % most
}

fn kills() -> usize {
    std::env::var("INROOM_KILLS").map_or(30, |kills| kills.parse().expect("INROOM_KILLS"))
}

#[test]
fn a_killed_recorder_loses_less_than_a_second() {
    let parent = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { parent.path().join(name) };
    let (folder, passphrase, sound) = (path("vault"), path("passphrase"), path("sound.wav"));
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    write_wav(&sound);
    let secret = SecretString::from(PASSPHRASE);
    // The least cost, so that most of a recorder's life is recording.
    drop(Vault::create(&folder, &secret, KdfCost::LEAST).unwrap());

    let (mut losses, mut openings) = (Vec::new(), Vec::new());
    let mut known = 0;
    for round in 0..kills() {
        let after = Duration::from_micros(random(LATEST.as_micros()) as u64);
        let killed = record_and_kill(&folder, &passphrase, &sound, after);
        let begun = Instant::now();
        let vault = Vault::open(&folder, &secret).unwrap();
        let visits = vault.visits().unwrap();
        openings.push(begun.elapsed().as_secs_f64());
        // It may have been killed between making the visit and telling so.
        assert!(
            (known..=known + 1).contains(&visits.len()),
            "round {round}: {} visits",
            visits.len()
        );
        known = visits.len();
        if let Some(visit) = killed.visit {
            let recorded = check(&vault, visit);
            assert!(
                recorded >= killed.told,
                "round {round}: told {}, {recorded} recorded",
                killed.told
            );
            if let Some(heard) = killed.heard {
                losses.push((heard - recorded).max(0.0));
            }
        }
        drop(vault);
        refuse_orphans(&folder);
    }

    losses.sort_by(f64::total_cmp);
    openings.sort_by(f64::total_cmp);
    let worst = losses.last().copied().unwrap_or_default();
    println!(
        "{} kills, {} of them after the first second: lost {:.2} s at the median, {worst:.2} s at most; opened in {:.2} s at most",
        kills(),
        losses.len(),
        losses.get(losses.len() / 2).copied().unwrap_or_default(),
        openings.last().copied().unwrap_or_default(),
    );
    assert!(
        losses.len() * 4 > kills(),
        "{} of {}",
        losses.len(),
        kills()
    );
    assert!(worst < 1.0, "{worst} s were lost: {losses:?}");
}
