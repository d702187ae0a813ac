//! Audio files → blocks of 16 kHz mono, read as they are needed.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use visit::{Millis, Samples};

use crate::expected::Expected;
use crate::resample::samples_for;
use crate::{CaptureError, mix, stretch::Stretch};

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
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// Frames per second of the current stretch, once a packet has been decoded.
    rate: u32,
    stretch: Option<Stretch>,
    interleaved: Vec<f32>,
    ready: VecDeque<Vec<f32>>,
    expected: Expected,
    delivered: Samples,
    damaged: Samples,
    end: Option<End>,
}

/// How reading ended.
enum End {
    Complete,
    Failed(CaptureError),
}

impl AudioFile {
    fn open(path: &Path) -> Result<Self, CaptureError> {
        let file = File::open(path).map_err(|e| match e.kind() {
            ErrorKind::NotFound => CaptureError::FileMissing,
            _ => CaptureError::FileUnreadable(e),
        })?;
        let metadata = file.metadata().map_err(CaptureError::FileUnreadable)?;
        if !metadata.is_file() {
            return Err(CaptureError::FileNotAudio);
        }
        if metadata.len() == 0 {
            return Err(CaptureError::FileEmpty);
        }

        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(Box::new(file), Default::default());
        let format = symphonia::default::get_probe()
            .probe(
                &hint,
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(not_audio)?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or(CaptureError::FileNotAudio)?;
        let expected = Expected::of(track, &format.format_info().format, metadata.len());
        let (track, decoder) = (track.id, decoder_for(track)?);

        let mut audio = Self {
            format,
            decoder,
            track,
            rate: 0,
            stretch: None,
            interleaved: Vec::new(),
            ready: VecDeque::new(),
            expected,
            delivered: Samples(0),
            damaged: Samples(0),
            end: None,
        };
        audio.fill();
        match (audio.ready.is_empty(), audio.end.take()) {
            (true, Some(End::Complete)) => Err(CaptureError::FileEmpty),
            (true, Some(End::Failed(error))) => Err(match error {
                CaptureError::FileTruncated { .. } => CaptureError::FileEmpty,
                CaptureError::FileDamaged { .. } => CaptureError::FileNotAudio,
                other => other,
            }),
            (_, end) => {
                audio.end = end;
                Ok(audio)
            }
        }
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

    /// Reads until a block is ready or the end is reached.
    fn fill(&mut self) {
        while self.ready.is_empty() && self.end.is_none() {
            self.end = match self.read_packet() {
                Ok(true) => None,
                Ok(false) => Some(self.close()),
                Err(error) => {
                    // What is still inside the resampler is sound too.
                    self.close();
                    Some(End::Failed(error))
                }
            };
        }
    }

    /// Reads one packet; false at the end.
    fn read_packet(&mut self) -> Result<bool, CaptureError> {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(false),
            Err(SymphoniaError::IoError(e)) if e.kind() == ErrorKind::UnexpectedEof => {
                return Ok(false);
            }
            Err(SymphoniaError::IoError(source)) => return Err(self.lost(source)),
            Err(SymphoniaError::ResetRequired) => return self.next_chain(),
            Err(_) => return Err(self.broken()),
        };
        if packet.track_id == self.track {
            self.decode(&packet)?;
        }
        Ok(true)
    }

    fn decode(&mut self, packet: &Packet) -> Result<(), CaptureError> {
        let decoded = match self.decoder.decode(packet) {
            Ok(decoded) => decoded,
            // The decoder's rule: such a packet is lost, the next one may be good.
            Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_)) => {
                self.leave_out(packet);
                return Ok(());
            }
            Err(_) => return Err(self.broken()),
        };
        if decoded.is_empty() {
            return Ok(());
        }
        let rate = decoded.spec().rate();
        let channels = decoded.spec().channels().count();
        decoded.copy_to_vec_interleaved(&mut self.interleaved);
        let mono: Vec<f32> = mix::mono(&self.interleaved, channels, |x| x).collect();

        if rate != self.rate {
            self.end_stretch()?;
            self.rate = rate;
        }
        let stretch = match &mut self.stretch {
            Some(stretch) => stretch,
            none => none.insert(Stretch::new(rate)?),
        };
        let ready = &mut self.ready;
        stretch.push(&mono, &mut |block| ready.push_back(block))
    }

    /// Counts a packet that cannot be decoded.
    fn leave_out(&mut self, packet: &Packet) {
        let rate = match self.rate {
            0 => self.decoder.codec_params().sample_rate.unwrap_or(0),
            known => known,
        };
        if rate > 0 {
            self.damaged = self.damaged + Samples(samples_for(packet.dur.get(), rate));
        }
    }

    /// A chained OGG file begins anew: another track, perhaps another rate.
    fn next_chain(&mut self) -> Result<bool, CaptureError> {
        let Some(track) = self.format.default_track(TrackType::Audio) else {
            return Ok(false);
        };
        self.track = track.id;
        self.decoder = decoder_for(track)?;
        // What the first part said about its length does not hold for all parts together.
        self.expected = Expected::default();
        Ok(true)
    }

    fn end_stretch(&mut self) -> Result<(), CaptureError> {
        let ready = &mut self.ready;
        match self.stretch.take() {
            Some(stretch) => stretch.finish(&mut |block| ready.push_back(block)),
            None => Ok(()),
        }
    }

    /// Ends the sound and compares it with what the file promised.
    fn close(&mut self) -> End {
        if let Err(error) = self.end_stretch() {
            return End::Failed(error);
        }
        let decoded = self.reachable();
        match self.expected.shortfall(decoded + self.damaged) {
            Some(expected) => End::Failed(CaptureError::FileTruncated {
                decoded: decoded.millis(),
                expected,
            }),
            None => End::Complete,
        }
    }

    /// What has been or will be handed out if nothing more can be read.
    fn reachable(&self) -> Samples {
        let waiting: usize = self.ready.iter().map(Vec::len).sum();
        self.delivered + Samples::of(waiting)
    }

    fn broken(&mut self) -> CaptureError {
        let _ = self.end_stretch();
        CaptureError::FileDamaged {
            decoded: self.reachable().millis(),
        }
    }

    fn lost(&mut self, source: io::Error) -> CaptureError {
        let _ = self.end_stretch();
        CaptureError::FileLost {
            decoded: self.reachable().millis(),
            source,
        }
    }
}

impl Iterator for AudioFile {
    type Item = Result<Vec<f32>, CaptureError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.fill();
        if let Some(block) = self.ready.pop_front() {
            self.delivered = self.delivered + Samples::of(block.len());
            return Some(Ok(block));
        }
        match self.end.replace(End::Complete) {
            Some(End::Failed(error)) => Some(Err(error)),
            _ => None,
        }
    }
}

fn decoder_for(track: &Track) -> Result<Box<dyn AudioDecoder>, CaptureError> {
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(CodecParameters::audio)
        .ok_or(CaptureError::FileNotAudio)?;
    symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(not_audio)
}

fn not_audio(error: SymphoniaError) -> CaptureError {
    match error {
        SymphoniaError::IoError(e) if e.kind() != ErrorKind::UnexpectedEof => {
            CaptureError::FileUnreadable(e)
        }
        _ => CaptureError::FileNotAudio,
    }
}
