//! Segments from text, and what holds for every segment.

use visit::{Millis, Role, Segment, SpeakerLabel, Word};

/// A segment whose words come one every 300 ms.
pub fn segment(text: &str) -> Segment {
    let words: Vec<Word> = (0..)
        .zip(text.split(' '))
        .map(|(n, text)| Word {
            start: Millis(n * 300),
            end: Millis(n * 300 + 250),
            text: text.into(),
            spoken: None,
            probability: 0.9,
        })
        .collect();
    Segment {
        index: 0,
        start: Millis(0),
        end: Millis(words.len() as u64 * 300),
        speaker: SpeakerLabel(1),
        role: Role::Patient,
        text: text.into(),
        confidence: 0.9,
        words,
    }
}

/// Fails unless nothing is lost, nothing but the words and the text changed, and a second time changes nothing.
pub fn check(spoken: &Segment, written: &Segment) {
    let line = |words: &[Word], text: fn(&Word) -> &str| {
        words.iter().map(text).collect::<Vec<_>>().join(" ")
    };
    let as_spoken = line(&written.words, |word| word.as_spoken().expose());
    assert_eq!(as_spoken, spoken.text.expose());
    assert_eq!(
        line(&written.words, |word| word.text.expose()),
        written.text.expose()
    );
    assert_eq!(
        &numerals::write(written.clone()),
        written,
        "{}",
        spoken.text.expose()
    );
    for pair in written.words.windows(2) {
        assert!(pair[0].end <= pair[1].start);
    }
    let same = Segment {
        text: spoken.text.clone(),
        words: spoken.words.clone(),
        ..written.clone()
    };
    assert_eq!(&same, spoken);
}
