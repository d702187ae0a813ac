//! The whole job in the real window: a sample visit is played into a virtual microphone while the
//! window records it; the note that appears holds facts of the visit. Once through cpal's
//! PulseAudio host, once through ALSA.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::time::Duration;

use inroom_tests::facts::facts_of;
use inroom_tests::programs::{make_vault, may_dump_core, visit_fixture};
use inroom_tests::sound::SoundSystem;
use inroom_tests::window::{Window, small_models};

const PASSPHRASE: &str = "quiet river under seven bridges";

/// Long enough for the small model on two busy cores.
const DRAFT: Duration = Duration::from_secs(900);

#[tokio::test]
async fn a_visit_is_recorded_through_pulseaudio_reviewed_edited_and_kept() {
    let statements = record("pulseaudio", 300, "", |window| {
        Box::pin(async move {
            // What is borne out has words to show.
            let statement = window.find_css("[data-support=\"supported\"]").await;
            statement.click().await.unwrap();
            window
                .until_in_view("[data-testid=\"transcript\"] mark")
                .await;
            window.picture("6-review-evidence").await;
            // Two people speak, and each of them is told apart by voice.
            let (heard, speakers) = (window.texts("segment").await, speakers(window).await);
            assert!(speakers.len() >= 2, "{speakers:?}: {heard:?}");
            window.click("theme").await;
            window.picture("7-review-dark").await;
        })
    })
    .await;
    let score = facts_of("injured-knee").score(&statements.join("\n"));
    assert!(
        !score.held.is_empty(),
        "{score:?}\n{}",
        statements.join("\n")
    );
}

#[tokio::test]
async fn a_visit_is_recorded_through_alsa_backed_up_and_erased() {
    let backup = tempfile::tempdir().unwrap();
    let folder = backup.path().to_str().unwrap().to_owned();
    let statements = record("alsa", 60, "-alsa", |window| {
        Box::pin(async move {
            window.click("show-backup").await;
            window.fill("backup-folder", &folder).await;
            window.click("backup-start").await;
            window.find("backup-done").await;
            window.picture("10-backed-up").await;
            window.click("backup-close").await;
            window.click("erase").await;
            window.picture("8-erase").await;
            window.click("choice-discarded").await;
            window.click("erase-meant").await;
            window.click("erase-start").await;
            window.find("search").await;
            window.picture("9-erased").await;
            let rows = window.texts("visit-row").await;
            assert!(rows.is_empty(), "{rows:?}");
        })
    })
    .await;
    assert_eq!(vault::Vault::snapshots(backup.path()).unwrap().len(), 1);
    let score = facts_of("injured-knee").score(&statements.join("\n"));
    assert!(
        !score.held.is_empty(),
        "{score:?}\n{}",
        statements.join("\n")
    );
}

/// One visit at a time: each needs the whole processor, as in the clinic.
static ROOM: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

type Look<'w> = std::pin::Pin<Box<dyn Future<Output = ()> + 'w>>;

/// From an empty vault to the finished draft; returns the note's statements.
async fn record(
    host: &str,
    seconds: u32,
    mark: &str,
    look: impl for<'w> FnOnce(&'w Window) -> Look<'w>,
) -> Vec<String> {
    let _room = ROOM.lock().await;
    let sound = SoundSystem::start();
    let models = small_models();
    let folder = tempfile::tempdir().unwrap();
    let mut environment = sound.environment(host);
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

    window.find("open-passphrase").await;
    // It listens on the network for the driver, and does not claim that nothing leaves.
    let open = window.texts("not-shut-off").await;
    assert!(
        open.iter()
            .any(|text| text.contains("a test drives this window")),
        "{open:?}"
    );
    assert!(window.texts("nothing-leaves").await.is_empty());
    window.picture(&format!("1-welcome{mark}")).await;
    window.fill("open-passphrase", PASSPHRASE).await;
    window.click("open-vault").await;
    window.find("new-visit").await;
    assert!(!may_dump_core(process_on(folder.path())));
    window.picture(&format!("2-visits{mark}")).await;
    window.click("new-visit").await;
    window.fill("patient-label", "Room 4").await;
    window.fill("reason", "Knee injury").await;
    window.fill("asked-by", "Dr. Okafor").await;
    assert!(
        !window
            .find("start-recording")
            .await
            .is_enabled()
            .await
            .unwrap(),
        "recording cannot start before consent"
    );
    window.click("consent-confirm").await;
    window.picture(&format!("3-new-visit{mark}")).await;
    window.click("start-recording").await;

    // The first callback of an idle sink can take seconds.
    window
        .until("elapsed", Duration::from_secs(30), |texts| {
            texts.iter().any(|t| seconds_of(t) >= 1)
        })
        .await;
    sound.play(&visit_fixture("injured-knee.flac"), seconds);
    let segments = window
        .until("segment", Duration::from_secs(60), |texts| texts.len() >= 2)
        .await;
    assert!(!segments.is_empty());
    window.picture(&format!("4-recording{mark}")).await;
    let elapsed = window.texts("elapsed").await;
    assert!(
        seconds_of(&elapsed[0]) >= u64::from(seconds) - 1,
        "{elapsed:?}"
    );
    window.click("stop").await;

    window.find_within("note", DRAFT).await;
    // The first line of the draft, or already the whole note.
    window.find_within("statement", DRAFT).await;
    window.picture(&format!("5-drafting{mark}")).await;
    window.find_within("revision", DRAFT).await;
    window.picture(&format!("6-review{mark}")).await;
    let statements = window.texts("statement-words").await;
    look(&window).await;
    window.close().await;
    statements
}

/// Who speaks, as the transcript names them, each once.
async fn speakers(window: &Window) -> BTreeSet<String> {
    let script = "return [...document.querySelectorAll('[data-testid=\"segment\"] .speaker')] \
                  .map((name) => name.textContent)";
    let names = window.script(script).await;
    let names = names.as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// The desktop program that keeps its visits in this folder.
fn process_on(folder: &std::path::Path) -> u32 {
    let arguments = format!("/inroom --data-dir {}", folder.display());
    let found = std::process::Command::new("pgrep")
        .args(["-f", &arguments])
        .output()
        .expect("pgrep is installed");
    let pids = String::from_utf8(found.stdout).unwrap();
    pids.lines()
        .next()
        .and_then(|pid| pid.parse().ok())
        .expect("the window's program runs")
}

/// `4:05` → 245.
fn seconds_of(clock: &str) -> u64 {
    clock.trim().split(':').fold(0, |total, part| {
        total * 60 + part.trim().parse::<u64>().unwrap_or(0)
    })
}
