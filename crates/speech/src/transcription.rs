//! One utterance to words: decoding, and a second look where the first is not convincing.

use visit::{Millis, SAMPLE_RATE, Samples, Word};

use crate::engine::{Decoded, Engine, Heed, Search};
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
    respelled(engine, utterance, &samples, writing, found)
}

/// What one quick search hears in an utterance that has not ended; `None` where the result is
/// doubtful. `samples` are the utterance's at full scale ±1.
pub(crate) fn glimpse(
    engine: &mut Engine,
    utterance: &Utterance,
    writing: Writing,
    samples: &[f32],
) -> Result<Option<Vec<Word>>, SpeechError> {
    let how = (Search::Greedy, Heed::SoundAlone);
    let (decoded, words) = look(engine, utterance, samples, writing, how)?;
    if doubt::wants_second_look(&decoded, &words) || is_sparse(utterance, &decoded) {
        return Ok(None);
    }
    let words = believed(utterance, &decoded, words);
    Ok((!words.is_empty()).then_some(words))
}

/// The words with the spelling of the phrases that may be spoken: one more quick search if there
/// are any.
fn respelled(
    engine: &mut Engine,
    utterance: &Utterance,
    sound: &[f32],
    writing: Writing,
    found: Vec<Word>,
) -> Result<Vec<Word>, SpeechError> {
    if found.is_empty() || engine.prompt().taken() == 0 {
        return Ok(found);
    }
    let how = (Search::Greedy, Heed::Prompt);
    let (_, told) = look(engine, utterance, sound, writing, how)?;
    Ok(engine.prompt().respell(found, &told))
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
    let alone = Heed::SoundAlone;
    let mut search = |search| look(engine, utterance, sound, writing, (search, alone));
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
    (search, heed): (Search, Heed),
) -> Result<(Decoded, Vec<Word>), SpeechError> {
    let decoded = engine.decode(sound, search, heed)?;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use visit::{Haste, PatientText};

    use super::*;
    use crate::common;
    use crate::utterance::Cutter;

    const PHRASES: [&str; 6] = [
        "chest pain",
        "apixaban",
        "metoprolol succinate",
        "atrial fibrillation",
        "hydrochlorothiazide",
        "shortness of breath",
    ];

    /// Noise that is the same in every run, at a level from 0 to 1.
    fn noise(samples: usize, level: f32) -> Vec<f32> {
        let mut state = 0x9e37_79b9_u32;
        let next = move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            level * (state as f32 / (u32::MAX / 2) as f32 - 1.0)
        };
        std::iter::repeat_with(next).take(samples).collect()
    }

    /// As if voice activity had taken all of a sound for speech.
    fn taken_for_speech(sound: &[f32]) -> Utterance {
        let mut cutter = Cutter::starting_at(0, Haste::Afterwards);
        for _ in 0..sound.len() / crate::silero::FRAME {
            assert_eq!(cutter.push(0.9), None);
        }
        cutter.under_way().unwrap()
    }

    /// What people say, from end to beginning: voices without words, three seconds each.
    fn backwards() -> impl Iterator<Item = Vec<f32>> {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/fixtures/visits/adult-follow-up.flac"
        );
        let blocks = capture::decode_file(path.as_ref()).unwrap();
        let said = blocks
            .flat_map(|block| block.unwrap())
            .take(24 * SAMPLE_RATE as usize);
        let said: Vec<f32> = said.collect();
        let turned = |part: &[f32]| part.iter().rev().copied().collect();
        let parts: Vec<Vec<f32>> = said.chunks(3 * SAMPLE_RATE as usize).map(turned).collect();
        parts.into_iter()
    }

    /// The whole prompt, as surely as can be, all over an utterance.
    fn all_of_it(utterance: &Utterance) -> Vec<Word> {
        let texts: Vec<&str> = PHRASES.iter().flat_map(|p| p.split(' ')).collect();
        let (start, end) = (millis(utterance.start).0, millis(utterance.end).0);
        let at = |n: usize| Millis(start + (end - start) * n as u64 / texts.len() as u64);
        let word = |(n, text): (usize, &&str)| Word {
            start: at(n),
            end: at(n + 1),
            text: (*text).into(),
            spoken: None,
            probability: 1.0,
        };
        texts.iter().enumerate().map(word).collect()
    }

    /// Neither of what Whisper really makes of such sounds, nor if it wrote down all of its prompt.
    #[test]
    fn nothing_of_the_prompt_comes_out_of_a_sound_without_words() {
        let phrases = PHRASES.map(PatientText::from);
        let model = common::model(common::TINY_ENGLISH);
        let mut engine = Engine::load(&model, 1, &phrases).unwrap();
        let noises = [1, 4, 16].into_iter().flat_map(|seconds| {
            let samples = seconds * SAMPLE_RATE as usize;
            [0.0, 0.01, 0.3].map(|level| noise(samples, level))
        });
        let mut heard = 0;
        for sound in noises.chain(backwards()) {
            let utterance = taken_for_speech(&sound);
            let part = |start, end| sound[start as usize..sound.len().min(end as usize)].to_vec();
            let found = words(&mut engine, &utterance, Writing::Spaced, &part).unwrap();
            heard += found.len();
            assert_eq!(of_the_prompt(&found), [""; 0]);
            let worst = engine.prompt().respell(found, &all_of_it(&utterance));
            assert_eq!(of_the_prompt(&worst), [""; 0]);
        }
        assert!(
            heard > 0,
            "there was nothing that could be spelled otherwise"
        );
    }

    /// The words that stand in the prompt, short ones aside.
    fn of_the_prompt(words: &[Word]) -> Vec<String> {
        let texts = words.iter().map(|word| doubt::plain(word.text.expose()));
        let stands = |text: &String| text.len() > 3 && PHRASES.iter().any(|p| p.contains(&**text));
        texts.filter(stands).collect()
    }
}
