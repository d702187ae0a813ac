//! Writing a note exchange by exchange: each piece of the transcript is rewritten on its own,
//! several side by side, after one shared prefix of rules and examples that is computed once.
//!
//! What is written for a piece depends on nothing but the piece, so it can be written while the
//! visit still goes on and is kept until the draft.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde::Deserialize;
use sha2::Digest;
use visit::{PatientText, StatementKind, StopReason, TemplateSection};

use super::{Break, Draft, Drafter, STRIDE, choose};
use crate::chat::Example;
use crate::exchange::{Exchange, exchanges};
use crate::model::{Place, Text};
use crate::{DraftError, DraftEvent, Request, line, repeat};

/// Tokens that may be written for one piece.
const PIECE_TOKENS: usize = 160;
/// Pieces that are written together ahead of the draft; whoever waits, waits for so many at most.
const AHEAD_GROUP: usize = 4;
/// Tokens of a piece for which room is made at once, so that the prefix is computed once.
const USUAL_PIECE: usize = 256;

/// Rules and examples.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Guide {
    rules: String,
    own_words: Vec<String>,
    examples: Vec<Example>,
}

/// Words that only the examples bring up, without those that are said in this visit.
fn strangers(guide: &Guide, pieces: &[Piece]) -> Vec<String> {
    let said: Vec<String> = pieces.iter().map(|piece| spaced(&piece.text)).collect();
    let own = guide.own_words.iter().map(|word| spaced(word));
    own.filter(|word| !said.iter().any(|text| text.contains(word.as_str())))
        .collect()
}

/// The words of a text in lower case, each between two spaces.
fn spaced(text: &str) -> String {
    format!(" {} ", line::words(text).join(" "))
}

fn guide() -> Result<&'static Guide, DraftError> {
    static GUIDE: OnceLock<Option<Guide>> = OnceLock::new();
    GUIDE
        .get_or_init(|| toml::from_str(include_str!("../exchanges.toml")).ok())
        .as_ref()
        .ok_or(DraftError::Guide)
}

/// A piece of the transcript.
struct Piece {
    text: String,
    segments: u32,
    tokens: Vec<u32>,
}

/// What was written for a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    lines: Vec<(StatementKind, String)>,
    stop: StopReason,
}

/// What the branch's model has read, and what stays valid from draft to draft.
#[derive(Default)]
pub(super) struct Kept {
    /// Tokens in the model's prefix, with the room behind it; empty: something else is there.
    prefix: Vec<u32>,
    room: usize,
    /// By the text of the piece.
    written: BTreeMap<String, Written>,
}

impl Kept {
    /// The model's cache is used for something else.
    pub(super) fn forget_prefix(&mut self) {
        self.prefix.clear();
    }
}

/// Where the time went.
#[derive(Default)]
struct Spent {
    prompt_tokens: usize,
    prefill: Duration,
    generated: usize,
    decode: Duration,
}

/// A piece being written.
struct Branch {
    tokens: Vec<u32>,
    /// Bytes that became lines.
    taken: usize,
    starts_line: bool,
    kind: StatementKind,
    lines: Vec<(StatementKind, String)>,
    writing: Option<String>,
    stop: Option<StopReason>,
}

impl Branch {
    fn new() -> Self {
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
    fn take(&mut self, text: &str, ended: bool, most_tokens: usize) {
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

impl Drafter {
    /// Writes what can be written of a visit that still goes on: every piece but the last one,
    /// which may still grow. `go_on` is asked between groups of pieces: what has been begun will
    /// be needed.
    ///
    /// # Errors
    /// [`DraftError`] as for a draft.
    pub fn draft_ahead(
        &mut self,
        request: &Request<'_>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), DraftError> {
        if !request.template.sorts_by_kind() {
            return Ok(());
        }
        let mut spent = Spent::default();
        let ahead = (|| -> Result<(), Break> {
            let (prefix, mut pieces) = self.prepare(request)?;
            pieces.pop();
            self.read_rules(&prefix, &pieces, &mut spent, &mut |_, _| Ok(()))?;
            let missing: Vec<&Piece> = pieces
                .iter()
                .filter(|piece| !self.kept.written.contains_key(&piece.text))
                .collect();
            for group in missing.chunks(AHEAD_GROUP.min(self.model.side_by_side()).max(1)) {
                if !go_on() {
                    return Err(Break::Cancelled);
                }
                self.write_pieces(request, group, &mut spent, &mut |_| Ok(()))?;
            }
            Ok(())
        })();
        match ahead {
            Ok(()) | Err(Break::Cancelled) => Ok(()),
            Err(Break::Failed(error)) => Err(error),
        }
    }

    /// Prefix and pieces as tokens; checks that the context holds them.
    fn prepare(&self, request: &Request<'_>) -> Result<(Vec<u32>, Vec<Piece>), DraftError> {
        let guide = guide()?;
        let frame = self.chat.frame(&guide.rules, &guide.examples);
        let mut prefix = self.vocabulary.marked_up(&frame.before)?;
        if let Some(start) = self.vocabulary.missing_start(&prefix) {
            prefix.insert(0, start);
        }
        let after = self.vocabulary.marked_up(&frame.after)?;
        let mut pieces = Vec::new();
        for Exchange { text, segments } in exchanges(request.segments) {
            let mut tokens = self.vocabulary.plain(text.trim_end())?;
            tokens.extend_from_slice(&after);
            pieces.push(Piece {
                text,
                segments,
                tokens,
            });
        }
        let context = self.context.min(request.parameters.context_tokens as usize);
        let longest = pieces.iter().map(|piece| piece.tokens.len()).max();
        let needed = prefix.len() + longest.unwrap_or(0) + PIECE_TOKENS;
        if needed > context {
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            return Err(DraftError::ContextTooSmall {
                needed: count(needed),
                room: count(context),
            });
        }
        Ok((prefix, pieces))
    }

    /// Computes the prefix, unless it is there already.
    fn read_rules(
        &mut self,
        prefix: &[u32],
        pieces: &[Piece],
        spent: &mut Spent,
        tell: &mut dyn FnMut(usize, bool) -> Result<(), Break>,
    ) -> Result<(), Break> {
        let longest = pieces.iter().map(|piece| piece.tokens.len()).max();
        let room = longest.unwrap_or(0).max(USUAL_PIECE) + PIECE_TOKENS;
        if self.kept.prefix == prefix && self.kept.room >= room {
            return tell(prefix.len(), true);
        }
        self.kept.forget_prefix();
        let branches = self.model.side_by_side().max(1);
        self.model.begin(prefix.len(), branches, room)?;
        for tokens in prefix.chunks(STRIDE) {
            let before = Instant::now();
            let place = Place::Prefix;
            self.model.read(&[Text { place, tokens }], false)?;
            spent.prefill += before.elapsed();
            spent.prompt_tokens += tokens.len();
            tell(tokens.len(), false)?;
        }
        self.kept.prefix = prefix.to_vec();
        self.kept.room = room;
        Ok(())
    }

    /// Writes pieces side by side and keeps what comes out; `tell` sees all of them after each
    /// token.
    fn write_pieces(
        &mut self,
        request: &Request<'_>,
        group: &[&Piece],
        spent: &mut Spent,
        tell: &mut dyn FnMut(&[Branch]) -> Result<(), Break>,
    ) -> Result<(), Break> {
        let most = PIECE_TOKENS.min(request.parameters.section_tokens as usize);
        let penalty = request.parameters.repeat_penalty;
        self.model.fork();
        let before = Instant::now();
        let texts: Vec<Text<'_>> = group
            .iter()
            .enumerate()
            .map(|(branch, piece)| Text {
                place: Place::Branch(branch),
                tokens: &piece.tokens,
            })
            .collect();
        let mut logits = self.model.read(&texts, true)?;
        spent.prefill += before.elapsed();
        spent.prompt_tokens += group.iter().map(|piece| piece.tokens.len()).sum::<usize>();

        let mut branches: Vec<Branch> = group.iter().map(|_| Branch::new()).collect();
        let mut active: Vec<usize> = (0..group.len()).collect();
        loop {
            let mut next = Vec::new();
            for (&number, logits) in active.iter().zip(&mut logits) {
                let branch = &mut branches[number];
                let token = choose(logits, &branch.tokens, penalty);
                spent.generated += 1;
                let ended = self.vocabulary.is_end(token);
                if !ended {
                    branch.tokens.push(token);
                }
                let mut text = self.vocabulary.text(&branch.tokens)?;
                if ended {
                    text.push('\n');
                }
                branch.take(&text, ended, most);
                if branch.stop.is_none() {
                    next.push((number, [token]));
                }
            }
            tell(&branches)?;
            if next.is_empty() {
                break;
            }
            let before = Instant::now();
            let texts: Vec<Text<'_>> = next
                .iter()
                .map(|(number, tokens)| Text {
                    place: Place::Branch(*number),
                    tokens,
                })
                .collect();
            logits = self.model.read(&texts, true)?;
            active = next.iter().map(|(number, _)| *number).collect();
            spent.decode += before.elapsed();
        }
        for (piece, branch) in group.iter().zip(branches) {
            let written = Written {
                lines: branch.lines,
                stop: branch.stop.unwrap_or(StopReason::Complete),
            };
            self.kept.written.insert(piece.text.clone(), written);
        }
        Ok(())
    }

    /// Writes the whole note.
    pub(super) fn by_exchange(&mut self, draft: &mut Draft<'_>) -> Result<(), Break> {
        let request = draft.request;
        let (prefix, pieces) = self.prepare(request)?;
        let guide = guide()?;
        let frame = self.chat.frame(&guide.rules, &guide.examples);
        draft.prompt.update(&frame.before);
        for piece in &pieces {
            draft.prompt.update(&piece.text);
            draft.prompt.update(&frame.after);
        }
        // What other visits left behind is of no use here.
        let mut written = std::mem::take(&mut self.kept.written);
        written.retain(|text, _| pieces.iter().any(|piece| piece.text == *text));
        self.kept.written = written;

        let total = prefix.len() + pieces.iter().map(|piece| piece.tokens.len()).sum::<usize>();
        draft.to_read = u32::try_from(total).unwrap_or(u32::MAX);
        let mut spent = Spent::default();
        self.read_rules(&prefix, &pieces, &mut spent, &mut |tokens, _| {
            draft.has_read(tokens)
        })?;
        let strangers = strangers(guide, &pieces);
        let mut sorter = Sorter::new(request.template.sections.len(), strangers);
        let most_rows = self.model.side_by_side().max(1);
        let mut at = 0;
        while at < pieces.len() {
            if let Some(written) = self.kept.written.get(&pieces[at].text) {
                draft.covered += pieces[at].segments;
                draft.has_read(pieces[at].tokens.len())?;
                for (kind, words) in &written.lines {
                    sorter.add(draft, *kind, words)?;
                }
                sorter.stopped(draft, written.stop);
                at += 1;
                continue;
            }
            // As many unwritten pieces as fit side by side; a written one among them waits.
            let missing: Vec<&Piece> = pieces[at..]
                .iter()
                .filter(|piece| !self.kept.written.contains_key(&piece.text))
                .take(most_rows)
                .collect();
            let mut told = 0;
            self.write_pieces(request, &missing, &mut spent, &mut |branches| {
                // Only the first piece can be told as it is written: the note is in the visit's order.
                let first = &branches[0];
                for (kind, words) in &first.lines[told..] {
                    sorter.add(draft, *kind, words)?;
                }
                told = first.lines.len();
                match &first.writing {
                    Some(words) => sorter.writing(draft, first.kind, words),
                    None => draft.go_on(),
                }
            })?;
            draft.covered += pieces[at].segments;
            draft.has_read(pieces[at].tokens.len())?;
            if let Some(written) = self.kept.written.get(&pieces[at].text) {
                sorter.stopped(draft, written.stop);
            }
            at += 1;
        }
        draft.prompt_tokens = spent.prompt_tokens;
        draft.prefill = spent.prefill;
        draft.generated = spent.generated;
        draft.decode = spent.decode;
        draft.last_part = true;
        (0..request.template.sections.len())
            .try_for_each(|section| draft.end(section, StopReason::Complete))
    }
}

/// Puts lines into the sections of the template.
struct Sorter {
    written: Vec<u32>,
    last: usize,
    /// Words that a line cannot have from the visit.
    strangers: Vec<String>,
}

impl Sorter {
    fn new(sections: usize, strangers: Vec<String>) -> Self {
        Self {
            written: vec![0; sections],
            last: 0,
            strangers,
        }
    }

    fn is_from_an_example(&self, words: &str) -> bool {
        let words = spaced(words);
        self.strangers
            .iter()
            .any(|word| words.contains(word.as_str()))
    }

    fn section(&self, draft: &Draft<'_>, kind: StatementKind) -> usize {
        let template = draft.request.template;
        let of = |kind| template.section_of(kind).unwrap_or(0);
        let section = of(kind);
        // A visit has few chief complaints; what else the patient came with is history.
        if kind == StatementKind::Complaint && self.is_full(&template.sections, section) {
            of(StatementKind::History)
        } else {
            section
        }
    }

    fn is_full(&self, sections: &[TemplateSection], section: usize) -> bool {
        let most = sections.get(section).map_or(0, |s| s.most_statements);
        self.written[section] >= most
    }

    fn add(
        &mut self,
        draft: &mut Draft<'_>,
        kind: StatementKind,
        words: &str,
    ) -> Result<(), Break> {
        if self.is_from_an_example(words) {
            return Ok(());
        }
        let section = self.section(draft, kind);
        self.last = section;
        if self.is_full(&draft.request.template.sections, section) {
            draft.stops[section] = draft.stops[section].max(StopReason::Length);
            return Ok(());
        }
        if draft.repeats.is_repeat(section, words) {
            return Ok(());
        }
        self.written[section] += 1;
        let text = PatientText::from(words.to_owned());
        draft.tell(section, |section| DraftEvent::Statement { section, text })
    }

    fn writing(
        &self,
        draft: &mut Draft<'_>,
        kind: StatementKind,
        words: &str,
    ) -> Result<(), Break> {
        if self.is_from_an_example(words) {
            return draft.go_on();
        }
        let text = PatientText::from(words.to_owned());
        draft.tell(self.section(draft, kind), |section| DraftEvent::Writing {
            section,
            text,
        })
    }

    /// A piece that was cut off leaves its reason at the section that it wrote to last.
    fn stopped(&self, draft: &mut Draft<'_>, stop: StopReason) {
        draft.stops[self.last] = draft.stops[self.last].max(stop);
    }
}

impl Draft<'_> {
    /// So many more tokens have been read.
    fn has_read(&mut self, tokens: usize) -> Result<(), Break> {
        self.read += u32::try_from(tokens).unwrap_or(0);
        let (tokens, of) = (self.read, self.to_read);
        self.say(DraftEvent::Reading { tokens, of })
    }

    /// Lets the receiver break off where there is nothing to tell.
    fn go_on(&mut self) -> Result<(), Break> {
        let (tokens, of) = (self.read, self.to_read);
        match (self.on)(DraftEvent::Reading { tokens, of }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Break::Cancelled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_is_sound_and_its_examples_use_the_kinds() {
        let guide = guide().expect("valid TOML");
        for kind in StatementKind::ALL {
            assert!(guide.rules.contains(kind.word()), "{kind:?} in the rules");
            let shown = |example: &&Example| example.lines.contains(&format!("{}: ", kind.word()));
            assert!(guide.examples.iter().any(|e| shown(&e)), "{kind:?}");
        }
        for line in guide.examples.iter().flat_map(|e| e.lines.lines()) {
            let named = StatementKind::ALL
                .iter()
                .any(|kind| line.starts_with(kind.word()));
            assert!(named || line == "None", "{line}");
        }
    }

    #[test]
    fn words_of_the_examples_are_strange_unless_they_are_said() {
        let guide = guide().expect("valid TOML");
        let whole: String = guide
            .examples
            .iter()
            .map(|e| spaced(&format!("{} {}", e.said, e.lines)))
            .collect();
        for word in &guide.own_words {
            assert!(whole.contains(&spaced(word)), "{word} stands in no example");
        }
        let said = [Piece {
            text: "Patient: My Asthma is back.\n".to_owned(),
            segments: 1,
            tokens: Vec::new(),
        }];
        let sorter = Sorter::new(1, strangers(guide, &said));
        assert!(!sorter.is_from_an_example("Has asthma."));
        assert!(!sorter.is_from_an_example("Uses a patchwork."));
        assert!(sorter.is_from_an_example("Wait for the patch test."));
        assert!(sorter.is_from_an_example("Chest film clear."));
    }

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
