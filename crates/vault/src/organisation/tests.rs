//! What an organisation's document decides of visits and models.
#![allow(clippy::unwrap_used)]

use governance::{ModelRole, NotApproved, OutOfScope};
use visit::{Sha256Hex, UnixMillis, VisitId};

use crate::people::tests::{Clinic, holds, log_of, new_visit};
use crate::{Erased, ErasureReason, NewVisit, Vault, VaultError};

const PEOPLE: &[(&str, &str)] = &[("ada", "physician"), ("ben", "nurse")];

/// A vault that ada is signed in to, after a document with these further lines came into force.
fn vault_with(lines: &str) -> (Clinic, Vault) {
    let (clinic, vault) = Clinic::with_vault(PEOPLE);
    drop(vault);
    clinic.take(&format!("{}\n{lines}", clinic.document(2, PEOPLE)));
    let vault = clinic.sign_in("ada").unwrap();
    (clinic, vault)
}

fn begin(vault: &Vault, kind: Option<&str>, template: &str) -> Result<VisitId, VaultError> {
    vault.begin_visit(NewVisit {
        kind: kind.map(str::to_owned),
        template: template.to_owned(),
        started_at: crate::log::now(),
        ..new_visit()
    })
}

fn refused(begun: Result<VisitId, VaultError>) -> OutOfScope {
    match begun {
        Err(VaultError::OutOfScope(reason)) => *reason,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_visit_outside_the_pilot_is_not_made_and_the_refusal_is_entered() {
    let (clinic, vault) = vault_with(
        "[pilot]\nkinds = [\"follow-up\"]\ntemplates = [\"soap\"]\nfrom = 2020-01-01\n\
         until = 2099-01-01\nvisits = 2\n",
    );
    assert!(matches!(
        refused(begin(&vault, None, "soap")),
        OutOfScope::NoKind(_)
    ));
    let surgery = refused(begin(&vault, Some("surgery"), "soap"));
    assert!(surgery.to_string().contains("follow-up"), "{surgery}");
    let other = refused(begin(&vault, Some("follow-up"), "full-visit"));
    assert!(matches!(other, OutOfScope::Template { .. }));
    assert!(vault.visits().unwrap().is_empty());
    let lines = log_of(&vault);
    let entered = lines.iter().filter(|line| {
        line.contains("create_visit") && line.contains("out_of_scope") && line.contains("ada@")
    });
    assert_eq!(entered.count(), 3);

    let first = begin(&vault, Some("follow-up"), "soap").unwrap();
    assert_eq!(
        vault.visit(first).unwrap().kind.as_deref(),
        Some("follow-up")
    );
    begin(&vault, Some("follow-up"), "soap").unwrap();
    // One that was erased was one of the pilot's all the same.
    vault
        .erase(
            first,
            Erased::Visit,
            ErasureReason::Discarded,
            UnixMillis(1),
        )
        .unwrap();
    let third = refused(begin(&vault, Some("follow-up"), "soap"));
    assert_eq!(third, OutOfScope::Visits(2));
    assert!(holds(&log_of(&vault), &["visit_created"]));
    drop(vault);

    for (serial, people, dates) in [
        (
            3,
            "[\"ben@northside.example\"]",
            ("2020-01-01", "2099-01-01"),
        ),
        (
            4,
            "[\"ada@northside.example\"]",
            ("2098-01-01", "2099-01-01"),
        ),
        (
            5,
            "[\"ada@northside.example\"]",
            ("2020-01-01", "2021-01-01"),
        ),
    ] {
        let pilot = format!(
            "[pilot]\npeople = {people}\nfrom = {}\nuntil = {}\n",
            dates.0, dates.1
        );
        clinic.take(&format!("{}\n{pilot}", clinic.document(serial, PEOPLE)));
        let vault = clinic.sign_in("ada").unwrap();
        let reason = refused(begin(&vault, None, "soap"));
        let expected = match serial {
            3 => matches!(reason, OutOfScope::Person(_)),
            4 => matches!(reason, OutOfScope::NotYet(_)),
            _ => matches!(reason, OutOfScope::Ended(_)),
        };
        assert!(expected, "{serial}: {reason}");
    }
    // Without a pilot no visit is outside of one.
    clinic.take(&clinic.document(6, PEOPLE));
    let vault = clinic.sign_in("ada").unwrap();
    assert!(begin(&vault, None, "anything").is_ok());
}

fn digest(byte: u8) -> Sha256Hex {
    Sha256Hex::from_bytes([byte; 32])
}

/// An approval of the model whose digest is this byte again and again.
fn approval(byte: u8, role: &str, until: &str, more: &str) -> String {
    let card = digest(0xCC);
    format!(
        "[[model]]\nid = \"m{byte}\"\nrole = \"{role}\"\nsha256 = \"{}\"\nfrom = 2020-01-01\n\
         until = {until}\ncard = \"{}\"\n{more}\n[model.scorecard]\nmeasured = 2020-01-01\n\
         hardware = \"this\"\nfigures = [{{ name = \"facts\", value = 9 }}]\n",
        digest(byte).as_str(),
        card.as_str()
    )
}

#[test]
fn a_model_is_loaded_only_if_the_document_approves_of_it_and_a_refusal_is_entered() {
    let lines = [
        approval(1, "speech", "2099-01-01", ""),
        approval(2, "speech", "2021-01-01", ""),
        approval(3, "drafting", "2099-01-01", "templates = [\"soap\"]"),
        approval(4, "speech", "2099-01-01", ""),
        format!(
            "[[recall]]\nsha256 = \"{}\"\nfrom = 2021-01-01\nreason = \"It invented doses.\"\n",
            digest(4).as_str()
        ),
    ];
    let (_clinic, vault) = vault_with(&lines.concat());
    let ask = |byte, role, template| match vault.approve_model(&digest(byte), role, template) {
        Ok(()) => None,
        Err(VaultError::NotApproved(reason)) => Some(*reason),
        Err(other) => unreachable!("{other}"),
    };
    let (speech, drafting) = (ModelRole::Speech, ModelRole::Drafting);
    assert_eq!(ask(1, speech, None), None);
    assert_eq!(ask(3, drafting, Some("soap")), None);
    for (byte, role, template) in [
        (9, speech, None),
        (1, ModelRole::Speaker, None),
        (2, speech, None),
        (4, speech, None),
        (3, drafting, Some("full-visit")),
    ] {
        let reason = ask(byte, role, template).unwrap();
        let expected = match byte {
            9 => matches!(reason, NotApproved::Unlisted(_)),
            1 => matches!(reason, NotApproved::OtherRole { .. }),
            2 => matches!(reason, NotApproved::Expired { .. }),
            4 => matches!(reason, NotApproved::Recalled { .. }),
            _ => matches!(reason, NotApproved::Template { .. }),
        };
        assert!(expected, "{byte}: {reason}");
    }
    let lines = log_of(&vault);
    let entered = lines
        .iter()
        .filter(|line| line.contains("load_model") && line.contains("not_approved"));
    assert_eq!(entered.count(), 5);
}

#[test]
fn a_note_of_another_template_is_drafted_only_within_the_pilot() {
    let (_clinic, vault) = vault_with(
        "[pilot]\ntemplates = [\"soap\", \"full-visit\"]\nfrom = 2020-01-01\nuntil = 2099-01-01\n",
    );
    let visit = begin(&vault, None, "soap").unwrap();
    vault.approve_template(visit, "soap").unwrap();
    vault.approve_template(visit, "full-visit").unwrap();
    let refused = vault.approve_template(visit, "patient-instructions");
    assert!(matches!(refused, Err(VaultError::OutOfScope(reason))
        if matches!(*reason, OutOfScope::Template { .. })));
    assert!(holds(&log_of(&vault), &["draft_note", "out_of_scope"]));
}

#[test]
fn the_document_says_how_long_everything_is_kept_and_a_change_of_it_is_entered() {
    let people = &[("ada", "physician"), ("chiara", "administrator")];
    let (clinic, vault) = Clinic::with_vault(people);
    clinic.admit_with_first_code(&vault, "chiara");
    drop(vault);
    let vault = clinic.sign_in("chiara").unwrap();
    let days = |days: u32| Some(visit::Days::try_from(days).unwrap());
    let at_once = visit::Retention {
        audio: days(0),
        transcript: days(0),
        draft: days(0),
    };
    let refused = vault.set_retention(&at_once).unwrap_err();
    assert!(
        matches!(refused, VaultError::OrganisationDecides(why) if why.contains("policy.retention")),
        "{refused}"
    );
    assert_eq!(vault.retention().unwrap().audio, days(30));
    let lines = log_of(&vault);
    assert!(holds(&lines, &["change_retention", "organisation_decides"]));
    assert!(!holds(&lines, &["retention_changed"]));
    drop(vault);
    let text = clinic.document(2, people);
    clinic.take(&text.replace("audio = 30", "audio = 7\ntranscript = 400"));
    let vault = clinic.sign_in("ada").unwrap();
    let policy = vault.retention().unwrap();
    assert_eq!(
        (policy.audio, policy.transcript, policy.draft),
        (days(7), days(400), None)
    );
    let lines = log_of(&vault);
    assert!(holds(
        &lines,
        &["retention_changed", "\"program\"", "\"audio\":7"]
    ));
    // What is due is due by it.
    let visit = begin(&vault, None, "soap").unwrap();
    vault
        .set_state(visit, visit::VisitState::Recording)
        .unwrap();
    vault.append_chunk(visit, 0, &[1; 8_000]).unwrap();
    vault.set_state(visit, visit::VisitState::Recorded).unwrap();
    let note = crate::signing::tests::note("rest");
    let number = vault
        .save_revision(visit, UnixMillis(1), &note, None)
        .unwrap();
    vault
        .sign(visit, number, &"".into(), UnixMillis(0))
        .unwrap();
    let week = UnixMillis(7 * 24 * 60 * 60 * 1000);
    assert_eq!(vault.visits_due(UnixMillis(week.0 - 1)).unwrap(), []);
    assert_eq!(vault.visits_due(week).unwrap(), [visit]);
}
