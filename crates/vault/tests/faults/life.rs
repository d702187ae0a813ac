//! A vault's life from its creation on, in small: it can be taken up again wherever it was cut off.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use vault::{Erased, ErasureReason, KdfCost, SecretString, Vault, VaultError};
use visit::{Samples, UnixMillis, VisitId, VisitState};

use crate::sample::{new_visit, note, passphrase, second, segment};

/// Chunks of the visit, and segments of its transcript: one for every two chunks.
pub const CHUNKS: u32 = 6;
pub const SEGMENTS: u32 = CHUNKS / 2;

/// What was told as kept: at least so much must be found after any end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    pub vault: bool,
    pub chunks: u32,
    pub segments: u32,
    pub revisions: u32,
    pub drafted: bool,
    pub erased: bool,
    /// The passphrase was exchanged: the old one opens nothing.
    pub changed: bool,
    pub backed_up: bool,
    /// The vault key was exchanged.
    pub rotated: bool,
}

/// The passphrase that the life ends with.
pub fn next_passphrase() -> SecretString {
    "another long enough passphrase".into()
}

/// Opens the vault with whichever passphrase is the right one; whether it is the next one already.
pub fn open(dir: &Path) -> Result<(Vault, bool), VaultError> {
    match Vault::open(dir, &passphrase()) {
        Err(VaultError::WrongPassphrase) => Ok((Vault::open(dir, &next_passphrase())?, true)),
        opened => Ok((opened?, false)),
    }
}

/// Where the life backs its vault up to.
pub fn backup(dir: &Path) -> PathBuf {
    dir.with_file_name("backup")
}

pub fn sound(number: u32) -> Vec<i16> {
    second(number)[..800].to_vec()
}

pub fn visit_of(vault: &Vault, label: &str) -> Result<Option<VisitId>, VaultError> {
    let visits = vault.visits()?;
    let mut ids = visits
        .iter()
        .filter(|visit| visit.patient_label.expose() == label);
    Ok(ids.next().map(|visit| visit.id))
}

/// Does a step, and once more if it fails: what fails has stored nothing, so it can be repeated.
fn step<T>(
    complain: &mut dyn FnMut(&VaultError),
    mut work: impl FnMut() -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    work().or_else(|error| {
        complain(&error);
        work()
    })
}

fn enter(dir: &Path) -> Result<Vault, VaultError> {
    if Vault::exists(dir) {
        Ok(open(dir)?.0)
    } else {
        Vault::create(dir, &passphrase(), KdfCost::LEAST)
    }
}

fn begun(
    vault: &Vault,
    label: &str,
    complain: &mut dyn FnMut(&VaultError),
) -> Result<VisitId, VaultError> {
    let id = match visit_of(vault, label)? {
        Some(id) => id,
        None => step(complain, || vault.begin_visit(new_visit(label)))?,
    };
    if vault.visit(id)?.summary.state == VisitState::Prepared {
        step(complain, || vault.set_state(id, VisitState::Recording))?;
    }
    Ok(id)
}

/// Lives on from where the folder stands to the end; tells after each step what is kept.
pub fn live(
    dir: &Path,
    tell: &mut dyn FnMut(Kept),
    complain: &mut dyn FnMut(&VaultError),
) -> Result<(), VaultError> {
    let mut vault = step(complain, || enter(dir))?;
    let mut kept = Kept {
        vault: true,
        ..Kept::default()
    };
    tell(kept);

    let id = begun(&vault, "A", complain)?;
    loop {
        kept.chunks = vault.recorded(id)?.chunks;
        kept.segments = vault.segments(id)?.len() as u32;
        tell(kept);
        let settled = vault.recorded(id)?.samples;
        if kept.segments < kept.chunks / 2 {
            let next = [segment(kept.segments, "my knee hurts")];
            step(complain, || vault.append_segments(id, &next, settled))?;
        } else if kept.chunks < CHUNKS {
            let pcm = sound(kept.chunks);
            step(complain, || vault.append_chunk(id, kept.chunks, &pcm))?;
        } else {
            break;
        }
    }
    if vault.visit(id)?.summary.state == VisitState::Recording {
        step(complain, || vault.set_state(id, VisitState::Recorded))?;
    }
    if vault.revisions(id)?.is_empty() {
        let first = note("ice");
        step(complain, || {
            vault.save_revision(id, UnixMillis(0), &first, None)
        })?;
    }
    kept.revisions = 1;
    tell(kept);
    if vault.visit(id)?.summary.state == VisitState::Recorded {
        step(complain, || vault.set_state(id, VisitState::Drafted))?;
    }
    kept.drafted = true;
    tell(kept);

    if vault.tombstones()?.is_empty() {
        let other = begun(&vault, "B", complain)?;
        if vault.recorded(other)?.samples == Samples(0) {
            step(complain, || vault.append_chunk(other, 0, &sound(0)))?;
        }
        step(complain, || erase(&vault, other))?;
    }
    kept.erased = true;
    tell(kept);

    // Closing moves the write-ahead log into the database.
    drop(vault);
    vault = step(complain, || enter(dir))?;
    if vault.revisions(id)?.len() == 1 {
        let second = note("ice, and crutches");
        step(complain, || {
            vault.save_revision(id, UnixMillis(1), &second, None)
        })?;
    }
    kept.revisions = 2;
    tell(kept);
    drop(vault);
    change_ways(dir, kept, tell, complain)
}

/// Another passphrase, a backup, another vault key.
fn change_ways(
    dir: &Path,
    mut kept: Kept,
    tell: &mut dyn FnMut(Kept),
    complain: &mut dyn FnMut(&VaultError),
) -> Result<(), VaultError> {
    let (vault, changed) = step(complain, || open(dir))?;
    if !changed {
        let (old, new) = (passphrase(), next_passphrase());
        step(complain, || {
            // What fails after the exchange has exchanged it.
            match vault.change_passphrase(&old, None, &new, KdfCost::LEAST) {
                Err(VaultError::WrongPassphrase) => Ok(()),
                done => done,
            }
        })?;
    }
    kept.changed = true;
    tell(kept);

    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let mut now = now.unwrap_or_default().as_millis() as i64;
    step(complain, || {
        now += 1;
        vault.back_up(&backup(dir), UnixMillis(now), 2, &mut |_| ())
    })?;
    kept.backed_up = true;
    tell(kept);

    let mut vault = Some(vault);
    step(complain, || {
        let open_one = vault.take().map_or_else(|| enter(dir), Ok)?;
        open_one.rotate_key(&next_passphrase(), None).map(drop)
    })?;
    kept.rotated = true;
    tell(kept);
    Ok(())
}

/// The one call that may have done its work and fail all the same: the log is emptied after it.
fn erase(vault: &Vault, id: VisitId) -> Result<(), VaultError> {
    if vault.tombstones()?.is_empty() {
        vault.erase(id, Erased::Visit, ErasureReason::Discarded, UnixMillis(2))?;
    }
    Ok(())
}
