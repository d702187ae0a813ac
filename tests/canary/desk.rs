//! Every call of the window, once, by its buttons where there is one.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use inroom_tests::memory;
use inroom_tests::needles::Kind;
use inroom_tests::programs::{audio_fixture, make_vault};
use inroom_tests::trace::Trace;
use inroom_tests::window::Window;
use serde_json::{Value, json};

use crate::{ASKED_BY, NOTE, PASSPHRASES, PATIENT, Planted, REASON, SIGNER, Stage};

/// Long enough for the small model on two busy cores, under observation.
const DRAFT: Duration = Duration::from_secs(300);

/// Keeps a list of what the page calls. Each call is a request to an address that ends with its name.
const WATCH: &str = "const fetch = window.fetch; window.called = []; \
    window.fetch = (...all) => { window.called.push(String(all[0])); return fetch(...all); };";

/// What was seen.
pub struct Desk {
    /// Every call.
    pub called: BTreeSet<String>,
}

pub async fn drive_all(stage: &Stage, trace: &Trace, planted: &mut Planted) -> Desk {
    let (folder, secret) = (stage.text("desk"), stage.text("secrets/desk"));
    let arguments = ["--data-dir", &folder, "--device-secret-file", &secret];
    let start = |driver: &std::path::Path| trace.command(driver);
    make_vault(
        &stage.path("desk"),
        &stage.path("secrets/desk"),
        PASSPHRASES[0],
    );
    let window = Window::open_by(start, &arguments, &stage.environment()).await;
    window.find("open-passphrase").await;
    window.script(WATCH).await;
    window.fill("open-passphrase", PASSPHRASES[0]).await;
    window.click("open-vault").await;
    window.find("new-visit").await;
    window.click("theme").await;
    record(stage, &window).await;
    write(stage, &window).await;
    window.click("show-backup").await;
    window
        .fill("backup-folder", &stage.text("desk-backup"))
        .await;
    window.click("backup-start").await;
    window.find("backup-done").await;
    window.click("backup-close").await;
    let visit = sign(&window).await;
    let kept = window.call("read_retention", json!({})).await;
    called(&window, "set_retention", kept).await;
    govern(stage, &window).await;
    window.click("back").await;
    window.fill("search", "vexmoor").await;
    window.find("visit-row").await;

    let before = called_so_far(&window).await;
    let pages = window.pages();
    window.click("lock").await;
    window.until_pages_are_others(&pages).await;
    planted.take(&stage.open("desk/vault", 0, "secrets/desk"));
    planted.secret(&stage.path("secrets/desk"));
    look_into_memory(&window, planted);
    drop(window);

    let window = Window::open_by(start, &arguments, &stage.environment()).await;
    window.find("open-passphrase").await;
    window.script(WATCH).await;
    window.fill("open-passphrase", PASSPHRASES[0]).await;
    window.click("open-vault").await;
    window.find("new-visit").await;
    let erase = json!({ "visit": visit, "erased": ["visit"], "reason": "discarded" });
    called(&window, "erase_visit", erase).await;
    import(&window).await;
    let mut desk = quit(window).await;
    desk.called.extend(before);
    // The button was pressed; the page that called it was gone before it could be asked.
    desk.called.insert("lock_vault".to_owned());
    desk
}

/// A visit through the microphone, with a pause.
async fn record(stage: &Stage, window: &Window) {
    window.click("new-visit").await;
    window.fill("patient-label", PATIENT).await;
    window.fill("reason", REASON).await;
    window.fill("asked-by", ASKED_BY).await;
    window.click("consent-confirm").await;
    window.click("start-recording").await;
    // The first callback of an idle sink can take seconds.
    window
        .until("elapsed", Duration::from_secs(30), |texts| {
            texts.iter().any(|text| text.trim() != "0:00")
        })
        .await;
    window.click("pause").await;
    window.click("resume").await;
    stage.sound.play(&audio_fixture("hello.flac"), 8);
    window.click("stop").await;
    window.find_within("revision", DRAFT).await;
}

/// A visit of a file; its recognition is still under way when the program quits.
async fn import(window: &Window) {
    let consent = json!({ "asked_by": ASKED_BY, "given_by": "patient", "method": "written" });
    let visit = json!({
        "patient_label": PATIENT, "reason": REASON, "expected": "", "template": "soap", "language": null,
        "consent": consent
    });
    let request = json!({ "file": audio_fixture("hello.flac"), "visit": visit });
    called(window, "import_recording", request).await;
}

/// A person's line, saved, copied and exported; then a new draft that is given up.
async fn write(stage: &Stage, window: &Window) {
    window.click("add-statement").await;
    window
        .fill("statement-text", &format!("{NOTE}\u{e007}"))
        .await;
    window
        .until("statement-words", Duration::from_secs(20), |texts| {
            texts.iter().any(|text| text == NOTE)
        })
        .await;
    window.click("save").await;
    window.click("copy").await;
    window.click("export").await;
    window
        .fill("export-file", &stage.text("out/desk.pdf"))
        .await;
    window.click("export-start").await;
    window.find("export-done").await;
    window.click("export-close").await;
    window.click("rewrite").await;
    window.click("rewrite-start").await;
    window.click("cancel-draft").await;
    window.find_within("revision", DRAFT).await;
}

/// The note with the person's lines alone, as the model may have written some that must not be signed.
/// Answers the visit.
async fn sign(window: &Window) -> String {
    let visits = called(window, "list_visits", json!({ "limit": 10 })).await;
    let visit = visits[0]["id"].as_str().unwrap().to_owned();
    let view = called(window, "read_visit", json!({ "visit": visit })).await;
    let turn = json!({ "turn": view["segments"][0]["start"] });
    let by = json!({ "role": "patient" });
    let correction = json!({ "visit": visit, "seen": turn, "by": by });
    called(window, "correct_speaker", correction).await;
    called(window, "take_correction_back", json!({ "visit": visit })).await;
    let mut note = view["saved"]["note"].clone();
    for section in note["sections"].as_array_mut().unwrap() {
        let statements = section["statements"].as_array_mut().unwrap();
        statements.retain(|statement| statement["origin"] == "person");
    }
    let number = called(window, "save_note", json!({ "visit": visit, "note": note })).await;
    let signed = json!({ "visit": visit, "revision": number, "signer": SIGNER });
    called(window, "sign_note", signed).await;
    visit
}

/// Log, incident plan and workstation: nothing of them may hold a word of a visit.
async fn govern(stage: &Stage, window: &Window) {
    let all = json!({ "visit": null, "from": null, "until": null, "who": "", "act": "", "refused": false });
    called(window, "read_log", all).await;
    let file = stage.text("desk-log.jsonl");
    called(window, "export_log", json!({ "file": file })).await;
    called(window, "read_workstation", json!({})).await;
    called(window, "read_incident", json!({})).await;
    let sheet = json!({ "from": 0, "until": null, "discovered": null });
    called(window, "read_worksheet", sheet).await;
    let recipient = vault::EscrowIdentity::generate().recipient().to_string();
    let file = stage.text("desk-pack.age");
    let pack = json!({ "from": 0, "file": file, "recipient": recipient });
    called(window, "make_pack", pack).await;
}

/// Calls a command with a request; a failure ends the test.
async fn called(window: &Window, command: &str, request: Value) -> Value {
    let answer = window.call(command, json!({ "request": request })).await;
    let failed = answer.get("code").is_some() && answer.get("message").is_some();
    assert!(!failed, "{command}: {answer}");
    answer
}

/// No key and no passphrase is left in the window's main process, and no key in any other. What else is
/// left (KNOWN_ISSUES.md) is told.
fn look_into_memory(window: &Window, planted: &Planted) {
    let search = planted.0.ready();
    let mut looked_into = 0;
    for (program, refused) in [
        ("inroom", &[Kind::Key, Kind::Passphrase][..]),
        // The page's process and the one for its connections are WebKit's.
        ("WebKitWebProces", &[Kind::Key]),
        ("WebKitNetworkPr", &[Kind::Key]),
    ] {
        for process in memory::running(program, window.driver()) {
            let found = match memory::found_in(process, &search) {
                Ok(found) => found,
                // The program does not let its own account look into it: that is as good.
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => continue,
                Err(error) => panic!("{program}: {error}"),
            };
            looked_into += 1;
            for ((kind, needle), place) in &found {
                println!("after lock, {program} holds {kind:?} {needle:?} in {place}");
            }
            let left: Vec<_> = found
                .keys()
                .filter(|(kind, _)| refused.contains(kind))
                .collect();
            assert!(left.is_empty(), "{program}: {left:#?}");
        }
    }
    assert!(looked_into >= 2, "{looked_into} processes");
}

/// The commands that the page has called since it is watched.
async fn called_so_far(window: &Window) -> BTreeSet<String> {
    let called = window.script("return window.called;").await;
    let called = called.as_array().expect("the list of calls");
    let names = called
        .iter()
        .filter_map(|address| address.as_str()?.strip_prefix("ipc://localhost/"));
    names.map(str::to_owned).collect()
}

/// Ends the program; answers what was called of it.
async fn quit(window: Window) -> Desk {
    let mut called = called_so_far(&window).await;
    window
        .script("window.__TAURI_INTERNALS__.invoke('quit');")
        .await;
    let begun = Instant::now();
    while !memory::running("inroom", window.driver()).is_empty() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it does not quit"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    called.insert("quit".to_owned());
    window.close().await;
    Desk { called }
}
