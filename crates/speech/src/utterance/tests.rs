#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn cut_all(probabilities: impl IntoIterator<Item = f32>) -> Vec<(u64, u64)> {
    let mut cutter = Cutter::starting_at(0, Haste::Live);
    let mut settled = 0;
    let mut out = Vec::new();
    for p in probabilities {
        let given = cutter.push(p);
        // What is given out lies behind what was settled before it.
        assert!(
            given
                .as_ref()
                .is_none_or(|u| u.start >= settled && u.end > u.start)
        );
        assert!(cutter.settled() >= settled);
        settled = cutter.settled();
        out.extend(given);
    }
    out.extend(cutter.finish());
    out.iter()
        .map(|utterance: &Utterance| (utterance.start, utterance.end))
        .collect()
}

fn run(p: f32, frames: usize) -> impl Iterator<Item = f32> {
    std::iter::repeat_n(p, frames)
}

#[test]
fn a_pause_of_600_ms_ends_an_utterance_and_a_shorter_one_does_not() {
    let sound = run(0.0, 50)
        .chain(run(0.9, 30))
        .chain(run(0.1, 18))
        .chain(run(0.9, 30));
    let one = cut_all(sound.chain(run(0.0, 30)));
    let start = 50 * 512 - LEAD_IN;
    assert_eq!(one, [(start, 128 * 512 + LEAD_OUT)]);
    let sound = run(0.9, 30)
        .chain(run(0.1, 19))
        .chain(run(0.9, 30))
        .chain(run(0.0, 30));
    assert_eq!(cut_all(sound).len(), 2);
}

#[test]
fn silence_and_clicks_give_nothing() {
    assert_eq!(cut_all(run(0.0, 10_000)), []);
    assert_eq!(cut_all(run(0.49, 1_000)), []);
    let clicks = (0..1_000).map(|n| if n % 40 < 2 { 0.9 } else { 0.0 });
    assert_eq!(cut_all(clicks), []);
}

#[test]
fn a_short_answer_is_heard() {
    let sound = run(0.0, 20).chain(run(0.8, 5)).chain(run(0.0, 40));
    assert_eq!(cut_all(sound).len(), 1);
}

#[test]
fn of_a_finished_recording_a_pause_of_a_second_ends_nothing_yet() {
    let mut cutter = Cutter::starting_at(0, Haste::Afterwards);
    let mut given = Vec::new();
    for p in run(0.9, 100)
        .chain(run(0.1, 31))
        .chain(run(0.9, 100))
        .chain(run(0.1, 62))
    {
        given.extend(cutter.push(p));
    }
    assert_eq!(given.len(), 1);
    assert_eq!(given[0].end, 231 * 512 + LEAD_OUT);
}

#[test]
fn a_long_utterance_ends_at_a_shorter_pause() {
    let sound = run(0.9, 510)
        .chain(run(0.1, 8))
        .chain(run(0.9, 50))
        .chain(run(0.0, 30));
    assert_eq!(cut_all(sound).len(), 2);
}

#[test]
fn a_too_long_utterance_is_cut_in_its_longest_pause() {
    let sound = run(0.9, 400)
        .chain(run(0.1, 6))
        .chain(run(0.9, 200))
        .chain(run(0.2, 2));
    let utterances = cut_all(sound.chain(run(0.9, 400)));
    assert_eq!(utterances[0], (0, 403 * 512));
    assert_eq!(utterances[1].0, utterances[0].1);
}

#[test]
fn without_a_pause_the_cut_falls_where_voice_is_least_likely() {
    let sound = run(0.9, 600).chain(run(0.5, 5)).chain(run(0.9, 600));
    let utterances = cut_all(sound);
    assert_eq!(utterances[0].1, 602 * 512);
    // Nothing is lost between the parts.
    assert_eq!(utterances[1].0, utterances[0].1);
    assert_eq!(utterances[1].1, 1_205 * 512);
}

#[test]
fn no_utterance_is_longer_than_whisper_can_take() {
    for (start, end) in cut_all(run(1.0, 5_000)) {
        assert!(end - start <= 30 * 16_000);
    }
}

#[test]
fn an_open_utterance_is_given_out_at_the_end() {
    let utterances = cut_all(run(0.9, 10));
    assert_eq!(utterances, [(0, 10 * 512)]);
}

#[test]
fn positions_count_from_where_the_sound_begins() {
    let mut cutter = Cutter::starting_at(1_000_000, Haste::Live);
    for p in run(0.9, 20) {
        cutter.push(p);
    }
    assert_eq!(cutter.settled(), 1_000_000);
    let utterance = cutter.finish().unwrap();
    assert_eq!((utterance.start, utterance.end), (1_000_000, 1_010_240));
}

#[test]
fn an_utterance_falls_into_stretches_at_its_longer_pauses() {
    let mut cutter = Cutter::starting_at(100, Haste::Live);
    let sound = run(0.9, 10).chain(run(0.1, 12)).chain(run(0.8, 6));
    for p in sound.chain(run(0.1, 3)).chain(run(0.8, 20)) {
        cutter.push(p);
    }
    let stretches = cutter.finish().unwrap().stretches();
    let at = |frame: u64| 100 + frame * 512;
    let places: Vec<_> = stretches.iter().map(|(place, _)| place.clone()).collect();
    assert_eq!(places, [100..at(10) + AROUND, at(22) - AROUND..at(51)]);
    let pauses = &stretches[1].1;
    assert_eq!(pauses.iter().filter(|&&pause| pause).count(), 2 + 3);
    assert!(!pauses[3] && pauses[8]);
}

#[test]
fn an_utterance_knows_its_pauses_and_falls_into_halves_at_the_longest() {
    let mut cutter = Cutter::starting_at(100, Haste::Live);
    for p in run(0.9, 10)
        .chain(run(0.1, 5))
        .chain(run(0.8, 20))
        .chain(run(0.2, 4))
    {
        cutter.push(p);
    }
    let utterance = cutter.finish().unwrap();
    let at = |frame: u64| 100 + frame * 512;
    let pauses: Vec<_> = utterance.voice.pauses().collect();
    assert_eq!(pauses, [at(10)..at(15), at(35)..at(39)]);
    assert_eq!(utterance.voice.length(), 30 * 512);
    let (before, behind) = utterance.halves().unwrap();
    let middle = (at(10) + at(15)) / 2;
    assert_eq!((before.start, before.end), (100, middle));
    assert_eq!((behind.start, behind.end), (middle, utterance.end));
    assert_eq!(
        (before.voice.length(), behind.voice.length()),
        (10 * 512, 20 * 512)
    );
    assert_eq!(
        behind.voice.pauses().collect::<Vec<_>>(),
        vec![at(35)..at(39)]
    );
    assert_eq!(before.halves(), None);
}

#[test]
fn an_utterance_under_way_is_known_as_far_as_it_has_come() {
    let mut cutter = Cutter::starting_at(100, Haste::Live);
    let at = |frame: u64| 100 + frame * 512;
    for p in run(0.1, 10).chain(run(0.9, 2)) {
        cutter.push(p);
    }
    assert_eq!(cutter.under_way(), None, "too little voice");
    for p in run(0.9, 8).chain(run(0.1, 5)) {
        cutter.push(p);
    }
    let open = cutter.under_way().unwrap();
    assert_eq!((open.start, open.end), (at(10) - LEAD_IN, at(25)));
    assert_eq!(open.voice.length(), 10 * 512);
    let rest = open.from(at(17) + 5);
    assert_eq!((rest.start, rest.end), (at(17) + 5, at(25)));
    assert_eq!(rest.voice.length(), 3 * 512);
    assert_eq!(
        rest.voice.pauses().collect::<Vec<_>>(),
        vec![at(20)..at(25)]
    );
    assert_eq!(open.from(0), open);
    let whole = cutter.finish().unwrap();
    assert_eq!(whole.start, open.start);
    assert_eq!(cutter.under_way(), None);
}
