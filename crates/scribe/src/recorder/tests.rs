#![allow(clippy::unwrap_used, clippy::panic)]
use std::sync::atomic::{AtomicU64, Ordering};

use capture::Pace;
use capture::faulty::Script;
use vault::{NewVisit, VaultError};
use visit::{Millis, PatientText};

use super::*;
use crate::scratch::no_person_recorded;
use crate::{ScratchVault, clock};

const MINUTE: u64 = 2_200_000;

fn prepared(vault: &Vault) -> VisitId {
    vault
        .begin_visit(NewVisit {
            consent: no_person_recorded(),
            template: "soap".to_owned(),
            kind: None,
            language: None,
            patient_label: PatientText::default(),
            reason: PatientText::default(),
            expected: PatientText::default(),
            started_at: clock::now(),
        })
        .unwrap()
}

/// The other ends of a [`Line`].
struct Ends {
    orders: Sender<Order>,
    heard: Receiver<Event>,
    _kept: Receiver<()>,
    interrupted: Cancel,
}

fn line() -> (Line, Ends) {
    let (events, heard) = crossbeam_channel::unbounded();
    let (ordering, orders) = crossbeam_channel::unbounded();
    let (kept, kept_heard) = crossbeam_channel::unbounded();
    let interrupted = Cancel::default();
    let line = Line {
        orders,
        events,
        kept,
        stopped: Arc::default(),
        interrupted: interrupted.clone(),
    };
    let ends = Ends {
        orders: ordering,
        heard,
        _kept: kept_heard,
        interrupted,
    };
    (line, ends)
}

/// Records a script on a disk that has room for so many bytes at each look, and gives what was
/// told and how much was kept.
fn record(length: Millis, room: Vec<u64>) -> Result<(Vec<Alarm>, Millis), ScribeError> {
    let scratch = ScratchVault::create()?;
    let visit = prepared(scratch.vault());
    let sound: Vec<f32> = (0..length.samples().0)
        .map(|n| (n as f32 * 0.1).sin())
        .collect();
    let source = Script::new().sound(&sound).end();
    let open = || source.open("script", Pace::Fastest);
    let looks = AtomicU64::new(0);
    let disk = Disk::new(Box::new(move || {
        let look = looks.fetch_add(1, Ordering::Relaxed) as usize;
        room.get(look).or(room.last()).copied()
    }));
    let (line, ends) = line();
    let recorder = start_on(
        disk,
        scratch.vault().clone(),
        (visit, Origin::Microphone),
        |_| Ok(open()?),
        line,
    )?;
    recorder.thread.join().unwrap();
    let heard = ends.heard;
    let alarms = heard
        .into_iter()
        .filter_map(|event| match event {
            Event::Alarm(alarm) => Some(alarm),
            _ => None,
        })
        .collect();
    let recorded = scratch.vault().recorded(visit)?.samples.millis();
    Ok((alarms, recorded))
}

#[test]
fn the_room_is_told_before_and_during_a_recording_which_never_stops_for_it() {
    let least = disk::LEAST;
    // The first look decides whether to begin, the second comes at the start, then one each ten
    // seconds.
    let room = [90, 90, 88, 14, 0, 0].map(|minutes| least + minutes * MINUTE);
    let (alarms, recorded) = record(Millis(45_000), room.to_vec()).unwrap();
    let expected = [
        Alarm::DiskLow { minutes: 90 },
        Alarm::DiskShort { minutes: 14 },
        Alarm::DiskShort { minutes: 0 },
    ];
    assert_eq!(alarms, expected);
    assert_eq!(recorded, Millis(45_000));
}

#[test]
fn a_recording_does_not_begin_on_a_full_disk_and_says_why() {
    let error = record(Millis(1_000), vec![disk::LEAST - 1]).err().unwrap();
    assert!(matches!(error, ScribeError::NoRoom { .. }), "{error:?}");
    assert!(error.to_string().contains("make room"), "{error}");
}

/// Whether a microphone is opened for a visit, and what the attempt to record it answers.
fn attempt(vault: &Arc<Vault>, visit: VisitId) -> (bool, Result<Started, ScribeError>) {
    let mut opened = false;
    let open = |_| {
        opened = true;
        Ok(Script::new().end().open("script", Pace::Fastest)?)
    };
    let started = start(vault.clone(), (visit, Origin::Microphone), open, line().0);
    (opened, started)
}

/// P8.4: the microphone opens only after consent, and never after it was withdrawn.
#[test]
fn the_microphone_is_opened_for_no_visit_that_may_not_be_listened_to() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let refused = |visit| match attempt(vault, visit) {
        (false, Err(error)) => error,
        (opened, started) => panic!("opened: {opened}, started: {}", started.is_ok()),
    };

    // Cut off while it was recorded, then consent was withdrawn.
    let silenced = prepared(vault);
    vault.set_state(silenced, VisitState::Recording).unwrap();
    vault.append_chunk(silenced, 0, &[1; 800]).unwrap();
    let erase = |visit, what| {
        let reason = vault::ErasureReason::ConsentWithdrawn;
        vault.erase(visit, what, reason, clock::now()).unwrap();
    };
    erase(silenced, vault::Erased::Sound);
    assert!(matches!(refused(silenced), ScribeError::SoundErased));

    let erased = prepared(vault);
    erase(erased, vault::Erased::Visit);
    assert!(matches!(
        refused(erased),
        ScribeError::Vault(VaultError::NoSuchVisit(_))
    ));

    let ended = prepared(vault);
    vault.set_state(ended, VisitState::Recorded).unwrap();
    assert!(matches!(
        refused(ended),
        ScribeError::NotToRecord {
            state: VisitState::Recorded
        }
    ));
    vault.set_state(ended, VisitState::Drafted).unwrap();
    assert!(matches!(refused(ended), ScribeError::NotToRecord { .. }));

    let (opened, started) = attempt(vault, prepared(vault));
    assert!(opened && started.is_ok());
}

/// A device that cannot go on leaves a visit that can: it is paused, and the place is marked.
#[test]
fn a_source_that_fails_leaves_the_visit_paused() {
    let scratch = ScratchVault::create().unwrap();
    let (vault, visit) = (scratch.vault(), prepared(scratch.vault()));
    let (line, ends) = line();
    let open = |_| {
        Ok(Script::new()
            .sound(&[0.1; 20_000])
            .fail("unplugged")
            .open("script", Pace::Fastest)?)
    };
    let started = start(vault.clone(), (visit, Origin::Microphone), open, line).unwrap();
    started.thread.join().unwrap();
    assert!(ends.interrupted.is_cancelled());
    assert_eq!(ends.heard.iter().last(), Some(Event::Interrupted));
    drop(ends.orders);
    let summary = vault.visit(visit).unwrap().summary;
    assert_eq!(summary.state, VisitState::Paused);
    assert_eq!(summary.recorded, Samples(20_000).millis());
    let [gap] = vault.gaps(visit).unwrap().try_into().unwrap();
    assert_eq!((gap.at, gap.cause), (Samples(20_000), GapCause::CutOff));
    let (opened, started) = attempt(vault, visit);
    assert!(opened && started.is_ok());
}

/// There is no more of an incomplete file: its recording is over, with the place marked.
#[test]
fn a_file_that_is_cut_short_ends_its_recording() {
    let scratch = ScratchVault::create().unwrap();
    let (vault, visit) = (scratch.vault(), prepared(scratch.vault()));
    let (line, ends) = line();
    let open = |_| {
        Ok(Script::new()
            .sound(&[0.1; 20_000])
            .cut_short("incomplete")
            .open("script", Pace::Fastest)?)
    };
    let started = start(vault.clone(), (visit, Origin::Microphone), open, line).unwrap();
    started.thread.join().unwrap();
    assert!(!ends.interrupted.is_cancelled());
    let told: Vec<Event> = ends.heard.iter().collect();
    let message = "incomplete".to_owned();
    assert!(told.contains(&Event::Alarm(Alarm::SourceFailed { message })));
    assert!(!told.contains(&Event::Interrupted));
    let summary = vault.visit(visit).unwrap().summary;
    assert_eq!(summary.state, VisitState::Recorded);
    assert_eq!(summary.recorded, Samples(20_000).millis());
    let [gap] = vault.gaps(visit).unwrap().try_into().unwrap();
    assert_eq!((gap.at, gap.cause), (Samples(20_000), GapCause::CutOff));
}

/// The figure by which minutes are told, measured on a store.
#[test]
fn a_minute_takes_no_more_of_the_disk_than_is_told() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let visit = prepared(vault);
    vault.set_state(visit, VisitState::Recording).unwrap();
    let folder = vault.folder().to_owned();
    let size = || -> u64 {
        std::fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum()
    };
    let chunk: Vec<i16> = (0..CHUNK).map(|n| n as i16).collect();
    let minutes = |from: u32, to: u32| {
        for number in from * 120..to * 120 {
            vault.append_chunk(visit, number, &chunk).unwrap();
        }
        size()
    };
    // What still stands in the write-ahead log comes and goes.
    let (before, after) = (minutes(0, 3), minutes(3, 8));
    let each = (after - before) / 5;
    assert!((1_700_000..=MINUTE).contains(&each), "{each} bytes");
}
