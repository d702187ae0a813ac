//! Microphones: which there are, and one as a source.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use serde::Serialize;
use ts_rs::TS;

use crate::clock::Clock;
use crate::device::Wish;
use crate::listen::{LIMITS, Listener, Order};
use crate::{CaptureError, Event, Source, device, stream};

/// How long the sound system may take to answer. PulseAudio's own limit of two seconds comes
/// before a fallback to ALSA.
const ANSWER: Duration = Duration::from_secs(8);

/// Attempts to find the chosen microphone again before the default one will do, too.
const FAITHFUL: u32 = 2;

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
/// delivers: a recording does not change its microphone without need.
///
/// # Errors
/// [`CaptureError::NoMicrophone`], [`CaptureError::UnknownMicrophone`],
/// [`CaptureError::MicrophoneBusy`], [`CaptureError::MicrophoneRefused`],
/// [`CaptureError::MicrophoneUnusable`], [`CaptureError::NotAnswering`],
/// [`CaptureError::SoundSystem`], [`CaptureError::UnknownSoundSystem`].
pub fn open_microphone(choice: Option<&str>) -> Result<Box<dyn Source>, CaptureError> {
    let clock = Clock::start();
    let choice = choice.map(str::to_owned);
    let device = stream::open(wish(choice.as_deref(), 0), clock.clone())?
        .recv_timeout(ANSWER)
        .map_err(|_| CaptureError::NotAnswering)??;
    let name = device.name.clone();
    let (send, events) = unbounded();
    let (orders, taken) = unbounded();
    let shared = clock.clone();
    let opener =
        Box::new(move |tries| stream::open(wish(choice.as_deref(), tries), shared.clone()));
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

/// What to open after so many attempts that have failed. A device that is being plugged in again,
/// or whose sound system is being restarted, is given time before another takes its place.
fn wish(choice: Option<&str>, tries: u32) -> Wish {
    match choice {
        None => Wish::Default,
        Some(id) if tries < FAITHFUL => Wish::Only(id.to_owned()),
        Some(id) => Wish::Rather(id.to_owned()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_microphone_comes_first_and_the_default_one_after_a_while() {
        let id = || "pulseaudio:desk".to_owned();
        for tries in 0..FAITHFUL {
            assert_eq!(wish(Some(&id()), tries), Wish::Only(id()));
        }
        assert_eq!(wish(Some(&id()), FAITHFUL), Wish::Rather(id()));
        assert_eq!(wish(None, 0), Wish::Default);
        assert_eq!(wish(None, 9), Wish::Default);
    }
}
