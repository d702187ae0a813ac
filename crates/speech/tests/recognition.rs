//! Sound in, words out, with the small English model.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{SILERO, TINY_ENGLISH, VOICE_ENCODER, model};
use proptest::prelude::*;
use speech::{Models, Options, Recognizer};
use visit::{Haste, Millis, Samples, Segment};

/// A sound of `tests/fixtures`, as the recorder would give it out.
fn sound(file: &str) -> Vec<i16> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures")
        .join(file);
    let blocks = capture::decode_file(&path).unwrap();
    blocks
        .flat_map(|block| block.unwrap())
        .map(|s| (s * 32_767.0).round() as i16)
        .collect()
}

fn recognizer(from: Samples) -> Recognizer {
    let options = Options {
        language: None,
        haste: Haste::Live,
        threads: 1,
        from,
        known: from,
        phrases: Vec::new(),
    };
    load(&options)
}

fn load(options: &Options) -> Recognizer {
    let models = Models {
        whisper: &model(TINY_ENGLISH),
        voice_activity: &model(SILERO),
        voice_encoder: Some(&model(VOICE_ENCODER)),
    };
    Recognizer::load(models, options).unwrap()
}

/// Everything recognised in a sound that is pushed in parts of these lengths, over and over.
fn recognised(pcm: &[i16], from: Samples, parts: &[usize]) -> Vec<Segment> {
    let mut recognizer = recognizer(from);
    let mut segments = Vec::new();
    let mut rest = pcm;
    let mut settled = from;
    for &part in parts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at(part.min(rest.len()));
        segments.extend(recognizer.push(now).unwrap());
        assert!(recognizer.settled() >= settled, "settled went back");
        settled = recognizer.settled();
        rest = later;
    }
    segments.extend(recognizer.finish().unwrap());
    assert_eq!(recognizer.settled(), from + Samples::of(pcm.len()));
    segments
}

fn text(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|s| s.text.expose())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A sentence, a second of silence, and the sentence again.
fn twice() -> Vec<i16> {
    let once = sound("audio/hello.flac");
    [once.clone(), vec![0; 16_000], once].concat()
}

#[test]
fn a_sentence_is_recognised_with_its_times() {
    let segments = recognised(&sound("audio/hello.flac"), Samples(0), &[16_000]);
    let heard = text(&segments).to_lowercase();
    for word in [
        "short recording",
        "81 milligrams of aspirin",
        "every morning",
        "no allergies",
    ] {
        assert!(heard.contains(word), "{word} is missing in {heard:?}");
    }
    let words: Vec<_> = segments.iter().flat_map(|s| &s.words).collect();
    assert!(words.windows(2).all(|pair| pair[0].end <= pair[1].start));
    assert!(
        words
            .iter()
            .all(|w| w.start <= w.end && (0.0..=1.0).contains(&w.probability))
    );
    for (number, segment) in segments.iter().enumerate() {
        assert_eq!(segment.index as usize, number);
        assert_eq!(segment.start, segment.words[0].start);
        assert_eq!(segment.end, segment.words[segment.words.len() - 1].end);
        assert!(segment.end - segment.start <= Millis(15_000));
        assert!(segment.confidence > 0.4);
    }
}

#[test]
fn silence_and_noise_give_no_words() {
    for file in ["audio/silence.flac", "audio/noise.flac", "audio/tone.flac"] {
        assert_eq!(
            recognised(&sound(file), Samples(0), &[16_000]),
            [],
            "{file}"
        );
    }
}

#[test]
fn no_sound_gives_no_words() {
    assert_eq!(recognised(&[], Samples(0), &[16_000]), []);
    assert_eq!(recognised(&[0; 7], Samples(0), &[16_000]), []);
}

#[test]
fn recognition_taken_up_where_it_was_settled_gives_the_rest() {
    let pcm = twice();
    let whole = recognised(&pcm, Samples(0), &[16_000]);
    let mut first = recognizer(Samples(0));
    let before: Vec<Segment> = pcm[..12 * 16_000]
        .chunks(16_000)
        .flat_map(|part| first.push(part).unwrap())
        .collect();
    let settled = first.settled();
    assert!(!before.is_empty() && settled > Samples(0));
    let after = recognised(&pcm[settled.0 as usize..], settled, &[16_000]);
    assert_eq!(text(&before) + " " + &text(&after), text(&whole));
    let (started, again) = (&whole[before.len()], &after[0]);
    assert!(
        started.start.0.abs_diff(again.start.0) <= 100,
        "times count from the visit's start"
    );
}

#[test]
fn what_is_known_is_listened_to_and_not_written_down_again() {
    let pcm = twice();
    let whole = recognised(&pcm, Samples(0), &[16_000]);
    let mut first = recognizer(Samples(0));
    let before = first.push(&pcm[..12 * 16_000]).unwrap();
    let mut second = load(&Options {
        language: None,
        haste: Haste::Live,
        threads: 1,
        from: Samples(0),
        known: first.settled(),
        phrases: Vec::new(),
    });
    let mut after = second.push(&pcm).unwrap();
    after.extend(second.finish().unwrap());
    for (part, index) in after.iter_mut().zip(before.len() as u32..) {
        part.index = index;
    }
    assert_eq!([before, after].concat(), whole);
    let turns = second.turns();
    assert!(
        turns[0].start < Millis(1_000),
        "the voices are known from the beginning"
    );
    assert!(turns.iter().all(|turn| turn.speaker.0 == 1));
}

#[test]
fn what_was_recognised_is_given_out_while_sound_still_comes() {
    let mut recognizer = recognizer(Samples(0));
    let mut pcm = sound("audio/hello.flac");
    pcm.resize(pcm.len() + 16_000, 0);
    assert!(!recognizer.push(&pcm).unwrap().is_empty());
}

#[test]
fn provisional_lines_come_while_people_speak_and_change_no_final_word() {
    let pcm = &sound("visits/injured-knee.flac")[..45 * 16_000];
    let plain = recognised(pcm, Samples(0), &[8_000]);
    let mut recognizer = recognizer(Samples(0));
    let (mut finals, mut lines) = (Vec::new(), Vec::new());
    for part in pcm.chunks(8_000) {
        finals.extend(recognizer.push(part).unwrap());
        let settled = recognizer.settled();
        let line = recognizer.provisional().unwrap();
        assert_eq!(recognizer.settled(), settled);
        if let Some(line) = line {
            assert!(
                line.start.samples() + Samples(16) >= settled,
                "it is not final yet"
            );
            lines.push(line);
        }
    }
    finals.extend(recognizer.finish().unwrap());
    assert_eq!(finals, plain);
    assert_eq!(recognizer.provisional().unwrap(), None);

    // How many lines there are depends on how busy the machine is: after a slow look comes a long rest.
    assert!(!lines.is_empty());
    let said = text(&plain).to_lowercase();
    let shown: Vec<String> = lines
        .iter()
        .flat_map(|line| line.text.expose().split_whitespace())
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .collect();
    let right = shown.iter().filter(|word| said.contains(*word)).count();
    // The last word of a line is cut off as often as not, and there may be few lines.
    assert!(right * 2 > shown.len(), "{right} of {}", shown.len());
}

#[test]
fn what_is_written_down_already_is_not_shown_again() {
    let pcm = sound("audio/hello.flac");
    let mut known = load(&Options {
        language: None,
        haste: Haste::Live,
        threads: 1,
        from: Samples(0),
        known: Samples::of(pcm.len()),
        phrases: Vec::new(),
    });
    for part in pcm.chunks(8_000) {
        known.push(part).unwrap();
        assert_eq!(known.provisional().unwrap(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_sound_is_cut_into_pushes_makes_no_difference(
        parts in prop::collection::vec(1usize..40_000, 1..6),
    ) {
        let pcm = sound("audio/hello.flac");
        prop_assert_eq!(
            recognised(&pcm, Samples(5_000), &parts),
            recognised(&pcm, Samples(5_000), &[pcm.len()])
        );
    }
}

/// A part of a sample visit, in samples.
fn part(file: &str, stretch: std::ops::Range<usize>) -> Vec<i16> {
    sound(file)[stretch].to_vec()
}

/// What is heard where these phrases are expected.
fn expecting(pcm: &[i16], phrases: &[&str]) -> String {
    let mut recognizer = load(&Options {
        language: None,
        haste: Haste::Live,
        threads: 1,
        from: Samples(0),
        known: Samples(0),
        phrases: phrases.iter().map(|&phrase| phrase.into()).collect(),
    });
    assert_eq!(recognizer.phrases_taken(), phrases.len());
    let mut segments = recognizer.push(pcm).unwrap();
    segments.extend(recognizer.finish().unwrap());
    text(&segments)
}

#[test]
fn phrases_that_may_be_spoken_are_spelled_so_and_others_do_not_come_out() {
    let phrases = ["amoxicillin", "albuterol", "apixaban", "Lachman test"];
    for (file, stretch, term) in [
        ("visits/child-with-parent.flac", 91..100, "albuterol"),
        ("visits/child-with-parent.flac", 103..112, "amoxicillin"),
        ("visits/injured-knee.flac", 165..185, "Lachman test"),
    ] {
        let pcm = part(file, stretch.start * 16_000..stretch.end * 16_000);
        let (without, with) = (expecting(&pcm, &[]), expecting(&pcm, &phrases));
        assert!(!without.contains(term), "{without:?}");
        assert!(with.contains(term), "{with:?}");
        for other in phrases.iter().filter(|&&other| other != term) {
            assert!(!with.contains(other), "{with:?}");
        }
    }
    // What is known and not expected is heard as before.
    let hello = sound("audio/hello.flac");
    assert!(expecting(&hello, &phrases).contains("81 milligrams of aspirin"));
}
