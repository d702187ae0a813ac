//! The incident plan by the command line, from the report to the lift.

use std::fs;

use governance::minisign::KdfCost;
use vault::{ExposeSecret as _, SecretString};

use crate::clinic::Clinic;
use crate::roles::clinic;

const NEW: [&str; 8] = [
    "visit",
    "new",
    "--audio",
    "nowhere.wav",
    "--consent",
    "spoken",
    "--consent-asked-by",
    "A",
];

fn status(clinic: &Clinic) -> bool {
    clinic
        .done_as("dov@", &["incident", "status"])
        .contains("locked down  yes")
}

#[test]
fn from_report_to_pack_to_lift_by_the_command_line() {
    let clinic = clinic();
    assert!(!status(&clinic));
    // Whoever stands there, without a passphrase.
    let said = clinic.refused(&["incident", "report", "a-feeling"]);
    assert!(said.contains("lost-device"), "{said}");
    let said = clinic.done(&["incident", "report", "misuse"]);
    assert!(
        said.contains("locked down") && said.contains("THE FIRST HOUR"),
        "{said}"
    );
    assert!(status(&clinic));
    let said = clinic.refused_as("ada@", &NEW);
    assert!(said.contains("locked down since a suspicion"), "{said}");
    let said = clinic.refused_as("ben@", &["visit", "list"]);
    assert!(said.contains("locked down"), "{said}");
    clinic.done_as("ada@", &["visit", "list"]);

    // A physician takes the pack along encrypted, and may not read the log.
    let readable = ["incident", "pack", "--readable", "--out", "pack.zip"];
    let said = clinic.refused_as("ada@", &readable);
    assert!(said.contains("export the audit log"), "{said}");
    assert!(!clinic.path("pack.zip").exists());
    let said = clinic.done_as("ada@", &["incident", "pack", "--out", "pack.zip.age"]);
    assert!(said.contains("encrypted to age1"), "{said}");
    let packed = fs::read(clinic.path("pack.zip.age")).unwrap();
    assert!(packed.starts_with(b"age-encryption.org/"));
    clinic.done_as("eunji@", &readable);
    let packed = fs::read(clinic.path("pack.zip")).unwrap();
    for name in [
        "audit-log.jsonl",
        "worksheet.txt",
        "programs.txt",
        "organisation.toml",
    ] {
        let name = name.as_bytes();
        assert!(packed.windows(name.len()).any(|window| window == name));
    }
    let said = clinic.refused_as("eunji@", &readable);
    assert!(said.contains("exists already"), "{said}");

    let said = clinic.done_as(
        "dov@",
        &["incident", "worksheet", "--discovered", "2026-01-01"],
    );
    assert!(
        said.contains("2026-03-02  each individual (45 CFR 164.404(b))"),
        "{said}"
    );

    let said = clinic.refused_as("eunji@", &["incident", "statement", "--out", "lift"]);
    assert!(said.contains("lift the lockdown"), "{said}");
    clinic.done_as("chiara@", &["incident", "statement", "--out", "lift"]);
    let lift = ["incident", "lift", "--statement", "lift"];
    let said = clinic.refused_as("chiara@", &lift);
    assert!(said.contains("not signed"), "{said}");
    let passphrase = SecretString::from("the organisation's own words");
    let key = clinic
        .key
        .seal(&passphrase, &[9; 32], KdfCost::LEAST)
        .unwrap();
    clinic.secret("organisation.key", &key);
    clinic.secret("key-passphrase", passphrase.expose_secret());
    let sign = |what| {
        let words = [
            "--key",
            "organisation.key",
            "--passphrase-file",
            "key-passphrase",
        ];
        clinic.run(&[&["incident", "sign", what][..], &words].concat())
    };
    let (done, said) = sign("key-passphrase");
    assert!(!done && said.contains("no statement that lifts"), "{said}");
    let (done, said) = sign("lift");
    assert!(done && said.contains("incident 1"), "{said}");
    clinic.done_as("chiara@", &lift);
    assert!(!status(&clinic));
    let said = clinic.refused_as("ada@", &NEW);
    assert!(said.contains("audio file does not exist"), "{said}");
}

#[test]
fn a_drill_is_tried_and_entered() {
    let clinic = clinic();
    let said = clinic.done_as("dov@", &["incident", "drill", "--visits", "50"]);
    assert!(said.contains("everything held"), "{said}");
    let said = clinic.done_as("dov@", &["audit", "show"]);
    assert!(
        said.contains("tried the incident plan on 50 made-up visits"),
        "{said}"
    );
    assert!(!status(&clinic));
}
