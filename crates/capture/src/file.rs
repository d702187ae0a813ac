//! A file that plays as if it were a microphone.

use std::path::Path;

use visit::{Millis, Samples};

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
    play(path, pace, None)
}

/// Opens an audio file to go on reading it where `recorded` of its sound has been taken before: the
/// same samples follow as if it had been read in one go. It plays as fast as it is taken.
///
/// Formats that are compressed have no exact places to begin at, so the file is decoded from its
/// beginning; what is passed over is told as [`Event::Passed`]. A file whose reading fails on the way
/// (a network drive that has gone) ends with [`Event::Failed`]: it can be gone on with once more.
///
/// # Errors
/// As [`decode_file`].
pub fn open_file_at(path: &Path, recorded: Samples) -> Result<Box<dyn Source>, CaptureError> {
    play(path, Pace::Fastest, Some(recorded))
}

fn play(
    path: &Path,
    pace: Pace,
    recorded: Option<Samples>,
) -> Result<Box<dyn Source>, CaptureError> {
    let audio = decode_file(path)?;
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let beats = Beats {
        audio,
        recorded: recorded.unwrap_or_default(),
        goes_on: recorded.is_some(),
        over: false,
    };
    Ok(Box::new(Player::start(name, pace, beats)?))
}

/// How much is passed over before it is told, and before an order to stop is heard.
const STEP: Samples = Millis(10_000).samples();

/// A file's sound as events.
struct Beats {
    audio: AudioFile,
    /// So much from the beginning is not wanted.
    recorded: Samples,
    /// Whether somebody will come back for the rest of a file that could not be read on.
    goes_on: bool,
    over: bool,
}

impl Iterator for Beats {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        if self.over {
            return None;
        }
        let before = self.audio.position();
        if before < self.recorded {
            return Some(self.pass(before));
        }
        let event = match self.audio.piece() {
            Some(Ok(piece)) => return Some(beat(piece)),
            Some(Err(error)) => self.broken(&error),
            None => Event::Ended,
        };
        self.over = true;
        Some((Samples(0), event))
    }
}

impl Beats {
    /// Reads on to the place from which sound is wanted, or a step of the way.
    fn pass(&mut self, before: Samples) -> Beat {
        loop {
            match self.audio.piece() {
                Some(Ok(Piece::Sound(mut block))) => {
                    let reached = self.audio.position();
                    if reached > self.recorded {
                        let wanted = (reached - self.recorded).0 as usize;
                        return beat(Piece::Sound(block.split_off(block.len() - wanted)));
                    }
                    if reached == self.recorded || reached - before >= STEP {
                        return (Samples(0), Event::Passed(reached));
                    }
                }
                Some(Ok(Piece::Missing(_))) => {}
                Some(Err(error)) => {
                    self.over = true;
                    return (Samples(0), self.broken(&error));
                }
                None => {
                    self.over = true;
                    return (Samples(0), Event::Ended);
                }
            }
        }
    }

    /// A broken file stays as it is; one that could not be read may be read later.
    fn broken(&self, error: &CaptureError) -> Event {
        match error {
            CaptureError::FileLost { .. } if self.goes_on => Event::Failed(error.to_string()),
            _ => Event::CutShort(error.to_string()),
        }
    }
}

fn beat(piece: Piece) -> Beat {
    match piece {
        Piece::Sound(block) => (Samples::of(block.len()), Event::Sound(block)),
        Piece::Missing(samples) => (samples, Event::Dropped(samples)),
    }
}
