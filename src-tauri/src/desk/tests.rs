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
    desk.lock_vault().unwrap();
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
    let soap = || template("soap").unwrap();
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
