//! The store made, opened and locked; a demonstration.

#![allow(clippy::unwrap_used, clippy::panic)]
use std::path::PathBuf;

use capture::Pace;
use scribe::clock;

use super::*;
use crate::clinic::{self, desk_in, make_without_organisation};
use crate::ipc::{AdmitRequest, PracticeRequest};

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

/// One that was made without an organisation, by an earlier version or `inroomctl`, still opens.
#[test]
fn a_store_is_opened_locked_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path());
    assert_eq!(desk.door(), Door::Absent);
    assert_eq!(desk.vault().err().unwrap().code, FailureCode::Locked);
    make_without_organisation(folder.path(), &secret("four unrelated plain words"));
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
    desk.lock_vault();
    assert_eq!(desk.door(), Door::Locked);
}

/// The first start of a practice of one: afterwards the physician is signed in, and the store opens with
/// their account and passphrase alone.
#[test]
fn a_small_practice_is_set_up_and_its_physician_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let keys = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path());
    let request = |folder: &Path, own: &str| PracticeRequest {
        name: "Northside Practice".to_owned(),
        person: " Ada Nkemelu ".to_owned(),
        account: "ada@northside.example".to_owned(),
        passphrase: secret(own),
        folder: folder.display().to_string(),
        key_passphrase: secret("the key of the practice"),
    };
    let right = "four unrelated plain words";
    for (place, own) in [
        (Path::new("keys"), right),
        (&folder.path().join("keys"), right),
        (&keys.path().join("keys"), "short"),
        (&keys.path().join("keys"), "the key of the practice"),
    ] {
        let refused = desk.set_up_practice(&request(place, own)).err().unwrap();
        assert_eq!(
            (refused.code, desk.door()),
            (FailureCode::Rejected, Door::Absent),
            "{}",
            refused.message
        );
    }
    assert!(!desk.asks_for_accounts());
    let made = desk
        .set_up_practice(&request(&keys.path().join("keys"), right))
        .unwrap();
    assert_eq!(desk.door(), Door::Open);
    assert_eq!(desk.signed_in().as_deref(), Some("ada@northside.example"));
    assert_eq!(desk.role(), Some(governance::Role::Physician));
    let sheet = std::fs::read_to_string(&made.sheet).unwrap();
    assert!(sheet.contains(&made.check_code), "{sheet}");
    desk.lock_vault();
    assert!(desk.asks_for_accounts());
    assert_eq!(
        desk.open_vault(&secret(right)).err().unwrap().code,
        FailureCode::Store
    );
    desk.sign_in("ada@northside.example", &secret(right))
        .unwrap();
    desk.lock_vault();
    let again = desk.set_up_practice(&request(&keys.path().join("more"), right));
    assert!(
        again
            .err()
            .unwrap()
            .message
            .contains("a vault on this computer")
    );
}

#[test]
fn a_newer_document_is_taken_and_a_person_let_in() {
    let folder = tempfile::tempdir().unwrap();
    clinic::enrol(folder.path());
    let desk = desk_in(folder.path());
    let own = clinic::passphrase("ada");
    let ada = clinic::account("ada");
    let code = secret(&clinic::code("ada").print());
    desk.create_for(ada.as_str(), &code, &own).unwrap();
    let published = tempfile::tempdir().unwrap();
    let place = published.path().to_str().unwrap();
    let publish = |serial, signature: Option<String>| {
        let (text, signed) = clinic::document(serial);
        std::fs::write(published.path().join("organisation.toml"), text).unwrap();
        let signature = signature.unwrap_or(signed);
        std::fs::write(
            published.path().join("organisation.toml.minisig"),
            signature,
        )
        .unwrap();
    };
    for (named, why) in [("medium", "from the root"), (place, "cannot be read")] {
        let refused = desk.take_document(named).err().unwrap();
        assert!(refused.message.contains(why), "{}", refused.message);
    }
    publish(2, Some(clinic::document(3).1));
    assert!(
        desk.take_document(place)
            .err()
            .unwrap()
            .message
            .contains("not your organisation's")
    );
    publish(2, None);
    assert_eq!(desk.take_document(place).unwrap(), 2);
    publish(1, None);
    assert!(
        desk.take_document(place)
            .err()
            .unwrap()
            .message
            .contains("serial 1")
    );

    let vault = desk.vault().unwrap();
    let seen = || {
        crate::ipc::WorkstationView::of(&vault, clock::now())
            .organisation
            .unwrap()
    };
    assert_eq!((seen().serial, seen().newer), (1, Some(2)));
    let request = |own: &str| AdmitRequest {
        account: " ben@northside.example ".to_owned(),
        code: secret(&clinic::code("ben").print()),
        passphrase: clinic::passphrase("ben"),
        own_passphrase: secret(own),
    };
    let wrong = desk.admit(&request("the passphrase of eve")).err().unwrap();
    assert_eq!(wrong.code, FailureCode::WrongPassphrase);
    let has_way = |name: &str| {
        let people = seen().people;
        people
            .iter()
            .find(|person| person.name == name)
            .unwrap()
            .has_way
    };
    assert!(has_way("ada") && !has_way("ben"));
    desk.admit(&request("the passphrase of ada")).unwrap();
    assert!(has_way("ben"));
    drop(vault);
    desk.lock_vault();
    desk.sign_in("ben@northside.example", &clinic::passphrase("ben"))
        .unwrap();
    let vault = desk.vault().unwrap();
    assert_eq!(vault.organisation().unwrap().serial, 2);
}

/// Two people at one computer: who comes second gets in when the first one's session has ended, and
/// while a recording runs behind the covered screen only the first one comes back.
#[test]
fn two_people_never_have_one_session() {
    use scribe::{Recording, Steps};
    let folder = tempfile::tempdir().unwrap();
    clinic::enrol(folder.path());
    let desk = desk_in(folder.path());
    let code = secret(&clinic::code("ada").print());
    let enter =
        |name: &str| desk.sign_in(clinic::account(name).as_str(), &clinic::passphrase(name));
    let own = clinic::passphrase("ada");
    desk.create_for(clinic::account("ada").as_str(), &code, &own)
        .unwrap();
    desk.lock_vault();
    clinic::admit_all(folder.path());

    // Nothing under way: the session ends, and whoever comes next has their own.
    enter("ada").unwrap();
    let of_ada = std::sync::Arc::downgrade(&desk.vault().unwrap());
    desk.lock_vault();
    assert!(
        of_ada.upgrade().is_none(),
        "the first session has not ended"
    );
    assert_eq!((desk.door(), desk.signed_in()), (Door::Locked, None));
    enter("ben").unwrap();
    assert_eq!(desk.role(), Some(governance::Role::Nurse));
    desk.lock_vault();

    // A recording under way.
    enter("ada").unwrap();
    let vault = desk.vault().unwrap();
    let visit = vault.begin_visit(new_visit()).unwrap();
    let (events, heard) = crossbeam_channel::unbounded();
    let sound = capture::faulty::Script::new()
        .sound(&[0.1; 160_000])
        .stall_for_good();
    let alone = Steps {
        speech: None,
        draft: None,
    };
    desk.underway
        .start_recording(visit, || {
            let open = || sound.open("Desk microphone", Pace::RealTime);
            Ok(Recording::start(vault.clone(), visit, open, alone, events)?)
        })
        .unwrap();
    desk.lock_vault();
    assert_eq!(desk.door(), Door::Covered);
    let refused = enter("ben").err().unwrap();
    assert_eq!(
        (refused.code, desk.door()),
        (FailureCode::Busy, Door::Covered)
    );
    assert!(refused.message.contains("ada@northside.example"));
    assert!(desk.vault().is_err() && desk.powers().is_empty());
    enter("ada").unwrap();
    assert_eq!(desk.signed_in().as_deref(), Some("ada@northside.example"));
    desk.lock_vault();

    // It has come to its end: now the other one gets in, to their own session.
    drop(vault);
    desk.underway.stop_recording().unwrap().unwrap();
    for event in heard {
        desk.underway.heard(visit, &event);
    }
    desk.underway.ended(visit);
    desk.lock_when_done();
    assert_eq!(desk.door(), Door::Locked);
    enter("ben").unwrap();
    assert_eq!(desk.signed_in().as_deref(), Some("ben@northside.example"));
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
    make_without_organisation(folder.path(), &words);
    desk.open_vault(&words).unwrap();
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
    assert_eq!(desk.sample().unwrap().name(), "knee");
    let folder = desk.folder().to_owned();
    assert!(folder.exists());
    desk.close();
    assert!(!folder.exists());
}

/// Before there is an organisation the sample visit plays, and nothing else is recorded.
#[test]
fn the_sample_visit_can_be_played_before_anything_is_set_up_and_no_microphone_opens() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path());
    desk.not_in_a_sample().unwrap();
    desk.play_sample().unwrap();
    assert_eq!((desk.door(), desk.idle_lock_minutes()), (Door::Open, 0));
    let sources = desk.sound_sources().unwrap();
    let [source] = &sources[..] else {
        panic!("{sources:?}")
    };
    assert_eq!(
        (source.kind, source.name.as_str()),
        (crate::ipc::SoundKind::Sample, "injured-knee")
    );
    // Whatever is asked for, it is the sample that plays.
    for choice in [None, Some("a microphone")] {
        let opened = desk.open_source(choice).unwrap();
        assert!(opened.name().contains("injured-knee"), "{}", opened.name());
    }
    assert_eq!(
        desk.not_in_a_sample().err().unwrap().code,
        FailureCode::Rejected
    );
    let scratch = desk.vault().unwrap().folder().to_owned();
    assert!(!scratch.starts_with(folder.path()));
    desk.lock_vault();
    assert_eq!((desk.door(), desk.sample()), (Door::Absent, None));
    assert!(!scratch.exists(), "the scratch store is still there");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());

    make_without_organisation(folder.path(), &secret("four unrelated plain words"));
    assert_eq!(
        desk.play_sample().err().unwrap().code,
        FailureCode::Rejected
    );
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
