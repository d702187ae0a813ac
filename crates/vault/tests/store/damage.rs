//! Bytes flipped anywhere: an error with a name or the right content, never anything else.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use vault::{Erased, ErasureReason, KdfCost, Vault, VaultError};
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
    (0..3).for_each(|number| {
        let short = &second(number)[..800];
        vault.append_chunk(id, number, short).unwrap();
    });
    vault
        .append_segments(id, &[segment(0, "my knee hurts")], Samples(100))
        .unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    vault
        .save_revision(id, UnixMillis(0), &note("ice"), None)
        .unwrap();
    id
}

/// Flips one byte at each of the positions, on every processor; returns how many led to an error.
fn flip_each(dir: &Path, file: &str, positions: impl Iterator<Item = usize>) -> usize {
    let right = read_all(dir).unwrap();
    on_every_processor(positions, |scratch, at| {
        let scratch = &scratch.join("vault");
        let mut bytes = fs::read(dir.join(file)).unwrap();
        bytes[at] ^= 0x41;
        renew(dir, scratch);
        fs::write(scratch.join(file), &bytes).unwrap();
        match read_all(scratch) {
            Ok(found) => {
                assert!(found == right, "{file}, byte {at}: other content came out");
                false
            }
            Err(
                VaultError::Damaged { .. }
                | VaultError::NewerVersion { .. }
                | VaultError::Storage(_),
            ) => {
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
                true
            }
            Err(other) => panic!("{file}, byte {at}: {other}"),
        }
    })
}

/// Does `work` for every position, in as many threads as there are processors, each with a folder
/// of its own, in memory where that is to be had; says for how many it was true.
fn on_every_processor(
    positions: impl Iterator<Item = usize>,
    work: impl Fn(&Path, usize) -> bool + Sync,
) -> usize {
    let positions: Vec<usize> = positions.collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = positions.len().div_ceil(threads).max(1);
    let one_share = |positions: &[usize]| {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        let hits = positions.iter().filter(|&&at| work(folder.path(), at));
        hits.count()
    };
    thread::scope(|scope| {
        let shares: Vec<_> = positions
            .chunks(share)
            .map(|share| scope.spawn(|| one_share(share)))
            .collect();
        shares.into_iter().map(|share| share.join().unwrap()).sum()
    })
}

/// Makes a folder hold what another holds, and nothing else.
fn renew(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    copy(from, to);
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
    // Pages that are read: in so small a vault a third belongs to tables and indices without a row.
    assert!(
        noticed * 10 >= others().count() * 6,
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

/// The records of all visits, each of which is committed once and then never changes, and whether
/// the log was found damaged.
fn records(dir: &Path) -> Result<(Vec<String>, bool), VaultError> {
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
    Ok((all, vault.log_was_damaged()))
}

/// With commits that stand in the write-ahead log alone, as a kill leaves them. SQLite reads the
/// log up to the first frame whose checksum is wrong: what comes out is the beginning of what was
/// recorded, and that something is missing is told, unless it is the last commit alone, which looks
/// like one that was never confirmed.
#[test]
fn a_flipped_byte_in_the_write_ahead_log_loses_nothing_silently() {
    let (parent, vault) = scratch();
    fill(&vault);
    let killed = parent.path().join("killed");
    copy(&folder(&parent), &killed);
    drop(vault);
    let log = fs::read(killed.join("vault.db-wal")).unwrap();
    let opened_with = |log: &[u8], flipped: &Path| {
        renew(&killed, flipped);
        fs::write(flipped.join("vault.db-wal"), log).unwrap();
        records(flipped)
    };
    let (right, damaged) = opened_with(&log, &parent.path().join("flipped")).unwrap();
    assert_eq!(right.len(), 3 + 1 + 1, "chunks, segments, revisions");
    assert!(!damaged);
    let (told, begun) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let header = 0..32;
    let positions = header.chain((32..log.len()).step_by(stride(1709)));
    let tried = positions.clone().count();
    let whole = on_every_processor(positions, |folder, at| {
        let flipped = &folder.join("vault");
        let mut bytes = log.clone();
        bytes[at] ^= 0x41;
        let whole = match opened_with(&bytes, flipped) {
            Ok((found, damaged)) => {
                assert!(right.starts_with(&found), "log, byte {at}: other content");
                assert!(
                    damaged || found.len() + 1 >= right.len(),
                    "log, byte {at}: {} of {} records and not a word of it",
                    found.len(),
                    right.len()
                );
                let copy = fs::read(flipped.join("vault.db-wal.damaged"));
                assert_eq!(damaged, copy.is_ok(), "log, byte {at}: its copy");
                assert!(copy.is_err() || copy.unwrap() == bytes, "log, byte {at}");
                told.fetch_add(usize::from(damaged), Ordering::Relaxed);
                begun.fetch_add(usize::from(!found.is_empty()), Ordering::Relaxed);
                found == right
            }
            Err(
                VaultError::Damaged { .. }
                | VaultError::NewerVersion { .. }
                | VaultError::Storage(_),
            ) => false,
            Err(other) => panic!("log, byte {at}: {other}"),
        };
        let keys = |dir: &Path| fs::read(dir.join("keys.json")).unwrap();
        assert!(
            keys(flipped) == keys(&killed),
            "log, byte {at}: keys changed"
        );
        whole
    });
    let (told, begun) = (told.into_inner(), begun.into_inner());
    println!("log: {tried} flipped, {told} told, {begun} with records, {whole} without effect");
    assert!(begun > 0, "nothing was ever left");
    assert!(told * 10 > tried * 9, "{told} of {tried} told");
}

/// What the audit log says of it, and that the copy goes with the next erasure.
#[test]
fn a_damaged_write_ahead_log_is_entered_and_its_copy_leaves_with_what_is_erased() {
    let (parent, vault) = scratch();
    let id = fill(&vault);
    let killed = parent.path().join("killed");
    copy(&folder(&parent), &killed);
    drop(vault);
    let mut log = fs::read(killed.join("vault.db-wal")).unwrap();
    let last_commits = log.len() - 20 * 4120;
    log[last_commits] ^= 1;
    fs::write(killed.join("vault.db-wal"), log).unwrap();
    let vault = Vault::open(&killed, &passphrase()).unwrap();
    assert!(vault.log_was_damaged());
    let entered = |vault: &Vault| {
        let mut exported = Vec::new();
        vault.export_log(&mut exported).unwrap();
        let exported = String::from_utf8(exported).unwrap();
        exported.matches("store_log_damaged").count()
    };
    assert_eq!(entered(&vault), 1);
    drop(vault);
    let vault = Vault::open(&killed, &passphrase()).unwrap();
    assert!(!vault.log_was_damaged(), "told once");
    assert_eq!(entered(&vault), 1);
    let copy = killed.join("vault.db-wal.damaged");
    assert!(copy.exists());
    vault
        .erase(id, Erased::Visit, ErasureReason::Discarded, UnixMillis(2))
        .unwrap();
    assert!(!copy.exists());
}

/// The notes at the door are not sealed: whatever stands there, the vault opens.
#[test]
fn a_flipped_byte_at_the_door_keeps_nobody_out() {
    let (parent, vault) = scratch();
    fill(&vault);
    drop(vault);
    let dir = folder(&parent);
    Vault::open(&dir, &"wrong, but long enough".into())
        .map(drop)
        .unwrap_err();
    let door = fs::read(dir.join("vault.lock")).unwrap();
    let right = read_all(&dir).unwrap();
    let written = door.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    assert!(written > 50);
    let others = (written..door.len()).step_by(stride(509));
    let opened = on_every_processor((0..written).chain(others), |folder, at| {
        let flipped = &folder.join("vault");
        renew(&dir, flipped);
        let mut bytes = door.clone();
        bytes[at] ^= 0x41;
        fs::write(flipped.join("vault.lock"), bytes).unwrap();
        read_all(flipped).unwrap() == right
    });
    assert_eq!(
        opened,
        written + (written..door.len()).step_by(stride(509)).count()
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
