//! Checks a Whisper model before whisper.cpp sees it.
//!
//! whisper.cpp trusts its file: a cut or crafted one makes it read beyond buffers, throw through a
//! C boundary or fail an assertion, all of which end the process. So its structure is walked here
//! first and anything unusual refused with a reason.

use std::collections::HashSet;

use crate::FormatError;
use crate::ggml::Reader;

/// Vocabulary sizes: English-only, multilingual, multilingual with Cantonese (large-v3).
const VOCABULARIES: [i32; 3] = [51_864, 51_865, 51_866];

/// Encoder layers of tiny, base, small, medium and large: whisper.cpp knows no others.
const AUDIO_LAYERS: [i32; 5] = [4, 6, 12, 24, 32];

/// ggml's numbers for all-f32, f16, q4_0, q4_1, q8_0, q5_0, q5_1, and the k-quantisations.
const FILE_TYPES: [i32; 12] = [0, 1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14];

/// Quantised files carry their format's version in the thousands.
const VERSION_FACTOR: i32 = 1000;

/// What tells one Whisper model from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub audio_layers: usize,
    pub text_layers: usize,
    vocabulary: i32,
}

impl Shape {
    pub(crate) fn is_multilingual(self) -> bool {
        self.vocabulary != VOCABULARIES[0]
    }

    /// Large-v3 and its offspring.
    pub(crate) fn has_cantonese(self) -> bool {
        self.vocabulary == VOCABULARIES[2]
    }
}

/// Walks the whole file; one that passes is safe to hand to whisper.cpp.
pub(crate) fn check(bytes: &[u8]) -> Result<Shape, FormatError> {
    let mut file = Reader::open(bytes)?;
    let vocabulary = file.one_of("the vocabulary's size", &VOCABULARIES)?;
    file.one_of("the audio context", &[1500])?;
    let audio_state = file.count("the encoder's width", 4096)?;
    let audio_heads = file.count("the encoder's heads", 64)?;
    let audio_layers = file.one_of("the encoder's layers", &AUDIO_LAYERS)?;
    file.one_of("the text context", &[448])?;
    let text_state = file.count("the decoder's width", 4096)?;
    let text_heads = file.count("the decoder's heads", 64)?;
    let text_layers = file.count("the decoder's layers", 32)?;
    let bands = file.one_of("the number of mel bands", &[80, 128])?;
    let file_type = file.i32()?;
    // Heads are 64 wide in every Whisper model.
    for (field, state, heads) in [
        ("the encoder's width", audio_state, audio_heads),
        ("the decoder's width", text_state, text_heads),
    ] {
        if state != audio_state || heads == 0 || state != heads * 64 {
            return Err(FormatError::Field {
                field,
                value: state as i64,
            });
        }
    }
    if text_layers == 0 {
        return Err(FormatError::Field {
            field: "the decoder's layers",
            value: 0,
        });
    }
    if !FILE_TYPES.contains(&(file_type % VERSION_FACTOR)) {
        return Err(FormatError::Field {
            field: "the file's type",
            value: file_type.into(),
        });
    }

    let filter_bands = file.one_of("the mel filters' bands", &[bands])?;
    let bins = file.one_of("the mel filters' bins", &[201])?;
    file.take(filter_bands.unsigned_abs() as usize * bins.unsigned_abs() as usize * 4)?;

    words(&mut file, vocabulary.unsigned_abs() as usize)?;
    let audio_layers = audio_layers.unsigned_abs() as usize;
    tensors(&mut file, 11 + 15 * audio_layers + 24 * text_layers)?;
    Ok(Shape {
        audio_layers,
        text_layers,
        vocabulary,
    })
}

/// The vocabulary: every text token, without the special ones behind them.
fn words(file: &mut Reader<'_>, vocabulary: usize) -> Result<(), FormatError> {
    let listed = file.count("the number of listed tokens", vocabulary)?;
    // whisper.cpp looks the single space up and ends the process where there is none.
    let mut has_space = false;
    for _ in 0..listed {
        let length = file.count("a token's length", 1024)?;
        has_space |= file.take(length)? == b" ";
    }
    // The text tokens are 50,257 (50,256 in English-only files).
    if listed < 50_256 || !has_space {
        return Err(FormatError::Field {
            field: "the number of listed tokens",
            value: listed as i64,
        });
    }
    Ok(())
}

/// All tensors to the end of the file, each once.
pub(crate) fn tensors(file: &mut Reader<'_>, expected: usize) -> Result<(), FormatError> {
    let mut names = HashSet::new();
    while !file.at_end() {
        let tensor = file.tensor()?;
        if !names.insert(tensor.name.clone()) {
            return Err(FormatError::Twice(tensor.name));
        }
    }
    if names.len() == expected {
        Ok(())
    } else {
        Err(FormatError::Incomplete {
            found: names.len(),
            expected,
        })
    }
}
