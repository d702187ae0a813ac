//! Imported sound as a function of any bytes.

use std::io::Cursor;

use symphonia::core::formats::probe::Hint;

use crate::audio_file::AudioFile;
use crate::container::Container;

/// Blocks of 100 ms that are asked for: a file of a few kilobytes can hold hours of one compressed tone.
const MOST_BLOCKS: usize = 600;

/// WAV, FLAC, MP3, M4A or OGG.
pub fn audio(bytes: &[u8]) {
    let source = Box::new(Cursor::new(bytes.to_vec()));
    let opened = Container::of(source, bytes.len() as u64, &Hint::new()).and_then(AudioFile::of);
    let Ok(mut audio) = opened else {
        return;
    };
    for _ in 0..MOST_BLOCKS {
        match audio.next() {
            Some(Ok(block)) => {
                let full_scale = block.iter().all(|sample| sample.abs() <= 1.0);
                assert!(full_scale, "beyond the full scale");
            }
            Some(Err(_)) => assert!(audio.next().is_none(), "sound after the last error"),
            None => return,
        }
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpora_are_read_without_a_panic() {
        replay("audio", super::audio);
    }
}
