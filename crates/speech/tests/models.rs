//! Model files that are damaged or of another kind: a reason each time, and never a crash.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{SILERO, TINY_ENGLISH, VOICE_ENCODER, model};
use speech::{FormatError, Models, Options, Recognizer, SpeechError};
use visit::{Haste, Samples};

fn load(whisper: &[u8], voice: &[u8], language: Option<&str>) -> Result<(), SpeechError> {
    let language = language.map(str::to_owned);
    let options = Options {
        language,
        haste: Haste::Live,
        threads: 1,
        from: Samples(0),
        known: Samples(0),
        phrases: Vec::new(),
    };
    let models = Models {
        whisper,
        voice_activity: voice,
        voice_encoder: None,
    };
    Recognizer::load(models, &options).map(|_| ())
}

fn whisper_fault(whisper: &[u8]) -> FormatError {
    match load(whisper, &model(SILERO), None) {
        Err(SpeechError::WhisperModel(fault)) => fault,
        other => panic!("expected a format error, not {other:?}"),
    }
}

#[test]
fn a_cut_whisper_model_is_refused() {
    let whole = model(TINY_ENGLISH);
    for length in [
        0,
        3,
        4,
        47,
        60_000,
        500_000,
        2_000_000,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        let fault = whisper_fault(&whole[..length]);
        assert!(
            matches!(fault, FormatError::Truncated { at } if at <= length),
            "{length}"
        );
    }
}

#[test]
fn a_whisper_model_that_ends_between_two_tensors_is_refused() {
    let whole = model(TINY_ENGLISH);
    // The last tensor is a layer norm's bias: 12 bytes of numbers, one size, the name, the values.
    let last = 12 + 4 + "encoder.ln_post.bias".len() + 384 * 4;
    let fault = whisper_fault(&whole[..whole.len() - last]);
    assert_eq!(
        fault,
        FormatError::Incomplete {
            found: 166,
            expected: 167
        }
    );
}

#[test]
fn a_tensor_that_is_there_twice_is_refused() {
    let mut whole = model(TINY_ENGLISH);
    let last = 12 + 4 + "encoder.ln_post.bias".len() + 384 * 4;
    whole.extend_from_within(whole.len() - last..);
    assert_eq!(
        whisper_fault(&whole),
        FormatError::Twice("encoder.ln_post.bias".into())
    );
}

#[test]
fn other_bytes_are_refused() {
    assert_eq!(whisper_fault(b"GGUF....and so on"), FormatError::Signature);
    assert!(matches!(
        whisper_fault(&model(SILERO)),
        FormatError::Field { .. }
    ));
}

#[test]
fn no_header_field_can_be_made_up() {
    let mut changed = model(TINY_ENGLISH);
    let voice = model(SILERO);
    // Eleven fields behind the signature, then the filters' two and, behind them, the token count.
    let fields = (1..=13).map(|n| n * 4).chain([14 * 4 + 80 * 201 * 4]);
    for at in fields {
        for value in [-1, 0, 7_777_777, i32::MAX] {
            let before: [u8; 4] = changed[at..at + 4].try_into().unwrap();
            changed[at..at + 4].copy_from_slice(&i32::to_le_bytes(value));
            let refused = load(&changed, &voice, None);
            changed[at..at + 4].copy_from_slice(&before);
            // Type 0 says that all values are f32; the tensors then contradict it in whisper.cpp.
            if at == 11 * 4 && value == 0 {
                assert!(matches!(refused, Err(SpeechError::Load(_))), "{refused:?}");
                continue;
            }
            assert!(
                matches!(refused, Err(SpeechError::WhisperModel(_))),
                "field at {at} set to {value}: {refused:?}"
            );
        }
    }
}

#[test]
fn a_damaged_voice_model_is_refused() {
    let whisper = model(TINY_ENGLISH);
    let whole = model(SILERO);
    for length in [0, 10, 150, whole.len() / 2, whole.len() - 1] {
        assert!(
            matches!(
                load(&whisper, &whole[..length], None),
                Err(SpeechError::VoiceModel(FormatError::Truncated { .. }))
            ),
            "{length}"
        );
    }
    assert!(matches!(
        load(&whisper, &whisper, None),
        Err(SpeechError::VoiceModel(FormatError::Field { .. }))
    ));
}

#[test]
fn a_damaged_voice_encoder_is_refused() {
    let (whisper, voice, whole) = (model(TINY_ENGLISH), model(SILERO), model(VOICE_ENCODER));
    let options = Options {
        language: None,
        haste: Haste::Live,
        threads: 1,
        from: Samples(0),
        known: Samples(0),
        phrases: Vec::new(),
    };
    for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        let models = Models {
            whisper: &whisper,
            voice_activity: &voice,
            voice_encoder: Some(&whole[..length]),
        };
        assert!(
            matches!(
                Recognizer::load(models, &options),
                Err(SpeechError::SpeakerModel(_))
            ),
            "{length}"
        );
    }
}

#[test]
fn languages_that_the_model_does_not_know_are_refused() {
    let (whisper, voice) = (model(TINY_ENGLISH), model(SILERO));
    assert!(load(&whisper, &voice, Some("en")).is_ok());
    assert!(matches!(
        load(&whisper, &voice, Some("de")),
        Err(SpeechError::EnglishOnly(_))
    ));
    for unknown in ["xx", "", "english", "e\0n", "EN"] {
        let refused = load(&whisper, &voice, Some(unknown));
        assert!(
            matches!(refused, Err(SpeechError::UnknownLanguage(_))),
            "{unknown:?}"
        );
    }
}
