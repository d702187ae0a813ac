//! One piece of a note while it is being written.

use visit::{StatementKind, StopReason};

use crate::{line, repeat};

/// A piece being written.
pub(super) struct Branch {
    pub(super) tokens: Vec<u32>,
    /// Bytes that became lines.
    taken: usize,
    starts_line: bool,
    pub(super) kind: StatementKind,
    pub(super) lines: Vec<(StatementKind, String)>,
    pub(super) writing: Option<String>,
    pub(super) stop: Option<StopReason>,
}

impl Branch {
    pub(super) fn new() -> Self {
        Self {
            tokens: Vec::new(),
            taken: 0,
            starts_line: true,
            kind: StatementKind::History,
            lines: Vec::new(),
            writing: None,
            stop: None,
        }
    }

    /// Takes the text that there is now; `ended`: nothing follows.
    pub(super) fn take(&mut self, text: &str, ended: bool, most_tokens: usize) {
        let whole = text.trim_end_matches('\u{FFFD}');
        while let Some(piece) = line::next_piece(&whole[self.taken.min(whole.len())..]) {
            let bare = line::bare(piece.text, self.starts_line);
            let starts_line = std::mem::replace(&mut self.starts_line, piece.ends_line);
            self.taken += piece.length;
            let words = if starts_line {
                let (kind, words) = kind_and_words(&bare);
                self.kind = kind;
                words
            } else {
                &bare
            };
            // A question says nothing about the patient.
            if line::notes_nothing(words) || words.ends_with('?') {
                continue;
            }
            if self.lines.iter().any(|(_, earlier)| earlier == words) {
                self.stop = Some(StopReason::Complete);
                return;
            }
            self.lines.push((self.kind, words.to_owned()));
        }
        if ended {
            self.stop = Some(StopReason::Complete);
        } else if repeat::loops(&self.tokens) {
            self.stop = Some(StopReason::Repetition);
        } else if self.tokens.len() >= most_tokens {
            self.stop = Some(StopReason::Length);
        }
        let bare = line::bare(&whole[self.taken.min(whole.len())..], self.starts_line);
        let words = match line::heading(&bare) {
            Some(_) if self.starts_line => kind_and_words(&bare).1,
            // Until the kind is written, there is nothing to show.
            _ if self.starts_line => "",
            _ => &bare,
        };
        self.writing = (self.stop.is_none() && !words.is_empty()).then(|| words.to_owned());
    }
}

/// The kind at a line's begin and the words after it; a line without one tells of the patient.
fn kind_and_words(line: &str) -> (StatementKind, &str) {
    let named = line::heading(line).and_then(|(heading, words)| {
        let kind = StatementKind::ALL
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(heading))?;
        Some((kind, words))
    });
    let (kind, words) = named.unwrap_or((StatementKind::History, line));
    let words = without_speaker(words);
    let denies = ["denies ", "denied ", "no "]
        .iter()
        .any(|start| words.to_lowercase().starts_with(start));
    match kind {
        StatementKind::Complaint | StatementKind::History if denies => {
            (StatementKind::Denied, words)
        }
        _ => (kind, words),
    }
}

/// Without the name of a speaker, which models copy from the transcript now and then.
fn without_speaker(words: &str) -> &str {
    ["Doctor:", "Patient:", "Companion:"]
        .iter()
        .find_map(|name| words.strip_prefix(name))
        .map_or(words, str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_come_off_and_denials_are_denials() {
        for (line, kind, words) in [
            ("Plan: Rest.", StatementKind::Plan, "Rest."),
            (
                "medication: Aspirin.",
                StatementKind::Medication,
                "Aspirin.",
            ),
            ("Denies fever.", StatementKind::Denied, "Denies fever."),
            (
                "History: Denies fever.",
                StatementKind::Denied,
                "Denies fever.",
            ),
            ("History: No fever.", StatementKind::Denied, "No fever."),
            ("Plan: No driving.", StatementKind::Plan, "No driving."),
            (
                "Companion: Sleeps well.",
                StatementKind::History,
                "Sleeps well.",
            ),
            ("Mood: low.", StatementKind::History, "Mood: low."),
            ("Walks well.", StatementKind::History, "Walks well."),
        ] {
            assert_eq!(kind_and_words(line), (kind, words));
        }
    }

    #[test]
    fn lines_are_taken_as_they_end_and_repeats_end_the_piece() {
        let mut branch = Branch::new();
        branch.take("Complaint: Cough. Worse at night.\nDen", false, 99);
        assert_eq!(
            branch.lines,
            [
                (StatementKind::Complaint, "Cough.".to_owned()),
                (StatementKind::Complaint, "Worse at night.".to_owned())
            ]
        );
        assert_eq!(branch.writing, None);
        branch.take(
            "Complaint: Cough. Worse at night.\nDenied: Denies fe",
            false,
            99,
        );
        assert_eq!(branch.writing.as_deref(), Some("Denies fe"));
        branch.take(
            "Complaint: Cough. Worse at night.\nDenied: Denies fever.\nNone\nHistory: Cough.\n",
            false,
            99,
        );
        assert_eq!(branch.lines.len(), 3);
        assert_eq!(branch.stop, Some(StopReason::Complete));
    }
}
