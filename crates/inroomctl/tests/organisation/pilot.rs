//! The pilot's report, from visits with known edits to the files that are written.

use std::fs;

use governance::Role;
use vault::{NewVisit, Vault};
use visit::{
    Consent, ConsentGiver, ConsentMethod, Coverage, DraftingParameters, ModelIdentity, Note,
    Origin, Provenance, Section, Sha256Hex, Statement, StopReason, Support, UnixMillis, VisitState,
};

use crate::clinic::{Clinic, PEOPLE, account, passphrase};
use crate::roles::clinic;

/// In no file of a report.
const CANARIES: [&str; 5] = [
    "Quillabrax",
    "Vexmoor",
    "snarfle",
    "zibbles",
    "northside.example",
];

type Line = (&'static str, Origin, Support);
const WRITTEN: Line = ("The snarfle zibbles.", Origin::Model, Support::Supported);
const INVENTED: Line = (
    "Take eighty snarfles at night.",
    Origin::Model,
    Support::Unsupported,
);
const EDITED: Line = (
    "Take forty snarfles at night.",
    Origin::Person,
    Support::Supported,
);

fn note(lines: &[Line]) -> Note {
    let statements = lines.iter().map(|(text, origin, support)| Statement {
        text: (*text).into(),
        origin: *origin,
        support: *support,
        reason: "the Vexmoor".into(),
        evidence: Vec::new(),
    });
    Note {
        template: "soap".to_owned(),
        sections: vec![Section {
            id: "plan".to_owned(),
            title: "PLAN".to_owned(),
            empty: String::new(),
            statements: statements.collect(),
        }],
        omissions: Vec::new(),
    }
}

fn provenance() -> Provenance {
    let digest = |byte| Sha256Hex::from_bytes([byte; 32]);
    Provenance {
        model: ModelIdentity {
            id: "a-model".to_owned(),
            sha256: digest(1),
        },
        template_sha256: digest(2),
        prompt_sha256: digest(3),
        transcript_sha256: digest(4),
        parameters: DraftingParameters {
            context_tokens: 8192,
            section_tokens: 300,
            repeat_penalty: 1.0,
        },
        coverage: Coverage { read: 2, of: 2 },
        stops: vec![StopReason::Complete],
        program: "0.1.0".to_owned(),
    }
}

/// A visit of six seconds; `then` is what a person made of the draft and signed.
fn visit(vault: &Vault, started_at: i64, then: Option<&[Line]>) {
    let consent = Consent {
        asked_by: "A".into(),
        given_by: ConsentGiver::Patient,
        method: ConsentMethod::Spoken,
        wording: "May I?".to_owned(),
        wording_version: "1".to_owned(),
        at: UnixMillis(0),
    };
    let new = NewVisit {
        consent,
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: "Zoë Quillabrax".into(),
        reason: "Vexmoor tremor".into(),
        expected: "".into(),
        started_at: UnixMillis(started_at),
    };
    let id = vault.begin_visit(new).unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    for number in 0..12 {
        vault.append_chunk(id, number, &[1; 8_000]).unwrap();
    }
    vault.set_state(id, VisitState::Recorded).unwrap();
    let draft = note(&[WRITTEN, INVENTED]);
    let save = |note: &Note, made: Option<&Provenance>| {
        vault.save_revision(id, UnixMillis(1), note, made).unwrap()
    };
    save(&draft, Some(&provenance()));
    if let Some(lines) = then {
        let number = save(&note(lines), None);
        vault.sign(id, number, &"".into(), UnixMillis(2)).unwrap();
    }
}

fn with_visits(clinic: &Clinic) {
    let ada = Vault::sign_in(
        &clinic.path("vault"),
        &account("ada"),
        &passphrase("ada"),
        None,
    );
    let vault = ada.unwrap();
    // 2026-01-05 and the week after.
    let (monday, week) = (1_767_607_200_000, 7 * 86_400_000);
    visit(&vault, monday, Some(&[WRITTEN]));
    visit(&vault, monday + 1, Some(&[WRITTEN, EDITED]));
    visit(&vault, monday + week, None);
}

/// The fields of a line by the names of the first.
fn row<'t>(csv: &'t str, starts: &str) -> Vec<(&'t str, &'t str)> {
    let mut lines = csv.lines();
    let names = lines.next().unwrap().split(',');
    let line = lines.find(|line| line.starts_with(starts)).unwrap();
    names.zip(line.split(',')).collect()
}

#[test]
fn known_edits_give_known_figures_in_files_without_a_word_of_them() {
    let clinic = clinic();
    with_visits(&clinic);
    let report = [
        "pilot",
        "report",
        "--html",
        "pilot.html",
        "--csv",
        "pilot.csv",
    ];
    for (person, role) in PEOPLE {
        let role = Role::from_word(role).unwrap();
        if !matches!(role, Role::Administrator | Role::Oversight) {
            let said = clinic.refused_as(&format!("{person}@"), &report);
            assert!(said.contains("see the pilot's figures"), "{said}");
            assert!(!clinic.path("pilot.csv").exists());
        }
    }
    let said = clinic.done_as("dov@", &report);
    assert!(
        said.contains("3: 2 signed, 1 not signed, 0 erased"),
        "{said}"
    );
    let csv = fs::read_to_string(clinic.path("pilot.csv")).unwrap();
    let page = fs::read_to_string(clinic.path("pilot.html")).unwrap();
    for text in [&csv, &page, &said] {
        for canary in CANARIES {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
    }
    let all = row(&csv, "all,");
    for (name, value) in [
        ("visits", "3"),
        ("visits_signed", "2"),
        ("recorded_minutes_total", "0.30"),
        ("time_to_signature_visits", "2"),
        // Three of eight words, and seven of eight.
        ("draft_kept_percent_median", "62.50"),
        ("draft_kept_percent_lower_quartile", "50.00"),
        ("unsupported_lines_found", "3"),
        ("unsupported_lines_edited", "1"),
        ("unsupported_lines_removed", "1"),
        ("unsupported_lines_open", "1"),
    ] {
        assert!(all.contains(&(name, value)), "{name} {value}: {all:?}");
    }
    let first = row(&csv, "week,2026-01-05,");
    assert!(first.contains(&("visits", "2")), "{first:?}");
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert_eq!(page.matches("<svg").count(), 5);

    let said = clinic.refused_as("chiara@", &report);
    assert!(said.contains("exists already"), "{said}");
    let said = clinic.done_as(
        "eunji@",
        &["audit", "show", "--who", "dov@northside.example"],
    );
    assert!(
        said.contains("was given the pilot's figures of 3 visits"),
        "{said}"
    );
    assert!(!said.contains("by person"), "{said}");
}

#[test]
fn persons_are_named_once_the_document_says_so() {
    let clinic = clinic();
    with_visits(&clinic);
    clinic.publish_with(2, |text| {
        text.replace("per_person_figures = false", "per_person_figures = true")
    });
    clinic.done(&["workstation", "update", "--document", "published"]);
    clinic.done_as("chiara@", &["pilot", "report", "--csv", "pilot.csv"]);
    let csv = fs::read_to_string(clinic.path("pilot.csv")).unwrap();
    let ada = row(&csv, "person,,ada@northside.example,");
    assert!(ada.contains(&("visits", "3")), "{ada:?}");
    let said = clinic.done_as("eunji@", &["audit", "show"]);
    assert!(said.contains("figures of 3 visits, by person"), "{said}");
}
