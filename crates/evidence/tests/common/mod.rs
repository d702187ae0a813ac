//! Reading fixtures.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use visit::{Millis, Role, Segment, SpeakerLabel};

/// A file of the sample visits.
pub fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/visits/");
    std::fs::read_to_string(format!("{folder}{name}")).expect(name)
}

/// Segments from lines such as `[doctor] …`; a line without a speaker is somebody's.
pub fn dialogue(text: &str) -> Vec<Segment> {
    let speakers = [
        ("[doctor]", 1, Role::Clinician),
        ("[patient]", 2, Role::Patient),
        ("[patient_guest]", 3, Role::Other),
    ];
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .map(|(n, line)| {
            let found = speakers.iter().find(|(tag, ..)| line.starts_with(tag));
            let (tag, label, role) = found.copied().unwrap_or(("", 1, Role::Unknown));
            Segment {
                index: n as u32,
                start: Millis(n as u64 * 1000),
                end: Millis(n as u64 * 1000 + 900),
                speaker: SpeakerLabel(label),
                role,
                text: line[tag.len()..].trim().into(),
                confidence: 1.0,
                words: Vec::new(),
            }
        })
        .collect()
}
