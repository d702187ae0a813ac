#![allow(clippy::unwrap_used)]
use audit::Refusal;
use visit::{Millis, RevisionNumber, Samples, UnixMillis, VisitState};

use super::*;
use crate::signing::tests::{drafted, scratch, segment, signed};
use crate::{Erased, ErasureReason};

const SECOND: Pointed = Pointed::Turn(Millis(1_000));

/// A turn of a second.
fn turn(index: u32, speaker: u8) -> Segment {
    let start = Millis(u64::from(index) * 1_000);
    Segment {
        start,
        end: Millis(start.0 + 900),
        speaker: SpeakerLabel(speaker),
        ..segment(index)
    }
}

fn labels(segments: &[Segment]) -> Vec<(u8, Role)> {
    let who = |one: &Segment| (one.speaker.0, one.role);
    segments.iter().map(who).collect()
}

/// A visit of one turn with two more.
fn three_turns(vault: &Vault) -> VisitId {
    let id = drafted(vault);
    let end = vault.settled(id).unwrap();
    vault
        .append_segments(id, &[turn(1, 2), turn(2, 1)], end)
        .unwrap();
    id
}

/// What it is about: the program writes its own labels again and again, and a person's word stands.
#[test]
fn a_persons_word_stands_over_what_the_program_writes_later() {
    let (_parent, vault) = scratch();
    let id = three_turns(&vault);
    vault
        .correct_speaker(id, SECOND, SpokenBy::Role(Role::Patient))
        .unwrap();
    let expected = [(1, Role::Unknown), (2, Role::Patient), (1, Role::Unknown)];
    assert_eq!(labels(&vault.segments(id).unwrap()), expected);

    let mut relabelled = vault.segments_as_heard(id).unwrap();
    assert!(relabelled.iter().all(|one| one.role == Role::Unknown));
    for one in &mut relabelled {
        (one.speaker, one.role) = (SpeakerLabel(3), Role::Clinician);
    }
    vault.relabel_segments(id, &relabelled).unwrap();
    let expected = [
        (3, Role::Clinician),
        (3, Role::Patient),
        (3, Role::Clinician),
    ];
    assert_eq!(labels(&vault.segments(id).unwrap()), expected);
    assert_eq!(vault.read_visit(id).unwrap().corrections, 1);
    assert_eq!(labels(&vault.read_visit(id).unwrap().segments), expected);

    vault.take_correction_back(id).unwrap();
    assert_eq!(vault.segments(id).unwrap(), relabelled);
    assert!(matches!(
        vault.take_correction_back(id),
        Err(VaultError::NoCorrection)
    ));
}

#[test]
fn only_what_is_there_is_corrected() {
    let (_parent, vault) = scratch();
    let id = three_turns(&vault);
    let clinician = SpokenBy::Role(Role::Clinician);
    for nowhere in [Pointed::Turn(Millis(77)), Pointed::Voice(SpeakerLabel(4))] {
        assert!(matches!(
            vault.correct_speaker(id, nowhere, clinician),
            Err(VaultError::NoSuchTurn)
        ));
    }
    assert!(matches!(
        vault.correct_speaker(id, SECOND, SpokenBy::Voice(SpeakerLabel(0))),
        Err(VaultError::NoSuchVoice)
    ));
    assert_eq!(vault.corrections(id).unwrap(), []);
}

#[test]
fn a_signed_visit_is_not_corrected_and_that_is_entered() {
    let (_parent, vault) = scratch();
    let (id, _) = signed(&vault);
    let first = Pointed::Turn(Millis(0));
    let refused = vault.correct_speaker(id, first, SpokenBy::Role(Role::Patient));
    assert!(matches!(refused, Err(VaultError::Signed)));
    assert!(matches!(
        vault.take_correction_back(id),
        Err(VaultError::Signed)
    ));
    let mut acts = Vec::new();
    vault
        .show_log(&mut |entry| acts.push(entry.act.clone()))
        .unwrap();
    let act = Act::Refused {
        asked: Asked::CorrectSpeakers,
        visit: Some(id),
        reason: Refusal::Signed,
    };
    assert_eq!(acts.iter().filter(|one| **one == act).count(), 2);
    // Nor behind the store's back.
    let sql = "INSERT INTO corrections (visit, number, sealed)
        SELECT row, 0, x'' FROM visits WHERE state = 'signed'";
    assert!(vault.connection().execute(sql, []).is_err());
}

#[test]
fn a_correction_is_entered_without_what_was_said() {
    let (_parent, vault) = scratch();
    let id = three_turns(&vault);
    let voice = Pointed::Voice(SpeakerLabel(2));
    vault
        .correct_speaker(id, voice, SpokenBy::Voice(SpeakerLabel(1)))
        .unwrap();
    vault.take_correction_back(id).unwrap();
    let mut acts = Vec::new();
    vault
        .show_log(&mut |entry| acts.push(entry.act.clone()))
        .unwrap();
    let corrected = Act::SpeakersCorrected {
        visit: id,
        extent: Extent::Voice,
        named: NamedAs::OtherVoice,
    };
    let taken_back = Act::CorrectionTakenBack { visit: id };
    assert_eq!(acts[acts.len() - 3..][..2], [corrected, taken_back]);
}

#[test]
fn corrections_go_with_the_transcript_and_stay_with_another_key() {
    let (_parent, vault) = scratch();
    let id = three_turns(&vault);
    vault
        .correct_speaker(id, SECOND, SpokenBy::Role(Role::Patient))
        .unwrap();
    let before = vault.segments(id).unwrap();
    let erase = |what| vault.erase(id, what, ErasureReason::Discarded, UnixMillis(1));
    erase(Erased::Draft).unwrap();
    assert_eq!(vault.segments(id).unwrap(), before);

    let note = crate::signing::tests::note("ice");
    vault.save_revision(id, UnixMillis(2), &note, None).unwrap();
    vault.set_state(id, VisitState::Drafted).unwrap();
    let signer = "Dr. Example".into();
    vault
        .sign(id, RevisionNumber(1), &signer, UnixMillis(3))
        .unwrap();
    erase(Erased::Transcript).unwrap();
    assert_eq!(vault.corrections(id).unwrap(), []);
    assert_eq!(vault.settled(id).unwrap(), Samples(16_000));
}
