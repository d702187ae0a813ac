//! Where sound comes from, whatever it is.

use crossbeam_channel::Receiver;
use visit::Samples;

use crate::Obstacle;

/// A running source of sound. Dropping it stops it.
///
/// Sound arrives as [`Event`]s on the channel, in order, as one channel at 16 kHz.
pub trait Source: Send {
    /// What people call it: the device's name or the file's.
    fn name(&self) -> &str;

    /// The events, in order.
    ///
    /// A slow receiver never loses sound. A microphone never waits: its channel is unbounded and
    /// grows by 64 kB for each second that the receiver is behind. A file can wait: its channel
    /// holds a few seconds, so that a file of any length needs little memory.
    fn events(&self) -> &Receiver<Event>;

    /// Stops delivering; time that passes meanwhile is not part of the recording. When it returns,
    /// all sound from before is on the channel and none follows.
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
    /// Sound: 16 kHz, one channel, full scale ±1; 100 ms at a time, less where a stretch ends
    /// (before a pause, a gap or the end).
    Sound(Vec<f32>),
    /// So many 16 kHz samples are missing here: lost between the device and the program, or a
    /// damaged place in a file. The sound around them is delivered.
    Dropped(Samples),
    /// No sound has come for a second or more, the device has reported its end, or the computer
    /// has slept; the source is trying to reopen it and does not give up.
    Stalled,
    /// Since [`Event::Stalled`] the source could not be opened again for this reason; told when it
    /// changes, after the second attempt.
    StillStalled(Obstacle),
    /// Sound comes again after a stall, which lasted so long.
    Recovered {
        /// Length of the gap, in samples, by a monotonic clock that also counts the time that
        /// the computer slept.
        missing: Samples,
        /// The name of the device that it comes from now, if it is another one.
        device: Option<String>,
    },
    /// So much of a file, from its beginning, was read and passed over: it is recorded already.
    Passed(Samples),
    /// The end of a file. A microphone has none.
    Ended,
    /// The end of a file that is incomplete or damaged, with the account of how much could be read.
    /// What was delivered before is good, and there is no more. Nothing follows.
    CutShort(String),
    /// The device cannot go on, for the reason given to a person; another one may. What was
    /// delivered before is good. Nothing follows.
    Failed(String),
}
