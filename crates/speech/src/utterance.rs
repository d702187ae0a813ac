//! Cuts the stream of voice probabilities into utterances.

use std::ops::Range;

use visit::Haste;

use crate::silero::FRAME;

/// A frame at or above this probability begins an utterance.
const ENTER: f32 = 0.5;
/// A frame below this one counts as a pause within an utterance.
const LEAVE: f32 = 0.35;
/// Frames (of 32 ms) at or above [`ENTER`] that make an utterance worth decoding: 96 ms. A "no"
/// has four or more.
const FEWEST_VOICED: usize = 3;
/// A pause of so many frames ends a long utterance: 256 ms.
const SHORTEST_PAUSE: usize = 8;
/// No utterance is longer: 25 s, so that with its margins it fits into Whisper's 30 s.
const LONGEST: usize = 781;
/// A long utterance is cut no earlier than this: 8 s.
const EARLIEST_CUT: usize = 250;
/// Sound before the first and after the last voiced frame that belongs to it, in samples: the
/// judgement lags behind soft onsets.
const LEAD_IN: u64 = 3_200;
const LEAD_OUT: u64 = 3_200;

/// Sound on both sides of a stretch of voice that is listened to with it: 50 ms.
const AROUND: u64 = 800;

/// Which pause ends an utterance: a longer one while it is short, so that a sentence stays whole;
/// [`SHORTEST_PAUSE`] once it is long; in between it shrinks in proportion. In frames.
struct Patience {
    pause: usize,
    /// Up to this length the longer pause is asked for.
    until: usize,
    /// From this length the shorter one is enough.
    ends: usize,
}

impl Patience {
    fn with(haste: Haste) -> Self {
        match haste {
            // 608 ms up to 8 s, the shortest from 16 s on.
            Haste::Live => Self {
                pause: 19,
                until: 250,
                ends: 500,
            },
            // 2 s up to 14 s, the shortest from 22 s on: Whisper was trained on half a minute at a
            // time, and the encoder's margin is paid for once in that.
            Haste::Afterwards => Self {
                pause: 62,
                until: 437,
                ends: 687,
            },
        }
    }

    /// How many frames of pause end an utterance of so many frames.
    fn pause_that_ends(&self, length: usize) -> usize {
        let beyond = length.clamp(self.until, self.ends) - self.until;
        self.pause - (self.pause - SHORTEST_PAUSE) * beyond / (self.ends - self.until)
    }
}

/// A stretch of sound to decode, in samples from the start of the recording.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Utterance {
    pub start: u64,
    pub end: u64,
    /// Where voice was heard in it.
    pub voice: Voice,
}

/// Which frames of an utterance hold voice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Voice {
    /// Position of the first frame, in samples.
    first: u64,
    probabilities: Vec<f32>,
}

impl Voice {
    /// Samples that hold voice.
    pub(crate) fn length(&self) -> u64 {
        let voiced = self.probabilities.iter().filter(|&&p| p >= ENTER).count();
        (voiced * FRAME) as u64
    }

    /// The pauses, as stretches of samples.
    pub(crate) fn pauses(&self) -> impl Iterator<Item = Range<u64>> {
        let mut frame = 0;
        self.probabilities
            .chunk_by(|a, b| (*a < LEAVE) == (*b < LEAVE))
            .filter_map(move |run| {
                let from = self.first + (frame * FRAME) as u64;
                frame += run.len();
                let to = self.first + (frame * FRAME) as u64;
                (run[0] < LEAVE).then_some(from..to)
            })
    }
}

impl Utterance {
    /// The stretches of voice between longer pauses (256 ms), with a little sound around each,
    /// and for every frame from a stretch's beginning on whether it is a pause.
    pub(crate) fn stretches(&self) -> Vec<(Range<u64>, Vec<bool>)> {
        let voice = &self.voice;
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (frame, &p) in voice.probabilities.iter().enumerate() {
            match runs.last_mut() {
                Some(run) if p >= LEAVE && frame - run.end < SHORTEST_PAUSE => run.end = frame + 1,
                _ if p >= ENTER => runs.push(frame..frame + 1),
                _ => {}
            }
        }
        runs.retain(|run| run.len() >= FEWEST_VOICED);
        let position = |frame: usize| voice.first + (frame * FRAME) as u64;
        let mut free_from = self.start;
        let stretches = runs.into_iter().filter_map(|run| {
            let start = position(run.start).saturating_sub(AROUND).max(free_from);
            let end = (position(run.end) + AROUND).min(self.end);
            free_from = end;
            let frames = (end.checked_sub(start)? as usize).div_ceil(FRAME);
            let pause = |frame: usize| {
                let middle = start + (frame * FRAME + FRAME / 2) as u64;
                let judged = middle
                    .checked_sub(voice.first)
                    .map(|at| at as usize / FRAME);
                judged
                    .and_then(|frame| voice.probabilities.get(frame))
                    .is_none_or(|&p| p < LEAVE)
            };
            (frames > 0).then(|| (start..end, (0..frames).map(pause).collect()))
        });
        stretches.collect()
    }

    /// The part of it from a position on.
    pub(crate) fn from(&self, position: u64) -> Self {
        let first = self.voice.first;
        let gone =
            (position.saturating_sub(first) as usize / FRAME).min(self.voice.probabilities.len());
        Self {
            start: position.clamp(self.start, self.end),
            end: self.end,
            voice: Voice {
                first: first + (gone * FRAME) as u64,
                probabilities: self.voice.probabilities[gone..].into(),
            },
        }
    }

    /// The parts before and behind its longest pause (the first of equal ones); `None` where no
    /// pause lies between two stretches of voice.
    pub(crate) fn halves(&self) -> Option<(Self, Self)> {
        let first = self.voice.first;
        let end = first + (self.voice.probabilities.len() * FRAME) as u64;
        let within = |pause: &Range<u64>| pause.start > first && pause.end < end;
        let pause = self
            .voice
            .pauses()
            .filter(within)
            .min_by_key(|pause| std::cmp::Reverse(pause.end - pause.start))?;
        let (before, behind) = self
            .voice
            .probabilities
            .split_at(((pause.end - first) / FRAME as u64) as usize);
        let middle = (pause.start + pause.end) / 2;
        let part = |start, end, first, probabilities: &[f32]| Self {
            start,
            end,
            voice: Voice {
                first,
                probabilities: probabilities.into(),
            },
        };
        Some((
            part(self.start, middle, first, before),
            part(middle, self.end, pause.end, behind),
        ))
    }
}

/// Turns one probability per frame into utterances, as soon as each has ended.
pub(crate) struct Cutter {
    /// Position of the first frame.
    from: u64,
    /// Frames so far.
    frames: usize,
    /// Where the last utterance ended; the next one cannot begin before.
    free_from: u64,
    open: Option<Open>,
    patience: Patience,
}

/// An utterance under way.
struct Open {
    /// Number of its first frame.
    first: usize,
    /// Probabilities from the first frame on; at most [`LONGEST`].
    probabilities: Vec<f32>,
}

impl Open {
    fn voiced(&self) -> usize {
        self.probabilities.iter().filter(|&&p| p >= ENTER).count()
    }

    /// Frames since the last one that was not a pause.
    fn pause(&self) -> usize {
        self.probabilities
            .iter()
            .rev()
            .take_while(|&&p| p < LEAVE)
            .count()
    }

    /// Where a too long utterance is best cut: the middle of the longest pause, or where voice
    /// is least likely over five frames.
    fn best_cut(&self) -> usize {
        let mut best = (0, 0);
        let mut run = 0;
        for (at, &p) in self.probabilities.iter().enumerate().skip(EARLIEST_CUT) {
            run = if p < LEAVE { run + 1 } else { 0 };
            if run > 0 && run >= best.0 {
                best = (run, at + 1 - run / 2);
            }
        }
        if best.0 > 0 {
            return best.1;
        }
        let sums = self
            .probabilities
            .windows(5)
            .map(|five| five.iter().sum::<f32>());
        let quietest = sums
            .enumerate()
            .skip(EARLIEST_CUT)
            .min_by(|a, b| a.1.total_cmp(&b.1));
        quietest.map_or(self.probabilities.len(), |(at, _)| at + 2)
    }
}

impl Cutter {
    /// For frames that begin at a sample position.
    pub(crate) fn starting_at(from: u64, haste: Haste) -> Self {
        Self {
            from,
            frames: 0,
            free_from: from,
            open: None,
            patience: Patience::with(haste),
        }
    }

    /// Takes the next frame's probability; gives the utterance that ended with it.
    pub(crate) fn push(&mut self, probability: f32) -> Option<Utterance> {
        let now = self.frames;
        self.frames += 1;
        let Some(open) = &mut self.open else {
            if probability >= ENTER {
                self.open = Some(Open {
                    first: now,
                    probabilities: vec![probability],
                });
            }
            return None;
        };
        open.probabilities.push(probability);
        let pause = open.pause();
        if pause
            >= self
                .patience
                .pause_that_ends(open.probabilities.len() - pause)
        {
            return self.close();
        }
        if open.probabilities.len() >= LONGEST {
            return self.cut();
        }
        None
    }

    /// The end of the sound: gives the utterance that is still open.
    pub(crate) fn finish(&mut self) -> Option<Utterance> {
        self.close()
    }

    /// The utterance that has begun and not ended, as far as it has come; `None` where there is none
    /// or too little voice in it yet.
    pub(crate) fn under_way(&self) -> Option<Utterance> {
        let open = self.open.as_ref()?;
        (open.voiced() >= FEWEST_VOICED).then(|| Utterance {
            start: self.start_of(open),
            end: self.position(self.frames),
            voice: Voice {
                first: self.position(open.first),
                probabilities: open.probabilities.clone(),
            },
        })
    }

    /// Every sample before this position belongs to an utterance that was given out or to none.
    pub(crate) fn settled(&self) -> u64 {
        let first = self.open.as_ref().map_or(self.frames, |open| open.first);
        self.position(first)
            .saturating_sub(LEAD_IN)
            .max(self.free_from)
    }

    fn position(&self, frame: usize) -> u64 {
        self.from + (frame * FRAME) as u64
    }

    fn close(&mut self) -> Option<Utterance> {
        let open = self.open.take()?;
        if open.voiced() < FEWEST_VOICED {
            return None;
        }
        let last = open.first + open.probabilities.len() - open.pause();
        let end = (self.position(last) + LEAD_OUT).min(self.position(self.frames));
        Some(self.utterance(open, end))
    }

    /// Gives out the part before the best cut and goes on with the rest.
    fn cut(&mut self) -> Option<Utterance> {
        let mut open = self.open.take()?;
        let at = open.best_cut();
        let rest = open.probabilities.split_off(at);
        let next = open.first + at;
        // The rest may begin with the second half of a pause: it begins at its first voice.
        let skipped = rest.iter().take_while(|&&p| p < LEAVE).count();
        if skipped < rest.len() {
            self.open = Some(Open {
                first: next + skipped,
                probabilities: rest[skipped..].into(),
            });
        }
        (open.voiced() >= FEWEST_VOICED).then(|| self.utterance(open, self.position(next)))
    }

    /// Where an utterance that is under way begins.
    fn start_of(&self, open: &Open) -> u64 {
        self.position(open.first)
            .saturating_sub(LEAD_IN)
            .max(self.free_from)
    }

    fn utterance(&mut self, open: Open, end: u64) -> Utterance {
        let start = self.start_of(&open);
        self.free_from = end;
        Utterance {
            start,
            end,
            voice: Voice {
                first: self.position(open.first),
                probabilities: open.probabilities,
            },
        }
    }
}

#[cfg(test)]
mod tests;
