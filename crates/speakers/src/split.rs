use visit::{PatientText, Segment, SpeakerLabel, SpeakerTurn, Word};

/// A change of speaker inside a sentence counts if each side has at least so much speech, in
/// milliseconds: the words' times and the voices' are not exact enough for less.
const LEAST: u64 = 600;
/// Words before and after a turn's edge that may be off by so much, in milliseconds.
const SLACK: u64 = 50;

/// A whole transcript with new labels, numbered anew from 0. `turns` are in order.
pub fn relabelled(segments: Vec<Segment>, turns: &[SpeakerTurn]) -> Vec<Segment> {
    let parts = segments
        .into_iter()
        .flat_map(|segment| split(segment, turns));
    (0..)
        .zip(parts)
        .map(|(index, segment)| Segment { index, ..segment })
        .collect()
}

/// A segment's parts by speaker, in order: one where one voice spoke. Text and words stay as they
/// are; all parts carry the segment's index and role. Without any turn the segment keeps its
/// label.
pub fn split(mut segment: Segment, turns: &[SpeakerTurn]) -> Vec<Segment> {
    if segment.words.is_empty() {
        if let Some(speaker) = speaker(segment.start.0, segment.end.0, turns) {
            segment.speaker = speaker;
        }
        return vec![segment];
    }
    let mut runs: Vec<(SpeakerLabel, Vec<&Word>)> = Vec::new();
    for word in &segment.words {
        let (start, end) = (word.start.0, word.end.0.max(word.start.0 + 1));
        let by = speaker(start, end, turns).unwrap_or(segment.speaker);
        match runs.last_mut() {
            Some((last, words)) if *last == by => words.push(word),
            _ => runs.push((by, vec![word])),
        }
    }
    // The shortest run joins the longer of its neighbours until all are long enough.
    while runs.len() > 1 {
        let lengths: Vec<u64> = runs.iter().map(|(_, words)| length(words)).collect();
        let shortest = (0..runs.len()).min_by_key(|&at| lengths[at]).unwrap_or(0);
        if lengths[shortest] >= LEAST {
            break;
        }
        let before = shortest.checked_sub(1).map_or(0, |at| lengths[at]);
        let behind = lengths.get(shortest + 1).copied().unwrap_or(0);
        let (_, words) = runs.remove(shortest);
        if shortest > 0 && before >= behind {
            runs[shortest - 1].1.extend(words);
        } else {
            runs[shortest].1.splice(0..0, words);
        }
        join_equal(&mut runs);
    }
    if let [(speaker, _)] = runs[..] {
        segment.speaker = speaker;
        return vec![segment];
    }
    parts(&segment, &runs)
}

fn join_equal(runs: &mut Vec<(SpeakerLabel, Vec<&Word>)>) {
    let mut joined: Vec<(SpeakerLabel, Vec<&Word>)> = Vec::new();
    for (by, words) in runs.drain(..) {
        match joined.last_mut() {
            Some((last, before)) if *last == by => before.extend(words),
            _ => joined.push((by, words)),
        }
    }
    *runs = joined;
}

/// Speech in a run, in milliseconds.
fn length(words: &[&Word]) -> u64 {
    words.iter().map(|word| (word.end - word.start).0).sum()
}

/// Whose voice is heard most in a stretch; the nearest where none is. `None` without turns.
fn speaker(start: u64, end: u64, turns: &[SpeakerTurn]) -> Option<SpeakerLabel> {
    let first = turns.partition_point(|turn| turn.end.0 + SLACK <= start);
    let near = turns[first..].iter();
    let mut heard: Vec<(SpeakerLabel, u64)> = Vec::new();
    for turn in near.take_while(|turn| turn.start.0 < end) {
        let shared = turn.end.0.min(end).saturating_sub(turn.start.0.max(start));
        match heard.iter_mut().find(|(by, _)| *by == turn.speaker) {
            Some((_, sum)) => *sum += shared,
            None => heard.push((turn.speaker, shared)),
        }
    }
    let most = heard.into_iter().filter(|(_, shared)| *shared > 0);
    if let Some((by, _)) = most.max_by_key(|(_, shared)| *shared) {
        return Some(by);
    }
    let off = |turn: &&SpeakerTurn| {
        let behind = start.saturating_sub(turn.end.0);
        behind.max(turn.start.0.saturating_sub(end))
    };
    let neighbours = &turns[first.saturating_sub(1)..turns.len().min(first + 1)];
    neighbours.iter().min_by_key(off).map(|turn| turn.speaker)
}

/// The parts, each with its share of the segment's own text.
fn parts(segment: &Segment, runs: &[(SpeakerLabel, Vec<&Word>)]) -> Vec<Segment> {
    let mut rest = segment.text.expose();
    let mut parts = Vec::new();
    for (number, (speaker, words)) in runs.iter().enumerate() {
        // Where the next part's first word stands: the words are in the text in this order.
        let mut end = 0;
        for word in words {
            let word = word.text.expose();
            end += rest[end..].find(word).map_or(0, |at| at + word.len());
        }
        let end = if number + 1 == runs.len() {
            rest.len()
        } else {
            end
        };
        let (own, others) = rest.split_at(end);
        rest = others;
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            continue;
        };
        let logs: f32 = words
            .iter()
            .map(|word| word.probability.max(1e-6).ln())
            .sum();
        parts.push(Segment {
            index: segment.index,
            start: first.start,
            end: last.end,
            speaker: *speaker,
            role: segment.role,
            text: PatientText::from(own.trim()),
            confidence: (logs / words.len() as f32).exp().clamp(0.0, 1.0),
            words: words.iter().map(|&word| word.clone()).collect(),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use visit::{Millis, Role};

    /// Words of 400 ms one after the other.
    fn segment(text: &str) -> Segment {
        let words: Vec<Word> = (0..)
            .zip(text.split(' '))
            .map(|(n, text)| Word {
                start: Millis(n * 400),
                end: Millis(n * 400 + 400),
                text: text.into(),
                spoken: None,
                probability: 0.9,
            })
            .collect();
        Segment {
            index: 7,
            start: Millis(0),
            end: Millis(words.len() as u64 * 400),
            speaker: SpeakerLabel(9),
            role: Role::Unknown,
            text: text.into(),
            confidence: 0.9,
            words,
        }
    }

    fn turns(turns: &[(u64, u64, u8)]) -> Vec<SpeakerTurn> {
        let turn = |&(start, end, by)| SpeakerTurn {
            start: Millis(start),
            end: Millis(end),
            speaker: SpeakerLabel(by),
        };
        turns.iter().map(turn).collect()
    }

    fn check(text: &str, voices: &[(u64, u64, u8)], expected: &[(u8, &str)]) {
        let parts = split(segment(text), &turns(voices));
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.speaker.0, part.text.expose()))
            .collect();
        assert_eq!(found, expected);
        let words: usize = parts.iter().map(|part| part.words.len()).sum();
        assert_eq!(words, text.split(' ').count());
    }

    #[test]
    fn a_change_of_speaker_splits_at_the_words() {
        check(
            "does it hurt here yes it does",
            &[(0, 1_650, 1), (1_650, 2_800, 2)],
            &[(1, "does it hurt here"), (2, "yes it does")],
        );
    }

    #[test]
    fn a_written_word_keeps_what_was_spoken() {
        let mut whole = segment("takes 5 mg yes it does");
        whole.words[1].spoken = Some("five".into());
        let parts = split(whole, &turns(&[(0, 1_250, 1), (1_250, 2_400, 2)]));
        assert_eq!(parts[0].text.expose(), "takes 5 mg");
        assert_eq!(parts[0].words[1].as_spoken().expose(), "five");
    }

    #[test]
    fn a_word_at_the_edge_stays_with_its_sentence() {
        check(
            "does it hurt here",
            &[(0, 1_300, 1), (1_300, 1_600, 2)],
            &[(1, "does it hurt here")],
        );
    }

    #[test]
    fn in_a_pause_the_nearest_voice_counts_and_without_voices_nothing_changes() {
        check("yes", &[(900, 1_200, 2), (1_300, 1_500, 3)], &[(2, "yes")]);
        check("yes", &[], &[(9, "yes")]);
    }

    #[test]
    fn a_transcript_is_numbered_anew() {
        let voices = turns(&[(0, 800, 1), (800, 1_600, 2)]);
        let segments = relabelled(vec![segment("a b c d"), segment("a b")], &voices);
        let all: Vec<_> = segments.iter().map(|s| (s.index, s.speaker.0)).collect();
        assert_eq!(all, [(0, 1), (1, 2), (2, 1)]);
        assert_eq!(
            (segments[1].start, segments[1].end),
            (Millis(800), Millis(1_600))
        );
    }
}
