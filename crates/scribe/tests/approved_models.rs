//! In an organisation's vault only the models of its document are loaded; the recording goes on without
//! the others, and the reason is told.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::path::Path;
use std::sync::Arc;

use capture::Pace;
use capture::faulty::Script;
use governance::minisign::{SecretKey, Seeds};
use governance::{Account, Code};
use scribe::{Event, Recording, ScribeError, Steps, clock};
use vault::{EscrowIdentity, KdfCost, Newcomer, SecretString, Vault, VaultError, Workstation};
use visit::{Millis, VisitState};

use common::{prepared, speech, tone};

/// A vault that a physician is signed in to, with a document that has these further lines.
fn vault_with(folder: &Path, lines: &str) -> Vault {
    let account: Account = "ada@northside.example".parse().unwrap();
    let code = Code::from_random([9; 15]);
    let key = SecretKey::from_seeds(&Seeds {
        key: [3; 32].into(),
        id: [7; 8],
    });
    let text = format!(
        r#"format = 1
serial = 1
from = 2020-01-01
until = 2100-01-01
[organisation]
name = "Northside Clinic"
domains = ["northside.example"]
recovery_key = "{}"
[policy]
idle_lock_minutes = 10
per_person_figures = false
[policy.retention]
[[person]]
name = "Ada Nkemelu"
account = "{account}"
role = "physician"
from = 2020-01-01
enrolment = {{ sha256 = "{}", until = 2099-01-01 }}
{lines}"#,
        EscrowIdentity::generate().recipient(),
        code.digest(&account).as_str()
    );
    let dir = folder.join("vault");
    let signature = key.sign(text.as_bytes(), "a test").file();
    Workstation::of(&dir)
        .enrol(&key.public(), text.as_bytes(), &signature, clock::now())
        .unwrap();
    let maker = Newcomer {
        account: &account,
        code: &code,
        passphrase: &SecretString::from("a long enough passphrase"),
        cost: KdfCost::LEAST,
        device: None,
    };
    Vault::create_for(&dir, &maker).unwrap()
}

fn approval(role: &str, sha256: &str, until: &str) -> String {
    let card = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
    format!(
        "[[model]]\nid = \"{role}\"\nrole = \"{role}\"\nsha256 = \"{sha256}\"\nfrom = 2020-01-01\n\
         until = {until}\ncard = \"{card}\"\n[model.scorecard]\nmeasured = 2020-01-01\n\
         hardware = \"this\"\nfigures = [{{ name = \"facts\", value = 9 }}]\n"
    )
}

/// Records two seconds of a tone; what the work said of itself, and what was told.
fn record(vault: Vault) -> (Result<(), ScribeError>, Vec<String>) {
    let vault = Arc::new(vault);
    let visit = prepared(&vault);
    let (events, heard) = crossbeam_channel::unbounded();
    let script = Script::new().sound(&tone(Millis(2_000))).end();
    let open = || script.open("script", Pace::Fastest);
    let steps = Steps {
        speech: Some(speech()),
        draft: None,
    };
    let recording = Recording::start(vault.clone(), visit, open, steps, events).unwrap();
    let outcome = recording.until_end().unwrap().wait().unwrap();
    let told = heard.iter().filter_map(|event| match event {
        Event::WorkerFailed { message, .. } => Some(message),
        _ => None,
    });
    let told = told.collect();
    let summary = vault.visit(visit).unwrap().summary;
    assert_eq!(summary.recorded, Millis(2_000));
    assert_eq!(summary.state, VisitState::Recorded);
    (outcome.result.map(drop), told)
}

fn all(until: &str) -> String {
    let speech = speech();
    let encoder = speech.voice_encoder.unwrap();
    [
        approval("speech", speech.whisper.sha256.as_str(), until),
        approval(
            "voice-activity",
            speech.voice_activity.sha256.as_str(),
            until,
        ),
        approval("speaker", encoder.sha256.as_str(), until),
    ]
    .concat()
}

#[test]
fn what_is_approved_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let (result, told) = record(vault_with(folder.path(), &all("2099-01-01")));
    assert!(result.is_ok() && told.is_empty(), "{result:?} {told:?}");
}

#[test]
fn what_is_not_approved_any_more_or_never_was_is_told_and_the_recording_is_kept() {
    let recalled = format!(
        "{}[[recall]]\nsha256 = \"{}\"\nfrom = 2021-01-01\nreason = \"It heard what nobody said.\"\n",
        all("2099-01-01"),
        speech().voice_activity.sha256.as_str()
    );
    for (lines, reason) in [
        (String::new(), "is not on your organisation's list"),
        (all("2021-01-01"), "ended on 2021-01-01"),
        (recalled, "It heard what nobody said"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (result, told) = record(vault_with(folder.path(), &lines));
        let Err(ScribeError::Vault(VaultError::NotApproved(_))) = result else {
            panic!("{reason}: {result:?}");
        };
        assert!(told.len() == 1 && told[0].contains(reason), "{told:?}");
    }
}
