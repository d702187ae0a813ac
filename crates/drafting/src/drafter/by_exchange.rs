//! Writing a note exchange by exchange: each piece of the transcript is rewritten on its own,
//! several side by side, after one shared prefix of rules and examples that is computed once.
//!
//! What is written for a piece depends on nothing but the piece, so it can be written while the
//! visit still goes on and is kept until the draft.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use sha2::Digest;
use visit::{StatementKind, StopReason};

use super::branch::Branch;
use super::guide::{guide, strangers};
use super::sorter::Sorter;
use super::{Break, Draft, Drafter, STRIDE, choose};
use crate::exchange::{Exchange, exchanges};
use crate::model::{Place, Text};
use crate::{DraftError, DraftEvent, Request};

/// Tokens that may be written for one piece.
const PIECE_TOKENS: usize = 160;
/// Pieces that are written together ahead of the draft; whoever waits, waits for so many at most.
const AHEAD_GROUP: usize = 4;
/// Tokens of a piece for which room is made at once, so that the prefix is computed once.
const USUAL_PIECE: usize = 256;

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
        let strangers = strangers(guide, pieces.iter().map(|piece| piece.text.as_str()));
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

impl Draft<'_> {
    /// So many more tokens have been read.
    fn has_read(&mut self, tokens: usize) -> Result<(), Break> {
        self.read += u32::try_from(tokens).unwrap_or(0);
        let (tokens, of) = (self.read, self.to_read);
        self.say(DraftEvent::Reading { tokens, of })
    }

    /// Lets the receiver break off where there is nothing to tell.
    pub(super) fn go_on(&mut self) -> Result<(), Break> {
        let (tokens, of) = (self.read, self.to_read);
        match (self.on)(DraftEvent::Reading { tokens, of }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Break::Cancelled),
        }
    }
}
