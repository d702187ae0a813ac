//! Each worker is killed in the middle of its work, and the visit still ends with its transcript
//! and its draft, and the draft is the one that the transcript always gives (invariant 10).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use capture::Pace;
use inroom_tests::programs::{DRAFTING, SPEECH, visit_fixture};
use scribe::{
    Cancel, Drafter, DraftingSettings, Event, Outcome, ScratchVault, SpeechSettings, Steps,
    WorkerRole,
};
use visit::{Note, Segment, Template};

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

fn soap() -> Template {
    let mut built_in = visit::template::built_in().unwrap().into_iter();
    built_in.find(|template| template.id == "soap").unwrap()
}

fn drafting() -> DraftingSettings {
    let mut settings = DraftingSettings::new(Some(DRAFTING)).unwrap();
    settings.section_tokens = 60;
    settings
}

/// A visit whose events are shown to `watch` as they happen.
fn visit(sound: &Path, mut watch: impl FnMut(&Event)) -> Ended {
    let steps = Steps {
        speech: Some(SpeechSettings::new(Some(SPEECH)).unwrap()),
        draft: Some((drafting(), soap())),
    };
    let scratch = ScratchVault::create().unwrap();
    let (events, heard) = crossbeam_channel::unbounded();
    let (visit, recording) = scribe::record_file(
        &scratch,
        sound,
        Pace::Fastest,
        Some("en".to_owned()),
        "".into(),
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

/// The words of a transcript in lower case, sorted.
fn words(ended: &Ended) -> Vec<String> {
    let texts = ended.segments.iter().map(|segment| segment.text.expose());
    let mut words: Vec<String> = texts
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.sort_unstable();
    words
}

#[test]
fn a_visit_whose_workers_are_killed_ends_with_its_transcript_and_draft() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("beginning.wav");
    let cut = Command::new("sox")
        .arg(visit_fixture("injured-knee.flac"))
        .arg(&sound)
        .args(["trim", "0", "90"])
        .status();
    assert!(cut.expect("sox is installed").success());

    let undisturbed = visit(&sound, |_| {});
    assert_eq!(undisturbed.restarted, []);

    let mut segments = 0;
    let mut draft_begun = false;
    let disturbed = visit(&sound, |event| match event {
        Event::Segment(_) => {
            segments += 1;
            if segments == 5 {
                kill_worker("speech");
            }
        }
        // The last exchange is never written ahead, so there is work left when the draft begins.
        Event::DraftReading { .. } if !draft_begun => {
            draft_begun = true;
            kill_worker("drafting");
        }
        _ => {}
    });
    assert_eq!(
        disturbed.restarted,
        [WorkerRole::Speech, WorkerRole::Drafting]
    );

    // The second recogniser begins in the middle of the sound and may cut it into other pieces, so
    // single words can differ; none of the visit is missing.
    let (all, again) = (words(&undisturbed), words(&disturbed));
    let mut found = again.clone();
    let kept = all.iter().filter(|word| {
        let at = found.iter().position(|other| other == *word);
        at.map(|at| found.swap_remove(at)).is_some()
    });
    let share = kept.count() as f64 / all.len() as f64;
    assert!(all.len() > 100 && share > 0.9, "{share}: {all:?} {again:?}");
    let starts = |ended: &Ended| -> Vec<u64> { ended.segments.iter().map(|s| s.start.0).collect() };
    assert!(starts(&disturbed).is_sorted());
    let last = |ended: &Ended| starts(ended).last().copied().unwrap_or(0);
    assert!(last(&disturbed).abs_diff(last(&undisturbed)) < 5_000);

    // The draft is the one that the same transcript gives without any disturbance.
    assert!(disturbed.note.statements().count() > 3);
    let cancel = Cancel::default();
    let whole = Drafter::new(drafting())
        .draft(&soap(), &disturbed.segments, &cancel, &mut |_| {})
        .unwrap();
    assert_eq!(disturbed.note, whole.note);
}
