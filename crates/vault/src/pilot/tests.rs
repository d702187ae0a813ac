#![allow(clippy::unwrap_used)]
use figures::pilot::{Lines, Report};
use visit::{
    Coverage, DraftingParameters, ModelIdentity, Note, Omission, Origin, Provenance, Section,
    Sha256Hex, Statement, StopReason, Support,
};

use super::*;
use crate::people::tests::{Clinic, holds, log_of, new_visit};
use crate::{ErasureReason, NewVisit};

const PEOPLE: [(&str, &str); 3] = [
    ("ada", "physician"),
    ("chiara", "administrator"),
    ("dov", "oversight"),
];

/// Words that must not stand in any figure.
const CANARIES: [&str; 5] = ["Quillabrax", "Vexmoor", "snarfle", "zibbles", "Farrowgate"];

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

fn note(lines: &[(&str, Origin, Support)]) -> Note {
    let statements = lines.iter().map(|(text, origin, support)| Statement {
        text: (*text).into(),
        origin: *origin,
        support: *support,
        reason: "the snarfle".into(),
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
        omissions: vec![Omission {
            segment: 0,
            text: "the Vexmoor".into(),
            why: "it zibbles".into(),
        }],
    }
}

const WRITTEN: (&str, Origin, Support) =
    ("The snarfle zibbles.", Origin::Model, Support::Supported);
const INVENTED: (&str, Origin, Support) = (
    "Take eighty snarfles at night.",
    Origin::Model,
    Support::Unsupported,
);

/// A visit of this length with a model's draft, and what a person made of it.
fn drafted(vault: &Vault, started_at: i64, seconds: u32, then: Option<&Note>) -> VisitId {
    let id = vault
        .begin_visit(NewVisit {
            patient_label: "Zoë Quillabrax".into(),
            reason: "Vexmoor tremor".into(),
            started_at: UnixMillis(started_at),
            ..new_visit()
        })
        .unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    for number in 0..seconds * 2 {
        vault.append_chunk(id, number, &[1; 8_000]).unwrap();
    }
    vault.set_state(id, VisitState::Recorded).unwrap();
    let draft = note(&[WRITTEN, INVENTED]);
    vault
        .save_revision(id, UnixMillis(1), &draft, Some(&provenance()))
        .unwrap();
    if let Some(note) = then {
        let number = vault.save_revision(id, UnixMillis(2), note, None).unwrap();
        let signer = "Dr. Farrowgate".into();
        vault.sign(id, number, &signer, UnixMillis(3)).unwrap();
    }
    id
}

#[test]
fn visits_with_known_edits_give_known_figures_and_no_word_of_them() {
    let (clinic, vault) = Clinic::with_vault(&PEOPLE);
    clinic.admit_with_first_code(&vault, "chiara");
    let removed = note(&[WRITTEN]);
    let accepted = note(&[WRITTEN, (INVENTED.0, Origin::Accepted, INVENTED.2)]);
    let edited = note(&[
        WRITTEN,
        (
            "Take forty snarfles at night.",
            Origin::Person,
            Support::Supported,
        ),
    ]);
    for (at, then) in [
        (1, Some(&removed)),
        (2, Some(&accepted)),
        (3, Some(&edited)),
        (4, None),
    ] {
        drafted(&vault, at, 3, then);
    }
    let gone = drafted(&vault, 5, 60, Some(&accepted));
    vault
        .erase(gone, Erased::Visit, ErasureReason::Discarded, UnixMillis(9))
        .unwrap();
    drafted(&vault, 100, 3, None);
    drop(vault);

    let vault = clinic.sign_in("chiara").unwrap();
    let found = vault.pilot_figures(None, Some(UnixMillis(100))).unwrap();
    assert!(!found.per_person);
    assert!(found.visits.iter().all(|visit| visit.account.is_none()));
    let report = Report::of(&found);
    let all = &report.all;
    let counts = (all.visits, all.signed, all.not_signed, all.erased);
    assert_eq!(counts, (5, 3, 1, 1));
    // Four visits of three seconds, and a minute that was erased.
    assert!((all.minutes - 1.2).abs() < 1e-9, "{}", all.minutes);
    let expected = Lines {
        found: 4,
        edited: 1,
        accepted: 1,
        removed: 1,
        borne_out: 0,
        open: 1,
    };
    assert_eq!(all.unsupported, expected);
    // Of eight words three stayed, all of them, and seven: in that order.
    let kept = all.kept.unwrap();
    assert_eq!((kept.count, kept.median), (3, 87.5));
    let kept: Vec<f64> = found.visits[..3]
        .iter()
        .map(|visit| visit.draft.unwrap().kept)
        .collect();
    assert_eq!(kept, [3.0 / 8.0, 1.0, 7.0 / 8.0]);
    // The signature of the erased one is in the log.
    assert_eq!(all.hours_to_signature.unwrap().count, 4);
    assert_eq!((all.omissions_offered, all.omissions_taken), (4, 0));

    let said = [
        serde_json::to_string(&found).unwrap(),
        report.csv(),
        report.page(None, UnixMillis(9)),
    ];
    for text in said {
        for canary in CANARIES {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
        assert!(!text.contains("northside.example"), "{text}");
        assert!(!text.contains(&gone.to_string()), "{text}");
    }
    let entered = [
        "pilot_figures_read",
        "chiara",
        "\"visits\":5",
        "\"per_person\":false",
    ];
    assert!(holds(&log_of(&vault), &entered));
}

#[test]
fn persons_stand_in_the_figures_only_where_the_policy_says_so() {
    let (clinic, vault) = Clinic::with_vault(&PEOPLE);
    clinic.admit_with_first_code(&vault, "dov");
    drafted(&vault, 1, 3, None);
    drafted(&vault, 2, 3, Some(&note(&[WRITTEN])));
    drop(vault);
    let whom = |vault: &Vault| {
        let found = vault.pilot_figures(None, None).unwrap();
        let accounts = found.visits.into_iter().map(|visit| visit.account);
        (found.per_person, accounts.collect::<Vec<_>>())
    };
    let vault = clinic.sign_in("dov").unwrap();
    assert_eq!(whom(&vault), (false, vec![None, None]));
    drop(vault);
    let text = clinic.document(2, &PEOPLE);
    clinic.take(&text.replace("per_person_figures = false", "per_person_figures = true"));
    let vault = clinic.sign_in("dov").unwrap();
    let ada = Some("ada@northside.example".to_owned());
    assert_eq!(whom(&vault), (true, vec![ada.clone(), ada]));
}

#[test]
fn the_pilots_own_time_is_what_is_counted_unless_another_is_asked_for() {
    let (clinic, vault) = Clinic::with_vault(&PEOPLE);
    clinic.admit_with_first_code(&vault, "dov");
    for at in [1_000, 1_700_000_000_000] {
        drafted(&vault, at, 1, None);
    }
    drop(vault);
    let pilot = "\n[pilot]\nfrom = 2020-01-01\nuntil = 2024-01-01\n";
    clinic.take(&(clinic.document(2, &PEOPLE) + pilot));
    let vault = clinic.sign_in("dov").unwrap();
    let count = |from, until| vault.pilot_figures(from, until).unwrap().visits.len();
    assert_eq!(count(None, None), 1);
    assert_eq!(count(Some(UnixMillis(0)), None), 2);
    assert_eq!(count(None, Some(UnixMillis(1_600_000_000_000))), 0);
}
