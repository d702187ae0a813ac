//! A transcript in pieces of a few turns each, to be rewritten one by one.
//!
//! Small models lose track of who denied what in a long transcript, but rewrite a question and its
//! answer well. So each piece holds whole exchanges: it begins where the clinician begins to
//! speak, and never between a question and its answer.

use visit::{Role, Segment};

use crate::line;
use crate::transcript::{Turn, turns};

/// Words from which a piece may end where the next exchange begins.
const ENOUGH: usize = 14;
/// The same where nobody knows who speaks.
const ENOUGH_UNLABELLED: usize = 24;
/// Words from which a line is cut into sentences, and a sentence into parts.
const LONG_LINE: usize = 60;
/// Words from which a piece ends in any case.
const MOST: usize = 120;

/// Some turns of a transcript, together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// Its lines.
    pub(crate) text: String,
    /// Segments that it holds.
    pub(crate) segments: u32,
}

/// The exchanges of a transcript, in order; together they hold every segment.
pub(crate) fn exchanges(segments: &[Segment]) -> Vec<Exchange> {
    let labelled = segments.iter().any(|segment| segment.role != Role::Unknown);
    let lines = if labelled {
        turns(segments).into_iter().flat_map(shorter).collect()
    } else {
        lines(segments)
    };
    let enough = if labelled { ENOUGH } else { ENOUGH_UNLABELLED };
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut words = 0;
    for Turn { line, segments } in lines {
        let begins = !labelled || line.starts_with("Doctor:");
        match exchanges.last_mut() {
            Some(last)
                if words < MOST
                    && (words < enough || !begins || last.text.trim_end().ends_with('?')) =>
            {
                last.text.push_str(&line);
                last.segments += segments;
            }
            _ => {
                words = 0;
                exchanges.push(Exchange {
                    text: line.clone(),
                    segments,
                });
            }
        }
        words += line.split_whitespace().count();
    }
    exchanges
}

/// A turn as it is or, if it is long, in lines of a sentence each.
fn shorter(turn: Turn) -> Vec<Turn> {
    if turn.line.split_whitespace().count() <= LONG_LINE {
        return vec![turn];
    }
    let (label, words) = turn.line.split_once(": ").unwrap_or(("", &turn.line));
    let mut segments = turn.segments;
    sentences(words)
        .into_iter()
        .map(|sentence| Turn {
            // The turn counts once, with its first line.
            segments: std::mem::take(&mut segments),
            line: format!("{label}: {sentence}\n"),
        })
        .collect()
}

/// One line a sentence, without a name, for a transcript that does not say who speaks: so a
/// question and its answer stand apart. Segments without words are counted to the line before or
/// after them.
fn lines(segments: &[Segment]) -> Vec<Turn> {
    let mut lines: Vec<Turn> = Vec::new();
    let mut uncounted = 0;
    for segment in segments {
        uncounted += 1;
        for sentence in sentences(segment.text.expose()) {
            lines.push(Turn {
                segments: std::mem::take(&mut uncounted),
                line: format!("- {sentence}\n"),
            });
        }
    }
    if let Some(last) = lines.last_mut() {
        last.segments += uncounted;
    }
    lines
}

/// The sentences of a text; a run of words without an end is cut.
fn sentences(text: &str) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ") + "\n";
    let mut sentences = Vec::new();
    let mut rest = text.as_str();
    while let Some(piece) = line::next_piece(rest) {
        let words: Vec<&str> = piece.text.split_whitespace().collect();
        sentences.extend(words.chunks(LONG_LINE).map(|words| words.join(" ")));
        rest = &rest[piece.length..];
    }
    sentences
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use visit::{Millis, SpeakerLabel};

    fn segments(lines: &[(Role, String)]) -> Vec<Segment> {
        let mut segments = Vec::new();
        for (role, text) in lines {
            segments.push(Segment {
                index: segments.len() as u32,
                start: Millis(0),
                end: Millis(0),
                speaker: SpeakerLabel(1),
                role: *role,
                text: text.as_str().into(),
                confidence: 1.0,
                words: Vec::new(),
            });
        }
        segments
    }

    #[test]
    fn a_piece_begins_with_the_clinician_and_holds_answers() {
        let long = "word ".repeat(30);
        let pieces = exchanges(&segments(&[
            (Role::Clinician, "Good morning.".to_owned()),
            (Role::Patient, format!("Hello. {long}")),
            (Role::Clinician, "Any fever?".to_owned()),
            (Role::Patient, "No.".to_owned()),
            (Role::Clinician, "Good.".to_owned()),
        ]));
        assert_eq!(pieces.len(), 2, "{pieces:?}");
        assert!(
            pieces[0]
                .text
                .starts_with("Doctor: Good morning.\nPatient: Hello.")
        );
        assert_eq!(
            pieces[1].text,
            "Doctor: Any fever?\nPatient: No.\nDoctor: Good.\n"
        );
    }

    #[test]
    fn without_roles_a_question_keeps_its_answer() {
        let long = "word ".repeat(40);
        let pieces = exchanges(&segments(&[
            (Role::Unknown, format!("{long} right?")),
            (Role::Unknown, "Yes.".to_owned()),
            (Role::Unknown, " ".to_owned()),
            (Role::Unknown, "Next.".to_owned()),
        ]));
        assert_eq!(pieces.len(), 2, "{pieces:?}");
        assert_eq!(
            pieces.iter().map(|p| p.segments).collect::<Vec<_>>(),
            [2, 2]
        );
        assert!(pieces[0].text.ends_with("right?\n- Yes.\n"));
        assert_eq!(pieces[1].text, "- Next.\n");
    }

    /// Whatever the shape of the transcript, no piece grows without bounds.
    #[test]
    fn one_endless_segment_becomes_many_pieces() {
        for role in [Role::Unknown, Role::Patient] {
            for text in ["It hurts a lot. ".repeat(300), "word ".repeat(1500)] {
                let pieces = exchanges(&segments(&[(role, text.clone())]));
                assert!(pieces.len() > 8, "{role:?}: {}", pieces.len());
                let most = pieces.iter().map(|p| p.text.split_whitespace().count());
                assert!(most.max().unwrap() < MOST + 2 * LONG_LINE, "{role:?}");
                assert_eq!(pieces.iter().map(|p| p.segments).sum::<u32>(), 1);
                let all: String = pieces.into_iter().map(|p| p.text).collect();
                let word = if text.starts_with("It") {
                    "hurts"
                } else {
                    "word"
                };
                assert_eq!(all.matches(word).count(), text.matches(word).count());
            }
        }
    }

    #[test]
    fn every_word_is_in_exactly_one_piece() {
        let lines: Vec<(Role, String)> = (0..200)
            .map(|n| {
                let role = if n % 3 == 0 {
                    Role::Clinician
                } else {
                    Role::Patient
                };
                (
                    role,
                    format!(
                        "{} turn{n}{}",
                        "w ".repeat(n % 50),
                        if n % 7 == 0 { "?" } else { "." }
                    ),
                )
            })
            .collect();
        let exchanges = exchanges(&segments(&lines));
        assert_eq!(exchanges.iter().map(|e| e.segments).sum::<u32>(), 200);
        let all: String = exchanges.into_iter().map(|e| e.text).collect();
        for n in 0..200 {
            assert_eq!(
                all.matches(&format!("turn{n}{}", if n % 7 == 0 { "?" } else { "." }))
                    .count(),
                1
            );
        }
    }
}
