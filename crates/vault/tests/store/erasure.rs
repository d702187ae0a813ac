//! What is erased is gone, what is not asked for stays, and a tombstone says so.

use std::fs;

use vault::{Erased, ErasureReason, Tombstone, Vault, VaultError};
use visit::{Millis, RevisionNumber, Samples, UnixMillis, VisitId, VisitState};

use crate::sample::{begin_recording, folder, note, reopen, scratch, second, segment};

const NOW: UnixMillis = UnixMillis(9_000);

/// A visit of two seconds with transcript and note.
fn recorded(vault: &Vault, label: &str) -> VisitId {
    let id = begin_recording(vault, label);
    (0..2).for_each(|number| vault.append_chunk(id, number, &second(number)).unwrap());
    vault
        .append_segments(id, &[segment(0, "my knee hurts")], Samples(16_000))
        .unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    vault
        .save_revision(id, UnixMillis(0), &note("ice"), None)
        .unwrap();
    id
}

fn tombstone(visit: VisitId, erased: Erased, reason: ErasureReason) -> Tombstone {
    Tombstone {
        visit,
        erased,
        reason,
        at: NOW,
        started_at: UnixMillis(2_000),
        recorded: Millis(2_000),
        segments: 1,
        revisions: 1,
    }
}

#[test]
fn erased_sound_is_gone_and_the_rest_of_the_visit_stays() {
    let (parent, vault) = scratch();
    let (id, other) = (recorded(&vault, "A"), recorded(&vault, "B"));
    let reason = ErasureReason::ConsentWithdrawn;
    let left = vault.erase(id, Erased::Sound, reason, NOW).unwrap();
    assert_eq!(left, tombstone(id, Erased::Sound, reason));
    drop(vault);

    let vault = reopen(&parent);
    assert_eq!(vault.tombstones().unwrap(), [left]);
    assert!(matches!(vault.chunk(id, 0), Err(VaultError::Erased)));
    assert!(matches!(
        vault.chunk_at(id, Samples(0)),
        Err(VaultError::Erased)
    ));
    // Whoever asks for what comes after the recording's end, as a transcriber does, is told its end.
    let end = vault.settled(id).unwrap();
    assert_eq!(vault.chunk_at(id, end).unwrap(), None);
    let summary = vault.visit(id).unwrap().summary;
    assert!(summary.sound_erased);
    assert_eq!(summary.recorded, Millis(2_000));
    assert_eq!(vault.settled(id).unwrap(), Samples(32_000));
    assert_eq!(vault.segments(id).unwrap(), [segment(0, "my knee hurts")]);
    assert_eq!(
        vault.latest_revision(id).unwrap().unwrap().note,
        note("ice")
    );
    assert_eq!(vault.chunk(other, 1).unwrap(), second(1));
    assert!(!vault.visit(other).unwrap().summary.sound_erased);

    assert!(matches!(
        vault.erase(id, Erased::Sound, reason, NOW),
        Err(VaultError::Erased)
    ));
    assert_eq!(vault.tombstones().unwrap().len(), 1);
}

/// Consent is withdrawn after the signature: the words go with the sound, and what was signed stays.
#[test]
fn sound_and_transcript_of_a_signed_visit_go_together_or_not_at_all() {
    let (parent, vault) = scratch();
    let (id, other) = (recorded(&vault, "A"), recorded(&vault, "B"));
    let reason = ErasureReason::ConsentWithdrawn;
    let parts = [Erased::Sound, Erased::Transcript];
    let unsigned = vault.erase_parts(id, &parts, reason, NOW);
    assert!(matches!(unsigned, Err(VaultError::NothingToErase)));
    let none = vault.erase_parts(id, &[], reason, NOW);
    assert!(matches!(none, Err(VaultError::NothingToErase)));
    assert_eq!(vault.chunk(id, 0).unwrap(), second(0));
    assert_eq!(vault.tombstones().unwrap(), []);

    let signer = "Dr. Example".into();
    vault
        .sign(id, RevisionNumber(1), &signer, UnixMillis(5))
        .unwrap();
    let left = vault.erase_parts(id, &parts, reason, NOW).unwrap();
    assert_eq!(left[0], tombstone(id, Erased::Sound, reason));
    assert_eq!(
        (left[1].erased, left[1].reason),
        (Erased::Transcript, reason)
    );
    drop(vault);

    let vault = reopen(&parent);
    assert_eq!(vault.tombstones().unwrap(), left);
    assert!(matches!(vault.chunk(id, 0), Err(VaultError::Erased)));
    assert_eq!(vault.segments(id).unwrap(), []);
    let record = vault.visit(id).unwrap();
    assert_eq!(record.signature.unwrap().signer, signer);
    assert_eq!(
        vault.latest_revision(id).unwrap().unwrap().note,
        note("ice")
    );
    assert_eq!(
        vault.segments(other).unwrap(),
        [segment(0, "my knee hurts")]
    );
}

#[test]
fn an_erased_visit_is_gone_with_everything() {
    let (parent, vault) = scratch();
    let (id, other) = (recorded(&vault, "A"), recorded(&vault, "B"));
    let reason = ErasureReason::Discarded;
    let left = vault.erase(id, Erased::Visit, reason, NOW).unwrap();
    assert_eq!(left, tombstone(id, Erased::Visit, reason));
    drop(vault);

    let vault = reopen(&parent);
    assert_eq!(vault.tombstones().unwrap(), [left]);
    let listed: Vec<VisitId> = vault.visits().unwrap().iter().map(|v| v.id).collect();
    assert_eq!(listed, [other]);
    assert!(matches!(vault.visit(id), Err(VaultError::NoSuchVisit(_))));
    assert!(matches!(
        vault.chunk(id, 0),
        Err(VaultError::NoSuchVisit(_))
    ));
    assert!(matches!(
        vault.erase(id, Erased::Visit, reason, NOW),
        Err(VaultError::NoSuchVisit(_))
    ));
    assert_eq!(vault.chunk(other, 1).unwrap(), second(1));
}

#[test]
fn sound_can_go_first_and_the_visit_after_it() {
    let (_parent, vault) = scratch();
    let id = recorded(&vault, "A");
    let reason = ErasureReason::ConsentWithdrawn;
    vault.erase(id, Erased::Sound, reason, NOW).unwrap();
    vault.erase(id, Erased::Visit, reason, NOW).unwrap();
    let erased: Vec<Erased> = vault
        .tombstones()
        .unwrap()
        .iter()
        .map(|tombstone| tombstone.erased)
        .collect();
    assert_eq!(erased, [Erased::Sound, Erased::Visit]);
}

/// A recording that still runs when its visit is erased is told so and stores nothing more.
#[test]
fn nothing_is_added_to_what_was_erased() {
    let (_parent, vault) = scratch();
    let (one, two) = (begin_recording(&vault, "A"), begin_recording(&vault, "B"));
    let reason = ErasureReason::ConsentWithdrawn;
    vault.append_chunk(one, 0, &second(0)).unwrap();
    vault.erase(one, Erased::Sound, reason, NOW).unwrap();
    assert!(matches!(
        vault.append_chunk(one, 1, &second(1)),
        Err(VaultError::Erased)
    ));
    vault.erase(two, Erased::Visit, reason, NOW).unwrap();
    assert!(matches!(
        vault.append_chunk(two, 0, &second(0)),
        Err(VaultError::NoSuchVisit(_))
    ));
}

/// The log holds older forms of pages, with the erased key among them: it is cut to nothing.
#[test]
fn the_write_ahead_log_is_empty_after_an_erasure() {
    let (parent, vault) = scratch();
    let id = recorded(&vault, "A");
    let log = folder(&parent).join("vault.db-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0);
    let reason = ErasureReason::Discarded;
    vault.erase(id, Erased::Visit, reason, NOW).unwrap();
    assert_eq!(fs::metadata(&log).unwrap().len(), 0);
}
