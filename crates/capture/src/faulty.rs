//! A source that plays a script: sound, gaps, stalls, losses, failure. It stands in for the
//! microphones that drills and trials of the whole program need and no computer can be asked to
//! have: one that falls silent after ten minutes, one that is unplugged and comes back.

use visit::{Millis, Samples};

use crate::player::{Beat, Player};
use crate::{CaptureError, Event, Pace, Source};

/// After how long a microphone's silence is told; see [`Event::Stalled`].
const STALL: Millis = Millis(1_000);

/// Samples in a block of sound, as from a microphone.
const BLOCK: usize = 1_600;

/// What will happen, in order.
///
/// A script that says neither [`Script::end`] nor [`Script::fail`] leaves a source that is silent
/// from then on without a word.
#[derive(Clone, Debug, Default)]
pub struct Script {
    beats: Vec<Beat>,
}

impl Script {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sound: 16 kHz, one channel; delivered in blocks of 100 ms.
    pub fn sound(mut self, sound: &[f32]) -> Self {
        self.beats.extend(
            sound
                .chunks(BLOCK)
                .map(|block| (Samples::of(block.len()), Event::Sound(block.to_vec()))),
        );
        self
    }

    /// Sound without a signal, as from a muted microphone.
    pub fn silence(self, length: Millis) -> Self {
        let samples = length.samples().0 as usize;
        self.sound(&vec![0.0; samples])
    }

    /// So much is lost between device and program.
    pub fn drop_out(mut self, length: Millis) -> Self {
        let lost = length.samples();
        self.beats.push((lost, Event::Dropped(lost)));
        self
    }

    /// The device delivers nothing for so long, then sound again. Told after a second, like a real
    /// one; a shorter stall is told at its end.
    pub fn stall(mut self, length: Millis) -> Self {
        let missing = length.samples();
        let before = missing.min(STALL.samples());
        self.beats.push((before, Event::Stalled));
        self.beats.push((
            missing - before,
            Event::Recovered {
                missing,
                device: None,
            },
        ));
        self
    }

    /// The device is gone for so long, and then sound comes from another one of this name.
    pub fn replaced(mut self, length: Millis, device: &str) -> Self {
        self = self.stall(length);
        if let Some((_, Event::Recovered { device: now, .. })) = self.beats.last_mut() {
            *now = Some(device.to_owned());
        }
        self
    }

    /// The device delivers nothing from here on, and never comes back.
    pub fn stall_for_good(mut self) -> Self {
        self.beats.push((STALL.samples(), Event::Stalled));
        self
    }

    /// The source cannot go on; `reason` is for a person.
    pub fn fail(mut self, reason: &str) -> Self {
        self.beats.push((Samples(0), Event::Failed(reason.into())));
        self
    }

    /// The end of a file that is incomplete; `account` is for a person.
    pub fn cut_short(mut self, account: &str) -> Self {
        self.beats
            .push((Samples(0), Event::CutShort(account.into())));
        self
    }

    /// The end, as of a file.
    pub fn end(mut self) -> Self {
        self.beats.push((Samples(0), Event::Ended));
        self
    }

    /// Starts to play the script.
    ///
    /// # Errors
    /// [`CaptureError::ImpossiblePace`], [`CaptureError::Thread`].
    pub fn open(self, name: &str, pace: Pace) -> Result<Box<dyn Source>, CaptureError> {
        Ok(Box::new(Player::start(
            name.into(),
            pace,
            self.beats.into_iter(),
        )?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn played(script: Script) -> Vec<Event> {
        let source = script.open("script", Pace::Fastest).unwrap();
        source.events().iter().collect()
    }

    #[test]
    fn a_script_is_played_in_order() {
        let events = played(
            Script::new()
                .sound(&[0.5; 2_000])
                .drop_out(Millis(20))
                .stall(Millis(3_000))
                .replaced(Millis(500), "spare")
                .silence(Millis(10))
                .fail("unplugged"),
        );
        let expected = [
            Event::Sound(vec![0.5; 1_600]),
            Event::Sound(vec![0.5; 400]),
            Event::Dropped(Samples(320)),
            Event::Stalled,
            Event::Recovered {
                missing: Samples(48_000),
                device: None,
            },
            Event::Stalled,
            Event::Recovered {
                missing: Samples(8_000),
                device: Some("spare".into()),
            },
            Event::Sound(vec![0.0; 160]),
            Event::Failed("unplugged".into()),
        ];
        assert_eq!(events, expected);
    }

    #[test]
    fn after_the_end_the_channel_closes() {
        assert_eq!(played(Script::new().end()), [Event::Ended]);
    }

    #[test]
    fn a_script_without_an_end_stays_open_and_silent() {
        use crossbeam_channel::RecvTimeoutError;
        let script = Script::new().sound(&[0.1]).stall_for_good();
        let source = script.open("script", Pace::Fastest).unwrap();
        let events = source.events().clone();
        assert_eq!(events.recv().unwrap(), Event::Sound(vec![0.1]));
        assert_eq!(events.recv().unwrap(), Event::Stalled);
        let short = std::time::Duration::from_millis(50);
        assert_eq!(events.recv_timeout(short), Err(RecvTimeoutError::Timeout));
        drop(source);
        assert!(events.recv().is_err(), "dropping the source closes it");
    }

    #[test]
    fn pausing_holds_everything_back_and_resuming_loses_nothing() {
        let sound: Vec<f32> = (0..160_000).map(|n| n as f32 / 160_000.0).collect();
        let script = Script::new().sound(&sound).end();
        let mut source = script.open("script", Pace::Fastest).unwrap();
        let events = source.events().clone();
        let mut heard: Vec<Event> = (0..5).map(|_| events.recv().unwrap()).collect();
        source.pause().unwrap();
        heard.extend(events.try_iter());
        // All that was on the channel is taken; a paused source adds nothing, however long we wait.
        assert!(
            events
                .recv_timeout(std::time::Duration::from_millis(50))
                .is_err()
        );
        source.resume().unwrap();
        heard.extend(events.iter());
        assert_eq!(heard.pop(), Some(Event::Ended));
        let all: Vec<f32> = heard
            .into_iter()
            .flat_map(|event| match event {
                Event::Sound(block) => block,
                other => unreachable!("{other:?}"),
            })
            .collect();
        assert_eq!(all, sound);
    }
}
