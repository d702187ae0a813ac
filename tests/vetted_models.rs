//! A model on its way into a clinic and out again: measured, proposed, approved, signed, loaded;
//! recalled, and refused.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use inroom_tests::programs::{SPEECH, TINIEST_DRAFTING, audio_fixture, program};
use serde_json::Value;

const ADA: &str = "ada@northside.example";

/// A folder in which the program is run.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (name, words) in [
            ("key-passphrase", "the key of the made-up clinic"),
            ("passphrase", "the passphrase of ada"),
        ] {
            fs::write(desk.path(name), words).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program("inroomctl"));
        command
            .args(words)
            .current_dir(self.0.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> (bool, String) {
        let done = self.command(words).output().unwrap();
        let both = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(both).unwrap())
    }

    fn done(&self, words: &[&str]) -> String {
        let (done, said) = self.run(words);
        assert!(done, "{words:?}: {said}");
        said
    }

    fn refused(&self, words: &[&str]) -> String {
        let (done, said) = self.run(words);
        assert!(!done, "{words:?}: {said}");
        said
    }

    fn sign(&self) {
        let key = "clinic/keep-secret/organisation.key";
        let with = ["--key", key, "--passphrase-file", "key-passphrase"];
        self.done(&[&["org", "sign", DOCUMENT][..], &with].concat());
    }

    fn visit(&self, template: &str) -> (bool, String) {
        let sound = audio_fixture("hello.flac").display().to_string();
        let mut words = vec!["visit", "new", "--audio", &sound, "--consent", "spoken"];
        words.extend(["--consent-asked-by", "A", "--language", "en"]);
        words.extend(["--template", template, "--speech-model", SPEECH]);
        words.extend(["--model", TINIEST_DRAFTING, "--vault", "vault"]);
        words.extend(["--account", ADA, "--passphrase-file", "passphrase"]);
        self.run(&words)
    }
}

const DOCUMENT: &str = "clinic/for-workstations/organisation.toml";

/// What a busy computer and the small models of the tests do not reach; the words out of silence stay at
/// none.
const LIMITS: &[&str] = &[
    "--limit",
    "words wrong in the built-in speech, per cent<=60",
    "--limit",
    "real-time factor of recognition<=none",
];
const LIMITS_OF_OWN: &[&str] = &["--limit", "words wrong in own recordings, per cent<=60"];
const LIMITS_OF_VOICES: &[&str] = &[
    "--limit",
    "words given to the wrong speaker, per cent<=none",
    "--limit",
    "real-time factor of recognition<=none",
];
const LIMITS_OF_NOTES: &[&str] = &[
    "--limit",
    "facts held by the notes, per cent>=none",
    "--limit",
    "facts wrong in the notes, per cent<=none",
    "--limit",
    "false claims in the notes, count<=none",
    "--limit",
    "lines that the transcript does not bear out, per cent<=none",
    "--limit",
    "tokens written in a second>=none",
    "--limit",
    "seconds for a note<=none",
];

/// Measures the models and approves them in a new document, which is signed.
fn approve_all(desk: &Desk) {
    fs::create_dir(desk.path("own")).unwrap();
    for name in ["hello.flac", "hello.txt"] {
        fs::copy(audio_fixture(name), desk.path("own").join(name)).unwrap();
    }
    let own = ["--speech", "own", "--language", "en"];
    let into = ["--json", "speech.json", "--toml", "speech.toml"];
    let said = desk.done(&[&["evaluate", SPEECH][..], &own, &into].concat());
    assert!(said.contains("words out of silence and noise"), "{said}");
    let found = desk.text("speech.json");
    let json: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(json["details"]["own_recordings"]["recordings"], 1);
    // Of the clinic's own recordings no word is kept, and not the name of a file.
    for word in ["aspirin", "hello", "milligrams"] {
        assert!(!found.to_lowercase().contains(word), "{word} in {found}");
    }
    let toml = desk.text("speech.toml");
    assert!(
        toml.contains("[model.scorecard]") && toml.contains("words wrong"),
        "{toml}"
    );

    let propose = |model, out, more: &[&str]| {
        desk.done(&[&["models", "propose", model, "--out", out][..], more].concat())
    };
    let before = ["--evaluation", "speech.json"];
    propose(
        SPEECH,
        "speech",
        &[&before[..], LIMITS, LIMITS_OF_OWN].concat(),
    );
    let together = ["--speech-model", SPEECH];
    propose("silero-vad", "voices", &[&together[..], LIMITS].concat());
    propose(
        "ge2e-voice-encoder",
        "speaker",
        &[&together[..], LIMITS_OF_VOICES].concat(),
    );
    let page = desk.text("speech/dossier.html");
    assert!(page.contains("Whisper tiny, English only") && page.contains("not meant for clinics"));

    // A model that writes nonsense lies beyond the limits that are proposed, and no document takes it.
    let said = propose(TINIEST_DRAFTING, "notes", &["--template", "soap"]);
    assert!(
        said.contains("beyond its limit: facts held by the notes"),
        "{said}"
    );
    assert!(desk.text("notes/dossier.html").contains("beyond its limit"));
    let approve = |dossier| ["models", "approve", DOCUMENT, "--dossier", dossier];
    let said = desk.refused(&approve("notes"));
    assert!(said.contains("lies beyond the limit"), "{said}");
    // Those who decide set others, for this test alone.
    let measured = [
        "--evaluation",
        "notes/evaluation.json",
        "--template",
        "soap",
    ];
    propose(
        TINIEST_DRAFTING,
        "taken",
        &[&measured[..], LIMITS_OF_NOTES].concat(),
    );
    for dossier in ["speech", "voices", "speaker", "taken"] {
        desk.done(&approve(dossier));
    }
    // An approval names its card.
    fs::write(desk.path("speech/card.md"), "another card").unwrap();
    let said = desk.refused(&approve("speech"));
    assert!(said.contains("not the card"), "{said}");
    desk.sign();
}

#[test]
fn a_proposed_model_is_loaded_once_it_is_signed_and_refused_once_it_is_recalled() {
    let desk = Desk::new();
    let init = ["org", "init", "clinic", "--name", "Northside Clinic"];
    let with = [
        "--domain",
        "northside.example",
        "--passphrase-file",
        "key-passphrase",
    ];
    desk.done(&[&init[..], &with].concat());
    let enrol = ["people", "enrol", DOCUMENT, "--account", ADA];
    let said = desk.done(&[&enrol[..], &["--name", "Ada", "--role", "physician"]].concat());
    let code = said.lines().find_map(|line| line.strip_prefix("code"));
    fs::write(desk.path("code"), code.unwrap().trim()).unwrap();
    approve_all(&desk);

    let enrol = ["workstation", "enrol", "--vault", "vault"];
    let key = "clinic/for-workstations/organisation.pub";
    let with = ["--key", key, "--document", "clinic/for-workstations"];
    desk.done(&[&enrol[..], &with].concat());
    let create = ["vault", "create", "--vault", "vault", "--account", ADA];
    let with = ["--code-file", "code", "--passphrase-file", "passphrase"];
    desk.done(&[&create[..], &with, &["--without-device-secret"]].concat());

    let standing = |id: &str| {
        let list = desk.done(&["models", "list", "--vault", "vault"]);
        let (_, model) = list.split_once(&format!("model     {id}\n")).unwrap();
        let line = model
            .lines()
            .find_map(|line| line.trim().strip_prefix("standing"));
        line.unwrap().trim().to_owned()
    };
    assert!(standing(SPEECH).starts_with("approved for speech until"));
    assert!(standing(TINIEST_DRAFTING).ends_with(", for soap"));
    let (done, said) = desk.visit("soap");
    assert!(done && said.to_lowercase().contains("aspirin"), "{said}");
    let (done, said) = desk.visit("full-visit");
    assert!(
        !done && said.contains("not approved for the template"),
        "{said}"
    );

    let reason = "It heard doses that nobody said.";
    desk.done(&["models", "recall", DOCUMENT, SPEECH, "--reason", reason]);
    // Not in force before it is signed and taken.
    assert!(standing(SPEECH).starts_with("approved"));
    desk.sign();
    let update = ["workstation", "update", "--vault", "vault"];
    desk.done(&[&update[..], &["--document", "clinic/for-workstations"]].concat());
    assert!(standing(SPEECH).contains(reason));
    let (done, said) = desk.visit("soap");
    assert!(!done && said.contains(reason), "{said}");
    assert!(!said.to_lowercase().contains("aspirin"), "{said}");
}

#[test]
fn a_measurement_can_be_given_up() {
    let desk = Desk::new();
    let words = ["evaluate", TINIEST_DRAFTING, "--json", "found.json"];
    let mut command = desk.command(&words);
    let measuring = command.stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut measuring = measuring.spawn().unwrap();
    let mut told = BufReader::new(measuring.stderr.take().unwrap());
    let mut said = String::new();
    told.read_line(&mut said).unwrap();
    assert!(said.contains("Ctrl-C gives it up"), "{said}");
    let interrupt = ["-INT", &measuring.id().to_string()];
    assert!(
        Command::new("kill")
            .args(interrupt)
            .status()
            .unwrap()
            .success()
    );
    told.read_to_string(&mut said).unwrap();
    let ended = measuring.wait().unwrap();
    assert!(!ended.success() && said.contains("given up"), "{said}");
    assert!(!desk.path("found.json").exists());
}

#[test]
fn what_cannot_be_proposed_is_said_before_anything_is_measured() {
    let desk = Desk::new();
    fs::write(desk.path("own.gguf"), "not a model").unwrap();
    let propose = ["models", "propose", "own.gguf", "--out", "dossier"];
    let said = desk.refused(&propose);
    assert!(said.contains("--role"), "{said}");
    let with_role = [&propose[..], &["--role", "drafting"]].concat();
    let said = desk.refused(&with_role);
    assert!(said.contains("--card"), "{said}");
    fs::write(desk.path("card.md"), "# Own").unwrap();
    let with_card = [&with_role[..], &["--card", "card.md"]].concat();
    let said = desk.refused(&with_card);
    assert!(said.contains("--licence"), "{said}");
    let other_role = [
        "models", "propose", SPEECH, "--role", "drafting", "--out", "dossier",
    ];
    let said = desk.refused(&other_role);
    assert!(said.contains("as a model for speech"), "{said}");
    assert!(!desk.path("dossier").exists());
}
