//! A person's word about who spoke, and what it makes of a note that is there already.

use vault::{Vault, VaultError};
use visit::{Note, Pointed, RevisionNumber, Segment, SpokenBy, UnixMillis, VisitId};

/// Keeps that a person has said who spoke, and compares the visit's note with the transcript as it
/// reads now. Answers the revision in which the note stands with its new verdicts, if any changed.
///
/// # Errors
/// What [`Vault::correct_speaker`] says, and nothing is changed then; what the store answers if the
/// note's new verdicts could not be stored. The speakers are corrected then.
pub fn correct_speaker(
    vault: &Vault,
    visit: VisitId,
    seen: Pointed,
    by: SpokenBy,
    at: UnixMillis,
) -> Result<Option<RevisionNumber>, VaultError> {
    vault.correct_speaker(visit, seen, by)?;
    judge_anew(vault, visit, at)
}

/// Takes the last word about who spoke back, and compares the note anew.
///
/// # Errors
/// What [`Vault::take_correction_back`] says; else as [`correct_speaker`].
pub fn take_correction_back(
    vault: &Vault,
    visit: VisitId,
    at: UnixMillis,
) -> Result<Option<RevisionNumber>, VaultError> {
    vault.take_correction_back(visit)?;
    judge_anew(vault, visit, at)
}

/// Compares the newest revision of a note with the transcript as it is now, and stores it as another
/// one if a verdict or what is not in it has changed. No model is asked, and no line is rewritten.
pub(crate) fn judge_anew(
    vault: &Vault,
    visit: VisitId,
    at: UnixMillis,
) -> Result<Option<RevisionNumber>, VaultError> {
    let Some(revision) = vault.latest_revision(visit)? else {
        return Ok(None);
    };
    let judged = judged(&revision.note, &vault.segments(visit)?);
    if judged == revision.note {
        return Ok(None);
    }
    vault.save_revision(visit, at, &judged, None).map(Some)
}

fn judged(note: &Note, segments: &[Segment]) -> Note {
    let mut judged = note.clone();
    let lines = judged
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.statements);
    for line in lines.filter(|line| !line.text.is_blank()) {
        let judgement = evidence::judge(line.text.expose(), segments);
        line.support = judgement.support;
        line.reason = judgement.reason;
        line.evidence = judgement.evidence;
    }
    let texts: Vec<&str> = note.statements().map(|line| line.text.expose()).collect();
    judged.omissions = evidence::omissions(&texts, segments);
    judged
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use vault::NewVisit;
    use visit::{
        Millis, Origin, Role, Samples, Section, SpeakerLabel, Statement, Support, VisitState,
    };

    use super::*;
    use crate::{ScratchVault, scratch};

    /// A visit whose two voices the program has taken for each other, with a note of it.
    fn drafted(vault: &Vault, line: &str) -> VisitId {
        let visit = vault
            .begin_visit(NewVisit {
                consent: scratch::no_person_recorded(),
                template: "soap".to_owned(),
                kind: None,
                language: None,
                patient_label: "A".into(),
                reason: "".into(),
                expected: "".into(),
                started_at: UnixMillis(0),
            })
            .unwrap();
        let turn = |index: u32, speaker, role, text: &str| Segment {
            index,
            start: Millis(u64::from(index) * 2_000),
            end: Millis(u64::from(index) * 2_000 + 1_500),
            speaker: SpeakerLabel(speaker),
            role,
            text: text.into(),
            confidence: 1.0,
            words: Vec::new(),
        };
        let segments = [
            turn(0, 1, Role::Patient, "What brings you in today?"),
            turn(1, 2, Role::Clinician, "I take lisinopril every morning."),
        ];
        vault.set_state(visit, VisitState::Recording).unwrap();
        vault.append_segments(visit, &segments, Samples(0)).unwrap();
        vault.set_state(visit, VisitState::Recorded).unwrap();
        let written = Note {
            template: "soap".to_owned(),
            sections: vec![Section {
                id: "subjective".to_owned(),
                title: "S".to_owned(),
                empty: String::new(),
                statements: vec![Statement {
                    text: line.into(),
                    origin: Origin::Model,
                    support: Support::Supported,
                    reason: "".into(),
                    evidence: Vec::new(),
                }],
            }],
            omissions: Vec::new(),
        };
        let note = judged(&written, &vault.segments(visit).unwrap());
        vault
            .save_revision(visit, UnixMillis(1), &note, None)
            .unwrap();
        visit
    }

    fn verdict(vault: &Vault, visit: VisitId) -> (u32, Support) {
        let revision = vault.latest_revision(visit).unwrap().unwrap();
        let line = revision.note.statements().next().unwrap().support;
        (revision.number.0, line)
    }

    #[test]
    fn a_note_is_compared_anew_with_who_spoke() {
        let scratch = ScratchVault::create().unwrap();
        let vault = scratch.vault();
        let visit = drafted(
            vault,
            "The patient states that she takes lisinopril every morning.",
        );
        let (first, before) = verdict(vault, visit);
        assert!(before < Support::Supported, "{before:?}");
        let second = Pointed::Voice(SpeakerLabel(2));
        let patient = SpokenBy::Role(Role::Patient);
        let stored = correct_speaker(vault, visit, second, patient, UnixMillis(2)).unwrap();
        assert_eq!(stored, Some(RevisionNumber(first + 1)));
        assert_eq!(verdict(vault, visit), (first + 1, Support::Supported));
        // The other one is the clinician then.
        assert_eq!(vault.segments(visit).unwrap()[0].role, Role::Clinician);

        // What changes nothing is not stored.
        let again = correct_speaker(vault, visit, second, patient, UnixMillis(3)).unwrap();
        assert_eq!(again, None);
        let back = || take_correction_back(vault, visit, UnixMillis(4)).unwrap();
        assert_eq!(back(), None);
        assert_eq!(back(), Some(RevisionNumber(first + 2)));
        assert_eq!(verdict(vault, visit), (first + 2, before));
    }
}
