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
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use inroom_tests::programs::{DRAFTING, SPEECH, program, visit_fixture};
use scribe::{SpeechSettings, Steps, Work};
use vault::{KdfCost, SecretString, Vault};
use visit::{Segment, VisitId};

const PASSPHRASE: &str = "correct horse battery staple";
/// Seconds of the sample visit.
const SOUND: &str = "90";

fn open(folder: &Path) -> Vault {
    Vault::open(folder, &SecretString::from(PASSPHRASE)).unwrap()
}

/// The arguments that record the sound and write it down.
fn command(folder: &Path, passphrase: &Path, sound: &Path) -> Command {
    let mut command = Command::new(program("inroomctl"));
    command
        .args(["visit", "new", "--consent-asked-by", "Dr. Test"])
        .args(["--consent", "spoken", "--language", "en"])
        .args(["--speech-model", SPEECH, "--model", DRAFTING])
        .arg("--audio")
        .arg(sound)
        .arg("--vault")
        .arg(folder)
        .arg("--passphrase-file")
        .arg(passphrase)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Lets the program run for a while and kills it.
fn run_for(mut command: Command, time: Duration) {
    let mut child = command.spawn().unwrap();
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Finishes the transcript here; says how long it took.
fn finish(vault: &Arc<Vault>, visit: VisitId) -> Duration {
    let begun = Instant::now();
    let steps = Steps {
        speech: Some(SpeechSettings::new(Some(SPEECH)).unwrap()),
        draft: None,
    };
    let (events, heard) = crossbeam_channel::unbounded();
    let work = Work::on_recorded(vault.clone(), visit, steps, events).unwrap();
    drop(heard);
    work.wait().unwrap().result.unwrap();
    begun.elapsed()
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
    let parent = tempfile::tempdir().unwrap();
    let sound = parent.path().join("beginning.wav");
    let cut = Command::new("sox")
        .arg(visit_fixture("injured-knee.flac"))
        .arg(&sound)
        .args(["trim", "0", SOUND])
        .status();
    assert!(cut.unwrap().success());
    let passphrase = parent.path().join("passphrase");
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    let folder = parent.path().join("vault");
    drop(Vault::create(&folder, &PASSPHRASE.into(), KdfCost::LEAST).unwrap());

    // Once without a kill: the words that have to be there, and how long it takes.
    let recorded = Command::new(program("inroomctl"))
        .args([
            "visit",
            "new",
            "--consent-asked-by",
            "Dr. Test",
            "--consent",
            "spoken",
        ])
        .args(["--language", "en", "--record-only", "--audio"])
        .arg(&sound)
        .arg("--vault")
        .arg(&folder)
        .arg("--passphrase-file")
        .arg(&passphrase)
        .output()
        .unwrap();
    assert!(recorded.status.success());
    let vault = Arc::new(open(&folder));
    let first = vault.visits().unwrap()[0].id;
    let whole = finish(&vault, first);
    let expected = words(&vault.segments(first).unwrap());
    let spoken: i32 = expected.values().sum();
    assert!(spoken > 100, "{expected:?}");
    drop(vault);

    let kills: u32 = std::env::var("INROOM_KILLS").map_or(4, |kills| {
        kills.parse::<u32>().expect("INROOM_KILLS") / 25 + 1
    });
    let mut in_the_middle = 0;
    for round in 0..kills {
        // From soon after the start to about the end.
        let time = whole * (20 + 70 * round / kills.max(2)) / 100 + Duration::from_millis(500);
        run_for(command(&folder, &passphrase, &sound), time);
        let vault = Arc::new(open(&folder));
        let visits = vault.visits().unwrap();
        assert_eq!(visits.len() as u32, round + 2);
        let newest = &visits[0];
        let before = vault.segments(newest.id).unwrap();
        let whole_sound = newest.recorded.0 + 1_000 >= SOUND.parse::<u64>().unwrap() * 1_000;
        finish(&vault, newest.id);
        let after = vault.segments(newest.id).unwrap();
        assert!(after.starts_with(&before), "what was written has changed");
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
            in_the_middle += u32::from(!before.is_empty() && before.len() < after.len());
        }
    }
    println!("{in_the_middle} of {kills} transcripts were cut in the middle");
    assert!(in_the_middle > 0, "no kill came while it was written");
}
