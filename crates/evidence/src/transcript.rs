//! The transcript, read and made ready for looking things up.

use std::collections::HashMap;
use std::ops::Range;

use visit::{Evidence, Role, Segment, SpeakerLabel};

use crate::lexicon::{TermId, lexicon};
use crate::reading::{Meaning, Reading, Token};
use crate::side::Side;
use crate::{answers, context, refusal, repair, suggestion};

/// How something stands in the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Said.
    Said,
    /// Asked about, and the answer was no.
    Denied,
    /// Asked about, without a clear answer.
    Asked,
    /// Said and taken back at once.
    Retracted,
    /// Offered and not wanted.
    Declined,
    /// Spoken of as a case that has not come.
    Supposed,
    /// Brought up, and not taken up.
    Suggested,
}

/// What the transcript says of one token beyond its words.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub standing: Standing,
    /// The side that is spoken of, and how many clauses ago it was named.
    pub side: Option<(Side, usize)>,
    /// The medicine or measurement that is spoken of, and whether it was named in this sentence.
    pub topic: Option<(TermId, bool)>,
    /// The clause that answers the question the token stands in: line and clause.
    pub answer: Option<(usize, usize)>,
}

/// A segment, read.
#[derive(Debug)]
pub(crate) struct Line {
    pub index: u32,
    pub speaker: SpeakerLabel,
    pub role: Role,
    pub reading: Reading,
    /// One for each of the reading's tokens.
    pub states: Vec<State>,
    /// Words in all lines before this one.
    words_before: usize,
}

/// A token of the transcript: line and token.
pub(crate) type Place = (usize, usize);

/// A transcript, read once and used for every statement of a note.
#[derive(Debug)]
pub struct Transcript {
    pub(crate) lines: Vec<Line>,
    terms: HashMap<TermId, Vec<Place>>,
    stems: HashMap<String, Vec<Place>>,
    amounts: Vec<Place>,
}

/// Lines this many words apart still belong to one exchange.
const EXCHANGE_WORDS: usize = 45;

impl Transcript {
    /// Reads a transcript.
    pub fn new(segments: &[Segment]) -> Self {
        let mut lines: Vec<Line> = Vec::with_capacity(segments.len());
        let mut words_before = 0;
        for segment in segments {
            let reading = Reading::of(segment.text.expose());
            let states = reading
                .tokens
                .iter()
                .map(|token| {
                    let from = reading.clauses[token.clause].supposed_from;
                    let supposed = from.is_some_and(|from| token.words.start >= from);
                    let standing = if supposed {
                        Standing::Supposed
                    } else {
                        Standing::Said
                    };
                    State {
                        standing,
                        side: None,
                        topic: None,
                        answer: None,
                    }
                })
                .collect();
            let words = reading.words.len();
            let (index, speaker, role) = (segment.index, segment.speaker, segment.role);
            lines.push(Line {
                index,
                speaker,
                role,
                reading,
                states,
                words_before,
            });
            words_before += words;
        }
        answers::mark(&mut lines);
        repair::mark(&mut lines, segments);
        suggestion::mark(&mut lines);
        refusal::mark(&mut lines);
        context::mark(&mut lines);
        let (terms, stems) = index(&lines);
        let amounts = lines
            .iter()
            .enumerate()
            .flat_map(|(n, line)| (0..line.states.len()).map(move |k| (n, k)))
            .filter(|(n, k)| {
                let meaning = &lines[*n].reading.tokens[*k].meaning;
                matches!(meaning, Meaning::Quantity(_) | Meaning::Frequency(_))
            })
            .collect();
        Self {
            lines,
            terms,
            stems,
            amounts,
        }
    }

    /// Where a term or one of its narrower terms is said.
    pub(crate) fn of_term(&self, id: TermId) -> &[Place] {
        self.terms.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Where a word is said, alone or in a phrase.
    pub(crate) fn of_stem(&self, stem: &str) -> &[Place] {
        self.stems.get(stem).map_or(&[], Vec::as_slice)
    }

    /// Where numbers and frequencies are said.
    pub(crate) fn amounts(&self) -> impl Iterator<Item = Place> + '_ {
        self.amounts.iter().copied()
    }

    pub(crate) fn token(&self, place: Place) -> &Token {
        &self.lines[place.0].reading.tokens[place.1]
    }

    pub(crate) fn state(&self, place: Place) -> &State {
        &self.lines[place.0].states[place.1]
    }

    /// Whether the token is said not to be so, by its own words or by the answer.
    pub(crate) fn denied(&self, place: Place) -> bool {
        self.token(place).negated || self.state(place).standing == Standing::Denied
    }

    /// The lines that belong to the same exchange as `line`.
    pub(crate) fn exchange(&self, line: usize) -> Range<usize> {
        let start_of = |n: usize| self.lines[n].words_before;
        let end_of = |n: usize| start_of(n) + self.lines[n].reading.words.len();
        let (mut first, mut last) = (line.saturating_sub(1), (line + 1).min(self.lines.len() - 1));
        while first > 0 && start_of(line) - start_of(first - 1) <= EXCHANGE_WORDS {
            first -= 1;
        }
        while last + 1 < self.lines.len() && end_of(last + 1) - end_of(line) <= EXCHANGE_WORDS {
            last += 1;
        }
        first..last + 1
    }

    /// The characters of some tokens of one line and of clauses that answer them, as few stretches as read well.
    pub(crate) fn evidence(&self, places: &[Place]) -> Vec<Evidence> {
        let mut found: Vec<(usize, u32, u32)> = Vec::new();
        for place in places {
            let (start, end) = self.lines[place.0].reading.place(self.token(*place));
            found.push((place.0, start, end));
            if let Some((line, clause)) = self.state(*place).answer {
                let reading = &self.lines[line].reading;
                let words = &reading.words[reading.clauses[clause].words.clone()];
                found.push((line, words[0].start, words[words.len() - 1].end));
            }
        }
        found.sort_unstable();
        let mut merged: Vec<Evidence> = Vec::new();
        for (line, start, end) in found {
            let segment = self.lines[line].index;
            match merged.last_mut() {
                Some(last)
                    if last.segment == segment && start <= last.end.saturating_add(JOINED) =>
                {
                    last.end = last.end.max(end);
                }
                _ => merged.push(Evidence {
                    segment,
                    start,
                    end,
                }),
            }
        }
        merged
    }
}

/// Matches with no more than this many characters between them are shown as one stretch.
const JOINED: u32 = 24;

type Index = (HashMap<TermId, Vec<Place>>, HashMap<String, Vec<Place>>);

fn index(lines: &[Line]) -> Index {
    let (mut terms, mut stems): Index = Default::default();
    for (n, line) in lines.iter().enumerate() {
        for (k, token) in line.reading.tokens.iter().enumerate() {
            if let Meaning::Term(id) = token.meaning {
                let mut upwards = vec![id];
                while let Some(next) = upwards.pop() {
                    let places = terms.entry(next).or_default();
                    if places.last() != Some(&(n, k)) {
                        places.push((n, k));
                    }
                    upwards.extend(&lexicon().term(next).broader);
                }
            }
            if !matches!(token.meaning, Meaning::Quantity(_) | Meaning::Frequency(_)) {
                for word in line.reading.words_of(token) {
                    stems.entry(word.stem.clone()).or_default().push((n, k));
                }
            }
        }
    }
    (terms, stems)
}
