use std::time::Instant;

use visit::{
    Haste, PatientText, Role, SAMPLE_RATE, Samples, Segment, SpeakerLabel, SpeakerTurn,
    SpokenVoice, Word,
};

use crate::engine::Engine;
use crate::language::Listening;
use crate::provisional::Provisional;
use crate::silero::{FRAME, Silero};
use crate::sound::Sound;
use crate::speakers::Speakers;
use crate::utterance::{Cutter, Utterance};
use crate::voice_encoder::VoiceEncoder;
use crate::words::Writing;
use crate::{SpeechError, doubt, sentence, transcription};

/// How speech is to be recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Spoken language as a two-letter ISO 639-1 code; `None`: detect it from the first seconds
    /// of speech. English-only models take `en` or `None`.
    pub language: Option<String>,
    /// How soon words are wanted.
    pub haste: Haste,
    /// Threads to compute with; at least one is used.
    pub threads: usize,
    /// Position of the first sample that will be pushed.
    pub from: Samples,
    /// Position before which everything is written down already: what begins before it is only
    /// listened to for its voices. Not before `from`.
    pub known: Samples,
    /// Phrases that may be spoken, the most specific first. They bias spelling only, and make
    /// recognition about twice as long. Those that do not fit into Whisper's prompt are left out:
    /// [`Recognizer::phrases_taken`].
    pub phrases: Vec<PatientText>,
}

/// The models' bytes. They are checked and not needed after loading.
#[derive(Clone, Copy)]
pub struct Models<'a> {
    /// A Whisper model in ggml form.
    pub whisper: &'a [u8],
    /// Silero in the ggml form of whisper.cpp.
    pub voice_activity: &'a [u8],
    /// The voice encoder in safetensors form; without it all speech is the first speaker's.
    pub voice_encoder: Option<&'a [u8]>,
}

/// Turns sound into segments while it comes.
///
/// Memory is bounded: of the sound only what is not settled is
/// held, at most half a minute; of the voices, 3 KB a second of speech.
pub struct Recognizer {
    engine: Engine,
    voice: Silero,
    speakers: Option<Speakers>,
    cutter: Cutter,
    provisional: Provisional,
    sound: Sound,
    /// What begins before is written down already.
    known: u64,
    /// The first sample of the next frame.
    next_frame: u64,
    language: Language,
    /// Segments given out so far.
    segments: u32,
    settled: Samples,
    /// Somebody has spoken since [`Recognizer::new_voices`] was asked.
    spoken: bool,
}

/// What is known of the spoken language.
enum Language {
    Known(&'static str),
    Listening(Listening),
}

impl Recognizer {
    /// Loads the models.
    ///
    /// # Errors
    /// [`SpeechError`] if a model or the language cannot be used.
    pub fn load(models: Models<'_>, options: &Options) -> Result<Self, SpeechError> {
        // Nothing that whisper.cpp says may reach a terminal or a log.
        whisper_rs::install_logging_hooks();
        let voice = Silero::load(models.voice_activity).map_err(SpeechError::VoiceModel)?;
        let encoder = models
            .voice_encoder
            .map(|bytes| VoiceEncoder::load(bytes, options.threads))
            .transpose()?;
        let asked = options
            .language
            .as_deref()
            .map(known_language)
            .transpose()?;
        let mut engine = Engine::load(models.whisper, options.threads, &options.phrases)?;
        let language = match (asked, engine.is_multilingual()) {
            (Some(code), false) if code != "en" => {
                return Err(SpeechError::EnglishOnly(code.to_owned()));
            }
            (_, false) => Language::Known("en"),
            (Some(code), true) => Language::Known(code),
            (None, true) => Language::Listening(Listening::default()),
        };
        if let Language::Known(code) = language {
            engine.set_language(code);
        }
        Ok(Self {
            engine,
            voice,
            speakers: encoder.map(Speakers::new),
            cutter: Cutter::starting_at(options.from.0, options.haste),
            provisional: Provisional::default(),
            sound: Sound::starting_at(options.from.0),
            known: options.known.0,
            next_frame: options.from.0,
            language,
            segments: 0,
            settled: options.from,
            spoken: false,
        })
    }

    /// Takes sound (16 kHz, one channel) that follows on what came before; gives the segments
    /// that have become final with it. How the sound is cut into pushes makes no difference.
    ///
    /// # Errors
    /// [`SpeechError::Engine`] if whisper.cpp fails; the recogniser is not usable afterwards.
    pub fn push(&mut self, pcm: &[i16]) -> Result<Vec<Segment>, SpeechError> {
        self.sound.append(pcm);
        let mut out = Vec::new();
        while self.next_frame + FRAME as u64 <= self.sound.end() {
            out.extend(self.take_frame()?);
        }
        Ok(out)
    }

    /// The end of the sound: gives what is left. Everything is settled afterwards.
    ///
    /// # Errors
    /// As [`Recognizer::push`].
    pub fn finish(&mut self) -> Result<Vec<Segment>, SpeechError> {
        let mut out = Vec::new();
        let end = self.sound.end();
        if self.next_frame < end {
            out.extend(self.take_frame()?);
        }
        if let Some(mut utterance) = self.cutter.finish() {
            utterance.end = utterance.end.min(end);
            out.extend(self.recognise(&utterance)?);
        }
        self.settle(end);
        Ok(out)
    }

    /// What has been said so far in the utterance that has not ended, for people to read until its
    /// segments come; `None` if there is nothing new to show. Its speaker and role mean nothing.
    ///
    /// Takes about as long as recognising the utterance would, so it is to be asked for only while
    /// no sound waits; it answers about once a second of speech. What [`Recognizer::push`] and
    /// [`Recognizer::finish`] give is the same with and without it.
    ///
    /// # Errors
    /// As [`Recognizer::push`].
    pub fn provisional(&mut self) -> Result<Option<Segment>, SpeechError> {
        // Which language it is must be judged by whole utterances alone, as without this.
        let Language::Known(code) = self.language else {
            return Ok(None);
        };
        let Some(open) = self.cutter.under_way() else {
            return Ok(None);
        };
        let start = Instant::now();
        if open.start < self.known {
            return Ok(None);
        }
        let Some(part) = self.provisional.due(&open, start) else {
            return Ok(None);
        };
        let writing = Writing::of(code);
        let sound: Vec<f32> = self.sound.between(part.start, part.end).collect();
        let words = transcription::glimpse(&mut self.engine, &part, writing, &sound)?;
        self.provisional.took(start.elapsed(), Instant::now());
        let words = self.provisional.see(words);
        Ok(words.and_then(|words| whole(words, writing)))
    }

    /// All segments that begin before this position have been given out. Never goes back.
    pub fn settled(&self) -> Samples {
        self.settled
    }

    /// Who spoke when, judged by everything heard so far. Labels that were given out live may
    /// have changed; the speakers' names have not.
    pub fn turns(&self) -> Vec<SpeakerTurn> {
        self.speakers
            .as_ref()
            .map_or_else(Vec::new, Speakers::turns)
    }

    /// What each voice sounds like by everything that it has said so far, in the order of their labels, if
    /// somebody has spoken since this was asked last; never without a voice encoder.
    pub fn new_voices(&mut self) -> Option<Vec<SpokenVoice>> {
        let spoken = std::mem::take(&mut self.spoken);
        let speakers = self.speakers.as_ref().filter(|_| spoken)?;
        Some(speakers.voices())
    }

    /// How many of [`Options::phrases`] there was room for.
    pub fn phrases_taken(&self) -> usize {
        self.engine.prompt().taken()
    }

    /// The language that words are recognised in, once it is known (ISO 639-1).
    pub fn language(&self) -> Option<&'static str> {
        match self.language {
            Language::Known(code) => Some(code),
            Language::Listening(_) => None,
        }
    }

    /// Judges the next 32 ms and recognises the utterance that ends with them, if one does.
    fn take_frame(&mut self) -> Result<Vec<Segment>, SpeechError> {
        let mut frame = [0.0; FRAME];
        let samples = self
            .sound
            .between(self.next_frame, self.next_frame + FRAME as u64);
        frame
            .iter_mut()
            .zip(samples)
            .for_each(|(to, from)| *to = from);
        self.next_frame += FRAME as u64;
        let ended = self.cutter.push(self.voice.probability(&frame));
        let segments = match ended {
            Some(utterance) => self.recognise(&utterance)?,
            None => Vec::new(),
        };
        self.settle(self.cutter.settled());
        Ok(segments)
    }

    fn settle(&mut self, position: u64) {
        self.settled = self.settled.max(Samples(position));
        self.sound.forget_before(self.settled.0);
    }

    fn recognise(&mut self, utterance: &Utterance) -> Result<Vec<Segment>, SpeechError> {
        if let Some(speakers) = &mut self.speakers {
            let sound: Vec<f32> = self.sound.between(utterance.start, utterance.end).collect();
            speakers.hear(utterance, &sound)?;
            self.spoken = true;
        }
        // The same sound is cut in the same places: what began before was given out before.
        if utterance.start < self.known {
            return Ok(Vec::new());
        }
        let language = self.hear_language(utterance)?;
        let writing = Writing::of(language);
        let sound = |start, end| self.sound.between(start, end).collect();
        let words = transcription::words(&mut self.engine, utterance, writing, &sound)?;
        let turns = match &self.speakers {
            Some(speakers) => speakers.turns_from(utterance.start),
            None => Vec::new(),
        };
        let mut segments = Vec::new();
        for words in sentence::split(words) {
            let Some(segment) = whole(words, writing) else {
                continue;
            };
            for part in speakers::split(segment, &turns) {
                let index = self.segments;
                self.segments += 1;
                segments.push(Segment { index, ..part });
            }
        }
        Ok(segments)
    }

    /// The language for an utterance: the known one, or the likeliest so far.
    fn hear_language(&mut self, utterance: &Utterance) -> Result<&'static str, SpeechError> {
        let listening = match &mut self.language {
            Language::Known(code) => return Ok(code),
            Language::Listening(listening) => listening,
        };
        let sound: Vec<f32> = self.sound.between(utterance.start, utterance.end).collect();
        let likely = self.engine.languages(&sound)?;
        let (number, clear) = listening.hear(&likely, sound.len() as u64);
        let number = i32::try_from(number).unwrap_or_default();
        let code = whisper_rs::get_lang_str(number).unwrap_or("en");
        self.engine.set_language(code);
        if clear {
            self.language = Language::Known(code);
        }
        Ok(code)
    }
}

/// The words as one segment of the first speaker.
fn whole(words: Vec<Word>, writing: Writing) -> Option<Segment> {
    Some(Segment {
        index: 0,
        start: words.first()?.start,
        end: words.last()?.end,
        speaker: SpeakerLabel(1),
        role: Role::Unknown,
        text: writing.line(&words),
        confidence: doubt::confidence(&words),
        words,
    })
}

/// Whisper's own copy of a language code.
fn known_language(code: &str) -> Result<&'static str, SpeechError> {
    let unknown = || SpeechError::UnknownLanguage(code.to_owned());
    // whisper.cpp compares bytes up to a zero: such a code would be cut by it.
    if code.contains('\0') {
        return Err(unknown());
    }
    let number = whisper_rs::get_lang_id(code).ok_or_else(unknown)?;
    // It knows languages by their English names too.
    whisper_rs::get_lang_str(number)
        .filter(|known| *known == code)
        .ok_or_else(unknown)
}

const _: () = assert!(
    SAMPLE_RATE == 16_000,
    "frames and limits are counted at 16 kHz"
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::common;

    #[test]
    fn of_a_long_silence_only_a_moment_is_held() {
        let options = Options {
            language: None,
            haste: Haste::Live,
            threads: 1,
            from: Samples(0),
            known: Samples(0),
            phrases: Vec::new(),
        };
        let (whisper, voice) = (
            common::model(common::TINY_ENGLISH),
            common::model(common::SILERO),
        );
        let models = Models {
            whisper: &whisper,
            voice_activity: &voice,
            voice_encoder: None,
        };
        let mut recognizer = Recognizer::load(models, &options).unwrap();
        for _ in 0..120 {
            recognizer.push(&[0; 16_000]).unwrap();
            assert!(recognizer.sound.held() < 8_000);
        }
        assert!(recognizer.settled() > Samples(119 * 16_000));
    }
}
