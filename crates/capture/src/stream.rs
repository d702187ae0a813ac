//! An open device, on a thread of its own.
//!
//! Everything that talks to the sound system can block for good: a daemon that hangs, a device that
//! vanishes. ALSA's own way to close a stream whose daemon has died never returns. So every stream
//! lives and dies on a thread that nobody waits for; at worst the thread is left behind.

use std::thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{Data, ErrorKind, I24, Sample, SampleFormat, U24};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::CaptureError;
use crate::choice::Choice;
use crate::clock::Clock;
use crate::device::{self, Found};
use crate::presence::{Presence, Standing};
use crate::ring::{Complaints, Intake, Outlet, ring};

/// How often ALSA looks after its device's state if the device does not speak.
const LOOK: Duration = Duration::from_millis(500);

/// How often to look whether the device is still there.
const PRESENCE: Duration = Duration::from_secs(1);

/// A device that delivers into `outlet` until this is dropped.
pub(crate) struct Open {
    pub(crate) name: String,
    pub(crate) outlet: Outlet,
    /// Its end tells the stream's thread to close the device.
    _held: Sender<()>,
}

impl Open {
    /// An open device that ends when the receiver's other end is dropped.
    pub(crate) fn new(name: String, outlet: Outlet) -> (Self, Receiver<()>) {
        let (held, until) = bounded(0);
        let open = Self {
            name,
            outlet,
            _held: held,
        };
        (open, until)
    }
}

/// A device on its way to being open. Dropping it closes the device should it still open.
pub(crate) type Opening = Receiver<Result<Open, CaptureError>>;

/// Begins to open the microphone that is chosen, after so many attempts that have failed. Where a
/// person moves the stream to another one, that one is chosen from then on.
pub(crate) fn open(choice: Choice, tries: u32, clock: Clock) -> Result<Opening, CaptureError> {
    let (tell, opening) = bounded(1);
    thread::Builder::new()
        .name("microphone stream".into())
        .spawn(move || run(&choice, tries, clock, &tell))
        .map_err(CaptureError::Thread)?;
    Ok(opening)
}

fn run(choice: &Choice, tries: u32, clock: Clock, tell: &Sender<Result<Open, CaptureError>>) {
    let found = match device::find(&choice.wish(tries)) {
        Ok(found) => found,
        Err(error) => return drop(tell.send(Err(error))),
    };
    let (intake, outlet) = ring(found.config.channels, found.config.sample_rate, clock);
    let stream = match build(&found, intake, outlet.complaints()) {
        Ok(stream) => stream,
        Err(error) => return drop(tell.send(Err(error))),
    };
    let complaints = outlet.complaints();
    let (open, until) = Open::new(found.name.clone(), outlet);
    if tell.send(Ok(open)).is_err() {
        return;
    }
    // Where it cannot be had, recording goes on without.
    let pace = found.pace.and_then(|config| pace(&found, config).ok());
    // PulseAudio answers this only when the first sound comes.
    if stream.play().is_err() {
        complaints.broken();
    }
    // Nothing is ever sent: this ends when the device is no longer wanted.
    let mut presence = found.presence();
    while until.recv_timeout(PRESENCE) == Err(RecvTimeoutError::Timeout) {
        match presence.as_mut().map_or(Standing::Here, Presence::look) {
            Standing::Here => {}
            Standing::Gone => complaints.broken(),
            Standing::Moved(source) => {
                // What the loudspeakers play is no microphone: back to the one that was chosen.
                if let Some(id) = device::id_of_source(&source) {
                    choice.follow(id);
                }
                complaints.broken();
            }
        }
    }
    drop((stream, pace));
}

/// A stream that nobody listens to, see [`Found::pace`].
fn pace(found: &Found, config: cpal::StreamConfig) -> Result<cpal::Stream, cpal::Error> {
    let stream =
        found
            .device
            .build_input_stream_raw(config, found.format, |_, _| {}, |_| {}, None)?;
    stream.play()?;
    Ok(stream)
}

fn build(
    found: &Found,
    mut intake: Intake,
    complaints: Complaints,
) -> Result<cpal::Stream, CaptureError> {
    found
        .device
        .build_input_stream_raw(
            found.config,
            found.format,
            move |data, _| take(data, &mut intake),
            move |error| complain(&error, &complaints),
            Some(LOOK).filter(|_| is_alsa(&found.device)),
        )
        .map_err(CaptureError::from_sound_system)
}

fn is_alsa(device: &cpal::Device) -> bool {
    device
        .id()
        .is_ok_and(|id| id.host().name().eq_ignore_ascii_case("alsa"))
}

fn complain(error: &cpal::Error, complaints: &Complaints) {
    match error.kind() {
        ErrorKind::Xrun => complaints.overrun(),
        // The stream goes on.
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => complaints.broken(),
    }
}

/// The device's samples, whatever their format. Real-time safe.
fn take(data: &Data, intake: &mut Intake) {
    macro_rules! frames {
        ($sample:ty, $to_f32:expr) => {
            if let Some(samples) = data.as_slice::<$sample>() {
                intake.take(samples, $to_f32);
            }
        };
    }
    match data.sample_format() {
        SampleFormat::F32 => frames!(f32, |x| x),
        SampleFormat::F64 => frames!(f64, |x| x as f32),
        SampleFormat::I8 => frames!(i8, |x| x.to_sample::<f32>()),
        SampleFormat::I16 => frames!(i16, |x| x.to_sample::<f32>()),
        // Three bytes in four: the fourth is not always the sign, so it is shifted out.
        SampleFormat::I24 => frames!(I24, |x: I24| (x.inner() << 8).to_sample::<f32>()),
        SampleFormat::I32 => frames!(i32, |x| x.to_sample::<f32>()),
        SampleFormat::I64 => frames!(i64, |x| x.to_sample::<f32>()),
        SampleFormat::U8 => frames!(u8, |x| x.to_sample::<f32>()),
        SampleFormat::U16 => frames!(u16, |x| x.to_sample::<f32>()),
        SampleFormat::U24 => {
            frames!(U24, |x: U24| ((x.inner() << 8) as u32).to_sample::<f32>());
        }
        SampleFormat::U32 => frames!(u32, |x| x.to_sample::<f32>()),
        SampleFormat::U64 => frames!(u64, |x| x.to_sample::<f32>()),
        // Not asked for: `device` chooses among the above.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    // Cpal offers no other way to make what its callbacks get.
    #![allow(unsafe_code)]
    use super::*;

    /// What comes out of the ring for what a device of this format delivers.
    fn taken<T>(format: SampleFormat, mut samples: Vec<T>) -> Vec<f32> {
        assert_eq!(format.sample_size(), size_of::<T>(), "{format}");
        let (mut intake, mut outlet) = ring(1, 16_000, Clock::start());
        // SAFETY: so many values of the format's size lie there, and any bits are a value of each.
        let data = unsafe { Data::from_parts(samples.as_mut_ptr().cast(), samples.len(), format) };
        take(&data, &mut intake);
        let mut frames = Vec::new();
        assert_eq!(outlet.drain(&mut frames), 0);
        frames
    }

    /// Nothing, half of the full scale up and down, all of it down: in every format the same sound.
    #[test]
    fn every_format_gives_the_same_sound() {
        use SampleFormat::*;
        let cases = [
            (I8, taken(I8, vec![0_i8, 0x40, -0x40, i8::MIN])),
            (I16, taken(I16, vec![0_i16, 0x4000, -0x4000, i16::MIN])),
            // The fourth byte is the sign, or nothing, or whatever was there before.
            (
                I24,
                taken(I24, vec![0_u32, 0x40_0000, 0xffc0_0000, 0xff80_0000]),
            ),
            (
                I24,
                taken(I24, vec![0_u32, 0x40_0000, 0x00c0_0000, 0x0080_0000]),
            ),
            (
                I24,
                taken(
                    I24,
                    vec![0x1200_0000_u32, 0x3440_0000, 0x56c0_0000, 0x7880_0000],
                ),
            ),
            (I32, taken(I32, vec![0_i32, 1 << 30, -(1 << 30), i32::MIN])),
            (I64, taken(I64, vec![0_i64, 1 << 62, -(1 << 62), i64::MIN])),
            (U8, taken(U8, vec![0x80_u8, 0xc0, 0x40, 0])),
            (U16, taken(U16, vec![0x8000_u16, 0xc000, 0x4000, 0])),
            (
                U24,
                taken(U24, vec![0x80_0000_u32, 0xc0_0000, 0x40_0000, 0]),
            ),
            (
                U24,
                taken(
                    U24,
                    vec![0x1280_0000_u32, 0x34c0_0000, 0x5640_0000, 0xff00_0000],
                ),
            ),
            (U32, taken(U32, vec![1_u32 << 31, 3 << 30, 1 << 30, 0])),
            (U64, taken(U64, vec![1_u64 << 63, 3 << 62, 1 << 62, 0])),
            (F32, taken(F32, vec![0.0_f32, 0.5, -0.5, -1.0])),
            (F64, taken(F64, vec![0.0_f64, 0.5, -0.5, -1.0])),
        ];
        for (format, frames) in cases {
            assert_eq!(frames.len(), 4, "{format}");
            for (frame, expected) in frames.iter().zip([0.0, 0.5, -0.5, -1.0]) {
                // Eight bits scale up and down by one step differently.
                assert!((frame - expected).abs() < 0.01, "{format}: {frames:?}");
            }
        }
    }

    /// It is not asked for; should it come all the same, silence is better than noise.
    #[test]
    fn a_format_that_was_not_asked_for_is_not_heard() {
        assert!(taken(SampleFormat::DsdU8, vec![0x69_u8; 4]).is_empty());
    }
}
