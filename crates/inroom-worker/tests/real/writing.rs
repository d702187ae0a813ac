//! A transcript goes into a real drafting worker and statements come out.

use visit::{DraftingParameters, Millis, Role, Segment, SpeakerLabel, Template, TemplateSection};
use worker::protocol::{DraftEnd, DraftRequest, Failure, FromWorker, ToWorker};
use worker::{Child, Ending, WorkerKind};

use crate::running::{message, model, open_drafting, signal, start, until, until_death, worker};

/// Reads faster, for its quantisation has more than scalar code; finds nothing to say here.
const QUICK: &str = "qwen2.5-coder-0.5b-instruct";
/// Slower, but always finds something to say.
const TALKATIVE: &str = "smollm2-135m-instruct";

const DIALOGUE: [(Role, &str); 3] = [
    (Role::Clinician, "What brings you in today?"),
    (
        Role::Patient,
        "My left knee has hurt since I fell down the stairs on Monday.",
    ),
    (
        Role::Clinician,
        "It is swollen. We will take an X-ray of the knee, and you should rest it.",
    ),
];

/// Two short sections: these tests are about the worker, not about notes.
fn template() -> Template {
    let section = |id: &str, instruction: &str| TemplateSection {
        id: id.to_owned(),
        title: id.to_uppercase(),
        instruction: instruction.to_owned(),
        empty: "None.".to_owned(),
        most_statements: 3,
        kinds: Vec::new(),
    };
    Template {
        id: "short".to_owned(),
        title: "Short".to_owned(),
        purpose: "a short note".to_owned(),
        sections: vec![
            section("problem", "What the patient complains of."),
            section("plan", "What will be done."),
        ],
    }
}

/// The request for a note on a dialogue that is said so many times over.
fn request(times: usize) -> DraftRequest {
    let lines = DIALOGUE.iter().cycle().take(times * DIALOGUE.len());
    let segments = (0_u32..).zip(lines).map(|(index, &(role, text))| Segment {
        index,
        start: Millis(u64::from(index) * 5000),
        end: Millis(u64::from(index) * 5000 + 4000),
        speaker: SpeakerLabel(if role == Role::Clinician { 1 } else { 2 }),
        role,
        text: text.into(),
        confidence: 0.9,
        words: Vec::new(),
    });
    DraftRequest {
        template: template(),
        segments: segments.collect(),
        parameters: DraftingParameters {
            context_tokens: 2048,
            section_tokens: 40,
            repeat_penalty: 1.0,
        },
        skip_sections: Vec::new(),
    }
}

fn drafting_worker(id: &str) -> Child {
    let child = worker(&start(WorkerKind::Drafting));
    child.send(&open_drafting(model(id))).unwrap();
    let opened = until(&child, |message| {
        matches!(message, FromWorker::Ready { .. })
    });
    let [FromWorker::Ready { model: loaded, .. }] = &opened[..] else {
        panic!("{opened:?}")
    };
    assert_eq!(loaded.sha256, model(id).sha256);
    child
}

fn ask(child: &Child, request: DraftRequest) {
    child.send(&ToWorker::Draft(Box::new(request))).unwrap();
}

/// Whether a message is the one answer that every request gets.
fn is_answer(message: &FromWorker) -> bool {
    matches!(
        message,
        FromWorker::DraftEnded(_) | FromWorker::DraftCancelled
    )
}

/// A finished draft: its statements as (section, text), the sections that ended, and the end.
#[derive(Debug, PartialEq)]
struct Drafted {
    statements: Vec<(u32, String)>,
    ended: Vec<u32>,
    end: DraftEnd,
}

fn drafted(child: &Child, request: DraftRequest) -> Drafted {
    ask(child, request);
    let messages = until(child, |message| {
        matches!(message, FromWorker::DraftEnded(_))
    });
    let mut statements = Vec::new();
    let mut ended = Vec::new();
    let mut last = None;
    for message in messages {
        match message {
            FromWorker::Statement { section, text } => {
                statements.push((section, text.expose().to_owned()));
            }
            FromWorker::SectionEnded { section, .. } => ended.push(section),
            FromWorker::DraftEnded(mut end) => {
                // Times differ from run to run.
                end.speed = Default::default();
                last = Some(*end);
            }
            _ => {}
        }
    }
    statements.sort_by_key(|(section, _)| *section);
    Drafted {
        statements,
        ended,
        end: last.unwrap(),
    }
}

#[test]
fn a_dialogue_becomes_statements_and_the_same_ones_every_time() {
    let child = drafting_worker(TALKATIVE);
    let first = drafted(&child, request(1));
    assert_eq!(first.ended, [0, 1]);
    assert!(!first.statements.is_empty());
    assert_eq!((first.end.coverage.read, first.end.coverage.of), (3, 3));

    // A fresh worker goes on where another one died.
    let fresh = drafting_worker(TALKATIVE);
    let mut rest = request(1);
    rest.skip_sections = vec![0];
    let rest = drafted(&fresh, rest);
    assert_eq!(rest.ended, [1]);
    let expected: Vec<_> = first
        .statements
        .iter()
        .filter(|(section, _)| *section == 1)
        .cloned()
        .collect();
    assert_eq!(rest.statements, expected);
}

#[test]
fn a_draft_is_given_up_and_the_next_one_is_not() {
    let child = drafting_worker(QUICK);
    let mut long = request(10);
    long.parameters.section_tokens = 400;
    ask(&child, long);
    until(&child, |message| {
        matches!(message, FromWorker::Reading { .. })
    });
    child.send(&ToWorker::CancelDraft).unwrap();
    assert_eq!(
        until(&child, is_answer).pop(),
        Some(FromWorker::DraftCancelled)
    );

    // A wish that comes when nothing is being written concerns nothing.
    child.send(&ToWorker::CancelDraft).unwrap();
    ask(&child, request(1));
    until(&child, |message| {
        matches!(message, FromWorker::Writing { .. })
    });

    // Two that wait behind it are given up with it, without being begun.
    ask(&child, request(10));
    ask(&child, request(10));
    child.send(&ToWorker::CancelDraft).unwrap();
    // (The first one may have come to its end meanwhile.)
    until(&child, is_answer);
    for _ in 0..2 {
        assert_eq!(message(&child), FromWorker::DraftCancelled);
    }
    child.send(&ToWorker::Quit).unwrap();
    assert_eq!(until_death(&child).1, Ending::Asked);
}

#[test]
fn a_worker_that_is_killed_while_it_writes_is_told() {
    // It has seconds of writing before it.
    let child = drafting_worker(TALKATIVE);
    let mut long = request(1);
    long.parameters.section_tokens = 400;
    long.template.sections[0].most_statements = 100;
    ask(&child, long);
    until(&child, |message| {
        matches!(message, FromWorker::Writing { .. })
    });
    signal("-KILL", child.pid());
    let (messages, ending) = until_death(&child);
    assert_eq!(ending, Ending::Signal(9));
    assert!(
        !messages
            .iter()
            .any(|message| matches!(message, FromWorker::DraftEnded(_)))
    );
}

#[test]
fn a_transcript_without_room_is_refused_with_the_numbers() {
    let child = drafting_worker(QUICK);
    let mut tight = request(1);
    tight.parameters.context_tokens = 64;
    ask(&child, tight);
    let (messages, ending) = until_death(&child);
    let Some(FromWorker::Failed(Failure::ContextTooSmall { needed, room })) = messages.last()
    else {
        panic!("{messages:?}")
    };
    assert!(needed > room && *room == 64, "{needed} {room}");
    assert_eq!(ending, Ending::Reported);
}

#[test]
fn a_drafting_worker_takes_no_sound() {
    let child = drafting_worker(QUICK);
    child.send(&ToWorker::EndOfAudio).unwrap();
    let (messages, _) = until_death(&child);
    assert!(
        matches!(messages[..], [FromWorker::Failed(Failure::Protocol(_))]),
        "{messages:?}"
    );
}
