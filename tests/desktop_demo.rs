//! The demonstration in the real window: a store that is made at once, and a recorded visit that plays into the recorder
//! in place of a microphone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use inroom_tests::programs::audio_fixture;
use inroom_tests::window::{Window, small_models};

/// Long enough for a sentence of nine seconds on a busy processor.
const WORDS: Duration = Duration::from_secs(120);

#[tokio::test]
async fn record_is_pressed_and_the_words_of_the_recorded_visit_appear() {
    let models = small_models();
    let environment = [
        ("INROOM_MODELS", models.path().to_str().unwrap()),
        // No microphone: what is heard can be the recording alone.
        ("PULSE_SERVER", "unix:/nonexistent"),
        ("ALSA_CONFIG_PATH", "/nonexistent"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let sound = audio_fixture("hello.flac");
    let arguments = ["--demo", "--demo-audio", sound.to_str().unwrap()];
    let window = Window::open(&arguments, &environment).await;

    window.click("new-visit").await;
    window.fill("asked-by", "Dr. Okafor").await;
    window.click("consent-confirm").await;
    window.click("start-recording").await;
    let segments = window
        .until("segment", WORDS, |texts| {
            texts.join(" ").to_lowercase().contains("aspirin")
        })
        .await;
    assert!(segments.join(" ").contains("81 mg"), "{segments:?}");
    window.picture("demo").await;
    window.close().await;
}

/// Before anything is set up: the sample that comes with the program plays, its words appear, and the
/// first start is there again.
#[tokio::test]
async fn the_sample_is_played_from_the_first_start_and_leaves_nothing() {
    let models = small_models();
    let environment = [
        ("INROOM_MODELS", models.path().to_str().unwrap()),
        ("PULSE_SERVER", "unix:/nonexistent"),
        ("ALSA_CONFIG_PATH", "/nonexistent"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", folder.path().to_str().unwrap()];
    let window = Window::open(&arguments, &environment).await;
    window.click("play-sample").await;
    window.click("new-visit").await;
    window.fill("asked-by", "Dr. Okafor").await;
    window.click("consent-confirm").await;
    window.click("start-recording").await;
    window
        .until("segment", WORDS, |texts| {
            texts.join(" ").to_lowercase().contains("knee")
        })
        .await;
    window.picture("practice-sample").await;
    let pages = window.pages();
    window.click("end-sample").await;
    window.until_pages_are_others(&pages).await;
    assert!(!folder.path().join("vault").exists());
    window.close().await;
}
