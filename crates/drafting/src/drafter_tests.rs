#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Cursor;

use candle_core::quantized::GgmlDType;
use visit::{DraftingParameters, Millis, Role, Segment, SpeakerLabel, Template, template};

use super::*;
use crate::model::tiny;
use crate::models_on_disk;

fn segments(lines: &[(Role, &str)]) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (role, text) in lines {
        segments.push(Segment {
            index: segments.len() as u32,
            start: Millis(0),
            end: Millis(0),
            speaker: SpeakerLabel(if *role == Role::Clinician { 1 } else { 2 }),
            role: *role,
            text: (*text).into(),
            confidence: 1.0,
            words: Vec::new(),
        });
    }
    segments
}

fn visit() -> Vec<Segment> {
    segments(&[
        (Role::Clinician, "What brings you in today?"),
        (
            Role::Patient,
            "My left knee has been hurting for two weeks.",
        ),
        (Role::Clinician, "Do you take anything for it?"),
        (Role::Patient, "Ibuprofen, 400 milligrams, twice a day."),
        (
            Role::Clinician,
            "The knee is a little swollen. Let's stop the ibuprofen and get an X-ray.",
        ),
    ])
}

/// A few exchanges.
fn spoken_visit() -> Vec<Segment> {
    segments(&[
        (
            Role::Clinician,
            "Good morning, have a seat. What happened to you?",
        ),
        (
            Role::Patient,
            "I fell on the stairs two weeks ago, and my left knee has been hurting since.",
        ),
        (Role::Clinician, "Any fever? Any numbness in the foot?"),
        (
            Role::Patient,
            "No fever. No, nothing like that, I can feel everything.",
        ),
        (
            Role::Clinician,
            "Do you take anything for it? Are you allergic to anything?",
        ),
        (
            Role::Patient,
            "Ibuprofen, 400 milligrams, twice a day. And penicillin gives me a rash.",
        ),
        (
            Role::Clinician,
            "Let me look. The knee is a little swollen, and it's tender on the inside.",
        ),
        (
            Role::Clinician,
            "Let's stop the ibuprofen and get an X-ray, and I'll see you in a week.",
        ),
        (
            Role::Patient,
            "All right, thank you very much, Doctor. See you in a week.",
        ),
    ])
}

fn long_visit(turns: usize) -> Vec<Segment> {
    let lines: Vec<(Role, String)> = (0..turns)
        .map(|n| {
            let role = if n % 2 == 0 {
                Role::Clinician
            } else {
                Role::Patient
            };
            (
                role,
                format!("This is turn number {n}, about the knee and nothing else at all."),
            )
        })
        .collect();
    segments(
        &lines
            .iter()
            .map(|(role, text)| (*role, text.as_str()))
            .collect::<Vec<_>>(),
    )
}

/// Two sections, each written after the whole transcript.
fn two_sections() -> Template {
    let mut template = without_kinds(1);
    template.sections.truncate(2);
    template
}

/// Six sections, each written after the whole transcript.
fn by_section() -> Template {
    without_kinds(0)
}

/// A built-in template as if it did not sort by kind.
fn without_kinds(number: usize) -> Template {
    let mut template = template::built_in().unwrap().remove(number);
    for section in &mut template.sections {
        section.kinds.clear();
    }
    template
}

const PARAMETERS: DraftingParameters = DraftingParameters {
    context_tokens: 2048,
    section_tokens: 40,
    repeat_penalty: 1.0,
};

/// A model with random weights that writes nonsense with a real vocabulary: quick, and prone to
/// everything that the guards are for.
fn nonsense() -> Drafter {
    let mut reader = models_on_disk::open(models_on_disk::SMOLLM2);
    let content = File::open(&mut reader).unwrap().content;
    let values: Vec<_> = content
        .metadata
        .into_iter()
        .filter(|(key, _)| key.starts_with("tokenizer."))
        .collect();
    let bytes = tiny::file_with("llama", GgmlDType::Q8_0, 49_152, values);
    load(Cursor::new(bytes))
}

fn load(reader: impl Read + Seek) -> Drafter {
    Drafter::load(
        reader,
        &Options {
            threads: 2,
            context_tokens: 2048,
        },
    )
    .unwrap()
}

fn draft(
    drafter: &mut Drafter,
    template: &Template,
    segments: &[Segment],
    parameters: &DraftingParameters,
    skip_sections: &[u32],
) -> (Vec<DraftEvent>, Outcome) {
    let request = Request {
        template,
        segments,
        parameters,
        skip_sections,
    };
    let mut events = Vec::new();
    let outcome = drafter
        .draft(&request, &mut |event| {
            events.push(event);
            ControlFlow::Continue(())
        })
        .unwrap();
    (events, outcome)
}

fn end(outcome: &Outcome) -> &DraftEnd {
    match outcome {
        Outcome::Complete(end) => end,
        Outcome::Cancelled => panic!("cancelled"),
    }
}

fn of_section(events: &[DraftEvent], wanted: u32) -> Vec<&DraftEvent> {
    let belongs = |event: &DraftEvent| match event {
        DraftEvent::Reading { .. } => false,
        DraftEvent::Writing { section, .. }
        | DraftEvent::Statement { section, .. }
        | DraftEvent::SectionEnded { section, .. } => *section == wanted,
    };
    events.iter().filter(|event| belongs(event)).collect()
}

/// The small real model writes something, twice the same, and every section is ended once.
#[test]
fn the_same_visit_gives_the_same_draft() {
    let mut drafter = load(models_on_disk::open(models_on_disk::QWEN2));
    let (template, visit) = (two_sections(), visit());
    let (first, outcome) = draft(&mut drafter, &template, &visit, &PARAMETERS, &[]);
    let (second, again) = draft(&mut drafter, &template, &visit, &PARAMETERS, &[]);
    assert_eq!(first, second);
    assert_eq!(end(&outcome).prompt_sha256, end(&again).prompt_sha256);
    assert_eq!(end(&outcome).coverage, Coverage { read: 5, of: 5 });
    assert!(
        first
            .iter()
            .any(|event| matches!(event, DraftEvent::Statement { .. }))
    );
    for section in 0..2 {
        let ended = |event: &&&DraftEvent| matches!(event, DraftEvent::SectionEnded { .. });
        assert_eq!(of_section(&first, section).iter().filter(ended).count(), 1);
    }
    let speed = end(&outcome).speed;
    assert!(speed.prompt_tokens > 100 && speed.generated_tokens > 0);
    let last = first.iter().rev().find_map(|event| match event {
        DraftEvent::Reading { tokens, of } => Some((*tokens, *of)),
        _ => None,
    });
    assert!(last.is_some_and(|(tokens, of)| tokens == of));
}

/// What is written for a piece does not depend on what is written beside it, so a draft that was
/// begun while the visit went on is the draft that would have been written at its end.
#[test]
fn what_was_written_ahead_is_used_and_the_same() {
    let mut drafter = load(models_on_disk::open(models_on_disk::QWEN2));
    let template = template::built_in().unwrap().remove(0);
    let visit = spoken_visit();
    let parameters = DraftingParameters {
        section_tokens: 30,
        ..PARAMETERS
    };
    let request = |segments| Request {
        template: &template,
        segments,
        parameters: &parameters,
        skip_sections: &[],
    };
    // As the transcript grows, a turn at a time.
    for end in 0..=visit.len() {
        drafter
            .draft_ahead(&request(&visit[..end]), &mut || true)
            .unwrap();
    }
    let told = |(events, outcome): (Vec<DraftEvent>, Outcome)| {
        let told = events.into_iter().filter(|event| {
            matches!(
                event,
                DraftEvent::Statement { .. } | DraftEvent::SectionEnded { .. }
            )
        });
        (told.collect::<Vec<_>>(), end(&outcome).clone())
    };
    let (ahead, end_ahead) = told(draft(&mut drafter, &template, &visit, &parameters, &[]));
    let mut fresh = load(models_on_disk::open(models_on_disk::QWEN2));
    let (whole, end_whole) = told(draft(&mut fresh, &template, &visit, &parameters, &[]));
    assert_eq!(ahead, whole);
    assert!(
        whole
            .iter()
            .any(|event| matches!(event, DraftEvent::Statement { .. }))
    );
    assert_eq!(end_ahead.prompt_sha256, end_whole.prompt_sha256);
    let all = visit.len() as u32;
    assert_eq!(end_ahead.coverage, Coverage { read: all, of: all });
    // Only the last piece was left.
    assert!(end_ahead.speed.prompt_tokens < end_whole.speed.prompt_tokens / 4);
}

/// The answers of a model without sense go to sections all the same, and every section ends once.
#[test]
fn nonsense_is_sorted_and_every_section_ends() {
    let mut drafter = nonsense();
    let template = template::built_in().unwrap().remove(0);
    let visit = spoken_visit();
    let (events, outcome) = draft(&mut drafter, &template, &visit, &PARAMETERS, &[]);
    let all = visit.len() as u32;
    assert_eq!(end(&outcome).coverage, Coverage { read: all, of: all });
    for section in 0..6 {
        let events = of_section(&events, section);
        assert!(
            matches!(events.last(), Some(DraftEvent::SectionEnded { .. })),
            "{section}"
        );
        let ended = |event: &&&DraftEvent| matches!(event, DraftEvent::SectionEnded { .. });
        assert_eq!(events.iter().filter(ended).count(), 1);
    }
}

#[test]
fn skipped_sections_are_silent_and_change_nothing_else() {
    let mut drafter = nonsense();
    let (template, visit) = (by_section(), visit());
    let (all, _) = draft(&mut drafter, &template, &visit, &PARAMETERS, &[]);
    let (rest, _) = draft(&mut drafter, &template, &visit, &PARAMETERS, &[0, 3]);
    for section in 0..6 {
        if [0, 3].contains(&section) {
            assert!(of_section(&rest, section).is_empty());
        } else {
            assert_eq!(of_section(&rest, section), of_section(&all, section));
        }
    }
}

/// The model writes its sections side by side, but more of them than that one after the other.
#[test]
fn more_sections_than_fit_side_by_side_are_all_written() {
    let mut drafter = nonsense();
    let mut template = by_section();
    let sections = template.sections.clone();
    for (number, mut section) in sections.into_iter().enumerate() {
        section.id = format!("more-{number}");
        template.sections.push(section);
    }
    let (events, _) = draft(&mut drafter, &template, &visit(), &PARAMETERS, &[]);
    for section in 0..12 {
        assert!(
            !of_section(&events, section).is_empty(),
            "section {section}"
        );
    }
}

/// A visit that is longer than the context is read in parts, every segment of it.
#[test]
fn a_long_visit_is_read_to_its_end() {
    let mut drafter = nonsense();
    let parameters = DraftingParameters {
        context_tokens: 900,
        ..PARAMETERS
    };
    let long = long_visit(120);
    let (events, outcome) = draft(&mut drafter, &two_sections(), &long, &parameters, &[]);
    assert_eq!(end(&outcome).coverage, Coverage { read: 120, of: 120 });
    // Each of the parts repeats the rules, so more is read than the transcript.
    assert!(end(&outcome).speed.prompt_tokens > 120 * 16);
    for section in 0..2 {
        let events = of_section(&events, section);
        assert!(matches!(
            events.last(),
            Some(DraftEvent::SectionEnded { .. })
        ));
        let ended = events
            .iter()
            .filter(|event| matches!(event, DraftEvent::SectionEnded { .. }));
        assert_eq!(ended.count(), 1);
    }
    let changed = draft(&mut drafter, &two_sections(), &long[1..], &parameters, &[]).1;
    assert_ne!(end(&changed).prompt_sha256, end(&outcome).prompt_sha256);
}

#[test]
fn a_context_without_room_is_an_error_before_anything_is_read() {
    let mut drafter = nonsense();
    let parameters = DraftingParameters {
        context_tokens: 200,
        ..PARAMETERS
    };
    let template = two_sections();
    let visit = visit();
    let request = Request {
        template: &template,
        segments: &visit,
        parameters: &parameters,
        skip_sections: &[],
    };
    let mut events = 0;
    let error = drafter.draft(&request, &mut |_| {
        events += 1;
        ControlFlow::Continue(())
    });
    assert!(
        matches!(error, Err(DraftError::ContextTooSmall { needed, room: 200 }) if needed > 200)
    );
    assert_eq!(events, 0);
}

#[test]
fn a_draft_can_be_broken_off_after_any_event_and_begun_again() {
    let mut drafter = nonsense();
    let (template, visit) = (two_sections(), visit());
    let (whole, _) = draft(&mut drafter, &template, &visit, &PARAMETERS, &[]);
    for at in [0, 1, whole.len() / 2, whole.len() - 1] {
        let request = Request {
            template: &template,
            segments: &visit,
            parameters: &PARAMETERS,
            skip_sections: &[],
        };
        let mut heard = Vec::new();
        let outcome = drafter.draft(&request, &mut |event| {
            heard.push(event);
            if heard.len() > at {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(outcome.unwrap(), Outcome::Cancelled);
        assert_eq!(heard, whole[..=at]);
    }
    assert_eq!(
        draft(&mut drafter, &template, &visit, &PARAMETERS, &[]).0,
        whole
    );
}

#[test]
fn where_nothing_was_said_nothing_is_written() {
    let mut drafter = nonsense();
    let silence = segments(&[(Role::Patient, "  "), (Role::Clinician, "")]);
    for (segments, count) in [(&silence[..], 2), (&[][..], 0)] {
        let (events, outcome) = draft(&mut drafter, &two_sections(), segments, &PARAMETERS, &[]);
        let ends = (0..2).map(|section| DraftEvent::SectionEnded {
            section,
            stop: StopReason::Complete,
        });
        assert_eq!(events, ends.collect::<Vec<_>>());
        assert_eq!(
            end(&outcome).coverage,
            Coverage {
                read: count,
                of: count
            }
        );
    }
}

#[test]
fn the_penalty_makes_what_was_written_less_probable() {
    assert_eq!(choose(&mut [1.0, 2.0, 1.9], &[], 1.0), 1);
    assert_eq!(choose(&mut [1.0, 2.0, 1.9], &[1], 1.2), 2);
    assert_eq!(choose(&mut [-1.0, -0.9], &[1], 1.2), 0);
    assert_eq!(choose(&mut [2.0, 2.0], &[], 1.0), 0);
}

/// Name of the variable that makes the next test print instead of pass.
const PRINT_WITH_THREADS: &str = "INROOM_TEST_PRINT_WITH_THREADS";

/// Helper of the test below, run in a process of its own: threads are set once per process.
#[test]
fn prints_a_draft() {
    let Ok(threads) = std::env::var(PRINT_WITH_THREADS) else {
        return;
    };
    let mut reader = models_on_disk::open(models_on_disk::QWEN2);
    let options = Options {
        threads: threads.parse().unwrap(),
        context_tokens: 2048,
    };
    let mut drafter = Drafter::load(&mut reader, &options).unwrap();
    assert_eq!(
        candle_core::utils::barrier_pool().n_workers() + 1,
        options.threads as usize
    );
    let (events, _) = draft(&mut drafter, &two_sections(), &visit(), &PARAMETERS, &[]);
    for event in events {
        if let DraftEvent::Writing { section, text } | DraftEvent::Statement { section, text } =
            event
        {
            println!("DRAFT {section} {}", text.expose());
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let drafts: Vec<Vec<String>> = ["1", "3"]
        .iter()
        .map(|threads| {
            let output = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "drafter::tests::prints_a_draft", "--nocapture"])
                .env(PRINT_WITH_THREADS, threads)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let text = String::from_utf8(output.stdout).unwrap();
            text.lines()
                .filter_map(|l| l.split_once("DRAFT "))
                .map(|(_, l)| l.to_owned())
                .collect()
        })
        .collect();
    assert!(drafts[0].len() > 10);
    assert_eq!(drafts[0], drafts[1]);
}
