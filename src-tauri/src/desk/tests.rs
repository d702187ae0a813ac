//! The store made, opened and locked; a demonstration.

#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;

fn desk_in(folder: &Path) -> Desk {
    Desk::new(&Arguments {
        data_dir: Some(folder.to_owned()),
        device_secret_file: Some(folder.join("secret")),
        ..Arguments::default()
    })
    .unwrap()
}

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

#[test]
fn a_store_is_made_locked_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path());
    assert_eq!(desk.door(), Door::Absent);
    assert_eq!(desk.vault().err().unwrap().code, FailureCode::Locked);

    let weak = desk.create_vault(&secret("short"), None).err().unwrap();
    assert_eq!(
        (weak.code, desk.door()),
        (FailureCode::WeakPassphrase, Door::Absent)
    );

    // A field that was left empty is not taken for the choice to have none.
    for nothing in ["age1nothing", "", " "] {
        let no_key = desk
            .create_vault(&secret("four unrelated plain words"), Some(nothing))
            .err()
            .unwrap();
        assert_eq!(
            (no_key.code, desk.door()),
            (FailureCode::Rejected, Door::Absent)
        );
    }

    desk.create_vault(&secret("four unrelated plain words"), None)
        .unwrap();
    assert_eq!(desk.door(), Door::Open);
    desk.lock_vault();
    assert_eq!(desk.door(), Door::Locked);

    let wrong = desk
        .open_vault(&secret("four unrelated plain birds"))
        .err()
        .unwrap();
    assert_eq!(
        (wrong.code, desk.door()),
        (FailureCode::WrongPassphrase, Door::Locked)
    );
    desk.open_vault(&secret("four unrelated plain words"))
        .unwrap();
    assert_eq!(desk.door(), Door::Open);
}

fn new_visit() -> vault::NewVisit {
    vault::NewVisit {
        consent: visit::Consent {
            asked_by: "Nurse Ada".into(),
            given_by: visit::ConsentGiver::Patient,
            method: visit::ConsentMethod::Spoken,
            wording: "?".to_owned(),
            wording_version: "1".to_owned(),
            at: clock::now(),
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: visit::PatientText::default(),
        reason: visit::PatientText::default(),
        expected: visit::PatientText::default(),
        started_at: clock::now(),
    }
}

/// P4.4: the screen is locked, the recording goes on behind it, and with its end the store is locked.
#[test]
fn a_recording_goes_on_behind_a_locked_screen() {
    use scribe::{Event, Recording, Steps};
    const ALONE: Steps = Steps {
        speech: None,
        draft: None,
    };
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path());
    let words = secret("four unrelated plain words");
    desk.create_vault(&words, None).unwrap();
    let vault = desk.vault().unwrap();
    let visit = vault.begin_visit(new_visit()).unwrap();
    let (events, heard) = crossbeam_channel::unbounded();
    let sound = capture::faulty::Script::new()
        .sound(&[0.1; 160_000])
        .stall_for_good();
    desk.underway
        .start_recording(visit, || {
            let open = || sound.open("Desk microphone", Pace::RealTime);
            Ok(Recording::start(vault.clone(), visit, open, ALONE, events)?)
        })
        .unwrap();
    let kept = || {
        heard.iter().find_map(|event| match event {
            Event::Kept { recorded } => Some(recorded),
            _ => None,
        })
    };
    let before = kept().unwrap();

    desk.lock_vault();
    desk.lock_vault();
    assert_eq!(desk.door(), Door::Covered);
    assert_eq!(desk.vault().err().unwrap().code, FailureCode::Locked);
    for call in ["stop", "pause", "read_visit", "list_visits", "record"] {
        assert_eq!(
            desk.may_call(call).err().unwrap().code,
            FailureCode::Locked,
            "{call}"
        );
    }
    for call in ["startup", "listen", "open_vault", "quit"] {
        desk.may_call(call).unwrap();
    }
    desk.lock_when_done();
    assert!(kept().unwrap() > before, "the recording does not go on");

    let wrong = desk.open_vault(&secret("four unrelated plain birds"));
    assert_eq!(
        (wrong.err().unwrap().code, desk.door()),
        (FailureCode::WrongPassphrase, Door::Covered)
    );
    desk.open_vault(&words).unwrap();
    assert_eq!(desk.door(), Door::Open);
    desk.may_call("stop").unwrap();

    desk.lock_vault();
    drop(vault);
    desk.underway.stop_recording().unwrap().unwrap();
    for event in heard {
        desk.underway.heard(visit, &event);
    }
    assert_eq!(desk.door(), Door::Covered);
    desk.underway.ended(visit);
    desk.lock_when_done();
    assert_eq!(desk.door(), Door::Locked);
    assert!(!desk.is_covered());
    desk.open_vault(&words).unwrap();
}

/// What is told at a locked screen holds no word of a visit.
#[test]
fn a_locked_screen_is_told_no_word_of_a_visit() {
    use scribe::Event;
    use visit::{Millis, PatientText};
    let id = "00000000-0000-4000-8000-000000000000".parse().unwrap();
    let word = || PatientText::from("knee");
    let silent = [
        Event::Provisional { line: None },
        Event::DraftWriting {
            section: 0,
            text: word(),
        },
    ];
    for event in silent {
        assert!(!screen::may_be_told(&about(id, event.clone())), "{event:?}");
    }
    let kept = Event::Kept {
        recorded: Millis(500),
    };
    for message in [
        about(id, kept),
        about(id, Event::Interrupted),
        FromDesk::CloseAsked,
    ] {
        assert!(screen::may_be_told(&message), "{message:?}");
    }
}

#[test]
fn a_demonstration_stands_open_and_leaves_nothing_behind() {
    let arguments = Arguments {
        demo: true,
        demo_audio: Some(PathBuf::from("visits/knee.flac")),
        ..Arguments::default()
    };
    let desk = Desk::new(&arguments).unwrap();
    assert_eq!(desk.door(), Door::Open);
    let sources = desk.sound_sources().unwrap();
    assert_eq!(
        (sources[0].id.as_str(), sources[0].name.as_str()),
        (SAMPLE, "knee")
    );
    assert!(sources[0].is_default);

    let folder = desk.folder().to_owned();
    assert!(folder.exists());
    desk.close();
    assert!(!folder.exists());
}

/// A computer without one of its models, or without all of them, still records.
#[test]
fn a_missing_model_is_told_and_leaves_its_step_out() {
    use scribe::{Event, SpeechSettings, WorkerRole};
    let missing = || ModelError::Missing {
        id: "a-model".to_owned(),
        path: PathBuf::from("a-model.bin"),
    };
    let soap = || template(None, "soap").unwrap();
    let (steps, told) = steps_of(Err(missing()), Err(missing()), soap());
    assert!(steps.speech.is_none() && steps.draft.is_none());
    let [
        Event::WorkerFailed {
            worker: WorkerRole::Speech,
            message,
        },
        Event::WorkerFailed {
            worker: WorkerRole::Drafting,
            ..
        },
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert!(message.contains("the visit is recorded") && message.contains("a-model"));
    let speech: Result<SpeechSettings, ModelError> = SpeechSettings::new(None);
    if speech.is_ok() {
        let (steps, told) = steps_of(speech, Err(missing()), soap());
        assert!(steps.speech.is_some() && steps.draft.is_none());
        assert_eq!(told.len(), 1);
    }
}
