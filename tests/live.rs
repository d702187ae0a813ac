//! A visit as people speak: what is shown before it is final is gone when it is, and changes no word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use capture::Pace;
use inroom_tests::programs::{SPEECH, visit_fixture};
use scribe::{Event, ScratchVault, SpeechSettings, Steps};
use visit::Segment;

/// The transcript in the store, and what was told on the way.
fn transcribed(sound: &Path, pace: Pace) -> (Vec<Segment>, Vec<Event>) {
    let scratch = ScratchVault::create().unwrap();
    let steps = Steps {
        speech: Some(SpeechSettings::new(Some(SPEECH)).unwrap()),
        draft: None,
    };
    let (events, heard) = crossbeam_channel::unbounded();
    let language = Some("en".to_owned());
    let (visit, recording) =
        scribe::record_file(&scratch, sound, pace, language, "".into(), steps, events).unwrap();
    let work = recording.until_end().unwrap();
    work.wait().unwrap().result.unwrap();
    (
        scratch.vault().segments(visit).unwrap(),
        heard.iter().collect(),
    )
}

#[test]
fn provisional_lines_are_shown_until_their_words_are_final_and_change_no_segment() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("beginning.wav");
    let cut = Command::new("sox")
        .arg(visit_fixture("injured-knee.flac"))
        .arg(&sound)
        .args(["trim", "0", "30"])
        .status();
    assert!(cut.unwrap().success());
    let (stored, told) = transcribed(&sound, Pace::RealTime);
    let (at_once, _) = transcribed(&sound, Pace::Fastest);
    assert!(!stored.is_empty());
    assert_eq!(stored, at_once);

    let mut shown = 0;
    let mut stands = false;
    for event in &told {
        match event {
            Event::Provisional { line } => {
                stands = line.is_some();
                shown += usize::from(stands);
                assert!(line.as_ref().is_none_or(|line| !line.text.is_blank()));
            }
            // The words are final: no line that holds them stands beside them.
            Event::Segment(_) | Event::TranscriptComplete { .. } => assert!(!stands),
            _ => {}
        }
    }
    assert!(shown > 0);
}
