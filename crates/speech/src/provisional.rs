//! What is being said in an utterance that has not ended, for people to read meanwhile.
//!
//! Whisper takes no sound piece by piece: it is given the whole open utterance again and again, at
//! most about once a second of new voice and for at most a third of the time. A long utterance's
//! beginning is not decoded again: its words are kept as they were seen, and the rest is looked at
//! alone. Nothing of this finds its way into final words.

use std::time::{Duration, Instant};

use visit::{Millis, SAMPLE_RATE, Samples, Word};

use crate::utterance::Utterance;

/// New voice that is worth another look, in samples: with sound that comes in half seconds, a look
/// each second.
const NEW_VOICE: u64 = 3 * SAMPLE_RATE as u64 / 4;
/// After a look, so many times as long as it took there is no other: the processor is the final
/// words' first, and the draft's.
const REST: u32 = 2;
/// From this length on only the end of an utterance is decoded: 10 s.
const LONG: u64 = 10 * SAMPLE_RATE as u64;
/// What is kept of a long one ends at least so long before its end, and is at least so long: what
/// lies near the end of the sound is heard better when there is more of it. 4 s.
const MARGIN: u64 = 4 * SAMPLE_RATE as u64;

/// What was seen of the utterance under way.
#[derive(Default)]
pub(crate) struct Provisional {
    /// Where the utterance begins.
    start: u64,
    /// Words that are not looked at again.
    kept: Vec<Word>,
    /// Where they end and the next look begins.
    from: u64,
    /// The words behind them, as they were seen last.
    seen: Vec<Word>,
    /// Samples of voice at the last look.
    voice: u64,
    /// No look before this.
    rest: Option<Instant>,
}

impl Provisional {
    /// The part of the utterance to look at now; `None` if it is not time.
    pub(crate) fn due(&mut self, open: &Utterance, now: Instant) -> Option<Utterance> {
        if self.start != open.start {
            *self = Self {
                start: open.start,
                from: open.start,
                rest: self.rest,
                ..Self::default()
            };
        }
        let voice = open.voice.length();
        if voice < self.voice + NEW_VOICE || self.rest.is_some_and(|until| now < until) {
            return None;
        }
        self.voice = voice;
        if open.end - self.from > LONG {
            self.keep(open.end);
        }
        Some(open.from(self.from))
    }

    /// Takes what a look has given, `None` where it was doubtful; gives all words so far.
    pub(crate) fn see(&mut self, words: Option<Vec<Word>>) -> Option<Vec<Word>> {
        self.seen = words?;
        Some(self.kept.iter().chain(&self.seen).cloned().collect())
    }

    /// How long the look took, and when it ended.
    pub(crate) fn took(&mut self, long: Duration, now: Instant) {
        self.rest = now.checked_add(long * REST);
    }

    /// Keeps the words up to the longest pause that lies far enough from both ends. Without one
    /// the next look is a long one again.
    fn keep(&mut self, end: u64) {
        let (earliest, latest) = (
            Samples(self.from + MARGIN).millis(),
            Samples(end - MARGIN).millis(),
        );
        let pause = |at: usize| self.seen[at].start - self.seen[at - 1].end;
        let best = (1..self.seen.len())
            .filter(|&at| self.seen[at - 1].end >= earliest && self.seen[at].start <= latest)
            .max_by_key(|&at| (pause(at), at));
        if let Some(at) = best {
            let (before, behind) = (self.seen[at - 1].end, self.seen[at].start);
            self.from = Millis(u64::midpoint(before.0, behind.0)).samples().0;
            self.kept.extend(self.seen.drain(..at));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use visit::Haste;

    use super::*;
    use crate::utterance::Cutter;

    /// An utterance that has gone on for so many frames of 32 ms.
    fn open(frames: usize) -> Utterance {
        open_at(0, frames)
    }

    fn open_at(from: u64, frames: usize) -> Utterance {
        let mut cutter = Cutter::starting_at(from, Haste::Live);
        for _ in 0..frames {
            assert_eq!(cutter.push(0.9), None);
        }
        cutter.under_way().unwrap()
    }

    /// A word each second from `first` on, with a longer pause behind every fourth.
    fn words(first: u64, to: u64) -> Vec<Word> {
        let word = |n: u64| Word {
            start: Millis(1000 * n),
            end: Millis(1000 * n + if n % 4 == 3 { 500 } else { 900 }),
            text: format!("w{n}").as_str().into(),
            spoken: None,
            probability: 0.9,
        };
        (first..to).map(word).collect()
    }

    fn text(words: &[Word]) -> String {
        let texts: Vec<&str> = words.iter().map(|word| word.text.expose()).collect();
        texts.join(" ")
    }

    #[test]
    fn a_look_needs_new_voice_and_a_rest_after_the_last() {
        let mut line = Provisional::default();
        let now = Instant::now();
        assert_eq!(line.due(&open(10), now), None);
        assert_eq!(line.due(&open(30), now), Some(open(30)));
        assert_eq!(line.due(&open(40), now), None, "too little is new");
        line.took(Duration::from_millis(500), now);
        assert_eq!(line.due(&open(60), now), None, "it rests");
        let later = now + Duration::from_secs(1);
        assert_eq!(line.due(&open(60), later), Some(open(60)));
    }

    #[test]
    fn what_is_doubtful_changes_nothing() {
        let mut line = Provisional::default();
        assert_eq!(text(&line.see(Some(words(0, 2))).unwrap()), "w0 w1");
        assert_eq!(line.see(None), None);
        assert_eq!(text(&line.seen), "w0 w1");
    }

    #[test]
    fn of_a_long_utterance_the_beginning_is_kept_and_the_end_looked_at() {
        let mut line = Provisional::default();
        let now = Instant::now();
        line.due(&open(300), now).unwrap();
        line.see(Some(words(0, 9)));
        // 11.2 s: the longest pause between 4 s and 7.2 s is none of the longer ones at 3.5 s and
        // 7.5 s.
        let part = line.due(&open(350), now).unwrap();
        assert_eq!(text(&line.kept), "w0 w1 w2 w3 w4 w5 w6");
        assert_eq!(part, open(350).from(Millis(6950).samples().0));
        let all = line.see(Some(words(7, 11))).unwrap();
        assert_eq!(text(&all), text(&words(0, 11)));
        // The next utterance begins anew.
        let next = open_at(400_000, 30);
        assert_eq!(line.due(&next, now), Some(next.clone()));
        assert_eq!(text(&line.see(Some(words(25, 26))).unwrap()), "w25");
    }
}
