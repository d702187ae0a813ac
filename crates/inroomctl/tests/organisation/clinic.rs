//! A made-up clinic, its folder, and the program run in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use governance::minisign::{SecretKey, Seeds};
use governance::{Account, Code};
use vault::{EscrowIdentity, SecretString, Workstation};
use visit::UnixMillis;

pub const PEOPLE: [(&str, &str); 5] = [
    ("ada", "physician"),
    ("ben", "nurse"),
    ("chiara", "administrator"),
    ("dov", "oversight"),
    ("eunji", "auditor"),
];

/// After the documents of the clinic begin and before they end.
pub const TODAY: UnixMillis = UnixMillis(1_790_000_000_000);

pub struct Clinic {
    folder: tempfile::TempDir,
    pub key: SecretKey,
    pub identity: EscrowIdentity,
}

pub fn account(name: &str) -> Account {
    format!("{name}@northside.example").parse().unwrap()
}

/// A person's code; with a number, of that document.
pub fn code(name: &str, number: u8) -> Code {
    let mut bytes = [number; 15];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Code::from_random(bytes)
}

pub fn passphrase(name: &str) -> SecretString {
    format!("the passphrase of {name}").into()
}

impl Clinic {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut seeds = Seeds {
            key: [0; 32].into(),
            id: [7; 8],
        };
        getrandom::fill(seeds.key.as_mut_slice()).unwrap();
        let clinic = Self {
            folder,
            key: SecretKey::from_seeds(&seeds),
            identity: EscrowIdentity::generate(),
        };
        for (name, _) in PEOPLE.iter().chain(&[("eve", "")]) {
            clinic.secret(
                &format!("passphrase-{name}"),
                &format!("the passphrase of {name}"),
            );
        }
        clinic
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of one line.
    pub fn secret(&self, name: &str, line: &str) {
        fs::write(self.path(name), line).unwrap();
    }

    fn document(&self, serial: u64) -> String {
        let mut text = format!(
            "format = 1\nserial = {serial}\nfrom = 2020-01-01\nuntil = 2100-01-01\n\
             [organisation]\nname = \"Northside Clinic\"\ndomains = [\"northside.example\"]\n\
             recovery_key = \"{}\"\n[policy]\nidle_lock_minutes = 10\nper_person_figures = false\n\
             [policy.retention]\n",
            self.identity.recipient()
        );
        for (name, role) in PEOPLE {
            text += &format!(
                "[[person]]\nname = \"{name}\"\naccount = \"{name}@northside.example\"\n\
                 role = \"{role}\"\nfrom = 2020-01-01\n\
                 enrolment = {{ sha256 = \"{}\", until = 2099-01-01 }}\n",
                code(name, 0).digest(&account(name)).as_str()
            );
        }
        text
    }

    /// Puts key, document and signature into the folder `published`.
    pub fn publish(&self, serial: u64) {
        self.publish_with(serial, |text| text);
    }

    /// The same with something changed.
    pub fn publish_with(&self, serial: u64, change: impl FnOnce(String) -> String) {
        let folder = self.path("published");
        fs::create_dir_all(&folder).unwrap();
        let text = change(self.document(serial));
        let signature = self.key.sign(text.as_bytes(), "a test").file();
        for (name, text) in [
            ("organisation.pub", self.key.public().file()),
            ("organisation.toml", text),
            ("organisation.toml.minisig", signature),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
    }

    /// Enrols the computer with what is published.
    pub fn enrol(&self) {
        let read = |name| fs::read_to_string(self.path("published").join(name)).unwrap();
        let document = read("organisation.toml");
        let signature = read("organisation.toml.minisig");
        let workstation = Workstation::of(&self.path("vault"));
        let key = self.key.public();
        workstation
            .enrol(&key, document.as_bytes(), &signature, TODAY)
            .unwrap();
    }

    /// Whether it succeeded, and what it said.
    pub fn run(&self, words: &[&str]) -> (bool, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_inroomctl"))
            .args(words)
            .current_dir(self.folder.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let both = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(both).unwrap())
    }

    fn expect(&self, success: bool, words: &[&str]) -> String {
        let (done, said) = self.run(words);
        assert_eq!(done, success, "{words:?}: {said}");
        said
    }

    fn in_vault<'a>(words: &[&'a str], file: &'a str, account: Option<&'a str>) -> Vec<&'a str> {
        let mut all = words.to_vec();
        all.extend(["--vault", "vault", "--passphrase-file", file]);
        all.extend(
            account
                .into_iter()
                .flat_map(|account| ["--account", account]),
        );
        all
    }

    /// A command on the vault's folder, which asks for no passphrase.
    pub fn done(&self, words: &[&str]) -> String {
        self.expect(true, &[words, &["--vault", "vault"]].concat())
    }

    pub fn refused(&self, words: &[&str]) -> String {
        self.expect(false, &[words, &["--vault", "vault"]].concat())
    }

    pub fn done_with(&self, file: &str, words: &[&str]) -> String {
        self.expect(true, &Self::in_vault(words, file, None))
    }

    pub fn refused_with(&self, file: &str, words: &[&str]) -> String {
        self.expect(false, &Self::in_vault(words, file, None))
    }

    /// As the person of this name; with an `@` behind it, signed in with the account.
    fn as_person(&self, success: bool, who: &str, words: &[&str]) -> String {
        let name = who.trim_end_matches('@');
        let file = format!("passphrase-{name}");
        let account = format!("{name}@northside.example");
        let account = who.ends_with('@').then_some(account.as_str());
        self.expect(success, &Self::in_vault(words, &file, account))
    }

    pub fn done_as(&self, who: &str, words: &[&str]) -> String {
        self.as_person(true, who, words)
    }

    pub fn refused_as(&self, who: &str, words: &[&str]) -> String {
        self.as_person(false, who, words)
    }
}
