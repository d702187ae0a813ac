//! A whole visit where there is no network: sign-in to signed note in the real window, and one on the
//! command line, in a network namespace without any interface. Their system calls are watched meanwhile:
//! our own programs do not even try to reach the network (P1.2 and P1.3 of the security properties).
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use confinement::THREAD;
use governance::minisign::{SecretKey, Seeds};
use governance::{Account, Code};
use inroom_tests::namespace;
use inroom_tests::programs::{
    DRAFTING, SPEECH, TINIEST_DRAFTING, audio_fixture, is_root, program, visit_fixture,
};
use inroom_tests::seen::{Element, Kind, SeenWindow};
use inroom_tests::sockets::{self, Call};
use inroom_tests::sound::SoundSystem;
use inroom_tests::window::small_models;
use vault::EscrowIdentity;

const ADA: &str = "ada@northside.example";
const PASSPHRASE: &str = "quiet river under seven bridges";
const LINE: &str = "Seen without a network.";
/// The whole name of the box that consent is confirmed with.
const CONSENT: &str =
    "Everyone in the room knows that the visit is recorded, and consent was given.";
const READ: &str = "I have read the note, and it is complete and right.";

/// Long enough for the small model on two busy cores under observation.
const DRAFT: Duration = Duration::from_secs(400);
/// Long enough for a screen on such a machine.
const SCREEN: Duration = Duration::from_secs(90);

/// Our own programs; what else runs is WebKit's or the system's.
const OURS: [&str; 3] = ["inroom", "inroomctl", "inroom-worker"];

#[test]
fn a_whole_visit_in_the_window_from_sign_in_to_signed_note_needs_no_network() {
    let Some(place) = place() else { return };
    let clinic = Clinic::open(place);
    let trace = clinic.path("window.trace");
    let mut words = clinic.place.clone();
    words.extend(sockets::followed(&program("inroom"), &trace));
    words.extend(["--data-dir".into(), clinic.path("data")]);
    words.extend(["--device-secret-file".into(), clinic.path("secret")]);
    let window = SeenWindow::open(&clinic.path("screen"), &words, &clinic.environment());

    window.take_keyboard();
    window.until_said("Nothing leaves this computer.", SCREEN);
    window.fill(Kind::Field, "Account", ADA);
    window.fill(Kind::Secret, "Passphrase", PASSPHRASE);
    window.picture("no-network-1-sign-in");
    window.press("Return");
    window.until_said("No visits yet", SCREEN);

    window.press("n");
    window.fill(Kind::Field, "Asked by", "Dr. Okafor");
    window.focus(Kind::Box, CONSENT);
    window.press("space");
    window.push("Start recording");
    // The first callback of an idle sink can take seconds.
    window.until("sound", SCREEN, |elements| {
        let runs = |text: &str| text.len() == 4 && text.starts_with("0:") && text != "0:00";
        let times = elements.iter().filter(|element| runs(element.text.trim()));
        (times.count() > 0).then_some(())
    });
    clinic.sound.play(&visit_fixture("injured-knee.flac"), 12);
    window.picture("no-network-2-recording");
    window.press("s");
    // The button that stops has the keyboard.
    window.until_said("Stop the recording?", SCREEN);
    window.press("Return");
    window.find_within(Kind::Button, "Sign…", DRAFT);
    write_and_sign(&window);
    window.picture("no-network-4-signed");
    drop(window);

    let visits = clinic.run(&["visit", "list"]);
    assert!(visits.contains("signed"), "{visits}");
    let visit = visits.split_whitespace().next().unwrap();
    let shown = clinic.run(&["visit", "show", visit]);
    assert!(shown.contains(LINE) && shown.contains("Ada"), "{shown}");
    judge(&trace, &["inroom", "inroom-worker", "WebKitWebProcess"]);
}

/// The model's lines are removed, for it may have written some that must not be signed, and a person's
/// is written.
fn write_and_sign(window: &SeenWindow) {
    let remove = |elements: &[Element]| {
        let named = |element: &&Element| element.kind == Kind::Button && element.name == "Remove";
        elements.iter().filter(named).count()
    };
    loop {
        let left = remove(&window.elements());
        if left == 0 {
            break;
        }
        window.push("Remove");
        window.until("one line less", SCREEN, |elements| {
            (remove(elements) < left).then_some(())
        });
    }
    window.push("Add a line to ASSESSMENT AND PLAN");
    window.write(LINE);
    window.press("Return");
    window.until_said(LINE, SCREEN);
    window.find(Kind::Button, "Save");
    window.press("ctrl+s");
    let can = |elements: &[Element], name: &str| {
        let mut named = elements.iter().filter(|element| element.name == name);
        named.any(Element::is_usable)
    };
    window.until("the saved note", SCREEN, |elements| {
        (!can(elements, "Save") && can(elements, "Sign…")).then_some(())
    });
    window.picture("no-network-3-note");
    window.push("Sign…");
    window.fill(Kind::Field, "Name of who signs", "Ada");
    window.focus(Kind::Box, READ);
    window.press("space");
    window.push("Sign");
    // Of a signed note everything but reading and taking it is gone.
    window.until("the signed note", SCREEN, |elements| {
        let is_there = |name: &str| elements.iter().any(|element| element.name == name);
        (can(elements, "Copy note") && !is_there("Save") && !is_there("Sign…")).then_some(())
    });
}

#[test]
fn a_visit_on_the_command_line_needs_no_network() {
    let Some(place) = place() else { return };
    let clinic = Clinic::open(place);
    let trace = clinic.path("commands.trace");
    let mut recording = clinic
        .command(Some(&trace), &NEW_VISIT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(recording.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("recording from") {
        assert!(said.read_line(&mut text).unwrap() > 0, "it ended: {text}");
    }
    // The first callback of an idle sink can take seconds.
    std::thread::sleep(Duration::from_secs(4));
    clinic.sound.play(&audio_fixture("hello.flac"), 8);
    recording.stdin.take().unwrap().write_all(b"\n").unwrap();
    said.read_to_string(&mut text).unwrap();
    assert!(recording.wait().unwrap().success(), "{text}");

    let visits = clinic.run(&["visit", "list"]);
    assert!(visits.contains("drafted"), "{visits}");
    let visit = visits.split_whitespace().next().unwrap();
    let shown = clinic.run(&["visit", "show", visit]);
    assert!(shown.to_lowercase().contains("aspirin"), "{shown}");
    judge(&trace, &["inroomctl", "inroom-worker"]);
}

/// A vault whose secret lies in the account's keyring, which is reached over the session's bus.
#[test]
fn the_keyring_needs_no_network() {
    let Some(place) = place() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("passphrase"), PASSPHRASE).unwrap();
    let start: Vec<_> = place.iter().map(|word| word.to_str().unwrap()).collect();
    let start = start.join(" ");
    let script = format!(
        "printf inroom | gnome-keyring-daemon --unlock --components=secrets >/dev/null && \
         {start} \"$0\" vault create --without-recovery-key --vault vault --passphrase-file passphrase && \
         {start} \"$0\" visit list --vault vault --passphrase-file passphrase"
    );
    let said = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &script])
        .arg(program("inroomctl"))
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(
        said.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&said.stderr)
    );
    assert!(text.contains("no visits yet"), "{text}");
}

const NEW_VISIT: [&str; 14] = [
    "visit",
    "new",
    "--consent-asked-by",
    "Dr. Okafor",
    "--consent",
    "spoken",
    "--language",
    "en",
    "--template",
    "soap",
    "--speech-model",
    SPEECH,
    "--model",
    TINIEST_DRAFTING,
];

/// What starts a program where there is no network. Root can make such a place; where others cannot, that is
/// said and nothing is tested.
fn place() -> Option<Vec<PathBuf>> {
    let Some(place) = namespace::without_interfaces() else {
        assert!(!is_root(), "root makes a network namespace");
        println!("this account may make no network namespace; nothing was tested");
        return None;
    };
    assert!(namespace::is_empty(&place), "the namespace has a network");
    Some(place)
}

/// Our own programs have tried nothing but what the self-check tries, and that was refused. What others
/// have tried was refused too, and is told.
fn judge(trace: &Path, expected: &[&str]) {
    let trace = fs::read_to_string(trace).unwrap();
    let ran = sockets::programs(&trace);
    for program in expected {
        assert!(ran.iter().any(|name| name == program), "{program}: {ran:?}");
    }
    let calls = sockets::beyond(&trace);
    let is_ours = |call: &&Call| OURS.contains(&call.program.as_str());
    let (ours, others): (Vec<&Call>, Vec<&Call>) = calls.iter().partition(is_ours);
    // The programs let none but root look into them, so that strace cannot say what a thread is called:
    // what was refused has to do then.
    let named = is_root();
    let tries = |call: &&Call| call.thread.as_deref() == Some(THREAD) || (!named && call.refused);
    let (tried, forbidden): (Vec<&Call>, Vec<&Call>) = ours.into_iter().partition(tries);
    assert!(forbidden.is_empty(), "{forbidden:#?}");
    // The workers' at least: the trace does see such calls.
    assert!(tried.len() >= 2, "{tried:#?}");
    let mut told: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for call in tried.iter().chain(&others) {
        assert!(call.refused, "{call:?}");
        *told.entry((&call.program, &call.text)).or_default() += 1;
    }
    println!("{ran:?}");
    for ((program, call), times) in told {
        println!("{program}: {times} × {call}");
    }
}

/// An enrolled computer with a vault of its organisation, its microphone, and a place without a network.
struct Clinic {
    folder: tempfile::TempDir,
    sound: SoundSystem,
    models: tempfile::TempDir,
    place: Vec<PathBuf>,
}

impl Clinic {
    fn open(place: Vec<PathBuf>) -> Self {
        let clinic = Self {
            folder: tempfile::tempdir().unwrap(),
            sound: SoundSystem::start(),
            models: small_models(),
            place,
        };
        for folder in ["data", "screen"] {
            fs::create_dir(clinic.path(folder)).unwrap();
        }
        fs::write(clinic.path("passphrase"), PASSPHRASE).unwrap();
        let code = clinic.publish();
        fs::write(clinic.path("code"), code.print().as_str()).unwrap();
        let published = clinic.text("published");
        let key = clinic.text("published/organisation.pub");
        let (vault, code) = (clinic.text("data/vault"), clinic.text("code"));
        let enrol = ["workstation", "enrol", "--vault", &vault];
        clinic.done(&[&enrol[..], &["--key", &key, "--document", &published]].concat());
        clinic.run(&["vault", "create", "--code-file", &code]);
        clinic
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn environment(&self) -> Vec<(String, String)> {
        let mut environment = self.sound.environment("pulseaudio");
        let models = self.models.path().display().to_string();
        environment.push(("INROOM_MODELS".to_owned(), models));
        environment
    }

    /// A command as Ada, without a network; with a trace, followed.
    fn command(&self, trace: Option<&Path>, words: &[&str]) -> Command {
        let program = program("inroomctl");
        let mut all = self.place.clone();
        match trace {
            Some(trace) => all.extend(sockets::followed(&program, trace)),
            None => all.push(program),
        }
        let mut command = sockets::command(&all);
        command.args(words).args(["--account", ADA]);
        for (name, file) in [
            ("--vault", "data/vault"),
            ("--passphrase-file", "passphrase"),
            ("--device-secret-file", "secret"),
        ] {
            command.arg(name).arg(self.path(file));
        }
        command.envs(self.environment());
        command
    }

    fn run(&self, words: &[&str]) -> String {
        ended(&mut self.command(None, words), words)
    }

    /// A command that opens no vault.
    fn done(&self, words: &[&str]) {
        let mut command = Command::new(program("inroomctl"));
        ended(command.args(words).envs(self.environment()), words);
    }

    /// The organisation's key and signed document; answers Ada's enrolment code.
    fn publish(&self) -> Code {
        let mut seeds = Seeds {
            key: [0; 32].into(),
            id: [7; 8],
        };
        getrandom::fill(seeds.key.as_mut_slice()).unwrap();
        let key = SecretKey::from_seeds(&seeds);
        let account: Account = ADA.parse().unwrap();
        let mut bytes = [0; 15];
        getrandom::fill(&mut bytes).unwrap();
        let code = Code::from_random(bytes);
        let document = format!(
            "format = 1\nserial = 1\nfrom = 2020-01-01\nuntil = 2100-01-01\n\
             [organisation]\nname = \"Northside Clinic\"\ndomains = [\"northside.example\"]\n\
             recovery_key = \"{}\"\n[policy]\nidle_lock_minutes = 60\nper_person_figures = false\n\
             [policy.retention]\n[[person]]\nname = \"Ada\"\naccount = \"{ADA}\"\n\
             role = \"physician\"\nfrom = 2020-01-01\n\
             enrolment = {{ sha256 = \"{}\", until = 2099-01-01 }}\n",
            EscrowIdentity::generate().recipient(),
            code.digest(&account).as_str()
        );
        let document = MODELS.iter().fold(document, |document, (id, role)| {
            document + &approval(id, role)
        });
        let signature = key.sign(document.as_bytes(), "a test").file();
        fs::create_dir(self.path("published")).unwrap();
        for (name, text) in [
            ("organisation.pub", key.public().file()),
            ("organisation.toml", document),
            ("organisation.toml.minisig", signature),
        ] {
            fs::write(self.path("published").join(name), text).unwrap();
        }
        code
    }
}

/// The models that are used, and what for.
const MODELS: [(&str, &str); 5] = [
    (SPEECH, "speech"),
    ("silero-vad", "voice-activity"),
    ("ge2e-voice-encoder", "speaker"),
    (DRAFTING, "drafting"),
    (TINIEST_DRAFTING, "drafting"),
];

fn approval(id: &str, role: &str) -> String {
    let sha256 = scribe::models::resolve(id).unwrap().sha256;
    let digest = sha256.as_str();
    format!(
        "[[model]]\nid = \"{id}\"\nrole = \"{role}\"\nsha256 = \"{digest}\"\nfrom = 2020-01-01\n\
         until = 2099-01-01\ncard = \"{digest}\"\n[model.scorecard]\nmeasured = 2020-01-01\n\
         hardware = \"this\"\nfigures = [{{ name = \"facts\", value = 9 }}]\n"
    )
}

fn ended(command: &mut Command, words: &[&str]) -> String {
    let done = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{words:?}: {said}");
    said
}
