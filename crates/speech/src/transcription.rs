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
    if is_sparse(utterance, &decoded)
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

/// What one quick search hears in an utterance that has not ended; `None` where the result is
/// doubtful. `samples` are the utterance's at full scale ±1.
pub(crate) fn glimpse(
    engine: &mut Engine,
    utterance: &Utterance,
    writing: Writing,
    samples: &[f32],
) -> Result<Option<Vec<Word>>, SpeechError> {
    let (decoded, words) = look(engine, utterance, samples, writing, Search::Greedy)?;
    if doubt::wants_second_look(&decoded, &words) || is_sparse(utterance, &decoded) {
        return Ok(None);
    }
    let words = believed(utterance, &decoded, words);
    Ok((!words.is_empty()).then_some(words))
}

/// Whether the decoder has given less than anybody says in so much voice.
fn is_sparse(utterance: &Utterance, decoded: &Decoded) -> bool {
    let voice = utterance.voice.length();
    let expected = SPARSE * voice as f32 / SAMPLE_RATE as f32;
    voice >= JUDGED_FROM && (decoded.tokens.len() as f32) < expected
}

/// The quick search, or the thorough one where that gives a better result.
fn best(
    engine: &mut Engine,
    utterance: &Utterance,
    sound: &[f32],
    writing: Writing,
) -> Result<(Decoded, Vec<Word>), SpeechError> {
    let mut search = |search| look(engine, utterance, sound, writing, search);
    let first = search(Search::Greedy)?;
    let (decoded, words) = if doubt::wants_second_look(&first.0, &first.1) {
        let second = search(Search::Beam)?;
        let better = doubt::is_better((&second.0, &second.1), (&first.0, &first.1));
        if better { second } else { first }
    } else {
        first
    };
    let words = believed(utterance, &decoded, words);
    Ok((decoded, words))
}

fn look(
    engine: &mut Engine,
    utterance: &Utterance,
    sound: &[f32],
    writing: Writing,
    search: Search,
) -> Result<(Decoded, Vec<Word>), SpeechError> {
    let decoded = engine.decode(sound, search)?;
    let (start, end) = (millis(utterance.start), millis(utterance.end));
    let words = words::assemble(&decoded.tokens, start, end, writing);
    Ok((decoded, words))
}

/// The words that somebody said, with their edges where voice begins and ends.
fn believed(utterance: &Utterance, decoded: &Decoded, mut words: Vec<Word>) -> Vec<Word> {
    let pauses = utterance
        .voice
        .pauses()
        .map(|pause| millis(pause.start)..millis(pause.end));
    let pauses: Vec<_> = pauses.collect();
    timing::fit(&mut words, &pauses, millis(utterance.end));
    doubt::believable(decoded, words)
}

fn millis(position: u64) -> Millis {
    Samples(position).millis()
}
