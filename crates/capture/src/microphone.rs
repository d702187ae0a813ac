//! Microphones: which there are, and one as a source.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use serde::Serialize;
use ts_rs::TS;

use crate::choice::Choice;
use crate::clock::Clock;
use crate::listen::{LIMITS, Listener, Order};
use crate::{CaptureError, Event, Source, device, stream};

/// How long the sound system may take to answer. PulseAudio's own limit of two seconds comes
/// before a fallback to ALSA.
const ANSWER: Duration = Duration::from_secs(8);

/// A microphone that a person can choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub struct Microphone {
    /// Names it to [`open_microphone`]; stable while it is plugged in the same way.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The system's own choice.
    pub is_default: bool,
}

/// The microphones of this computer, without the plumbing of its sound system.
///
/// # Errors
/// [`CaptureError::NotAnswering`], [`CaptureError::SoundSystem`],
/// [`CaptureError::UnknownSoundSystem`]. No microphone at all is an empty list.
pub fn microphones() -> Result<Vec<Microphone>, CaptureError> {
    let (tell, answer) = bounded(1);
    thread::Builder::new()
        .name("microphone list".into())
        // Nobody listens any more if it took too long.
        .spawn(move || drop(tell.send(device::list())))
        .map_err(CaptureError::Thread)?;
    let listed = answer
        .recv_timeout(ANSWER)
        .map_err(|_| CaptureError::NotAnswering)??;
    Ok(listed
        .into_iter()
        .map(|l| Microphone {
            id: l.id,
            name: l.name,
            is_default: l.is_default,
        })
        .collect())
}

/// Opens the microphone with this id, or the default one, and begins to listen.
///
/// The first sound can take up to three seconds on a sound system that was idle; the recording
/// begins with it. To stop without losing the last tenth of a second, pause, take what is on the
/// channel, then drop the source.
///
/// A stall is told after a second without sound (five at the start), or at once when the sound
/// system reports the device's end. The source then opens the microphone again for as long as it
/// takes: the same one if one was chosen and, when that has not been there for two attempts
/// (half a second apart), whatever is the default by then; [`Event::Recovered`] names it. It
/// never fails by itself.
///
/// A default that a person changes meanwhile is not followed as long as the device that was opened
/// delivers: a recording does not change its microphone without need. PulseAudio and PipeWire,
/// though, move a recording of the default microphone along with the default, and let a person move
/// any: that is told as a stall, too, within a second or so, and the recording goes on from there.
///
/// # Errors
/// [`CaptureError::NoMicrophone`], [`CaptureError::UnknownMicrophone`],
/// [`CaptureError::MicrophoneBusy`], [`CaptureError::MicrophoneRefused`],
/// [`CaptureError::MicrophoneUnusable`], [`CaptureError::NotAnswering`],
/// [`CaptureError::SoundSystem`], [`CaptureError::UnknownSoundSystem`].
pub fn open_microphone(choice: Option<&str>) -> Result<Box<dyn Source>, CaptureError> {
    let clock = Clock::start();
    let choice = Choice::new(choice);
    let device = stream::open(choice.clone(), 0, clock.clone())?
        .recv_timeout(ANSWER)
        .map_err(|_| CaptureError::NotAnswering)??;
    let name = device.name.clone();
    let (send, events) = unbounded();
    let (orders, taken) = unbounded();
    let shared = clock.clone();
    let opener = Box::new(move |tries| stream::open(choice.clone(), tries, shared.clone()));
    let listener = Listener::new(clock, LIMITS, device, opener, send, taken);
    thread::Builder::new()
        .name("microphone".into())
        .spawn(move || listener.run())
        .map_err(CaptureError::Thread)?;
    Ok(Box::new(Listening {
        name,
        events,
        orders,
    }))
}

/// The owner's end of a microphone. Dropping it closes the device.
struct Listening {
    name: String,
    events: Receiver<Event>,
    orders: Sender<Order>,
}

impl Source for Listening {
    fn name(&self) -> &str {
        &self.name
    }

    fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    fn pause(&mut self) -> Result<(), CaptureError> {
        let (done, wait) = bounded(1);
        // A listener that has failed delivers nothing anyway.
        if self.orders.send(Order::Pause(done)).is_ok() {
            let _ = wait.recv();
        }
        Ok(())
    }

    fn resume(&mut self) -> Result<(), CaptureError> {
        let _ = self.orders.send(Order::Resume);
        Ok(())
    }
}
