#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use crate::ring::{Intake, ring};
use crossbeam_channel::{bounded, unbounded};
use std::sync::{Arc, Mutex};
use std::thread;

/// The same rules a tenth of the time.
const QUICK: Limits = Limits {
    tick: Duration::from_millis(2),
    silence: Duration::from_millis(100),
    first: Duration::from_millis(500),
    settle: Duration::from_millis(25),
    rest: Duration::from_millis(50),
    patience: Duration::from_millis(600),
};

/// A listener on a device that this test plays, and on those that it opens afterwards.
struct Scene {
    clock: Clock,
    device: Intake,
    opened: Receiver<Intake>,
    /// While this is false, opening is refused.
    plugged: Arc<Mutex<bool>>,
    events: Receiver<Event>,
    orders: Sender<Order>,
    thread: thread::JoinHandle<()>,
}

fn scene() -> Scene {
    let clock = Clock::start();
    let (device, outlet) = ring(1, 16_000, clock.clone());
    let (hand_over, opened) = unbounded();
    let plugged = Arc::new(Mutex::new(true));
    let is_plugged = Arc::clone(&plugged);
    let shared = clock.clone();
    let opener: Opener = Box::new(move |_| {
        if !*is_plugged.lock().unwrap() {
            return Err(CaptureError::NoMicrophone);
        }
        let (intake, outlet) = ring(1, 16_000, shared.clone());
        let (tell, opening) = bounded(1);
        let _ = tell.send(Ok(Open::new("again".into(), outlet).0));
        let _ = hand_over.send(intake);
        Ok(opening)
    });
    let (send, events) = unbounded();
    let (orders, taken) = unbounded();
    let open = Open::new("first".into(), outlet).0;
    let listener = Listener::new(clock.clone(), QUICK, open, opener, send, taken);
    Scene {
        clock,
        device,
        opened,
        plugged,
        events,
        orders,
        thread: thread::spawn(move || listener.run()),
    }
}

impl Scene {
    fn next(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(10)).unwrap()
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
    let mut again = scene.opened.recv().unwrap();
    again.take(&[0.2; 1_600], |x| x);
    match scene.next() {
        Event::Recovered { missing, device } => {
            let passed = samples_in(scene.clock.elapsed());
            assert_eq!(device.as_deref(), Some("again"), "another one is named");
            assert!(missing > Samples(0) && missing < passed, "{missing:?}");
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
    scene.device.complaints().broken();
    assert_eq!(scene.next(), Event::Stalled);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(scene.events.len(), 0);
    *scene.plugged.lock().unwrap() = true;
    let mut again = scene.opened.recv().unwrap();
    again.take(&[0.2; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Recovered { .. }));
    assert_eq!(scene.next(), Event::Sound(vec![0.2; 1_600]));
}

#[test]
fn a_device_that_never_begins_is_told_later_than_one_that_stops() {
    let scene = scene();
    assert_eq!(scene.next(), Event::Stalled);
    assert!(scene.clock.elapsed() >= QUICK.first);
    assert_eq!(scene.end(), []);
}

#[test]
fn a_pause_is_no_silence() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    scene.pause();
    thread::sleep(QUICK.silence * 3);
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
    thread::sleep(Duration::from_millis(300));
    scene.orders.send(Order::Resume).unwrap();
    scene.pause();
    scene.orders.send(Order::Resume).unwrap();
    *scene.plugged.lock().unwrap() = true;
    let mut again = scene.opened.recv().unwrap();
    again.take(&[0.3; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Recovered { .. }));
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
    let playing = Arc::new(Mutex::new(true));
    let goes_on = Arc::clone(&playing);
    let player = thread::spawn(move || {
        while *goes_on.lock().unwrap() {
            scene.device.take(&[0.2; 160], |x| x);
            thread::sleep(Duration::from_millis(10));
        }
    });
    let next = || scene.events.recv_timeout(Duration::from_secs(10)).unwrap();
    let missing = loop {
        match next() {
            // What came before the sleep was seen.
            Event::Sound(_) | Event::Stalled => {}
            Event::Recovered { missing, device } => {
                assert_eq!(device, None, "the same device goes on");
                break missing;
            }
            other => panic!("{other:?}"),
        }
    };
    let hour = 3_600 * 16_000;
    // To within ten seconds, however busy this computer is.
    assert!(
        (hour - 1_600..hour + 160_000).contains(&missing.0),
        "{missing:?}"
    );
    assert!(matches!(next(), Event::Sound(_)));
    *playing.lock().unwrap() = false;
    player.join().unwrap();
}

/// The same, but the sleep has cost the device.
#[test]
fn a_device_that_does_not_wake_is_replaced_and_the_sleep_is_in_the_gap() {
    let mut scene = scene();
    scene.device.take(&[0.1; 1_600], |x| x);
    assert!(matches!(scene.next(), Event::Sound(_)));
    scene.clock.sleep(Duration::from_secs(600));
    assert_eq!(scene.next(), Event::Stalled);
    let mut again = scene.opened.recv().unwrap();
    again.take(&[0.2; 1_600], |x| x);
    match scene.next() {
        Event::Recovered { missing, .. } => assert!(missing.0 > 599 * 16_000, "{missing:?}"),
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
    let mut scene = scene();
    let (mut odd, outlet) = ring(1, 500, scene.clock.clone());
    let clock = scene.clock.clone();
    let (send, events) = unbounded();
    let (orders, taken) = unbounded();
    let given = Mutex::new(vec![ring(1, 16_000, clock.clone())]);
    let (hand_over, opened) = unbounded();
    let opener: Opener = Box::new(move |_| {
        let (intake, outlet) = given
            .lock()
            .unwrap()
            .pop()
            .ok_or(CaptureError::NoMicrophone)?;
        let (tell, opening) = bounded(1);
        let _ = tell.send(Ok(Open::new("good".into(), outlet).0));
        let _ = hand_over.send(intake);
        Ok(opening)
    });
    let open = Open::new("odd".into(), outlet).0;
    let listener = Listener::new(clock, QUICK, open, opener, send, taken);
    scene.thread = thread::spawn(move || listener.run());
    scene.events = events;
    scene.orders = orders;
    odd.take(&[0.1; 1_600], |x| x);
    assert_eq!(scene.next(), Event::Stalled);
    let mut good: Intake = opened.recv().unwrap();
    good.take(&[0.2; 1_600], |x| x);
    assert!(matches!(
        scene.next(),
        Event::Recovered { device: Some(name), .. } if name == "good"
    ));
    assert_eq!(scene.next(), Event::Sound(vec![0.2; 1_600]));
}
