//! Plays a sequence of events at a pace: what a file and a script have in common.

use std::convert::Infallible;
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded, select};
use visit::Samples;

use crate::pace::Pacer;
use crate::{CaptureError, Event, Pace, Source};

/// Events that wait for their receiver. With blocks of 100 ms a little over three seconds: enough
/// that neither side waits for the other all the time, little enough for a file of hours.
const WAITING: usize = 32;

/// An event and the length of the recording that passes before it is due.
pub(crate) type Beat = (Samples, Event);

/// A source that plays prepared events.
pub(crate) struct Player {
    name: String,
    events: Receiver<Event>,
    orders: Sender<Order>,
    /// Closed when the player's thread has ended: an order that came too late stays in its
    /// channel unanswered.
    over: Receiver<Infallible>,
}

enum Order {
    /// Stand still; answers when nothing more comes.
    Pause(Sender<()>),
    Resume,
}

/// The source was dropped.
struct Gone;

impl Player {
    /// Starts to play `beats` on a thread of its own.
    pub(crate) fn start(
        name: String,
        pace: Pace,
        beats: impl Iterator<Item = Beat> + Send + 'static,
    ) -> Result<Self, CaptureError> {
        let pacer = Pacer::new(pace, Instant::now())?;
        let (send, events) = bounded(WAITING);
        let (orders, taken) = bounded(1);
        let (playing, over) = bounded(0);
        let stage = Stage {
            pacer,
            send,
            orders: taken,
            _playing: playing,
        };
        thread::Builder::new()
            .name("player".into())
            // Ending is the only way out; the source that was dropped needs no word of it.
            .spawn(move || drop(stage.play(beats)))
            .map_err(CaptureError::Thread)?;
        Ok(Self {
            name,
            events,
            orders,
            over,
        })
    }
}

impl Source for Player {
    fn name(&self) -> &str {
        &self.name
    }

    fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    fn pause(&mut self) -> Result<(), CaptureError> {
        let (done, wait) = bounded(1);
        // A player that has come to its end has nothing to pause.
        if self.orders.send(Order::Pause(done)).is_ok() {
            select! {
                recv(wait) -> _ => {}
                recv(self.over) -> _ => {}
            }
        }
        Ok(())
    }

    fn resume(&mut self) -> Result<(), CaptureError> {
        let _ = self.orders.send(Order::Resume);
        Ok(())
    }
}

struct Stage {
    pacer: Pacer,
    send: Sender<Event>,
    orders: Receiver<Order>,
    _playing: Sender<Infallible>,
}

impl Stage {
    fn play(mut self, beats: impl Iterator<Item = Beat>) -> Result<(), Gone> {
        for (length, event) in beats {
            let last = matches!(event, Event::Ended | Event::CutShort(_) | Event::Failed(_));
            self.pacer.play(length);
            self.wait_until_due()?;
            self.deliver(event)?;
            if last {
                return Ok(());
            }
        }
        // A script without an end: silence without a word, until the source is dropped.
        loop {
            let order = self.orders.recv().map_err(|_| Gone)?;
            self.obey(order)?;
        }
    }

    fn wait_until_due(&mut self) -> Result<(), Gone> {
        use crossbeam_channel::RecvTimeoutError::{Disconnected, Timeout};
        while let Some(left) = self.pacer.wait(Instant::now()) {
            match self.orders.recv_timeout(left) {
                Ok(order) => self.obey(order)?,
                Err(Timeout) => {}
                Err(Disconnected) => return Err(Gone),
            }
        }
        Ok(())
    }

    fn deliver(&mut self, event: Event) -> Result<(), Gone> {
        loop {
            // The event is cloned for each try only; a try is a single one unless an order comes.
            let order = select! {
                recv(self.orders) -> order => order.map_err(|_| Gone)?,
                send(self.send, event.clone()) -> sent => return sent.map_err(|_| Gone),
            };
            self.obey(order)?;
        }
    }

    fn obey(&mut self, order: Order) -> Result<(), Gone> {
        let Order::Pause(done) = order else {
            return Ok(());
        };
        let since = Instant::now();
        let _ = done.send(());
        while let Order::Pause(again) = self.orders.recv().map_err(|_| Gone)? {
            let _ = again.send(());
        }
        self.pacer.stood_still(since.elapsed());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// The end of a recording and the order to pause come from two threads and may cross.
    #[test]
    fn pausing_at_the_very_end_does_not_wait_for_ever() {
        for _ in 0..2000 {
            let end = std::iter::once((Samples(0), Event::Ended));
            let mut player = Player::start("end".to_owned(), Pace::Fastest, end).unwrap();
            assert!(matches!(player.events().recv(), Ok(Event::Ended)));
            player.pause().unwrap();
        }
    }
}
