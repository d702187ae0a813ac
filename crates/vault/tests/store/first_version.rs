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
