//! What is entered, and what never is.

use audit::{Actor, Asked, Cause, Format, Part, Refusal, Way};
use visit::{Days, Note, Retention, Samples, UnixMillis, VisitState};

use super::*;
use crate::signing::tests::{note, segment};
use crate::{Erased, ErasureReason, Exported, NewVisit};

fn new_visit(label: &str, reason: &str, asked_by: &str) -> NewVisit {
    NewVisit {
        consent: visit::Consent {
            asked_by: asked_by.into(),
            given_by: visit::ConsentGiver::Patient,
            method: visit::ConsentMethod::Spoken,
            wording: "May I?".to_owned(),
            wording_version: "1".to_owned(),
            at: UnixMillis(0),
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: label.into(),
        reason: reason.into(),
        expected: PatientText::default(),
        started_at: UnixMillis(0),
    }
}

#[test]
fn a_visits_life_is_entered_and_its_seconds_are_not() {
    let (_parent, vault) = scratch();
    let visit = vault.begin_visit(new_visit("A", "B", "C")).unwrap();
    vault.set_state(visit, VisitState::Recording).unwrap();
    for number in 0..50 {
        vault.append_chunk(visit, number, &[1; 8_000]).unwrap();
    }
    vault
        .append_segments(visit, &[segment(0)], Samples(8_000))
        .unwrap();
    vault.set_state(visit, VisitState::Paused).unwrap();
    vault.set_state(visit, VisitState::Recorded).unwrap();
    let revision = vault
        .save_revision(visit, UnixMillis(1), &note("ice"), None)
        .unwrap();
    vault.set_state(visit, VisitState::Drafted).unwrap();
    vault.read_visit(visit).unwrap();
    assert_eq!(vault.search("ice", 5).unwrap().len(), 1);
    let exported = Exported {
        revision,
        format: Format::Fhir,
        encrypted: true,
        bytes: b"ice",
    };
    let file = vault
        .enter_note_exported(visit, &exported, Way::File)
        .unwrap();
    vault
        .sign(visit, revision, &"Dr. Example".into(), UnixMillis(2))
        .unwrap();
    let erase = |what| vault.erase(visit, what, ErasureReason::ConsentWithdrawn, UnixMillis(3));
    erase(Erased::Sound).unwrap();
    erase(Erased::Visit).unwrap();
    let digest = super::super::note_digest(&note("ice")).unwrap();
    let erased = |part| Act::Erased {
        visit,
        part,
        cause: Cause::ConsentWithdrawn,
    };
    let expected = [
        Act::VaultCreated,
        Act::VaultOpened,
        Act::VisitCreated { visit },
        Act::ConsentRecorded {
            visit,
            given_by: visit::ConsentGiver::Patient,
            method: visit::ConsentMethod::Spoken,
        },
        Act::RecordingBegun { visit },
        Act::RecordingPaused { visit },
        Act::RecordingEnded {
            visit,
            recorded: visit::Millis(25_000),
        },
        Act::NoteEdited {
            visit,
            revision,
            note: digest,
        },
        Act::VisitDrafted { visit },
        Act::VisitRead { visit },
        Act::Searched { found: 1 },
        Act::NoteExported {
            visit,
            revision,
            note: digest,
            format: Format::Fhir,
            encrypted: true,
            file: file.as_str().parse().unwrap(),
            program: crate::notes::program().unwrap(),
            way: Way::File,
        },
        Act::NoteSigned {
            visit,
            revision,
            note: digest,
        },
        Act::ConsentWithdrawn { visit },
        erased(Part::Sound),
        Act::ConsentWithdrawn { visit },
        erased(Part::Visit),
    ];
    assert_eq!(acts_after(&vault, 0), expected);
}

#[test]
fn what_is_refused_is_entered_with_the_reason() {
    let (parent, vault) = scratch();
    let (visit, signature) = signed(&vault);
    let before = count(&vault);
    let nowhere = VisitId::from_uuid(uuid::Uuid::nil());
    assert!(vault.read_visit(nowhere).is_err());
    assert!(vault.note_to_export(nowhere).is_err());
    assert!(
        vault
            .save_revision(visit, UnixMillis(1), &note("x"), None)
            .is_err()
    );
    assert!(vault.set_state(visit, VisitState::Drafted).is_err());
    let again = vault.sign(
        visit,
        signature.revision,
        &"Dr. Example".into(),
        UnixMillis(6),
    );
    assert!(again.is_err());
    let erase = |what| vault.erase(visit, what, ErasureReason::Discarded, UnixMillis(7));
    assert!(erase(Erased::Draft).is_err());
    let next = SecretString::from("short");
    let change =
        |current: &SecretString| vault.change_passphrase(current, None, &next, KdfCost::LEAST);
    assert!(change(&passphrase()).is_err());
    let refused = |asked, visit, reason| Act::Refused {
        asked,
        visit,
        reason,
    };
    let expected = [
        refused(Asked::ReadVisit, Some(nowhere), Refusal::NoSuchVisit),
        refused(Asked::TakeNote, Some(nowhere), Refusal::NoSuchVisit),
        refused(Asked::SaveNote, Some(visit), Refusal::Signed),
        refused(Asked::ChangeState, Some(visit), Refusal::Signed),
        refused(Asked::SignNote, Some(visit), Refusal::Signed),
        refused(Asked::Erase, Some(visit), Refusal::Nothing),
        refused(Asked::ChangePassphrase, None, Refusal::PassphraseTooShort),
    ];
    assert_eq!(acts_after(&vault, before), expected);

    // At a locked door, too: told by the next opening.
    let before = count(&vault);
    drop(vault);
    for _ in 0..2 {
        let opened = Vault::open(&folder_of(&parent), &"another passphrase".into());
        assert!(matches!(opened, Err(VaultError::WrongPassphrase)));
    }
    let refused = Act::UnlockRefused {
        reason: Refusal::WrongPassphrase,
        times: 1,
    };
    let vault = open(&folder_of(&parent)).unwrap();
    let expected = [Act::VaultLocked, refused.clone(), refused, Act::VaultOpened];
    assert_eq!(acts_after(&vault, before), expected);
    drop(vault);
    let vault = open(&folder_of(&parent)).unwrap();
    let before = before + expected.len() + 1;
    assert_eq!(
        acts_after(&vault, before),
        [Act::VaultLocked, Act::VaultOpened]
    );
}

#[test]
fn what_the_program_does_by_itself_is_entered_as_such() {
    let (_parent, vault) = scratch();
    let (visit, _) = signed(&vault);
    let at_once = Retention {
        audio: Some(Days::try_from(0).unwrap()),
        ..Retention::default()
    };
    vault.set_retention(&at_once).unwrap();
    vault.erase_due(visit, UnixMillis(i64::MAX)).unwrap();
    let last = entries(&vault).into_iter().rev().nth(1).unwrap();
    let (part, cause) = (Part::Sound, Cause::Retention);
    assert_eq!(last.act, Act::Erased { visit, part, cause });
    assert_eq!(last.who, Actor::Program);
    let asked_for = entries(&vault)
        .into_iter()
        .filter(|one| one.who == Actor::Program);
    assert_eq!(asked_for.count(), 1);
}

/// P6.3: whatever is typed, said or written, none of it stands in the log.
#[test]
fn no_word_of_a_visit_stands_in_the_log() {
    const WORDS: [&str; 6] = [
        "Quillabrax",
        "Vexmoor",
        "Tessaly",
        "snarfle",
        "Farrowgate",
        "zibble",
    ];
    let [label, reason, asked_by, said, signer, query] = WORDS;
    let (_parent, vault) = scratch();
    let id = vault
        .begin_visit(new_visit(label, reason, asked_by))
        .unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    let mut spoken = segment(0);
    spoken.text = said.into();
    vault.append_segments(id, &[spoken], Samples(0)).unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    let written: Note = note(said);
    let number = vault
        .save_revision(id, UnixMillis(1), &written, None)
        .unwrap();
    vault.read_visit(id).unwrap();
    vault.search(query, 5).unwrap();
    vault.search(&format!("\"{said}\" {label}"), 5).unwrap();
    let exported = Exported {
        revision: number,
        format: Format::Text,
        encrypted: false,
        bytes: said.as_bytes(),
    };
    vault
        .enter_note_exported(id, &exported, Way::Output)
        .unwrap();
    let signer_name = PatientText::from(signer);
    vault.sign(id, number, &signer_name, UnixMillis(2)).unwrap();
    assert!(vault.sign(id, number, &signer_name, UnixMillis(2)).is_err());
    vault
        .erase(id, Erased::Visit, ErasureReason::Discarded, UnixMillis(3))
        .unwrap();
    let (log, fault) = export(&vault);
    assert_eq!(fault, None);
    for word in WORDS {
        assert!(!log.contains(word), "{word} stands in the log");
    }
    for entry in entries(&vault) {
        let text = entry.act.to_string();
        assert!(WORDS.iter().all(|word| !text.contains(word)), "{text}");
    }
}
