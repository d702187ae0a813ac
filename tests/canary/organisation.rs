//! An organisation's vault: its computer is enrolled, people come in, one of them records.

use std::fs;

use governance::minisign::{SecretKey, Seeds};
use governance::{Account, Code};
use inroom_tests::programs::audio_fixture;
use vault::{DeviceSecretFile, EscrowIdentity, ExposeSecret as _, Vault};

use crate::commands::{Commands, Way};
use crate::{ASKED_BY, PASSPHRASES, Planted};

const ADA: &str = "ada@northside.example";
const BEN: &str = "ben@northside.example";
/// Each account's number of a passphrase.
const PEOPLE: [(&str, &str, usize); 2] = [(ADA, "physician", 0), (BEN, "nurse", 1)];
const VAULT: &str = "clinic/vault";
const SECRET: &str = "secrets/clinic";
/// The code of the sealed sheet.
const SHEET: &str = "clinic/sheet";

pub fn drive(commands: &mut Commands<'_>, planted: &mut Planted) {
    let stage = commands.stage;
    fs::create_dir_all(stage.path("clinic/published")).unwrap();
    // Made before the computer is enrolled, to be brought in.
    let small = Way("clinic/small", 2, "secrets/small");
    let create = ["vault", "create", "--without-recovery-key"];
    commands.run(&create, Some(small));
    publish(commands);
    let (key, from, vault) = (
        stage.text("clinic/published/organisation.pub"),
        stage.text("clinic/published"),
        stage.text(VAULT),
    );
    let enrol = ["workstation", "enrol", "--vault", &vault];
    let with = ["--key", &key, "--document", &from];
    commands.run(&[&enrol[..], &with].concat(), None);

    let [code_of_ada, code_of_ben] = PEOPLE.map(|(account, ..)| stage.text(&code_file(account)));
    let [of_ada, of_ben] = [0, 1].map(|number| Way(VAULT, number, SECRET));
    let create = ["vault", "create", "--account", ADA, "--code-file"];
    commands.run(&[&create[..], &[&code_of_ada]].concat(), Some(of_ada));
    let words_of_ben = stage.text("passphrase-1");
    let admit = ["vault", "admit", "--account", ADA, "--newcomer", BEN];
    let with = [
        "--code-file",
        &code_of_ben,
        "--new-passphrase-file",
        &words_of_ben,
    ];
    commands.run(&[&admit[..], &with].concat(), Some(of_ada));
    let sound = audio_fixture("hello.flac").display().to_string();
    let words = Commands::new_visit(&["--record-only", "--account", BEN]);
    let import = [&["visit", "import", &sound][..], &words[2..]].concat();
    commands.run(&import, Some(of_ben));
    let words_of_ada = stage.text("passphrase-0");
    let join = ["vault", "join", "--account", ADA];
    let with = [
        "--code-file",
        &code_of_ada,
        "--new-passphrase-file",
        &words_of_ada,
    ];
    commands.run(&[&join[..], &with].concat(), Some(small));

    // Last: the name is told to everybody who signs in afterwards.
    let code = stage.text(SHEET);
    let open = [
        "vault",
        "emergency",
        "--reason",
        "drill",
        "--name",
        ASKED_BY,
    ];
    commands.run(&[&open[..], &["--code-file", &code]].concat(), Some(of_ada));

    let secrets = DeviceSecretFile::new(stage.path(SECRET));
    let account = ADA.parse().unwrap();
    let passphrase = PASSPHRASES[0].into();
    planted
        .take(&Vault::sign_in(&stage.path(VAULT), &account, &passphrase, Some(&secrets)).unwrap());
}

fn code_file(account: &str) -> String {
    format!("clinic/code-of-{account}")
}

/// The organisation's key and signed document, and its people's enrolment codes.
fn publish(commands: &Commands<'_>) {
    let mut seeds = Seeds {
        key: [0; 32].into(),
        id: [7; 8],
    };
    getrandom::fill(seeds.key.as_mut_slice()).unwrap();
    let key = SecretKey::from_seeds(&seeds);
    let mut text = format!(
        "format = 1\nserial = 1\nfrom = 2020-01-01\nuntil = 2100-01-01\n\
         [organisation]\nname = \"Northside Clinic\"\ndomains = [\"northside.example\"]\n\
         recovery_key = \"{}\"\n[policy]\nidle_lock_minutes = 10\nper_person_figures = false\n\
         [policy.retention]\n",
        EscrowIdentity::generate().recipient()
    );
    for (name, role, _) in PEOPLE {
        let account: Account = name.parse().unwrap();
        let mut bytes = [0; 15];
        getrandom::fill(&mut bytes).unwrap();
        let code = Code::from_random(bytes);
        text += &format!(
            "[[person]]\nname = \"{role}\"\naccount = \"{name}\"\nrole = \"{role}\"\n\
             from = 2020-01-01\nenrolment = {{ sha256 = \"{}\", until = 2099-01-01 }}\n",
            code.digest(&account).as_str()
        );
        let file = commands.stage.path(&code_file(name));
        fs::write(file, code.print().as_str()).unwrap();
    }
    let sheet = EscrowIdentity::generate();
    text += &format!("[emergency]\nrecipient = \"{}\"\n", sheet.recipient());
    let code = sheet.code();
    fs::write(commands.stage.path(SHEET), code.expose_secret()).unwrap();
    let signature = key.sign(text.as_bytes(), "a test").file();
    for (name, text) in [
        ("organisation.pub", key.public().file()),
        ("organisation.toml", text),
        ("organisation.toml.minisig", signature),
    ] {
        fs::write(commands.stage.path("clinic/published").join(name), text).unwrap();
    }
}
