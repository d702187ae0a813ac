//! A clinician's voice, enrolled: they speak for a while, the speech worker says what their voice sounds
//! like, and that alone is kept. The sound stays in memory.

use std::time::Duration;

use capture::{Event, Source};
use crossbeam_channel::{select, tick};
use vault::{Vault, VaultError};
use visit::{Haste, Millis, SAMPLE_RATE, Samples, SpokenVoice, VoicePrint};
use worker::WorkerEvent;
use worker::protocol::{Failure, FromWorker, ToWorker};
use zeroize::Zeroizing;

use crate::recorder::to_pcm16;
use crate::{Cancel, ScribeError, SpeechSettings, transcriber};

/// How long a voice is listened to when it is enrolled; what a file holds beyond it is not read.
pub const VOICE_LENGTH: Millis = Millis(45_000);
/// Less speech than this makes no print.
const LEAST: Millis = Millis(10_000);
/// So many percent of the speech have to be of one voice.
const OF_ONE: u64 = 90;
/// How often a wish to end is looked for.
const GLANCE: Duration = Duration::from_millis(100);

/// Why a voice was not enrolled. A print from before stays.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    /// The store or the worker refused.
    #[error(transparent)]
    Scribe(#[from] ScribeError),
    /// There is no voice encoder on this computer.
    #[error(
        "there is no voice encoder among the models of this computer, so no voice was enrolled"
    )]
    NoEncoder,
    /// Too little was said.
    #[error(
        "only {} s of speech were heard and {} s are needed, so nothing was kept; speak, or read something \
         aloud, for three quarters of a minute at your usual distance from the microphone",
        .0.0 / 1000, LEAST.0 / 1000
    )]
    TooLittle(Millis),
    /// More than one voice was heard.
    #[error(
        "more than one voice was heard, so nothing was kept; enrol your voice where nobody else speaks"
    )]
    SeveralVoices,
    /// The source of sound came to an end of its own that it should not have.
    #[error("the sound could not be read to its end ({0}), so nothing was kept; try again")]
    Source(String),
    /// It was given up as asked.
    #[error("the enrolment was given up, and nothing was kept")]
    Cancelled,
}

impl From<VaultError> for VoiceError {
    fn from(error: VaultError) -> Self {
        Self::Scribe(error.into())
    }
}

/// Listens to a source for [`VOICE_LENGTH`] or to its end, and keeps in the vault what the voice sounds
/// like, for whoever is signed in. `heard` is told how far it has come. Nothing of the sound is written
/// to disk, and the words are not looked at.
///
/// # Errors
/// [`VoiceError`]; a print from before stays then.
pub fn enrol_voice(
    vault: &Vault,
    settings: &SpeechSettings,
    source: &dyn Source,
    cancel: &Cancel,
    heard: &mut dyn FnMut(Millis),
) -> Result<(), VoiceError> {
    // Before anybody speaks for nothing.
    vault.may(governance::Command::KeepVoice)?;
    let Some(encoder) = &settings.voice_encoder else {
        return Err(VoiceError::NoEncoder);
    };
    transcriber::approve_models(vault, settings)?;
    let sound = listen(source, cancel, heard)?;
    let print = only_voice(voices(settings, &sound, cancel)?)?;
    Ok(vault.enrol_voice(&print, &encoder.sha256)?)
}

fn listen(
    source: &dyn Source,
    cancel: &Cancel,
    heard: &mut dyn FnMut(Millis),
) -> Result<Zeroizing<Vec<i16>>, VoiceError> {
    let length = VOICE_LENGTH.samples().0 as usize;
    // With room for all of it, so that none is left behind where it would grow.
    let mut sound = Zeroizing::new(Vec::with_capacity(length));
    let glance = tick(GLANCE);
    while sound.len() < length {
        if cancel.is_cancelled() {
            return Err(VoiceError::Cancelled);
        }
        select! {
            recv(source.events()) -> event => match event {
                Ok(Event::Sound(block)) => {
                    let left = length - sound.len();
                    sound.extend(block.into_iter().take(left).map(to_pcm16));
                    heard(Samples::of(sound.len()).millis());
                }
                Ok(Event::Failed(why) | Event::CutShort(why)) => return Err(VoiceError::Source(why)),
                Ok(Event::Stalled) => {
                    return Err(VoiceError::Source("no sound comes from it".to_owned()));
                }
                Ok(Event::Ended) | Err(_) => break,
                Ok(_) => {}
            },
            recv(glance) -> _ => {}
        }
    }
    Ok(sound)
}

/// What each voice of the sound sounds like.
fn voices(
    settings: &SpeechSettings,
    sound: &[i16],
    cancel: &Cancel,
) -> Result<Vec<SpokenVoice>, VoiceError> {
    let child = transcriber::spawn(&settings.whisper)?;
    let died = |how: String| {
        let worker = "speech";
        ScribeError::WorkerDied {
            worker,
            times: 1,
            how,
        }
    };
    let send = |message: &ToWorker| child.send(message).map_err(|error| died(error.to_string()));
    send(&ToWorker::OpenSpeech {
        whisper: settings.whisper.clone(),
        voice_activity: settings.voice_activity.clone(),
        voice_encoder: settings.voice_encoder.clone().map(Box::new),
        language: None,
        haste: Haste::Afterwards,
        threads: settings.threads,
        from: Samples(0),
        // All of it is only listened to for its voices.
        known: Samples::of(sound.len()),
        phrases: Vec::new(),
    })?;
    for (second, pcm) in (0_u64..).zip(sound.chunks(SAMPLE_RATE as usize)) {
        send(&ToWorker::Audio {
            from: Samples(second * u64::from(SAMPLE_RATE)),
            pcm: pcm.to_vec(),
        })?;
    }
    send(&ToWorker::EndOfAudio)?;
    let glance = tick(GLANCE);
    let mut voices = Vec::new();
    loop {
        if cancel.is_cancelled() {
            return Err(VoiceError::Cancelled);
        }
        select! {
            recv(child.events()) -> event => match event {
                Ok(WorkerEvent::Message(FromWorker::Voices(now))) => voices = now,
                Ok(WorkerEvent::Message(FromWorker::SpeechEnded)) => break,
                Ok(WorkerEvent::Message(FromWorker::Failed(Failure::Engine(how)))) => {
                    return Err(died(how).into());
                }
                Ok(WorkerEvent::Message(FromWorker::Failed(failure))) => {
                    return Err(ScribeError::WorkerRefused(failure).into());
                }
                Ok(WorkerEvent::Message(_)) => {}
                Ok(WorkerEvent::Died(how)) => return Err(died(how.to_string()).into()),
                Err(_) => return Err(died("its channel closed".to_owned()).into()),
            },
            recv(glance) -> _ => {}
        }
    }
    child.kill();
    Ok(voices)
}

/// The voice that nearly all of the speech is of.
fn only_voice(voices: Vec<SpokenVoice>) -> Result<VoicePrint, VoiceError> {
    let all = Millis(voices.iter().map(|voice| voice.spoken.0).sum());
    if all < LEAST {
        return Err(VoiceError::TooLittle(all));
    }
    let most = voices.into_iter().max_by_key(|voice| voice.spoken);
    match most {
        Some(voice) if voice.spoken.0 * 100 >= all.0 * OF_ONE => Ok(voice.print),
        _ => Err(VoiceError::SeveralVoices),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use visit::SpeakerLabel;

    fn of(voices: &[(u64, usize)]) -> Result<VoicePrint, VoiceError> {
        let voice = |&(seconds, direction): &(u64, usize)| {
            let mut print = [0.0; VoicePrint::BYTES];
            print[direction] = 1.0;
            SpokenVoice {
                speaker: SpeakerLabel(1),
                spoken: Millis(seconds * 1000),
                print: VoicePrint::of(&print).unwrap(),
            }
        };
        only_voice(voices.iter().map(voice).collect())
    }

    #[test]
    fn one_voice_that_has_said_enough_is_enrolled() {
        let same = of(&[(1, 7), (29, 3)]).unwrap();
        assert_eq!(same, of(&[(12, 3)]).unwrap());
    }

    #[test]
    fn too_little_speech_or_several_voices_are_not() {
        assert!(matches!(
            of(&[(9, 3)]),
            Err(VoiceError::TooLittle(Millis(9_000)))
        ));
        assert!(matches!(of(&[]), Err(VoiceError::TooLittle(Millis(0)))));
        assert!(matches!(
            of(&[(20, 3), (5, 7)]),
            Err(VoiceError::SeveralVoices)
        ));
    }
}
