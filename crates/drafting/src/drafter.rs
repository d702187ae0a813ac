//! From a transcript to the statements of a note.

use std::io::{Read, Seek};
use std::ops::{ControlFlow, Range};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use visit::{Coverage, DraftSpeed, PatientText, Sha256Hex, StopReason};

use crate::chat::{Chat, Frame};
use crate::gguf::File;
use crate::model::{self, LanguageModel, Place, Text};
use crate::repeat::Repeats;
use crate::section::Writer;
use crate::transcript::{Turn, turns};
use crate::vocabulary::Vocabulary;
use crate::{DraftEnd, DraftError, DraftEvent, LoadError, Options, Outcome, Request, part, prompt};

mod branch;
mod by_exchange;
mod guide;
mod sorter;
mod speed;

pub use speed::Speed;

/// Tokens between two reports while the transcript is read, and between two chances to cancel.
const STRIDE: usize = 256;

/// A loaded language model.
pub struct Drafter {
    model: Box<dyn LanguageModel>,
    vocabulary: Vocabulary,
    chat: Chat,
    context: usize,
    architecture: String,
    kept: by_exchange::Kept,
}

/// One draft under way.
struct Draft<'d> {
    request: &'d Request<'d>,
    on: &'d mut dyn FnMut(DraftEvent) -> ControlFlow<()>,
    frame: Frame,
    before: Vec<u32>,
    requests: Vec<Vec<u32>>,
    repeats: Repeats,
    stops: Vec<StopReason>,
    last_part: bool,
    prompt: Sha256,
    /// Segments that were read.
    covered: u32,
    /// Tokens that were read, and how many there are.
    read: u32,
    to_read: u32,
    prompt_tokens: usize,
    generated: usize,
    prefill: Duration,
    decode: Duration,
}

/// Why the work on a draft ends early.
enum Break {
    Cancelled,
    Failed(DraftError),
}

impl<E: Into<DraftError>> From<E> for Break {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Drafter {
    /// Loads a model from a GGUF file.
    ///
    /// # Errors
    /// [`LoadError`] for a file that is damaged, cut short or of an unknown architecture; nothing
    /// is allocated on the word of a header that the file's length contradicts.
    pub fn load<R: Read + Seek>(mut reader: R, options: &Options) -> Result<Self, LoadError> {
        model::use_threads(options.threads);
        let file = File::open(&mut reader)?;
        let vocabulary = Vocabulary::from_file(&file)?;
        let chat = Chat::from_file(&file, &vocabulary);
        let architecture = file
            .metadata()
            .text("general.architecture")
            .unwrap_or_default()
            .to_owned();
        let model = model::load(file, &mut reader, options.context_tokens as usize)?;
        let context = model.context().min(options.context_tokens as usize);
        Ok(Self {
            model,
            vocabulary,
            chat,
            context,
            architecture,
            kept: by_exchange::Kept::default(),
        })
    }

    /// Tokens of context that a draft can use.
    pub fn context_tokens(&self) -> u32 {
        u32::try_from(self.context).unwrap_or(u32::MAX)
    }

    /// The architecture that the file names.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// Writes a note. `on` hears of everything as it happens and can break the draft off after
    /// any of it.
    ///
    /// The same request gives the same events and the same statements.
    ///
    /// # Errors
    /// [`DraftError`]; above all [`DraftError::ContextTooSmall`], before anything is computed.
    pub fn draft(
        &mut self,
        request: &Request<'_>,
        on: &mut dyn FnMut(DraftEvent) -> ControlFlow<()>,
    ) -> Result<Outcome, DraftError> {
        let started = Instant::now();
        let sections = &request.template.sections;
        if sections.is_empty() {
            return Err(DraftError::NoSections);
        }
        let mut draft = Draft {
            request,
            on,
            frame: self.chat.frame(&prompt::system(request.template), &[]),
            before: Vec::new(),
            requests: Vec::new(),
            repeats: Repeats::new(sections.len()),
            stops: vec![StopReason::Complete; sections.len()],
            last_part: false,
            prompt: Sha256::new(),
            covered: 0,
            read: 0,
            to_read: 0,
            prompt_tokens: 0,
            generated: 0,
            prefill: Duration::ZERO,
            decode: Duration::ZERO,
        };
        let silent = request
            .segments
            .iter()
            .all(|segment| segment.text.is_blank());
        let of = u32::try_from(request.segments.len()).unwrap_or(u32::MAX);
        let written = if silent {
            // Segments without a single word are read by being seen.
            draft.covered = of;
            draft.leave_empty()
        } else if request.template.sorts_by_kind() {
            self.by_exchange(&mut draft)
        } else {
            self.kept.forget_prefix();
            self.by_section(&mut draft)
        };
        match written {
            Ok(()) => {}
            Err(Break::Cancelled) => return Ok(Outcome::Cancelled),
            Err(Break::Failed(error)) => return Err(error),
        }
        let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Outcome::Complete(DraftEnd {
            coverage: Coverage {
                read: draft.covered,
                of,
            },
            prompt_sha256: Sha256Hex::from_bytes(draft.prompt.finalize().into()),
            speed: DraftSpeed {
                prompt_tokens: count(draft.prompt_tokens),
                prefill_ms: millis(draft.prefill),
                generated_tokens: count(draft.generated),
                decode_ms: millis(draft.decode),
                total_ms: millis(started.elapsed()),
            },
        }))
    }

    /// Writes each section after the whole transcript, which is read once for all of them; a
    /// transcript longer than the context in parts.
    fn by_section(&mut self, draft: &mut Draft<'_>) -> Result<(), Break> {
        let request = draft.request;
        draft.before = self.vocabulary.marked_up(&draft.frame.before)?;
        if let Some(start) = self.vocabulary.missing_start(&draft.before) {
            draft.before.insert(0, start);
        }
        let after = self.vocabulary.marked_up(&draft.frame.after)?;
        for section in &request.template.sections {
            let mut tokens = self.vocabulary.plain(&prompt::section_request(section))?;
            tokens.extend_from_slice(&after);
            draft.requests.push(tokens);
        }
        let turns = turns(request.segments);
        let lines = turns
            .iter()
            .map(|turn| self.vocabulary.plain(&turn.line))
            .collect::<Result<Vec<_>, _>>()?;

        let context = self.context.min(request.parameters.context_tokens as usize);
        let tail = draft.requests.iter().map(Vec::len).max().unwrap_or(0)
            + request.parameters.section_tokens as usize;
        // The longest heading is the one of the last of many parts.
        let heading = self
            .vocabulary
            .plain(&prompt::transcript_heading(998, 999))?
            .len();
        let fixed = draft.before.len() + heading + tail;
        let room = context.saturating_sub(fixed);
        let lengths: Vec<usize> = lines.iter().map(Vec::len).collect();
        let parts = part::divide(&lengths, room).map_err(|error| match error {
            DraftError::ContextTooSmall { needed, .. } => DraftError::ContextTooSmall {
                needed: needed.saturating_add(u32::try_from(fixed).unwrap_or(u32::MAX)),
                room: u32::try_from(context).unwrap_or(u32::MAX),
            },
            other => other,
        })?;
        self.parts(draft, &turns, &lines, &parts)
    }

    fn parts(
        &mut self,
        draft: &mut Draft<'_>,
        turns: &[Turn],
        lines: &[Vec<u32>],
        parts: &[Range<usize>],
    ) -> Result<(), Break> {
        let mut prefixes = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let heading = prompt::transcript_heading(number, parts.len());
            let mut tokens = draft.before.clone();
            tokens.extend(self.vocabulary.plain(&heading)?);
            tokens.extend(lines[part.clone()].iter().flatten());
            prefixes.push(tokens);
            draft.prompt.update(&draft.frame.before);
            draft.prompt.update(&heading);
            for turn in &turns[part.clone()] {
                draft.prompt.update(&turn.line);
            }
        }
        for section in &draft.request.template.sections {
            draft.prompt.update(prompt::section_request(section));
            draft.prompt.update(&draft.frame.after);
        }
        draft.to_read =
            u32::try_from(prefixes.iter().map(Vec::len).sum::<usize>()).unwrap_or(u32::MAX);
        let sections: Vec<usize> = (0..draft.requests.len()).collect();
        let groups: Vec<&[usize]> = sections.chunks(self.model.side_by_side().max(1)).collect();
        let tail = draft.requests.iter().map(Vec::len).max().unwrap_or(0)
            + draft.request.parameters.section_tokens as usize;
        for (number, prefix) in prefixes.iter().enumerate() {
            draft.last_part = number + 1 == prefixes.len();
            let branches = groups.first().map_or(0, |group| group.len());
            self.model.begin(prefix.len(), branches, tail)?;
            self.read_prefix(draft, prefix)?;
            let turns = &turns[parts[number].clone()];
            draft.covered += turns.iter().map(|turn| turn.segments).sum::<u32>();
            for group in &groups {
                self.model.fork();
                self.write(draft, group)?;
            }
        }
        Ok(())
    }

    /// Computes what all sections share.
    fn read_prefix(&mut self, draft: &mut Draft<'_>, prefix: &[u32]) -> Result<(), Break> {
        for tokens in prefix.chunks(STRIDE) {
            let before = Instant::now();
            self.model.read(
                &[Text {
                    place: Place::Prefix,
                    tokens,
                }],
                false,
            )?;
            draft.prefill += before.elapsed();
            draft.prompt_tokens += tokens.len();
            draft.read += u32::try_from(tokens.len()).unwrap_or(u32::MAX);
            let (tokens, of) = (draft.read, draft.to_read);
            draft.say(DraftEvent::Reading { tokens, of })?;
        }
        Ok(())
    }

    /// Writes the sections of a group side by side: each step computes one token of each, which
    /// takes hardly longer than one token of one, as the weights are read once for all.
    fn write(&mut self, draft: &mut Draft<'_>, group: &[usize]) -> Result<(), Break> {
        let parameters = draft.request.parameters;
        let mut writers: Vec<Writer> = group
            .iter()
            .map(|&section| {
                Writer::new(
                    section,
                    &draft.request.template.sections,
                    parameters.section_tokens as usize,
                )
            })
            .collect();
        let before = Instant::now();
        let texts: Vec<Text<'_>> = group
            .iter()
            .enumerate()
            .map(|(branch, &section)| Text {
                place: Place::Branch(branch),
                tokens: &draft.requests[section],
            })
            .collect();
        let mut logits = self.model.read(&texts, true)?;
        draft.prompt_tokens += texts.iter().map(|text| text.tokens.len()).sum::<usize>();
        draft.prefill += before.elapsed();

        let mut active: Vec<usize> = (0..group.len()).collect();
        while !active.is_empty() {
            let mut next = Vec::new();
            for (&branch, logits) in active.iter().zip(&mut logits) {
                let section = group[branch];
                let writer = &mut writers[branch];
                let token = choose(logits, writer.tokens(), parameters.repeat_penalty);
                draft.generated += 1;
                let step = writer.push(token, &self.vocabulary, &mut draft.repeats)?;
                for text in step.statements {
                    let text = PatientText::from(text);
                    draft.tell(section, |section| DraftEvent::Statement { section, text })?;
                }
                if let Some(line) = step.writing {
                    let text = PatientText::from(line);
                    draft.tell(section, |section| DraftEvent::Writing { section, text })?;
                }
                match step.stop {
                    Some(stop) => draft.end(section, stop)?,
                    None => next.push((branch, [token])),
                }
            }
            let before = Instant::now();
            let texts: Vec<Text<'_>> = next
                .iter()
                .map(|(branch, token)| Text {
                    place: Place::Branch(*branch),
                    tokens: token,
                })
                .collect();
            if !texts.is_empty() {
                logits = self.model.read(&texts, true)?;
            }
            active = next.iter().map(|(branch, _)| *branch).collect();
            draft.decode += before.elapsed();
        }
        Ok(())
    }
}

impl Draft<'_> {
    fn say(&mut self, event: DraftEvent) -> Result<(), Break> {
        match (self.on)(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Break::Cancelled),
        }
    }

    /// Ends every section: where nothing was said, the model is not asked what was said.
    fn leave_empty(&mut self) -> Result<(), Break> {
        self.last_part = true;
        (0..self.stops.len()).try_for_each(|section| self.end(section, StopReason::Complete))
    }

    /// Notes why a section ended in this part; the gravest reason of all parts stands for it.
    fn end(&mut self, section: usize, stop: StopReason) -> Result<(), Break> {
        let stop = self.stops[section].max(stop);
        self.stops[section] = stop;
        if self.last_part {
            self.tell(section, |section| DraftEvent::SectionEnded {
                section,
                stop,
            })?;
        }
        Ok(())
    }

    /// Tells of a section, unless nothing is to be told of it.
    fn tell(&mut self, section: usize, event: impl FnOnce(u32) -> DraftEvent) -> Result<(), Break> {
        let section = u32::try_from(section).unwrap_or(u32::MAX);
        if self.request.skip_sections.contains(&section) {
            return Ok(());
        }
        self.say(event(section))
    }
}

/// The most probable token; the lowest number where several are. Tokens that were written are
/// made less probable by the penalty (Keskar et al., 2019).
fn choose(logits: &mut [f32], written: &[u32], penalty: f32) -> u32 {
    if penalty != 1.0 && penalty > 0.0 {
        let mut seen = written.to_vec();
        seen.sort_unstable();
        seen.dedup();
        for token in seen {
            if let Some(logit) = logits.get_mut(token as usize) {
                *logit = if *logit > 0.0 {
                    *logit / penalty
                } else {
                    *logit * penalty
                };
            }
        }
    }
    let mut best = 0;
    for (token, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = token;
        }
    }
    u32::try_from(best).unwrap_or(0)
}

#[cfg(test)]
#[path = "drafter_tests.rs"]
mod tests;
