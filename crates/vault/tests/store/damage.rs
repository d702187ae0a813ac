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
                // What the opening enters in the log stands on other pages, if it was one.
                let page = at / 4096 * 4096..bytes.len().min((at / 4096 + 1) * 4096);
                let left = fs::read(scratch.join(file)).unwrap();
                assert!(
                    left[page.clone()] == bytes[page],
                    "{file}, byte {at}: damaged page changed"
                );
                let opened =
                    fs::metadata(scratch.join("vault.lock")).is_ok_and(|lock| lock.len() > 0);
                assert!(opened || left == bytes, "{file}, byte {at}: file changed");
            }
            Err(other) => panic!("{file}, byte {at}: {other}"),
        }
    }
    errors
}

/// From one position to the next; 1 if `INROOM_EVERY_BYTE` is set, which takes long.
fn stride(usual: usize) -> usize {
    if std::env::var_os("INROOM_EVERY_BYTE").is_some() {
        1
    } else {
        usual
    }
}

#[test]
fn a_flipped_byte_in_the_database_is_noticed() {
    let (parent, vault) = scratch();
    fill(&vault);
    drop(vault);
    let dir = folder(&parent);
    let length = fs::metadata(dir.join("vault.db")).unwrap().len() as usize;
    let first_page: Vec<usize> = (0..4096)
        .step_by(stride(113))
        .chain([15, 16, 4095])
        .collect();
    assert_eq!(
        flip_each(&dir, "vault.db", first_page.iter().copied()),
        first_page.len()
    );
    let others = || (4096..length).step_by(stride(1709));
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
    // Every one of them.
    let length = fs::metadata(dir.join("keys.json")).unwrap().len() as usize;
    assert_eq!(flip_each(&dir, "keys.json", 0..length), length);
}

/// The records of all visits, each of which is committed once and then never changes.
fn records(dir: &Path) -> Result<Vec<String>, VaultError> {
    let vault = Vault::open(dir, &passphrase())?;
    let mut all = Vec::new();
    for id in vault.visits()?.into_iter().map(|summary| summary.id) {
        for number in 0..vault.recorded(id)?.chunks {
            all.push(format!("{number} {:?}", vault.chunk(id, number)?));
        }
        for segment in vault.segments(id)? {
            all.push(serde_json::to_string(&segment).unwrap());
        }
        for revision in vault.revisions(id)? {
            all.push(serde_json::to_string(&revision).unwrap());
        }
    }
    Ok(all)
}

/// With commits that stand in the write-ahead log alone, as a kill leaves them. SQLite reads the
/// log up to the first frame whose checksum is wrong: the commits after it are lost, and what
/// comes out is the beginning of what was recorded or an error.
#[test]
fn a_flipped_byte_in_the_write_ahead_log_gives_nothing_wrong() {
    let (parent, vault) = scratch();
    fill(&vault);
    let killed = parent.path().join("killed");
    copy(&folder(&parent), &killed);
    drop(vault);
    let flipped = parent.path().join("flipped");
    let read_with = |log: &[u8]| {
        let _ = fs::remove_dir_all(&flipped);
        copy(&killed, &flipped);
        fs::write(flipped.join("vault.db-wal"), log).unwrap();
        records(&flipped)
    };
    let log = fs::read(killed.join("vault.db-wal")).unwrap();
    let right = read_with(&log).unwrap();
    assert_eq!(right.len(), 3 + 1 + 1, "chunks, segments, revisions");
    let header = 0..32;
    let (mut whole, mut begun, mut refused, mut tried) = (0, 0, 0, 0);
    for at in header.chain((32..log.len()).step_by(stride(1709))) {
        let mut bytes = log.clone();
        bytes[at] ^= 0x41;
        tried += 1;
        match read_with(&bytes) {
            Ok(found) => {
                assert!(right.starts_with(&found), "log, byte {at}: other content");
                begun += usize::from(!found.is_empty());
                whole += usize::from(found == right);
            }
            Err(
                VaultError::Damaged { .. }
                | VaultError::NewerVersion { .. }
                | VaultError::Storage(_),
            ) => refused += 1,
            Err(other) => panic!("log, byte {at}: {other}"),
        }
        let keys = |dir: &Path| fs::read(dir.join("keys.json")).unwrap();
        assert!(
            keys(&flipped) == keys(&killed),
            "log, byte {at}: keys changed"
        );
    }
    println!(
        "log: {tried} flipped, {refused} refused, {begun} with records, {whole} without effect"
    );
    assert!(begun > 0, "nothing was ever left");
    assert!(whole < tried, "no flipped byte had an effect");
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
