//! A file becomes a visit: whole, or in as many pieces as it takes, with the same samples.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use capture::faulty::Script;
use capture::{CaptureError, Pace};
use scribe::{Alarm, Event, Import, Recording, ScratchVault, ScribeError, Steps, Work, clock};
use vault::{Erased, ErasureReason, GapCause, NewVisit, Vault};
use visit::{Millis, Samples, VisitId, VisitState};

const ALONE: Steps = Steps {
    speech: None,
    draft: None,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/audio")
        .join(name)
}

fn new_visit() -> NewVisit {
    common::new_visit()
}

/// A 16-bit PCM file of noise, which no two places of share.
fn wav(path: &Path, rate: u32, seconds: u32) {
    let frames = rate * seconds;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + frames * 2).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((frames * 2).to_le_bytes());
    let mut state = 1_u32;
    for _ in 0..frames {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.extend(((state >> 18) as i16).to_le_bytes());
    }
    std::fs::write(path, bytes).unwrap();
}

/// All samples of a visit.
fn sound(vault: &Vault, visit: VisitId) -> Vec<i16> {
    let chunks = vault.recorded(visit).unwrap().chunks;
    (0..chunks)
        .flat_map(|number| vault.chunk(visit, number).unwrap())
        .collect()
}

fn state(vault: &Vault, visit: VisitId) -> VisitState {
    vault.visit(visit).unwrap().summary.state
}

/// Reads on to the end of the file; answers what was told.
fn to_the_end(import: Import) -> Vec<Event> {
    let (events, heard) = crossbeam_channel::unbounded();
    let recording = import.start(ALONE, events).unwrap();
    recording
        .until_end()
        .unwrap()
        .wait()
        .unwrap()
        .result
        .unwrap();
    heard.iter().collect()
}

/// The visit of a file that was imported in one go.
fn imported(vault: &Arc<Vault>, file: &Path) -> VisitId {
    let import = Import::begin(vault.clone(), new_visit(), file).unwrap();
    let visit = import.visit();
    to_the_end(import);
    assert_eq!(state(vault, visit), VisitState::Recorded);
    visit
}

#[test]
fn every_kind_of_file_becomes_a_recorded_visit() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    for name in ["tone.wav", "tone.mp3", "tone.m4a", "tone.ogg", "hello.flac"] {
        let visit = imported(vault, &fixture(name));
        let mut expected = Vec::new();
        for block in capture::decode_file(&fixture(name)).unwrap() {
            let block = block.unwrap();
            expected.extend(
                block
                    .iter()
                    .map(|s| (s.clamp(-1.0, 1.0) * 32_767.0).round() as i16),
            );
        }
        assert!(sound(vault, visit) == expected, "{name}");
        assert_eq!(vault.gaps(visit).unwrap(), [], "{name}");
        assert!(vault.visit(visit).unwrap().summary.imported);
    }
}

/// As a kill leaves it: so many chunks, and a state that says "recording".
fn cut_off(vault: &Vault, import: &Import, before: &[i16], chunks: &[usize]) {
    let visit = import.visit();
    vault.set_state(visit, VisitState::Recording).unwrap();
    let mut start = 0;
    for (number, length) in (0_u32..).zip(chunks) {
        vault
            .append_chunk(visit, number, &before[start..start + length])
            .unwrap();
        start += length;
    }
}

#[test]
fn an_import_that_was_cut_off_goes_on_without_a_sample_twice_or_missing() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let resampled = folder.path().join("noise.wav");
    wav(&resampled, 44_100, 31);
    for file in [resampled, fixture("tone.mp3"), fixture("tone.m4a")] {
        let whole = sound(vault, imported(vault, &file));
        // Before the first chunk, after whole ones, within a block of the decoder, at the end.
        for chunks in [
            vec![],
            vec![8_000, 8_000],
            vec![8_000, 4_321],
            vec![whole.len()],
        ] {
            if chunks.iter().sum::<usize>() > whole.len() || chunks.iter().any(|n| *n > 16_000) {
                continue;
            }
            let import = Import::begin(vault.clone(), new_visit(), &file).unwrap();
            let visit = import.visit();
            cut_off(vault, &import, &whole, &chunks);
            drop(import);
            assert!(vault.visit(visit).unwrap().summary.unfinished);
            to_the_end(Import::resume(vault.clone(), visit, None).unwrap());
            assert!(
                sound(vault, visit) == whole,
                "{chunks:?} of {}",
                file.display()
            );
            assert_eq!(vault.gaps(visit).unwrap(), [], "nothing was left out");
        }
    }
}

#[test]
fn an_import_that_was_stopped_is_unfinished_and_goes_on() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("noise.wav");
    wav(&file, 16_000, 1_800);
    let import = Import::begin(vault.clone(), new_visit(), &file).unwrap();
    let visit = import.visit();
    let (events, heard) = crossbeam_channel::unbounded();
    let recording = import.start(ALONE, events).unwrap();
    let length = Some(Millis(1_800_000));
    let mut told = heard.iter();
    assert!(told.any(|event| event
        == Event::Importing {
            passed: Millis(0),
            of: length
        }));
    assert!(told.any(|event| matches!(event, Event::Kept { .. })));
    let stopped = recording.stop().unwrap().wait().unwrap().result;
    assert!(
        matches!(stopped, Err(ScribeError::Interrupted)),
        "{stopped:?}"
    );
    assert_eq!(state(vault, visit), VisitState::Paused);
    let before = sound(vault, visit);
    assert!(!before.is_empty() && before.len() < 1_800 * 16_000);

    let told = to_the_end(Import::resume(vault.clone(), visit, None).unwrap());
    let passed: Vec<Millis> = told
        .iter()
        .filter_map(|event| match event {
            Event::Importing { passed, .. } => Some(*passed),
            _ => None,
        })
        .collect();
    assert_eq!(passed.last(), Some(&Samples::of(before.len()).millis()));
    let all = sound(vault, visit);
    assert_eq!(all.len(), 1_800 * 16_000);
    assert!(all == sound(vault, imported(vault, &file)));
    assert_eq!(vault.gaps(visit).unwrap(), []);
}

/// A hole in the file is marked once, also if the program dies between the mark and the sound behind.
#[test]
fn a_hole_that_is_marked_is_not_marked_again() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scratched.flac");
    let mut bytes = std::fs::read(fixture("hello.flac")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 2_000].fill(0x55);
    std::fs::write(&file, bytes).unwrap();
    let whole = imported(vault, &file);
    let gaps = vault.gaps(whole).unwrap();
    let hole = gaps
        .iter()
        .find(|gap| gap.cause == GapCause::Dropped)
        .expect("the damage leaves a hole");
    let samples = sound(vault, whole);

    let import = Import::begin(vault.clone(), new_visit(), &file).unwrap();
    let visit = import.visit();
    let mut left = hole.at.0 as usize;
    let mut chunks = Vec::new();
    while left > 0 {
        chunks.push(left.min(8_000));
        left -= left.min(8_000);
    }
    cut_off(vault, &import, &samples, &chunks);
    vault
        .mark_gap(visit, hole.at, hole.length, hole.cause)
        .unwrap();
    to_the_end(Import::resume(vault.clone(), visit, None).unwrap());
    assert!(sound(vault, visit) == samples);
    assert_eq!(vault.gaps(visit).unwrap(), gaps);
}

/// No microphone is muted here, and nobody looks at the level of a file.
#[test]
fn a_silence_in_a_file_is_marked_without_an_alarm() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("noise.wav");
    wav(&file, 16_000, 20);
    let mut bytes = std::fs::read(&file).unwrap();
    let second = 2 * 16_000;
    bytes[44 + 3 * second..44 + 16 * second].fill(0);
    std::fs::write(&file, bytes).unwrap();
    let import = Import::begin(vault.clone(), new_visit(), &file).unwrap();
    let visit = import.visit();
    let told = to_the_end(import);
    let about_sound = |event: &Event| {
        matches!(
            event,
            Event::Level { .. } | Event::Alarm(Alarm::Silent | Alarm::SignalAgain { .. })
        )
    };
    assert!(!told.iter().any(about_sound), "{told:?}");
    let [gap] = vault.gaps(visit).unwrap().try_into().unwrap();
    assert_eq!(gap.cause, GapCause::Silent);
    assert!(
        (12_900..=13_100).contains(&gap.length.millis().0),
        "{gap:?}"
    );
}

#[test]
fn another_file_or_none_is_told_and_the_visit_can_be_finished_as_it_is() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let (file, moved) = (folder.path().join("a.wav"), folder.path().join("b.wav"));
    wav(&file, 16_000, 3);
    let import = Import::begin(vault.clone(), new_visit(), &file).unwrap();
    let visit = import.visit();
    cut_off(vault, &import, &[7; 8_000], &[8_000]);
    std::fs::rename(&file, &moved).unwrap();
    let resume = |elsewhere| Import::resume(vault.clone(), visit, elsewhere).err();
    assert!(matches!(resume(None), Some(ScribeError::FileGone { .. })));
    wav(&file, 16_000, 4);
    assert!(matches!(resume(None), Some(ScribeError::AnotherFile)));
    assert!(resume(Some(&moved)).is_none());

    // No microphone speaks into what comes from a file, and no file into what does not.
    let (events, _heard) = crossbeam_channel::unbounded();
    let open = || Script::new().end().open("script", Pace::Fastest);
    let spoken = Recording::start(vault.clone(), visit, open, ALONE, events.clone());
    assert!(matches!(spoken.err(), Some(ScribeError::FromFile)));
    let spoken = common::prepared(vault);
    let into = Import::resume(vault.clone(), spoken, Some(&moved));
    assert!(matches!(into.err(), Some(ScribeError::NotFromFile)));

    assert_eq!(sound(vault, visit), [7; 8_000]);
    let work = Work::on_recorded(vault.clone(), visit, ALONE, events).unwrap();
    work.wait().unwrap().result.unwrap();
    assert_eq!(state(vault, visit), VisitState::Recorded);
    let late = Import::resume(vault.clone(), visit, Some(&moved)).unwrap();
    let late = late.start(ALONE, crossbeam_channel::unbounded().0);
    assert!(matches!(late.err(), Some(ScribeError::NotToRecord { .. })));
}

#[test]
fn what_is_no_recording_makes_no_visit() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let begin = |file: PathBuf| match Import::begin(vault.clone(), new_visit(), &file) {
        Err(ScribeError::Capture(error)) => error,
        other => panic!("{:?}", other.map(|import| import.visit())),
    };
    assert!(matches!(
        begin(fixture("none.wav")),
        CaptureError::FileMissing
    ));
    assert!(matches!(
        begin(fixture("empty.wav")),
        CaptureError::FileEmpty
    ));
    assert!(matches!(
        begin(fixture("not-audio.wav")),
        CaptureError::FileNotAudio
    ));
    assert!(vault.visits().unwrap().is_empty());

    // Of an incomplete one there is what there is, and the place is marked.
    let visit = imported(vault, &fixture("truncated.flac"));
    let gaps = vault.gaps(visit).unwrap();
    assert_eq!(gaps.last().map(|gap| gap.cause), Some(GapCause::CutOff));
    assert!(!sound(vault, visit).is_empty());
}

/// The place of the file and its digest are part of what is sealed, and go with the visit.
#[test]
fn what_is_known_of_the_file_is_kept_with_the_visit() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let visit = imported(vault, &fixture("tone.wav"));
    let file = vault.visit(visit).unwrap().file.unwrap();
    assert!(file.path.expose().ends_with("tone.wav"));
    assert_eq!(
        file.bytes,
        std::fs::metadata(fixture("tone.wav")).unwrap().len()
    );
    let reason = ErasureReason::Discarded;
    vault
        .erase(visit, Erased::Sound, reason, clock::now())
        .unwrap();
    let again = Import::resume(vault.clone(), visit, None).unwrap();
    let again = again.start(ALONE, crossbeam_channel::unbounded().0);
    assert!(matches!(again.err(), Some(ScribeError::SoundErased)));
}
