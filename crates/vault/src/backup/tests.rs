#![allow(clippy::unwrap_used, clippy::panic)]
use visit::{Consent, ConsentGiver, ConsentMethod, PatientText, VisitState};

use super::*;
use crate::{KdfCost, NewVisit, SecretString};

fn new_visit() -> NewVisit {
    NewVisit {
        consent: Consent {
            asked_by: "Nurse Ada".into(),
            given_by: ConsentGiver::Patient,
            method: ConsentMethod::Spoken,
            wording: "May I record this visit?".to_owned(),
            wording_version: "1".to_owned(),
            at: UnixMillis(1),
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: PatientText::default(),
        reason: PatientText::default(),
        expected: PatientText::default(),
        started_at: UnixMillis(2),
    }
}

/// A part that is damaged in the vault is damaged in its backup, which holds everything else.
#[test]
fn a_damaged_part_is_reported_and_is_no_reason_to_back_nothing_up() {
    let parent = tempfile::tempdir().unwrap();
    let passphrase = SecretString::from("four unrelated plain words");
    let vault = Vault::create(&parent.path().join("vault"), &passphrase, KdfCost::LEAST).unwrap();
    let visits = [(); 2].map(|()| {
        let id = vault.begin_visit(new_visit()).unwrap();
        vault.set_state(id, VisitState::Recording).unwrap();
        for number in 0..3 {
            vault
                .append_chunk(id, number, &[number as i16; 400])
                .unwrap();
        }
        id
    });
    let to = parent.path().join("backup");
    let back_up = |at| vault.back_up(&to, UnixMillis(at), 1, &mut |_| ()).unwrap();
    let whole = back_up(1);
    assert_eq!((whole.damaged, whole.kept), (Vec::new(), 1));

    vault
        .connection()
        .execute_batch(
            "DROP TRIGGER chunks_never_change;
             UPDATE chunks SET sealed = zeroblob(900) WHERE visit = 1 AND number = 1",
        )
        .unwrap();
    let report = back_up(2);
    let damaged = DamagedPart {
        visit: visits[0],
        what: Part::Chunk(1).to_string(),
    };
    assert_eq!(report.damaged, [damaged]);
    assert_eq!(report.kept, 2, "the older one may hold it whole");

    let restored = parent.path().join("restored");
    Vault::restore(&to, None, &restored, &mut |_, _| ()).unwrap();
    let restored = Vault::open(&restored, &passphrase).unwrap();
    for id in visits {
        for number in 0..3 {
            match restored.chunk(id, number) {
                Ok(sound) => assert_eq!(sound, [number as i16; 400]),
                Err(_) => assert_eq!((id, number), (visits[0], 1)),
            }
        }
    }
}
