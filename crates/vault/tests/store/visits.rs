use vault::{Erased, ErasureReason, Gap, GapCause, Numbered, Recorded, Step, VaultError};
use visit::{
    Consent, ConsentPart, Millis, RevisionNumber, Role, Samples, Segment, SpeakerLabel, UnixMillis,
    VisitId,
    VisitState::{self, Drafted, Paused, Prepared, Recorded as Ended, Recording},
};

use crate::sample::{
    begin_recording, new_visit, note, provenance, reopen, scratch, second, segment,
};

#[test]
fn a_visit_comes_back_as_it_was_stored() {
    let (parent, vault) = scratch();
    let id = begin_recording(&vault, "Mrs Example");
    vault.append_chunk(id, 0, &second(0)).unwrap();
    vault.append_chunk(id, 1, &second(1)[..8_000]).unwrap();
    vault
        .mark_gap(id, Samples(24_000), Samples(480), GapCause::Stalled)
        .unwrap();
    vault
        .mark_gap(id, Samples(16_000), Samples(32), GapCause::Dropped)
        .unwrap();
    let segments = [segment(0, "my knee hurts"), segment(1, "since – «März»")];
    vault
        .append_segments(id, &segments, Samples(20_000))
        .unwrap();
    vault.set_state(id, Ended).unwrap();
    let (draft, edit) = (note("ice the knee"), note("ice the knee twice a day"));
    vault
        .save_revision(id, UnixMillis(5_000), &draft, Some(&provenance()))
        .unwrap();
    vault.set_state(id, Drafted).unwrap();
    vault
        .save_revision(id, UnixMillis(6_000), &edit, None)
        .unwrap();
    drop(vault);

    let vault = reopen(&parent);
    assert_eq!(
        vault.recorded(id).unwrap(),
        Recorded {
            chunks: 2,
            samples: Samples(24_000)
        }
    );
    assert_eq!(vault.chunk(id, 0).unwrap(), second(0));
    assert_eq!(vault.chunk(id, 1).unwrap(), second(1)[..8_000]);
    let gap = |at, length, cause| Gap {
        at: Samples(at),
        length: Samples(length),
        cause,
    };
    assert_eq!(
        vault.gaps(id).unwrap(),
        [
            gap(16_000, 32, GapCause::Dropped),
            gap(24_000, 480, GapCause::Stalled)
        ]
    );
    assert_eq!(vault.segments(id).unwrap(), segments);
    assert_eq!(vault.settled(id).unwrap(), Samples(20_000));
    let revisions = vault.revisions(id).unwrap();
    assert_eq!(
        (revisions[0].number, revisions[1].number),
        (RevisionNumber(1), RevisionNumber(2))
    );
    assert_eq!((&revisions[0].note, &revisions[1].note), (&draft, &edit));
    assert_eq!(
        (revisions[0].at, revisions[0].provenance.as_ref()),
        (UnixMillis(5_000), Some(&provenance()))
    );
    assert_eq!(
        (revisions[1].at, &revisions[1].provenance),
        (UnixMillis(6_000), &None)
    );
    assert_eq!(
        vault.latest_revision(id).unwrap().as_ref(),
        revisions.last()
    );

    let new = new_visit("Mrs Example");
    let record = vault.visit(id).unwrap();
    assert_eq!(
        (&record.consent, &record.language),
        (&new.consent, &new.language)
    );
    let summary = record.summary;
    assert_eq!(summary.patient_label, new.patient_label);
    assert_eq!(summary.reason, new.reason);
    assert_eq!(summary.template, new.template);
    assert_eq!(summary.started_at, new.started_at);
    assert_eq!(summary.recorded, Millis(1_500));
    assert_eq!(
        (summary.state, summary.segments, summary.revision),
        (Drafted, 2, Some(RevisionNumber(2)))
    );
    assert_eq!(vault.visits().unwrap(), [summary]);
}

#[test]
fn a_consent_that_leaves_something_out_makes_no_visit() {
    let (_parent, vault) = scratch();
    type Omission = (ConsentPart, fn(&mut Consent));
    let leave_out: [Omission; 4] = [
        (ConsentPart::AskedBy, |consent| consent.asked_by = "".into()),
        (ConsentPart::AskedBy, |consent| {
            consent.asked_by = " \t\n".into();
        }),
        (ConsentPart::Wording, |consent| {
            consent.wording = " ".to_owned();
        }),
        (ConsentPart::WordingVersion, |consent| {
            consent.wording_version = String::new();
        }),
    ];
    for (part, leave_out) in leave_out {
        let mut new = new_visit("Room 4");
        leave_out(&mut new.consent);
        let refused = vault.begin_visit(new).unwrap_err();
        assert!(
            matches!(refused, VaultError::ConsentIncomplete(found) if found == part),
            "{refused}"
        );
    }
    assert!(vault.visits().unwrap().is_empty());
    vault.begin_visit(new_visit("Room 4")).unwrap();
}

#[test]
fn visits_are_listed_latest_first() {
    let (_parent, vault) = scratch();
    for (label, at) in [("second", 20), ("third", 30), ("first", 10), ("fourth", 30)] {
        let started_at = UnixMillis(at);
        vault
            .begin_visit(vault::NewVisit {
                started_at,
                ..new_visit(label)
            })
            .unwrap();
    }
    let visits = vault.visits().unwrap();
    let labels: Vec<_> = visits
        .iter()
        .map(|visit| visit.patient_label.expose())
        .collect();
    assert_eq!(labels, ["fourth", "third", "second", "first"]);
}

#[test]
fn a_visit_that_was_cut_off_in_any_step_is_unfinished() {
    let (_parent, vault) = scratch();
    let recorded = |label| {
        let id = begin_recording(&vault, label);
        vault.append_chunk(id, 0, &second(0)).unwrap();
        id
    };
    let all = Samples(16_000);
    let unfinished = |id| {
        let summary = vault.visit(id).unwrap().summary;
        let listed = vault.unfinished_visits().unwrap();
        assert_eq!(listed.contains(&summary), summary.unfinished);
        summary.unfinished
    };
    assert!(!unfinished(
        vault.begin_visit(new_visit("prepared")).unwrap()
    ));

    let id = recorded("killed while it was recorded");
    assert!(unfinished(id));
    vault.set_state(id, Paused).unwrap();
    assert!(unfinished(id));
    // Ended, but not written down.
    vault.set_state(id, Ended).unwrap();
    assert!(unfinished(id));
    vault.append_segments(id, &[], all).unwrap();
    assert!(!unfinished(id));
    // Killed in the middle of the draft.
    vault.begin_step(id, Step::Draft).unwrap();
    assert!(unfinished(id));
    vault.end_step(id, Step::Draft).unwrap();
    assert!(!unfinished(id));

    let silenced = recorded("its sound is erased");
    vault.set_state(silenced, Ended).unwrap();
    let reason = ErasureReason::ConsentWithdrawn;
    vault
        .erase(silenced, Erased::Sound, reason, UnixMillis(1))
        .unwrap();
    assert!(!unfinished(silenced), "there is nothing left to write down");
}

#[test]
fn only_the_changes_of_state_that_a_visit_knows_are_made() {
    const ALL: [VisitState; 5] = [Prepared, Recording, Paused, Ended, Drafted];
    let (_parent, vault) = scratch();
    let ways: [&[VisitState]; 5] = [
        &[],
        &[Recording],
        &[Recording, Paused],
        &[Ended],
        &[Ended, Drafted],
    ];
    for (from, way) in ALL.into_iter().zip(ways) {
        for to in ALL {
            let id = vault.begin_visit(new_visit("A")).unwrap();
            way.iter()
                .for_each(|state| vault.set_state(id, *state).unwrap());
            match vault.set_state(id, to) {
                Ok(()) => assert_eq!(from.next(to), Ok(vault.visit(id).unwrap().summary.state)),
                Err(VaultError::State(error)) => {
                    assert_eq!(from.next(to), Err(error));
                    assert_eq!(vault.visit(id).unwrap().summary.state, from);
                }
                Err(other) => panic!("{from:?} → {to:?}: {other}"),
            }
        }
    }
}

#[test]
fn a_transcript_is_relabelled_and_split_and_never_shortened() {
    let (parent, vault) = scratch();
    let id = begin_recording(&vault, "A");
    let before = [segment(0, "does it hurt yes"), segment(1, "where")];
    vault.append_segments(id, &before, Samples(100)).unwrap();
    let by = |speaker, segment: Segment| Segment {
        speaker: SpeakerLabel(speaker),
        role: Role::Clinician,
        ..segment
    };
    let after = [
        by(1, segment(0, "does it hurt")),
        by(2, segment(1, "yes")),
        by(1, segment(2, "where")),
    ];
    vault.relabel_segments(id, &after).unwrap();
    assert_eq!(vault.segments(id).unwrap(), after);
    assert!(vault.relabel_segments(id, &after[..2]).is_err());
    assert!(
        vault
            .relabel_segments(id, &vec![after[1].clone(); 3])
            .is_err()
    );
    assert_eq!(vault.settled(id).unwrap(), Samples(100));
    drop(vault);
    let vault = reopen(&parent);
    assert_eq!(vault.segments(id).unwrap(), after);
    assert_eq!(vault.search("hurt", 10).unwrap().len(), 1);
}

#[test]
fn a_transcript_only_grows() {
    let (_parent, vault) = scratch();
    let id = vault.begin_visit(new_visit("A")).unwrap();
    vault
        .append_segments(id, &[segment(0, "one")], Samples(100))
        .unwrap();

    let out_of_order =
        vault.append_segments(id, &[segment(1, "two"), segment(3, "four")], Samples(200));
    assert!(matches!(
        out_of_order,
        Err(VaultError::OutOfOrder {
            what: Numbered::Segment,
            expected: 2,
            found: 3
        })
    ));
    let again = vault.append_segments(id, &[segment(0, "one")], Samples(200));
    assert!(matches!(
        again,
        Err(VaultError::OutOfOrder {
            expected: 1,
            found: 0,
            ..
        })
    ));
    let backwards = vault.append_segments(id, &[segment(1, "two")], Samples(99));
    assert!(matches!(backwards, Err(VaultError::SettledBackwards)));
    let mut unreadable = segment(1, "two");
    unreadable.confidence = f32::NAN;
    let unstorable = vault.append_segments(id, &[unreadable], Samples(200));
    assert!(matches!(unstorable, Err(VaultError::Unstorable { .. })));

    assert_eq!(vault.segments(id).unwrap(), [segment(0, "one")]);
    assert_eq!(vault.settled(id).unwrap(), Samples(100));
    vault.append_segments(id, &[], Samples(300)).unwrap();
    assert_eq!(vault.settled(id).unwrap(), Samples(300));
}

#[test]
fn a_note_is_taken_when_the_recording_has_ended() {
    let (_parent, vault) = scratch();
    let id = vault.begin_visit(new_visit("A")).unwrap();
    for state in [Prepared, Recording, Paused] {
        if state != Prepared {
            vault.set_state(id, state).unwrap();
        }
        let refused = vault.save_revision(id, UnixMillis(0), &note("x"), None);
        assert!(matches!(
            refused,
            Err(VaultError::NotNow {
                what: Numbered::Revision,
                ..
            })
        ));
    }
    vault.set_state(id, Ended).unwrap();
    assert_eq!(vault.latest_revision(id).unwrap(), None);
    assert_eq!(
        vault
            .save_revision(id, UnixMillis(0), &note("x"), None)
            .unwrap(),
        RevisionNumber(1)
    );
}

#[test]
fn a_visit_that_is_not_there_is_named_as_such() {
    let (_parent, vault) = scratch();
    let id: VisitId = "6f2b0c6e-64a4-4c7e-9d5e-0a8f6f1c2d3b".parse().unwrap();
    let errors = [
        vault.visit(id).err(),
        vault.set_state(id, Recording).err(),
        vault.append_chunk(id, 0, &[1]).err(),
        vault.chunk(id, 0).err(),
        vault.chunk_at(id, Samples(0)).err(),
        vault.recorded(id).err(),
        vault
            .mark_gap(id, Samples(0), Samples(1), GapCause::Dropped)
            .err(),
        vault.gaps(id).err(),
        vault.append_segments(id, &[], Samples(0)).err(),
        vault.segments(id).err(),
        vault.settled(id).err(),
        vault
            .save_revision(id, UnixMillis(0), &note("x"), None)
            .err(),
        vault.revisions(id).err(),
        vault.latest_revision(id).err(),
    ];
    for (call, error) in errors.into_iter().enumerate() {
        assert!(
            matches!(error, Some(VaultError::NoSuchVisit(named)) if named == id),
            "call {call}"
        );
    }
}
