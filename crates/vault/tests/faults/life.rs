//! A vault's life from its creation on, in small: it can be taken up again wherever it was cut off.

use std::path::Path;

use vault::{Erased, ErasureReason, KdfCost, Vault, VaultError};
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
        Vault::open(dir, &passphrase())
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
    Ok(())
}

/// The one call that may have done its work and fail all the same: the log is emptied after it.
fn erase(vault: &Vault, id: VisitId) -> Result<(), VaultError> {
    if vault.tombstones()?.is_empty() {
        vault.erase(id, Erased::Visit, ErasureReason::Discarded, UnixMillis(2))?;
    }
    Ok(())
}
