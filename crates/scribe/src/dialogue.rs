//! A transcript written as text, one turn a line: `[doctor] How are you?`

use visit::{Millis, PatientText, Role, Segment, SpeakerLabel};

/// Why a text is not a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialogueError {
    /// There is no turn in it.
    #[error("the dialogue has no turn; each line should read `[doctor] …` or `[patient] …`")]
    Empty,
}

/// Reads a dialogue. The turn's position among the turns becomes the segment's index.
///
/// A line without a speaker in brackets goes on with the turn before it, or is a turn of an
/// unknown speaker if it is the first. The segments have no times and no words.
///
/// # Errors
/// [`DialogueError::Empty`] if no turn is found.
pub fn parse(text: &str) -> Result<Vec<Segment>, DialogueError> {
    let mut turns: Vec<(String, String)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((tag, words)) => turns.push((tag.trim().to_lowercase(), words.trim().to_owned())),
            None => match turns.last_mut() {
                Some((_, words)) => {
                    words.push(' ');
                    words.push_str(line);
                }
                None => turns.push((String::new(), line.to_owned())),
            },
        }
    }
    let mut tags: Vec<String> = Vec::new();
    let segments: Vec<Segment> = turns
        .into_iter()
        .enumerate()
        .map(|(index, (tag, words))| {
            let position = tags
                .iter()
                .position(|known| *known == tag)
                .unwrap_or_else(|| {
                    tags.push(tag.clone());
                    tags.len() - 1
                });
            Segment {
                index: index as u32,
                start: Millis(0),
                end: Millis(0),
                speaker: SpeakerLabel(u8::try_from(position + 1).unwrap_or(u8::MAX)),
                role: role_of(&tag),
                text: PatientText::from(words),
                confidence: 1.0,
                words: Vec::new(),
            }
        })
        .collect();
    if segments.is_empty() {
        Err(DialogueError::Empty)
    } else {
        Ok(segments)
    }
}

fn role_of(tag: &str) -> Role {
    match tag {
        "doctor" | "clinician" | "physician" | "nurse" => Role::Clinician,
        "patient" => Role::Patient,
        "" => Role::Unknown,
        _ => Role::Other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn turns_become_segments_with_roles() {
        let segments =
            parse("[doctor] Hi.\n[patient] My knee\nhurts.\n\n[patient_guest] It does.").unwrap();
        let seen: Vec<_> = segments
            .iter()
            .map(|s| (s.index, s.speaker.0, s.role, s.text.expose()))
            .collect();
        assert_eq!(
            seen,
            [
                (0, 1, Role::Clinician, "Hi."),
                (1, 2, Role::Patient, "My knee hurts."),
                (2, 3, Role::Other, "It does."),
            ]
        );
    }

    #[test]
    fn a_text_without_turns_is_refused() {
        assert_eq!(parse(" \n\n"), Err(DialogueError::Empty));
    }
}
