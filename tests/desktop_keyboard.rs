//! A visit in the real window without a mouse: recorded, paused, stopped, its draft edited, saved
//! and copied, the vault locked and, in a new window, unlocked, the visit opened again from the list.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use inroom_tests::programs::{make_vault, visit_fixture};
use inroom_tests::sound::SoundSystem;
use inroom_tests::window::{Window, key, small_models};

const PASSPHRASE: &str = "quiet river under seven bridges";
const ADDED: &str = "Keyboard test line.";

/// Long enough for the small model on two cores that others keep busy.
const DRAFT: Duration = Duration::from_secs(900);
/// Long enough for a screen.
const SCREEN: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_visit_needs_no_mouse() {
    let sound = SoundSystem::start();
    let models = small_models();
    let folder = tempfile::tempdir().unwrap();
    let mut environment = sound.environment("pulseaudio");
    environment.push((
        "INROOM_MODELS".to_owned(),
        models.path().display().to_string(),
    ));
    let secret = folder.path().join("device-secret");
    let arguments = [
        "--data-dir",
        folder.path().to_str().unwrap(),
        "--device-secret-file",
        secret.to_str().unwrap(),
    ];
    make_vault(folder.path(), &secret, PASSPHRASE);
    let window = Window::open(&arguments, &environment).await;

    window.find("open-vault").await;
    window.tab_to("open-passphrase").await;
    window.keys(&format!("{PASSPHRASE}{}", key::ENTER)).await;
    window.find("new-visit").await;
    window.keys("?").await;
    window.find("help").await;
    window.picture("keyboard-1-help").await;
    // The button that closes it has the keyboard.
    window.keys(key::ENTER).await;
    window.until_gone("help").await;

    window.keys("n").await;
    window.find("patient-label").await;
    window.tab_to("patient-label").await;
    window.keys("Room 5").await;
    window.tab_to("asked-by").await;
    window.keys("Dr. Okafor").await;
    window.tab_to("consent-confirm").await;
    window.keys(" ").await;
    window.tab_to("start-recording").await;
    window.keys(key::ENTER).await;
    // The first callback of an idle sink can take seconds.
    window
        .until("elapsed", SCREEN, |texts| {
            texts.iter().any(|text| text.trim() != "0:00")
        })
        .await;
    sound.play(&visit_fixture("injured-knee.flac"), 30);
    window.keys(" ").await;
    window.find("resume").await;
    window.picture("keyboard-2-paused").await;
    window.keys(" ").await;
    window.find("pause").await;
    window.keys("s").await;
    window.find_css("dialog[open]").await;
    // So has the one that stops.
    window.keys(key::ENTER).await;

    window.find_within("save", DRAFT).await;
    window
        .until("revision", DRAFT, |texts| is_revision(texts, 1))
        .await;
    window.tab_to("add-statement").await;
    window.keys(key::ENTER).await;
    window.find("statement-text").await;
    window.keys(&format!("{ADDED}{}", key::ENTER)).await;
    // The line that was written has the keyboard: it is opened again and gets another end.
    window
        .until("statement-words", SCREEN, |texts| holds(texts, ADDED))
        .await;
    window.keys(key::ENTER).await;
    window.find("statement-text").await;
    window.keys(&format!(" Edited.{}", key::ENTER)).await;
    let edited = format!("{ADDED} Edited.");
    window
        .until("statement-words", SCREEN, |texts| holds(texts, &edited))
        .await;
    window
        .keys(&format!("{}s{}", key::CONTROL, key::RELEASED))
        .await;
    window
        .until("revision", SCREEN, |texts| is_revision(texts, 2))
        .await;
    window.keys("c").await;
    // What is told depends on whether this display has a clipboard; something is.
    window
        .until("message", SCREEN, |texts| {
            texts.iter().any(|text| text.contains("clipboard"))
        })
        .await;
    window.picture("keyboard-3-edited").await;

    window.keys(key::ESCAPE).await;
    window.find("visit-row").await;
    window.picture("keyboard-4-list").await;
    window.tab_to("show-incident").await;
    window.keys(key::ENTER).await;
    window.find("incident-dialog").await;
    window.picture("keyboard-6-incident").await;
    window.keys(key::ESCAPE).await;
    window.until_gone("incident-dialog").await;
    window.tab_to("lock").await;
    let pages = window.pages();
    window.keys(key::ENTER).await;
    window.until_pages_are_others(&pages).await;
    drop(window);
    let window = Window::open(&arguments, &environment).await;
    window.find("open-passphrase").await;
    window.picture("keyboard-5-unlock").await;
    window.tab_to("open-passphrase").await;
    window.keys(&format!("{PASSPHRASE}{}", key::ENTER)).await;
    window.find("visit-row").await;
    window.tab_to("visit-row").await;
    window.keys(key::ENTER).await;
    window
        .until("revision", SCREEN, |texts| is_revision(texts, 2))
        .await;
    let lines = window.texts("statement-words").await;
    assert!(holds(&lines, &edited), "{lines:?}");
    window.close().await;
}

fn is_revision(texts: &[String], number: u32) -> bool {
    let words = format!("Revision {number},");
    texts.iter().any(|text| text.contains(&words))
}

fn holds(texts: &[String], line: &str) -> bool {
    texts.iter().any(|text| text.trim() == line)
}
