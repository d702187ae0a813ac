//! A clinician whose voice was enrolled is known by it, whatever is said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::PathBuf;

use capture::faulty::Script;
use capture::{Pace, Source};
use common::{prepared, speech};
use scribe::{Cancel, Recording, ScratchVault, Steps, VoiceError};
use vault::Vault;
use visit::{Haste, Role, SAMPLE_RATE, SpeakerLabel};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/visits")
        .join(name)
}

fn sound_of(visit: &str) -> Vec<f32> {
    let blocks = capture::decode_file(&fixture(&format!("{visit}.flac"))).unwrap();
    blocks.flat_map(Result::unwrap).collect()
}

/// Who speaks when, in seconds.
fn turns(visit: &str) -> Vec<(f64, f64, String)> {
    let lines = std::fs::read_to_string(fixture(&format!("{visit}.rttm"))).unwrap();
    let turn = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let seconds = |n: usize| fields[n].parse::<f64>().unwrap();
        (seconds(3), seconds(3) + seconds(4), fields[7].to_owned())
    };
    lines.lines().map(turn).collect()
}

/// What one voice says in a visit, from a second on.
fn said_by(who: &str, visit: &str, from: f64) -> Box<dyn Source> {
    let sound = sound_of(visit);
    let at = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)) as usize;
    let mut script = Script::new();
    for (start, end, _) in turns(visit)
        .iter()
        .filter(|(start, _, by)| by == who && *start >= from)
    {
        script = script.sound(&sound[at(*start)..at(*end).min(sound.len())]);
    }
    script.end().open("a voice", Pace::Fastest).unwrap()
}

fn enrol(vault: &Vault, source: &dyn Source) -> Result<(), VoiceError> {
    scribe::enrol_voice(vault, &speech(), source, &Cancel::default(), &mut |_| ())
}

/// The label of each role in the transcript of the visit's first seconds, by what most of its words are of.
fn clinician(vault: &std::sync::Arc<Vault>, visit: &str, seconds: usize) -> Option<SpeakerLabel> {
    let sound = sound_of(visit);
    let script = Script::new().sound(&sound[..seconds * SAMPLE_RATE as usize]);
    let open = || script.end().open(visit, Pace::Fastest);
    let id = prepared(vault);
    let (events, heard) = crossbeam_channel::unbounded();
    let mut speech = speech();
    speech.haste = Haste::Afterwards;
    let steps = Steps {
        speech: Some(speech),
        draft: None,
    };
    let recording = Recording::start(vault.clone(), id, open, steps, events).unwrap();
    drop(heard);
    let outcome = recording.until_end().unwrap().wait().unwrap();
    outcome.result.unwrap();
    let segments = vault.segments(id).unwrap();
    let found = segments.iter().find(|one| one.role == Role::Clinician);
    found.map(|one| one.speaker)
}

/// The doctor speaks first, so theirs is the first label, and the words say so too. If it is the
/// patient's voice that was enrolled, it is the patient's label all the same.
#[test]
fn an_enrolled_voice_is_the_clinicians_whatever_is_said() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let visit = "adult-follow-up";
    assert_eq!(clinician(vault, visit, 60), Some(SpeakerLabel(1)));

    // From a part of the visit that is not heard below.
    enrol(vault, said_by("patient", visit, 60.0).as_ref()).unwrap();
    assert_eq!(clinician(vault, visit, 60), Some(SpeakerLabel(2)));
    assert!(vault.erase_voice().unwrap());
    assert_eq!(clinician(vault, visit, 60), Some(SpeakerLabel(1)));

    // A voice that is not there says nothing.
    enrol(
        vault,
        said_by("patient_guest", "child-with-parent", 0.0).as_ref(),
    )
    .unwrap();
    assert_eq!(clinician(vault, visit, 60), Some(SpeakerLabel(1)));
}

#[test]
fn two_voices_and_too_few_words_are_not_enrolled() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let sound = sound_of("adult-follow-up");
    let script = Script::new().sound(&sound[..45 * SAMPLE_RATE as usize]);
    let both = script.end().open("both", Pace::Fastest).unwrap();
    let refused = enrol(vault, both.as_ref()).unwrap_err();
    assert!(matches!(refused, VoiceError::SeveralVoices), "{refused}");

    let script = Script::new().sound(&common::tone(visit::Millis(12_000)));
    let tone = script.end().open("a tone", Pace::Fastest).unwrap();
    let refused = enrol(vault, tone.as_ref()).unwrap_err();
    assert!(matches!(refused, VoiceError::TooLittle(_)), "{refused}");
    assert_eq!(vault.enrolled_voice().unwrap(), None);
}
