//! A small practice in the real window: set up at the first start, its roster grows, people are let in,
//! one leaves the screen to another, and each sees what their role includes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use governance::minisign::SecretKey;
use governance::{Account, Code, Enrolment, Organisation, Person, Role, edit};
use inroom_tests::window::{Window, key};
use scribe::clock;
use scribe::organisation::{signature_of, write_public};

const KEY: &str = "the key of the made-up practice";
const ADA: &str = "quiet river under seven bridges";
/// Who is let in later.
const PEOPLE: [(&str, &str, Role); 3] = [
    ("ben", "Ben Ortiz", Role::Nurse),
    ("chiara", "Chiara Valle", Role::Administrator),
    ("eunji", "Eunji Park", Role::Auditor),
];

fn account(name: &str) -> String {
    format!("{name}@northside.example")
}

fn passphrase(name: &str) -> String {
    format!("the passphrase of {name}")
}

fn code(name: &str) -> Code {
    let mut bytes = [0; 15];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Code::from_random(bytes)
}

struct Room {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Room {
    fn new() -> Self {
        let silent = [
            ("PULSE_SERVER", "unix:/nonexistent"),
            ("ALSA_CONFIG_PATH", "/nonexistent"),
        ];
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: silent.into_iter().map(own).collect(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    async fn open(&self) -> Window {
        let (data, secret) = (self.text("data"), self.text("device-secret"));
        let arguments = ["--data-dir", &data, "--device-secret-file", &secret];
        Window::open(&arguments, &self.environment).await
    }

    async fn sign_in(&self, name: &str, passphrase: &str) -> Window {
        let window = self.open().await;
        window.fill("account", &account(name)).await;
        window.fill("open-passphrase", passphrase).await;
        window.click("open-vault").await;
        window.find("lock").await;
        window
    }
}

/// The screen in light and dark.
async fn both(window: &Window, name: &str) {
    window.picture(name).await;
    window.click("theme").await;
    window.picture(&format!("{name}-dark")).await;
    window.click("theme").await;
    window.click("theme").await;
}

/// The session ends; the page that showed it goes, and the driver with it.
async fn leave(window: Window, button: &str) {
    let pages = window.pages();
    if button.is_empty() {
        let keys = format!("{}{}l{}", key::CONTROL, key::SHIFT, key::RELEASED);
        window.keys(&keys).await;
    } else {
        window.click(button).await;
    }
    window.until_pages_are_others(&pages).await;
}

/// As whoever has the practice's key does: more people, signed.
fn grow(keys: &Path) {
    let file = fs::read_to_string(keys.join("keep-secret/organisation.key")).unwrap();
    let key = SecretKey::open(&file, &KEY.to_owned().into()).unwrap();
    let document = keys.join("for-workstations/organisation.toml");
    let mut text = fs::read_to_string(&document).unwrap();
    for (name, full, role) in PEOPLE {
        let account: Account = account(name).parse().unwrap();
        let person = Person {
            name: full.to_owned(),
            role,
            os_account: None,
            from: clock::today(),
            until: None,
            enrolment: Some(Enrolment {
                sha256: code(name).digest(&account),
                until: clock::days_after(clock::today(), 14),
            }),
            account,
        };
        text = edit::add_person(&text, &person).unwrap();
    }
    let serial = Organisation::read(&text).unwrap().serial;
    let signature = key
        .sign(text.as_bytes(), &format!("serial {serial}"))
        .file();
    write_public(&document, &text).unwrap();
    write_public(&signature_of(&document), &signature).unwrap();
}

#[tokio::test]
async fn a_small_practice_is_set_up_grows_and_two_people_share_a_computer() {
    let room = Room::new();
    let window = room.open().await;
    window.find("practice").await;
    assert!(window.texts("create-vault").await.is_empty());
    both(&window, "practice-1-first-start").await;
    // The way there needs no mouse.
    window.tab_to("practice").await;
    window.keys(key::ENTER).await;
    for (field, text) in [
        ("practice-name", "Northside Practice"),
        ("practice-person", "Ada Nkemelu"),
        ("practice-account", "ada@northside.example"),
        ("practice-passphrase", ADA),
        ("practice-passphrase-again", ADA),
        ("practice-folder", &room.text("data/keys")),
        ("practice-key-passphrase", KEY),
        ("practice-key-passphrase-again", KEY),
    ] {
        window.tab_to(field).await;
        window.keys(text).await;
    }
    window.tab_to("practice-do").await;
    window.keys(key::ENTER).await;
    let refused = window.find("practice-failure").await.text().await.unwrap();
    assert!(refused.contains("beside the visits"), "{refused}");
    both(&window, "practice-2-form").await;
    window.fill("practice-folder", &room.text("keys")).await;
    window.click("practice-do").await;
    window.find_css("[role=\"progressbar\"]").await;
    window.picture("practice-3-progress").await;
    let check = window
        .find("practice-check-code")
        .await
        .text()
        .await
        .unwrap();
    let sheet = fs::read_to_string(room.path("keys/keep-secret/recovery-sheet.txt")).unwrap();
    assert!(sheet.contains(&check), "{check} {sheet}");
    both(&window, "practice-4-done").await;
    window.click("practice-meant").await;
    window.click("practice-go-on").await;
    window.find("new-visit").await;

    // The roster grows: its signed document is taken, and holds from the next sign-in on.
    grow(&room.path("keys"));
    window.click("show-office").await;
    window.find("who").await;
    both(&window, "office-1-physician").await;
    assert!(window.texts("office-audit").await.is_empty());
    window.click("office-workstation").await;
    window.find("no-models").await;
    window.click("take-document").await;
    window
        .fill("document-place", &room.text("keys/for-workstations"))
        .await;
    window.picture("office-2-take-document").await;
    window.click("document-take").await;
    window.find("newer-document").await;
    leave(window, "sign-in-again").await;

    let window = room.sign_in("ada", ADA).await;
    window.click("show-office").await;
    window.click("office-workstation").await;
    for (name, _, _) in PEOPLE {
        window.click("admit").await;
        window.fill("admit-account", &account(name)).await;
        window.fill("admit-code", &code(name).print()).await;
        window.fill("admit-theirs", &passphrase(name)).await;
        window.fill("admit-again", &passphrase(name)).await;
        window.fill("admit-yours", ADA).await;
        if name == "ben" {
            both_in_dialog(&window).await;
        }
        window.click("admit-do").await;
        window.until_gone("admit-dialog").await;
    }
    let people = window.texts("person").await;
    let here = people.iter().filter(|row| row.contains("Can sign in here"));
    assert_eq!(here.count(), 4, "{people:?}");
    both(&window, "office-4-workstation").await;

    // One key leaves the screen to the next person, who begins a session of their own.
    leave(window, "").await;
    let window = room.open().await;
    let account_field = window.find("account").await;
    let typed = account_field.prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some(""));
    both(&window, "office-5-sign-in").await;
    window.close().await;

    let window = room.sign_in("ben", &passphrase("ben")).await;
    window.find("new-visit").await;
    assert!(window.texts("show-backup").await.is_empty());
    window.click("show-office").await;
    window.click("office-incident").await;
    window.find("hour-step").await;
    assert!(window.texts("pack").await.is_empty());
    both(&window, "office-6-incident-nurse").await;
    leave(window, "switch-user").await;

    let window = room.sign_in("chiara", &passphrase("chiara")).await;
    window.find("card-keeping").await;
    assert!(window.texts("search").await.is_empty());
    both(&window, "office-7-administrator").await;
    window.click("office-incident").await;
    window.fill("pack-file", &room.text("pack.age")).await;
    window.click("pack-make").await;
    window.find("pack-done").await;
    assert!(room.path("pack.age").exists());
    window.click("worksheet-make").await;
    window.find("worksheet-text").await;
    both(&window, "office-8-incident-administrator").await;
    leave(window, "switch-user").await;

    let window = room.sign_in("eunji", &passphrase("eunji")).await;
    window.find("card-audit").await;
    window.click("office-audit").await;
    window.find("log-in-order").await;
    window.fill("log-who", "ben").await;
    window.click("log-search").await;
    window
        .until("log-entry", std::time::Duration::from_secs(30), |rows| {
            !rows.is_empty() && rows.iter().all(|row| row.contains("ben@northside.example"))
        })
        .await;
    both(&window, "office-9-audit").await;
    window.close().await;
}

/// An open dialog keeps the theme's button out of reach: the page's own mark is changed.
async fn both_in_dialog(window: &Window) {
    window.picture("office-3-admit").await;
    let dark = "document.documentElement.dataset.theme = 'dark'";
    window.script(dark).await;
    window.picture("office-3-admit-dark").await;
    window
        .script("document.documentElement.dataset.theme = 'light'")
        .await;
}
