//! The transcript as the model reads it: one line a turn, with who spoke.

use visit::{Role, Segment, SpeakerLabel};

/// Bytes after which a long turn goes on in a new line, so that a transcript without speaker
/// labels can still be divided.
const LONGEST_TURN: usize = 600;

/// One line of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Segments that it holds.
    pub(crate) segments: u32,
    /// The line with its end.
    pub(crate) line: String,
}

/// Joins neighbouring segments of one speaker into lines; segments without words are counted to
/// the line before or after them.
pub(crate) fn turns(segments: &[Segment]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut speaker: Option<(SpeakerLabel, Role)> = None;
    let mut wordless = 0;
    for segment in segments {
        let words: Vec<&str> = segment.text.expose().split_whitespace().collect();
        if words.is_empty() {
            match turns.last_mut() {
                Some(turn) => turn.segments += 1,
                None => wordless += 1,
            }
            continue;
        }
        let words = words.join(" ");
        let same = speaker == Some((segment.speaker, segment.role));
        match turns.last_mut() {
            Some(turn) if same && turn.line.len() + words.len() < LONGEST_TURN => {
                turn.segments += 1;
                turn.line.push(' ');
                turn.line.push_str(&words);
            }
            _ => {
                let label = label(segment.speaker, segment.role);
                let line = format!("{label}: {words}");
                turns.push(Turn {
                    segments: 1 + std::mem::take(&mut wordless),
                    line,
                });
            }
        }
        speaker = Some((segment.speaker, segment.role));
    }
    for turn in &mut turns {
        turn.line.push('\n');
    }
    turns
}

fn label(speaker: SpeakerLabel, role: Role) -> String {
    match role {
        Role::Clinician => "Doctor".to_owned(),
        Role::Patient => "Patient".to_owned(),
        Role::Other => "Companion".to_owned(),
        Role::Unknown => format!("Speaker {}", speaker.0),
    }
}
