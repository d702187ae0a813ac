//! A file's container and codec: packets of its sound track, decoded and mixed to one channel.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, TimeBase, Timestamp};
use visit::{Millis, SAMPLE_RATE, Samples};

use crate::expected::Expected;
use crate::{CaptureError, mix};

/// What stands for a panic of the library's. Not one of its errors that another packet may follow.
const PANICKED: SymphoniaError = SymphoniaError::Unsupported("a broken structure");

/// A hole between two packets that is no rounding.
const HOLE: Samples = Millis(10).samples();

/// An open file.
pub(crate) struct Container {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// The track's unit of time.
    base: Option<TimeBase>,
    /// Where the next packet should begin.
    next: Option<Timestamp>,
    interleaved: Vec<f32>,
}

/// What a packet gives.
pub(crate) enum Packaged {
    /// Frames at `rate`, now in the caller's buffer; so much is missing before them.
    Frames { rate: u32, missing: Samples },
    /// Nothing that can be decoded where so much should be.
    Undecodable { missing: Samples },
    /// Nothing for this track.
    Nothing,
    /// From here on the file's length is not what its beginning said.
    AnotherPart,
    /// The end.
    End,
}

/// Why no more packets come.
pub(crate) enum Broken {
    /// The file's structure.
    Structure,
    /// The disk or network.
    Reading(io::Error),
}

impl Container {
    /// Opens a file, and says how long it claims to be.
    pub(crate) fn open(path: &Path) -> Result<(Self, Expected), CaptureError> {
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
        Self::of(Box::new(file), metadata.len(), &hint)
    }

    /// Opens what has so many bytes.
    pub(crate) fn of(
        source: Box<dyn MediaSource>,
        bytes: u64,
        hint: &Hint,
    ) -> Result<(Self, Expected), CaptureError> {
        let format = guarded(|| {
            symphonia::default::get_probe().probe(
                hint,
                MediaSourceStream::new(source, Default::default()),
                FormatOptions::default(),
                MetadataOptions::default(),
            )
        })
        .map_err(not_audio)?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or(CaptureError::FileNotAudio)?;
        let expected = Expected::of(track, &format.format_info().format, bytes);
        let container = Self {
            track: track.id,
            base: track.time_base,
            decoder: decoder_for(track).map_err(not_audio)?,
            format,
            next: None,
            interleaved: Vec::new(),
        };
        Ok((container, expected))
    }

    /// Reads a packet; its frames replace what is in `mono`.
    pub(crate) fn read(&mut self, mono: &mut Vec<f32>) -> Result<Packaged, Broken> {
        let packet = match guarded(|| self.format.next_packet()) {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(Packaged::End),
            Err(SymphoniaError::IoError(e)) if e.kind() == ErrorKind::UnexpectedEof => {
                return Ok(Packaged::End);
            }
            Err(SymphoniaError::IoError(e)) => return Err(Broken::Reading(e)),
            Err(SymphoniaError::ResetRequired) => return self.begin_another_part(),
            Err(_) => return Err(Broken::Structure),
        };
        if packet.track_id != self.track {
            return Ok(Packaged::Nothing);
        }
        let missing = self.hole_before(&packet);
        let decoded = match guarded(|| self.decoder.decode(&packet)) {
            Ok(decoded) => decoded,
            // The decoder's rule: such a packet is lost, the next one may be good.
            Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_)) => {
                let missing = missing + self.samples_in(packet.dur);
                return Ok(Packaged::Undecodable { missing });
            }
            Err(_) => return Err(Broken::Structure),
        };
        let rate = decoded.spec().rate();
        let channels = decoded.spec().channels().count();
        decoded.copy_to_vec_interleaved(&mut self.interleaved);
        mono.clear();
        mono.extend(mix::mono(&self.interleaved, channels, |x| x));
        Ok(Packaged::Frames { rate, missing })
    }

    /// A reader that lost its way in a damaged place goes on at the next packet that it finds.
    fn hole_before(&mut self, packet: &Packet) -> Samples {
        let expected = self.next.replace(packet.pts.saturating_add(packet.dur));
        expected
            .and_then(|next| next.duration_to(packet.pts))
            .map(|hole| self.samples_in(hole))
            .filter(|hole| *hole > HOLE)
            .unwrap_or_default()
    }

    fn samples_in(&self, duration: Duration) -> Samples {
        let nanos = self
            .base
            .map_or(0, |base| base.calc_duration_saturating(duration).as_nanos());
        let samples = nanos.saturating_mul(i128::from(SAMPLE_RATE)) / 1_000_000_000;
        Samples(u64::try_from(samples).unwrap_or(0))
    }

    /// A chained OGG file begins anew: another track, perhaps another rate.
    fn begin_another_part(&mut self) -> Result<Packaged, Broken> {
        let Some(track) = self.format.default_track(TrackType::Audio) else {
            return Ok(Packaged::End);
        };
        self.decoder = decoder_for(track).map_err(|_| Broken::Structure)?;
        self.track = track.id;
        self.base = track.time_base;
        self.next = None;
        Ok(Packaged::AnotherPart)
    }
}

fn decoder_for(track: &Track) -> Result<Box<dyn AudioDecoder>, SymphoniaError> {
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(CodecParameters::audio)
        .ok_or(SymphoniaError::Unsupported("no codec parameters"))?;
    guarded(|| {
        symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
    })
}

/// Asks the library, some of whose assertions a damaged file can break: the offset of an M4A file's chunk that lies
/// further away than memory reaches is one (`MediaSourceStream::seek_buffered`, symphonia-core 0.6.1). Such a file's
/// structure is broken, and a reader or decoder that panicked is never asked again.
fn guarded<T>(ask: impl FnOnce() -> Result<T, SymphoniaError>) -> Result<T, SymphoniaError> {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or(Err(PANICKED))
}

fn not_audio(error: SymphoniaError) -> CaptureError {
    match error {
        SymphoniaError::IoError(e) if e.kind() != ErrorKind::UnexpectedEof => {
            CaptureError::FileUnreadable(e)
        }
        _ => CaptureError::FileNotAudio,
    }
}
