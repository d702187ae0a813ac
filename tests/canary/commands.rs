//! Every command of the command line, once.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use inroom_tests::memory;
use inroom_tests::programs::{SPEECH, TINIEST_DRAFTING, audio_fixture, program};
use inroom_tests::trace::Trace;
use visit::{Note, Origin, Section, Statement, Support, UnixMillis, VisitId};

use crate::{ASKED_BY, NOTE, PATIENT, Planted, REASON, SIGNER, Stage};

/// What opens a vault: its folder, the number of the passphrase, the file with this computer's secret.
#[derive(Clone, Copy)]
pub struct Way(pub &'static str, pub usize, pub &'static str);

pub struct Commands<'s> {
    pub stage: &'s Stage,
    pub trace: Trace,
    known: BTreeSet<String>,
    driven: BTreeSet<String>,
    /// To whom the vault is entrusted.
    recipient: String,
    /// Standard error of each command.
    logs: Vec<(String, Vec<u8>)>,
}

impl<'s> Commands<'s> {
    /// For a program that has these commands.
    pub fn new(stage: &'s Stage, known: BTreeSet<String>) -> Self {
        Self {
            stage,
            known,
            trace: Trace::into(&stage.path("traces")),
            driven: BTreeSet::new(),
            recipient: String::new(),
            logs: Vec::new(),
        }
    }

    /// The commands that were not.
    pub fn undriven(&self) -> Vec<&String> {
        self.known.difference(&self.driven).collect()
    }

    pub fn logs(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.logs
            .iter()
            .map(|(name, log)| (name.as_str(), log.as_slice()))
    }

    pub fn drive_all(&mut self, planted: &mut Planted) {
        let first = Way("vault", 0, "secrets/first");
        let second = Way("vault", 0, "secrets/second");
        let recipient = self.make_vault(first);
        self.run(&["vault", "info"], Some(first));
        self.run(&["microphones"], None);
        self.run(&["self-check"], None);
        self.run(&["vault", "retention", "set", "--draft", "90"], Some(first));
        self.run(&["vault", "retention", "show"], Some(first));
        let to = self.stage.text(second.2);
        self.run(
            &["vault", "bind", "--to-device-secret-file", &to],
            Some(first),
        );
        let visit = self.record(second);
        self.import(second);
        self.enrol_voice(second);
        let cut_off = self.record_and_kill(second);
        self.finish_with_a_killed_worker(&cut_off, second);
        self.look(&visit, second);
        self.sign(&visit, second);
        planted.take(&self.stage.open(second.0, second.1, second.2));
        self.run(&["vault", "retention", "run"], Some(second));
        self.pilot(second);
        self.models();
        self.ways(&recipient, second);
        self.evaluate();
        let confirm = &cut_off[..8];
        let erase = ["visit", "erase", &cut_off, "--reason", "discarded"];
        let last = Way("vault", 2, "secrets/fourth");
        self.incident(last);
        self.run(&[&erase[..], &["--confirm", confirm]].concat(), Some(last));
    }

    /// Answers the recovery key's recipient.
    fn make_vault(&mut self, way: Way) -> String {
        let key = self.stage.text("recovery-key");
        let said = self.run(&["vault", "recovery-key", "--output", &key], None);
        let recipient = said.trim().to_owned();
        self.run(
            &["vault", "create", "--recovery-key", &recipient],
            Some(way),
        );
        self.recipient.clone_from(&recipient);
        recipient
    }

    pub fn new_visit<'a>(rest: &[&'a str]) -> Vec<&'a str> {
        let new = [
            "visit",
            "new",
            "--patient",
            PATIENT,
            "--reason",
            REASON,
            "--consent-asked-by",
            ASKED_BY,
            "--consent",
            "spoken",
            "--language",
            "en",
            "--template",
            "soap",
        ];
        [&new[..], rest].concat()
    }

    /// A whole visit; answers its identifier.
    fn record(&mut self, way: Way) -> String {
        let sound = audio_fixture("hello.flac").display().to_string();
        let models = ["--speech-model", SPEECH, "--model", TINIEST_DRAFTING];
        let rest = [&["--audio", &sound][..], &models].concat();
        identifier(&self.run(&Self::new_visit(&rest), Some(way)))
    }

    /// A visit of a file.
    fn import(&mut self, way: Way) {
        let sound = audio_fixture("hello.flac").display().to_string();
        let words = Self::new_visit(&["--record-only"]);
        let import = [&["visit", "import", &sound][..], &words[2..]].concat();
        self.run(&import, Some(way));
    }

    /// The voice of the sound that is recorded in the visits too, said twice, since once is too short.
    fn enrol_voice(&mut self, way: Way) {
        let folder = tempfile::tempdir().unwrap();
        let twice = folder.path().join("twice.wav");
        let hello = audio_fixture("hello.flac");
        let joined = Command::new("sox").args([&hello, &hello, &twice]).status();
        assert!(joined.unwrap().success());
        let sound = twice.display().to_string();
        let enrol = [
            "voice",
            "enrol",
            "--audio",
            &sound,
            "--speech-model",
            SPEECH,
        ];
        self.run(&enrol, Some(way));
        let shown = self.run(&["voice", "show"], Some(way));
        assert!(shown.contains("enrolled at"), "{shown}");
        self.run(&["voice", "erase"], Some(way));
    }

    /// A recording that is cut off by a kill and goes on.
    fn record_and_kill(&mut self, way: Way) -> String {
        let sound = audio_fixture("hello.flac").display().to_string();
        let rest = ["--record-only", "--speed", "1", "--audio", &sound];
        let mut recorder = self.start(&Self::new_visit(&rest), Some(way));
        let mut said = BufReader::new(recorder.stdout.take().unwrap());
        let mut text = String::new();
        while !text.contains("kept 1.") {
            assert!(said.read_line(&mut text).unwrap() > 0, "it ended: {text}");
        }
        let running = memory::running("inroomctl", recorder.id());
        kill(running[0]);
        let ended = recorder.wait_with_output().unwrap();
        self.logs.push(("visit new".to_owned(), ended.stderr));
        let visit = identifier(&text);
        let again = [
            "visit",
            "resume",
            &visit,
            "--record-only",
            "--audio",
            &sound,
        ];
        self.run(&again, Some(way));
        visit
    }

    /// The transcript and the note of a recorded visit, with a worker that dies on the way.
    fn finish_with_a_killed_worker(&mut self, visit: &str, way: Way) {
        let models = ["--speech-model", SPEECH, "--model", TINIEST_DRAFTING];
        let arguments = [&["visit", "draft", visit][..], &models].concat();
        let mut drafting = self.start(&arguments, Some(way));
        let begun = Instant::now();
        loop {
            if let Some(worker) = memory::running("inroom-worker", drafting.id()).first() {
                kill(*worker);
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no worker");
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut text = String::new();
        let mut said = drafting.stdout.take().unwrap();
        said.read_to_string(&mut text).unwrap();
        assert!(text.contains("was started again"), "{text}");
        self.ended(&arguments, drafting.wait_with_output().unwrap());
    }

    fn look(&mut self, visit: &str, way: Way) {
        let listed = self.run(&["visit", "list"], Some(way));
        assert!(listed.contains(PATIENT), "{listed}");
        let found = self.run(&["visit", "search", "vexmoor"], Some(way));
        assert!(found.contains(visit), "{found}");
        let shown = self.run(&["visit", "show", visit], Some(way));
        assert!(shown.to_lowercase().contains("aspirin"), "{shown}");
        let turn = [
            "visit", "relabel", visit, "--turn", "1", "--role", "patient",
        ];
        self.run(&turn, Some(way));
        let entered = self.run(&["audit", "show", "--visit", visit], Some(way));
        assert!(entered.contains("read the visit"), "{entered}");
        let to = self.stage.text("audit.jsonl");
        self.run(&["audit", "export", &to], Some(way));
        let heads = self.stage.path("heads");
        std::fs::create_dir(&heads).unwrap();
        let heads = heads.to_str().unwrap();
        self.run(&["audit", "heads", "set", "--folder", heads], Some(way));
        self.run(&["audit", "heads", "show"], Some(way));
        self.run(&["audit", "heads", "export"], Some(way));
        self.run(&["audit", "acknowledge"], Some(way));
    }

    /// A person's note in place of the model's, which may hold lines that must not be signed.
    fn sign(&mut self, visit: &str, way: Way) {
        let id: VisitId = visit.parse().unwrap();
        let vault = self.stage.open(way.0, way.1, way.2);
        let note = Note {
            template: "soap".to_owned(),
            sections: vec![Section {
                id: "plan".to_owned(),
                title: "PLAN".to_owned(),
                empty: String::new(),
                statements: vec![Statement {
                    text: NOTE.into(),
                    origin: Origin::Person,
                    support: Support::Unsupported,
                    reason: "".into(),
                    evidence: Vec::new(),
                }],
            }],
            omissions: Vec::new(),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = UnixMillis(now.as_millis() as _);
        let number = vault.save_revision(id, now, &note, None).unwrap();
        drop(vault);
        let to = self.stage.text("out/note.txt");
        self.run(&["visit", "export", visit, "--out", &to], Some(way));
        let number = number.0.to_string();
        let sign = ["visit", "sign", visit, "--signer", SIGNER, "--revision"];
        let confirmed = [&number, "--confirm", &visit[..8]];
        self.run(&[&sign[..], &confirmed].concat(), Some(way));
    }

    /// Other passphrases, keys and copies; ends with the third passphrase and the fourth secret.
    fn ways(&mut self, recipient: &str, way: Way) {
        let (to, key) = (self.stage.text("backup"), self.stage.text("recovery-key"));
        let next = self.stage.text("passphrase-1");
        let change = ["vault", "passphrase", "--new-passphrase-file", &next];
        self.run(&change, Some(way));
        let way = Way(way.0, 1, way.2);
        self.run(&["vault", "rotate"], Some(way));
        self.run(&["vault", "backup", "--to", &to], Some(way));
        self.run(&["vault", "snapshots", "--from", &to], None);
        let restored = Way("restored", 2, "secrets/third");
        let restore = ["vault", "restore", "--from", &to, "--identity", &key];
        self.run(&restore, Some(restored));
        let recovered = Way(way.0, 2, "secrets/fourth");
        self.run(&["vault", "recover", "--identity", &key], Some(recovered));
        let info = self.run(&["vault", "info"], Some(recovered));
        assert!(info.contains(recipient), "{info}");
    }

    /// Something is suspected, looked into and lifted.
    fn incident(&mut self, way: Way) {
        let (vault, key) = (self.stage.text(way.0), self.stage.text("recovery-key"));
        self.run(&["incident", "steps"], None);
        let report = ["incident", "report", "misuse", "--vault", &vault];
        self.run(&report, None);
        let status = self.run(&["incident", "status"], Some(way));
        assert!(status.contains("locked down  yes"), "{status}");
        self.run(&["incident", "worksheet"], Some(way));
        for (how, name) in [("--readable", "out/pack.zip"), ("", "out/pack.zip.age")] {
            let to = self.stage.text(name);
            let mut pack = vec!["incident", "pack", "--out", &to];
            let recipient = self.recipient.clone();
            if how.is_empty() {
                pack.extend(["--encrypt-to", &recipient]);
            } else {
                pack.push(how);
            }
            self.run(&pack, Some(way));
        }
        let statement = self.stage.text("out/lift");
        let write = ["incident", "statement", "--out", &statement];
        self.run(&write, Some(way));
        self.run(&["incident", "lift", "--recovery-key", &key], Some(way));
        let drill = ["incident", "drill", "--visits", "10"];
        self.run(&drill, Some(way));
        self.assess(way);
    }

    /// The risks, as a page and as JSON. Figures and names of files stand in them, and no word of a visit.
    fn assess(&mut self, way: Way) {
        let (html, json) = (self.stage.text("risk.html"), self.stage.text("risk.json"));
        let said = self.run(&["risk", "--html", &html, "--json", &json], Some(way));
        assert!(said.contains("risks open"), "{said}");
    }

    /// What is counted, in files that may hold no word of a visit.
    fn pilot(&mut self, way: Way) {
        let [page, table] =
            ["pilot.html", "pilot.csv"].map(|name| self.stage.text(&format!("measured/{name}")));
        let report = ["pilot", "report", "--html", &page, "--csv", &table];
        let said = self.run(&report, Some(way));
        assert!(said.contains("1 signed"), "{said}");
    }

    /// A model is measured with a recording of the clinic's own, of which no word may be kept.
    fn models(&mut self) {
        let own = self.stage.path("own");
        std::fs::create_dir_all(&own).unwrap();
        for name in ["hello.flac", "hello.txt"] {
            std::fs::copy(audio_fixture(name), own.join(name)).unwrap();
        }
        let own = self.stage.text("own");
        let [json, toml, dossier] = ["speech.json", "speech.toml", "dossier"]
            .map(|name| self.stage.text(&format!("measured/{name}")));
        let evaluate = ["evaluate", SPEECH, "--speech", &own, "--language", "en"];
        let into = ["--json", &json, "--toml", &toml];
        self.run(&[&evaluate[..], &into].concat(), None);
        let propose = ["models", "propose", SPEECH, "--evaluation", &json];
        self.run(&[&propose[..], &["--out", &dossier]].concat(), None);
        self.run(&["models", "list"], None);
    }

    fn evaluate(&mut self) {
        let input = self.stage.path("dialogues.jsonl");
        let dialogue = format!("[doctor] What brings you here?\n[patient] {NOTE}");
        let line = serde_json::json!({ "id": "one", "dialogue": dialogue });
        std::fs::write(&input, format!("{line}\n")).unwrap();
        let sound = audio_fixture("hello.flac").display().to_string();
        let (input, output) = (self.stage.text("dialogues.jsonl"), |name: &str| {
            self.stage.text(&format!("out/{name}"))
        });
        let (drafts, transcripts, visit) = (
            output("drafts.jsonl"),
            output("transcripts"),
            output("visit.json"),
        );
        let draft = ["eval", "draft", "--input", &input, "--output", &drafts];
        let model = ["--model", TINIEST_DRAFTING, "--template", "soap"];
        let short = ["--section-tokens", "24"];
        self.run(&[&draft[..], &model, &short].concat(), None);
        let transcribe = ["eval", "transcribe", "--output", &transcripts, &sound];
        self.run(&[&transcribe[..], &["--model", SPEECH]].concat(), None);
        let whole = ["eval", "visit", "--audio", &sound, "--output", &visit];
        let speed = ["--speed", "max", "--speech-model", SPEECH];
        self.run(&[&whole[..], &speed, &model].concat(), None);
    }

    /// Runs a command to its end; answers what it said.
    pub fn run(&mut self, words: &[&str], way: Option<Way>) -> String {
        let ended = self.start(words, way).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        self.ended(words, ended);
        said
    }

    fn ended(&mut self, words: &[&str], ended: Output) {
        let (said, log) = (ended.stdout, ended.stderr);
        assert!(
            ended.status.success(),
            "{words:?}: {}{}",
            String::from_utf8_lossy(&said),
            String::from_utf8_lossy(&log)
        );
        let mut names = (1..=words.len()).map(|count| words[..count].join(" "));
        let name = names.find(|name| self.known.contains(name));
        let name = name.expect("the words begin with a command");
        self.driven.insert(name.clone());
        self.logs.push((name, log));
    }

    fn start(&self, words: &[&str], way: Option<Way>) -> Child {
        let mut command: Command = self.trace.command(&program("inroomctl"));
        command.args(words).envs(self.stage.environment());
        if let Some(Way(vault, passphrase, secret)) = way {
            command
                .arg("--vault")
                .arg(self.stage.path(vault))
                .arg("--passphrase-file")
                .arg(self.stage.path(&format!("passphrase-{passphrase}")))
                .arg("--device-secret-file")
                .arg(self.stage.path(secret));
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("strace is installed (cargo xtask test does it)")
    }
}

fn identifier(said: &str) -> String {
    let mut lines = said.lines();
    let visit = lines.find_map(|line| line.strip_prefix("visit "));
    visit.expect("the visit is named").to_owned()
}

fn kill(process: u32) {
    let killed = Command::new("kill")
        .args(["-9", &process.to_string()])
        .status();
    assert!(killed.unwrap().success());
}
