//! A sealed sheet, from the organisation's document to oversight, by the command line.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use governance::Organisation;
use vault::Vault;

use crate::clinic::{Clinic, TODAY, account, passphrase};
use crate::roles;

/// Signs what is published anew and takes it into force.
fn take(clinic: &Clinic) {
    let document = clinic.path("published/organisation.toml");
    let text = fs::read(&document).unwrap();
    let signature = clinic.key.sign(&text, "a test").file();
    fs::write(
        clinic.path("published/organisation.toml.minisig"),
        signature,
    )
    .unwrap();
    clinic.done(&["workstation", "update", "--document", "published"]);
}

/// The command with these lines at its standard input: whether it succeeded, and what it said.
fn typed(clinic: &Clinic, words: &[&str], lines: &str) -> (bool, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_inroomctl"))
        .args(words)
        .arg("--vault")
        .arg(clinic.path("vault"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it reads.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    let done = child.wait_with_output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn a_sheet_is_made_used_once_told_to_everybody_and_acknowledged() {
    let clinic = roles::clinic();
    let ada = Vault::sign_in(
        &clinic.path("vault"),
        &account("ada"),
        &passphrase("ada"),
        None,
    );
    let visit = {
        let vault = ada.unwrap();
        vault.begin_visit(roles::new_visit()).unwrap().to_string()
    };
    let document = clinic.path("published/organisation.toml");
    let sheet = clinic.path("sheet.txt");
    let make = [
        "people",
        "emergency",
        "published/organisation.toml",
        "--sheet",
        "sheet.txt",
    ];
    let (done, said) = clinic.run(&[&make[..], &["--minutes", "45"]].concat());
    assert!(done, "{said}");
    let named = Organisation::read(&fs::read_to_string(&document).unwrap()).unwrap();
    assert_eq!((named.serial, named.emergency.unwrap().minutes), (2, 45));
    let (done, said) = clinic.run(&make);
    assert!(!done && said.contains("was left as it is"), "{said}");
    let text = fs::read_to_string(&sheet).unwrap();
    let code = text.split("CODE, SECRET\n").nth(1).unwrap();
    let code = code
        .lines()
        .next()
        .unwrap()
        .to_lowercase()
        .replace('-', " ");
    clinic.secret("code", &code);

    let code_file = clinic.path("code");
    let open = [
        "vault",
        "emergency",
        "--reason",
        "treatment",
        "--name",
        "Dr. Quillabrax",
    ];
    let open = [&open[..], &["--code-file", code_file.to_str().unwrap()]].concat();
    // Nobody has signed in with that document yet.
    let (done, said) = typed(&clinic, &open, "");
    assert!(
        !done && said.contains("no emergency sheet opens this vault"),
        "{said}"
    );
    take(&clinic);
    clinic.done_as("ada@", &["visit", "list"]);
    assert!(
        clinic
            .done(&["vault", "info"])
            .contains("the sealed sheet age1")
    );

    let lines = format!("list\nshow {visit}\nsign {visit}\nend\n");
    let (done, said) = typed(&clinic, &open, &lines);
    assert!(done, "{said}");
    assert!(said.contains("EMERGENCY ACCESS for 45 minutes"), "{said}");
    assert!(
        said.contains("Room 4") && said.contains("TRANSCRIPT"),
        "{said}"
    );
    assert!(
        said.contains("is not done in an emergency access"),
        "{said}"
    );
    let (done, said) = typed(&clinic, &open, "list\n");
    assert!(!done && !said.contains("Room 4"), "{said}");

    let said = clinic.done_as("ada@", &["visit", "list"]);
    assert!(said.contains("NOTICE: emergency access"), "{said}");
    assert!(said.contains("Dr. Quillabrax"), "{said}");
    let log = clinic.done_as("eunji@", &["audit", "show", "--who", "emergency"]);
    assert!(log.contains("EMERGENCY ACCESS: opened the vault"), "{log}");
    assert!(log.contains(&format!("read the visit {visit}")), "{log}");
    assert!(log.contains("ended the emergency access"), "{log}");
    let notices = log.lines().filter(|line| line.starts_with("NOTICE"));
    assert_eq!(notices.count(), 1);
    let entries = log.lines().filter(|line| !line.starts_with("NOTICE"));
    assert!(!entries.collect::<String>().contains("Quillabrax"), "{log}");
    clinic.refused_as("ada@", &["audit", "acknowledge"]);
    let said = clinic.done_as("dov@", &["audit", "acknowledge"]);
    assert!(said.contains("1 emergency accesses acknowledged"), "{said}");
    let said = clinic.done_as("ada@", &["visit", "list"]);
    assert!(!said.contains("NOTICE"), "{said}");
}

/// The key of the organisation names another one; workstation and vault follow, and the one before
/// decides nothing more.
#[test]
fn the_organisations_key_is_replaced_by_the_one_that_it_names() {
    let clinic = roles::clinic();
    let passphrase = "a long passphrase of the key".into();
    let sealed = clinic
        .key
        .seal(&passphrase, &[7; 32], governance::minisign::KdfCost::LEAST)
        .unwrap();
    clinic.secret("old.key", &sealed);
    clinic.secret("words", "a long passphrase of the key");
    let words = [
        "--passphrase-file",
        "words",
        "--new-passphrase-file",
        "words",
    ];
    let make = ["org", "successor", "published", "--key", "old.key"];
    let to = ["--new-key", "new.key"];
    let (done, said) = clinic.run(&[&make[..], &to, &words].concat());
    assert!(done && said.contains("check code"), "{said}");
    let (done, said) = clinic.run(&[&make[..], &["--new-key", "third.key"], &words].concat());
    assert!(!done && said.contains("is not the key of"), "{said}");
    let verify = ["org", "verify", "published/organisation.toml", "--key"];
    let (done, said) = clinic.run(&[&verify[..], &["published/organisation.pub"]].concat());
    assert!(done, "{said}");
    // Without the statement the workstation does not know the new key.
    let statement = clinic.path("published/successor-1.txt");
    let text = fs::read_to_string(&statement).unwrap();
    fs::remove_file(&statement).unwrap();
    let update = ["workstation", "update", "--document", "published"];
    let said = clinic.refused(&update);
    assert!(said.contains("stays"), "{said}");
    fs::write(&statement, text.replace("key ", "key  ")).unwrap();
    let said = clinic.refused(&update);
    assert!(said.contains("nothing was changed"), "{said}");
    fs::write(&statement, text).unwrap();
    let said = clinic.done(&update);
    assert!(
        said.contains("has named it and decides nothing more here"),
        "{said}"
    );
    clinic.done_as("ada@", &["visit", "list"]);
    let log = clinic.done_as("eunji@", &["audit", "show"]);
    assert!(log.contains("took the organisation's key"), "{log}");
    // A newer document of the key before.
    clinic.publish(9);
    let said = clinic.refused(&update);
    assert!(said.contains("stays"), "{said}");
    clinic.done_as("ada@", &["visit", "list"]);
    // What is enrolled here is the new key, also for whoever comes with the old one.
    let workstation = vault::Workstation::of(&clinic.path("vault"));
    let enrolled = workstation.enrolment().unwrap().unwrap().key;
    assert_ne!(enrolled.line(), clinic.key.public().line());
    let document = fs::read(clinic.path("published/organisation.toml")).unwrap();
    let signature = clinic.key.sign(&document, "a test").file();
    let refused = workstation.update(&document, &signature, &[], TODAY);
    assert!(refused.is_err());
}

/// Its templates are listed and used, and how long everything is kept is the document's to say.
#[test]
fn templates_and_retention_are_the_documents() {
    let clinic = roles::clinic();
    let said = clinic.done(&["templates", "list"]);
    assert!(
        said.contains("soap\t") && !said.contains("the organisation's"),
        "{said}"
    );
    let document = clinic.path("published/organisation.toml");
    let text = fs::read_to_string(&document).unwrap();
    let template = "[[template]]\nid = \"wound\"\ntitle = \"Wound\"\npurpose = \"a note on a wound\"\n\
         [[template.sections]]\nid = \"look\"\ntitle = \"LOOK\"\ninstruction = \"How it looks.\"\n\
         empty = \"Not looked at.\"\nmost_statements = 5\n";
    let pilot = "[pilot]\nfrom = 2020-01-01\nuntil = 2099-01-01\ntemplates = [\"wound\"]\n";
    let text = text
        .replace("serial = 1\n", "serial = 2\n")
        .replace("[policy.retention]\n", "[policy.retention]\naudio = 9\n");
    fs::write(&document, format!("{text}\n{pilot}\n{template}")).unwrap();
    take(&clinic);
    let said = clinic.done(&["templates", "list"]);
    assert!(
        said.contains("wound\tWound\tthe organisation's\n"),
        "{said}"
    );
    assert!(
        said.contains("the program's, not part of the pilot"),
        "{said}"
    );
    let keep = clinic.done_as("chiara@", &["vault", "retention", "show"]);
    assert!(keep.contains("audio       9 days"), "{keep}");
    let said = clinic.refused_as("chiara@", &["vault", "retention", "set", "--audio", "keep"]);
    assert!(
        said.contains("the organisation's document says how long"),
        "{said}"
    );
    let heads = ["audit", "heads", "set", "--nowhere"];
    let said = clinic.refused_as("chiara@", &heads);
    assert!(
        said.contains("the organisation's document says where"),
        "{said}"
    );
    let new = [
        "visit",
        "new",
        "--audio",
        "nowhere.wav",
        "--consent",
        "spoken",
        "--consent-asked-by",
        "A",
        "--record-only",
        "--template",
    ];
    let said = clinic.refused_as("ada@", &[&new[..], &["soap"]].concat());
    assert!(said.contains("is not part of the pilot"), "{said}");
    let said = clinic.refused_as("ada@", &[&new[..], &["poem"]].concat());
    assert!(said.contains("known:") && said.contains("wound"), "{said}");
    // Within the pilot: what is not there is the sound alone.
    let said = clinic.refused_as("ada@", &[&new[..], &["wound"]].concat());
    assert!(said.contains("audio file does not exist"), "{said}");
}
