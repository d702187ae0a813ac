//! The samples that models are measured with, compiled into the program. `samples/README.md` says where
//! they come from.

use visit::SAMPLE_RATE;

/// A written visit.
#[derive(Clone, Copy, Debug)]
pub struct SampleVisit {
    /// Short name.
    pub id: &'static str,
    /// A turn a line, `[doctor] …`.
    pub dialogue: &'static str,
    /// What a note of it must hold and must not claim, for [`crate::facts::Facts::read`].
    pub facts: &'static str,
    /// A good note, written by hand.
    pub note: &'static str,
}

macro_rules! visits {
    ($($id:literal),+) => {
        &[$(SampleVisit {
            id: $id,
            dialogue: include_str!(concat!("../samples/visits/", $id, ".dialogue.txt")),
            facts: include_str!(concat!("../samples/visits/", $id, ".facts.json")),
            note: include_str!(concat!("../samples/visits/", $id, ".note.txt")),
        },)+]
    };
}

/// The written visits.
pub const VISITS: &[SampleVisit] = visits!["cough", "back-pain", "thyroid", "fall"];

/// A spoken sample.
#[derive(Clone, Copy, Debug)]
pub struct SpokenSample {
    /// Short name.
    pub id: &'static str,
    /// The sound, as Vorbis in OGG.
    pub sound: &'static [u8],
    turns: &'static str,
}

macro_rules! speech {
    ($($id:literal),+) => {
        &[$(SpokenSample {
            id: $id,
            sound: include_bytes!(concat!("../samples/speech/", $id, ".ogg")),
            turns: include_str!(concat!("../samples/speech/", $id, ".txt")),
        },)+]
    };
}

/// The spoken samples.
pub const SPEECH: &[SpokenSample] = speech!["injured-knee", "adult-follow-up", "child-with-parent"];

/// Somebody's turn in a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn<'t> {
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends, in seconds.
    pub end: f64,
    /// Who speaks.
    pub speaker: &'t str,
    /// What they say.
    pub text: &'t str,
}

impl SpokenSample {
    /// The turns, in order.
    pub fn turns(&self) -> Vec<Turn<'static>> {
        self.turns.lines().filter_map(turn).collect()
    }

    /// Everything that is said.
    pub fn said(&self) -> String {
        let turns = self.turns();
        let texts: Vec<&str> = turns.iter().map(|turn| turn.text).collect();
        texts.join(" ")
    }
}

fn turn(line: &str) -> Option<Turn<'_>> {
    let mut fields = line.splitn(4, ' ');
    Some(Turn {
        start: fields.next()?.parse().ok()?,
        end: fields.next()?.parse().ok()?,
        speaker: fields.next()?,
        text: fields.next()?,
    })
}

/// A sound in which nobody speaks.
#[derive(Clone, Debug)]
pub struct Silence {
    /// What it is.
    pub id: &'static str,
    /// The sound: 16 kHz, one channel.
    pub sound: Vec<f32>,
}

/// Length of each sound without words, in seconds.
const SILENCE: u32 = 20;

/// Sounds without words: nothing at all, the noise of a ventilated room, the hum of the mains, and steps.
/// The same ones every time.
pub fn silences() -> Vec<Silence> {
    let noise = |loudness: f64| {
        let (mut state, mut low) = (0x2545_F491_4F6C_DD1D_u64, 0.0);
        move |_: f64| {
            // Xorshift (G. Marsaglia, 2003), smoothed to what a room lets through.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let white = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            low += 0.2 * (white - low);
            low * loudness
        }
    };
    let hum = |time: f64| {
        let wave = |times: f64| (std::f64::consts::TAU * 50.0 * times * time).sin();
        0.02 * (wave(1.0) + 0.5 * wave(2.0) + 0.25 * wave(3.0))
    };
    let mut thump = noise(1.5);
    let steps = move |time: f64| {
        let since = time % 0.6;
        thump(time) * (-since * 25.0).exp()
    };
    vec![
        silence("nothing", |_| 0.0),
        silence("ventilation", noise(0.06)),
        silence("mains-hum", hum),
        silence("steps", steps),
    ]
}

fn silence(id: &'static str, mut wave: impl FnMut(f64) -> f64) -> Silence {
    let samples = (0..SILENCE * SAMPLE_RATE).map(|number| {
        let value = wave(f64::from(number) / f64::from(SAMPLE_RATE));
        value.clamp(-1.0, 1.0) as f32
    });
    Silence {
        id,
        sound: samples.collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::facts::Facts;

    /// The notes were written by hand: they hold every fact and claim nothing false.
    #[test]
    fn the_good_notes_hold_every_fact_and_make_no_false_claim() {
        for visit in VISITS {
            let score = Facts::read(visit.facts).unwrap().score(visit.note);
            let bad = (&score.missed, &score.wrong, &score.claimed);
            assert_eq!(bad, (&vec![], &vec![], &vec![]), "{}", visit.id);
            assert!(score.held.len() > 10, "{}", visit.id);
        }
    }

    #[test]
    fn every_example_of_a_false_claim_is_found() {
        for visit in VISITS {
            let facts = Facts::read(visit.facts).unwrap();
            for (id, example) in facts.examples() {
                let claimed = facts.score(example).claimed;
                assert!(
                    claimed.iter().any(|(found, _)| found == id),
                    "{} {id}: {example}",
                    visit.id
                );
            }
        }
    }

    #[test]
    fn a_note_that_says_nothing_holds_nothing() {
        for visit in VISITS {
            let score = Facts::read(visit.facts).unwrap().score("Not discussed.");
            assert_eq!(score.held.len() + score.wrong.len(), 0, "{}", visit.id);
            assert_eq!(score.claimed, [], "{}", visit.id);
        }
    }

    #[test]
    fn the_turns_of_the_spoken_samples_follow_each_other() {
        for sample in SPEECH {
            let turns = sample.turns();
            assert_eq!(turns.len(), sample.turns.lines().count(), "{}", sample.id);
            assert!(turns.windows(2).all(|pair| pair[0].end <= pair[1].start));
            assert!(sample.sound.starts_with(b"OggS"), "{}", sample.id);
            assert!(sample.said().split(' ').count() > 40, "{}", sample.id);
        }
    }

    #[test]
    fn the_samples_are_small() {
        let sound: usize = SPEECH.iter().map(|sample| sample.sound.len()).sum();
        let text: usize = VISITS
            .iter()
            .map(|visit| visit.dialogue.len() + visit.facts.len() + visit.note.len())
            .sum();
        assert!(sound + text < 400_000, "{}", sound + text);
    }

    #[test]
    fn nothing_is_digital_silence_and_the_others_are_not() {
        for silence in silences() {
            assert_eq!(silence.sound.len(), (SILENCE * SAMPLE_RATE) as usize);
            let loudest = silence
                .sound
                .iter()
                .fold(0.0_f32, |all, one| all.max(one.abs()));
            assert_eq!(loudest > 0.001, silence.id != "nothing", "{}", silence.id);
            assert!(loudest < 0.5, "{} {loudest}", silence.id);
        }
    }
}
