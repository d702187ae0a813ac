#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use crate::Obstacle;
use crate::ring::{Intake, Outlet, ring};
use crossbeam_channel::{bounded, unbounded};
use std::sync::{Arc, Mutex};
use std::thread;

/// A listener on a device that this test plays, and on those that it opens afterwards. Time passes
/// only when the test says so: it does not matter how busy this computer is.
struct Scene {
    clock: Clock,
    device: Intake,
    opened: Receiver<Intake>,
    /// While this is false, opening is refused.
    plugged: Arc<Mutex<bool>>,
    /// While this is true, the sound system answers that another program holds the device.
    held: Arc<Mutex<bool>>,
    events: Receiver<Event>,
    orders: Sender<Order>,
    thread: thread::JoinHandle<()>,
}

fn scene() -> Scene {
    let again = |clock: Clock| ("again", ring(1, 16_000, clock));
    scene_with(16_000, again)
}

/// A device of this rate, and what is opened when it has to be replaced.
fn scene_with(
    rate: u32,
    next: impl Fn(Clock) -> (&'static str, (Intake, Outlet)) + Send + 'static,
) -> Scene {
    let clock = Clock::standing();
    let (device, outlet) = ring(1, rate, clock.clone());
    let (hand_over, opened) = unbounded();
    let plugged = Arc::new(Mutex::new(true));
    let is_plugged = Arc::clone(&plugged);
    let held = Arc::new(Mutex::new(false));
    let is_held = Arc::clone(&held);
    let shared = clock.clone();
    let opener: Opener = Box::new(move |_| {
        if !*is_plugged.lock().unwrap() {
            return Err(CaptureError::NoMicrophone);
        }
        let (tell, opening) = bounded(1);
        if *is_held.lock().unwrap() {
            let busy = cpal::Error::new(cpal::ErrorKind::DeviceBusy);
            let _ = tell.send(Err(CaptureError::MicrophoneBusy(busy)));
            return Ok(opening);
        }
        let (name, (intake, outlet)) = next(shared.clone());
        let _ = tell.send(Ok(Open::new(name.into(), outlet).0));
        let _ = hand_over.send(intake);
        Ok(opening)
    });
    let (send, events) = unbounded();
    // An order is handed over in person: when the second of two has been taken, the first one has
    // been carried out.
    let (orders, taken) = bounded(0);
    let open = Open::new("first".into(), outlet).0;
    let listener = Listener::new(clock.clone(), LIMITS, open, opener, send, taken);
    Scene {
        clock,
        device,
        opened,
        plugged,
        held,
        events,
        orders,
        thread: thread::spawn(move || listener.run()),
    }
}

impl Scene {
    /// The listener looks once, whole, with everything that was done before.
    fn look(&self) {
        // To one that is not paused this order says nothing.
        self.orders.send(Order::Resume).unwrap();
        self.orders.send(Order::Resume).unwrap();
    }

    /// Time passes, and the listener looks as often as it does in so long.
    fn pass(&self, time: Duration) {
        let end = self.clock.elapsed() + time;
        while self.clock.elapsed() < end {
            self.clock.pass(LIMITS.tick);
            self.look();
        }
    }

    /// What `seen` sees, as soon as it sees something.
    fn until<T>(&self, seen: impl Fn() -> Option<T>) -> T {
        // Longer than every limit.
        let end = self.clock.elapsed() + Duration::from_secs(120);
        loop {
            self.look();
            if let Some(seen) = seen() {
                return seen;
            }
            assert!(self.clock.elapsed() < end, "it does not come");
            self.clock.pass(LIMITS.tick);
        }
    }

    fn next(&self) -> Event {
        self.until(|| self.events.try_recv().ok())
    }

    /// The device that has been opened in the place of another.
    fn replacement(&self) -> Intake {
        self.until(|| self.opened.try_recv().ok())
    }

    fn pause(&self) {
        let (done, wait) = bounded(1);
        self.orders.send(Order::Pause(done)).unwrap();
        wait.recv().unwrap();
    }

    /// Ends listening and gives what was still told.
    fn end(self) -> Vec<Event> {
        drop(self.orders);
        self.thread.join().unwrap();
        self.events.iter().collect()
    }
}

fn sound(events: impl IntoIterator<Item = Event>) -> Vec<f32> {
    events
        .into_iter()
        .flat_map(|event| match event {
            Event::Sound(block) => block,
            other => panic!("{other:?} in the middle of the sound"),
        })
        .collect()
}

/// Whether it says that there is sound; why there is none yet may be told before.
fn is_sound_again(event: &Event) -> bool {
    matches!(event, Event::Sound(_) | Event::Recovered { .. })
}

#[test]
fn sound_passes_whole_and_a_pause_brings_out_the_last_of_it() {
    let mut scene = scene();
    let played: Vec<f32> = (0..10_123).map(|n| n as f32 / 20_000.0).collect();
    for part in played.chunks(333) {
        scene.device.take(part, |x| x);
    }
    scene.pause();
    assert_eq!(sound(scene.events.try_iter()), played);
    scene.device.take(&[0.9; 5_000], |x| x);
    scene.orders.send(Order::Resume).unwrap();
    // The order is taken when the listener answers the next one.
    scene.pause();
    assert_eq!(scene.end(), [], "nothing of the pause");
}

#[test]
fn what_the_ring_could_not_hold_is_told_where_it_is_missing() {
    let mut scene = scene();
    // All at once: ten seconds fit.
    scene.device.take(&vec![0.5; 16_000 * 11], |x| x);
    let mut before = 0;
    let dropped = loop {
        match scene.next() {
            Event::Sound(block) => before += block.len() as u64,
            Event::Dropped(samples) => break samples,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(before + dropped.0, 16_000 * 11);
    assert!(before > 0);
}

#[test]
fn a_silent_device_is_told_and_replaced() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert_eq!(scene.next(), Event::Sound(vec![0.1; 1_600]));
    assert_eq!(scene.next(), Event::Stalled);
    let mut again = scene.replacement();
    // From the first device's only callback on, less what this one brings.
    let silent = samples_in(scene.clock.elapsed()).0 - 1_600;
    again.take(&[0.2; 1_600], |x| x);
    match scene.next() {
        Event::Recovered { missing, device } => {
            assert_eq!(device.as_deref(), Some("again"), "another one is named");
            assert!(missing.0.abs_diff(silent) <= 1, "{missing:?} {silent}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.next(), Event::Sound(vec![0.2; 1_600]));
}

#[test]
fn a_device_that_reports_its_end_is_replaced_at_once_and_for_as_long_as_it_takes() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    *scene.plugged.lock().unwrap() = false;
    let before = scene.clock.elapsed();
    scene.device.complaints().broken();
    assert_eq!(scene.next(), Event::Stalled);
    assert_eq!(scene.clock.elapsed(), before, "at once");
    scene.pass(Duration::from_secs(30));
    assert!(!scene.events.try_iter().any(|event| is_sound_again(&event)));
    *scene.plugged.lock().unwrap() = true;
    let mut again = scene.replacement();
    again.take(&[0.2; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Recovered { .. }));
    assert_eq!(scene.next(), Event::Sound(vec![0.2; 1_600]));
}

/// Another program has taken the device: that is said while it is tried again, once for each
/// reason.
#[test]
fn why_a_microphone_does_not_come_back_is_told_when_it_changes() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    *scene.held.lock().unwrap() = true;
    scene.device.complaints().broken();
    assert_eq!(scene.next(), Event::Stalled);
    assert_eq!(scene.next(), Event::StillStalled(Obstacle::InUse));
    scene.pass(Duration::from_secs(30));
    assert_eq!(scene.events.len(), 0);
    *scene.plugged.lock().unwrap() = false;
    assert_eq!(scene.next(), Event::StillStalled(Obstacle::NotConnected));
}

#[test]
fn a_device_that_never_begins_is_told_later_than_one_that_stops() {
    let scene = scene();
    scene.pass(LIMITS.first - 2 * LIMITS.tick);
    assert_eq!(scene.events.len(), 0);
    assert_eq!(scene.next(), Event::Stalled);
    assert!(scene.clock.elapsed() >= LIMITS.first);
    assert_eq!(scene.end(), []);
}

#[test]
fn a_pause_is_no_silence() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    scene.pause();
    scene.clock.pass(LIMITS.silence * 3);
    scene.orders.send(Order::Resume).unwrap();
    scene.pause();
    assert_eq!(scene.end(), []);
}

#[test]
fn a_stall_during_which_a_pause_comes_is_mended_after_it() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    *scene.plugged.lock().unwrap() = false;
    assert_eq!(scene.next(), Event::Stalled);
    scene.pause();
    scene.clock.pass(Duration::from_secs(300));
    scene.orders.send(Order::Resume).unwrap();
    scene.pause();
    scene.orders.send(Order::Resume).unwrap();
    *scene.plugged.lock().unwrap() = true;
    let mut again = scene.replacement();
    again.take(&[0.3; 1_600], |x| x);
    match scene.until(|| scene.events.try_iter().find(is_sound_again)) {
        Event::Recovered { missing, .. } => {
            assert!(missing.0 < 30 * 16_000, "the pause is no gap: {missing:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.next(), Event::Sound(vec![0.3; 1_600]));
}

/// An hour of sleep; the device goes on at once, so that no silence is to be seen.
#[test]
fn sleep_is_a_gap_even_if_sound_comes_again_at_once() {
    let mut scene = scene();
    *scene.plugged.lock().unwrap() = false;
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    scene.clock.sleep(Duration::from_secs(3_600));
    // Ten milliseconds of sound every ten milliseconds, for five seconds.
    for _ in 0..500 {
        scene.clock.pass(Duration::from_millis(10));
        scene.device.take(&[0.2; 160], |x| x);
        scene.look();
    }
    let told: Vec<Event> = scene
        .events
        .try_iter()
        // What came before the sleep was seen.
        .skip_while(|event| matches!(event, Event::Sound(_)))
        .collect();
    let [
        Event::Stalled,
        Event::Recovered { missing, device },
        rest @ ..,
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!(*device, None, "the same device goes on");
    assert!(missing.0.abs_diff(3_600 * 16_000) <= 1_600, "{missing:?}");
    assert!(!rest.is_empty());
    assert!(rest.iter().all(|event| matches!(event, Event::Sound(_))));
}

/// The same, but the sleep has cost the device.
#[test]
fn a_device_that_does_not_wake_is_replaced_and_the_sleep_is_in_the_gap() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    scene.clock.sleep(Duration::from_secs(600));
    assert_eq!(scene.next(), Event::Stalled);
    let mut again = scene.replacement();
    again.take(&[0.2; 1_600], |x| x);
    match scene.next() {
        Event::Recovered { missing, .. } => {
            assert!(
                (599 * 16_000..602 * 16_000).contains(&missing.0),
                "{missing:?}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn sleep_during_a_pause_is_no_gap() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    scene.pause();
    scene.clock.sleep(Duration::from_secs(600));
    scene.orders.send(Order::Resume).unwrap();
    scene.pause();
    assert_eq!(scene.end(), []);
}

/// A device that comes back at a rate that no resampler takes is one more that has to be replaced.
#[test]
fn a_device_whose_sound_cannot_be_converted_does_not_end_the_recording() {
    let good = |clock: Clock| ("good", ring(1, 16_000, clock));
    let mut scene = scene_with(500, good);
    scene.device.take(&[0.1; 1_600], |x| x);
    assert_eq!(scene.next(), Event::Stalled);
    let mut good = scene.replacement();
    good.take(&[0.2; 1_600], |x| x);
    assert!(matches!(
        scene.next(),
        Event::Recovered { device: Some(name), .. } if name == "good"
    ));
    assert_eq!(scene.next(), Event::Sound(vec![0.2; 1_600]));
}
