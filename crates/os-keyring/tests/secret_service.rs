//! A vault whose secret lies in a real Secret Service: gnome-keyring on a session bus of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use os_keyring::Keyring;
use vault::{DevicePlace, KdfCost, SecretString, Vault, VaultError, Ways};

/// Names the folder in the runs of this test inside a session.
const FOLDER: &str = "INROOM_TEST_KEYRING_FOLDER";

fn passphrase() -> SecretString {
    "four unrelated plain words".into()
}

/// Runs one of the ignored tests below on a session bus of its own, with an unlocked keyring or none.
fn in_session(test: &str, home: &Path, keyring: bool) {
    let unlock = "printf inroom | gnome-keyring-daemon --unlock --components=secrets >/dev/null";
    let script = format!(
        "{}\"$0\" --exact --ignored --nocapture {test}",
        if keyring {
            format!("{unlock}; ")
        } else {
            String::new()
        }
    );
    let session = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env(FOLDER, home)
        .stdin(Stdio::null())
        .output()
        .expect("dbus-run-session is installed by `cargo xtask test`");
    assert!(
        session.status.success(),
        "{test}: {}{}",
        String::from_utf8_lossy(&session.stdout),
        String::from_utf8_lossy(&session.stderr)
    );
    std::io::stderr().write_all(&session.stderr).unwrap();
}

fn folder() -> std::path::PathBuf {
    std::env::var_os(FOLDER)
        .expect("run by the test below")
        .into()
}

#[test]
fn the_keyring_keeps_the_secret_and_without_it_the_vault_stays_shut() {
    let home = tempfile::tempdir().unwrap();
    in_session("make", home.path(), true);
    in_session("open", home.path(), true);
    in_session("refuse", home.path(), false);
    // The same folder under another account, whose keyring does not know it.
    let other = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-a")
        .arg(home.path().join("vault"))
        .arg(other.path())
        .status();
    assert!(copied.unwrap().success());
    in_session("miss", other.path(), true);
    // Nothing of that has changed anything.
    in_session("open", home.path(), true);
}

#[test]
#[ignore = "a part of the test above, inside its session"]
fn make() {
    let keyring = Keyring::reach().unwrap();
    Vault::create_with(
        &folder().join("vault"),
        &Ways {
            passphrase: &passphrase(),
            cost: KdfCost::LEAST,
            device: Some(&keyring),
            escrow: None,
        },
    )
    .unwrap();
}

#[test]
#[ignore = "a part of the test above, inside its session"]
fn open() {
    let (dir, keyring) = (folder().join("vault"), Keyring::reach().unwrap());
    assert_eq!(
        Vault::entrances(&dir).unwrap().device,
        Some(DevicePlace::Keyring)
    );
    Vault::open_with(&dir, &passphrase(), Some(&keyring)).unwrap();
    assert!(matches!(
        Vault::open(&dir, &passphrase()),
        Err(VaultError::DeviceSecretNeeded { .. })
    ));
}

#[test]
#[ignore = "a part of the test above, inside its session"]
fn refuse() {
    // Without a service, reaching for it or the first question fails; neither is taken for "no secret".
    let Ok(keyring) = Keyring::reach() else {
        return;
    };
    let opened = Vault::open_with(&folder().join("vault"), &passphrase(), Some(&keyring));
    assert!(matches!(opened, Err(VaultError::Device(_))));
}

#[test]
#[ignore = "a part of the test above, inside its session"]
fn miss() {
    let keyring = Keyring::reach().unwrap();
    let opened = Vault::open_with(&folder().join("vault"), &passphrase(), Some(&keyring));
    assert!(matches!(
        opened,
        Err(VaultError::DeviceSecretMissing { .. })
    ));
}
