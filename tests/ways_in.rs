//! The ways into a vault on the command line, and that a change of them survives a kill at any moment.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use inroom_tests::programs::{inroomctl, program};
use vault::{KdfCost, NewVisit, SecretString, Vault};
use visit::{Consent, ConsentGiver, ConsentMethod, PatientText, UnixMillis, VisitId, VisitState};

const OLD: &str = "four unrelated plain words";
const NEW: &str = "five other quite plain words";
/// Chunks of sound in the vault: enough that writing it anew takes a while.
const CHUNKS: u32 = 300;

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

fn sound(number: u32) -> Vec<i16> {
    (0..16_000_u32)
        .map(|at| (at.wrapping_mul(number + 1) >> 3) as i16)
        .collect()
}

struct Setting {
    folder: tempfile::TempDir,
}

impl Setting {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("old"), OLD).unwrap();
        std::fs::write(folder.path().join("new"), NEW).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command on this vault with this passphrase.
    fn arguments(&self, words: &[&str], vault: &str, passphrase: &str) -> Vec<std::ffi::OsString> {
        let mut all: Vec<std::ffi::OsString> = words.iter().map(|word| (*word).into()).collect();
        all.extend(["--vault".into(), self.path(vault).into()]);
        all.extend(["--passphrase-file".into(), self.path(passphrase).into()]);
        all
    }

    fn run(&self, words: &[&str], vault: &str, passphrase: &str) -> Output {
        inroomctl(self.arguments(words, vault, passphrase))
    }

    /// A vault that opens at once, with a recorded visit.
    fn with_visit(&self) -> VisitId {
        let vault = Vault::create(&self.path("vault"), &OLD.into(), KdfCost::LEAST).unwrap();
        let visit = vault
            .begin_visit(NewVisit {
                consent: Consent {
                    asked_by: PatientText::from("Dr. Test"),
                    given_by: ConsentGiver::Patient,
                    method: ConsentMethod::Spoken,
                    wording: "May I record?".to_owned(),
                    wording_version: "1".to_owned(),
                    at: UnixMillis(1),
                },
                template: "soap".to_owned(),
                kind: None,
                language: None,
                patient_label: PatientText::from("Room 4"),
                reason: PatientText::from("knee"),
                expected: PatientText::default(),
                started_at: UnixMillis(1),
            })
            .unwrap();
        vault.set_state(visit, VisitState::Recording).unwrap();
        for number in 0..CHUNKS {
            vault.append_chunk(visit, number, &sound(number)).unwrap();
        }
        visit
    }

    fn open(&self, passphrase: &str) -> Option<Vault> {
        let secret = SecretString::from(passphrase.to_owned());
        Vault::open(&self.path("vault"), &secret).ok()
    }
}

fn is_whole(vault: &Vault, visit: VisitId) {
    assert_eq!(vault.recorded(visit).unwrap().chunks, CHUNKS);
    for number in [0, CHUNKS / 2, CHUNKS - 1] {
        assert_eq!(vault.chunk(visit, number).unwrap(), sound(number));
    }
}

/// Runs a command and kills it after a while; says how long it took if it came to its end before.
fn kill_after(arguments: &[std::ffi::OsString], after: Duration) -> Option<Duration> {
    let mut child = Command::new(program("inroomctl"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while started.elapsed() < after {
        if child.try_wait().unwrap().is_some() {
            return Some(started.elapsed());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let ended = child.try_wait().unwrap().map(|_| started.elapsed());
    let _ = child.kill();
    child.wait().unwrap();
    ended
}

fn leftovers(dir: &Path) -> Vec<String> {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["keys.json", "vault.db", "vault.lock"].contains(&name.as_str()))
        .collect()
}

#[test]
fn an_exchange_of_the_vault_key_survives_a_kill_at_any_moment() {
    let setting = Setting::new();
    let visit = setting.with_visit();
    let rotate = setting.arguments(&["vault", "rotate"], "vault", "old");
    let started = Instant::now();
    assert!(inroomctl(&rotate).status.success());
    let mut whole = started.elapsed();
    let mut killed = 0;
    const TIMES: u32 = 24;
    for time in 0..TIMES {
        // How long one takes depends on what else this computer does: each one that is not killed
        // says it anew.
        match kill_after(&rotate, whole * time / TIMES) {
            Some(took) => whole = took,
            None => killed += 1,
        }
        let vault = setting.open(OLD).expect("it opens after every kill");
        is_whole(&vault, visit);
        drop(vault);
        let left = leftovers(&setting.path("vault"));
        assert!(left.is_empty(), "{left:?}");
    }
    println!("{killed} of {TIMES} exchanges were killed within {whole:?}");
    assert!(killed > 0, "none was killed");
    // And what was cut off is finished.
    assert!(inroomctl(&rotate).status.success());
    assert!(
        !Vault::entrances(&setting.path("vault"))
            .unwrap()
            .rotation_unfinished
    );
    is_whole(&setting.open(OLD).unwrap(), visit);
}

#[test]
fn a_change_of_the_passphrase_survives_a_kill_at_any_moment() {
    let setting = Setting::new();
    let visit = setting.with_visit();
    let (mut present, mut next) = (("old", OLD), ("new", NEW));
    let change = |from: &str, to: &str| {
        let mut change = setting.arguments(&["vault", "passphrase"], "vault", from);
        change.extend(["--new-passphrase-file".into(), setting.path(to).into()]);
        change
    };
    // How long one takes when nobody kills it; the first one makes later ones dearer.
    assert!(inroomctl(change("old", "new")).status.success());
    let started = Instant::now();
    assert!(inroomctl(change("new", "old")).status.success());
    let mut whole = started.elapsed();
    let (mut changed, mut killed) = (0, 0);
    const TIMES: u32 = 24;
    for time in 0..TIMES {
        // Most of it derives keys; the exchange itself comes at its end.
        let after = whole * (70 + 40 * time / TIMES) / 100;
        match kill_after(&change(present.0, next.0), after) {
            Some(took) => whole = took,
            None => killed += 1,
        }
        let after_it = setting.open(next.1);
        if let Some(vault) = after_it {
            is_whole(&vault, visit);
            drop(vault);
            assert!(setting.open(present.1).is_none());
            std::mem::swap(&mut present, &mut next);
            changed += 1;
        } else {
            is_whole(
                &setting.open(present.1).expect("one of the two opens"),
                visit,
            );
        }
        assert!(leftovers(&setting.path("vault")).is_empty());
    }
    println!("{changed} of {TIMES} changes were done, {killed} were killed");
    assert!(killed > 0, "none was killed");
}

#[test]
fn a_lost_computer_is_made_good_with_backup_and_recovery_key() {
    let setting = Setting::new();
    let key = setting.path("recovery.txt");
    let recipient = inroomctl([
        OsStr::new("vault"),
        OsStr::new("recovery-key"),
        OsStr::new("--output"),
        key.as_os_str(),
    ]);
    assert!(recipient.status.success(), "{}", said(&recipient));
    let recipient = String::from_utf8(recipient.stdout).unwrap();
    let secret = setting.path("device-secret");
    let secret = secret.to_str().unwrap();
    let create = [
        "vault",
        "create",
        "--recovery-key",
        recipient.trim(),
        "--device-secret-file",
        secret,
    ];
    let created = setting.run(&create, "lost", "old");
    assert!(created.status.success(), "{}", said(&created));
    let info = inroomctl([
        OsStr::new("vault"),
        OsStr::new("info"),
        OsStr::new("--vault"),
        setting.path("lost").as_os_str(),
    ]);
    assert!(
        said(&info).contains("device secret file"),
        "{}",
        said(&info)
    );
    assert!(said(&info).contains(recipient.trim()), "{}", said(&info));

    let backup = setting.path("backup");
    let backup = backup.to_str().unwrap();
    let back_up = [
        "vault",
        "backup",
        "--to",
        backup,
        "--device-secret-file",
        secret,
    ];
    let backed_up = setting.run(&back_up, "lost", "old");
    assert!(backed_up.status.success(), "{}", said(&backed_up));
    assert!(
        said(&backed_up).contains("compared"),
        "{}",
        said(&backed_up)
    );
    std::fs::remove_dir_all(setting.path("lost")).unwrap();
    std::fs::remove_file(secret).unwrap();

    // The passphrase is not enough on another computer; the recovery key is.
    let restore = ["vault", "restore", "--from", backup];
    let refused = setting.run(&restore, "without-key", "old");
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("recovery key"),
        "{}",
        said(&refused)
    );
    let with_key = [
        &restore[..],
        &[
            "--identity",
            key.to_str().unwrap(),
            "--device-secret-file",
            secret,
        ],
    ]
    .concat();
    let restored = setting.run(&with_key, "again", "new");
    assert!(restored.status.success(), "{}", said(&restored));
    let list = ["visit", "list", "--device-secret-file", secret];
    assert!(setting.run(&list, "again", "new").status.success());
    assert!(!setting.run(&list, "again", "old").status.success());
}
