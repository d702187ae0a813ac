//! Bytes flipped anywhere: an error with a name or the right content, never anything else.

use std::fs;
use std::path::Path;

use vault::{KdfCost, Vault, VaultError};
use visit::{Samples, UnixMillis, VisitId, VisitState};

use crate::sample::{contents, copy, folder, note, passphrase, scratch, second, segment};

/// Everything that can be read of a vault, in a form that can be compared.
fn read_all(dir: &Path) -> Result<Vec<String>, VaultError> {
    let vault = Vault::open(dir, &passphrase())?;
    let mut all = Vec::new();
    for summary in vault.visits()? {
        let id = summary.id;
        all.push(serde_json::to_string(&vault.visit(id)?).unwrap());
        for number in 0..vault.recorded(id)?.chunks {
            all.push(format!("{:?}", vault.chunk(id, number)?));
        }
        all.push(serde_json::to_string(&vault.segments(id)?).unwrap());
        all.push(serde_json::to_string(&vault.gaps(id)?).unwrap());
        all.push(serde_json::to_string(&vault.revisions(id)?).unwrap());
    }
    all.push(format!("{:?}", vault.search("knee hurts ice", 10)?));
    Ok(all)
}

fn fill(vault: &Vault) -> VisitId {
    let id = crate::sample::begin_recording(vault, "A");
    (0..3).for_each(|number| vault.append_chunk(id, number, &second(number)).unwrap());
    vault
        .append_segments(id, &[segment(0, "my knee hurts")], Samples(100))
        .unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    vault
        .save_revision(id, UnixMillis(0), &note("ice"), None)
        .unwrap();
    id
}

/// Flips one byte at each of the positions; returns how many led to an error.
fn flip_each(dir: &Path, file: &str, positions: impl Iterator<Item = usize>) -> usize {
    let scratch = dir.with_extension("flipped");
    let right = read_all(dir).unwrap();
    let original = fs::read(dir.join(file)).unwrap();
    let mut errors = 0;
    for at in positions {
        let _ = fs::remove_dir_all(&scratch);
        copy(dir, &scratch);
        let mut bytes = original.clone();
        bytes[at] ^= 0x41;
        fs::write(scratch.join(file), &bytes).unwrap();
        match read_all(&scratch) {
            Ok(found) => assert!(found == right, "{file}, byte {at}: other content came out"),
            Err(
                VaultError::Damaged { .. }
                | VaultError::NewerVersion { .. }
                | VaultError::Storage(_),
            ) => {
                errors += 1;
                assert!(
                    fs::read(scratch.join(file)).unwrap() == bytes,
                    "{file}, byte {at}: file changed"
                );
            }
            Err(other) => panic!("{file}, byte {at}: {other}"),
        }
    }
    errors
}

#[test]
fn a_flipped_byte_in_the_database_is_noticed() {
    let (parent, vault) = scratch();
    fill(&vault);
    drop(vault);
    let dir = folder(&parent);
    let length = fs::metadata(dir.join("vault.db")).unwrap().len() as usize;
    let first_page: Vec<usize> = (0..4096).step_by(113).chain([15, 16, 4095]).collect();
    assert_eq!(
        flip_each(&dir, "vault.db", first_page.iter().copied()),
        first_page.len()
    );
    let others = || (4096..length).step_by(1709);
    let noticed = flip_each(&dir, "vault.db", others());
    // Pages that are read: all but the few that belong to empty indices and freed space.
    assert!(
        noticed * 10 >= others().count() * 8,
        "{noticed} of {}",
        others().count()
    );
}

#[test]
fn a_flipped_byte_in_keys_json_is_noticed() {
    let (parent, vault) = scratch();
    fill(&vault);
    drop(vault);
    let dir = folder(&parent);
    let length = fs::metadata(dir.join("keys.json")).unwrap().len() as usize;
    let positions: Vec<usize> = (0..length).step_by(7).collect();
    assert_eq!(
        flip_each(&dir, "keys.json", positions.iter().copied()),
        positions.len()
    );
}

/// A database cut at any page: an error or, where only unused pages were lost, the right content.
#[test]
fn a_truncated_database_is_noticed() {
    let (parent, vault) = scratch();
    fill(&vault);
    drop(vault);
    let dir = folder(&parent);
    let whole = fs::read(dir.join("vault.db")).unwrap();
    for pages in 0..whole.len() / 4096 {
        let cut = parent.path().join("cut");
        let _ = fs::remove_dir_all(&cut);
        copy(&dir, &cut);
        fs::write(cut.join("vault.db"), &whole[..pages * 4096]).unwrap();
        let error = read_all(&cut).expect_err("pages are missing");
        assert!(
            matches!(error, VaultError::Damaged { .. }),
            "{pages} pages: {error:?}"
        );
    }
}

#[test]
fn any_bytes_for_keys_json_are_refused() {
    let (parent, vault) = scratch();
    drop(vault);
    let dir = folder(&parent);
    for bytes in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        &[b'['; 70_000],
        b"{\"format\":\"inroom-vault-keys\",\"version\":0}",
    ] {
        fs::write(dir.join("keys.json"), bytes).unwrap();
        let before = contents(&dir);
        assert!(matches!(
            Vault::open(&dir, &passphrase()),
            Err(VaultError::Damaged {
                what: vault::Part::KeysFile
            })
        ));
        assert!(matches!(
            Vault::create(&dir, &passphrase(), KdfCost::LEAST),
            Err(VaultError::AlreadyExists)
        ));
        assert_eq!(contents(&dir), before);
    }
}
