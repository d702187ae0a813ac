//! Reading fixtures.
#![allow(clippy::unwrap_used, clippy::expect_used)]
// Each test file is a crate of its own and uses what it needs of this one.
#![allow(dead_code)]

use visit::{Millis, Role, Segment, SpeakerLabel, Word};

/// A file of the sample visits.
pub fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/visits/");
    std::fs::read_to_string(format!("{folder}{name}")).expect(name)
}

/// The transcript of a sample visit.
pub fn sample(visit: &str) -> Vec<Segment> {
    dialogue(&fixture(&format!("{visit}.dialogue.txt")))
}

/// The lines of a sample visit's hand-written note that claim something.
pub fn note(visit: &str) -> Vec<String> {
    fixture(&format!("{visit}.note.txt"))
        .lines()
        .filter(|line| {
            !line.is_empty() && *line != line.to_uppercase() && !line.starts_with("No results")
        })
        .map(str::to_owned)
        .collect()
}

/// Segments from lines such as `[doctor] …`; a line without a speaker is somebody's.
pub fn dialogue(text: &str) -> Vec<Segment> {
    let speakers = [
        ("[doctor]", 1, Role::Clinician),
        ("[patient]", 2, Role::Patient),
        ("[patient_guest]", 3, Role::Other),
    ];
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate();
    lines
        .map(|(n, line)| {
            let found = speakers.iter().find(|(tag, ..)| line.starts_with(tag));
            let (tag, label, role) = found.copied().unwrap_or(("", 1, Role::Unknown));
            segment(n, label, role, line[tag.len()..].trim())
        })
        .collect()
}

/// One segment.
pub fn segment(index: usize, speaker: u8, role: Role, text: &str) -> Segment {
    Segment {
        index: u32::try_from(index).unwrap(),
        start: Millis(index as u64 * 1000),
        end: Millis(index as u64 * 1000 + 900),
        speaker: SpeakerLabel(speaker),
        role,
        text: text.into(),
        confidence: 1.0,
        words: Vec::new(),
    }
}

/// The segments with numbers, doses and units in their written form, as a recording's are stored.
pub fn written(segments: &[Segment]) -> Vec<Segment> {
    let word = |text: &str| Word {
        start: Millis(0),
        end: Millis(0),
        text: text.into(),
        spoken: None,
        probability: 1.0,
    };
    let written = |segment: &Segment| {
        numerals::write(Segment {
            words: segment.text.expose().split(' ').map(word).collect(),
            ..segment.clone()
        })
    };
    segments.iter().map(written).collect()
}
