//! One utterance to words: decoding, and a second look where the first is not convincing.

use visit::{Millis, SAMPLE_RATE, Samples, Word};

use crate::engine::{Decoded, Engine, Search};
use crate::utterance::Utterance;
use crate::words::Writing;
use crate::{SpeechError, doubt, timing, words};

/// Fewest tokens that a second of voice gives. Slow speech has three; where there are fewer, the
/// decoder has stopped too early, which happens at pauses.
const SPARSE: f32 = 2.0;
/// Voice shorter than this, in samples, is not judged by its number of tokens.
const JUDGED_FROM: u64 = 5 * SAMPLE_RATE as u64 / 2;

/// The words of an utterance, with times in the recording. `sound` gives the samples of a stretch
/// of it at full scale ±1.
pub(crate) fn words(
    engine: &mut Engine,
    utterance: &Utterance,
    writing: Writing,
    sound: &impl Fn(u64, u64) -> Vec<f32>,
) -> Result<Vec<Word>, SpeechError> {
    let samples = sound(utterance.start, utterance.end);
    let (decoded, found) = best(engine, utterance, &samples, writing)?;
    let voice = utterance.voice.length();
    let expected = SPARSE * voice as f32 / SAMPLE_RATE as f32;
    if voice >= JUDGED_FROM
        && (decoded.tokens.len() as f32) < expected
        && let Some((before, behind)) = utterance.halves()
    {
        let mut parts = words(engine, &before, writing, sound)?;
        parts.extend(words(engine, &behind, writing, sound)?);
        if parts.len() > found.len() {
            return Ok(parts);
        }
    }
    Ok(found)
}

/// The quick search, or the thorough one where that gives a better result.
fn best(
    engine: &mut Engine,
    utterance: &Utterance,
    sound: &[f32],
    writing: Writing,
) -> Result<(Decoded, Vec<Word>), SpeechError> {
    let (start, end) = (millis(utterance.start), millis(utterance.end));
    let mut search = |search| -> Result<(Decoded, Vec<Word>), SpeechError> {
        let decoded = engine.decode(sound, search)?;
        let words = words::assemble(&decoded.tokens, start, end, writing);
        Ok((decoded, words))
    };
    let first = search(Search::Greedy)?;
    let (decoded, mut words) = if doubt::wants_second_look(&first.0, &first.1) {
        let second = search(Search::Beam)?;
        let better = doubt::is_better((&second.0, &second.1), (&first.0, &first.1));
        if better { second } else { first }
    } else {
        first
    };
    let pauses = utterance
        .voice
        .pauses()
        .map(|pause| millis(pause.start)..millis(pause.end));
    timing::fit(&mut words, &pauses.collect::<Vec<_>>(), end);
    let words = doubt::believable(&decoded, words);
    Ok((decoded, words))
}

fn millis(position: u64) -> Millis {
    Samples(position).millis()
}
