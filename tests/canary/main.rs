//! Everything that the program can do is done once with planted words in speech, transcript, note and
//! names, under a trace of the system calls. Then every byte that was written to any file, what was
//! logged and, after the vault is locked, the window's memory are searched for them.
//!
//! What is done is compared with what can be done: a new command fails the test until it is driven
//! here or named with the reason why not.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use inroom_tests::needles::{Kind, Needles, Search};
use inroom_tests::programs::{inroomctl, project};
use inroom_tests::sound::SoundSystem;
use inroom_tests::trace::Written;
use inroom_tests::window::{driver_log, small_models};
use vault::{DeviceSecretFile, SecretString, Vault};

use crate::commands::Commands;

mod commands;
mod desk;
mod organisation;

const PATIENT: &str = "Zoë \"Quillabrax\" Abranthir";
const REASON: &str = "Vexmoor tremor of the snarfle";
const ASKED_BY: &str = "Nurse Tessaly Brunnwick";
const SIGNER: &str = "Dr. Ottoline Farrowgate";
const NOTE: &str = "The snarfle zibbles since Michaelmas.";
const PASSPHRASES: [&str; 3] = [
    "copper kettle under nine bridges",
    "silver kettle under ten bridges",
    "golden kettle under two bridges",
];

/// The command line's commands that are not driven, each with its reason.
const COMMANDS_LEFT_OUT: &[(&str, &str)] = &[
    ("models approve", NO_VAULT),
    ("models recall", NO_VAULT),
    ("org init", NO_VAULT),
    ("org edit", NO_VAULT),
    ("org sign", NO_VAULT),
    ("org verify", NO_VAULT),
    ("org show", NO_VAULT),
    ("org diff", NO_VAULT),
    ("org successor", NO_VAULT),
    ("people emergency", NO_VAULT),
    ("people enrol", NO_VAULT),
    ("people list", NO_VAULT),
    ("people remove", NO_VAULT),
    ("templates list", NO_VAULT),
    ("incident sign", NO_VAULT),
    ("workstation update", NO_VAULT),
    ("workstation show", NO_VAULT),
    ("doctor", "opens no vault and writes no file"),
];
const NO_VAULT: &str = "works on the organisation's document and opens no vault";
/// The same of the window. The page calls the first two before anything can watch it.
const CALLS_LEFT_OUT: &[(&str, &str)] = &[
    ("startup", "called by the page itself when it starts"),
    ("listen", "called by the page itself when it starts"),
    ("enrol_computer", NO_VAULT),
    (
        "create_vault",
        "this computer belongs to no organisation; `vault create --account` does the same",
    ),
    (
        "set_up_practice",
        "there is a vault already; `vault create --account` does the same, and no visit is in it yet",
    ),
    (
        "play_sample",
        "there is a vault already; what is heard is the sample that comes with the program",
    ),
    ("admit_person", "`vault admit` does the same"),
    ("take_document", NO_VAULT),
    ("write_lift_statement", "`incident statement` does the same"),
    ("lift_lockdown", "`incident lift` does the same"),
    (
        "report_incident",
        "it would lock the vault down; `incident report` does the same",
    ),
];

/// Files that may hold some of it, by a part of their path below the test's folder.
const ALLOWED: &[(&str, &[Kind], &str)] = &[
    (
        "out/",
        &[Kind::Typed, Kind::Spoken],
        "text that a person asked to have written there",
    ),
    ("recovery-key", &[Kind::Key], "the recovery key's own file"),
    (
        "secrets/",
        &[Kind::Key],
        "the files of this computer's secret, which were asked for by name",
    ),
];

/// What the programs wrote to standard error and may: the words that a person has just given.
const ALLOWED_IN_LOGS: &[(&str, &str)] = &[("visit sign", SIGNER)];

/// Where WebKit keeps files of its own. They may be SQLite databases; they are searched like all others.
const OF_WEBKIT: [&str; 2] = ["desk/window/", "home/"];

/// The places of a run.
struct Stage {
    folder: tempfile::TempDir,
    sound: SoundSystem,
    models: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "out",
            "measured",
            "secrets",
            "tmp",
            "desk",
            "home/.cache",
            "home/.local/share",
        ] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        for (number, passphrase) in PASSPHRASES.iter().enumerate() {
            let path = folder.path().join(format!("passphrase-{number}"));
            std::fs::write(path, passphrase).unwrap();
        }
        Self {
            folder,
            sound: SoundSystem::start(),
            models: small_models(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A home and folders for data, caches and temporary files that nothing else writes to.
    fn environment(&self) -> Vec<(String, String)> {
        let mut environment = self.sound.environment("pulseaudio");
        let mut set = |name: &str, value: &Path| {
            environment.push((name.to_owned(), value.display().to_string()));
        };
        set("TMPDIR", &self.path("tmp"));
        set("XDG_DATA_HOME", &self.path("home/.local/share"));
        set("XDG_STATE_HOME", &self.path("home/.local/state"));
        set("XDG_CACHE_HOME", &self.path("home/.cache"));
        set("INROOM_MODELS", self.models.path());
        environment
    }

    fn open(&self, vault: &str, passphrase: usize, secret: &str) -> Vault {
        let secrets = DeviceSecretFile::new(self.path(secret));
        let passphrase = SecretString::from(PASSPHRASES[passphrase]);
        Vault::open_with(&self.path(vault), &passphrase, Some(&secrets)).unwrap()
    }
}

/// Everything that was planted or came of it, as it stands in the vaults before anything is erased.
struct Planted(Needles);

impl Planted {
    fn new() -> Self {
        let mut needles = Needles::default();
        for text in [PATIENT, REASON, ASKED_BY, SIGNER, NOTE] {
            needles.text(Kind::Typed, text);
        }
        needles.phrases(Kind::Typed, NOTE);
        for text in [
            "Quillabrax",
            "Abranthir",
            "Vexmoor",
            "Brunnwick",
            "Farrowgate",
            "zibbles",
        ] {
            needles.text(Kind::Typed, text);
        }
        for passphrase in PASSPHRASES {
            needles.text(Kind::Passphrase, passphrase);
        }
        Self(needles)
    }

    /// Sound, transcript and notes of every visit of a vault.
    fn take(&mut self, vault: &Vault) {
        for visit in vault.visits().unwrap() {
            for segment in vault.segments(visit.id).unwrap() {
                self.0.phrases(Kind::Spoken, segment.text.expose());
            }
            for revision in vault.revisions(visit.id).unwrap() {
                for statement in revision.note.statements() {
                    self.0.phrases(Kind::Spoken, statement.text.expose());
                }
            }
            for number in 0..vault.recorded(visit.id).unwrap().chunks {
                self.0.sound(&vault.chunk(visit.id, number).unwrap());
            }
        }
    }

    /// A file with a secret: a line's last word, and the bytes that its digits stand for.
    fn secret(&mut self, path: &Path) {
        let text = std::fs::read_to_string(path).unwrap();
        let secret = text.split_whitespace().last().unwrap();
        let name = format!("secret in {}", path.display());
        self.0.bytes(Kind::Key, &name, secret.as_bytes());
        let pairs = secret.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = pairs
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        if let Some(bytes) = bytes {
            self.0.bytes(Kind::Key, &name, &bytes);
        }
    }
}

#[tokio::test]
#[ignore = "takes minutes under the trace, and needs root: cargo xtask canary"]
async fn nothing_that_is_planted_is_found_in_files_logs_or_the_locked_window() {
    let stage = Stage::new();
    let mut planted = Planted::new();
    let mut commands = Commands::new(&stage, known_commands());
    commands.drive_all(&mut planted);
    organisation::drive(&mut commands, &mut planted);
    assert!(
        commands.undriven().is_empty(),
        "drive {:?}, or name it in COMMANDS_LEFT_OUT",
        commands.undriven()
    );
    let desk = desk::drive_all(&stage, &commands.trace, &mut planted).await;
    let known = known_calls();
    let uncalled: Vec<&String> = known.difference(&desk.called).collect();
    assert!(
        uncalled.is_empty(),
        "call {uncalled:?}, or name it in CALLS_LEFT_OUT"
    );
    for secret in std::fs::read_dir(stage.path("secrets")).unwrap() {
        planted.secret(&secret.unwrap().path());
    }
    planted.secret(&stage.path("recovery-key"));
    assert!(planted.0.blocks() > 5_000, "{} blocks", planted.0.blocks());

    let search = planted.0.ready();
    let written = commands.trace.written();
    in_files(&stage, &search, &written);
    for (name, log) in commands.logs() {
        in_log(&search, name, log);
    }
    in_log(&search, "the window", &std::fs::read(driver_log()).unwrap());
}

/// Every byte of every file.
fn in_files(stage: &Stage, search: &Search<'_>, written: &Written) {
    let (mut found, mut magic, mut right, mut searched) = (Vec::new(), Vec::new(), 0, 0_usize);
    for (path, bytes) in &written.files {
        let name = path.to_string_lossy();
        let below = path.strip_prefix(stage.folder.path()).unwrap_or(path);
        let is_webkits = OF_WEBKIT.iter().any(|part| below.starts_with(part));
        let mut all = search.found_in(name.as_bytes());
        // As it was written, which also has what was overwritten or removed since, and as it is.
        let now = if path.is_file() && !path.starts_with("/proc") && !path.starts_with("/dev/null")
        {
            std::fs::read(path).unwrap_or_default()
        } else {
            Vec::new()
        };
        searched += bytes.len() + now.len();
        for bytes in [bytes, &now] {
            all.extend(search.found_in(bytes));
            let has_magic = bytes.starts_with(b"SQLite format 3\0") || bytes.starts_with(b"RIFF");
            if has_magic && !is_webkits {
                magic.push(name.clone().into_owned());
            }
        }
        let allowed = ALLOWED.iter().find(|(part, _, _)| below.starts_with(part));
        for (kind, needle) in all {
            if allowed.is_some_and(|(_, kinds, _)| kinds.contains(&kind)) {
                right += 1;
            } else {
                found.push(format!("{name}: {kind:?} {needle:?}"));
            }
        }
    }
    println!(
        "{} files, {} MiB searched; {right} needles where they belong",
        written.files.len(),
        searched >> 20
    );
    assert!(found.is_empty(), "{found:#?}");
    assert!(magic.is_empty(), "{magic:#?}");
    // The search finds what is there, and the trace has seen what was written.
    assert!(right > 4, "{right}");
    for part in ["vault.db", "vault.db-wal", "keys.json", "out/note.txt"] {
        let seen = written
            .files
            .iter()
            .any(|(path, bytes)| path.ends_with(part) && !bytes.is_empty());
        assert!(seen, "{part} was not seen being written");
    }
}

fn in_log(search: &Search<'_>, name: &str, log: &[u8]) {
    let allowed: BTreeSet<&str> = ALLOWED_IN_LOGS
        .iter()
        .filter(|(command, _)| *command == name)
        .map(|(_, text)| *text)
        .collect();
    for (kind, needle) in search.found_in(log) {
        assert!(
            allowed.iter().any(|text| text.contains(&needle)),
            "{name} has logged {kind:?} {needle:?}:\n{}",
            String::from_utf8_lossy(log)
        );
    }
}

/// The commands that `inroomctl --help` tells of, without those that are left out.
fn known_commands() -> BTreeSet<String> {
    fn below(words: &[&str], all: &mut BTreeSet<String>) {
        let help = inroomctl(words.iter().copied().chain(["--help"])).stdout;
        let help = String::from_utf8(help).unwrap();
        let names: Vec<&str> = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .filter(|line| !line.starts_with("    "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .collect();
        if names.is_empty() {
            all.insert(words.join(" "));
        }
        for name in names {
            below(&[words, &[name]].concat(), all);
        }
    }
    let mut all = BTreeSet::new();
    below(&[], &mut all);
    for (name, reason) in COMMANDS_LEFT_OUT {
        assert!(all.remove(*name), "{name} ({reason}) is no command");
    }
    all
}

/// The calls that the page may make, without those that are left out.
fn known_calls() -> BTreeSet<String> {
    let list = std::fs::read_to_string(project().join("src-tauri/commands.txt")).unwrap();
    let mut all: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    for (name, reason) in CALLS_LEFT_OUT {
        assert!(all.remove(*name), "{name} ({reason}) is no command");
    }
    all
}
