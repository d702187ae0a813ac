//! What is left in a process's memory when a vault is locked. A child opens a vault, uses it and
//! drops it; this process, which knows its keys, looks for them in every readable byte of the child.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use secrecy::{ExposeSecret, SecretString};
use visit::{
    Consent, ConsentGiver, ConsentMethod, Note, Origin, PatientText, Samples, Section, Segment,
    SpeakerLabel, Statement, Support, UnixMillis, VisitState,
};
use zeroize::Zeroizing;

use crate::device::{self, DeviceSecretFile};
use crate::folder;
use crate::hex::push_digits;
use crate::keys_file::{KeysFile, Ways};
use crate::passphrase::KdfCost;
use crate::vault::Vault;
use crate::visits::NewVisit;

/// Set for the child alone: the folder that it works in.
const FOLDER: &str = "INROOM_TEST_MEMORY_OF";
const CHILD: &str = "vault::memory::in_the_child";

/// The files in which the child finds two passphrases and what was said: random, so that they stand
/// in no program.
const TEXTS: [&str; 3] = ["passphrase", "next passphrase", "spoken"];

/// The text in a file, read into memory that wipes itself. Standard input has a buffer of its own,
/// and what a program is started with stays in its memory.
fn read(folder: &Path, name: &str) -> SecretString {
    let mut bytes = Zeroizing::new([0; 64]);
    let length = File::open(folder.join(name))
        .unwrap()
        .read(&mut *bytes)
        .unwrap();
    str::from_utf8(&bytes[..length]).unwrap().into()
}

/// Says so and waits to be told to go on.
fn wait(word: &str) {
    println!("\n{word}");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
}

fn segment(spoken: &PatientText) -> Segment {
    Segment {
        index: 0,
        start: visit::Millis(0),
        end: visit::Millis(900),
        speaker: SpeakerLabel(1),
        role: visit::Role::Patient,
        text: spoken.clone(),
        confidence: 0.5,
        words: Vec::new(),
    }
}

fn note(spoken: &PatientText) -> Note {
    Note {
        template: "soap".to_owned(),
        sections: vec![Section {
            id: "plan".to_owned(),
            title: "PLAN".to_owned(),
            empty: "Nothing.".to_owned(),
            statements: vec![Statement {
                text: spoken.clone(),
                origin: Origin::Person,
                support: Support::Supported,
                reason: spoken.clone(),
                evidence: Vec::new(),
            }],
        }],
        omissions: Vec::new(),
    }
}

/// Everything that a program does with a vault between opening and locking it.
fn use_up(vault: Vault, folder: &Path, passphrase: &SecretString, secrets: &DeviceSecretFile) {
    let spoken = PatientText::from(read(folder, "spoken").expose_secret());
    let id = vault
        .begin_visit(NewVisit {
            consent: Consent {
                asked_by: "Dr. Okafor".into(),
                given_by: ConsentGiver::Patient,
                method: ConsentMethod::Spoken,
                wording: "May I record?".to_owned(),
                wording_version: "1".to_owned(),
                at: UnixMillis(1),
            },
            template: "soap".to_owned(),
            kind: None,
            language: None,
            patient_label: spoken.clone(),
            reason: spoken.clone(),
            expected: PatientText::default(),
            started_at: UnixMillis(1),
        })
        .unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    for number in 0..4 {
        vault.append_chunk(id, number, &[7; 8_000]).unwrap();
    }
    vault
        .append_segments(id, &[segment(&spoken)], Samples(8_000))
        .unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    vault
        .save_revision(id, UnixMillis(2), &note(&spoken), None)
        .unwrap();
    assert_eq!(vault.segments(id).unwrap().len(), 1);
    assert_eq!(vault.chunk(id, 3).unwrap().len(), 8_000);
    assert_eq!(vault.search(spoken.expose(), 5).unwrap().len(), 1);
    vault
        .back_up(&folder.join("backup"), UnixMillis(3), 3, &mut |_| {})
        .unwrap();
    wait("open");
    let next = read(folder, "next passphrase");
    vault
        .change_passphrase(passphrase, Some(secrets), &next, KdfCost::LEAST)
        .unwrap();
    drop(vault);
    // And once more with nothing but a look.
    let vault = Vault::open_with(&folder.join("vault"), &next, Some(secrets)).unwrap();
    assert_eq!(vault.visits().unwrap().len(), 1);
}

#[test]
#[ignore = "the other test starts it"]
fn in_the_child() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let folder = Path::new(&folder);
    let passphrase = read(folder, "passphrase");
    let secrets = DeviceSecretFile::new(folder.join("secret"));
    let vault = Vault::open_with(&folder.join("vault"), &passphrase, Some(&secrets)).unwrap();
    use_up(vault, folder, &passphrase, &secrets);
    drop(passphrase);
    wait("locked");
}

/// What must not be found, by name.
type Needles = BTreeMap<String, Vec<u8>>;

/// A key as its bytes and as the digits that are handed to SQLCipher.
fn add_key(needles: &mut Needles, name: &str, key: &[u8; 32]) {
    let mut digits = String::new();
    push_digits(&mut digits, key);
    needles.insert(
        format!("{name}, in upper-case digits"),
        digits.to_uppercase().into_bytes(),
    );
    needles.insert(format!("{name}, in digits"), digits.into_bytes());
    needles.insert(name.to_owned(), key.to_vec());
}

/// The keys of a vault that nobody has open, and of its visit.
fn needles(dir: &Path, passphrase: &SecretString, secrets: &DeviceSecretFile) -> Needles {
    let keys = KeysFile::from_bytes(&folder::read_keys(dir).unwrap()).unwrap();
    let root = keys.unwrap_with(passphrase, Some(secrets)).unwrap().root;
    let mut needles = Needles::new();
    add_key(&mut needles, "vault key", root.expose());
    add_key(
        &mut needles,
        "database key",
        root.derive_database_key().expose(),
    );
    add_key(
        &mut needles,
        "wrapping key",
        root.derive_wrapping_key().expose(),
    );
    add_key(
        &mut needles,
        "signing key",
        root.derive_signing_key().expose(),
    );
    let secret = device::find(secrets, keys.vault().unwrap()).unwrap();
    add_key(&mut needles, "secret of this computer", secret.expose());
    needles
}

/// A text of 128 random bits, in a file.
fn random_text(folder: &Path, name: &str) -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    let mut text = String::new();
    push_digits(&mut text, &bytes);
    fs::write(folder.join(name), &text).unwrap();
    text
}

/// Which needles stand in the memory of a process, each with the mapping that holds it.
fn found_in(process: u32, needles: &Needles) -> Vec<(String, String)> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut found = Vec::new();
    for (name, from, to) in readable(&maps) {
        let mut bytes = vec![0; (to - from) as usize];
        // A file that is shorter than its mapping cannot be read to the end.
        let Ok(length) = memory.read_at(&mut bytes, from) else {
            continue;
        };
        for (what, needle) in needles {
            let first = needle[0];
            let is_there = bytes[..length]
                .windows(needle.len())
                .any(|window| window[0] == first && window == needle);
            if is_there {
                found.push((what.clone(), name.clone()));
            }
        }
    }
    found
}

/// The readable stretches of a process's memory. Mappings that touch are one: SQLCipher locks pages of
/// its own, which splits the heap in the middle of what lies across their edge.
fn readable(maps: &str) -> Vec<(String, u64, u64)> {
    let mut all: Vec<(String, u64, u64)> = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        let name = fields.nth(3).unwrap_or("memory of its own");
        if !rights.starts_with('r') || name.starts_with("[v") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let from = u64::from_str_radix(from, 16).unwrap();
        let to = u64::from_str_radix(to, 16).unwrap();
        match all.last_mut() {
            Some((last, _, end)) if *end == from && last == name => *end = to,
            _ => all.push((name.to_owned(), from, to)),
        }
    }
    all
}

struct Watched {
    child: Child,
    stdin: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Watched {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", CHILD, "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdin, said }
    }

    fn until(&mut self, word: &str) {
        let mut line = String::new();
        while line.trim() != word {
            line.clear();
            assert!(self.said.read_line(&mut line).unwrap() > 0, "it ended");
        }
    }

    fn go_on(&mut self) {
        self.stdin.write_all(b"\n").unwrap();
    }
}

#[test]
fn a_locked_vault_leaves_no_key_in_memory() {
    let parent = tempfile::tempdir().unwrap();
    let (dir, secret) = (parent.path().join("vault"), parent.path().join("secret"));
    let texts = TEXTS.map(|name| random_text(parent.path(), name));
    let [passphrase, next_passphrase, _] = texts.clone().map(SecretString::from);
    let secrets = DeviceSecretFile::new(&secret);
    let ways = Ways {
        passphrase: &passphrase,
        cost: KdfCost::LEAST,
        device: Some(&secrets),
        escrow: None,
    };
    drop(Vault::create_with(&dir, &ways).unwrap());
    let mut needles = needles(&dir, &passphrase, &secrets);
    for (name, text) in TEXTS.into_iter().zip(texts) {
        needles.insert(name.to_owned(), text.into_bytes());
    }

    let mut watched = Watched::start(parent.path());
    watched.until("open");
    // The search can find: an open vault holds the keys that it works with.
    let held: Vec<String> = found_in(watched.child.id(), &needles)
        .into_iter()
        .map(|(what, _)| what)
        .collect();
    for name in ["wrapping key", "database key", "passphrase", "spoken"] {
        assert!(held.iter().any(|what| what == name), "{name}: {held:?}");
    }
    watched.go_on();
    watched.until("locked");
    {
        let vault = Vault::open_with(&dir, &next_passphrase, Some(&secrets)).unwrap();
        let id = vault.visits().unwrap()[0].id;
        let connection = vault.connection();
        let (_, key) = vault.find(&connection, id).unwrap();
        add_key(&mut needles, "key of the visit", key.expose());
        let (_, key) = vault.find_sound(&connection, id).unwrap();
        add_key(&mut needles, "key of its sound", key.expose());
    }
    let left = found_in(watched.child.id(), &needles);
    watched.go_on();
    assert!(watched.child.wait().unwrap().success());
    assert!(left.is_empty(), "{left:#?}");
}
