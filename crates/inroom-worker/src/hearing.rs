//! The speech mode: sound in, segments out.

use std::convert::Infallible;
use std::time::Instant;

use confinement::worker::Walls;
use speech::{Models, Options, Recognizer, SpeechError};
use visit::{Haste, ModelIdentity, SAMPLE_RATE, Samples, Segment};
use worker::protocol::{Failure, FromWorker, ModelFile, ToWorker};

use crate::pipes::{Inbox, Outbox};
use crate::verified;

/// Sound that the recogniser is given at once, so that segments go out as soon as they are final.
const PIECE: usize = SAMPLE_RATE as usize;

/// Loads the models, then recognises until the process is ended.
///
/// # Errors
/// [`Failure`]: why the worker cannot go on.
pub fn hear(
    first: ToWorker,
    inbox: &Inbox,
    out: &Outbox,
    mut walls: Walls,
) -> Result<Infallible, Failure> {
    let ToWorker::OpenSpeech {
        whisper,
        voice_activity,
        voice_encoder,
        language,
        haste,
        threads,
        from,
        known,
        phrases,
    } = first
    else {
        return Err(Failure::Protocol(
            "the speech models must be opened first".to_owned(),
        ));
    };
    let encoder = voice_encoder.as_deref().map(|file| file.path.as_path());
    let models = [whisper.path.as_path(), &voice_activity.path];
    walls.read_only(&models.into_iter().chain(encoder).collect::<Vec<_>>());
    out.send(&FromWorker::Confined(walls.report()));
    let start = Instant::now();
    let options = Options {
        language,
        haste,
        threads: threads as usize,
        from,
        known,
        phrases,
    };
    let mut hearing = Hearing {
        recognizer: load(
            &whisper,
            &voice_activity,
            voice_encoder.as_deref(),
            &options,
        )?,
        live: haste == Haste::Live,
        expected: Some(from),
        settled: from,
    };
    out.send(&FromWorker::Ready {
        load_ms: u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX),
        model: ModelIdentity {
            id: whisper.id,
            sha256: whisper.sha256,
        },
        phrases: u32::try_from(hearing.recognizer.phrases_taken()).unwrap_or(u32::MAX),
    });
    loop {
        match inbox.next()? {
            ToWorker::Audio { from, pcm } => {
                hearing.take(from, &pcm, out)?;
                // Final words first: as long as sound waits there are no others.
                if hearing.live && !inbox.has_more() {
                    hearing.glimpse(out)?;
                }
            }
            ToWorker::EndOfAudio => hearing.finish(out)?,
            _ => {
                return Err(Failure::Protocol(
                    "a speech worker only takes sound".to_owned(),
                ));
            }
        }
    }
}

fn load(
    whisper: &ModelFile,
    voice_activity: &ModelFile,
    voice_encoder: Option<&ModelFile>,
    options: &Options,
) -> Result<Recognizer, Failure> {
    // The small files first: what is wrong with them is said without reading the large one.
    let voice_bytes = verified::read_whole(voice_activity)?;
    let encoder_bytes = voice_encoder.map(verified::read_whole).transpose()?;
    let whisper_bytes = verified::read_whole(whisper)?;
    let models = Models {
        whisper: &whisper_bytes,
        voice_activity: &voice_bytes,
        voice_encoder: encoder_bytes.as_deref(),
    };
    Recognizer::load(models, options).map_err(|error| {
        let format = |model: &ModelFile| Failure::ModelFormat {
            file: verified::name(model),
            cause: error.to_string(),
        };
        match error {
            SpeechError::VoiceModel(_) => format(voice_activity),
            SpeechError::WhisperModel(_) | SpeechError::Load(_) => format(whisper),
            SpeechError::UnknownLanguage(_) | SpeechError::EnglishOnly(_) => {
                Failure::Protocol(error.to_string())
            }
            SpeechError::SpeakerModel(_) => format(voice_encoder.unwrap_or(whisper)),
            SpeechError::Engine(_) | SpeechError::Voices(_) => engine(&error),
        }
    })
}

struct Hearing {
    recognizer: Recognizer,
    /// Sound comes as it is spoken.
    live: bool,
    /// Where the next sound must begin; `None` after the end.
    expected: Option<Samples>,
    /// The position that was told last.
    settled: Samples,
}

impl Hearing {
    fn take(&mut self, from: Samples, pcm: &[i16], out: &Outbox) -> Result<(), Failure> {
        if self.expected != Some(from) {
            let expected = self
                .expected
                .map_or("none".to_owned(), |at| at.0.to_string());
            return Err(Failure::Protocol(format!(
                "sound from sample {} came where {expected} was expected",
                from.0
            )));
        }
        let end = from + Samples::of(pcm.len());
        self.expected = Some(end);
        for piece in pcm.chunks(PIECE) {
            let segments = self
                .recognizer
                .push(piece)
                .map_err(|error| engine(&error))?;
            self.tell(segments, out);
        }
        out.send(&FromWorker::Heard(end));
        Ok(())
    }

    /// Tells what is being said, if there is something new to read.
    fn glimpse(&mut self, out: &Outbox) -> Result<(), Failure> {
        let provisional = self
            .recognizer
            .provisional()
            .map_err(|error| engine(&error))?;
        if let Some(segment) = provisional {
            out.send(&FromWorker::Provisional(segment));
        }
        Ok(())
    }

    fn finish(&mut self, out: &Outbox) -> Result<(), Failure> {
        if self.expected.take().is_none() {
            return Err(Failure::Protocol(
                "the end of the sound came twice".to_owned(),
            ));
        }
        let segments = self.recognizer.finish().map_err(|error| engine(&error))?;
        self.tell(segments, out);
        let turns = self.recognizer.turns();
        if !turns.is_empty() {
            out.send(&FromWorker::Turns(turns));
        }
        out.send(&FromWorker::SpeechEnded);
        Ok(())
    }

    fn tell(&mut self, segments: Vec<Segment>, out: &Outbox) {
        for segment in segments {
            out.send(&FromWorker::Segment(segment));
        }
        if let Some(voices) = self.recognizer.new_voices() {
            out.send(&FromWorker::Voices(voices));
        }
        let settled = self.recognizer.settled();
        if settled > self.settled {
            self.settled = settled;
            out.send(&FromWorker::Settled(settled));
        }
    }
}

fn engine(error: &SpeechError) -> Failure {
    Failure::Engine(error.to_string())
}
