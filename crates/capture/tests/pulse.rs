//! The microphone for real: a PulseAudio daemon plays into a loudspeaker whose sound comes back
//! through a microphone, recorded through both of Linux's sound systems.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;
#[path = "common/sweep.rs"]
mod sweep;

use std::time::Duration;

use capture::{CaptureError, Event, Source, microphones, open_microphone};
use common::{Equipment, SoundSystem, with_sound_system};
use visit::Samples;

/// A microphone that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(20);

fn next(source: &dyn Source) -> Event {
    source
        .events()
        .recv_timeout(PATIENCE)
        .expect("the microphone says something")
}

fn wait_for_sound(source: &dyn Source) {
    while !matches!(next(source), Event::Sound(_)) {}
}

/// Sound that has come by now; anything else is a failure.
fn sound_so_far(source: &dyn Source) -> Vec<f32> {
    source
        .events()
        .try_iter()
        .flat_map(|event| match event {
            Event::Sound(block) => block,
            other => panic!("{other:?} in the middle of the sound"),
        })
        .collect()
}

/// Records the sweep and says how like the original it is.
fn record_the_sweep(system: &SoundSystem, source: &mut dyn Source) -> f64 {
    system.play(&sweep::sweep(48_000, 0.0));
    // The last of it is still on its way.
    std::thread::sleep(Duration::from_millis(500));
    source.pause().unwrap();
    let recording = sound_so_far(source);
    source.resume().unwrap();
    let (place, likeness) = sweep::find(&recording);
    println!(
        "{} samples, sweep at {place}, likeness {likeness:.6}",
        recording.len()
    );
    likeness
}

fn records_what_is_played(test: &str, host: Option<&str>) {
    with_sound_system(test, host, Equipment::Microphone, |system| {
        let listed = microphones().unwrap();
        assert_eq!(listed.len(), 1, "one microphone, no plumbing: {listed:?}");
        assert!(listed[0].is_default);

        for choice in [None, Some(listed[0].id.as_str())] {
            let mut source = open_microphone(choice).unwrap();
            assert_eq!(source.name(), listed[0].name);
            wait_for_sound(&*source);
            assert!(!system.recording_programs().is_empty());
            assert!(record_the_sweep(system, &mut *source) > 0.999);

            // A pause: nothing comes, however long; afterwards sound comes again and no alarm.
            source.pause().unwrap();
            sound_so_far(&*source);
            std::thread::sleep(Duration::from_millis(1_500));
            assert_eq!(source.events().len(), 0);
            source.resume().unwrap();
            assert!(matches!(next(&*source), Event::Sound(_)));
            drop(source);
            wait_until_closed(system);
        }
    });
}

/// Nothing records any more once the source is dropped.
fn wait_until_closed(system: &SoundSystem) {
    for _ in 0..100 {
        if system.recording_programs().is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!(
        "the microphone is still open: {}",
        system.recording_programs()
    );
}

#[test]
fn pulseaudio_records_what_is_played() {
    records_what_is_played("pulseaudio_records_what_is_played", None);
}

#[test]
fn alsa_records_what_is_played() {
    records_what_is_played("alsa_records_what_is_played", Some("alsa"));
}

fn comes_back_after_a_crash(test: &str, host: &str) {
    with_sound_system(test, Some(host), Equipment::Microphone, |system| {
        let mut source = open_microphone(None).unwrap();
        wait_for_sound(&*source);
        system.crash();
        until_stalled(&*source);
        std::thread::sleep(Duration::from_millis(700));
        system.restart();
        assert!(until_recovered(&*source) > Samples(8_000));
        assert!(record_the_sweep(system, &mut *source) > 0.999);
    });
}

fn until_stalled(source: &dyn Source) {
    loop {
        match next(source) {
            Event::Sound(_) => {}
            Event::Stalled => return,
            other => panic!("{other:?} instead of a stall"),
        }
    }
}

/// What is missing; nothing is told before but why it takes so long.
fn until_recovered(source: &dyn Source) -> Samples {
    recovery(source).0
}

fn recovery(source: &dyn Source) -> (Samples, Option<String>) {
    loop {
        match next(source) {
            Event::Recovered { missing, device } => return (missing, device),
            Event::StillStalled(_) => {}
            other => panic!("{other:?} instead of a recovery"),
        }
    }
}

#[test]
fn pulseaudio_comes_back_after_a_crash() {
    comes_back_after_a_crash("pulseaudio_comes_back_after_a_crash", "pulseaudio");
}

#[test]
fn alsa_comes_back_after_a_crash() {
    comes_back_after_a_crash("alsa_comes_back_after_a_crash", "alsa");
}

/// Pulled out for good: after a while another microphone takes its place and is named.
#[test]
fn an_unplugged_microphone_is_replaced_by_the_default_one() {
    with_sound_system(
        "an_unplugged_microphone_is_replaced_by_the_default_one",
        Some("pulseaudio"),
        Equipment::Microphone,
        |system| {
            system.plug_in("spare", "SpareMicrophone", 44_100);
            let chosen = microphones().unwrap();
            let chosen = chosen.iter().find(|one| one.is_default).unwrap();
            let mut source = open_microphone(Some(&chosen.id)).unwrap();
            wait_for_sound(&*source);
            system.unplug("microphone");
            system.make_default("spare");
            until_stalled(&*source);
            let (missing, device) = recovery(&*source);
            println!("missing {missing:?}");
            assert!(missing > Samples(16_000), "{missing:?}");
            assert_eq!(device.as_deref(), Some("SpareMicrophone"));
            // It runs at another rate, too.
            assert!(record_the_sweep(system, &mut *source) > 0.99);
        },
    );
}

/// Pulled out and plugged in again, as a cable is: the same microphone goes on.
#[test]
fn a_microphone_that_is_plugged_in_again_goes_on() {
    with_sound_system(
        "a_microphone_that_is_plugged_in_again_goes_on",
        Some("pulseaudio"),
        Equipment::Microphone,
        |system| {
            let chosen = microphones().unwrap().remove(0);
            let mut source = open_microphone(Some(&chosen.id)).unwrap();
            wait_for_sound(&*source);
            system.unplug("microphone");
            until_stalled(&*source);
            // The stall is told before anything could be reopened; a pause and Stop still work.
            source.pause().unwrap();
            source.resume().unwrap();
            system.plug_in("microphone", "TestMicrophone", 48_000);
            assert_eq!(recovery(&*source).1, None);
            assert!(record_the_sweep(system, &mut *source) > 0.999);
        },
    );
}

/// PulseAudio moves a recording of the default microphone along with the default, and a person
/// moves any: both are told, marked and followed.
#[test]
fn a_stream_that_is_moved_is_told_and_goes_on_there() {
    with_sound_system(
        "a_stream_that_is_moved_is_told_and_goes_on_there",
        Some("pulseaudio"),
        Equipment::Microphone,
        |system| {
            system.plug_in("spare", "SpareMicrophone", 44_100);
            let mut source = open_microphone(None).unwrap();
            wait_for_sound(&*source);
            system.make_default("spare");
            until_stalled(&*source);
            assert_eq!(recovery(&*source).1.as_deref(), Some("SpareMicrophone"));
            assert!(record_the_sweep(system, &mut *source) > 0.99);
            system.move_recordings_to("microphone");
            until_stalled(&*source);
            assert_eq!(recovery(&*source).1.as_deref(), Some("TestMicrophone"));
            assert!(record_the_sweep(system, &mut *source) > 0.999);
            // And stays there: looking again finds it where it was moved to.
            std::thread::sleep(Duration::from_millis(2_500));
            assert!(
                source
                    .events()
                    .try_iter()
                    .all(|e| matches!(e, Event::Sound(_)))
            );
        },
    );
}

/// What the loudspeakers play is no microphone: a recording that is moved there comes back.
#[test]
fn a_stream_that_is_moved_to_the_loudspeakers_sound_comes_back() {
    with_sound_system(
        "a_stream_that_is_moved_to_the_loudspeakers_sound_comes_back",
        Some("pulseaudio"),
        Equipment::Microphone,
        |system| {
            let mut source = open_microphone(None).unwrap();
            wait_for_sound(&*source);
            system.move_recordings_to("loudspeaker.monitor");
            until_stalled(&*source);
            assert_eq!(recovery(&*source).1, None);
            assert!(record_the_sweep(system, &mut *source) > 0.999);
        },
    );
}

#[test]
fn a_frozen_sound_system_is_told_and_outlived() {
    with_sound_system(
        "a_frozen_sound_system_is_told_and_outlived",
        Some("pulseaudio"),
        Equipment::Microphone,
        |system| {
            let mut source = open_microphone(None).unwrap();
            wait_for_sound(&*source);
            system.freeze();
            until_stalled(&*source);
            std::thread::sleep(Duration::from_secs(2));
            system.thaw();
            let missing = until_recovered(&*source);
            println!("missing {missing:?}");
            assert!(record_the_sweep(system, &mut *source) > 0.999);
        },
    );
}

#[test]
fn what_the_loudspeaker_plays_is_no_microphone() {
    with_sound_system(
        "what_the_loudspeaker_plays_is_no_microphone",
        None,
        Equipment::LoudspeakerOnly,
        |_| {
            assert_eq!(microphones().unwrap(), []);
            let refused = |choice| open_microphone(choice).err().unwrap();
            assert!(matches!(refused(None), CaptureError::NoMicrophone));
            assert!(matches!(
                refused(Some("pulseaudio:attic")),
                CaptureError::UnknownMicrophone
            ));
        },
    );
}

fn without_a_sound_system(test: &str, host: &str) {
    with_sound_system(test, Some(host), Equipment::Microphone, |system| {
        system.crash();
        let error = open_microphone(None).err().unwrap();
        assert!(
            matches!(
                error,
                CaptureError::NoMicrophone | CaptureError::SoundSystem(_)
            ),
            "{error:?}"
        );
        assert!(microphones().map_or(true, |listed| listed.is_empty()));
    });
}

#[test]
fn without_pulseaudio_there_is_a_clear_error() {
    without_a_sound_system("without_pulseaudio_there_is_a_clear_error", "pulseaudio");
}

#[test]
fn without_anything_behind_alsa_there_is_a_clear_error() {
    without_a_sound_system(
        "without_anything_behind_alsa_there_is_a_clear_error",
        "alsa",
    );
}

#[test]
fn an_unknown_sound_system_is_named_with_the_known_ones() {
    with_sound_system(
        "an_unknown_sound_system_is_named_with_the_known_ones",
        Some("gramophone"),
        Equipment::Microphone,
        |_| {
            let error = open_microphone(None).err().unwrap().to_string();
            assert!(error.contains("pulseaudio, alsa"), "{error}");
            assert!(microphones().is_err());
        },
    );
}
