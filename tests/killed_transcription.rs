//! The whole program is killed with `kill -9` while it writes down what was said. What was written is
//! there unchanged, and the transcript goes on from where it was: nothing twice, nothing left out.
//!
//! `cargo xtask torture` does this many times; as one of the tests it does four.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use inroom_tests::programs::{DRAFTING, SPEECH, figures, program, visit_fixture};
use scribe::{SpeechSettings, Steps, Work};
use vault::{KdfCost, SecretString, Vault};
use visit::{Segment, VisitId, VisitState};

const PASSPHRASE: &str = "correct horse battery staple";
/// Seconds of the sample visit.
const SOUND: &str = "90";

/// A vault, and the beginning of a sample visit.
struct Room {
    parent: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Self {
            parent: tempfile::tempdir().unwrap(),
        };
        let cut = Command::new("sox")
            .arg(visit_fixture("injured-knee.flac"))
            .arg(room.path("beginning.wav"))
            .args(["trim", "0", SOUND])
            .status();
        assert!(cut.unwrap().success());
        std::fs::write(room.path("passphrase"), PASSPHRASE).unwrap();
        drop(Vault::create(&room.path("vault"), &PASSPHRASE.into(), KdfCost::LEAST).unwrap());
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.parent.path().join(name)
    }

    fn open(&self) -> Arc<Vault> {
        let opened = Vault::open(&self.path("vault"), &SecretString::from(PASSPHRASE));
        Arc::new(opened.unwrap())
    }

    /// A command of the program on this vault.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program("inroomctl"));
        command
            .args(words)
            .arg("--vault")
            .arg(self.path("vault"))
            .arg("--passphrase-file")
            .arg(self.path("passphrase"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    /// Records the sound and, unless more words say otherwise, writes it down.
    fn new_visit(&self, more: &[&str]) -> Command {
        let mut command = self.command(&["visit", "new"]);
        command
            .args(["--consent-asked-by", "Dr. Test", "--consent", "spoken"])
            .args(["--language", "en", "--audio"])
            .arg(self.path("beginning.wav"))
            .args(more);
        command
    }

    /// A visit that is recorded to its end and not written down.
    fn recorded(&self) -> VisitId {
        let recorded = self.new_visit(&["--record-only"]).output().unwrap();
        assert!(recorded.status.success());
        self.open().visits().unwrap()[0].id
    }
}

const MODELS: [&str; 4] = ["--speech-model", SPEECH, "--model", DRAFTING];

/// Kills the program as soon as it has written so many lines of transcript.
fn kill_after_lines(mut command: Command, lines: usize) {
    let mut child = command.spawn().unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    let written = said
        .lines()
        .map_while(Result::ok)
        .filter(|line| is_transcript(line))
        .take(lines)
        .count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(written, lines, "it ended before");
}

/// Whether a line of the program's output is one of the transcript: time, speaker, role, words.
fn is_transcript(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_time = |word: &str| word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit());
    words.next().is_some_and(is_time) && words.next().is_some_and(|word| word.starts_with('S'))
}

/// Finishes the transcript here.
fn finish(vault: &Arc<Vault>, visit: VisitId) {
    let steps = Steps {
        speech: Some(SpeechSettings::new(Some(SPEECH)).unwrap()),
        draft: None,
    };
    let (events, heard) = crossbeam_channel::unbounded();
    let work = Work::on_recorded(vault.clone(), visit, steps, events).unwrap();
    drop(heard);
    work.wait().unwrap().result.unwrap();
}

/// The words with their times. Who spoke may be told better at the end, and a segment is split there
/// where the speaker changes; the words stay.
fn said(segments: &[Segment]) -> Vec<(u64, u64, String)> {
    let words = segments.iter().flat_map(|segment| &segment.words);
    words
        .map(|word| {
            let text = word.text.expose().trim().to_owned();
            (word.start.0, word.end.0, text)
        })
        .collect()
}

/// How often each word is there.
fn words(segments: &[Segment]) -> BTreeMap<String, i32> {
    let mut words = BTreeMap::new();
    for segment in segments {
        let text = segment.text.expose().to_lowercase();
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if !word.is_empty() {
                *words.entry(word.to_owned()).or_default() += 1;
            }
        }
    }
    words
}

/// Words that one has and the other has not, each time counted.
fn difference(left: &BTreeMap<String, i32>, right: &BTreeMap<String, i32>) -> i32 {
    let all: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let count = |words: &BTreeMap<String, i32>, word| words.get(word).copied().unwrap_or(0);
    all.into_iter()
        .map(|word| (count(left, word) - count(right, word)).abs())
        .sum()
}

#[test]
fn a_transcript_goes_on_where_a_kill_has_cut_it() {
    let room = Room::new();
    // Once without a kill: the words that have to be there.
    let first = room.recorded();
    let vault = room.open();
    finish(&vault, first);
    let segments = vault.segments(first).unwrap();
    assert!(segments.len() > 4, "{} segments", segments.len());
    let expected = words(&segments);
    let spoken: i32 = expected.values().sum();
    assert!(spoken > 100, "{expected:?}");
    drop(vault);

    let kills: usize = std::env::var("INROOM_KILLS").map_or(4, |kills| {
        kills.parse::<usize>().expect("INROOM_KILLS") / 25 + 1
    });
    let mut in_the_middle = 0;
    for round in 0..kills {
        // From the first line to one towards the end: what is written, and not when, is the same
        // every time. A finished transcript has more segments than lines came, as some are split.
        let lines = 1 + (segments.len() * 3 / 4) * round / kills;
        kill_after_lines(room.new_visit(&MODELS), lines);
        let vault = room.open();
        let visits = vault.visits().unwrap();
        assert_eq!(visits.len(), round + 2);
        let newest = &visits[0];
        let before = vault.segments(newest.id).unwrap();
        let whole_sound = newest.recorded.0 + 1_000 >= SOUND.parse::<u64>().unwrap() * 1_000;
        finish(&vault, newest.id);
        let after = vault.segments(newest.id).unwrap();
        assert!(before.len() >= lines, "what was shown was not kept");
        let (had, has) = (said(&before), said(&after));
        let same = had.iter().zip(&has).take_while(|(a, b)| a == b).count();
        assert!(
            same == had.len(),
            "what was written has changed: {:?} is now {:?}",
            &had[same..],
            has.get(same..same + 3)
        );
        for pair in after.windows(2) {
            assert!(pair[0].start <= pair[1].start, "{pair:?}");
        }
        if whole_sound {
            let off = difference(&words(&after), &expected);
            assert!(
                off * 10 <= spoken,
                "{off} words differ of {spoken}; {} segments were there",
                before.len()
            );
        }
        in_the_middle += u32::from(before.len() < after.len());
    }
    figures(
        "transcript",
        &[
            (
                "kills while the transcript was written; it went on without a loss or a repetition",
                kills.to_string(),
            ),
            ("of them in its middle", in_the_middle.to_string()),
        ],
    );
    assert!(in_the_middle > 0, "no kill came while it was written");
}

/// Whether this process has a speech worker.
fn recognises(process: u32) -> bool {
    let found = Command::new("pgrep")
        .args(["--parent", &process.to_string()])
        .args(["--full", "inroom-worker.* speech$"])
        .stdout(Stdio::null())
        .status();
    found.unwrap().success()
}

/// Kills the program as soon as it has begun to write down, before it can have heard a sentence.
fn kill_at_the_beginning(mut command: Command) {
    let mut child = command.spawn().unwrap();
    while !recognises(child.id()) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn sound_of(vault: &Vault, visit: VisitId) -> Vec<Vec<i16>> {
    let chunks = vault.recorded(visit).unwrap().chunks;
    (0..chunks)
        .map(|number| vault.chunk(visit, number).unwrap())
        .collect()
}

/// The program dies twice before its first line: the third time the step is left out, so that the
/// visit opens with all of its sound, and asked for once more it is done.
#[test]
fn a_step_that_has_killed_the_program_twice_is_left_out_once() {
    let room = Room::new();
    let visit = room.recorded();
    let recorded = sound_of(&room.open(), visit);
    assert_eq!(recorded.iter().map(Vec::len).sum::<usize>() / 16_000, 90);
    let id = visit.to_string();
    let draft = || room.command(&[&["visit", "draft", &id], &MODELS[..]].concat());
    for _ in 0..2 {
        kill_at_the_beginning(draft());
        assert_eq!(room.open().segments(visit).unwrap(), []);
    }

    let third = draft().stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&third.stderr);
    assert!(!third.status.success());
    assert!(said.contains("was left out this time"), "{said}");
    assert!(said.contains("2 times"), "{said}");
    let vault = room.open();
    assert_eq!(sound_of(&vault, visit), recorded);
    assert_eq!(vault.segments(visit).unwrap(), []);
    let summary = vault.visit(visit).unwrap().summary;
    assert_eq!(summary.state, VisitState::Recorded);

    finish(&vault, visit);
    assert!(vault.segments(visit).unwrap().len() > 4);
    assert_eq!(sound_of(&vault, visit), recorded);
}
