//! A recorder is killed with `kill -9` at random moments, of new visits and of visits that were cut
//! off before. Each time the vault opens, every second that was told as kept is there unchanged, less
//! than one second of what was heard is lost, no file is left over, and the recording goes on where
//! it ended. Beside these kills there are half as many of recorders that play the sound so fast that
//! the write-ahead log is poured into the database meanwhile (at 1000 pages).
//!
//! `cargo xtask torture` runs this with 500 kills on the disk; as one of the tests it does 30 in
//! memory, where there is such a place, so that other programs' use of the disk does not decide.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use capture::Pace;
use capture::faulty::Script;
use inroom_tests::programs::{figures, program};
use scribe::{Event, Steps};
use vault::{KdfCost, SecretString, Vault};
use visit::{VisitId, VisitState};

const PASSPHRASE: &str = "correct horse battery staple";
const RATE: usize = 16_000;
/// Sound for one recording, in seconds; longer than any of them lives.
const SOUND: usize = 300;
/// The latest moment of a kill, after the program's start.
const LATEST: Duration = Duration::from_millis(3_500);
/// So many times faster than a person speaks: the log is full after a second.
const FAST: u32 = 60;
/// The most that may be lost of what was heard, in seconds.
const MOST_LOST: f64 = 1.0;

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

/// What is recorded when the kill comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Recording {
    New,
    /// On with the visit that was cut off last.
    Resumed(VisitId),
}

/// What a recorder said until it was killed.
struct Killed {
    visit: Option<VisitId>,
    /// Seconds that it told as kept last, of the whole visit.
    told: f64,
    /// Time from its first word until it was killed. A new visit is told before the sound begins, so
    /// that nothing was heard earlier; one that goes on a moment after.
    heard: Duration,
}

struct Recorder<'p> {
    folder: &'p Path,
    passphrase: &'p Path,
    sound: &'p Path,
}

impl Recorder<'_> {
    fn command(&self, recording: Recording, speed: u32) -> Command {
        let mut command = Command::new(program("inroomctl"));
        command.arg("visit");
        match recording {
            Recording::New => command
                .args(["new", "--consent-asked-by", "Dr. Test"])
                .args(["--consent", "spoken"]),
            Recording::Resumed(visit) => command.args(["resume", &visit.to_string()]),
        };
        command
            .args(["--record-only", "--speed", &speed.to_string()])
            .arg("--audio")
            .arg(self.sound)
            .arg("--vault")
            .arg(self.folder)
            .arg("--passphrase-file")
            .arg(self.passphrase);
        command
    }

    fn record_and_kill(&self, recording: Recording, speed: u32, after: Duration) -> Killed {
        let mut recorder = self
            .command(recording, speed)
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
        let ended = recorder.try_wait().unwrap();
        assert!(ended.is_none(), "{recording:?} ended by itself: {ended:?}");
        recorder.kill().unwrap();
        recorder.wait().unwrap();
        let lines = reader.join().unwrap();
        let kept = |line: &str| -> Option<f64> {
            let seconds = line.strip_prefix("kept ")?.strip_suffix(" s")?;
            seconds.parse().ok()
        };
        Killed {
            visit: match recording {
                Recording::Resumed(visit) => Some(visit),
                Recording::New => lines
                    .iter()
                    .find_map(|(_, line)| line.strip_prefix("visit ")?.parse().ok()),
            },
            told: lines
                .iter()
                .rev()
                .find_map(|(_, line)| kept(line))
                .unwrap_or_default(),
            heard: lines.first().map_or(Duration::ZERO, |(at, _)| {
                killed_at.saturating_duration_since(*at)
            }),
        }
    }
}

/// Compares what the vault holds of a visit with what was played, anew from each of `starts`;
/// returns its samples.
fn check(vault: &Vault, visit: VisitId, starts: &[usize]) -> usize {
    let recorded = vault.recorded(visit).unwrap();
    let state = vault.visit(visit).unwrap().summary.state;
    assert!(
        matches!(
            state,
            VisitState::Prepared | VisitState::Paused | VisitState::Recording
        ),
        "{state:?}"
    );
    let mut at = 0;
    for number in 0..recorded.chunks {
        for found in vault.chunk(visit, number).unwrap() {
            let start = starts.iter().rev().find(|start| **start <= at).unwrap();
            // The way through floating point may move the last bit.
            let off = i32::from(found) - i32::from(sample(at - start));
            assert!(off.abs() <= 1, "sample {at} is {off} off");
            at += 1;
        }
    }
    assert_eq!(at as u64, recorded.samples.0);
    at
}

/// Records half a second on, as after the next start, and leaves the visit as one that can go on
/// again; returns its samples.
fn goes_on(vault: Arc<Vault>, visit: VisitId, before: usize) -> usize {
    let sound: Vec<f32> = (0..RATE / 2)
        .map(|at| f32::from(sample(at)) / 32_768.0)
        .collect();
    let script = Script::new().sound(&sound).fail("the drill ends here");
    let open = || script.open("the next start", Pace::Fastest);
    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: None,
        draft: None,
    };
    let recording = scribe::Recording::start(vault.clone(), visit, open, steps, events).unwrap();
    assert!(heard.iter().any(|event| event == Event::Interrupted));
    let work = recording.until_end().unwrap();
    // The failure of the source, which leaves the visit to go on.
    assert!(work.wait().unwrap().result.is_err());
    let recorded = vault.recorded(visit).unwrap().samples.0 as usize;
    assert_eq!(recorded, before + RATE / 2);
    let gaps = vault.gaps(visit).unwrap();
    let cut = gaps.iter().any(|gap| gap.at.0 as usize == before);
    assert!(cut || before == 0, "the place is not marked: {gaps:?}");
    // What still held the vault has ended, so that the next recorder finds it closed.
    assert!(Arc::into_inner(vault).is_some());
    recorded
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

/// How many, if somebody has said so.
fn wished() -> Option<usize> {
    let kills = std::env::var("INROOM_KILLS").ok()?;
    Some(kills.parse().expect("INROOM_KILLS"))
}

/// A folder in memory unless somebody wants the disk.
fn place() -> tempfile::TempDir {
    let in_memory = Path::new("/dev/shm");
    match wished() {
        None if in_memory.is_dir() => tempfile::tempdir_in(in_memory).unwrap(),
        _ => tempfile::tempdir().unwrap(),
    }
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).unwrap().len()
}

#[test]
fn a_killed_recorder_loses_less_than_a_second() {
    let parent = place();
    let path = |name: &str| -> PathBuf { parent.path().join(name) };
    let (folder, passphrase, sound) = (path("vault"), path("passphrase"), path("sound.wav"));
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    write_wav(&sound);
    let secret = SecretString::from(PASSPHRASE);
    // The least cost, so that most of a recorder's life is recording.
    drop(Vault::create(&folder, &secret, KdfCost::LEAST).unwrap());
    let recorder = Recorder {
        folder: &folder,
        passphrase: &passphrase,
        sound: &sound,
    };

    let (mut losses, mut openings) = (Vec::new(), Vec::new());
    let (mut known, mut silent, mut resumed, mut poured, mut went_on) = (0, 0, 0, 0, 0);
    // Of each visit, where its recordings begin.
    let mut starts: HashMap<VisitId, Vec<usize>> = HashMap::new();
    let mut last = None;
    let kills = wished().unwrap_or(30);
    let mut round = 0;
    while losses.len() < kills {
        let after = Duration::from_micros(random(LATEST.as_micros()) as u64);
        round += 1;
        let (recording, speed) = match (round % 6, last) {
            (3, _) => (Recording::New, FAST),
            (4, Some(visit)) => (Recording::Resumed(visit), 1),
            (5, Some(visit)) => (Recording::Resumed(visit), FAST),
            _ => (Recording::New, 1),
        };
        let before = length(&folder.join("vault.db"));
        let killed = recorder.record_and_kill(recording, speed, after);
        // The vault was closed before, so that only a log that was poured has made it longer.
        poured += u32::from(length(&folder.join("vault.db")) > before);
        let begun = Instant::now();
        let vault = Arc::new(Vault::open(&folder, &secret).unwrap());
        let visits = vault.visits().unwrap();
        openings.push(begun.elapsed().as_secs_f64());
        // It may have been killed between making the visit and telling so.
        let new = usize::from(recording == Recording::New);
        assert!(
            (known..=known + new).contains(&visits.len()),
            "round {round}: {} visits",
            visits.len()
        );
        known = visits.len();
        let mut lost = killed.heard.as_secs_f64();
        if let Some(visit) = killed.visit {
            let starts = starts.entry(visit).or_insert_with(|| vec![0]);
            let recorded = check(&vault, visit, starts);
            let seconds = recorded as f64 / RATE as f64;
            assert!(
                seconds >= killed.told,
                "round {round}: told {}, {seconds} recorded",
                killed.told
            );
            let start = starts.last().copied().unwrap();
            silent += u32::from(recorded == start);
            lost -= (recorded - start) as f64 / RATE as f64;
            if recorded > start {
                starts.push(recorded);
            }
            last = Some(visit);
            starts.push(goes_on(vault, visit, recorded));
            went_on += 1;
        } else {
            silent += 1;
        }
        resumed += u32::from(recording != Recording::New);
        // A file that is played fast waits for a store that is slow: nothing of it goes unheard.
        if speed == 1 {
            losses.push(lost.max(0.0));
        }
        refuse_orphans(&folder);
    }

    losses.sort_by(f64::total_cmp);
    openings.sort_by(f64::total_cmp);
    let worst = losses.last().copied().unwrap_or_default();
    let middle = losses.get(losses.len() / 2).copied().unwrap_or_default();
    figures(
        "recorder",
        &[
            (
                "kills in real time, and as well of recorders that play a file fast; the vault has survived all of them without a file left over",
                format!("{kills}, {}", round - kills),
            ),
            (
                "of all these: before the first half second was kept",
                silent.to_string(),
            ),
            ("in a visit that went on", resumed.to_string()),
            (
                "after the log was poured into the database",
                poured.to_string(),
            ),
            (
                "visits that were recorded on after the kill",
                went_on.to_string(),
            ),
            (
                "heard and not kept, by the clock of the recorder, of the kills in real time",
                format!("{middle:.2} s at the median, {worst:.2} s at most"),
            ),
            (
                "opening after a kill",
                format!(
                    "{:.2} s at most",
                    openings.last().copied().unwrap_or_default()
                ),
            ),
        ],
    );
    assert!((silent as usize) * 2 < round, "{silent} of {round}");
    assert!(resumed > 0 && poured > 0, "{resumed}, {poured} of {round}");
    assert!(worst < MOST_LOST, "{worst} s were lost: {losses:?}");
}
