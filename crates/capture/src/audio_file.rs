//! Audio files → blocks of 16 kHz mono, read as they are needed.

use std::collections::VecDeque;
use std::path::Path;

use visit::{Millis, Samples};

use crate::container::{Broken, Container, Packaged};
use crate::expected::Expected;
use crate::{CaptureError, stretch::Stretch};

/// No hole is believed to be longer in a file that does not say how long it is.
const LONGEST_HOLE: Samples = Millis(10_000).samples();

/// Opens a WAV, FLAC, MP3, M4A (AAC) or OGG (Vorbis) file for reading as fast as it is asked for.
///
/// # Errors
/// A [`CaptureError`] of the `File…` kind: the first block is decoded here, so that a file without
/// usable sound is refused at once.
pub fn decode_file(path: &Path) -> Result<AudioFile, CaptureError> {
    AudioFile::open(path)
}

/// A file being decoded: an iterator over its sound in blocks of 100 ms, 16 kHz, one channel, full
/// scale ±1. It holds a few blocks in memory, however long the file is.
///
/// An incomplete or damaged file gives all the sound that can be decoded and then one error with
/// the account of it. Damaged places in the middle are left out and counted
/// ([`AudioFile::damaged`]).
pub struct AudioFile {
    container: Container,
    expected: Expected,
    /// Frames per second of the current stretch.
    rate: u32,
    stretch: Option<Stretch>,
    frames: Vec<f32>,
    ready: VecDeque<Piece>,
    delivered: Samples,
    damaged: Samples,
    end: Option<End>,
}

/// What reading gives.
pub(crate) enum Piece {
    /// A block of sound.
    Sound(Vec<f32>),
    /// So much is missing here.
    Missing(Samples),
}

/// How reading ended.
enum End {
    Complete,
    Failed(CaptureError),
}

impl AudioFile {
    fn open(path: &Path) -> Result<Self, CaptureError> {
        Self::of(Container::open(path)?)
    }

    /// Decodes the first block of what was opened.
    pub(crate) fn of((container, expected): (Container, Expected)) -> Result<Self, CaptureError> {
        let mut audio = Self {
            container,
            expected,
            rate: 0,
            stretch: None,
            frames: Vec::new(),
            ready: VecDeque::new(),
            delivered: Samples(0),
            damaged: Samples(0),
            end: None,
        };
        while audio.sound_ready() == Samples(0) {
            match audio.end.take() {
                None => audio.step(),
                // It may say how long it is; there is no sound in it all the same.
                Some(End::Complete | End::Failed(CaptureError::FileTruncated { .. })) => {
                    return Err(CaptureError::FileEmpty);
                }
                Some(End::Failed(CaptureError::FileDamaged { .. })) => {
                    return Err(CaptureError::FileNotAudio);
                }
                Some(End::Failed(error)) => return Err(error),
            }
        }
        Ok(audio)
    }

    /// How long the file says it is, where it says so.
    pub fn duration(&self) -> Option<Millis> {
        self.expected.duration()
    }

    /// How much has been handed out so far.
    pub fn position(&self) -> Samples {
        self.delivered
    }

    /// How much could not be decoded so far and was left out between what was handed out.
    pub fn damaged(&self) -> Samples {
        self.damaged
    }

    /// The next sound or the next hole.
    pub(crate) fn piece(&mut self) -> Option<Result<Piece, CaptureError>> {
        while self.ready.is_empty() && self.end.is_none() {
            self.step();
        }
        if let Some(piece) = self.ready.pop_front() {
            match &piece {
                Piece::Sound(block) => self.delivered = self.delivered + Samples::of(block.len()),
                Piece::Missing(samples) => self.damaged = self.damaged + *samples,
            }
            return Some(Ok(piece));
        }
        match self.end.replace(End::Complete) {
            Some(End::Failed(error)) => Some(Err(error)),
            _ => None,
        }
    }

    /// Reads one packet.
    fn step(&mut self) {
        self.end = match self.read() {
            Ok(true) => None,
            Ok(false) => Some(self.close()),
            Err(error) => Some(End::Failed(error)),
        };
    }

    /// Reads one packet; false at the end.
    fn read(&mut self) -> Result<bool, CaptureError> {
        match self.container.read(&mut self.frames) {
            Ok(Packaged::Frames { rate, missing }) => {
                self.leave_out(missing)?;
                if rate != self.rate {
                    self.end_stretch()?;
                    self.rate = rate;
                }
                if !self.frames.is_empty() {
                    let stretch = match &mut self.stretch {
                        Some(stretch) => stretch,
                        none => none.insert(Stretch::new(rate)?),
                    };
                    let ready = &mut self.ready;
                    stretch.push(&self.frames, &mut |block| {
                        ready.push_back(Piece::Sound(block));
                    })?;
                }
            }
            Ok(Packaged::Undecodable { missing }) => self.leave_out(missing)?,
            Ok(Packaged::Nothing) => {}
            Ok(Packaged::AnotherPart) => self.expected = Expected::default(),
            Ok(Packaged::End) => return Ok(false),
            Err(broken) => {
                self.end_stretch()?;
                let decoded = (self.delivered + self.sound_ready()).millis();
                return Err(match broken {
                    Broken::Structure => CaptureError::FileDamaged { decoded },
                    Broken::Reading(source) => CaptureError::FileLost { decoded, source },
                });
            }
        }
        Ok(true)
    }

    /// Says that so much is missing after the sound so far. No more is believed than the file is
    /// long.
    fn leave_out(&mut self, missing: Samples) -> Result<(), CaptureError> {
        if missing == Samples(0) {
            return Ok(());
        }
        self.end_stretch()?;
        let limit = match self.expected.duration() {
            Some(claim) => claim.samples() - self.reached(),
            None => LONGEST_HOLE,
        };
        let missing = missing.min(limit);
        match self.ready.back_mut() {
            Some(Piece::Missing(before)) => *before = *before + missing,
            _ => self.ready.push_back(Piece::Missing(missing)),
        }
        Ok(())
    }

    fn end_stretch(&mut self) -> Result<(), CaptureError> {
        let ready = &mut self.ready;
        match self.stretch.take() {
            Some(stretch) => stretch.finish(&mut |block| ready.push_back(Piece::Sound(block))),
            None => Ok(()),
        }
    }

    /// Ends the sound and compares it with what the file promised.
    fn close(&mut self) -> End {
        if let Err(error) = self.end_stretch() {
            return End::Failed(error);
        }
        match self.expected.shortfall(self.reached()) {
            Some(expected) => End::Failed(CaptureError::FileTruncated {
                decoded: (self.delivered + self.sound_ready()).millis(),
                expected,
            }),
            None => End::Complete,
        }
    }

    /// Sound that waits to be handed out.
    fn sound_ready(&self) -> Samples {
        let lengths = self.ready.iter().map(|piece| match piece {
            Piece::Sound(block) => Samples::of(block.len()),
            Piece::Missing(_) => Samples(0),
        });
        lengths.fold(Samples(0), |sum, length| sum + length)
    }

    /// How far into the file reading has come, holes and all.
    fn reached(&self) -> Samples {
        let holes = self.ready.iter().map(|piece| match piece {
            Piece::Sound(_) => Samples(0),
            Piece::Missing(samples) => *samples,
        });
        holes.fold(
            self.delivered + self.damaged + self.sound_ready(),
            |sum, hole| sum + hole,
        )
    }
}

impl Iterator for AudioFile {
    type Item = Result<Vec<f32>, CaptureError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.piece()? {
                Ok(Piece::Sound(block)) => return Some(Ok(block)),
                Ok(Piece::Missing(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
