//! Sound goes into a real speech worker and segments come out.

use visit::{Haste, Samples, Segment};
use worker::protocol::{FromWorker, ToWorker};
use worker::{Child, Ending, WorkerKind};

use crate::running::{model, open_speech, repository, signal, start, until, until_death, worker};

/// A fixture as one block of samples.
fn sound(path: &str) -> Vec<i16> {
    let file = capture::decode_file(&repository(path)).expect("an audio file");
    let samples = file.flat_map(|block| block.expect("decoded"));
    samples.map(|sample| (sample * 32767.0) as i16).collect()
}

fn send(child: &Child, from: u64, pcm: &[i16]) {
    for (n, second) in pcm.chunks(16_000).enumerate() {
        let from = Samples(from + n as u64 * 16_000);
        child
            .send(&ToWorker::Audio {
                from,
                pcm: second.to_vec(),
            })
            .unwrap();
    }
}

fn segments(messages: &[FromWorker]) -> Vec<&Segment> {
    messages
        .iter()
        .filter_map(|message| match message {
            FromWorker::Segment(segment) => Some(segment),
            _ => None,
        })
        .collect()
}

#[test]
fn speech_becomes_words_at_the_right_place_and_all_of_it_is_settled() {
    let pcm = sound("tests/fixtures/audio/hello.flac");
    for from in [0, 160_000] {
        let child = worker(&start(WorkerKind::Speech));
        child
            .send(&open_speech(model("whisper-tiny.en"), from))
            .unwrap();
        send(&child, from, &pcm);
        child.send(&ToWorker::EndOfAudio).unwrap();
        let messages = until(&child, |message| *message == FromWorker::SpeechEnded);

        let FromWorker::Ready { model: loaded, .. } = &messages[0] else {
            panic!("{:?}", messages[0])
        };
        assert_eq!(loaded.sha256, model("whisper-tiny.en").sha256);

        let segments = segments(&messages);
        let text: String = segments
            .iter()
            .map(|segment| segment.text.expose())
            .collect();
        assert!(
            text.contains("aspirin") && text.contains("allergies"),
            "{text}"
        );
        let (first, last) = (Samples(from), Samples(from) + Samples::of(pcm.len()));
        for segment in segments {
            assert!(first.millis() <= segment.start && segment.end <= last.millis());
        }
        let settled: Vec<Samples> = messages
            .iter()
            .filter_map(|message| match message {
                FromWorker::Settled(position) => Some(*position),
                _ => None,
            })
            .collect();
        assert!(settled.is_sorted(), "{settled:?}");
        assert_eq!(settled.last(), Some(&last));

        child.send(&ToWorker::Quit).unwrap();
        assert_eq!(until_death(&child).1, Ending::Asked);
        #[cfg(target_os = "linux")]
        assert!(child.peak_memory() > 77 << 20, "the model alone is larger");
    }
}

/// The end of the input was not told, so the worker still expects sound when it is killed.
#[test]
fn segments_come_while_sound_still_does_and_a_kill_in_between_is_told() {
    let pcm = sound("tests/fixtures/visits/injured-knee.flac");
    let child = worker(&start(WorkerKind::Speech));
    child
        .send(&open_speech(model("whisper-tiny.en"), 0))
        .unwrap();
    send(&child, 0, &pcm[..60 * 16_000]);
    let messages = until(&child, |message| matches!(message, FromWorker::Settled(_)));
    assert!(!messages.contains(&FromWorker::SpeechEnded));
    until(&child, |message| matches!(message, FromWorker::Segment(_)));
    signal("-KILL", child.pid());
    let (_, ending) = until_death(&child);
    assert_eq!(ending, Ending::Signal(9));
}

/// Half seconds, each sent when the one before has been heard.
fn as_it_is_spoken(haste: Haste, pcm: &[i16]) -> Vec<FromWorker> {
    let child = worker(&start(WorkerKind::Speech));
    let mut open = open_speech(model("whisper-tiny.en"), 0);
    if let ToWorker::OpenSpeech { haste: set, .. } = &mut open {
        *set = haste;
    }
    child.send(&open).unwrap();
    let mut messages = Vec::new();
    let mut end = Samples(0);
    for pcm in pcm.chunks(8_000) {
        let from = end;
        end = end + Samples::of(pcm.len());
        let pcm = pcm.to_vec();
        child.send(&ToWorker::Audio { from, pcm }).unwrap();
        messages.extend(until(&child, |message| *message == FromWorker::Heard(end)));
    }
    child.send(&ToWorker::EndOfAudio).unwrap();
    messages.extend(until(&child, |message| *message == FromWorker::SpeechEnded));
    messages
}

fn provisional(messages: &[FromWorker]) -> usize {
    let is_provisional = |message: &&FromWorker| matches!(message, FromWorker::Provisional(_));
    messages.iter().filter(is_provisional).count()
}

#[test]
fn provisional_lines_are_for_sound_that_comes_as_it_is_spoken() {
    let pcm = sound("tests/fixtures/audio/hello.flac");
    let live = as_it_is_spoken(Haste::Live, &pcm);
    assert!(provisional(&live) > 0);
    assert_eq!(provisional(&as_it_is_spoken(Haste::Afterwards, &pcm)), 0);
}

/// All of the sound waits before the model has loaded.
#[test]
fn nothing_is_provisional_while_sound_waits() {
    let pcm = sound("tests/fixtures/audio/hello.flac");
    let child = worker(&start(WorkerKind::Speech));
    child
        .send(&open_speech(model("whisper-tiny.en"), 0))
        .unwrap();
    send(&child, 0, &pcm);
    child.send(&ToWorker::EndOfAudio).unwrap();
    let messages = until(&child, |message| *message == FromWorker::SpeechEnded);
    assert!(!segments(&messages).is_empty());
    assert_eq!(provisional(&messages), 0);
}

/// Whisper's prompt has room for 223 tokens, and each of these terms takes three at least.
#[test]
fn phrases_reach_the_recogniser_and_it_says_for_how_many_there_was_room() {
    for (many, least, most) in [(0, 0, 0), (5, 5, 5), (200, 20, 74)] {
        let mut open = open_speech(model("whisper-tiny.en"), 0);
        if let ToWorker::OpenSpeech { phrases, .. } = &mut open {
            *phrases = (0..many).map(|n| format!("zyx{n}qrol").into()).collect();
        }
        let child = worker(&start(WorkerKind::Speech));
        child.send(&open).unwrap();
        let messages = until(&child, |m| matches!(m, FromWorker::Ready { .. }));
        let Some(FromWorker::Ready { phrases, .. }) = messages.last() else {
            panic!("{messages:?}")
        };
        assert!((least..=most).contains(phrases), "{many}: {phrases}");
    }
}
