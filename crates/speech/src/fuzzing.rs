//! The decoders of model files as functions of any bytes.

use crate::ggml::Reader;
use crate::silero::Silero;
use crate::voice_encoder::VoiceEncoder;
use crate::whisper_file;

/// A Whisper model as a whole, and its tensors alone, for a fuzzer does not write the 50,256 words before them.
pub fn whisper(bytes: &[u8]) {
    let _ = whisper_file::check(bytes);
    let tensors = [b"lmgg", bytes].concat();
    if let Ok(mut file) = Reader::open(&tensors) {
        let found = whisper_file::tensors(&mut file, MOST_TENSORS);
        assert!(found.is_err(), "more tensors than so few bytes can name");
    }
}

/// More than a fuzzer's inputs hold.
const MOST_TENSORS: usize = 1_000_000;

/// The voice activity model.
pub fn silero(bytes: &[u8]) {
    let _ = Silero::load(bytes);
}

/// The voice encoder's file.
pub fn voice_encoder(bytes: &[u8]) {
    let _ = VoiceEncoder::load(bytes, 1);
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpora_are_read_without_a_panic() {
        replay("whisper", super::whisper);
        replay("silero", super::silero);
        replay("voice_encoder", super::voice_encoder);
    }
}
