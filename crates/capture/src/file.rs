//! A file that plays as if it were a microphone.

use std::path::Path;

use visit::Samples;

use crate::audio_file::Piece;
use crate::player::{Beat, Player};
use crate::{AudioFile, CaptureError, Event, Pace, Source, decode_file};

/// Opens an audio file as a source that plays at `pace`.
///
/// Sound that cannot be decoded in the middle is told as [`Event::Dropped`]. After the last sound
/// comes [`Event::Ended`], or, for an incomplete or damaged file, [`Event::CutShort`] with the
/// account of how much could be read; the sound before it is good.
///
/// # Errors
/// As [`decode_file`], and [`CaptureError::ImpossiblePace`].
pub fn open_file(path: &Path, pace: Pace) -> Result<Box<dyn Source>, CaptureError> {
    let audio = decode_file(path)?;
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let beats = Beats { audio, over: false };
    Ok(Box::new(Player::start(name, pace, beats)?))
}

/// A file's sound as events.
struct Beats {
    audio: AudioFile,
    over: bool,
}

impl Iterator for Beats {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        if self.over {
            return None;
        }
        let event = match self.audio.piece() {
            Some(Ok(Piece::Sound(block))) => {
                return Some((Samples::of(block.len()), Event::Sound(block)));
            }
            Some(Ok(Piece::Missing(samples))) => return Some((samples, Event::Dropped(samples))),
            Some(Err(error)) => Event::CutShort(error.to_string()),
            None => Event::Ended,
        };
        self.over = true;
        Some((Samples(0), event))
    }
}
