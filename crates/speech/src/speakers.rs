//! Who spoke when: the voices of a visit, told apart while it goes on.
//!
//! Windows of 1.6 s every half second of speech give a voice each (`voice_encoder`). After each
//! utterance all windows so far are grouped (`clusters`) and every 32 ms of speech are given to a
//! speaker (`path`); the groups keep the labels that they had. So what is told live comes from the
//! same computation as what is told at the end, which has heard everything.

use std::ops::Range;

use visit::{Samples, SpeakerLabel, SpeakerTurn, SpokenVoice, VoicePrint};

use crate::SpeechError;
use crate::clusters::{self, MOST, Sample};
use crate::mel::{BANDS, HOP};
use crate::path;
use crate::silero::FRAME;
use crate::utterance::Utterance;
use crate::voice_encoder::{FRAMES, Voice, VoiceEncoder, WIDTH};

/// Length of a window and about how far one lies from the next, in samples.
const WINDOW: u64 = (FRAMES * HOP) as u64;
const STEP: u64 = 8_000;
/// Most windows that are grouped; of more, every so manieth is taken.
const GROUPED: usize = 400;
/// Loudness of speech that the encoder was trained with: 30 dB below full scale.
const LOUDNESS: f32 = 0.031_623;

/// The voices so far. Holds half a megabyte for ten minutes of speech, and no sound.
pub(crate) struct Speakers {
    encoder: VoiceEncoder,
    stretches: Vec<Stretch>,
    /// Labels given so far; the next speaker's is one more.
    labels: u8,
}

/// Speech without a pause that would end it.
pub(crate) struct Stretch {
    /// Where in the recording.
    pub place: Range<u64>,
    /// Whether each [`FRAME`] is a pause.
    pub pauses: Vec<bool>,
    pub windows: Vec<Window>,
    /// Each frame's speaker; empty until it is judged.
    labels: Vec<u8>,
}

/// A window's voice.
pub(crate) struct Window {
    /// Where in the recording, within the stretch.
    pub place: Range<u64>,
    voice: [u8; WIDTH],
    scale: f32,
}

impl Window {
    fn new(place: Range<u64>, voice: &Voice) -> Self {
        let largest = voice.iter().copied().fold(1e-9, f32::max);
        Self {
            place,
            // No entry is negative: the encoder ends in a ReLU.
            voice: voice.map(|x| (x / largest * 255.0).round() as u8),
            scale: largest / 255.0,
        }
    }

    pub(crate) fn voice(&self) -> Voice {
        self.voice.map(|x| f32::from(x) * self.scale)
    }

    /// From little to 1: short windows say little about a voice.
    pub(crate) fn reliability(&self) -> f32 {
        ((self.place.end - self.place.start) as f32 / WINDOW as f32).clamp(0.05, 1.0)
    }
}

impl Speakers {
    pub(crate) fn new(encoder: VoiceEncoder) -> Self {
        Self {
            encoder,
            stretches: Vec::new(),
            labels: 0,
        }
    }

    /// Takes an utterance, of which `sound` holds the samples at full scale ±1, and judges anew
    /// who spoke when.
    pub(crate) fn hear(&mut self, utterance: &Utterance, sound: &[f32]) -> Result<(), SpeechError> {
        let mut heard = Vec::new();
        let mut spectra = Vec::new();
        for (place, pauses) in utterance.stretches() {
            let at = |position: u64| (position - utterance.start) as usize;
            let piece = levelled(&sound[at(place.start)..at(place.end)], &pauses);
            let spectrum = self.encoder.spectrum(&piece)?;
            let windows = windows(&place);
            for window in &windows {
                spectra.push(cut_out(
                    &spectrum,
                    (window.start - place.start) as usize / HOP,
                ));
            }
            heard.push((place, pauses, windows));
        }
        let mut voices = self.encoder.voices(&spectra)?.into_iter();
        for (place, pauses, windows) in heard {
            let windows = windows.into_iter().zip(&mut voices);
            self.stretches.push(Stretch {
                place,
                pauses,
                windows: windows.map(|(at, voice)| Window::new(at, &voice)).collect(),
                labels: Vec::new(),
            });
        }
        self.judge();
        Ok(())
    }

    /// Who spoke when, in order; turns of one speaker may follow each other.
    pub(crate) fn turns(&self) -> Vec<SpeakerTurn> {
        self.stretches.iter().flat_map(Stretch::turns).collect()
    }

    /// The turns from a position on.
    pub(crate) fn turns_from(&self, position: u64) -> Vec<SpeakerTurn> {
        let first = self.stretches.partition_point(|s| s.place.end <= position);
        self.stretches[first..]
            .iter()
            .flat_map(Stretch::turns)
            .collect()
    }

    /// The voices, each by all that it has said so far, in the order of their labels.
    pub(crate) fn voices(&self) -> Vec<SpokenVoice> {
        (1..=self.labels)
            .filter_map(|label| self.voice(label))
            .collect()
    }

    fn voice(&self, label: u8) -> Option<SpokenVoice> {
        let is_its = |given: &u8| *given == label;
        let frames = self.stretches.iter().map(Stretch::voiced);
        let spoken: usize = frames.map(|all| all.filter(is_its).count()).sum();
        let windows = self.stretches.iter().flat_map(|stretch| {
            let its = stretch
                .windows
                .iter()
                .filter(move |window| stretch.speaker_in(&window.place) == Some(label));
            its.map(|window| (window.voice(), window.reliability()))
        });
        let samples: Vec<Sample> = windows.collect();
        let centre = clusters::centre(samples.iter().map(|(voice, weight)| (voice, *weight)));
        Some(SpokenVoice {
            speaker: SpeakerLabel(label),
            spoken: Samples((spoken * FRAME) as u64).millis(),
            print: VoicePrint::of(&centre)?,
        })
    }

    fn judge(&mut self) {
        let windows: usize = self.stretches.iter().map(|s| s.windows.len()).sum();
        let every = windows.div_ceil(GROUPED).max(1);
        let seconds = (STEP as usize * every) as f32 / visit::SAMPLE_RATE as f32;
        let all = self.stretches.iter().flat_map(|stretch| &stretch.windows);
        let samples: Vec<Sample> = all
            .step_by(every)
            .map(|window| (window.voice(), window.reliability() * seconds))
            .collect();
        let paths = path::best(&self.stretches, clusters::centres(&samples));
        let names = self.names(&paths);
        for (stretch, path) in self.stretches.iter_mut().zip(paths) {
            stretch.labels = path.into_iter().map(|group| names[group]).collect();
        }
    }

    /// Each group's label: the one that most of its speech had before, or a new one.
    fn names(&mut self, paths: &[Vec<usize>]) -> [u8; MOST] {
        let mut shared = [[0_u64; u8::MAX as usize + 1]; MOST];
        let mut first = [usize::MAX; MOST];
        let mut frame = 0;
        for (stretch, path) in self.stretches.iter().zip(paths) {
            for (at, &group) in path.iter().enumerate() {
                if let Some(&label) = stretch.labels.get(at) {
                    shared[group][usize::from(label)] += 1;
                }
                first[group] = first[group].min(frame);
                frame += 1;
            }
        }
        let mut names = [0; MOST];
        loop {
            let open = (0..MOST).filter(|&group| names[group] == 0);
            let pairs = open.flat_map(|group| (1..=self.labels).map(move |label| (group, label)));
            let free = pairs.filter(|(_, label)| !names.contains(label));
            let most = free.max_by_key(|&(group, label)| shared[group][usize::from(label)]);
            match most {
                Some((group, label)) if shared[group][usize::from(label)] > 0 => {
                    names[group] = label;
                }
                _ => break,
            }
        }
        // New ones in the order in which they speak.
        let mut new: Vec<usize> = (0..MOST)
            .filter(|&group| names[group] == 0 && first[group] < usize::MAX)
            .collect();
        new.sort_by_key(|&group| first[group]);
        for group in new {
            let unused = (1..=self.labels).find(|label| !names.contains(label));
            let label = unused.unwrap_or_else(|| {
                self.labels = self.labels.saturating_add(1);
                self.labels
            });
            names[group] = label;
        }
        names
    }
}

impl Stretch {
    /// Who speaks in each frame that is no pause.
    fn voiced(&self) -> impl Iterator<Item = u8> {
        let frames = self.labels.iter().zip(&self.pauses);
        frames
            .filter(|(_, pause)| !**pause)
            .map(|(label, _)| *label)
    }

    /// Who speaks in a place of it, if it is one alone.
    fn speaker_in(&self, place: &Range<u64>) -> Option<u8> {
        let frame = |position: u64| (position.saturating_sub(self.place.start)) as usize / FRAME;
        let labels = &self.labels[frame(place.start).min(self.labels.len())..];
        let labels = &labels[..(frame(place.end) - frame(place.start)).min(labels.len())];
        let first = *labels.first()?;
        labels.iter().all(|&label| label == first).then_some(first)
    }

    fn turns(&self) -> Vec<SpeakerTurn> {
        let mut frame = 0;
        let runs = self.labels.chunk_by(|a, b| a == b);
        runs.map(|run| {
            let from = self.place.start + (frame * FRAME) as u64;
            frame += run.len();
            let to = self.place.start + (frame * FRAME) as u64;
            SpeakerTurn {
                start: Samples(from).millis(),
                end: Samples(to.min(self.place.end)).millis(),
                speaker: SpeakerLabel(run[0]),
            }
        })
        .collect()
    }
}

/// The sound at the loudness that the encoder knows, judged by the frames that are no pauses.
fn levelled(sound: &[f32], pauses: &[bool]) -> Vec<f32> {
    let frames = sound.chunks(FRAME).zip(pauses);
    let voiced = frames
        .filter(|(_, pause)| !**pause)
        .flat_map(|(frame, _)| frame);
    let (count, power) = voiced.fold((1.0_f32, 0.0_f32), |(n, sum), x| (n + 1.0, sum + x * x));
    let gain = LOUDNESS / (power / count).sqrt().max(1e-5);
    sound.iter().map(|x| x * gain).collect()
}

/// Windows that cover a stretch evenly; one of its own length where it is shorter than a window.
fn windows(stretch: &Range<u64>) -> Vec<Range<u64>> {
    let length = stretch.end - stretch.start;
    if length <= WINDOW {
        return vec![stretch.clone()];
    }
    let spare = length - WINDOW;
    let steps = ((spare + STEP / 2) / STEP).max(1);
    (0..=steps)
        .map(|n| {
            let start = stretch.start + spare * n / steps;
            start..start + WINDOW
        })
        .collect()
}

/// [`FRAMES`] of a spectrum from one on; what is shorter is repeated.
fn cut_out(spectrum: &[f32], from: usize) -> Vec<f32> {
    let rest = &spectrum[(from * BANDS).min(spectrum.len())..];
    rest.iter().copied().cycle().take(FRAMES * BANDS).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::collections::BTreeMap;

    use super::*;
    use crate::common;
    use crate::silero::Silero;
    use crate::utterance::Cutter;

    /// The beginning of a sample visit, at full scale ±1.
    fn visit(name: &str, seconds: usize) -> Vec<f32> {
        let file = format!("../../tests/fixtures/visits/{name}.flac");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let blocks = capture::decode_file(&path).unwrap();
        let samples = blocks.flat_map(|block| block.unwrap());
        samples.take(seconds * 16_000).collect()
    }

    /// The real turns: start and end in milliseconds, and who.
    fn reference(name: &str) -> Vec<(u64, u64, String)> {
        let file = format!("../../tests/fixtures/visits/{name}.rttm");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let lines = std::fs::read_to_string(path).unwrap();
        let turn = |line: &str| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let millis = |n: usize| (fields[n].parse::<f64>().unwrap() * 1000.0) as u64;
            (millis(3), millis(3) + millis(4), fields[7].to_owned())
        };
        lines.lines().map(turn).collect()
    }

    fn listen(sound: &[f32]) -> Speakers {
        let encoder = VoiceEncoder::load(&common::model(common::VOICE_ENCODER), 1).unwrap();
        let mut speakers = Speakers::new(encoder);
        let mut silero = Silero::load(&common::model(common::SILERO)).unwrap();
        let mut cutter = Cutter::starting_at(0, visit::Haste::Live);
        let hear = |utterance: Option<Utterance>, speakers: &mut Speakers| {
            if let Some(utterance) = utterance {
                let end = sound.len().min(utterance.end as usize);
                let mut piece = sound[utterance.start as usize..end].to_vec();
                piece.resize((utterance.end - utterance.start) as usize, 0.0);
                speakers.hear(&utterance, &piece).unwrap();
            }
        };
        for frame in sound.as_chunks::<FRAME>().0 {
            hear(cutter.push(silero.probability(frame)), &mut speakers);
        }
        hear(cutter.finish(), &mut speakers);
        speakers
    }

    /// Each label's voice, and the share of the time that is labelled with its voice.
    fn compared(name: &str, turns: &[SpeakerTurn]) -> (BTreeMap<u8, String>, f64) {
        let reference = reference(name);
        let mut shared: BTreeMap<(u8, String), u64> = BTreeMap::new();
        for turn in turns {
            for (start, end, who) in &reference {
                let both = turn
                    .end
                    .0
                    .min(*end)
                    .saturating_sub(turn.start.0.max(*start));
                *shared.entry((turn.speaker.0, who.clone())).or_default() += both;
            }
        }
        let mut voices: BTreeMap<u8, String> = BTreeMap::new();
        let mut right = 0;
        for label in turns.iter().map(|turn| turn.speaker.0) {
            let of_label = shared.iter().filter(|((by, _), _)| *by == label);
            let ((_, who), time) = of_label.max_by_key(|(_, time)| **time).unwrap();
            if voices.insert(label, who.clone()).is_none() {
                right += time;
            }
        }
        let whole: u64 = shared.values().sum();
        (voices, right as f64 / whole as f64)
    }

    fn check(name: &str, seconds: usize, expected: &[(u8, &str)]) {
        let speakers = listen(&visit(name, seconds));
        let (voices, right) = compared(name, &speakers.turns());
        let voices: Vec<(u8, &str)> = voices.iter().map(|(by, who)| (*by, who.as_str())).collect();
        assert_eq!(voices, expected);
        assert!(right > 0.97, "{right} of the speech has the right label");
    }

    #[test]
    fn two_voices_are_told_apart() {
        check("adult-follow-up", 60, &[(1, "doctor"), (2, "patient")]);
    }

    #[test]
    fn three_voices_are_told_apart() {
        let three = [(1, "doctor"), (2, "patient"), (3, "patient_guest")];
        check("child-with-parent", 90, &three);
    }

    #[test]
    fn a_voice_sounds_like_itself_in_another_part_of_a_visit() {
        let sound = visit("adult-follow-up", 120);
        let prints = |sound: &[f32]| {
            let speakers = listen(sound);
            let turns = speakers.turns();
            (speakers.voices(), turns)
        };
        let (before, _) = prints(&sound[..60 * 16_000]);
        let (after, _) = prints(&sound[60 * 16_000..]);
        assert_eq!((before.len(), after.len()), (2, 2));
        for voice in before.iter().chain(&after) {
            assert!(voice.spoken.0 > 5_000, "{:?}", voice.spoken);
        }
        let alike = |a: usize, b: usize| before[a].print.alike(&after[b].print);
        let straight = alike(0, 0).min(alike(1, 1));
        let crossed = alike(0, 1).min(alike(1, 0));
        let (same, other) = (straight.max(crossed), straight.min(crossed));
        assert!(same > 0.85 && other < same - 0.1, "{same} and {other}");
    }

    #[test]
    fn windows_cover_a_stretch() {
        assert_eq!(
            windows(&(100..5_000)),
            vec![Range {
                start: 100,
                end: 5_000,
            }]
        );
        let long = windows(&(0..100_000));
        assert_eq!(long.first(), Some(&(0..WINDOW)));
        assert_eq!(long.last(), Some(&(100_000 - WINDOW..100_000)));
        for pair in long.windows(2) {
            assert!(pair[1].start - pair[0].start <= STEP * 3 / 2);
        }
    }

    #[test]
    fn a_short_sound_is_repeated() {
        let spectrum: Vec<f32> = (0..BANDS * 3).map(|n| n as f32).collect();
        let window = cut_out(&spectrum, 1);
        assert_eq!(window.len(), FRAMES * BANDS);
        assert_eq!(window[..BANDS], spectrum[BANDS..2 * BANDS]);
        assert_eq!(window[2 * BANDS..3 * BANDS], spectrum[BANDS..2 * BANDS]);
    }

    #[test]
    fn loudness_is_judged_by_the_voice() {
        let mut sound = vec![0.5; FRAME];
        sound.extend(vec![0.0; FRAME]);
        let levelled = levelled(&sound, &[false, true]);
        assert!((levelled[0] - LOUDNESS).abs() < 1e-3);
    }
}
