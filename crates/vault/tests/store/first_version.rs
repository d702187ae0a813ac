//! A whole vault as the first version of everything wrote it: readable for ever.

use std::path::{Path, PathBuf};

use vault::{KdfCost, Recorded, SecretString, Vault};
use visit::{RevisionNumber, Samples, UnixMillis, VisitState};

use crate::sample::{begin_recording, copy, note, provenance, second, segment};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/vault-v1")
}

fn passphrase() -> SecretString {
    "vault of the first version".into()
}

#[test]
fn a_vault_of_the_first_version_opens_with_all_its_content() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("vault");
    copy(&fixture(), &dir);
    let vault = Vault::open(&dir, &passphrase()).unwrap();
    let [summary] = vault.visits().unwrap().try_into().unwrap();
    let id = summary.id;
    assert_eq!(summary.patient_label.expose(), "Élodie Example");
    assert_eq!(summary.state, VisitState::Drafted);
    assert_eq!(
        vault.visit(id).unwrap().consent.asked_by.expose(),
        "Nurse Ada"
    );
    assert_eq!(
        vault.recorded(id).unwrap(),
        Recorded {
            chunks: 1,
            samples: Samples(800)
        }
    );
    assert_eq!(vault.chunk(id, 0).unwrap(), second(7)[..800]);
    assert_eq!(vault.segments(id).unwrap(), [segment(0, "my knee hurts")]);
    let found = vault.search("elodie hurts ice", 10).unwrap();
    assert_eq!(found, vault.visits().unwrap());
    assert_eq!(vault.settled(id).unwrap(), Samples(800));
    let [revision] = vault.revisions(id).unwrap().try_into().unwrap();
    assert_eq!(
        (revision.number, revision.at),
        (RevisionNumber(1), UnixMillis(3_000))
    );
    assert_eq!(
        (revision.note, revision.provenance),
        (note("ice the knee"), Some(provenance()))
    );
}

/// Written once, when the version was new; never again.
#[test]
#[ignore = "made the fixture"]
fn write_the_fixture() {
    let vault = Vault::create(&fixture(), &passphrase(), KdfCost::LEAST).unwrap();
    let id = begin_recording(&vault, "Élodie Example");
    vault.append_chunk(id, 0, &second(7)[..800]).unwrap();
    vault
        .append_segments(id, &[segment(0, "my knee hurts")], Samples(800))
        .unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    vault
        .save_revision(
            id,
            UnixMillis(3_000),
            &note("ice the knee"),
            Some(&provenance()),
        )
        .unwrap();
    vault.set_state(id, VisitState::Drafted).unwrap();
}

/// A signed visit, one whose sound was erased, the tombstone of another, and a backup of all that,
/// as version 7 of the schema and version 1 of the backup hold them.
mod seventh {
    use vault::{Erased, ErasureReason};
    use visit::VisitId;

    use super::*;

    const SIGNER: &str = "Dr. Example";

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/vectors")
            .join(name)
    }

    fn passphrase() -> SecretString {
        "vault of the seventh version".into()
    }

    fn is_complete(vault: &Vault) {
        let id_of = |label: &str| -> VisitId {
            let visits = vault.visits().unwrap();
            let found = visits
                .iter()
                .find(|visit| visit.patient_label.expose() == label);
            found.unwrap().id
        };
        let signed = id_of("Élodie Example");
        assert_eq!(
            vault.visit(signed).unwrap().summary.state,
            VisitState::Signed
        );
        let signature = vault.visit(signed).unwrap().signature.unwrap();
        assert_eq!(signature.signer.expose(), SIGNER);
        assert_eq!(vault.chunk(signed, 0).unwrap(), second(7)[..800]);
        assert_eq!(
            vault.segments(signed).unwrap(),
            [segment(0, "my knee hurts")]
        );
        assert_eq!(
            vault.revisions(signed).unwrap()[0].note,
            note("ice the knee")
        );
        let silent = id_of("Silent Example");
        assert!(vault.visit(silent).unwrap().summary.sound_erased);
        assert_eq!(vault.segments(silent).unwrap(), [segment(0, "it itches")]);
        let [of_sound, of_visit] = vault.tombstones().unwrap().try_into().unwrap();
        assert_eq!((of_sound.visit, of_sound.erased), (silent, Erased::Sound));
        assert_eq!(of_visit.erased, Erased::Visit);
        assert_eq!(vault.search("itches", 10).unwrap().len(), 1);
        let mut log = Vec::new();
        vault.export_log(&mut log).unwrap();
        assert!(String::from_utf8(log).unwrap().contains("note_signed"));
    }

    #[test]
    fn a_vault_of_the_seventh_version_opens_with_all_its_content() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("vault");
        copy(&fixture("vault-v7"), &dir);
        is_complete(&Vault::open(&dir, &passphrase()).unwrap());
    }

    #[test]
    fn a_backup_of_the_first_version_is_restored_with_all_its_content() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("vault");
        Vault::restore(&fixture("backup-v1"), None, &dir, &mut |_, _| ()).unwrap();
        is_complete(&Vault::open(&dir, &passphrase()).unwrap());
    }

    /// Written once, when the version was new; never again.
    #[test]
    #[ignore = "made the fixtures"]
    fn write_the_fixtures() {
        let vault = Vault::create(&fixture("vault-v7"), &passphrase(), KdfCost::LEAST).unwrap();
        let record = |label: &str, said: &str| {
            let id = begin_recording(&vault, label);
            vault.append_chunk(id, 0, &second(7)[..800]).unwrap();
            vault
                .append_segments(id, &[segment(0, said)], Samples(800))
                .unwrap();
            vault.set_state(id, VisitState::Recorded).unwrap();
            id
        };
        let signed = record("Élodie Example", "my knee hurts");
        let number = vault
            .save_revision(
                signed,
                UnixMillis(3_000),
                &note("ice the knee"),
                Some(&provenance()),
            )
            .unwrap();
        vault.set_state(signed, VisitState::Drafted).unwrap();
        vault
            .sign(signed, number, &SIGNER.into(), UnixMillis(4_000))
            .unwrap();
        let silent = record("Silent Example", "it itches");
        let withdrawn = ErasureReason::ConsentWithdrawn;
        vault
            .erase(silent, Erased::Sound, withdrawn, UnixMillis(5_000))
            .unwrap();
        let gone = record("Gone Example", "nothing");
        vault
            .erase(
                gone,
                Erased::Visit,
                ErasureReason::Discarded,
                UnixMillis(6_000),
            )
            .unwrap();
        vault
            .back_up(&fixture("backup-v1"), UnixMillis(7_000), 1, &mut |_| ())
            .unwrap();
    }
}
