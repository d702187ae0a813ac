//! Each worker is killed in the middle of its work, and the visit still ends with its transcript
//! and its draft, the same as if nothing had happened (invariant 10).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use capture::Pace;
use inroom_tests::programs::{DRAFTING, SPEECH, visit_fixture};
use scribe::{DraftingSettings, Event, Outcome, ScratchVault, SpeechSettings, Steps, WorkerRole};
use visit::{Note, Segment};

/// Kills the workers of a kind that this test started, as `kill -9` does.
fn kill_worker(kind: &str) {
    let found = Command::new("pgrep")
        .args([
            "-P",
            &std::process::id().to_string(),
            "-f",
            &format!("inroom-worker.* {kind}$"),
        ])
        .output()
        .expect("pgrep is installed");
    let pids = String::from_utf8(found.stdout).unwrap();
    assert!(!pids.trim().is_empty(), "a {kind} worker runs");
    for pid in pids.lines() {
        assert!(
            Command::new("kill")
                .args(["-9", pid])
                .status()
                .unwrap()
                .success()
        );
    }
}

struct Ended {
    segments: Vec<Segment>,
    note: Note,
    restarted: Vec<WorkerRole>,
}

/// A visit whose events are shown to `watch` as they happen.
fn visit(mut watch: impl FnMut(&Event)) -> Ended {
    let template = visit::template::built_in()
        .unwrap()
        .into_iter()
        .find(|template| template.id == "soap")
        .unwrap();
    let mut drafting = DraftingSettings::new(Some(DRAFTING)).unwrap();
    drafting.section_tokens = 60;
    let steps = Steps {
        speech: SpeechSettings::new(Some(SPEECH)).unwrap(),
        draft: Some((drafting, template)),
    };
    let scratch = ScratchVault::create().unwrap();
    let (events, heard) = crossbeam_channel::unbounded();
    let (visit, recording) = scribe::record_file(
        &scratch,
        &visit_fixture("injured-knee.flac"),
        Pace::Fastest,
        Some("en".to_owned()),
        steps,
        events,
    )
    .unwrap();
    let mut restarted = Vec::new();
    for event in heard {
        if let Event::WorkerRestarted { worker, .. } = &event {
            restarted.push(*worker);
        }
        watch(&event);
    }
    let Outcome { result, .. } = recording.until_end().unwrap().wait().unwrap();
    result.unwrap();
    let vault = scratch.vault();
    Ended {
        segments: vault.segments(visit).unwrap(),
        note: vault.latest_revision(visit).unwrap().unwrap().note,
        restarted,
    }
}

#[test]
fn a_killed_worker_changes_nothing_of_transcript_and_draft() {
    let undisturbed = visit(|_| {});
    assert_eq!(undisturbed.restarted, []);

    let mut segments = 0;
    let mut statements = 0;
    let disturbed = visit(|event| match event {
        Event::Segment(_) => {
            segments += 1;
            if segments == 5 {
                kill_worker("speech");
            }
        }
        Event::DraftStatement { .. } => {
            statements += 1;
            if statements == 3 {
                kill_worker("drafting");
            }
        }
        _ => {}
    });
    assert_eq!(
        disturbed.restarted,
        [WorkerRole::Speech, WorkerRole::Drafting]
    );

    let words = |ended: &Ended| -> String {
        ended
            .segments
            .iter()
            .map(|s| format!("{} {}\n", s.start.0 / 1000, s.text.expose()))
            .collect()
    };
    assert_eq!(words(&disturbed), words(&undisturbed));
    assert!(undisturbed.note.statements().count() > 3);
    assert_eq!(disturbed.note, undisturbed.note);
}
