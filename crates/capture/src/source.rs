//! Where sound comes from, whatever it is.

use crossbeam_channel::Receiver;
use visit::Samples;

/// A running source of sound. Dropping it stops it.
///
/// Sound arrives as [`Event`]s on the channel, in order, as one channel at 16 kHz.
pub trait Source: Send {
    /// What people call it: the device's name or the file's.
    fn name(&self) -> &str;

    /// The events, in order. The channel is unbounded on the sender's side: a slow receiver never
    /// loses sound.
    fn events(&self) -> &Receiver<Event>;

    /// Stops delivering; time that passes meanwhile is not part of the recording.
    ///
    /// # Errors
    /// [`crate::CaptureError`] if the device does not take the order.
    fn pause(&mut self) -> Result<(), crate::CaptureError>;

    /// Goes on after [`Source::pause`].
    ///
    /// # Errors
    /// [`crate::CaptureError`] if the device does not take the order.
    fn resume(&mut self) -> Result<(), crate::CaptureError>;
}

/// What a source tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Sound: 16 kHz, one channel, full scale ±1; 20 to 200 ms at a time.
    Sound(Vec<f32>),
    /// So many 16 kHz samples were lost between the device and the program.
    Dropped(Samples),
    /// No sound has come for a second or more; the source is trying to reopen the device.
    Stalled,
    /// Sound comes again after a stall, which lasted so long.
    Recovered {
        /// Length of the gap by the monotonic clock, in samples.
        missing: Samples,
    },
    /// The end of a file. A microphone has none.
    Ended,
    /// The source cannot go on.
    Failed(String),
}
